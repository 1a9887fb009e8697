"""A classical potential as the kernels read it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
