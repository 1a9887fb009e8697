"""Neighbour lists: which atoms are near each other, in cells of any size and shape."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError

# No material has so many atoms around one; without a bound, a cell of no size would fill the memory.
_DENSEST = 2.0
_LONGEST = 5000.0
# The search divides the cell into bins as wide as its cut-off, counts them in 32 bits, and walks through all of them:
# where they would be too many it looks farther, and what is too far is left out.
_MOST_BINS, _BINS_AN_ATOM = 4e6, 2


def near_pairs(structure: Structure, cut_off: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find all pairs of atoms within a distance, each once.

    Parameters
    ----------
    structure : Structure
    cut_off : float
        In Å; it may be longer than the cell, so that an atom meets its own images.

    Returns
    -------
    rows : ndarray of int64, shape (n_pairs, 5)
        ``(src, dst, u, v, w)`` with ``src <= dst``, sorted.
    lengths : ndarray of float64, shape (n_pairs,)

    Raises
    ------
    NoNetError
        If the cell holds more than two atoms per Å³, or is longer than 5,000 Å.
    """
    if structure.n_atoms > _DENSEST * structure.volume:
        raise NoNetError(
            f"{structure.n_atoms} atoms in {structure.volume:.3g} Å³ are no material; is the cell in Å?",
            cause="bad cell",
        )
    longest = float(np.linalg.norm(structure.cell, axis=1).max())
    if longest > _LONGEST:
        raise NoNetError(
            f"a cell of {longest:g} Å is no material's (at most {_LONGEST:g} Å); is it in Å?", cause="bad cell"
        )
    rows, _, lengths = _half_list(structure.positions, structure.cell, cut_off)
    return rows, lengths


class PairList(NamedTuple):
    """A full neighbour list: each pair from both sides, sorted by the first atom.

    An atom may meet several images of another one, and of itself.

    Attributes
    ----------
    firsts, seconds : ndarray of int64, shape (n_pairs,)
        The atoms.
    offsets : ndarray of int64, shape (n_pairs, 3)
        The cell of the second atom, counted from the first atom's, for positions as they are given.
    vectors : ndarray of float64, shape (n_pairs, 3)
        From the first to the image of the second, in Å.
    distances : ndarray of float64, shape (n_pairs,)
        In Å.
    """

    firsts: NDArray[np.int64]
    seconds: NDArray[np.int64]
    offsets: NDArray[np.int64]
    vectors: NDArray[np.float64]
    distances: NDArray[np.float64]


def list_pairs(positions: NDArray[np.float64], cell: NDArray[np.float64], cut_off: float) -> PairList:
    """List the pairs of atoms closer than a distance, in a cell of any size and shape.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å; anywhere.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    cut_off : float
        In Å.

    Examples
    --------
    >>> list_pairs(np.zeros((1, 3)), 3.0 * np.eye(3), 3.1).vectors.sum(axis=0).tolist()
    [0.0, 0.0, 0.0]
    """
    rows, vectors, lengths = _half_list(positions @ np.linalg.inv(cell), cell, cut_off)
    inside = lengths < cut_off
    rows, vectors, lengths = rows[inside], vectors[inside], lengths[inside]
    back = np.column_stack([rows[:, 1], rows[:, 0], -rows[:, 2:]])
    rows, vectors = np.concatenate([rows, back]), np.concatenate([vectors, -vectors])
    order = np.lexsort(rows.T[::-1])
    rows = rows[order]
    return PairList(rows[:, 0], rows[:, 1], rows[:, 2:], vectors[order], np.concatenate([lengths, lengths])[order])


def _half_list(
    fractions: NDArray[np.float64], cell: NDArray[np.float64], cut_off: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return each pair once: rows as `near_pairs` has them, vectors in Å, shape (n_pairs, 3), and their lengths."""
    from vesin import NeighborList

    most_bins = min(_MOST_BINS, _BINS_AN_ATOM * len(fractions))
    reach = max(cut_off, float(np.cbrt(abs(float(np.linalg.det(cell))) / max(most_bins, 1))))
    # Coordinates far outside the cell cost digits: search among wrapped ones, and shift the offsets back.
    cells = np.floor(fractions)
    first, second, shifts, vectors, lengths = NeighborList(cutoff=reach, full_list=False).compute(
        points=(fractions - cells) @ cell,
        box=cell,
        periodic=True,
        quantities="ijSDd",
    )
    near = lengths <= cut_off
    lengths, vectors, shifts = lengths[near], vectors[near], shifts[near]
    src, dst = first[near].astype(np.int64), second[near].astype(np.int64)
    home = cells.astype(np.int64)
    offsets = shifts.astype(np.int64) + home[src] - home[dst]
    rows = np.column_stack([src, dst, offsets])
    positive = np.take_along_axis(offsets, (offsets != 0).argmax(axis=1)[:, None], 1)[:, 0] > 0
    turn = (src > dst) | ((src == dst) & ~positive)
    rows[turn] = np.column_stack([dst[turn], src[turn], -offsets[turn]])
    vectors[turn] *= -1
    order = np.lexsort(rows.T[::-1])
    return rows[order], np.asarray(vectors, np.float64)[order], np.asarray(lengths, np.float64)[order]
