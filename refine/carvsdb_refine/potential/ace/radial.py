"""The simplified spherical Bessel functions, the radial basis called SBessel.

Over [0, cut-off] with weight r² they are the orthonormal set that Gram and Schmidt make, in this order, of

    f_n(r) = (-1)^n sqrt(2) pi / rc^(3/2) (n+1)(n+2) / sqrt((n+1)² + (n+2)²) [j((n+1) pi r/rc) + j((n+2) pi r/rc)],

n = 0, 1, ..., with j(x) = sin(x)/x. They and their first derivatives vanish at the cut-off, so no other cut-off
function is applied (the `dcut` of the file is not used by this basis).

References
----------
.. [1] Kocer, Mason & Erturk, AIP Adv. 10, 015021 (2020), doi:10.1063/1.5111045
.. [2] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
"""

import math

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import inlined

Floats = NDArray[np.float64]


def bessel_recursion(n_base: int) -> Floats:
    """Return the numbers of the recursion g_n = p_n sum + q_n g_(n-1) that orthonormalises f_n.

    Parameters
    ----------
    n_base : int
        Number of functions.

    Returns
    -------
    ndarray of float64, shape (3, n_base)
        p_n / (n+1) and p_n / (n+2), both without rc^(-3/2), and q_n.
    """
    numbers = np.zeros((3, n_base))
    norm = 1.0
    for n in range(n_base):
        overlap = n**2 * (n + 2) ** 2 / (4 * (n + 1) ** 4 + 1)
        previous, norm = norm, 1.0 - overlap / norm
        raw = (-1) ** n * math.sqrt(2) * math.pi * (n + 1) * (n + 2) / math.hypot(n + 1, n + 2)
        numbers[0, n] = raw / math.sqrt(norm) / (n + 1)
        numbers[1, n] = raw / math.sqrt(norm) / (n + 2)
        numbers[2, n] = math.sqrt(overlap / previous / norm)
    return numbers


@inlined
def radial_basis(distance: float, cutoff: float, n_base: int, recursion: Floats, values: Floats) -> None:
    """Write g_n(distance), n = 0 .. n_base - 1, for a distance below the cut-off."""
    angle = math.pi * distance / cutoff
    scale = 1.0 / (cutoff * math.sqrt(cutoff) * angle)
    twice = 2.0 * math.cos(angle)
    before, sine = 0.0, scale * math.sin(angle)
    value = 0.0
    for n in range(n_base):
        after = twice * sine - before
        value = recursion[0, n] * sine + recursion[1, n] * after + recursion[2, n] * value
        values[n] = value
        before, sine = sine, after


@inlined
def radial_basis_slopes(
    distance: float, cutoff: float, n_base: int, recursion: Floats, values: Floats, slopes: Floats
) -> None:
    """Write g_n and their derivatives by the distance."""
    angle = math.pi * distance / cutoff
    scale = 1.0 / (cutoff * math.sqrt(cutoff) * angle)
    outer = math.pi / cutoff
    per_distance = 1.0 / distance
    twice = 2.0 * math.cos(angle)
    sine_before, sine = 0.0, scale * math.sin(angle)
    cosine_before, cosine = scale, 0.5 * scale * twice
    value, slope = 0.0, 0.0
    for n in range(n_base):
        sine_after = twice * sine - sine_before
        cosine_after = twice * cosine - cosine_before
        p_1, p_2, q = recursion[0, n], recursion[1, n], recursion[2, n]
        turning = outer * ((n + 1) * p_1 * cosine + (n + 2) * p_2 * cosine_after)
        shrinking = per_distance * (p_1 * sine + p_2 * sine_after)
        slope = turning - shrinking + q * slope
        value = p_1 * sine + p_2 * sine_after + q * value
        values[n] = value
        slopes[n] = slope
        sine_before, sine = sine, sine_after
        cosine_before, cosine = cosine, cosine_after
