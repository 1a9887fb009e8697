"""Whether atoms of a result are those that were asked for: in another order, origin or orientation, or other images.

Programs sort atoms by element (VASP), turn cells so that the first vector lies along x (LAMMPS), wrap atoms, and write
places with few digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carvsdb.atoms.elements import HYDROGEN
from carvsdb.atoms.model import AtomicModel

Floats = NDArray[np.float64]

NEAR = 0.01
"""How far atoms and ends of cell vectors may be from where they are to be, in Å."""

_WAVES = np.array([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1), (2, 1, 0)])


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """How a result becomes what was asked for.

    Attributes
    ----------
    order : ndarray of int64, shape (n,)
        Which atom of the result each atom is.
    rotation : ndarray of float64, shape (3, 3)
        Which turns vectors of the result, as rows: ``forces @ rotation``.
    """

    order: NDArray[np.int64]
    rotation: Floats


@dataclass(frozen=True, eq=False)
class Atoms:
    """Atoms as they are compared: by fractions of their cell, isotopes by their element."""

    model: AtomicModel

    @cached_property
    def symbols(self) -> NDArray[np.str_]:
        """Of the atoms, shape (n,)."""
        return np.array(["H" if symbol in HYDROGEN else symbol for symbol in self.model.elements])

    @cached_property
    def fractions(self) -> Floats:
        """Of the cell, shape (n, 3)."""
        return np.asarray(self.model.positions @ np.linalg.inv(self.model.cell))

    @cached_property
    def formula(self) -> tuple[tuple[str, int], ...]:
        """Elements and how many atoms each has."""
        names, counts = np.unique(self.symbols, return_counts=True)
        return tuple(zip(names.tolist(), counts.tolist(), strict=True))

    @cached_property
    def amplitudes(self) -> Floats:
        """Of a few waves scattered by each element: whatever the origin, they are the same."""
        parts = [self.fractions[self.symbols == symbol] @ _WAVES.T for symbol, _ in self.formula]
        return np.array([np.abs(np.exp(2j * np.pi * part).sum(axis=0)) for part in parts])


def placed(asked: Atoms, result: Atoms, *, any_origin: bool) -> Placed | None:
    """Return how a result becomes the structure that was asked for; None if it is another one.

    Parameters
    ----------
    asked, result : Atoms
    any_origin : bool
        Whether all atoms may be displaced together.
    """
    if asked.formula != result.formula:
        return None
    rotation = _rotation(asked.model.cell, result.model.cell)
    if rotation is None:
        return None
    if any_origin:
        # By how much each changes at most where every atom is as far from its place as it may be.
        wave_numbers = 2 * np.pi * np.linalg.norm(np.linalg.inv(asked.model.cell) @ _WAVES.T, axis=0)
        slack = wave_numbers * NEAR * asked.model.n_atoms
        if (np.abs(asked.amplitudes - result.amplitudes) > slack + 1e-6).any():
            return None
    trees = {symbol: _tree(result.fractions[result.symbols == symbol]) for symbol, _ in asked.formula}
    for shift in _shifts(asked, result, any_origin):
        order = _order(asked, result, trees, shift)
        if order is not None:
            return Placed(order, rotation)
    return None


def _rotation(asked: Floats, result: Floats) -> Floats | None:
    """Return what turns one cell into another; None if they differ by more than that."""
    if np.abs(asked - result).max() <= NEAR:
        return np.eye(3)
    left, _, right = np.linalg.svd(np.linalg.inv(result) @ asked)
    rotation = np.asarray(left @ right)
    return rotation if np.abs(asked - result @ rotation).max() <= NEAR else None


def _shifts(asked: Atoms, result: Atoms, any_origin: bool) -> Iterator[Floats]:
    """Yield displacements of the result, in fractions: none, then those that bring an atom to its place."""
    yield np.zeros(3)
    if any_origin:
        rare = min(asked.formula, key=lambda of: of[1])[0]
        yield from asked.fractions[asked.symbols == rare][0] - result.fractions[result.symbols == rare]


def _order(asked: Atoms, result: Atoms, trees: dict[str, cKDTree], shift: Floats) -> NDArray[np.int64] | None:
    order = np.empty(asked.model.n_atoms, np.int64)
    for symbol, tree in trees.items():
        ours = asked.symbols == symbol
        _, nearest = tree.query(_wrapped(asked.fractions[ours] - shift))
        order[ours] = np.flatnonzero(result.symbols == symbol)[nearest]
    if len(np.unique(order)) < len(order):
        return None
    apart = asked.fractions - shift - result.fractions[order]
    apart -= np.rint(apart)
    # The atom that gave the shift is as badly rounded as any.
    apart -= apart.mean(axis=0) if shift.any() else 0.0
    return order if np.linalg.norm(apart @ asked.model.cell, axis=1).max() <= NEAR else None


def _tree(fractions: Floats) -> cKDTree:
    return cKDTree(_wrapped(fractions), boxsize=1.0)


def _wrapped(fractions: Floats) -> Floats:
    inside = fractions % 1.0
    # What is just below 0 becomes 1.
    return np.where(inside < 1.0, inside, 0.0)
