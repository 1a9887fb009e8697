"""Random packings, as start models of simulations: atoms and rigid molecules at a density."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError
from carvsdb_refine.backmap.amounts import MOST_ATOMS
from carvsdb_refine.backmap.contacts import contact_distances
from carvsdb_refine.backmap.soft_bodies import Bodies, Relaxation, Springs, relax_bodies

Floats = NDArray[np.float64]
# Of a contact: nearer, atoms overlap.
_NEAREST_PART = 0.75


@dataclass(frozen=True, eq=False)
class Molecule:
    """Something rigid, many of which are packed.

    Attributes
    ----------
    elements : tuple of str
        Chemical symbols.
    positions : ndarray of float64, shape (n, 3)
        In Å.
    """

    elements: tuple[str, ...]
    positions: Floats

    @classmethod
    def atom(cls, symbol: str) -> "Molecule":
        """Return a single atom."""
        return cls((symbol,), np.zeros((1, 3)))


@dataclass(frozen=True, eq=False)
class Packing:
    """A random packing.

    Attributes
    ----------
    model : AtomicModel
        With a molecule id for each thing packed.
    relaxation : Relaxation
        How the relaxation of overlaps ended.
    """

    model: AtomicModel
    relaxation: Relaxation


def random_packing(
    contents: Sequence[tuple[Molecule | str, int]],
    *,
    number_density: float | None = None,
    cell: NDArray[np.float64] | None = None,
    contacts: Mapping[str, float] | None = None,
    rng: np.random.Generator,
    most_steps: int = 2000,
) -> Packing:
    """Put atoms and molecules at random into a cell, and push apart what is too near.

    Parameters
    ----------
    contents : sequence of (Molecule or str, int)
        What (a chemical symbol is a single atom), and how many.
    number_density : float, optional
        Atoms per Å³, in a cube; or give `cell`.
    cell : ndarray of float64, shape (3, 3), optional
        Lattice vectors as rows, in Å.
    contacts : mapping of str to float, optional
        Distances at which pairs of elements begin to repel, where not as in `contact_distances`, in Å; pairs that bond
        may come as near as their covalent radii say.
    rng : numpy.random.Generator
        Draws places and turns.
    most_steps : int
        Of the relaxation.

    Raises
    ------
    InputError
        If there is nothing to pack, not one of density and cell, or atoms cannot be kept apart at that density.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> packed = random_packing([("Si", 64)], number_density=0.05, contacts={"Si-Si": 2.2}, rng=rng)
    >>> packed.model, packed.relaxation.largest_overlap < 0.01
    (AtomicModel(Si64, cell 10.8577 x 10.8577 x 10.8577 Å, 0.05 atoms/Å³), True)
    """
    amount = sum(count * (1 if isinstance(thing, str) else len(thing.elements)) for thing, count in contents)
    if amount > MOST_ATOMS:
        raise InputError(f"{amount:,} atoms are more than the {MOST_ATOMS:,} that are packed")
    things = [
        Molecule.atom(thing) if isinstance(thing, str) else thing for thing, count in contents for _ in range(count)
    ]
    if not things:
        raise InputError("there is nothing to pack; give a chemical symbol or a molecule, and how many")
    n_atoms = sum(len(thing.elements) for thing in things)
    if (cell is None) == (number_density is None):
        raise InputError("a packing needs a number density or a cell, one of them")
    if number_density is not None:
        if not (np.isfinite(number_density) and number_density > 0):
            raise InputError(f"the number density must be above 0 atoms/Å³, got {number_density}")
        cell = np.eye(3) * (n_atoms / number_density) ** (1 / 3)
    lattice = np.array(cell, np.float64)
    elements = tuple(symbol for thing in things for symbol in thing.elements)
    species = sorted(set(elements))
    positions = []
    for thing in things:
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        turn *= np.sign(np.linalg.det(turn))
        arms = thing.positions - thing.positions.mean(axis=0)
        positions.append(arms @ turn + rng.random(3) @ lattice)
    body = np.repeat(np.arange(len(things)), [len(thing.elements) for thing in things])
    kinds = np.array([species.index(symbol) for symbol in elements], np.int64)
    start = AtomicModel(elements, np.vstack(positions), lattice, molecule_ids=body + 1)
    bodies = Bodies(start.positions, body, kinds, lattice)
    distances = contact_distances(species, contacts, bonding=True)
    relaxed, relaxation = relax_bodies(bodies, distances, Springs.none(), most_steps=most_steps)
    packed = start.moved_to(relaxed)
    _check_apart(packed, body, kinds, distances)
    return Packing(packed, relaxation)


def _check_apart(model: AtomicModel, body: NDArray[np.int64], kinds: NDArray[np.int64], distances: Floats) -> None:
    """Raise InputError if atoms of different bodies are much nearer than they may be."""
    pairs = list_pairs(model.positions, model.cell, max(float(distances.max()), 0.1))
    apart = (body[pairs.firsts] != body[pairs.seconds]) | pairs.offsets.any(axis=1)
    wanted = distances[kinds[pairs.firsts], kinds[pairs.seconds]]
    parts = np.where(apart & (wanted > 0), pairs.distances / np.maximum(wanted, 1e-9), np.inf)
    if not len(parts) or parts.min() >= _NEAREST_PART:
        return
    worst = int(parts.argmin())
    pair = "-".join(sorted((model.elements[pairs.firsts[worst]], model.elements[pairs.seconds[worst]])))
    raise InputError(
        f"at {model.number_density:.4g} atoms/Å³ ({model.structure().density:.3g} g/cm³) atoms cannot be kept apart: "
        f"{pair} comes to {pairs.distances[worst]:.2f} Å, its contact is {wanted[worst]:.2f} Å",
        hint=f"take a lower density, or a shorter contact (--contact {pair}=...)",
    )
