"""The ring-size distribution as a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb.escaping import figure_text, shortened
from carvsdb.plots.saving import figure_file, house_style, save

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "D", "^", "s", "v", "P", "X")
_LONGEST, _WIDTH_IN_LETTERS = 80, 104


@dataclass(frozen=True, slots=True, eq=False)
class RingSeries:
    """Mean rings per node of one material.

    Attributes
    ----------
    label : str
        What it is called in the legend.
    vectors : sequence of ndarray of float64, shape (max_ring_size,)
        CARVS of each model; ``vector[k]`` is the mean number of rings of size ``k + 1`` through a node.
    is_crystal : bool
        Drawn as bars; glasses, whose distributions are broad, as lines.
    """

    label: str
    vectors: Sequence[NDArray[np.float64]]
    is_crystal: bool = False


def plot_rings(
    series: Sequence[RingSeries], path: str | Path, title: str = "Rings per node", *, shares: bool = False
) -> None:
    """Draw ring-size distributions into a file.

    Parameters
    ----------
    series : sequence of RingSeries
        Where one has several models, the mean over the models is drawn, with their standard deviation as error bars.
    path : str or Path
        The file; its ending says what it becomes: ``.png``, ``.svg`` or ``.pdf``.
    title : str
        Stands above the figure.
    shares : bool
        Draw shares of all rings instead of numbers: a node of a crystal can have a hundred times the rings of one of a
        glass.

    Raises
    ------
    InputError
        For another ending.
    """
    target = figure_file(path)
    with house_style():
        figure = Figure(figsize=(8, 5), dpi=160, layout="constrained")
        FigureCanvasAgg(figure)
        axes = draw_rings(series, figure.add_subplot(), shares=shares)
        axes.set_title(figure_text(title), loc="left", fontweight="bold")
        handles, labels = axes.get_legend_handles_labels()
        # Below the axes, since bars are as high as these; as many side by side as have room.
        columns = max(1, min(4, _WIDTH_IN_LETTERS // (8 + max(map(len, labels), default=0))))
        figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)
        save(figure, target)


def draw_rings(series: Sequence[RingSeries], axes: Axes, *, shares: bool = False) -> Axes:
    """Draw ring-size distributions on axes, and return these; see :func:`plot_rings`."""
    largest = 3
    crystals = [number for number, one in enumerate(series) if one.is_crystal]
    for number, one in enumerate(series):
        shortest = min(len(vector) for vector in one.vectors)
        models = np.stack([vector[:shortest] for vector in one.vectors])
        if shares:
            models = 100 * models / np.maximum(models.sum(axis=1, keepdims=True), 1e-300)
        mean = models.mean(axis=0)
        spread = models.std(axis=0, ddof=1) if len(models) > 1 else None
        sizes = np.arange(1, shortest + 1)
        shown = np.flatnonzero(mean)
        largest = max([largest, *(shown + 1).tolist()])
        name = shortened(one.label, _LONGEST)
        label = figure_text(name if len(models) == 1 else f"{name} ({len(models)} models)")
        colour = _COLOURS[number % len(_COLOURS)]
        if one.is_crystal:
            # Bars of several crystals stand side by side.
            width = 0.8 / len(crystals)
            offset = (crystals.index(number) - (len(crystals) - 1) / 2) * width
            axes.bar(sizes + offset, mean, width, yerr=spread, label=label, color=colour, alpha=0.55, zorder=2)
            continue
        axes.errorbar(
            sizes,
            mean,
            yerr=spread,
            label=label,
            color=colour,
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=5,
            linewidth=1.4,
            capsize=3,
            elinewidth=1,
            zorder=3,
        )
    axes.set_xlim(1.5, largest + 1.5)
    axes.set_ylim(bottom=0)
    axes.set_xticks(range(2, largest + 2, 1 if largest <= 20 else 2))
    axes.set_xlabel("ring size (nodes)")
    axes.set_ylabel("share of the rings through a node (%)" if shares else "mean rings per node")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    return axes
