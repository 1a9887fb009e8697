"""Molecules from files: to be packed, or as linkers with two named binding atoms."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN
from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.molecules import check_molecules, shifts_of_molecules
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.formats import format_of_name
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.readers.xyz import read_free_molecule
from carvsdb_refine.backmap.linkers import Linker
from carvsdb_refine.backmap.packing import Molecule

Floats = NDArray[np.float64]
_MOST_ATOMS = 500
_SHORTEST = 0.5
_BOND_LENGTH = 2.0
_BINDING = ("N", "O", "S", "P", "Se", "As")


def molecule_of_file(path: str | Path) -> Molecule:
    """Read a molecule: xyz with or without a cell, or any format of atoms, of which all are then one molecule.

    Raises
    ------
    InputError
        If it cannot be read, has more than 500 atoms, or two of them lie at one place.
    """
    form = format_of_name(path)
    if form is not None and form.name == "xyz":
        elements, positions = read_free_molecule(TextFile.load(path))
    else:
        model = read_model(path)
        whole = replace(model, molecule_ids=np.ones(model.n_atoms, np.int64))
        _check_size(model.n_atoms, path)
        check_molecules(whole)
        elements, positions = model.elements, _together(whole)
    _check_size(len(elements), path)
    apart = np.linalg.norm(positions[:, None] - positions, axis=2)[np.triu_indices(len(elements), 1)]
    if len(apart) and apart.min() < _SHORTEST:
        raise InputError(f"two atoms of the molecule are {apart.min():.2f} Å apart", path=path)
    return Molecule(elements, positions)


def linker_of_file(path: str | Path, binding: Sequence[str] | None = None) -> Linker:
    """Read a linker.

    Parameters
    ----------
    path : str or Path
        As `molecule_of_file`.
    binding : sequence of two str, optional
        The atoms that bind a metal each: numbers from 1 in the file's order, or an element and which of it it is, such
        as ``N2`` for the second nitrogen. By default the only two N, O, S, P, Se or As with free sides: without
        hydrogen, bonded to one or two atoms.

    Raises
    ------
    InputError
        If the molecule cannot be read, or its binding atoms are not known.
    """
    molecule = molecule_of_file(path)
    if len(molecule.elements) == 1:
        return Linker(Path(path).stem, molecule.elements, np.zeros((1, 3)), (0, 0), 3.6, _BOND_LENGTH)
    plain = Linker(Path(path).stem, molecule.elements, molecule.positions, (0, 0))
    first, second = _binding(plain, binding, path)
    for atom in (first, second):
        if not plain.next_to(atom):
            raise InputError(
                f"binding atom {atom + 1} ({molecule.elements[atom]}) has no other within 1.7 Å", path=path
            )
    placed = replace(plain, positions=_in_frame(plain, first, second), binding=(first, second))
    sites = placed.metal_sites(_BOND_LENGTH)
    return replace(placed, metal_distance=float(np.linalg.norm(sites[1] - sites[0])), bond_length=_BOND_LENGTH)


def _check_size(n_atoms: int, path: str | Path) -> None:
    if n_atoms > _MOST_ATOMS:
        raise InputError(f"has {n_atoms} atoms; expected a molecule of at most {_MOST_ATOMS}", path=path)


def _together(model: AtomicModel) -> Floats:
    whole: Floats = model.positions + shifts_of_molecules(model) @ model.cell
    return whole


def _binding(linker: Linker, named: Sequence[str] | None, path: str | Path) -> tuple[int, int]:
    if named is None:
        free = [atom for atom, symbol in enumerate(linker.elements) if symbol in _BINDING and _is_free(linker, atom)]
        if len(free) != 2:
            found = ", ".join(_name(linker, atom) for atom in free) or "none"
            raise InputError(
                f"its binding atoms are not plain: {found} could be", path=path, hint="name two: --binding N1,N2"
            )
        return free[0], free[1]
    atoms = [_atom(linker, name.strip(), path) for name in named]
    if len(atoms) != 2 or atoms[0] == atoms[1]:
        raise InputError(f"expected two binding atoms such as N1,N2, got {','.join(named)!r}", path=path)
    return atoms[0], atoms[1]


def _atom(linker: Linker, name: str, path: str | Path) -> int:
    """Return the atom of a number, or of an element and a number among its like."""
    if name.isdecimal() and 0 < int(name) <= len(linker.elements):
        return int(name) - 1
    for atom in range(len(linker.elements)):
        if name == _name(linker, atom):
            return atom
    raise InputError(
        f"there is no atom {name!r}; expected a number from 1 to {len(linker.elements)}, or such as "
        f"{_name(linker, 0)} for the first {linker.elements[0]}",
        path=path,
    )


def _name(linker: Linker, atom: int) -> str:
    symbol = linker.elements[atom]
    return f"{symbol}{linker.elements[: atom + 1].count(symbol)}"


def _is_free(linker: Linker, atom: int) -> bool:
    distances = np.linalg.norm(linker.positions - linker.positions[atom], axis=1)
    hydrogen = np.array([symbol in HYDROGEN for symbol in linker.elements])
    return not (hydrogen & (distances < 1.25)).any() and 1 <= len(linker.next_to(atom)) <= 2


def _in_frame(linker: Linker, first: int, second: int) -> Floats:
    """Turn a molecule so that its binding atoms lie on the x axis about 0, and metals on the side y > 0."""
    positions = linker.positions - (linker.positions[first] + linker.positions[second]) / 2
    along = positions[second] - positions[first]
    along /= np.linalg.norm(along)
    outward = np.zeros(3)
    for atom in (first, second):
        for other in linker.next_to(atom):
            bond = positions[atom] - positions[other]
            outward += bond / np.linalg.norm(bond)
    outward -= (outward @ along) * along
    if np.linalg.norm(outward) < 1e-3:
        # Metals lie on the axis, as with 4,4'-bipyridine: then the widest direction across it.
        across = positions - np.outer(positions @ along, along)
        outward = np.linalg.svd(across)[2][0]
        outward -= (outward @ along) * along
        if np.linalg.norm(outward) < 1e-3:
            outward = np.cross(along, np.eye(3)[np.abs(along).argmin()])
    up = outward / np.linalg.norm(outward)
    placed: Floats = positions @ np.array([along, up, np.cross(along, up)]).T
    return placed
