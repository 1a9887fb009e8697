"""Window functions: what becomes of g(r) at and beyond the end of the model's box."""

from math import pi

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError

WINDOWS = ("step", "lorch", "cosine")


def window(r: NDArray[np.float64], r_max: float, kind: str = "step") -> NDArray[np.float64]:
    """Return the factor of ``g(r) - 1``, beyond `r_max` 0: there g counts as 1.

    Parameters
    ----------
    r : ndarray of float64
        Distances in Å.
    r_max : float
        In Å.
    kind : str
        ``step``: 1 up to `r_max`; ``lorch``: ``sin(pi r / r_max) / (pi r / r_max)``; ``cosine``: 1 up to three
        quarters of `r_max`, then half a wave of the cosine down to 0.

    Raises
    ------
    InputError
        If the window is unknown.

    References
    ----------
    .. [1] Lorch, J. Phys. C 2, 229 (1969), doi:10.1088/0022-3719/2/2/305

    Examples
    --------
    >>> window(np.array([1.0, 7.0, 9.0]), 8.0, "cosine").round(3).tolist()
    [1.0, 0.5, 0.0]
    """
    if kind not in WINDOWS:
        raise InputError(f"there is no window {kind!r}; expected one of {', '.join(WINDOWS)}")
    inside = r < r_max
    if kind == "lorch":
        # numpy's sinc(x) is sin(pi x)/(pi x).
        return np.where(inside, np.sinc(r / r_max), 0.0)
    if kind == "cosine":
        phase = np.clip(4 * r / r_max - 3, 0, 1)
        return np.asarray((1 + np.cos(pi * phase)) / 2, np.float64)
    return inside.astype(np.float64)
