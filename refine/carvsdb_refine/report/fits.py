"""What a report draws of the data: curves as they are fitted, and what they are as D(r)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.run.evaluation import Evaluation
from carvsdb_refine.scattering import Calculation, unit_of

Floats = NDArray[np.float64]
# D(r) is drawn so far, in such steps, in Å.
_LARGEST_R, _STEP = 15.0, 0.03


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A data set beside the curves of two models.

    Attributes
    ----------
    title : str
        What stands above: kind, function, Rw.
    axis, unit : str
        ``Q`` in Å⁻¹ or ``r`` in Å.
    function : str
        What is drawn, with its unit, such as ``F(Q) (barn/sr)``.
    x, measured, calculated : ndarray of float64, shape (n,)
        Scale and offset applied.
    before : ndarray of float64, shape (n,), or None
        The curve of the start.
    spread : ndarray of float64, shape (n,), or None
        Standard deviation of the calculated curve between models.
    """

    title: str
    axis: str
    unit: str
    function: str
    x: Floats
    measured: Floats
    calculated: Floats
    before: Floats | None = None
    spread: Floats | None = None


def fits(now: Evaluation, before: Evaluation) -> list[Fit]:
    """Return each data set as it is fitted, with the curves of the model and of the start."""
    found = []
    for calculation, curve, start, old in _pairs(now, before):
        data = calculation.data
        score, old_score = data.score(curve), start.data.score(old)
        scaled, old_scaled = score.scale * curve + score.offset, old_score.scale * old + old_score.offset
        title = f"{data.kind} {data.function}: Rw {score.rw:.4f}"
        function = _named(data.function, data.kind)
        same = old_scaled.shape == scaled.shape
        found.append(
            Fit(title, data.axis, data.unit, function, data.x, data.values, scaled, old_scaled if same else None)
        )
    return found


def fits_in_r(now: Evaluation, before: Evaluation) -> list[Fit]:
    """Return D(r) of each data set and of both models: transforms of what is fitted, all over the same points.

    The data are brought to the scale and offset of the curves that they are compared with; data whose scale is 0 have
    no D(r).
    """
    found = []
    for calculation, curve, start, old in _pairs(now, before):
        data = calculation.data
        score = data.score(curve)
        if not score.scale > 0:
            continue
        r = data.x
        if data.axis == "Q":
            r = np.asarray(np.arange(1, int(min(_LARGEST_R, calculation.r_max) / _STEP)) * _STEP, np.float64)
        measured = (data.values - score.offset) / score.scale
        curves = [_d_of(calculation, one, r) for one in (measured, curve)]
        earlier = _d_of(start, old, r) if start.data.x.shape == data.x.shape else None
        title = f"{data.kind} D(r) of {data.function}"
        found.append(Fit(title, "r", "Å", _named("D(r)", data.kind), r, curves[0], curves[1], earlier))
    return found


def _pairs(now: Evaluation, before: Evaluation) -> Sequence[tuple[Calculation, Floats, Calculation, Floats]]:
    return list(zip(now.calculations, now.curves, before.calculations, before.curves, strict=True))


def _d_of(calculation: Calculation, values: Floats, r: Floats) -> Floats:
    data = calculation.data
    return calculation.sample.convert(values, data.x, data.function, "D(r)", r)


def _named(function: str, kind: str) -> str:
    unit = unit_of(function, kind)
    return function if unit == "1" else f"{function} ({unit})"
