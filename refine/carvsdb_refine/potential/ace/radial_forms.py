"""The radial bases by formula: g_1 .. g_K and their slopes, for many distances at once.

================  ==========================================================================================
`SBessel`         simplified spherical Bessel functions (see `radial`)
`ChebExpCos`      x = 1 - 2 (e^(-lambda r/rc) - e^-lambda) / (1 - e^-lambda); g_1 = 1, g_(k+1) = (1 - T_k(x)) / 2,
                  times (1 + cos(pi r/rc)) / 2, and once more a cosine over the last `width` before the cut-off
`ChebPow`         x = 1 - 2 (1 - r/rc)^lambda; g_k = (1 - T_k(x)) / 2
`ChebLinear`      x = 1 - r/rc; g_k = (1 - T_k(x)) / 2
`TEST_SBessel`    the same as SBessel; every other name that begins with `TEST_` is zero everywhere
================  ==========================================================================================

T_k are Chebyshev polynomials. ChebLinear does not vanish at its cut-off.

References
----------
.. [1] Drautz, Phys. Rev. B 99, 014104 (2019), doi:10.1103/PhysRevB.99.014104, eqs. 24-25
.. [2] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
.. [3] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
"""

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.potential.ace.radial import bessel_recursion

Floats = NDArray[np.float64]

BESSEL = ("SBessel", "TEST_SBessel")
CHEBYSHEV = ("ChebExpCos", "ChebPow", "ChebLinear")
TABULATED = "Tabulated"


def is_built(name: str) -> bool:
    """Return whether there is a radial basis of that name."""
    return name in (*BESSEL, *CHEBYSHEV, TABULATED) or name.startswith("TEST_")


def radial_values(
    name: str, distances: Floats, cutoff: float, parameter: float, width: float, n_base: int
) -> tuple[Floats, Floats]:
    """Return g_k and their derivatives by the distance, each of shape (n_distances, n_base).

    Parameters
    ----------
    name : str
        One of the table above.
    distances : ndarray of float64, shape (n_distances,)
        Above 0, in Å.
    cutoff, width : float
        rc and the width of the outer cut-off, in Å.
    parameter : float
        lambda.
    n_base : int
        Number of functions.
    """
    shape = (len(distances), n_base)
    values, slopes = np.zeros(shape), np.zeros(shape)
    inside = distances < cutoff
    near = distances[inside]
    with np.errstate(all="ignore"):  # what is no number is refused where the file is known
        if name in BESSEL:
            found = _bessel(near, cutoff, n_base)
        elif name == "ChebExpCos":
            found = _exponential(near, cutoff, parameter, width, n_base)
        elif name == "ChebPow":
            rest = 1.0 - near / cutoff
            x = 1.0 - 2.0 * rest**parameter
            found = _half(x, 2.0 * parameter / cutoff * rest ** (parameter - 1.0), n_base + 1, first=1)
        elif name == "ChebLinear":
            found = _half(1.0 - near / cutoff, np.full(len(near), -1.0 / cutoff), n_base + 1, first=1)
        else:
            return values, slopes
    values[inside], slopes[inside] = found
    return values, slopes


def _half(x: Floats, x_slope: Floats, n_polynomials: int, first: int) -> tuple[Floats, Floats]:
    """Return (1 - T_k(x)) / 2 and the derivatives by r, k = first .. n_polynomials - 1."""
    chebyshev, second = np.ones((len(x), n_polynomials)), np.zeros((len(x), n_polynomials))
    if n_polynomials > 1:
        chebyshev[:, 1], second[:, 1] = x, 1.0
    # `second` holds U_(k-1), of which T_k' = k U_(k-1).
    for k in range(2, n_polynomials):
        chebyshev[:, k] = 2 * x * chebyshev[:, k - 1] - chebyshev[:, k - 2]
        second[:, k] = 2 * x * second[:, k - 1] - second[:, k - 2]
    slopes = -0.5 * np.arange(n_polynomials) * second * x_slope[:, np.newaxis]
    return (0.5 - 0.5 * chebyshev)[:, first:], slopes[:, first:]


def _exponential(near: Floats, cutoff: float, parameter: float, width: float, n_base: int) -> tuple[Floats, Floats]:
    at_cutoff, here = np.exp(-parameter), np.exp(-parameter * near / cutoff)
    x = 1.0 - 2.0 * (here - at_cutoff) / (1.0 - at_cutoff)
    values, slopes = _half(x, 2.0 * parameter / cutoff * here / (1.0 - at_cutoff), n_base, first=0)
    values[:, 0], slopes[:, 0] = 1.0, 0.0
    values, slopes = _times(values, slopes, *_cosine(near, cutoff))
    start = cutoff - width
    outer = near > start
    if width > 0 and outer.any():
        values[outer], slopes[outer] = _times(values[outer], slopes[outer], *_cosine(near[outer] - start, width))
    return values, slopes


def _cosine(distances: Floats, end: float) -> tuple[Floats, Floats]:
    """Return (1 + cos(pi r/end)) / 2 and its derivative."""
    angle = np.pi * distances / end
    return 0.5 * (1.0 + np.cos(angle)), -0.5 * np.pi / end * np.sin(angle)


def _times(values: Floats, slopes: Floats, factor: Floats, factor_slope: Floats) -> tuple[Floats, Floats]:
    """Multiply all columns by one function of the distance."""
    both = values * factor_slope[:, np.newaxis] + slopes * factor[:, np.newaxis]
    return values * factor[:, np.newaxis], both


def _bessel(near: Floats, cutoff: float, n_base: int) -> tuple[Floats, Floats]:
    recursion, per_distance = bessel_recursion(n_base), np.pi / cutoff
    orders = np.arange(1, n_base + 2)
    angles = np.outer(near, orders * per_distance)
    scale = 1.0 / (cutoff**1.5 * per_distance * near[:, np.newaxis])
    sines = scale * np.sin(angles)
    sine_slopes = scale * orders * per_distance * np.cos(angles) - sines / near[:, np.newaxis]
    values, slopes = np.zeros((len(near), n_base)), np.zeros((len(near), n_base))
    for n in range(n_base):
        for target, source in ((values, sines), (slopes, sine_slopes)):
            target[:, n] = recursion[0, n] * source[:, n] + recursion[1, n] * source[:, n + 1]
            if n:
                target[:, n] += recursion[2, n] * target[:, n - 1]
    return values, slopes
