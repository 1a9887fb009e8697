"""Fits and their residuals."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb_refine.report.drawing import BEFORE, CALCULATED, MEASURED, RESIDUAL, plain, png

Floats = NDArray[np.float64]


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
        What is drawn, such as ``F(Q)``.
    x, measured, calculated : ndarray of float64, shape (n,)
        Scale and offset applied.
    before : ndarray of float64, shape (n,), or None
        The curve of the start.
    """

    title: str
    axis: str
    unit: str
    function: str
    x: Floats
    measured: Floats
    calculated: Floats
    before: Floats | None = None


def fits_png(fits: list[Fit]) -> bytes:
    """Draw each data set with its residual below."""

    def draw(figure: Figure) -> None:
        grid = figure.subplots(2 * len(fits), 1, gridspec_kw={"height_ratios": [3, 1] * len(fits)}, squeeze=False)
        for number, fit in enumerate(fits):
            above, below = grid[2 * number, 0], grid[2 * number + 1, 0]
            below.sharex(above)
            above.plot(fit.x, fit.measured, color=MEASURED, linewidth=0, marker=".", markersize=2.5, label="measured")
            if fit.before is not None:
                above.plot(fit.x, fit.before, color=BEFORE, linewidth=0.9, label="start")
            above.plot(fit.x, fit.calculated, color=CALCULATED, linewidth=1.1, label="model")
            below.axhline(0, color=MEASURED, linewidth=0.6)
            below.plot(fit.x, fit.measured - fit.calculated, color=RESIDUAL, linewidth=0.8)
            plain(above, fit.title)
            plain(below)
            above.set_ylabel(fit.function)
            above.tick_params(labelbottom=False)
            above.legend(frameon=False)
            below.set_ylabel("residual")
            below.set_xlabel(f"{fit.axis} ({fit.unit})")
            if fit.axis == "Q" and fit.x[-1] > 25:
                # Where a model can be told from another: beyond, the curve is nearly flat.
                above.set_xscale("log")
                ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20, 50) if fit.x[0] <= tick <= fit.x[-1]]
                above.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
                above.minorticks_off()

    return png(draw, height=4.2 * len(fits))
