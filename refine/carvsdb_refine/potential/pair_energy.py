"""Pair potentials: energy and slope at a distance."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import inlined
from carvsdb_refine.potential.classical.tables import LENNARD_JONES

Floats = NDArray[np.float64]


@inlined
def pair_energy(kind: int, row: Floats, distance: float) -> tuple[float, float]:
    """Return the energy of a pair within its cut-off in eV, and its derivative in eV/Å.

    `row` is (cut-off, depth, width, distance, shift): ``4 depth ((w/r)¹² - (w/r)⁶) - shift`` for Lennard-Jones,
    ``depth (exp(-2 w (r - distance)) - 2 exp(-w (r - distance))) - shift`` for Morse.
    """
    if kind == LENNARD_JONES:
        ratio = row[2] / distance
        cube = ratio * ratio * ratio
        sixth = cube * cube
        energy = 4.0 * row[1] * sixth * (sixth - 1.0) - row[4]
        return energy, -24.0 * row[1] * sixth * (2.0 * sixth - 1.0) / distance
    decay = np.exp(-row[2] * (distance - row[3]))
    return row[1] * decay * (decay - 2.0) - row[4], -2.0 * row[1] * row[2] * decay * (decay - 1.0)
