"""The distance matrix as a figure, its nets in the order of a dendrogram."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform

from carvsdb.errors import InputError
from carvsdb.escaping import figure_text, shortened
from carvsdb.plots.colours import INK, PALE
from carvsdb.plots.saving import figure_file, house_style, save

MOST_NETS = 200
_MOST_WRITTEN = 16
_LONGEST = 30


def draw_distances(matrix: ArrayLike, labels: Sequence[str], tree: Axes, axes: Axes) -> Axes:
    """Draw a distance matrix, and beside it the dendrogram (average linkage) by which its rows are ordered.

    Parameters
    ----------
    matrix : array_like of float, shape (n, n)
        Symmetric, with a zero diagonal.
    labels : sequence of str, length n
    tree, axes : Axes
        For the dendrogram, and for the matrix, which is returned.

    Raises
    ------
    InputError
        If shapes disagree, or there are fewer than 2 or more than 200 nets.
    """
    values = np.asarray(matrix, np.float64)
    if values.shape != (len(labels), len(labels)) or not 2 <= len(labels) <= MOST_NETS:
        raise InputError(f"a figure of distances takes 2 to {MOST_NETS} nets and their matrix, got {values.shape}")
    joined = linkage(squareform(values, checks=False), "average", optimal_ordering=True)
    drawn = dendrogram(joined, orientation="left", no_labels=True, ax=tree, link_color_func=lambda _: INK)
    order = np.array(drawn["leaves"])[::-1]
    tree.set_axis_off()
    for lines in tree.collections:
        lines.set_clip_on(False)  # those of nets at distance 0 lie on the edge
    shown = values[np.ix_(order, order)]
    image = axes.imshow(shown, cmap="viridis_r", vmin=0, aspect="auto")
    names = [figure_text(shortened(labels[row], _LONGEST)) for row in order]
    size = float(np.clip(260 / len(names), 3.5, 9))
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=size)
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.yaxis.tick_right()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if len(names) <= _MOST_WRITTEN:
        middle = float(shown.max()) / 2
        for row, column in np.ndindex(shown.shape):
            colour = "white" if shown[row, column] > middle else INK
            axes.text(column, row, f"{shown[row, column]:.2f}", ha="center", va="center", fontsize=7, color=colour)
    bar = axes.figure.colorbar(image, ax=[tree, axes], shrink=0.5, pad=0.02, location="left")
    bar.set_label("distance", color=INK)
    bar.outline.set_edgecolor(PALE)
    return axes


def plot_distances(
    matrix: ArrayLike, labels: Sequence[str], path: str | Path, title: str = "Topological distances"
) -> None:
    """Draw a distance matrix with its dendrogram into a file, ``.png``, ``.svg`` or ``.pdf``; see `draw_distances`."""
    target = figure_file(path)
    with house_style():
        figure = Figure(figsize=(8.6, 7), dpi=160, layout="constrained")
        FigureCanvasAgg(figure)
        tree, axes = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1, 5]})
        draw_distances(matrix, labels, tree, axes)
        figure.suptitle(figure_text(title), x=0.01, ha="left", fontsize=11, fontweight="bold", color=INK)
        save(figure, target)
