"""Figures of panels at fixed margins, as PNG.

A layout that asks for the extent of every label, as matplotlib's own do, took a third of the time of a report.
"""

import io
from collections.abc import Callable
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from carvsdb.escaping import figure_text
from carvsdb.plots.saving import house_style

Side = Literal["left", "center", "right"]

# What numbers and names of axes need around them, in inches.
LEFT, _RIGHT, _BOTTOM, _TOP = 0.9, 0.15, 0.45, 0.28
# From the axes to the names along them and beside them.
_TO_NAME_BELOW, _TO_NAME_BESIDE = 0.27, 0.7


def png(draw: Callable[[Figure], None], width: float = 8.0, height: float = 4.5) -> bytes:
    """Return a figure as PNG; the same data give the same bytes."""
    with house_style():
        figure = Figure(figsize=(width, height), dpi=150)
        FigureCanvasAgg(figure)
        draw(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def plain(axes: Axes, title: str = "") -> None:
    """Take away what says nothing."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#ececec", linewidth=0.7)
    axes.set_axisbelow(True)
    if title:
        set_title(axes, title, weight="bold")


def set_title(
    axes: Axes, title: str, loc: Side = "left", fontsize: float | str = "large", weight: str = "normal"
) -> None:
    """Write above axes; where is known, and not looked for."""
    axes.set_title(figure_text(title), loc=loc, y=1.0, fontsize=fontsize, fontweight=weight)


def shape_of(number: int, most: int) -> tuple[int, int]:
    """Return how many rows and columns so many panels take, at most `most` beside each other."""
    columns = min(most, number)
    return -(-number // columns), columns


def panels(
    figure: Figure, number: int, most: int = 1, *, sharex: bool = False, beside: float = 0.55, between: float = 0.7
) -> list[Axes]:
    """Return so many axes, row by row.

    Parameters
    ----------
    figure : Figure
        Where they are drawn.
    number : int
        How many.
    most : int
        How many at most stand beside each other.
    sharex : bool
        Whether all have the same x axis, with numbers at the lowest of each column alone.
    beside, between : float
        From column to column and from row to row, in inches.
    """
    rows, columns = shape_of(number, most)
    grid = _grid(figure, rows, columns, beside, between)
    found: list[Axes] = []
    for index in range(number):
        axes = figure.add_subplot(grid[divmod(index, columns)], sharex=found[0] if sharex and found else None)
        if sharex:
            axes.tick_params(labelbottom=index + columns >= number)
        found.append(axes)
        _place_names(figure, axes)
    return found


def pairs_of_panels(figure: Figure, number: int) -> list[tuple[Axes, Axes]]:
    """Return so many pairs of axes, a high one above a low one that has its x axis."""
    grid = _grid(figure, number, 1, 0.0, _BOTTOM + _TOP)
    found = []
    for index in range(number):
        both = grid[index, 0].subgridspec(2, 1, height_ratios=[3, 1], hspace=0.1)
        above = figure.add_subplot(both[0])
        below = figure.add_subplot(both[1], sharex=above)
        above.tick_params(labelbottom=False)
        for axes in (above, below):
            _place_names(figure, axes)
        found.append((above, below))
    return found


def _grid(figure: Figure, rows: int, columns: int, beside: float, between: float) -> GridSpec:
    """Return a grid within the margins; a grid takes its gaps as shares of the mean panel."""
    width, height = figure.get_size_inches()
    panel_width = (width - LEFT - _RIGHT - (columns - 1) * beside) / columns
    panel_height = (height - _BOTTOM - _TOP - (rows - 1) * between) / rows
    return figure.add_gridspec(
        rows,
        columns,
        left=LEFT / width,
        right=1 - _RIGHT / width,
        bottom=_BOTTOM / height,
        top=1 - _TOP / height,
        wspace=beside / panel_width,
        hspace=between / panel_height,
    )


def _place_names(figure: Figure, axes: Axes) -> None:
    """Give the names of both axes their places, which else are found anew from all numbers at each drawing."""
    width, height = figure.get_size_inches() * axes.get_position().size
    axes.xaxis.set_label_coords(0.5, -_TO_NAME_BELOW / height)
    axes.yaxis.set_label_coords(-_TO_NAME_BESIDE / width, 0.5)
