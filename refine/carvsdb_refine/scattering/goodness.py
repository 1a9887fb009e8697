"""How well a calculated curve fits a measured one: Rw, chi², the best scale."""

from math import inf

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import RefusedError

Errors = NDArray[np.float64] | None


def rw(calculated: NDArray[np.float64], measured: NDArray[np.float64], sigma: Errors = None) -> float:
    """Return ``sqrt(sum w (calc - exp)² / sum w exp²)``.

    Parameters
    ----------
    calculated, measured : ndarray of float64, shape (n,)
        At the same points.
    sigma : ndarray of float64, shape (n,), optional
        Errors of the points: ``w = 1 / sigma²``; else ``w = 1``.

    Raises
    ------
    RefusedError
        If there is no point, or all measured values are 0.

    Examples
    --------
    >>> rw(np.array([3.0, 0.0]), np.array([3.0, 4.0]))
    0.8
    """
    weights = _weights(measured, sigma)
    total = float(weights @ measured**2)
    if total == 0:
        raise RefusedError("Rw has no value: no measured value in the fit range is other than 0")
    return float(np.sqrt(weights @ (calculated - measured) ** 2 / total))


def chi2(calculated: NDArray[np.float64], measured: NDArray[np.float64], sigma: float | NDArray[np.float64]) -> float:
    """Return ``sum (calc - exp)² / sigma²``.

    Examples
    --------
    >>> chi2(np.array([3.0, 0.0]), np.array([3.0, 4.0]), 2.0)
    4.0
    """
    return float((((calculated - measured) / sigma) ** 2).sum())


def best_scale(
    calculated: NDArray[np.float64],
    measured: NDArray[np.float64],
    sigma: Errors = None,
    offset: float = 0.0,
    bounds: tuple[float, float] = (-inf, inf),
) -> float:
    """Return the factor ``s`` for which ``s calc + offset`` fits best: ``<calc, exp - offset> / <calc, calc>``.

    `sigma` weighs the points as in :func:`rw`; beyond its bounds the factor is the bound, which is then best.

    Raises
    ------
    RefusedError
        If the calculated curve is 0 everywhere.

    Examples
    --------
    >>> best_scale(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    2.0
    """
    weights = _weights(measured, sigma)
    norm = float(weights @ calculated**2)
    if norm == 0:
        raise RefusedError("no scale can be fitted: the calculated curve is 0 in the fit range")
    best = float(weights @ (calculated * (measured - offset))) / norm
    return min(max(best, bounds[0]), bounds[1])


def best_fit(
    calculated: NDArray[np.float64],
    measured: NDArray[np.float64],
    sigma: Errors = None,
    scale: float | None = 1.0,
    offset: float | None = 0.0,
    bounds: tuple[float, float] = (-inf, inf),
) -> tuple[float, float]:
    """Return scale and offset for which ``scale calc + offset`` fits best; what is given is kept, None is fitted.

    Notes
    -----
    Where the best scale lies beyond its bounds, it is the bound, and the offset is the best one for that: the sum of
    squares is convex, so this is the best fit within the bounds.

    Raises
    ------
    RefusedError
        If there is nothing to tell the scale by: a calculated curve that is 0, or, with a free offset, constant.

    Examples
    --------
    >>> best_fit(np.array([1.0, 2.0, 3.0]), np.array([3.0, 5.0, 7.0]), scale=None, offset=None)
    (2.0, 1.0)
    """
    if offset is not None:
        if scale is None:
            scale = best_scale(calculated, measured, sigma, offset, bounds)
        return scale, offset
    weights = _weights(measured, sigma)
    total = float(weights.sum())
    if scale is None:
        means = weights @ calculated / total, weights @ measured / total
        centred = calculated - means[0], measured - means[1]
        scale = best_scale(centred[0], centred[1], sigma, 0.0, bounds)
    return scale, float(weights @ (measured - scale * calculated)) / total


def _weights(measured: NDArray[np.float64], sigma: Errors) -> NDArray[np.float64]:
    return np.ones(len(measured)) if sigma is None else 1 / sigma**2
