"""Who is near: a grid of boxes over a periodic cell of any shape, and any size.

A cell smaller than the cut-off is no special case: boxes beyond the border are boxes of a neighbouring image, and
an atom then meets several images of another one, and of itself.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb.compiled import compiled_part

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class CellGrid(NamedTuple):
    """Atoms sorted into boxes.

    Attributes
    ----------
    positions : ndarray of float64, shape (n, 3)
        Wrapped into the cell, in Å.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    counts : ndarray of int64, shape (3,)
        Number of boxes along each lattice vector.
    reach : ndarray of int64, shape (3,)
        How many boxes away a neighbour can be.
    box : ndarray of int64, shape (n, 3)
        The box of each atom.
    start : ndarray of int64, shape (n_boxes + 1,)
        Where the atoms of each box begin in `members`.
    members : ndarray of int64, shape (n,)
        Atoms, box by box.
    """

    positions: Floats
    cell: Floats
    counts: Integers
    reach: Integers
    box: Integers
    start: Integers
    members: Integers

    @property
    def most_candidates(self) -> int:
        """An upper bound of the number of neighbours of an atom."""
        fullest = int(np.diff(self.start).max(initial=0))
        return fullest * int(np.prod(2 * self.reach + 1))


def cell_grid(positions: Floats, cell: Floats, cutoff: float) -> CellGrid:
    """Sort atoms into boxes about as wide as the cut-off.

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
    >>> import numpy as np
    >>> grid = cell_grid(np.zeros((1, 3)), 3.0 * np.eye(3), 6.0)
    >>> grid.counts.tolist(), grid.reach.tolist()
    ([1, 1, 1], [3, 3, 3])
    """
    inverse = np.linalg.inv(cell)
    heights = heights_of_cell(cell)
    # No more boxes than atoms are of use, and far fewer keep a sparse cell from filling memory with empty ones.
    most = max(1, int(np.ceil(len(positions) ** (1 / 3))) * 2)
    counts = np.clip((heights / cutoff).astype(np.int64), 1, most)
    reach = (cutoff * counts / heights).astype(np.int64) + 1
    fractional = positions @ inverse
    fractional -= np.floor(fractional)
    fractional[fractional >= 1.0] = 0.0  # a tiny negative number rounds up to 1
    box = np.minimum((fractional * counts).astype(np.int64), counts - 1)
    flat = (box[:, 0] * counts[1] + box[:, 1]) * counts[2] + box[:, 2]
    start = np.zeros(int(np.prod(counts)) + 1, np.int64)
    start[1:] = np.cumsum(np.bincount(flat, minlength=int(np.prod(counts))))
    members = np.argsort(flat, kind="stable").astype(np.int64)
    return CellGrid(np.ascontiguousarray(fractional @ cell), cell, counts, reach, box, start, members)


@compiled_part
def neighbours_of(grid: CellGrid, atom: int, cutoff: float, others: Integers, vectors: Floats) -> int:
    """Write the neighbours of an atom and the vectors (x, y, z, length) to them; return their number."""
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
                place = row + w - image_w * counts[2]
                here = image_u == 0 and image_v == 0 and image_w == 0
                shift_x = image_u * cell[0, 0] + image_v * cell[1, 0] + image_w * cell[2, 0] - grid.positions[atom, 0]
                shift_y = image_u * cell[0, 1] + image_v * cell[1, 1] + image_w * cell[2, 1] - grid.positions[atom, 1]
                shift_z = image_u * cell[0, 2] + image_v * cell[1, 2] + image_w * cell[2, 2] - grid.positions[atom, 2]
                for index in range(grid.start[place], grid.start[place + 1]):
                    other = grid.members[index]
                    x = grid.positions[other, 0] + shift_x
                    y = grid.positions[other, 1] + shift_y
                    z = grid.positions[other, 2] + shift_z
                    square = x * x + y * y + z * z
                    if square < limit and not (here and other == atom):
                        others[n_found] = other
                        vectors[n_found, 0] = x
                        vectors[n_found, 1] = y
                        vectors[n_found, 2] = z
                        vectors[n_found, 3] = np.sqrt(square)
                        n_found += 1
    return n_found
