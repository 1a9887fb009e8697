"""The cell list: atoms of a periodic cell sorted into bins, and kept so while they move.

A cell smaller than the cut-off is no special case: bins beyond the border are bins of a neighbouring image, and an
atom then meets several images of another one, and of itself. The atoms of a bin are kept in ascending order, so that
the list follows from the positions alone, whatever happened before: a run that is resumed sums in the same order as one
that never stopped.

Kernels trust the indices in a list, and nothing else makes one than `cell_list`, from finite positions and a cell that
is not flat: no array of a list ever comes from a file.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb.compiled import compiled, compiled_part
from carvsdb.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class CellList(NamedTuple):
    """Atoms in bins; the arrays change in place.

    Attributes
    ----------
    positions : ndarray of float64, shape (n, 3)
        Wrapped into the cell, Cartesian, in Å.
    cell, inverse : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å, and the inverse of that matrix.
    counts : ndarray of int64, shape (3,)
        Number of bins along each lattice vector.
    layers : ndarray of int64, shape (3,)
        How many bins away a neighbour can be.
    bins : ndarray of int64, shape (n,)
        The bin of each atom.
    filled : ndarray of int64, shape (n_bins,)
        How many atoms are in each bin.
    members : ndarray of int64, shape (n_bins, capacity)
        The atoms of each bin, ascending.
    hidden : ndarray of uint8, shape (n,)
        1 for atoms that `near` leaves out; all 0 but while a kernel works.
    """

    positions: Floats
    cell: Floats
    inverse: Floats
    counts: Integers
    layers: Integers
    bins: Integers
    filled: Integers
    members: Integers
    hidden: NDArray[np.uint8]

    @property
    def most_neighbours(self) -> int:
        """No atom has more neighbours as the atoms lie now."""
        return int(self.filled.max(initial=0)) * int(np.prod(2 * self.layers + 1))

    @property
    def most_found(self) -> int:
        """No search finds more, wherever atoms move."""
        return int(self.members.shape[1] * np.prod(2 * self.layers + 1))


def cell_list(positions: Floats, cell: Floats, cutoff: float, capacity: int = 0) -> CellList:
    """Sort atoms into bins about as wide as the cut-off.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å; anywhere.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å, not flat.
    cutoff : float
        The longest distance that will be asked for, in Å.
    capacity : int
        The least number of atoms that each bin has room for.

    Examples
    --------
    >>> import numpy as np
    >>> atoms = cell_list(np.zeros((1, 3)), 3.0 * np.eye(3), 6.0)
    >>> atoms.counts.tolist(), atoms.layers.tolist(), atoms.most_neighbours
    ([1, 1, 1], [2, 2, 2], 125)
    """
    inverse = np.linalg.inv(cell).astype(np.float64)
    heights = heights_of_cell(cell)
    n_atoms = len(positions)
    # More bins than atoms are of no use, and fewer keep a sparse cell from filling the memory with empty ones.
    most = max(1, int(np.ceil(n_atoms ** (1 / 3))) * 2)
    counts = np.clip((heights / cutoff).astype(np.int64), 1, most)
    # A bin just as wide as the cut-off needs one layer, whatever its last digit.
    layers = np.maximum(1, np.ceil(cutoff * counts / heights - 1e-9)).astype(np.int64)
    n_bins = int(np.prod(counts))
    capacity = max(capacity, 4 * (n_atoms // n_bins + 4))
    while True:
        atoms = CellList(
            positions=np.zeros((n_atoms, 3)),
            cell=np.ascontiguousarray(cell, np.float64).copy(),
            inverse=np.ascontiguousarray(inverse),
            counts=counts,
            layers=layers,
            bins=np.full(n_atoms, -1, np.int64),
            filled=np.zeros(n_bins, np.int64),
            members=np.zeros((n_bins, capacity), np.int64),
            hidden=np.zeros(n_atoms, np.uint8),
        )
        if put_atoms(atoms, np.arange(n_atoms), np.ascontiguousarray(positions, np.float64)):
            return atoms
        capacity *= 2


def check_minimum_image(cell: Floats, cutoff: float, what: str, path: str | Path | None = None) -> None:
    """Raise InputError if a cell (rows, Å) is so small that an atom can meet two images of another one.

    Parameters
    ----------
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    cutoff : float
        In Å.
    what : str
        Whose cut-off it is, for the message.
    path : str or Path, optional
        The model's file, for the message.
    """
    lowest = float(heights_of_cell(cell).min())
    if lowest < 2 * cutoff:
        raise InputError(
            f"the cell's shortest height is {lowest:.4g} Å, less than twice the cut-off of {what}, {cutoff:g} Å; "
            "use a larger model",
            path=path,
        )


@compiled
def put_atoms(cells: CellList, atoms: Integers, positions: Floats) -> bool:
    """Put atoms at positions, shape (k, 3); return False, and stop, if a bin has no room."""
    place = np.empty(3)
    for k in range(atoms.shape[0]):
        atom = atoms[k]
        new = _wrap(cells, positions[k, 0], positions[k, 1], positions[k, 2], place)
        old = cells.bins[atom]
        if new != old:
            if cells.filled[new] == cells.members.shape[1]:
                return False
            if old >= 0:
                at = 0
                while cells.members[old, at] != atom:
                    at += 1
                cells.filled[old] -= 1
                for index in range(at, cells.filled[old]):
                    cells.members[old, index] = cells.members[old, index + 1]
            at = cells.filled[new]
            while at > 0 and cells.members[new, at - 1] > atom:
                cells.members[new, at] = cells.members[new, at - 1]
                at -= 1
            cells.members[new, at] = atom
            cells.filled[new] += 1
            cells.bins[atom] = new
        for axis in range(3):
            cells.positions[atom, axis] = place[axis]
    return True


@compiled_part
def _wrap(cells: CellList, x: float, y: float, z: float, place: Floats) -> int:
    """Write the place in the cell and return its bin."""
    cell, inverse, counts = cells.cell, cells.inverse, cells.counts
    place[0] = place[1] = place[2] = 0.0
    flat = 0
    for row in range(3):
        fraction = x * inverse[0, row] + y * inverse[1, row] + z * inverse[2, row]
        fraction -= np.floor(fraction)
        if fraction >= 1.0:  # a tiny negative number rounds up to 1
            fraction = 0.0
        flat = flat * counts[row] + min(int(fraction * counts[row]), counts[row] - 1)
        for axis in range(3):
            place[axis] += fraction * cell[row, axis]
    return flat


@compiled_part
def near(cells: CellList, x: float, y: float, z: float, cutoff: float, others: Integers, vectors: Floats) -> int:
    """Write the atoms around a place and the vectors (x, y, z, length) to them; return their number.

    Hidden atoms are left out. The number is -1 if there are more than `others` has room for.
    """
    place = np.empty(3)
    home = _wrap(cells, x, y, z, place)
    return _search(cells, place, home, -1, cutoff, others, vectors)


@compiled_part
def neighbours_of(cells: CellList, atom: int, cutoff: float, others: Integers, vectors: Floats) -> int:
    """Write the neighbours of an atom, its own images among them, as `near` does."""
    return _search(cells, cells.positions[atom], cells.bins[atom], atom, cutoff, others, vectors)


@compiled_part
def _search(
    cells: CellList, place: Floats, home: int, atom: int, cutoff: float, others: Integers, vectors: Floats
) -> int:
    counts, layers, cell = cells.counts, cells.layers, cells.cell
    u_0, rest = home // (counts[1] * counts[2]), home % (counts[1] * counts[2])
    v_0, w_0 = rest // counts[2], rest % counts[2]
    limit = cutoff * cutoff
    n_found = 0
    for u in range(u_0 - layers[0], u_0 + layers[0] + 1):
        image_u = u // counts[0]
        for v in range(v_0 - layers[1], v_0 + layers[1] + 1):
            image_v = v // counts[1]
            for w in range(w_0 - layers[2], w_0 + layers[2] + 1):
                image_w = w // counts[2]
                row = ((u - image_u * counts[0]) * counts[1] + v - image_v * counts[1]) * counts[2]
                bin_ = row + w - image_w * counts[2]
                # The atom itself is no neighbour, but its images are: it stands in its own bin, and in no other image.
                itself = atom if image_u == 0 and image_v == 0 and image_w == 0 else -1
                shift_x = image_u * cell[0, 0] + image_v * cell[1, 0] + image_w * cell[2, 0] - place[0]
                shift_y = image_u * cell[0, 1] + image_v * cell[1, 1] + image_w * cell[2, 1] - place[1]
                shift_z = image_u * cell[0, 2] + image_v * cell[1, 2] + image_w * cell[2, 2] - place[2]
                for index in range(cells.filled[bin_]):
                    other = cells.members[bin_, index]
                    dx = cells.positions[other, 0] + shift_x
                    dy = cells.positions[other, 1] + shift_y
                    dz = cells.positions[other, 2] + shift_z
                    square = dx * dx + dy * dy + dz * dz
                    if square < limit and other != itself and cells.hidden[other] == 0:
                        if n_found == others.shape[0]:
                            return -1
                        others[n_found] = other
                        vectors[n_found, 0] = dx
                        vectors[n_found, 1] = dy
                        vectors[n_found, 2] = dz
                        vectors[n_found, 3] = np.sqrt(square)
                        n_found += 1
    return n_found


@compiled_part
def most_found(cells: CellList) -> int:
    """Return how many atoms a search can find at most, wherever atoms move."""
    u, v, w = cells.layers
    return int(cells.members.shape[1] * (2 * u + 1) * (2 * v + 1) * (2 * w + 1))


@compiled_part
def minimum_image(cells: CellList, x: float, y: float, z: float, vector: Floats) -> None:
    """Write the minimum image of a difference of positions, (x, y, z, length), where that is within the cut-off."""
    cell, inverse = cells.cell, cells.inverse
    vector[0], vector[1], vector[2] = x, y, z
    for row in range(3):
        turns = np.rint(x * inverse[0, row] + y * inverse[1, row] + z * inverse[2, row])
        for axis in range(3):
            vector[axis] -= turns * cell[row, axis]
    vector[3] = np.sqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2])
