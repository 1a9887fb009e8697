"""A first config of a refinement: read the files, guess what they are, write it down, and see that it can run."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from carvsdb.atomic_write import check_free, write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.formats import format_of_name
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.beginning.config_text import POTENTIALS, Beginning, config_text
from carvsdb_refine.beginning.curves import Curve, curve_of
from carvsdb_refine.beginning.pieces import Pieces, find_pieces
from carvsdb_refine.beginning.spheres import NO_BOND, OVERLAP, Sphere, spheres_of
from carvsdb_refine.run.config_file import ConfigFile, parse_config
from carvsdb_refine.run.scoring import score
from carvsdb_refine.run.setup import composition_of, prepare
from carvsdb_refine.scattering import pair_histogram, partial_distributions
from carvsdb_schemas.refinement_answers import ScoreAnswer

_BIN_WIDTH = 0.02
_PART_OF_CONTACT, _PART_WITH_POTENTIAL = 0.95, 0.85
_MOVES_A_BODY, _FEWEST_MOVES, _MOST_MOVES = 20, 2_000, 100_000
# Å: a model that ends before has no structure to refine.
_SHORT_R_MAX = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class FirstConfig:
    """A config that was written, and why it is what it is.

    Attributes
    ----------
    file : ConfigFile
    curves : tuple of Curve
    pieces : Pieces
    spheres : tuple of Sphere
    score : ScoreAnswer
        How well the start does.
    doubts : tuple of str
        What a user should look at, a sentence each.
    """

    file: ConfigFile
    curves: tuple[Curve, ...]
    pieces: Pieces
    spheres: tuple[Sphere, ...]
    score: ScoreAnswer
    doubts: tuple[str, ...]


def first_config(
    model: str | Path,
    data: Sequence[str | Path],
    output: str | Path,
    *,
    potential: str | Path | None = None,
    types: Mapping[int, str] | None = None,
    seed: int = 1,
    overwrite: bool = False,
) -> FirstConfig:
    """Write a TOML file that `run` takes as it is.

    Parameters
    ----------
    model : str or Path
        The start.
    data : sequence of str or Path
        Files of curves; a file of a potential among them is taken as such.
    output : str or Path
        The TOML file.
    potential : str or Path, optional
        A file of a potential: ``.yace`` or ``.yaml``, ``.sw``, ``.tersoff``.
    types : mapping of int to str, optional
        The element of each LAMMPS atom type, where the model has none.
    seed : int
        Of the run.
    overwrite : bool
        Whether a file that is there already is replaced.

    Raises
    ------
    InputError
        If a file cannot be read, or nothing is there to refine against.
    RefusedError
        If the file is there already, and not to be overwritten.
    """
    curves_of = [Path(path) for path in data]
    potentials = [path for path in curves_of if path.suffix.lower() in POTENTIALS]
    curves_of = [path for path in curves_of if path not in potentials]
    potentials += [Path(potential)] if potential is not None else []
    for path in curves_of:
        form = format_of_name(path)
        if form is not None and form.atoms is not None:
            raise InputError("is a second model; expected files of curves behind the first", path=path)
    if len(potentials) > 1:
        raise InputError("is a second potential; expected one", path=potentials[1])
    if potentials and potentials[0].suffix.lower() not in POTENTIALS:
        raise InputError(f"is no file of a potential; expected {', '.join(POTENTIALS)}", path=potentials[0])
    if not curves_of and not potentials:
        raise InputError("there is neither a curve nor a potential to refine against; name a file of one")
    target = Path(output)
    check_free([target], overwrite)
    start = read_model(model, types)
    pieces = find_pieces(start)
    spheres = spheres_of(pieces.model, _PART_WITH_POTENTIAL if potentials else _PART_OF_CONTACT)
    composition = composition_of(start, _BIN_WIDTH)
    partials = partial_distributions(pair_histogram(start, _BIN_WIDTH))
    h = np.asarray(partials.values - 1, np.float64)
    shortest = _shortest(start, spheres, partials.values, composition.distances)
    # One sample has one isotopic composition: what the first neutron curve says of it holds for the others.
    curves: tuple[Curve, ...] = ()
    for path in curves_of:
        deuterium = next((curve.deuterium for curve in curves if curve.deuterium is not None), None)
        curves += (curve_of(path, composition, h, shortest, deuterium),)
    beginning = Beginning(
        model_name=_relative(model, target),
        model_words=_words(start),
        types=dict(types or {}),
        pieces=pieces,
        curves=[(_relative(curve.path, target), curve) for curve in curves],
        potential=_relative(potentials[0], target) if potentials else None,
        spheres=spheres,
        moves=_moves(pieces.model),
        seed=seed,
    )
    # The text is read and scored before it is written: a config that appears is one that runs.
    text = config_text(beginning)
    file = parse_config(text, target)
    found = score(prepare(file))
    write_text(target, text, overwrite=overwrite)
    return FirstConfig(file, curves, pieces, tuple(spheres), found, _doubts(start, curves, spheres, found))


def _shortest(model: AtomicModel, spheres: Sequence[Sphere], g: np.ndarray, r: np.ndarray) -> float:
    """Return the shortest distance that the model should have, in Å: overlaps left out, bonds in molecules counted."""
    filled = np.flatnonzero((g > 0).any(axis=0))
    first = float(r[filled[0]]) if len(filled) else 1.0
    return min(sphere.distance for sphere in spheres) if any(sphere.doubt == OVERLAP for sphere in spheres) else first


def _relative(path: str | Path, target: Path) -> str:
    """Return what the TOML file calls another file."""
    try:
        return Path(os.path.relpath(path, target.parent or ".")).as_posix()
    except ValueError:  # another drive
        return str(Path(path).resolve())


def _words(model: AtomicModel) -> str:
    structure = model.structure()
    amounts = " ".join(f"{symbol}{count}" for symbol, count in zip(model.species, model.counts.tolist(), strict=True))
    return (
        f"{amounts}; {model.number_density:.5f} atoms/Å³, {structure.density:.3f} g/cm³; "
        f"pairs up to {model.heights.min() / 2:.2f} Å"
    )


def _moves(model: AtomicModel) -> int:
    bodies = model.n_atoms if model.molecule_ids is None else len(np.unique(model.molecule_ids))
    return int(np.clip(_MOVES_A_BODY * bodies, _FEWEST_MOVES, _MOST_MOVES))


def _doubts(
    model: AtomicModel, curves: Sequence[Curve], spheres: Sequence[Sphere], found: ScoreAnswer
) -> tuple[str, ...]:
    doubts = [f"{curve.path}: {doubt}" for curve in curves for doubt in (*curve.notes, *curve.doubts)]
    r_max = float(model.heights.min()) / 2
    if r_max < _SHORT_R_MAX:
        doubts.append(f"the model has pairs up to {r_max:.1f} Å only; a larger cell (a supercell) says more")
    for what in (OVERLAP, NO_BOND):
        pairs = ", ".join(f"{sphere.pair} {sphere.closest:.2f} Å" for sphere in spheres if sphere.doubt == what)
        if pairs:
            doubts.append(
                f"closest contacts of the start: {pairs}, {what}; their hard spheres come from covalent radii"
            )
    said = set(doubts)
    return (*doubts, *(doubt for doubt in found.doubts if doubt not in said and not doubt.startswith("atoms overlap")))
