"""Ring statistics along a run."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb_refine.report.drawing import plain, png


def rings_png(moves: Sequence[int], vectors: Sequence[NDArray[np.float64]]) -> bytes:
    """Draw mean rings per node by size, a line for each model that was kept, from pale (early) to dark (late)."""
    shades = colormaps["viridis_r"](np.linspace(0.1, 1.0, len(moves)))

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        largest = 3
        for count, vector, colour in zip(moves, vectors, shades, strict=True):
            sizes = np.arange(1, len(vector) + 1)
            largest = max([largest, *(np.flatnonzero(vector) + 1).tolist()])
            axes.plot(sizes, vector, color=colour, marker="o", markersize=3, linewidth=1.2, label=f"{count:,} moves")
        axes.set_xlim(1.5, largest + 1.5)
        axes.set_ylim(bottom=0)
        axes.set_xlabel("ring size (nodes)")
        axes.set_ylabel("mean rings per node")
        plain(axes)
        axes.legend(frameon=False, ncols=2, fontsize=8)

    return png(draw, height=3.6)
