"""A classical potential as the kernels read it, and the formulas of pair potentials."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import inlined

LENNARD_JONES, MORSE, STILLINGER_WEBER, TERSOFF = range(4)


class ClassicalTables(NamedTuple):
    """Numbers of a potential in which the energy of an atom depends on its own neighbours alone.

    Attributes
    ----------
    kind : int
        One of the constants of this module.
    cutoff : float
        The largest cut-off, in Å.
    pair : ndarray of float64, shape (E, E, P)
        Numbers of each (centre, neighbour); the first is the cut-off in Å.
    triple : ndarray of float64, shape (E, E, E, T)
        Numbers of each (centre, neighbour, other neighbour).
    """

    kind: int
    cutoff: float
    pair: NDArray[np.float64]
    triple: NDArray[np.float64]

    @property
    def is_pairwise(self) -> bool:
        """Whether the energy is a sum over pairs, so that a move changes it by the pairs of the atoms that move."""
        return self.kind in (LENNARD_JONES, MORSE)


@inlined
def pair_energy(kind: int, row: NDArray[np.float64], distance: float) -> tuple[float, float]:
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
