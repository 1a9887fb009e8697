"""Atoms in boxes that follow moves: who is near a place, in a cell at least twice as wide as the reach.

The atoms of a box are kept in ascending order, so that the boxes follow from the positions alone, whatever happened
before: a run that is resumed sums in the same order as one that never stopped.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb.compiled import compiled, compiled_part
from carvsdb.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Boxes(NamedTuple):
    """Atoms in boxes; the arrays change in place.

    Attributes
    ----------
    places : ndarray of float64, shape (n, 3)
        Wrapped into the cell, Cartesian, in Å.
    cell, inverse : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å, and the inverse of that matrix.
    counts : ndarray of int64, shape (3,)
        Number of boxes along each lattice vector.
    box : ndarray of int64, shape (n,)
        The box of each atom.
    filled : ndarray of int64, shape (n_boxes,)
        How many atoms are in each box.
    members : ndarray of int64, shape (n_boxes, room)
        The atoms of each box, ascending.
    """

    places: Floats
    cell: Floats
    inverse: Floats
    counts: Integers
    box: Integers
    filled: Integers
    members: Integers


def boxes_of(positions: Floats, cell: Floats, reach: float, what: str) -> Boxes:
    """Sort atoms into boxes at least as wide as the reach.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å; anywhere.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    reach : float
        The longest distance that will be asked for, in Å.
    what : str
        Whose reach it is, for the message.

    Raises
    ------
    InputError
        If the cell is less than twice as wide as the reach.
    """
    inverse = np.linalg.inv(cell).astype(np.float64)
    heights = heights_of_cell(cell)
    if heights.min() < 2 * reach:
        raise InputError(
            f"the cell's shortest height is {heights.min():.4g} Å, less than twice the cut-off of {what}, {reach:g} Å; "
            "use a larger model"
        )
    n_atoms = len(positions)
    most = max(1, int(np.ceil(n_atoms ** (1 / 3))) * 2)
    counts = np.clip((heights / reach).astype(np.int64), 1, most)
    n_boxes = int(np.prod(counts))
    room = 4 * (n_atoms // n_boxes + 4)
    while True:
        boxes = Boxes(
            places=np.zeros((n_atoms, 3)),
            cell=np.ascontiguousarray(cell, np.float64).copy(),
            inverse=np.ascontiguousarray(inverse),
            counts=counts,
            box=np.full(n_atoms, -1, np.int64),
            filled=np.zeros(n_boxes, np.int64),
            members=np.zeros((n_boxes, room), np.int64),
        )
        if put_atoms(boxes, np.arange(n_atoms), np.ascontiguousarray(positions)):
            return boxes
        room *= 2


@compiled
def put_atoms(boxes: Boxes, atoms: Integers, positions: Floats) -> bool:
    """Put atoms at positions, shape (k, 3); return False, and stop, if a box has no room."""
    place = np.empty(3)
    for k in range(atoms.shape[0]):
        atom = atoms[k]
        new = _wrap(boxes, positions[k, 0], positions[k, 1], positions[k, 2], place)
        old = boxes.box[atom]
        if new != old:
            if boxes.filled[new] == boxes.members.shape[1]:
                return False
            if old >= 0:
                at = 0
                while boxes.members[old, at] != atom:
                    at += 1
                boxes.filled[old] -= 1
                for index in range(at, boxes.filled[old]):
                    boxes.members[old, index] = boxes.members[old, index + 1]
            at = boxes.filled[new]
            while at > 0 and boxes.members[new, at - 1] > atom:
                boxes.members[new, at] = boxes.members[new, at - 1]
                at -= 1
            boxes.members[new, at] = atom
            boxes.filled[new] += 1
            boxes.box[atom] = new
        for axis in range(3):
            boxes.places[atom, axis] = place[axis]
    return True


@compiled_part
def _wrap(boxes: Boxes, x: float, y: float, z: float, place: Floats) -> int:
    """Write the place in the cell and return its box."""
    cell, inverse, counts = boxes.cell, boxes.inverse, boxes.counts
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
def near(
    boxes: Boxes, x: float, y: float, z: float, reach: float, skip: NDArray[np.uint8], others: Integers, vectors: Floats
) -> int:
    """Write who is within reach of a place, and the vectors (x, y, z, length) from it; return their number.

    Atoms with a `skip` other than 0 are left out. `others` has room for the atoms of 27 boxes.
    """
    place = np.empty(3)
    flat = _wrap(boxes, x, y, z, place)
    counts, cell = boxes.counts, boxes.cell
    u_0, rest = flat // (counts[1] * counts[2]), flat % (counts[1] * counts[2])
    v_0, w_0 = rest // counts[2], rest % counts[2]
    limit = reach * reach
    n_found = 0
    for u in range(u_0 - 1, u_0 + 2):
        image_u = u // counts[0]
        for v in range(v_0 - 1, v_0 + 2):
            image_v = v // counts[1]
            for w in range(w_0 - 1, w_0 + 2):
                image_w = w // counts[2]
                row = ((u - image_u * counts[0]) * counts[1] + v - image_v * counts[1]) * counts[2]
                box = row + w - image_w * counts[2]
                shift_x = image_u * cell[0, 0] + image_v * cell[1, 0] + image_w * cell[2, 0] - place[0]
                shift_y = image_u * cell[0, 1] + image_v * cell[1, 1] + image_w * cell[2, 1] - place[1]
                shift_z = image_u * cell[0, 2] + image_v * cell[1, 2] + image_w * cell[2, 2] - place[2]
                for index in range(boxes.filled[box]):
                    other = boxes.members[box, index]
                    dx = boxes.places[other, 0] + shift_x
                    dy = boxes.places[other, 1] + shift_y
                    dz = boxes.places[other, 2] + shift_z
                    square = dx * dx + dy * dy + dz * dz
                    if square < limit and skip[other] == 0:
                        others[n_found] = other
                        vectors[n_found, 0] = dx
                        vectors[n_found, 1] = dy
                        vectors[n_found, 2] = dz
                        vectors[n_found, 3] = np.sqrt(square)
                        n_found += 1
    return n_found


@compiled_part
def nearest_vector(boxes: Boxes, x: float, y: float, z: float, vector: Floats) -> None:
    """Replace a difference of positions by its nearest image, (x, y, z, length), where that is within reach."""
    cell, inverse = boxes.cell, boxes.inverse
    vector[0], vector[1], vector[2] = x, y, z
    for row in range(3):
        turns = np.rint(x * inverse[0, row] + y * inverse[1, row] + z * inverse[2, row])
        for axis in range(3):
            vector[axis] -= turns * cell[row, axis]
    vector[3] = np.sqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2])
