"""Partial pair distribution functions."""

import numpy as np
from matplotlib.figure import Figure

from carvsdb_refine.report.drawing import BEFORE, CALCULATED, plain, png
from carvsdb_refine.scattering import Partials

_LARGEST_R = 12.0
_HIGHEST = 8.0


def partials_png(now: Partials, before: Partials | None = None) -> bytes:
    """Draw ``g_ab(r)`` of every pair, of the model and of the start."""
    pairs = now.pairs
    columns = min(3, len(pairs))
    rows = -(-len(pairs) // columns)

    def draw(figure: Figure) -> None:
        grid = figure.subplots(rows, columns, sharex=True, squeeze=False)
        for axes in grid.ravel()[len(pairs) :]:
            axes.set_visible(False)
        r = now.distances
        shown = r <= _LARGEST_R
        for number, (pair, axes) in enumerate(zip(pairs, grid.ravel(), strict=False)):
            if before is not None:
                axes.plot(r[shown], before.values[number, shown], color=BEFORE, linewidth=0.8, label="start")
            axes.plot(r[shown], now.values[number, shown], color=CALCULATED, linewidth=0.9, label="model")
            top = float(now.values[number, shown].max(initial=1.0))
            axes.set_ylim(0, min(1.05 * top, max(_HIGHEST, 1.3 * float(np.median(now.values[number, shown])))))
            plain(axes, "-".join(pair) + (f"  (peak {top:.0f})" if top > _HIGHEST else ""))
            if number % columns == 0:
                axes.set_ylabel("g(r)")
            if number >= len(pairs) - columns:
                axes.set_xlabel("r (Å)")
                axes.tick_params(labelbottom=True)
        grid[0, 0].legend(frameon=False)

    return png(draw, width=9.0, height=2.0 * rows + 0.6)
