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
    measured, weights : ndarray of float64, shape (n,)
        Values, and the data set's weight over sigma².
    scale, low, high : float
        The fixed scale (nan where it is free), and within which it stays if it is free.
    offset : float
        Added to the scaled curve; nan where it is free.

    Notes
    -----
    The same as `best_fit` and `chi2` of ``carvsdb_refine.scattering``, for a curve that is never written down.
    """

    measured: Floats
    weights: Floats
    scale: float
    low: float
    high: float
    offset: float

    @classmethod
    def of(cls, data: DataSet) -> "Misfit":
        """Prepare the misfit of a data set, all points of which are in its fit range (`DataSet.trimmed`).

        Raises
        ------
        InputError
            If the data set has no sigma, without which chi² has no value.
        """
        if data.sigma is None:
            raise InputError("a refinement needs errors: a third column, or sigma as a number", path=data.label)
        sigma = np.broadcast_to(np.asarray(data.sigma, np.float64), data.x.shape)
        return cls(
            data.values.copy(),
            data.weight / sigma**2,
            np.nan if data.scale is None else data.scale,
            float(data.scale_bounds[0]),
            float(data.scale_bounds[1]),
            np.nan if data.offset is None else data.offset,
        )

    def __call__(self, curve: Floats, change: Floats) -> float:
        """Return chi² of ``curve + change``, both of shape (n,)."""
        return _chi2(curve, change, self.measured, self.weights, self.scale, self.low, self.high, self.offset)


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
    free_offset = np.isnan(offset)
    centre, level, total = 0.0, 0.0 if free_offset else offset, 0.0
    if free_offset:
        for k in range(len(curve)):
            total += weights[k]
            centre += weights[k] * (curve[k] + change[k])
            level += weights[k] * measured[k]
        if total > 0.0:
            centre, level = centre / total, level / total
    if np.isnan(scale):
        norm, product = 0.0, 0.0
        for k in range(len(curve)):
            value = curve[k] + change[k] - centre
            norm += weights[k] * value * value
            product += weights[k] * value * (measured[k] - level)
        scale = min(max(product / norm, low), high) if norm > 0.0 else low
    if free_offset:
        offset = level - scale * centre
    chi2 = 0.0
    for k in range(len(curve)):
        miss = scale * (curve[k] + change[k]) + offset - measured[k]
        chi2 += weights[k] * miss * miss
    return chi2
