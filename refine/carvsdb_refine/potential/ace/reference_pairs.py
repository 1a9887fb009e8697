"""The naive twin of what belongs to one pair: radial functions, inner cut-offs, repulsion; for tests.

Nothing is shared with the kernels and nothing is tabulated: Chebyshev polynomials are cosines, Bessel functions are
orthonormalised by quadrature, the fading polynomial is the one that computer graphics calls "smootherstep".
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.potential.ace.form import Bond

Floats = NDArray[np.float64]


def radial_functions(bond: Bond, distance: float) -> Floats:
    """Return g_1 .. g_K at a distance below the cut-off, the inner cut-off included."""
    radial, inner, n_base = bond.radial, bond.inner, bond.n_base
    x = distance / bond.cutoff
    orders = np.arange(n_base + 1)
    if radial.table is not None:
        values = _hermite(radial.table, x, bond.cutoff / (len(radial.table) - 1))
    elif radial.name in ("SBessel", "TEST_SBessel"):
        values = bessel_functions(distance, bond.cutoff, n_base)
    elif radial.name.startswith("TEST_"):
        values = np.zeros(n_base)
    elif radial.name == "ChebExpCos":
        away = (math.exp(-radial.parameter * x) - math.exp(-radial.parameter)) / (1 - math.exp(-radial.parameter))
        values = (1 - np.cos(orders[:n_base] * math.acos(1 - 2 * away))) / 2
        values[0] = 1.0
        values = values * _cosine(x) * _cosine(max(0.0, (distance - bond.cutoff + radial.width) / radial.width))
    else:
        argument = 1 - 2 * (1 - x) ** radial.parameter if radial.name == "ChebPow" else 1 - x
        values = ((1 - np.cos(orders * math.acos(argument))) / 2)[1:]
    start = inner.end - inner.width
    if inner.kind == "distance":
        values = values * (1 - fading(distance, start, inner.end))
    elif inner.kind == "density" and distance <= start:
        values = np.zeros(n_base)
    return np.asarray(values)


def repulsion_of(bond: Bond, distance: float) -> float:
    """Return what a pair at a distance below the cut-off adds to the core sum, in eV."""
    prefactor, decay = bond.repulsion
    if bond.inner.kind == "zbl":
        return prefactor * _zbl(bond, distance)
    if decay * distance**2 >= 50:
        return 0.0
    bare = abs(prefactor) * math.exp(-abs(decay) * distance**2) / distance * _cosine(distance / bond.cutoff)
    if bond.inner.kind == "distance":
        return bare * fading(distance, bond.inner.end - bond.inner.width, bond.inner.end)
    return bare


def fading(x: float, start: float, end: float) -> float:
    """Return 1 up to the start, 0 from the end, and 1 - 6 u^5 + 15 u^4 - 10 u³ between."""
    if x <= start or x >= end:
        return float(x <= start)
    u = (x - start) / (end - start)
    return 1 - 6 * u**5 + 15 * u**4 - 10 * u**3


def bessel_functions(distance: float, cutoff: float, n_base: int) -> Floats:
    """Return g_1 .. g_n: the raw functions made orthonormal over [0, cut-off] with weight r²."""
    raw = raw_bessel_functions(np.array([distance]), cutoff, n_base)
    return np.asarray(np.linalg.solve(_orthonormaliser(cutoff, n_base), raw)[:, 0])


def raw_bessel_functions(distances: Floats, cutoff: float, n_base: int) -> Floats:
    """Return f_0 .. f_(n-1) of the module `radial`, shape (n_base, n_distances)."""
    n = np.arange(n_base)[:, np.newaxis]
    factor = (-1.0) ** n * math.sqrt(2) * math.pi / cutoff**1.5 * (n + 1) * (n + 2) / np.hypot(n + 1, n + 2)
    return np.asarray(factor * (np.sinc((n + 1) * distances / cutoff) + np.sinc((n + 2) * distances / cutoff)))


@cache
def _orthonormaliser(cutoff: float, n_base: int) -> Floats:
    nodes, weights = np.polynomial.legendre.leggauss(200)
    distances = (nodes + 1) * cutoff / 2
    raw = raw_bessel_functions(distances, cutoff, n_base)
    return np.asarray(np.linalg.cholesky((raw * weights * cutoff / 2 * distances**2) @ raw.T))


def _cosine(x: float) -> float:
    return (1 + math.cos(math.pi * x)) / 2


def _hermite(table: Floats, x: float, step: float) -> Floats:
    """Solve for the cubics with the given values and slopes at both ends of the bin; x from 0 to 1 over all."""
    n_bins = len(table) - 1
    place = min(int(x * n_bins), n_bins - 1)
    w = x * n_bins - place
    conditions = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 1], [0, 1, 2, 3]])
    ends = np.array([table[place, 0], step * table[place, 1], table[place + 1, 0], step * table[place + 1, 1]])
    return np.asarray(np.linalg.solve(conditions, ends).T @ w ** np.arange(4))


def _zbl(bond: Bond, distance: float) -> float:
    """Return half of Z1 Z2 e²/(4 pi e0 r) phi(r/a), brought smoothly to zero at the cut-off."""
    one, other = bond.charges
    length = 0.4685 / (one**0.23 + other**0.23)

    def bare(r: float, order: int) -> float:
        """Return a derivative of phi(r/a) / r, by Leibniz' rule."""
        weights, rates = (0.18175, 0.50986, 0.28022, 0.02817), (3.1998, 0.94229, 0.4029, 0.20162)
        total = 0.0
        for weight, rate in zip(weights, rates, strict=True):
            for k in range(order + 1):
                inverse = (-1) ** k * math.factorial(k) / r ** (k + 1)
                exponential = (-rate / length) ** (order - k) * math.exp(-rate * r / length)
                total += weight * math.comb(order, k) * inverse * exponential
        return total

    end, width = bond.cutoff, bond.radial.width
    value, slope, curvature = (bare(end, order) for order in range(3))
    # The polynomial c + a t³ + b t^4 that makes energy, slope and curvature vanish at the cut-off.
    conditions = np.array([[1, width**3, width**4], [0, 3 * width**2, 4 * width**3], [0, 6 * width, 12 * width**2]])
    constant, cubic, quartic = np.linalg.solve(conditions, [-value, -slope, -curvature])
    t = max(0.0, distance - (end - width))
    switched = bare(distance, 0) + constant + cubic * t**3 + quartic * t**4
    return float(14.399645351950543 / 2 * one * other * switched * fading(distance, end - width, end))
