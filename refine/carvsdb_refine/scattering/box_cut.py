"""Finite-box correction: what a measured F(Q) would be if the sample ended where the model's box does."""

from math import pi

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.scattering.functions import grid_steps

# Rows of the kernel that are in memory at once.
_BLOCK = 256


def cut_beyond(f: NDArray[np.float64], q: NDArray[np.float64], r_max: float) -> NDArray[np.float64]:
    """Return F(Q) without what comes from distances beyond `r_max`.

    The same as a transform to r, G(r) = 0 beyond `r_max`, and a transform back, in one step:

    ``F_cut(Q) = (1/pi) integral (Q'/Q) F(Q') [sin((Q-Q') r_max)/(Q-Q') - sin((Q+Q') r_max)/(Q+Q')] dQ'``.

    Parameters
    ----------
    f : ndarray of float64, shape (n_q,)
        F(Q), or i(Q) or S(Q) - 1.
    q : ndarray of float64, shape (n_q,)
        In Å⁻¹, ascending and above 0.
    r_max : float
        In Å: where the pairs of the model end, at most half the shortest height of its cell.

    Raises
    ------
    InputError
        If `r_max` is not above 0, Q is not above 0 and ascending, or Q has so few points that distances up to
        `r_max` cannot be told apart (steps above ``pi / r_max``).

    Notes
    -----
    A model of finite size has no sharper features in Q than about ``pi / r_max``; a measurement may. Comparing them
    as they are asks the model for the impossible. F counts as 0 below the first and above the last Q, which
    disturbs the curve within about ``pi / r_max`` of both.

    References
    ----------
    .. [1] Keen, J. Appl. Cryst. 34, 172 (2001), doi:10.1107/S0021889800019993
    .. [2] Tucker, Keen, Dove, Goodwin & Hui, J. Phys.: Condens. Matter 19, 335218 (2007),
       doi:10.1088/0953-8984/19/33/335218
    """
    if not (np.isfinite(r_max) and r_max > 0):
        raise InputError(f"r_max must be above 0 Å, got {r_max}")
    if not (len(q) > 1 and q[0] > 0 and (np.diff(q) > 0).all()):
        raise InputError("Q must be above 0 and ascend")
    widest = float(np.diff(q).max())
    if widest > pi / r_max:
        raise InputError(
            f"steps in Q of {widest:.3g} Å⁻¹ tell nothing about distances beyond {pi / widest:.3g} Å; "
            f"a cut at {r_max:.4g} Å needs steps of at most {pi / r_max:.3g} Å⁻¹"
        )
    source = f * q * grid_steps(q)
    result = np.empty(len(q))
    for begin in range(0, len(q), _BLOCK):
        rows = q[begin : begin + _BLOCK, None]
        # numpy's sinc(x) is sin(pi x)/(pi x).
        kernel = np.sinc((rows - q) * r_max / pi) - np.sinc((rows + q) * r_max / pi)
        result[begin : begin + _BLOCK] = kernel @ source
    return np.asarray(result * r_max / pi / q, np.float64)
