"""The map of nets as a figure."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgba
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from carvsdb.compare.embedding import MAP_TITLES
from carvsdb.errors import InputError
from carvsdb.escaping import escaped, figure_text, shortened
from carvsdb.plots.colours import INK, PALE, MapColours, cycled
from carvsdb.plots.labels import label_points
from carvsdb.plots.saving import figure_file, house_style, save

MOST_LABELS = 300
"""With more points than this only highlighted ones are labelled."""

# Okabe and Ito's colours, told apart by the colour-blind; the markers say the same without colour.
_KINDS = {
    "crystalline": ("#0072B2", "o", 1.0),
    "amorphous": ("#D55E00", "D", 0.85),
    "generated": ("#009E73", "^", 1.15),
}
_NOTHING = "#bdbdbd"
_MOST_CATEGORIES = 7
_JOINED = 3
_LONGEST = 28
_LONG_WORDS = 40


def plot_map(
    coordinates: ArrayLike,
    labels: Sequence[str],
    kinds: Sequence[str],
    path: str | Path,
    title: str = MAP_TITLES["nets"],
    highlight: Sequence[str] = (),
    axis_name: str = "UMAP",
    colours: MapColours | None = None,
    lengths: str = "",
) -> int:
    """Draw a map of nets into a file; return how many names found no room.

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
        ``UMAP`` or ``PC``; the axes are called ``UMAP 1`` and ``UMAP 2``.
    colours : MapColours, optional
        Default: by kind.
    lengths : str
        What lengths along the axes are, such as ``topological distance``; without it the axes have no scale, since
        lengths on a UMAP mean nothing.

    Raises
    ------
    InputError
        If the ending is not known, the file cannot be written, or a shape, number or kind does not fit.

    Notes
    -----
    The same arguments give the same bytes: no dates are written.
    """
    target = figure_file(path)
    with house_style():
        figure, left_out = map_figure(
            coordinates,
            labels,
            kinds,
            title=title,
            highlight=highlight,
            axis_name=axis_name,
            lengths=lengths,
            colours=colours,
        )
        save(figure, target)
    return left_out


def map_figure(
    coordinates: ArrayLike,
    labels: Sequence[str],
    kinds: Sequence[str],
    *,
    title: str = MAP_TITLES["nets"],
    highlight: Sequence[str] = (),
    axis_name: str = "UMAP",
    lengths: str = "",
    colours: MapColours | None = None,
) -> tuple[Figure, int]:
    """Return the figure of a map, and how many names found no room; see :func:`plot_map`."""
    points = _checked(coordinates, labels, kinds, colours)
    figure = Figure(figsize=(7.4, 5.6), dpi=200, layout="constrained")
    FigureCanvasAgg(figure)
    axes = draw_map(
        figure.add_subplot(), points, kinds, axis_name=axis_name, lengths=lengths, title=title, colours=colours
    )
    handles = axes.get_legend_handles_labels()[0]
    if handles:
        # As many columns as the longest text leaves room for.
        longest = max(len(str(one.get_label())) for one in handles)
        columns = 4 if longest <= 26 else 3 if longest <= 34 else 2
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False, handletextpad=0.2)
    figure.draw_without_rendering()
    # What is measured now must not move when it is saved.
    figure.set_layout_engine("none")
    return figure, name_points(axes, points, labels, highlight)


def draw_map(
    axes: Axes,
    coordinates: ArrayLike,
    kinds: Sequence[str],
    *,
    axis_name: str = "UMAP",
    lengths: str = "",
    title: str = "",
    colours: MapColours | None = None,
) -> Axes:
    """Draw the points of a map on axes, and return these; see :func:`plot_map`.

    Points at one place are one marker, larger the more there are.
    """
    points = np.asarray(coordinates, np.float64)
    _draw_points(axes, points, np.array(kinds, dtype=str), colours)
    dress_map(axes, escaped(title), axis_name, lengths)
    axes.margins(0.12 if len(points) <= 60 else 0.05)
    return axes


def name_points(axes: Axes, coordinates: ArrayLike, labels: Sequence[str], highlight: Sequence[str] = ()) -> int:
    """Write the names of points on axes whose layout is done, those highlighted ringed and in bold.

    Returns
    -------
    int
        How many places found no room for a name.
    """
    points = np.asarray(coordinates, np.float64)
    marked = np.isin(np.array(labels, dtype=str), np.array(highlight, dtype=str))
    size = _size(len(points))
    axes.scatter(
        points[marked, 0], points[marked, 1], s=size + 110, facecolors="none", edgecolors=INK, linewidths=1.1, zorder=7
    )
    named = np.ones(len(points), bool) if len(points) <= MOST_LABELS else marked
    places, members = _shared_places(points, named)
    if not len(places):
        return 0
    bold = [bool(marked[group].any()) for group in members]
    names = [_joined([escaped(labels[one]) for one in group]) for group in members]
    font_size = 8.0 if len(places) <= 30 else 7.0 if len(places) <= 80 else 5.0
    radius = size**0.5 / 2 + 1
    return label_points(
        axes,
        places,
        names,
        bold=bold,
        radius=radius,
        obstacles=points,
        font_size=font_size,
        longest=100,
        farthest=20 if len(places) <= 80 else 3,  # many long leaders are a tangle
    )


def _checked(
    coordinates: ArrayLike, labels: Sequence[str], kinds: Sequence[str], colours: MapColours | None
) -> NDArray[np.float64]:
    points = np.asarray(coordinates, np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise InputError(f"coordinates of a map must have the shape (n, 2) with n above 0, got {points.shape}")
    if not np.isfinite(points).all():
        raise InputError("coordinates of a map must be finite numbers")
    if not len(points) == len(labels) == len(kinds):
        raise InputError(f"{len(points)} points need as many labels and kinds, got {len(labels)} and {len(kinds)}")
    if colours is not None and len(colours.values) != len(points):
        raise InputError(f"{len(points)} points need as many values of {colours.name}, got {len(colours.values)}")
    unknown = sorted(set(kinds) - set(_KINDS))
    if unknown:
        raise InputError(f"kinds of nets are {', '.join(_KINDS)}, got {unknown[0]!r}")
    return points


def _size(n_points: int) -> float:
    """Return the area of a marker in square points: smaller where there are many."""
    return float(np.clip(46 * (60 / max(n_points, 60)) ** 0.5, 3, 46))


def _draw_points(axes: Axes, points: NDArray[np.float64], kinds: NDArray[np.str_], colours: MapColours | None) -> None:
    rgba, legend = _colours_of(axes, kinds, colours)
    size = _size(len(points))
    for order, (kind, (_, marker, scale)) in enumerate(_KINDS.items()):
        # Of points at one place one is drawn: the first.
        places, members = _shared_places(points, kinds == kind)
        if not len(places):
            continue
        first = [group[0] for group in members]
        counts = np.array([len(group) for group in members])
        axes.scatter(
            places[:, 0],
            places[:, 1],
            s=size * scale * (1 + np.log2(counts)),
            c=rgba[first],
            marker=marker,
            alpha=0.9 if len(points) <= 500 else 0.6,
            edgecolors="white",
            linewidths=0.6 if size > 20 else 0,
            zorder=3 + order,
            rasterized=len(points) > 5000,
        )
        colour = _KINDS[kind][0] if colours is None else "#777777"
        _legend(axes, colour, marker, f"{kind} ({np.count_nonzero(kinds == kind):,})")
        if counts.max() > 1:
            legend.append((f"larger: up to {counts.max():,} {kind} at one place", "#dddddd"))
    for text, colour in legend:
        _legend(axes, colour, "s", text)


def _legend(axes: Axes, colour: str, marker: str, text: str) -> None:
    axes.plot([], [], linestyle="", marker=marker, markersize=6, color=colour, label=figure_text(text))


def _colours_of(
    axes: Axes, kinds: NDArray[np.str_], colours: MapColours | None
) -> tuple[NDArray[np.float64], list[tuple[str, str]]]:
    """Return the colour of each point and what the legend says of colours; numbers get a colour bar."""
    if colours is None:
        return np.array([to_rgba(_KINDS[kind][0]) for kind in kinds.tolist()]), []
    if colours.is_numeric:
        values = np.array([np.nan if value is None else float(value) for value in colours.values])
        finite = values[np.isfinite(values)]
        if not len(finite):
            return np.array([to_rgba(_NOTHING)] * len(values)), [("not known", _NOTHING)]
        scale = ScalarMappable(Normalize(float(finite.min()), float(finite.max())), "viridis")
        found = scale.to_rgba(np.where(np.isfinite(values), values, finite.min()))
        found[~np.isfinite(values)] = to_rgba(_NOTHING)
        bar = axes.figure.colorbar(scale, ax=axes, shrink=0.6, pad=0.02)
        bar.set_label(figure_text(colours.name))
        bar.outline.set_visible(False)
        return np.asarray(found), [("not known", _NOTHING)] if len(finite) < len(values) else []
    words = [None if value is None else str(value) for value in colours.values]
    counted = Counter(word for word in words if word is not None)
    shown = [word for word, _ in counted.most_common(_MOST_CATEGORIES)]
    colour_of = {word: cycled(number) for number, word in enumerate(shown)}
    legend = [(f"{shortened(word, _LONG_WORDS)} ({counted[word]:,})", colour_of[word]) for word in shown]
    rest = sum(word is not None and word not in colour_of for word in words)
    if rest:
        legend.append((f"others ({rest:,})", _NOTHING))
    if None in words:
        legend.append((f"{colours.nothing} ({words.count(None):,})", _NOTHING))
    return np.array([to_rgba(colour_of.get(word or "", _NOTHING)) for word in words]), legend


def dress_map(axes: Axes, title: str, axis_name: str, lengths: str = "") -> None:
    """Write what the axes of a map are, with a scale only where lengths mean something; see :func:`plot_map`."""
    scale = f" ({lengths})" if lengths else ""
    axes.set_xlabel(f"{axis_name} 1{scale}", color=INK)
    axes.set_ylabel(f"{axis_name} 2{scale}", color=INK)
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK, pad=10, parse_math=False)
    axes.set_aspect("equal", adjustable="datalim")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(PALE)
    axes.tick_params(color=PALE, labelcolor=INK, labelsize=8)
    if lengths:
        axes.grid(color="#ececec", linewidth=0.6, zorder=0)
        axes.set_axisbelow(True)
    else:
        axes.set_xticks([])
        axes.set_yticks([])


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


def _joined(names: list[str]) -> str:
    shown = ", ".join(shortened(name, _LONGEST) for name in names[:_JOINED])
    return shown if len(names) <= _JOINED else f"{shown} +{len(names) - _JOINED}"
