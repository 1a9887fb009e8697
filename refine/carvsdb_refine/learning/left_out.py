"""Which structures are left out of fits that are compared: parts in turn, and those with the largest forces."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.learning.frames import FitFrame

Floats = NDArray[np.float64]

_FAR = 0.25


def far_frames(frames: Sequence[FitFrame]) -> NDArray[np.bool_]:
    """Return which structures are the quarter with the largest forces."""
    largest = [0.0 if frame.forces is None else float((frame.counting(frame.forces) ** 2).mean()) for frame in frames]
    is_far = np.zeros(len(frames), np.bool_)
    if any(largest):
        is_far[np.argsort(largest)[-round(_FAR * len(frames)) :]] = True
    return is_far


def score(errors: Floats) -> float:
    """Return the mean logarithm of errors: of energies and forces, of all parts and of those with the largest forces.

    Parameters
    ----------
    errors : ndarray of float64, shape (parts + 1, 2)
        Sums of squares, of energies and of forces; the last row is of the largest forces. Of labels that are not there
        they are 0, and say nothing.
    """
    sums = np.concatenate([errors[:-1].sum(axis=0), errors[-1]])
    told = sums[sums > 0]
    return float(0.5 * np.log(told).mean()) if len(told) else 0.0
