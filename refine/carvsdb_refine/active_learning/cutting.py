"""Pieces of a large model: what the potential does not know, in a small periodic cell that a method can afford.

Around the atom of the highest grade a cube is cut out. Atoms within `core` of it keep their places. The faces of the
cube now meet each other: of atoms that come too near there, those outside of the core go, the ones with most such
contacts first; the rest outside of the core is relaxed by the current potential, whose repulsive core keeps it apart.
Of several edges the cube is taken whose composition and density are nearest to the model's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import ase.constraints
import ase.optimize
import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import CarvsdbError
from carvsdb_refine.backmap.contacts import contact_distances
from carvsdb_refine.potential.calculator import PotentialCalculator
from carvsdb_refine.potential.terms import Potential

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_ASE: Any = ase.optimize
_CONSTRAINTS: Any = ase.constraints

# The edge may be so much longer, in so many steps.
_LONGER, _TRIES = 1.12, 9
# Of the shortest distance of a pair in the model: nearer, atoms are too near. Pairs that never meet keep this part of a
# contact of spheres.
_NEAREST, _NEAREST_CONTACT = 0.8, 0.75
_ROUNDED = 1e-6
# Beyond the core so much more keeps its place, in Å, so that what relaxes does not come into it.
_SHELL = 0.5
_LARGEST_STEP = 0.05
_FORCE = 1.0
_LONGEST_CONTACT = 4.0


@dataclass(frozen=True, slots=True)
class Cutting:
    """How pieces are cut.

    Attributes
    ----------
    edge : float
        Of the cube, in Å; it may be up to 12 % longer.
    core : float
        In Å: how far around the centre atoms keep their places.
    pieces : int
        Of one model, at most.
    steps : int
        Of the relaxation outside of the core.
    """

    edge: float
    core: float
    pieces: int = 3
    steps: int = 50

    def is_smaller(self, model: AtomicModel) -> bool:
        """Return whether a cube of that edge lies within a model, without its own images."""
        return self.edge <= float(model.heights.min())


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A piece of a model.

    Attributes
    ----------
    model : AtomicModel
        In a cubic cell; its first atom is the centre.
    atoms : ndarray of int64, shape (n,)
        Which atom of the large model each is.
    is_core : ndarray of bool, shape (n,)
        Those that kept their places.
    n_removed : int
        Atoms of the cube that are gone.
    relaxed : bool
        Whether the atoms outside of the core were relaxed; they were not if that led them too near to each other, or
        into the core.
    """

    model: AtomicModel
    atoms: Integers
    is_core: NDArray[np.bool_]
    n_removed: int
    relaxed: bool


def centres(model: AtomicModel, grades: Floats, select: float, cutting: Cutting) -> list[int]:
    """Return the atoms around which pieces are cut: those above `select`, none within the core of another.

    Where none is above it, that of the highest grade.
    """
    chosen: list[int] = []
    inverse = np.linalg.inv(model.cell)
    order = np.lexsort((np.arange(model.n_atoms), -grades))
    for atom in order.tolist():
        if chosen and not grades[atom] > select:
            break
        apart = (model.positions[chosen] - model.positions[atom]) @ inverse
        near = np.linalg.norm((apart - np.rint(apart)) @ model.cell, axis=1) < cutting.core
        if not near.any():
            chosen.append(atom)
        if len(chosen) == cutting.pieces:
            break
    return chosen


def cut(model: AtomicModel, centre: int, cutting: Cutting, potential: Potential) -> Piece:
    """Cut a piece out of a model.

    Parameters
    ----------
    model : AtomicModel
        The large one.
    centre : int
        The atom around which it is cut.
    cutting : Cutting
        How.
    potential : Potential
        The current one; it relaxes what is not in the core.
    """
    vectors = _from_centre(model, centre)
    nearest = _nearest_distances(model)
    longest = min(cutting.edge * _LONGER, float(model.heights.min()))
    tries = [
        _cube(model, vectors, float(edge), cutting.core, nearest) for edge in np.linspace(cutting.edge, longest, _TRIES)
    ]
    piece = min(tries, key=lambda one: (_off(one, model), one.model.n_atoms))
    return _relaxed(piece, cutting, potential, model, nearest)


def _from_centre(model: AtomicModel, centre: int) -> Floats:
    """Return the vector of each atom's nearest image from the centre, shape (n, 3)."""
    fractions = (model.positions - model.positions[centre]) @ np.linalg.inv(model.cell)
    fractions -= np.rint(fractions)
    # In a cell that is not rectangular the nearest image may be a neighbour of the rounded one.
    shifts = np.array(list(np.ndindex(3, 3, 3)), np.float64) - 1
    images = (fractions[:, None] + shifts[None]) @ model.cell
    best = np.abs(images).max(axis=2).argmin(axis=1)
    return np.asarray(images[np.arange(model.n_atoms), best], np.float64)


