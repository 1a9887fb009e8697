"""What costs most in the evaluation of a model, kept in the folder of its run: numbers of pairs, energies of atoms.

It is taken by a hash of all that it is made from: elements, positions and cell, the bins, the potential with its file,
and the code. Whatever of these changes, it is made anew.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import carvsdb.atoms
import carvsdb_refine.potential
import carvsdb_refine.scattering
from carvsdb.atomic_write import write_bytes
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import CarvsdbError
from carvsdb.version import VERSION
from carvsdb_refine.run.sealed_arrays import read_sealed, sealed_bytes
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.scattering import PairHistogram, pair_histogram

_KEY, _PAIRS, _ENERGIES = "key", "pairs", "energies"
# What makes energies and numbers of pairs.
_CODE = (carvsdb.atoms, carvsdb_refine.potential, carvsdb_refine.scattering)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What of an evaluation takes long.

    Attributes
    ----------
    histogram : PairHistogram
        Pairs of atoms by distance.
    energies : ndarray of float64, shape (n_atoms,), or None
        In eV; None without a potential.
    """

    histogram: PairHistogram
    energies: NDArray[np.float64] | None


def parts_of(setup: Setup, model: AtomicModel, kept: Path | None = None) -> Parts:
    """Count the pairs of a model and evaluate its energies.

    Parameters
    ----------
    setup : Setup
        The refinement.
    model : AtomicModel
        Of its atoms.
    kept : Path, optional
        A file that has both, or is written with both.

    Raises
    ------
    InputError
        If the potential has no finite energy for the model.
    """
    found = None if kept is None else _find(setup, model, kept)
    if found is not None:
        return found
    potential = setup.potential
    energies = None if potential is None else potential.energies(model.elements, model.positions, model.cell)
    made = Parts(pair_histogram(model, setup.composition.bin_width), energies)
    if kept is not None:
        keep(setup, model, made, kept)
    return made


def keep(setup: Setup, model: AtomicModel, parts: Parts, path: Path) -> None:
    """Write what was made of a model, where there is room for it: no result rests on it."""
    if not _is_repeatable(setup):
        return
    arrays: dict[str, NDArray[np.generic]] = {_KEY: np.frombuffer(_key(setup, model), np.uint8)}
    arrays[_PAIRS] = parts.histogram.pair_counts
    if parts.energies is not None:
        arrays[_ENERGIES] = parts.energies
    with suppress(CarvsdbError):
        write_bytes(path, sealed_bytes(arrays))


def _find(setup: Setup, model: AtomicModel, path: Path) -> Parts | None:
    """Return what a file has of a model; None if it is not there, of another model or potential, or damaged."""
    if not _is_repeatable(setup):
        return None
    try:
        arrays = read_sealed(path, {})
        if arrays[_KEY].tobytes() != _key(setup, model):
            return None
        energies = None if setup.read_potential is None else arrays[_ENERGIES]
        pairs = arrays[_PAIRS]
    except Exception:  # whatever zipfile and numpy say of bytes from anywhere: it is made anew then
        return None
    return Parts(PairHistogram(model.species, model.counts, model.volume, setup.composition.bin_width, pairs), energies)


def _is_repeatable(setup: Setup) -> bool:
    """Return whether energies are made from what is hashed: code of ASE calculators is anybody's."""
    table = setup.file.config.potential
    return table is None or table.kind != "ase"


def _key(setup: Setup, model: AtomicModel) -> bytes:
    table = setup.file.config.potential
    made_by = [
        _code(),
        list(model.species),
        setup.composition.bin_width,
        None if table is None else table.model_dump(mode="json"),
        setup.potential_sha256,
    ]
    digest = hashlib.sha256(json.dumps(made_by, sort_keys=True).encode())
    for array in (model.atom_to_species, model.positions, model.cell):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.digest()


@cache
def _code() -> str:
    """Return a hash of the version and of the sources, which may change between versions."""
    digest = hashlib.sha256(VERSION.encode())
    for package in _CODE:
        for folder in package.__path__:
            for source in sorted(Path(folder).rglob("*.py")):
                digest.update(source.read_bytes())
    return digest.hexdigest()
