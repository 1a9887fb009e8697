"""The misfit of a curve, with the scale and the offset that make it least, in closed form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb_refine.scattering import DataSet

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Misfit:
    """The weighted chi² of a data set as a function of the calculated curve.

    Attributes
    ----------
    begin, end : int
        The points of the fit range.
    measured, weights : ndarray of float64, shape (end - begin,)
        Values, and the data set's weight over sigma².
    shape : ndarray of float64, shape (end - begin,)
        What the best scale is judged by: 1 over sigma² where points have their own errors, else 1.
    scale, low, high : float
        The fixed scale (nan where it is free), and within which it stays if it is free.
    offset : float
        Added to the scaled curve.
    """

    begin: int
    end: int
    measured: Floats
    weights: Floats
    scale: float
    low: float
    high: float
    offset: float

    @classmethod
    def of(cls, data: DataSet) -> "Misfit":
        """Prepare the misfit of a data set.

        Raises
        ------
        InputError
            If the data set has no sigma, without which chi² has no value.
        """
        if data.sigma is None:
            raise InputError("a refinement needs errors: a third column, or sigma as a number", path=data.label)
        inside = np.flatnonzero(data.in_range)
        begin, end = int(inside[0]), int(inside[-1]) + 1
        sigma = np.broadcast_to(np.asarray(data.sigma, np.float64), data.x.shape)[begin:end]
        return cls(
            begin,
            end,
            np.ascontiguousarray(data.values[begin:end]),
            data.weight / sigma**2,
            np.nan if data.scale is None else data.scale,
            float(data.scale_bounds[0]),
            float(data.scale_bounds[1]),
            data.offset,
        )

    def __call__(self, curve: Floats, change: Floats) -> float:
        """Return chi² of ``curve + change``, both at all points of the data set."""
        chi2 = _chi2(
            curve[self.begin : self.end],
            change[self.begin : self.end],
            self.measured,
            self.weights,
            self.scale,
            self.low,
            self.high,
            self.offset,
        )
        return chi2


@compiled
def _chi2(
    curve: Floats,
    change: Floats,
    measured: Floats,
    weights: Floats,
    scale: float,
    low: float,
    high: float,
    offset: float,
) -> float:
    if np.isnan(scale):
        # The same weights at all points or not, <c, e - o> / <c, c> is where the parabola chi²(scale) is least.
        norm, product = 0.0, 0.0
        for k in range(len(curve)):
            value = curve[k] + change[k]
            norm += weights[k] * value * value
            product += weights[k] * value * (measured[k] - offset)
        scale = min(max(product / norm, low), high) if norm > 0.0 else low
    chi2 = 0.0
    for k in range(len(curve)):
        miss = scale * (curve[k] + change[k]) + offset - measured[k]
        chi2 += weights[k] * miss * miss
    return chi2
