"""The picture of a net: nodes and linkers, edges, cell, copies in their colours, rings lit up, atoms."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb.escaping import figure_text, shortened
from carvsdb.plots.colours import INK, OKABE_ITO, PALE, cycled, element_colour
from carvsdb.plots.net_scene import NetScene
from carvsdb.plots.painting import Camera, Painter
from carvsdb.plots.saving import figure_file, house_style, save

Floats = NDArray[np.float64]

_SIZE = 6.0
_DPI = 200
_NODE, _LINKER, _EDGE = 0.13, 0.075, 0.075
_ATOM, _BOND = 0.35, 0.16  # in Å
_CLOSED = 1e-4
_MOST_NAMED = 8
_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class NetStyle:
    """How a net is drawn.

    Attributes
    ----------
    rings : tuple of int
        Sizes of rings to light up, in nodes; the scene must have them.
    atoms : bool
        Draw the atoms beneath, if the scene has them.
    azimuth, elevation : float, optional
        From where it is looked at, in degrees; by default a little from above, or far above a layer.
    repeats : tuple of int, optional
        Cells along each vector; by default as many as show the net well.
    title : str, optional
        Stands above; by default the name of the net.
    """

    rings: tuple[int, ...] = ()
    atoms: bool = False
    azimuth: float | None = None
    elevation: float | None = None
    repeats: tuple[int, int, int] | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """Images of vertices within the box, and edges: whole ones and those that lead out of it, cut in half."""

    vertex: NDArray[np.int64]
    places: Floats
    ends: Floats
    of_edge: NDArray[np.int64]
    is_whole: NDArray[np.bool_]


def draw_net(scene: NetScene, axes: Axes, style: NetStyle | None = None) -> Axes:
    """Draw a net on axes.

    Parameters
    ----------
    scene : NetScene
        Of :func:`carvsdb.plots.net_scene.net_scene`.
    axes : Axes
        Of a figure; they lose their frame.
    style : NetStyle, optional

    Raises
    ------
    InputError
        If there is no ring of a size asked for, or atoms are asked for and there are none.
    """
    style = style or NetStyle()
    _check(scene, style)
    repeats = style.repeats or scene.repeats
    rings = [_ring_images(scene, size, repeats) for size in style.rings]
    shown = _shown(scene, repeats, rings)
    unit = _mean_length(scene)
    box = np.array(list(product(*((0, 1) if leads else (0,) for leads in _leads(scene))))) * repeats @ scene.cell
    everything = np.concatenate([box, shown.ends.reshape(-1, 3), shown.places])
    # Of a molecule no direction leads out: its box is a point.
    camera = _camera(scene, style, box if len(box) > 1 else everything)
    flat, _, _ = camera.project(everything)
    low, high = flat.min(axis=0) - 0.25 * unit, flat.max(axis=0) + 0.25 * unit
    width = float((high - low).max())
    painter = Painter(camera, _SIZE * 72 * 0.9 / width)
    # In a wide view lines and balls keep a size that can be seen.
    scale = max(unit, width / 70)
    _add_cell(painter, scene, repeats, scale)
    for number, (corners, _) in enumerate(rings):
        painter.areas(list(corners), to_rgb(_ring_colour(scene, number)), 0.42, 0.055 * scale)
    over = 0.8 if style.atoms else 1.0
    if style.atoms:
        _add_atoms(painter, scene, repeats)
    _add_edges(painter, scene, shown, scale * over)
    radii = np.where(scene.is_node[shown.vertex], _NODE, _LINKER) * scale * over
    painter.balls(shown.places, radii, _vertex_colours(scene)[shown.vertex])
    painter.paint(axes)
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    title = scene.name if style.title is None else style.title
    axes.set_title(figure_text(shortened(title, _LONGEST_TITLE)), loc="left", fontsize=12, fontweight="bold", color=INK)
    return axes


def plot_net(scene: NetScene, path: str | Path, style: NetStyle | None = None) -> None:
    """Draw a net into a file.

    Parameters
    ----------
    scene, style
        As of :func:`draw_net`.
    path : str or Path
        ``.png``, ``.svg`` or ``.pdf``.

    Raises
    ------
    InputError
        For another ending, and as :func:`draw_net`.

    Notes
    -----
    The same arguments give the same bytes.
    """
    target = figure_file(path)
    with house_style():
        save(net_figure(scene, style or NetStyle()), target)


def net_figure(scene: NetScene, style: NetStyle) -> Figure:
    """Return the figure of a net, with its legend; see :func:`plot_net`."""
    figure = Figure(figsize=(_SIZE, _SIZE), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    draw_net(scene, figure.add_subplot(), style)
    figure.legend(
        handles=_legend(scene, style),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=9,
        handletextpad=0.4,
        columnspacing=1.2,
    )
    return figure


def _check(scene: NetScene, style: NetStyle) -> None:
    for size in style.rings:
        if size not in scene.rings:
            raise InputError(f"the net has no {size}-rings to light up")
    if style.atoms and scene.atoms is None:
        raise InputError("the net came without atoms, or without coordinates: there are none to draw")
    if style.repeats is not None and min(style.repeats) < 1:
        raise InputError(f"cells are repeated once or more, got {style.repeats}")


def _mean_length(scene: NetScene) -> float:
    lengths = np.linalg.norm(np.diff(scene.edge_ends, axis=1)[:, 0], axis=1)
    return float(lengths.mean()) if len(lengths) else float(np.linalg.norm(scene.cell, axis=1).mean())


def _camera(scene: NetScene, style: NetStyle, box: Floats) -> Camera:
    flat = not scene.edges[:, 4].any() and bool(scene.edges[:, 2:4].any())
    azimuth = (-75.0 if flat else 22.0) if style.azimuth is None else style.azimuth
    elevation = (58.0 if flat else 14.0) if style.elevation is None else style.elevation
    return Camera.towards(azimuth, elevation, box.mean(axis=0), float(np.linalg.norm(np.ptp(box, axis=0))))


def _cells(repeats: Sequence[int], margin: int) -> NDArray[np.int64]:
    ranges = [np.arange(-margin, count + margin) for count in repeats]
    return np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.int64)


def _leads(scene: NetScene) -> NDArray[np.bool_]:
    """Tell along which cell vectors edges lead into the next cell."""
    return np.asarray((scene.edges[:, 2:] != 0).any(axis=0))


def _inside(scene: NetScene, places: Floats, repeats: Sequence[int]) -> NDArray[np.bool_]:
    """Tell what lies in the box: with all its faces where the net goes on, else without those on top."""
    fractions = places @ np.linalg.inv(scene.cell)
    top = np.array(repeats) + np.where(_leads(scene), _CLOSED, -_CLOSED)
    return np.asarray(((fractions >= -_CLOSED) & (fractions <= top)).all(axis=-1))


def _shown(scene: NetScene, repeats: tuple[int, int, int], rings: "list[tuple[Floats, NDArray[np.int64]]]") -> _Shown:
    """Take the images of vertices in the box and of those of rings, and the edges of the former."""
    cells = _cells(repeats, 1)
    images = (scene.positions[None] + (cells @ scene.cell)[:, None]).reshape(-1, 3)
    vertex = np.tile(np.arange(len(scene.positions)), len(cells))
    chosen = _inside(scene, images, repeats)
    places = np.concatenate([images[chosen], *(corners.reshape(-1, 3) for corners, _ in rings)])
    vertex = np.concatenate([vertex[chosen], *(numbers.ravel() for _, numbers in rings)])
    _, once = np.unique(np.column_stack([vertex, places.round(4) + 0.0]), axis=0, return_index=True)
    vertex, places = vertex[once], places[once]
    reach = int(np.abs(scene.edges[:, 2:]).max(initial=0)) + 1
    ends = scene.edge_ends[None] + (_cells(repeats, reach) @ scene.cell)[:, None, None]
    inside = _inside(scene, ends, repeats)
    whole, half = inside.all(axis=-1), inside.any(axis=-1) & ~inside.all(axis=-1)
    of_edge = np.broadcast_to(np.arange(len(scene.edges)), whole.shape)
    # An edge that leads out of the box is drawn as far as its middle, from the end that lies within.
    start = np.where(inside[half][:, :1, None], ends[half], ends[half][:, ::-1])
    stubs = np.stack([start[:, 0], start.mean(axis=1)], axis=1)
    return _Shown(
        vertex,
        places,
        np.concatenate([ends[whole], stubs]),
        np.concatenate([of_edge[whole], of_edge[half]]),
        np.arange(whole.sum() + half.sum()) < whole.sum(),
    )


def _vertex_colours(scene: NetScene) -> Floats:
    """Colour by component; linkers are paler, or in another colour where there is one component only."""
    colours = np.array([to_rgb(cycled(number)) for number in scene.component.tolist()]).reshape(-1, 3)
    linker = ~scene.is_node
    if scene.n_components <= 1:
        colours[linker] = to_rgb(OKABE_ITO[1])
    else:
        colours[linker] += 0.55 * (1 - colours[linker])
    return colours


def _add_edges(painter: Painter, scene: NetScene, shown: _Shown, unit: float) -> None:
    component = scene.component[scene.edges[shown.of_edge, 0]]
    base = np.array([to_rgb(cycled(number)) for number in component.tolist()]).reshape(-1, 3)
    colours = base + 0.25 * (1 - base) if scene.n_components > 1 else np.full((len(base), 3), 0.45)
    painter.lines(shown.ends[~shown.is_whole], colours[~shown.is_whole], _EDGE * unit, 0.35)
    # In two halves, so that each is sorted in where it lies.
    ends, colours = shown.ends[shown.is_whole], colours[shown.is_whole]
    middle = ends.mean(axis=1)
    halves = np.concatenate([np.stack([ends[:, end], middle], axis=1) for end in (0, 1)])
    painter.lines(halves, np.tile(colours, (2, 1)), _EDGE * unit)


def _add_cell(painter: Painter, scene: NetScene, repeats: tuple[int, int, int], unit: float) -> None:
    lines = []
    leads = _leads(scene)
    for axis in np.flatnonzero(leads):
        others = [one for one in range(3) if one != axis]
        for corner in product(range(repeats[others[0]] + 1), range(repeats[others[1]] + 1)):
            if any(0 < at < repeats[one] or (at and not leads[one]) for at, one in zip(corner, others, strict=True)):
                continue
            start = np.zeros(3)
            start[others] = corner
            stop = start.copy()
            stop[axis] = repeats[axis]
            steps = np.linspace(0, 1, 9)[:, None]
            points = (start + steps * (stop - start)) @ scene.cell
            lines += [points[index : index + 2] for index in range(8)]
    painter.lines(np.array(lines).reshape(-1, 2, 3), to_rgb(PALE), 0.018 * unit)


def _ring_images(scene: NetScene, size: int, repeats: tuple[int, int, int]) -> tuple[Floats, NDArray[np.int64]]:
    """Return the corners of rings whose middle lies in the box, shape (n, length, 3), and their vertices."""
    places = scene.ring_places(size)
    reach = 1 + int(np.abs(scene.rings[size].offsets).max(initial=0))
    images = places[None] + (_cells(repeats, reach) @ scene.cell)[:, None, None]
    chosen = _inside(scene, images.mean(axis=2), repeats)
    numbers = np.broadcast_to(scene.rings[size].vertices, images.shape[:3])
    return images[chosen], numbers[chosen].astype(np.int64)


def _ring_colour(scene: NetScene, number: int) -> str:
    """Return the colour of the n-th size of rings: none that a copy of the net has, while there are enough."""
    # Next to linkers, which are amber, orange is the last choice.
    free = ["#D55E00", "#009E73", "#CC79A7", "#F0E442", "#56B4E9"]
    free = free[1:] + free[:1] if (~scene.is_node).any() else free
    used = {cycled(one) for one in range(min(scene.n_components, len(OKABE_ITO)))}
    left = [colour for colour in free if colour not in used] or free
    return left[number % len(left)]


def _add_atoms(painter: Painter, scene: NetScene, repeats: tuple[int, int, int]) -> None:
    atoms = scene.atoms
    assert atoms is not None
    colours = np.array([to_rgb(element_colour(symbol)) for symbol in atoms.elements]).reshape(-1, 3)
    images = atoms.positions[None] + (_cells(repeats, 1) @ scene.cell)[:, None]
    inside = _inside(scene, images, repeats)
    which = np.broadcast_to(np.arange(len(atoms.elements)), inside.shape)[inside]
    hydrogen = np.array([symbol in ("H", "D", "T") for symbol in atoms.elements])
    painter.balls(images[inside], np.where(hydrogen[which], 0.6, 1.0) * _ATOM, colours[which], rim="#6a6a6a")
    first = atoms.positions[atoms.bonds[:, 0]]
    second = atoms.positions[atoms.bonds[:, 1]] + atoms.bonds[:, 2:] @ scene.cell
    ends = np.stack([first, second], axis=1)[None] + (_cells(repeats, 1) @ scene.cell)[:, None, None]
    whole = _inside(scene, ends, repeats).all(axis=-1)
    painter.lines(ends[whole], (0.72, 0.72, 0.72), _BOND)


def _legend(scene: NetScene, style: NetStyle) -> list[Line2D]:
    handles = []
    counts = np.bincount(scene.coordination[scene.is_node]) if scene.is_node.any() else np.zeros(1, int)
    kinds = ", ".join(str(number) for number in np.flatnonzero(counts))
    linkers = bool((~scene.is_node).any())
    if scene.n_components > 1:
        for number in range(min(scene.n_components, _MOST_NAMED)):
            more = scene.n_components > _MOST_NAMED and number == _MOST_NAMED - 1
            handles.append(_dot(cycled(number), f"net {number + 1}" + (" and more" if more else "")))
    elif len(scene.positions):
        handles.append(_dot(OKABE_ITO[0], f"node ({kinds} bonds)"))
        handles += [_dot(OKABE_ITO[1], "linker", 6)] if linkers else []
    for number, size in enumerate(style.rings):
        handles.append(
            Line2D([], [], marker="s", markersize=10, linestyle="", alpha=0.6, color=_ring_colour(scene, number))
        )
        handles[-1].set_label(f"{size}-rings")
    if style.atoms and scene.atoms is not None:
        for symbol in sorted(set(scene.atoms.elements))[:_MOST_NAMED]:
            handles.append(_dot(element_colour(symbol), symbol, 6))
    return handles


def _dot(colour: str, label: str, size: float = 9) -> Line2D:
    return Line2D(
        [], [], marker="o", markersize=size, linestyle="", color=colour, markeredgecolor="#202020", label=label
    )
