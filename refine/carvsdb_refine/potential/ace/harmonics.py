"""Complex spherical harmonics for m >= 0: Condon-Shortley phase, Y_00 = 1 (4 pi over the sphere for each).

On the unit sphere Y_lm = Q_lm(z) (x + iy)^m with polynomials Q_lm. Place l(l+1)/2 + m holds Y_lm;
Y_(l,-m) = (-1)^m conj Y_lm is not stored.
"""

import math

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import inlined

Floats = NDArray[np.float64]


def harmonic_recursion(l_max: int) -> Floats:
    """Return the numbers of Q_lm = a (z Q_(l-1,m) - b Q_(l-2,m)); where m = l, `a` is Q_ll itself.

    Returns
    -------
    ndarray of float64, shape (2, (l_max + 1)(l_max + 2) / 2)
        a and b.
    """
    numbers = np.zeros((2, (l_max + 1) * (l_max + 2) // 2))
    for l in range(l_max + 1):
        for m in range(l):
            place = l * (l + 1) // 2 + m
            numbers[0, place] = math.sqrt((4 * l * l - 1) / (l * l - m * m))
            numbers[1, place] = math.sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1)) if l > 1 else 0.0
        top = math.sqrt(math.factorial(2 * l + 1)) / (2**l * math.factorial(l))
        numbers[0, l * (l + 1) // 2 + l] = (-1) ** l * top
    return numbers


@inlined
def harmonics(x: float, y: float, z: float, l_max: int, recursion: Floats, real: Floats, imag: Floats) -> None:
    """Write Y_lm of a unit vector."""
    power_real, power_imag = 1.0, 0.0
    for m in range(l_max + 1):
        below, polynomial = 0.0, 0.0
        for l in range(m, l_max + 1):
            place = l * (l + 1) // 2 + m
            if l == m:
                polynomial = recursion[0, place]
            else:
                below, polynomial = polynomial, recursion[0, place] * (z * polynomial - recursion[1, place] * below)
            real[place] = polynomial * power_real
            imag[place] = polynomial * power_imag
        power_real, power_imag = power_real * x - power_imag * y, power_real * y + power_imag * x


@inlined
def harmonics_slopes(
    x: float, y: float, z: float, l_max: int, recursion: Floats, real: Floats, imag: Floats, slopes: Floats
) -> None:
    """Write Y_lm and the derivatives of Q_lm(z) (x + iy)^m by x, y, z, as if these were independent.

    `slopes` has shape (n, 4): by x real and imaginary (by y is i times that), by z real and imaginary.
    """
    power_real, power_imag = 1.0, 0.0
    lower_real, lower_imag = 0.0, 0.0
    for m in range(l_max + 1):
        below, polynomial = 0.0, 0.0
        slope_below, slope = 0.0, 0.0
        for l in range(m, l_max + 1):
            place = l * (l + 1) // 2 + m
            if l == m:
                polynomial = recursion[0, place]
            else:
                a, b = recursion[0, place], recursion[1, place]
                slope_below, slope = slope, a * (polynomial + z * slope - b * slope_below)
                below, polynomial = polynomial, a * (z * polynomial - b * below)
            real[place] = polynomial * power_real
            imag[place] = polynomial * power_imag
            slopes[place, 0] = polynomial * m * lower_real
            slopes[place, 1] = polynomial * m * lower_imag
            slopes[place, 2] = slope * power_real
            slopes[place, 3] = slope * power_imag
        lower_real, lower_imag = power_real, power_imag
        power_real, power_imag = power_real * x - power_imag * y, power_real * y + power_imag * x
