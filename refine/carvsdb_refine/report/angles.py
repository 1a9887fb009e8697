"""Distributions of bond angles."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ANGLE_STEP = 2.0
"""In degrees."""
ANGLE_EDGES: Floats = np.arange(0.0, 180.0 + ANGLE_STEP, ANGLE_STEP)
_MOST = 12


def angle_shares(angles: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return for each kind of angle the share per degree in each bin; the most frequent kind first.

    Examples
    --------
    >>> shares = angle_shares({"O-Si-O": np.array([109.0, 109.5, 180.0, 0.0])})
    >>> shares["O-Si-O"][[0, 54, 89]].tolist()
    [0.125, 0.25, 0.125]
    """
    found = {}
    for triple, values in sorted(angles.items(), key=lambda item: (-len(item[1]), item[0])):
        counts, _ = np.histogram(values, ANGLE_EDGES)
        found[triple] = counts / (len(values) * ANGLE_STEP)
    return found


def most_frequent(shares: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the kinds that are drawn."""
    return dict(list(shares.items())[:_MOST])


def angle_columns(shares: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the columns of a CSV: middles of the bins, and shares."""
    middles = np.asarray((ANGLE_EDGES[:-1] + ANGLE_EDGES[1:]) / 2, np.float64)
    return {"angle (°)": middles} | {f"{triple} (1/°)": values for triple, values in shares.items()}
