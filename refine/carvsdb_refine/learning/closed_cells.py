"""Cells of atoms that do not repeat in all directions: so long there that no atom meets an image."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError

Floats = NDArray[np.float64]


def closed_cell(cell: Floats, repeats: NDArray[np.bool_], positions: Floats, cutoff: float) -> Floats:
    """Return a cell in which the directions that do not repeat are longer than any atom reaches.

    Parameters
    ----------
    cell : ndarray of float64, shape (3, 3)
        In Å; rows that do not repeat do not matter.
    repeats : ndarray of bool, shape (3,)
        Which do.
    positions : ndarray of float64, shape (n, 3)
        In Å.
    cutoff : float
        How far an atom reaches, in Å.

    Raises
    ------
    InputError
        If the cell is flat or not finite.
    """
    if not np.isfinite(cell).all():
        raise InputError("the cell is not finite")
    if not repeats.all():
        # Orthonormal directions across those that repeat; the extent of the atoms along each, and room to spare.
        across, _ = np.linalg.qr(np.concatenate([cell[repeats], np.eye(3)]).T)
        fillers = across.T[int(repeats.sum()) :]
        cell = cell.copy()
        for row, direction in zip(np.flatnonzero(~repeats), fillers, strict=True):
            extent = float(np.ptp(positions @ direction))
            cell[row] = direction * (extent + cutoff + 1.0)
    edges = float(np.prod(np.linalg.norm(cell, axis=1)))
    if not abs(np.linalg.det(cell)) > 1e-6 * edges:
        raise InputError("the cell is flat")
    return cell


def is_alone(cell: Floats, repeats: NDArray[np.bool_], cutoff: float) -> bool:
    """Return whether an atom does not meet its own images: programs for crystals put lone atoms into large boxes."""
    # What is nearest to the origin is a sum of few rows of a reduced cell; these are all that a box can have.
    steps = np.array([step for step in product((-1, 0, 1), repeat=3) if any(step)])
    images = steps[~steps[:, ~repeats].any(axis=1)] @ cell
    return not len(images) or float(np.linalg.norm(images, axis=1).min()) > cutoff