def _nearest_distances(model: AtomicModel) -> Floats:
    """Return how near atoms of each two elements may come, in Å, shape (n_species, n_species)."""
    pairs = list_pairs(model.positions, model.cell, _LONGEST_CONTACT)
    shortest = np.full((len(model.species), len(model.species)), np.inf)
    kinds = model.atom_to_species
    np.minimum.at(shortest, (kinds[pairs.firsts], kinds[pairs.seconds]), pairs.distances)
    contacts = _NEAREST_CONTACT * contact_distances(model.species, bonding=True)
    return np.where(np.isfinite(shortest), _NEAREST * shortest, contacts)


def _cube(model: AtomicModel, vectors: Floats, edge: float, core: float, nearest: Floats) -> Piece:
    """Return the atoms of a cube with their places, without those that come too near at its faces."""
    # Of atoms on two opposite faces, as in a crystal, one counts, however their places are rounded.
    half = edge / 2 - _ROUNDED
    inside = np.flatnonzero(((vectors >= half - edge) & (vectors < half)).all(axis=1))
    distances = np.linalg.norm(vectors[inside], axis=1)
    atoms = inside[np.argsort(distances, kind="stable")]
    places, cell = vectors[atoms] + edge / 2, edge * np.eye(3)
    is_core = np.linalg.norm(vectors[atoms], axis=1) <= core
    kept = np.full(len(atoms), True)
    while len(firsts := _too_near(places[kept], cell, model.atom_to_species[atoms[kept]], nearest)):
        counts = np.bincount(firsts, minlength=int(kept.sum())).astype(np.float64)
        counts[is_core[kept]] = 0
        if not counts.any():
            break
        # Of those with most contacts the one farthest from the centre: they are in the order of their distance.
        worst = int(np.flatnonzero(counts == counts.max())[-1])
        kept[np.flatnonzero(kept)[worst]] = False
    left = atoms[kept]
    piece = AtomicModel(tuple(model.elements[atom] for atom in left), places[kept], cell)
    return Piece(piece, left, is_core[kept], int((~kept).sum()), relaxed=False)


def _too_near(places: Floats, cell: Floats, kinds: Integers, nearest: Floats) -> Integers:
    """Return the first atom of each pair that is too near, both ways."""
    pairs = list_pairs(places, cell, float(nearest.max()))
    return np.asarray(pairs.firsts[pairs.distances < nearest[kinds[pairs.firsts], kinds[pairs.seconds]]], np.int64)


def _off(piece: Piece, model: AtomicModel) -> float:
    """Return how many atoms composition and density of a piece are off the model's."""
    elements = list(piece.model.elements)
    expected = model.counts / model.n_atoms * model.number_density * piece.model.volume
    return float(sum(abs(elements.count(symbol) - one) for symbol, one in zip(model.species, expected, strict=True)))


def _relaxed(piece: Piece, cutting: Cutting, potential: Potential, large: AtomicModel, nearest: Floats) -> Piece:
    """Return a piece whose atoms outside of the core gave way, if none of them is too near to another then."""
    model = piece.model
    is_fixed = np.linalg.norm(model.positions - model.positions[0], axis=1) <= cutting.core + _SHELL
    if not cutting.steps or is_fixed.all():
        return piece
    atoms: Any = Atoms(model.elements, positions=model.positions, cell=model.cell, pbc=True)
    atoms.calc = PotentialCalculator(potential)
    atoms.set_constraint(_CONSTRAINTS.FixAtoms(mask=is_fixed))
    fire: Any = _ASE.FIRE
    try:
        with np.errstate(all="ignore"):
            fire(atoms, logfile=None, maxstep=_LARGEST_STEP).run(fmax=_FORCE, steps=cutting.steps)
    except (CarvsdbError, ValueError, ArithmeticError):  # a potential that knows nothing of such faces
        return piece
    places = np.array(atoms.get_positions(), np.float64)
    if not np.isfinite(places).all():
        return piece
    places[is_fixed] = model.positions[is_fixed]
    kinds = large.atom_to_species[piece.atoms]
    apart = (places - places[0]) / model.cell[0, 0]
    come_in = np.linalg.norm(apart - np.rint(apart), axis=1) * model.cell[0, 0] <= cutting.core
    if (come_in & ~piece.is_core).any() or len(_too_near(places, model.cell, kinds, nearest)):
        return piece
    return replace(piece, model=model.moved_to(places), relaxed=True)


def pieces_of(
    model: AtomicModel, grades: Floats, select: float, cutting: Cutting, potential: Potential
) -> Iterator[Piece]:
    """Yield the pieces of a model, that of the highest grade first."""
    for centre in centres(model, grades, select, cutting):
        yield cut(model, centre, cutting, potential)
