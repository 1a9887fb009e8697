"""The map of nets as a figure."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from carvsdb.errors import InputError
from carvsdb.escaping import escaped, figure_text
from carvsdb.plots.labels import place_labels
from carvsdb.plots.saving import figure_file, house_style, save

MOST_LABELS = 60
"""With more points than this only highlighted ones are labelled."""

# Okabe and Ito's colours, told apart by the colour-blind; the markers say the same without colour.
_KINDS = {
    "crystalline": ("#0072B2", "o", 1.0),
    "amorphous": ("#D55E00", "D", 0.85),
    "generated": ("#009E73", "^", 1.15),
}
_INK, _PALE = "#222222", "#9a9a9a"


def plot_map(
    coordinates: ArrayLike,
    labels: Sequence[str],
    kinds: Sequence[str],
    path: str | Path,
    title: str = "Nets by their ring statistics",
    highlight: Sequence[str] = (),
    axis_name: str = "UMAP",
) -> None:
    """Draw a map of nets into a file.

    Parameters
    ----------
    coordinates : array_like of float, shape (n, 2)
        A point per net.
    labels : sequence of str
        What each net is called; nets at the same point share a label.
    kinds : sequence of str
        ``crystalline``, ``amorphous`` or ``generated``, for each net.
    path : str or Path
        The file; its ending says what it becomes: ``.png``, ``.svg`` or ``.pdf``.
    title : str
        Stands above the map.
    highlight : sequence of str
        Labels of nets to ring and to name in bold.
    axis_name : str
        ``UMAP`` or ``PC``; the axes are called ``UMAP 1`` and ``UMAP 2``. Only principal components get
        a scale, since lengths on a UMAP mean nothing.

    Raises
    ------
    InputError
        If the ending is not known, the file cannot be written, or a shape, number or kind does not fit.

    Notes
    -----
    The same arguments give the same bytes: no dates are written.
    """
    target = figure_file(path)
    points = _checked(coordinates, labels, kinds)
    marked = np.isin(np.array(labels, dtype=str), np.array(highlight, dtype=str))
    with house_style():
        figure = Figure(figsize=(7.4, 5.6), dpi=200, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _draw_points(axes, points, np.array(kinds, dtype=str), marked)
        _dress(axes, title, axis_name, len(points))
        figure.legend(
            loc="outside lower center",
            ncols=len(_KINDS),
            frameon=False,
            handletextpad=0.2,
            markerscale=(46 / _size(len(points))) ** 0.5,
        )
        figure.draw_without_rendering()
        # What is measured now must not move when it is saved.
        figure.set_layout_engine("none")
        axes.set_autoscale_on(False)
        _draw_labels(axes, points, labels, marked)
        save(figure, target)


def _checked(coordinates: ArrayLike, labels: Sequence[str], kinds: Sequence[str]) -> NDArray[np.float64]:
    points = np.asarray(coordinates, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise InputError(f"coordinates of a map must have the shape (n, 2) with n above 0, got {points.shape}")
    if not np.isfinite(points).all():
        raise InputError("coordinates of a map must be finite numbers")
    if not len(points) == len(labels) == len(kinds):
        raise InputError(f"{len(points)} points need as many labels and kinds, got {len(labels)} and {len(kinds)}")
    unknown = sorted(set(kinds) - set(_KINDS))
    if unknown:
        raise InputError(f"kinds of nets are {', '.join(_KINDS)}, got {unknown[0]!r}")
    return points


def _size(n_points: int) -> float:
    """Return the area of a marker in square points: smaller where there are many."""
    return float(np.clip(46 * (60 / max(n_points, 60)) ** 0.5, 3, 46))


def _draw_points(axes: Axes, points: NDArray[np.float64], kinds: NDArray[np.str_], marked: NDArray[np.bool_]) -> None:
    size = _size(len(points))
    for order, (kind, (colour, marker, scale)) in enumerate(_KINDS.items()):
        chosen = kinds == kind
        if chosen.any():
            axes.scatter(
                points[chosen, 0],
                points[chosen, 1],
                s=size * scale,
                c=colour,
                marker=marker,
                alpha=0.9 if len(points) <= 500 else 0.6,
                edgecolors="white",
                linewidths=0.6 if size > 20 else 0,
                zorder=3 + order,
                label=f"{figure_text(kind)} ({np.count_nonzero(chosen):,})",
                rasterized=len(points) > 5000,
            )
    if marked.any():
        axes.scatter(
            points[marked, 0],
            points[marked, 1],
            s=size + 110,
            facecolors="none",
            edgecolors=_INK,
            linewidths=1.1,
            zorder=7,
        )


def _dress(axes: Axes, title: str, axis_name: str, n_points: int) -> None:
    scale = " (topological distance)" if axis_name == "PC" else ""
    axes.set_xlabel(f"{axis_name} 1{scale}", color=_INK)
    axes.set_ylabel(f"{axis_name} 2{scale}", color=_INK)
    axes.set_title(escaped(title), loc="left", fontsize=11, fontweight="bold", color=_INK, pad=10, parse_math=False)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.12 if n_points <= MOST_LABELS else 0.05)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_PALE)
    axes.tick_params(color=_PALE, labelcolor=_INK, labelsize=8)
    if axis_name == "PC":
        axes.grid(color="#ececec", linewidth=0.6, zorder=0)
        axes.set_axisbelow(True)
    else:
        axes.set_xticks([])
        axes.set_yticks([])


def _draw_labels(axes: Axes, points: NDArray[np.float64], labels: Sequence[str], marked: NDArray[np.bool_]) -> None:
    named = np.ones(len(points), bool) if len(points) <= MOST_LABELS else marked
    places, members = _shared_places(points, named)
    if not len(places):
        return
    bold = np.array([bool(marked[group].any()) for group in members])
    order = np.argsort(~bold, kind="stable")  # highlighted ones choose first
    texts = [
        axes.text(
            float(places[index, 0]),
            float(places[index, 1]),
            _joined([escaped(labels[member]) for member in members[index]]),
            fontsize=8 if len(places) <= 30 else 7,
            fontweight="bold" if bold[index] else "normal",
            color=_INK,
            ha="center",
            va="center",
            zorder=9,
            parse_math=False,
        )
        for index in order
    ]
    boxes = [text.get_window_extent() for text in texts]
    pixel = axes.figure.dpi / 72
    sizes = np.array([(box.width + 2 * pixel, box.height + pixel) for box in boxes])
    anchors = axes.transData.transform(places[order])
    view = axes.get_window_extent()
    obstacles = axes.transData.transform(points)
    radius = pixel * (_size(len(points)) ** 0.5 / 2 + 1)
    centres = place_labels(anchors, sizes, obstacles, (view.x0, view.y0, view.x1, view.y1), radius)
    at = axes.transData.inverted().transform(centres)
    for text, position, centre, anchor, size in zip(texts, at, centres, anchors, sizes, strict=True):
        text.set_position((position[0], position[1]))
        _draw_leader(axes, anchor, centre, size, radius)


def _draw_leader(
    axes: Axes,
    anchor: NDArray[np.float64],
    centre: NDArray[np.float64],
    size: NDArray[np.float64],
    radius: float,
) -> None:
    """Join a label that stands off to its point by a thin line."""
    side = np.clip(anchor, centre - size / 2, centre + size / 2)
    if np.linalg.norm(side - anchor) > radius + 0.6 * size[1]:
        ends = axes.transData.inverted().transform(np.array([anchor, side]))
        axes.plot(*ends.T, color=_PALE, linewidth=0.6, zorder=2)


def _shared_places(
    points: NDArray[np.float64], named: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], list[NDArray[np.intp]]]:
    """Group the named points by place, in the order in which they first come."""
    chosen = np.flatnonzero(named)
    width = float(np.ptp(points, axis=0).max()) or 1.0
    cells = np.round(points[chosen] / (1e-6 * width))
    _, first, group = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return points[chosen[first[order]]], [chosen[group.ravel() == number] for number in order]


def _joined(names: list[str], most: int = 3) -> str:
    shown = ", ".join(name if len(name) <= 28 else name[:27] + "…" for name in names[:most])
    return shown if len(names) <= most else f"{shown} +{len(names) - most}"
