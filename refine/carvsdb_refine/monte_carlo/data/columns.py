"""Atoms sorted by place, so that those within reach of a place stand in few runs: what is too far is not looked at.

The cell is cut into columns along its third axis, and each column into short pieces. Atoms stand by column, and in it
by piece; then what a sphere cuts out of a column are one or two runs of slots. A sphere that fits into the cell fills
half of it, so half of all distances need not be worked out, less what its surface cuts. Only cells with right angles
are cut so: in others the nearest image by fractions is not the nearest one, and there is one run of all atoms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# In Å: how wide columns are, how long their pieces, and how far atoms may move before they are sorted anew.
_WIDTH, _PIECE, _FARTHEST = 6.2, 2.0, 0.7


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """How the slots of atoms follow from their places.

    Attributes
    ----------
    lengths : ndarray of float64, shape (3,)
        Edges of the cell in Å; for a cell without right angles infinite ones, with a single column.
    shape : tuple of int
        Columns along the first and the second axis, pieces along the third.
    slot_to_atom : ndarray of int64, shape (n_atoms,)
        Which atom stands in each slot.
    first : ndarray of int64, shape (n_columns * n_pieces + 1,)
        In which slot each piece begins.
    homes : ndarray of float64, shape (3, n_atoms)
        Fractions at which the atoms in the slots were sorted.
    """

    lengths: Floats
    shape: tuple[int, int, int]
    slot_to_atom: Integers
    first: Integers
    homes: Floats

    @classmethod
    def of(cls, fractions: Floats, cell: Floats) -> "Columns":
        """Sort atoms by their fractions, from 0 up to 1, shape (3, n_atoms)."""
        edges = np.linalg.norm(cell, axis=1)
        angles = cell @ cell.T
        straight = bool(np.abs(angles - np.diag(np.diag(angles))).max() < 1e-9 * float(edges.min()) ** 2)
        widths = (_WIDTH, _WIDTH, _PIECE)
        counts = [max(1, int(edge / width)) if straight else 1 for edge, width in zip(edges, widths, strict=True)]
        shape = (counts[0], counts[1], counts[2])
        places = [np.minimum((row * n).astype(np.int64), n - 1) for row, n in zip(fractions, shape, strict=True)]
        pieces = (places[0] * shape[1] + places[1]) * shape[2] + places[2]
        order = np.argsort(pieces, kind="stable")
        first = np.concatenate(([0], np.cumsum(np.bincount(pieces, minlength=int(np.prod(shape))))))
        lengths = np.asarray(edges if straight else np.full(3, np.inf), np.float64)
        return cls(lengths, shape, order.astype(np.int64), first.astype(np.int64), fractions[:, order].copy())

    def is_stale(self, strayed: float) -> bool:
        """Return whether atoms are so far from where they were sorted, in Å, that sorting them anew pays."""
        return bool(np.isfinite(self.lengths[0])) and strayed > _FARTHEST


@compiled
def strayed(homes: Floats, lengths: Floats, slots: Integers, fractions: Floats) -> float:
    """Return how far, in Å, the farthest of some atoms is from where it was sorted."""
    farthest = 0.0
    if not np.isfinite(lengths[0]):
        return farthest
    for i in range(slots.shape[0]):
        square = 0.0
        for axis in range(3):
            difference = fractions[axis, i] - homes[axis, slots[i]]
            difference = (difference - np.rint(difference)) * lengths[axis]
            square += difference * difference
        farthest = max(farthest, np.sqrt(square))
    return farthest


@compiled_part
def squares_to_columns(fraction: float, n_columns: int, length: float, squares: Floats) -> None:
    """Write the squares of the distances along one axis, in Å², from a place to the nearest side of each column."""
    half = 0.5 / n_columns
    for column in range(n_columns):
        difference = (column + 0.5) / n_columns - fraction
        difference = max(abs(difference - np.rint(difference)) - half, 0.0)
        squares[column] = 0.0 if n_columns == 1 else (difference * length) ** 2


@compiled_part
def runs_within(fraction: float, span: float, first: Integers, column: int, n_pieces: int, runs: Integers) -> int:
    """Write begin and end of the runs of slots in a column whose pieces lie within a span of a place; return how many.

    Both are fractions of the third axis.
    """
    at = column * n_pieces
    low, high = int(np.floor((fraction - span) * n_pieces)), int(np.floor((fraction + span) * n_pieces))
    if high - low + 1 >= n_pieces:
        runs[0], runs[1] = first[at], first[at + n_pieces]
        return 1
    low, high = low % n_pieces, high % n_pieces
    if low <= high:
        runs[0], runs[1] = first[at + low], first[at + high + 1]
        return 1
    runs[0], runs[1] = first[at], first[at + high + 1]
    runs[2], runs[3] = first[at + low], first[at + n_pieces]
    return 2
