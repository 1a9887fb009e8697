"""Unit cells: lattice vectors from lengths and angles, volumes, and distances between faces."""

import math

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError

SHORTEST, LONGEST = 1e-3, 1e6
LAYER_HEIGHT = 10.0


def cell_of_parameters(parameters: list[float]) -> NDArray[np.float64]:
    """Return lattice vectors from cell parameters.

    Parameters
    ----------
    parameters : list of float
        ``a b c alpha beta gamma`` in Å and degrees, or ``a b gamma`` for two dimensions.

    Returns
    -------
    ndarray of float64, shape (3, 3)
        Vectors as rows, in Å: a along x, b in the xy plane. In two dimensions c is 10 Å along z.

    Raises
    ------
    InputError
        If there is no such cell, or it has no volume.

    Examples
    --------
    >>> cell_of_parameters([2.0, 2.0, 90.0]).round(6).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 10.0]]
    """
    if len(parameters) == 3:
        a, b, gamma = parameters
        return cell_of_parameters([a, b, LAYER_HEIGHT, 90.0, 90.0, gamma])
    lengths, angles = parameters[:3], parameters[3:]
    for length in lengths:
        if not SHORTEST <= length <= LONGEST:
            raise InputError(f"cell lengths must be {SHORTEST:g} to {LONGEST:g} Å, got {length:g}")
    for angle in angles:
        if not 0 < angle < 180:
            raise InputError(f"cell angles must be between 0 and 180 degrees, got {angle:g}")
    # cos(90 degrees) is not quite 0 in floating point; a right angle should be one.
    ca, cb, cg = (0.0 if angle == 90 else math.cos(math.radians(angle)) for angle in angles)
    sg = 1.0 if angles[2] == 90 else math.sin(math.radians(angles[2]))
    y = (ca - cb * cg) / sg
    height_squared = 1 - cb * cb - y * y
    unit = [[1.0, 0.0, 0.0], [cg, sg, 0.0], [cb, y, math.sqrt(max(height_squared, 0.0))]]
    cell: NDArray[np.float64] = np.array(unit) * np.array(lengths)[:, None]
    check_volume(cell)
    return cell


def check_volume(cell: NDArray[np.float64]) -> None:
    """Raise InputError if a cell (vectors as rows, Å) is so flat that its atoms have no places."""
    lengths = np.linalg.norm(cell, axis=1)
    if not (lengths >= SHORTEST).all() or abs(np.linalg.det(cell)) < 1e-3 * float(np.prod(lengths)):
        raise InputError("the cell has no volume; expected three independent lattice vectors in Å")


def heights_of_cell(cell: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances (Å) between opposite faces of a cell, shape (3,), one for each lattice vector (rows).

    Examples
    --------
    >>> heights_of_cell(np.array([[2.0, 0, 0], [2.0, 2.0, 0], [0, 0, 5.0]])).round(6).tolist()
    [1.414214, 2.0, 5.0]
    """
    heights: NDArray[np.float64] = 1 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    return heights


def parameters_of_cell(cell: NDArray[np.float64]) -> list[float]:
    """Return ``a b c alpha beta gamma`` (Å, degrees) of lattice vectors (rows)."""
    a, b, c = cell
    lengths = np.linalg.norm(cell, axis=1)

    def angle(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
        across = float(np.linalg.norm(np.cross(first, second)))
        return math.degrees(math.atan2(across, float(first @ second)))

    return [*lengths.tolist(), angle(b, c), angle(a, c), angle(a, b)]
