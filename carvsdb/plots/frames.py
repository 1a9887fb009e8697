"""Rings and coordination along a trajectory as a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb.escaping import figure_text
from carvsdb.plots.saving import figure_file, house_style, save

AXES = {"frame": "frame", "step": "step", "time": "time", "temperature": "temperature (K)"}
"""What frames can be drawn against, and how that is written at the axis."""

_MOST_SIZES = 8
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")


@dataclass(frozen=True, slots=True, eq=False)
class FrameColumns:
    """What is drawn of some frames.

    Attributes
    ----------
    x : ndarray of float64, shape (n_frames,)
        Frame, step, time or temperature.
    against : str
        Which of them: a key of `AXES`.
    vectors : ndarray of float64, shape (n_frames, max_ring_size)
        CARVS of each frame.
    coordination : sequence of mappings of int to int
        Nodes of each frame by number of edges.
    """

    x: NDArray[np.float64]
    against: str
    vectors: NDArray[np.float64]
    coordination: Sequence[Mapping[int, int]]


def plot_frames(frames: FrameColumns, path: str | Path, title: str = "Rings along a trajectory") -> None:
    """Draw rings per node and coordination of frames into a file.

    Against temperature, and wherever `x` does not rise from frame to frame, frames are points; else lines.

    Parameters
    ----------
    frames : FrameColumns
    path : str or Path
        The file; its ending says what it becomes: ``.png``, ``.svg`` or ``.pdf``.
    title : str
        Stands above the figure.

    Raises
    ------
    InputError
        For another ending.
    """
    target = figure_file(path)
    means = frames.vectors.mean(axis=0)
    sizes = sorted(np.argsort(-means, kind="stable")[: min(_MOST_SIZES, int(np.count_nonzero(means)))].tolist())
    rings = {f"{size + 1}-rings": frames.vectors[:, size] for size in sizes}
    totals = np.array([max(1, sum(one.values())) for one in frames.coordination], np.float64)
    kinds = sorted({kind for one in frames.coordination for kind in one})
    shares = {
        f"{kind}-coordinated": np.array([one.get(kind, 0) for one in frames.coordination]) / totals for kind in kinds
    }
    with house_style():
        figure = Figure(figsize=(8, 7), dpi=160, layout="constrained")
        FigureCanvasAgg(figure)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        _draw(above, frames, rings, "mean rings per node")
        _draw(below, frames, shares, "share of nodes")
        below.set_xlabel(AXES[frames.against])
        above.set_title(figure_text(title), loc="left", fontweight="bold")
        save(figure, target)


def _draw(axes: Axes, frames: FrameColumns, columns: Mapping[str, NDArray[np.float64]], what: str) -> None:
    rises = frames.against != "temperature" and bool((np.diff(frames.x) > 0).all())
    for number, (label, values) in enumerate(columns.items()):
        axes.plot(
            frames.x,
            values,
            label=label,
            color=_COLOURS[number % len(_COLOURS)],
            marker="" if rises and len(frames.x) > 1 else "o",
            markersize=3,
            linestyle="-" if rises else "",
            linewidth=1.2,
        )
    axes.set_ylim(bottom=0)
    axes.set_ylabel(what)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    if columns:
        axes.legend(frameon=False, ncols=1, loc="center left", bbox_to_anchor=(1.0, 0.5))
