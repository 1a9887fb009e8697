"""Coordination numbers."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb_refine.report.drawing import BEFORE, CALCULATED, plain, png

Counts = Mapping[str, NDArray[np.int64]]


def coordination_png(now: Counts, before: Counts | None = None) -> bytes:
    """Draw for each pair that bonds which share of the centres has how many neighbours."""
    pairs = list(now)
    columns = min(4, max(1, len(pairs)))
    rows = max(1, -(-len(pairs) // columns))

    def draw(figure: Figure) -> None:
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes in grid.ravel()[len(pairs) :]:
            axes.set_visible(False)
        for pair, axes in zip(pairs, grid.ravel(), strict=False):
            size = max(len(now[pair]), len(before[pair]) if before and pair in before else 0)
            places = np.arange(size)
            if before and pair in before:
                axes.bar(places - 0.2, _shares(before[pair], size), width=0.4, color=BEFORE, label="start")
            axes.bar(places + 0.2, _shares(now[pair], size), width=0.4, color=CALCULATED, label="model")
            axes.set_xticks(places)
            axes.set_ylim(0, 100)
            centre, _, neighbour = pair.partition("-")
            axes.set_xlabel(f"{neighbour} around {centre}")
            plain(axes)
        for row in grid:
            row[0].set_ylabel("% of atoms")
        grid[0, 0].legend(frameon=False)

    return png(draw, width=9.0, height=2.3 * rows)


def _shares(counts: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    padded = np.zeros(size)
    padded[: len(counts)] = counts
    return np.asarray(100 * padded / max(1, counts.sum()), np.float64)
