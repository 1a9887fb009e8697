"""All pairs of atoms closer than a distance, in a cell of any shape and size."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb_refine.potential.moving_grid import MovingGrid, moving_grid, search

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class PairList(NamedTuple):
    """Directed pairs, sorted by their first atom; an atom may meet several images of another one, and of itself.

    Attributes
    ----------
    firsts, seconds : ndarray of int64, shape (n_pairs,)
        The atoms.
    vectors : ndarray of float64, shape (n_pairs, 3)
        From the first to the image of the second, in Å.
    distances : ndarray of float64, shape (n_pairs,)
        In Å.
    """

    firsts: Integers
    seconds: Integers
    vectors: Floats
    distances: Floats


def list_pairs(positions: Floats, cell: Floats, cutoff: float) -> PairList:
    """List the pairs closer than a distance.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å; anywhere.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    cutoff : float
        In Å.

    Examples
    --------
    >>> list_pairs(np.zeros((1, 3)), 3.0 * np.eye(3), 3.1).vectors.sum(axis=0).tolist()
    [0.0, 0.0, 0.0]
    """
    grid, most = moving_grid(np.asarray(positions, np.float64), np.asarray(cell, np.float64), cutoff)
    firsts, seconds, vectors = _list_pairs(grid, most, cutoff)
    return PairList(firsts, seconds, np.ascontiguousarray(vectors[:, :3]), np.ascontiguousarray(vectors[:, 3]))


@compiled
def _list_pairs(grid: MovingGrid, most: int, cutoff: float) -> tuple[Integers, Integers, Floats]:
    n_atoms = len(grid.positions)
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    n_pairs = 0
    for atom in range(n_atoms):
        n_pairs += search(grid, atom, cutoff, others, vectors)
    firsts, seconds, between = np.empty(n_pairs, np.int64), np.empty(n_pairs, np.int64), np.empty((n_pairs, 4))
    row = 0
    for atom in range(n_atoms):
        n_others = search(grid, atom, cutoff, others, vectors)
        for j in range(n_others):
            firsts[row], seconds[row] = atom, others[j]
            for axis in range(4):
                between[row, axis] = vectors[j, axis]
            row += 1
    return firsts, seconds, between
