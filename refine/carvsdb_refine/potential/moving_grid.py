"""Who is near, while atoms move: boxes over a periodic cell of any shape and size, with lists that can be relinked.

As in `neighbours`, boxes beyond the border are boxes of a neighbouring image, so a cell smaller than the cut-off is no
special case: an atom then meets several images of another one, and of itself.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part
from carvsdb_refine.potential.neighbours import cell_grid

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class MovingGrid(NamedTuple):
    """Atoms in boxes; the arrays change in place as atoms move.

    Attributes
    ----------
    positions : ndarray of float64, shape (n, 3)
        Wrapped into the cell, in Å.
    cell, inverse : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å, and the inverse of that matrix.
    counts : ndarray of int64, shape (3,)
        Number of boxes along each lattice vector.
    reach : ndarray of int64, shape (3,)
        How many boxes away a neighbour can be.
    box : ndarray of int64, shape (n, 3)
        The box of each atom.
    first : ndarray of int64, shape (n_boxes,)
        The first atom of each box, -1 where it is empty.
    following, preceding : ndarray of int64, shape (n,)
        The next and the previous atom of the same box, or -1.
    """

    positions: Floats
    cell: Floats
    inverse: Floats
    counts: Integers
    reach: Integers
    box: Integers
    first: Integers
    following: Integers
    preceding: Integers


def moving_grid(positions: Floats, cell: Floats, cutoff: float) -> tuple[MovingGrid, int]:
    """Sort atoms into boxes; return them and an upper bound of the neighbours of an atom as they lie now.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å; anywhere.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å, not flat.
    cutoff : float
        In Å.

    Examples
    --------
    >>> grid, most = moving_grid(np.zeros((1, 3)), 3.0 * np.eye(3), 6.0)
    >>> grid.counts.tolist(), grid.reach.tolist(), most
    ([1, 1, 1], [3, 3, 3], 343)
    """
    sorted_grid = cell_grid(positions, cell, cutoff)
    n_atoms = len(positions)
    following, preceding = np.full(n_atoms, -1, np.int64), np.full(n_atoms, -1, np.int64)
    members, start = sorted_grid.members, sorted_grid.start
    filled = np.flatnonzero(np.diff(start))
    first = np.full(len(start) - 1, -1, np.int64)
    first[filled] = members[start[filled]]
    within = np.ones(n_atoms, bool)
    within[start[filled]] = False
    places = np.flatnonzero(within)
    following[members[places - 1]] = members[places]
    preceding[members[places]] = members[places - 1]
    grid = MovingGrid(
        positions=sorted_grid.positions,
        cell=np.ascontiguousarray(cell),
        inverse=np.ascontiguousarray(np.linalg.inv(cell)),
        counts=sorted_grid.counts,
        reach=sorted_grid.reach,
        box=sorted_grid.box,
        first=first,
        following=following,
        preceding=preceding,
    )
    return grid, sorted_grid.most_candidates


@compiled_part
def move_atom(grid: MovingGrid, atom: int, x: float, y: float, z: float) -> None:
    """Put an atom at a place (Cartesian, Å), wrapped into the cell, and into its box."""
    counts, cell, inverse = grid.counts, grid.cell, grid.inverse
    before, after = grid.preceding[atom], grid.following[atom]
    old = (grid.box[atom, 0] * counts[1] + grid.box[atom, 1]) * counts[2] + grid.box[atom, 2]
    if before < 0:
        grid.first[old] = after
    else:
        grid.following[before] = after
    if after >= 0:
        grid.preceding[after] = before
    for axis in range(3):
        grid.positions[atom, axis] = 0.0
    for row in range(3):
        fraction = x * inverse[0, row] + y * inverse[1, row] + z * inverse[2, row]
        fraction -= np.floor(fraction)
        if fraction >= 1.0:  # a tiny negative number rounds up to 1
            fraction = 0.0
        grid.box[atom, row] = min(int(fraction * counts[row]), counts[row] - 1)
        for axis in range(3):
            grid.positions[atom, axis] += fraction * cell[row, axis]
    new = (grid.box[atom, 0] * counts[1] + grid.box[atom, 1]) * counts[2] + grid.box[atom, 2]
    after = grid.first[new]
    grid.first[new] = atom
    grid.preceding[atom] = -1
    grid.following[atom] = after
    if after >= 0:
        grid.preceding[after] = atom


@compiled_part
def search(grid: MovingGrid, atom: int, cutoff: float, others: Integers, vectors: Floats) -> int:
    """Write the neighbours of an atom and the vectors (x, y, z, length) to them.

    Returns their number, or -1 if there are more than `others` has room for.
    """
    n_found = 0
    limit = cutoff * cutoff
    counts, reach, cell = grid.counts, grid.reach, grid.cell
    for du in range(-reach[0], reach[0] + 1):
        u = grid.box[atom, 0] + du
        image_u = u // counts[0]
        for dv in range(-reach[1], reach[1] + 1):
            v = grid.box[atom, 1] + dv
            image_v = v // counts[1]
            for dw in range(-reach[2], reach[2] + 1):
                w = grid.box[atom, 2] + dw
                image_w = w // counts[2]
                row = ((u - image_u * counts[0]) * counts[1] + v - image_v * counts[1]) * counts[2]
                other = grid.first[row + w - image_w * counts[2]]
                if other < 0:
                    continue
                here = image_u == 0 and image_v == 0 and image_w == 0
                shift_x = image_u * cell[0, 0] + image_v * cell[1, 0] + image_w * cell[2, 0] - grid.positions[atom, 0]
                shift_y = image_u * cell[0, 1] + image_v * cell[1, 1] + image_w * cell[2, 1] - grid.positions[atom, 1]
                shift_z = image_u * cell[0, 2] + image_v * cell[1, 2] + image_w * cell[2, 2] - grid.positions[atom, 2]
                while other >= 0:
                    x = grid.positions[other, 0] + shift_x
                    y = grid.positions[other, 1] + shift_y
                    z = grid.positions[other, 2] + shift_z
                    square = x * x + y * y + z * z
                    if square < limit and not (here and other == atom):
                        if n_found == len(others):
                            return -1
                        others[n_found] = other
                        vectors[n_found, 0] = x
                        vectors[n_found, 1] = y
                        vectors[n_found, 2] = z
                        vectors[n_found, 3] = np.sqrt(square)
                        n_found += 1
                    other = grid.following[other]
    return n_found
