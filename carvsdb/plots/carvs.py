"""The CARVS of several nets as bars, one row a net, and the environments of a glass among those of crystals."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb.escaping import figure_text, shortened
from carvsdb.plots.colours import INK, PALE, cycled
from carvsdb.plots.saving import figure_file, house_style, save

MOST_NETS = 30
MOST_ENVIRONMENTS = 20
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class EnvironmentBar:
    """A crystalline environment, and the share of a glass's nodes to which it is nearest.

    Attributes
    ----------
    vertex_symbol : str
    coordination : int
    share : float
        Of the nodes, 0 to 1.
    distance : float
        Mean topological distance of these nodes from it.
    nets : tuple of str
        Crystals that have it.
    """

    vertex_symbol: str
    coordination: int
    share: float
    distance: float
    nets: tuple[str, ...]


def draw_carvs(labels: Sequence[str], vectors: Sequence[NDArray[np.float64]], rows: Sequence[Axes]) -> Sequence[Axes]:
    """Draw the CARVS of nets as bars, one on each of some axes that share their x axis; return these.

    Parameters
    ----------
    labels : sequence of str, length n
    vectors : sequence of ndarray of float64, shape (max_ring_size,)
        ``vector[k]`` is the mean number of rings of size ``k + 1`` through a node.
    rows : sequence of Axes, length n
    """
    sizes = [np.flatnonzero(vector) + 1 for vector in vectors]
    largest = max([3, *(int(one.max()) for one in sizes if len(one))])
    for number, (label, vector, axes) in enumerate(zip(labels, vectors, rows, strict=True)):
        axes.bar(np.arange(1, len(vector) + 1), vector, width=0.72, color=cycled(number))
        axes.set_xlim(1.4, largest + 0.6)
        axes.set_ylim(0, max(float(vector.max(initial=0)), 1e-9) * 1.08)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(PALE)
        axes.set_xticks(range(2, largest + 1, 1 if largest <= 20 else 2))
        axes.tick_params(color=PALE, labelcolor=INK, labelsize=8)
        # Above the axes, where no bar is.
        axes.set_title(figure_text(shortened(label, _LONGEST)), loc="right", fontsize=9, color=INK, pad=1)
        if number < len(labels) - 1:
            axes.tick_params(labelbottom=False)
    rows[-1].set_xlabel("ring size (nodes)")
    return rows


def plot_carvs(labels: Sequence[str], vectors: Sequence[NDArray[np.float64]], path: str | Path) -> None:
    """Draw the CARVS of nets into a file, ``.png``, ``.svg`` or ``.pdf``; see :func:`draw_carvs`.

    Raises
    ------
    InputError
        For another ending, or more than 30 nets.
    """
    target = figure_file(path)
    if not 1 <= len(labels) <= MOST_NETS:
        raise InputError(f"CARVS are drawn of 1 to {MOST_NETS} nets, got {len(labels)}", path=path)
    with house_style():
        figure = Figure(figsize=(7.4, 1.2 + 1.05 * len(labels)), dpi=160, layout="constrained")
        FigureCanvasAgg(figure)
        rows = figure.subplots(len(labels), 1, sharex=True, squeeze=False)[:, 0].tolist()
        draw_carvs(labels, vectors, rows)
        figure.supylabel("mean rings per node", fontsize=9, color=INK)
        save(figure, target)


def draw_environments(bars: Sequence[EnvironmentBar], axes: Axes) -> Axes:
    """Draw which crystalline environments make up a glass, the most frequent first; return the axes."""
    shown = list(bars[:MOST_ENVIRONMENTS])
    places = np.arange(len(shown))[::-1]
    axes.barh(places, [100 * bar.share for bar in shown], color=cycled(0), height=0.7)
    names = []
    for bar in shown:
        nets = ", ".join(bar.nets[:4]) + (" …" if len(bar.nets) > 4 else "")
        names.append(f"{figure_text(shortened(nets, _LONGEST))}\n{figure_text(shortened(bar.vertex_symbol, _LONGEST))}")
    axes.set_yticks(places, names, fontsize=7)
    for place, bar in zip(places, shown, strict=True):
        axes.text(100 * bar.share, place, f"  d {bar.distance:.2f}", va="center", fontsize=7, color=INK)
    rest = sum(bar.share for bar in bars[MOST_ENVIRONMENTS:])
    more = f"; {len(bars) - len(shown)} more environments have {100 * rest:.1f} %" if rest else ""
    axes.set_xlabel(f"share of the nodes (%); d is their mean distance{more}", color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(PALE)
    axes.tick_params(color=PALE, labelcolor=INK)
    return axes


def plot_environments(bars: Sequence[EnvironmentBar], path: str | Path, title: str) -> None:
    """Draw the environments of a glass into a file, ``.png``, ``.svg`` or ``.pdf``; see :func:`draw_environments`."""
    target = figure_file(path)
    if not bars:
        raise InputError("there are no environments to draw", path=path)
    with house_style():
        figure = Figure(figsize=(8, 1.4 + 0.34 * min(len(bars), MOST_ENVIRONMENTS)), dpi=160, layout="constrained")
        FigureCanvasAgg(figure)
        axes = draw_environments(bars, figure.add_subplot())
        axes.set_title(figure_text(shortened(title, 80)), loc="left", fontweight="bold", fontsize=11, color=INK)
        save(figure, target)
