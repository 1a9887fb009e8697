"""A lower bound of chi² after a move, from the pair counts alone: most rejected moves need no curve.

With the weighted product ``x·y = sum_j w_j x_j y_j``, a calculated curve c that changes by d, and a scale s, chi² is
``|m|² - 2 s m·(c + d) + s² |c + d|²``. Both ``m·d`` and ``c·d`` are linear in the counts that change: their weights are
two histograms, which an adjoint transform gives (`CountCurve.adjoint`), and d itself is not needed. That of m stays as
long as the cell does. That of c would be due anew after each accepted move; but with one of an older curve, from which
the present one has strayed by δ, ``|c + d|² = |c|² + 2 c_old·d + 2 δ·d + |d|² >= |c|² + 2 c_old·d - |δ|²``. One move
changes a curve by little: ``|d|²`` is about 0.05 for one of 29,376 atoms, where rejections are by 3, so that one
histogram serves many accepted moves.

The bound holds for each scale, hence its least over the scales allowed is one for the best fit. With a free offset all
curves are taken from their weighted means.
"""

from collections.abc import Sequence
from math import inf, isnan

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.monte_carlo.data.curves import CountCurve, Counts
from carvsdb_refine.monte_carlo.data.fitting import Misfit

Floats = NDArray[np.float64]

# Rounding of the products, as a part of them.
_ROUNDING = 1e-11
# How much of the bound may be lost, in chi², before the histogram is made anew.
_LOST = 0.7
# Over so many moves it must have spared more curves than it cost, else it rests for so many.
_TRIED, _REST = 256, 4096
# What a question and a new histogram cost, in curves.
_COST_OF_ASKING, _COST_OF_REFRESHING = 0.15, 2.0


class MisfitBound:
    """The lower bound for one data set.

    Parameters
    ----------
    maker : CountCurve
        What makes the curve.
    misfit : Misfit
        How it is judged.
    """

    def __init__(self, maker: CountCurve, misfit: Misfit) -> None:
        self._maker, self._misfit = maker, misfit
        self._centred = isnan(misfit.offset)
        self._target = self._central(misfit.measured) if self._centred else misfit.measured - misfit.offset
        self._by_target = maker.adjoint(misfit.weights * self._target)
        self._target_square = self._product(self._target, self._target)
        self.lost = inf

    def _central(self, curve: Floats) -> Floats:
        if not self._centred:
            return curve
        weights = self._misfit.weights
        centred: Floats = curve - (weights @ curve) / max(weights.sum(), np.finfo(float).tiny)
        return centred

    def _product(self, first: Floats, second: Floats) -> float:
        return float((self._misfit.weights * first) @ second)

    def refresh(self, curve: Floats) -> None:
        """Make the histogram of the present curve."""
        # A copy: chains change their curves in place.
        self._old = self._central(curve).copy()
        self._by_curve = self._maker.adjoint(self._misfit.weights * self._old)
        self.follow(curve)

    def follow(self, curve: Floats) -> None:
        """Take over a curve that has changed."""
        now = self._central(curve)
        strayed = now - self._old
        self._on_target, self._square = self._product(self._target, now), self._product(now, now)
        self._strayed = self._product(strayed, strayed)
        scale = self._scale(self._on_target, self._square)
        self.lost = scale**2 * self._strayed

    def _scale(self, on_target: float, square: float) -> float:
        misfit = self._misfit
        if not isnan(misfit.scale):
            return misfit.scale
        best = on_target / square if square > 0 else inf if on_target > 0 else -inf
        return min(max(best, misfit.low), misfit.high)

    def least(self, counts: Counts) -> float:
        """Return what chi² is at least if the counts change so."""
        by_target, by_curve = self._maker.products(counts, self._by_target, self._by_curve)
        on_target = self._on_target + by_target
        square = max(self._square + 2 * by_curve - self._strayed, 0.0)
        scale = self._scale(on_target, square)
        terms = self._target_square, 2 * scale * on_target, scale**2 * square
        if not np.isfinite(terms).all():
            return -inf
        return terms[0] - terms[1] + terms[2] - _ROUNDING * (terms[0] + abs(terms[1]) + scale**2 * self._square)


class LeastChi2:
    """The lower bound of the sum over data sets, kept while it pays.

    Parameters
    ----------
    makers, misfits : sequence
        Of each data set.

    Notes
    -----
    What it is asked and spares is counted, not timed, and no verdict depends on it: chains are the same with it and
    without.
    """

    def __init__(self, makers: Sequence[CountCurve], misfits: Sequence[Misfit]) -> None:
        self._parts = [MisfitBound(maker, misfit) for maker, misfit in zip(makers, misfits, strict=True)]
        self._stale = True
        self._asked, self._rest, self._gain = 0, 0, 0.0

    def exceeds(self, limit: float, counts: Counts, curves: Sequence[Floats]) -> bool:
        """Return whether chi² is above a limit for certain if the counts change so, from those of the curves."""
        if self._rest > 0:
            self._rest -= 1
            return False
        if self._stale:
            self._refresh(curves)
        self._asked += 1
        self._gain -= _COST_OF_ASKING
        above = sum(part.least(counts) for part in self._parts) > limit
        self._gain += above
        if self._asked == _TRIED:
            self._rest = 0 if self._gain > 0 else _REST
            self._stale |= self._rest > 0
            self._asked, self._gain = 0, 0.0
        return above

    def follow(self, curves: Sequence[Floats]) -> None:
        """Take over curves that have changed."""
        if self._stale:
            return
        for part, curve in zip(self._parts, curves, strict=True):
            part.follow(curve)
        self._stale = sum(part.lost for part in self._parts) > _LOST

    def _refresh(self, curves: Sequence[Floats]) -> None:
        for part, curve in zip(self._parts, curves, strict=True):
            part.refresh(curve)
        self._stale = False
        self._gain -= _COST_OF_REFRESHING
