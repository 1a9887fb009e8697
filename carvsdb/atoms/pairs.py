"""Which atoms are near each other, in cells of any size and shape."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError

# No material has so many atoms around one; without a bound, a cell of no size would fill the memory.
_DENSEST = 2.0
_LONGEST = 5000.0
# The search divides the cell into bins as wide as its cut-off and counts them in 32 bits: in large cells it looks
# farther, and what is too far is left out.
_MOST_BINS = 4e6


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
    from vesin import NeighborList

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
    reach = max(cut_off, float(np.cbrt(structure.volume / _MOST_BINS)))
    # Coordinates far outside the cell cost digits: search among wrapped ones, and shift the offsets back.
    cells = np.floor(structure.positions)
    first, second, shifts, lengths = NeighborList(cutoff=reach, full_list=False).compute(
        points=(structure.positions - cells) @ structure.cell,
        box=structure.cell,
        periodic=True,
        quantities="ijSd",
    )
    near = lengths <= cut_off
    lengths, shifts = lengths[near], shifts[near]
    src, dst = first[near].astype(np.int64), second[near].astype(np.int64)
    home = cells.astype(np.int64)
    offsets = shifts.astype(np.int64) + home[src] - home[dst]
    rows = np.column_stack([src, dst, offsets])
    positive = np.take_along_axis(offsets, (offsets != 0).argmax(axis=1)[:, None], 1)[:, 0] > 0
    turn = (src > dst) | ((src == dst) & ~positive)
    rows[turn] = np.column_stack([dst[turn], src[turn], -offsets[turn]])
    order = np.lexsort(rows.T[::-1])
    return rows[order], np.asarray(lengths, np.float64)[order]
