"""Glasses among crystals, by nets and by nodes: the figure of the a-ZIF paper (arXiv:2503.24367), with its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from carvsdb.compare.distance import topological_distance
from carvsdb.compare.embedding import AXIS_NAMES, LENGTHS, EmbeddingOptions, Method, fit_embedding
from carvsdb.errors import InputError
from carvsdb.escaping import figure_text
from carvsdb.plots.colours import INK
from carvsdb.plots.labels import label_points
from carvsdb.plots.map import dress_map
from carvsdb.plots.saving import figure_file, house_style, save
from carvsdb.rings.carvs import LARGEST_CUT_OFF, Carvs

Floats = NDArray[np.float64]

_COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#56B4E9", "#F0E442")
_MARKERS = ("D", "o", "^", "s", "v", "P")
_CRYSTAL = "#555555"
_MOST_LISTED = 12


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """A glass with its models, or a crystal.

    Attributes
    ----------
    name : str
    is_glass : bool
    models : tuple of Carvs
        Of each model; a crystal has one.
    counts : tuple of ndarray of int, shape (n_nodes, max_ring_size)
        Rings through each node, of each model.
    """

    name: str
    is_glass: bool
    models: tuple[Carvs, ...]
    counts: tuple[NDArray[np.int64], ...]

    @property
    def pooled(self) -> Carvs:
        """The nodes of all models together."""
        return Carvs.pooled(self.models)


@dataclass(frozen=True, slots=True)
class GlassOptions:
    """How the figure is made.

    Attributes
    ----------
    method : str
        Of the map of nodes.
    method_of_nets : str
        Of the map of nets; of so few, PCA shows the distances best.
    seed : int
    n_neighbors : int
        UMAP's neighbourhood among nodes; among nets, at most a third of them.
    most_nodes : int
        Of a material with more nodes, so many are drawn by lot.
    """

    method: Method = "umap"
    method_of_nets: Method = "pca"
    seed: int = 0
    n_neighbors: int = 50
    most_nodes: int = 1000


@dataclass(frozen=True, slots=True, eq=False)
class GlassMaps:
    """The two maps.

    Attributes
    ----------
    nets : ndarray of float64, shape (n_models, 2)
        Of all models of all materials, in order.
    nodes : ndarray of float64, shape (n_nodes, 2)
        Of the nodes that were drawn.
    net_material, node_material : ndarrays of int64
        Number of the material of each point.
    """

    nets: Floats
    nodes: Floats
    net_material: NDArray[np.int64]
    node_material: NDArray[np.int64]


def distances_of(materials: Sequence[Material]) -> list[tuple[str, str, float]]:
    """Return the topological distances between each glass, pooled, and all that come after it and the crystals.

    Raises
    ------
    RefusedError
        If the searches cannot be compared.
    """
    glasses = [one for one in materials if one.is_glass]
    found = []
    for number, glass in enumerate(glasses):
        others = [*glasses[number + 1 :], *(one for one in materials if not one.is_glass)]
        found += [
            (glass.name, one.name, topological_distance(glass.pooled, one.pooled, labels=(glass.name, one.name)))
            for one in others
        ]
    return found


def map_glasses(materials: Sequence[Material], options: GlassOptions | None = None) -> GlassMaps:
    """Make the maps of nets and of nodes.

    Raises
    ------
    InputError
        If there is no glass, or no crystal.
    """
    options = options or GlassOptions()
    if not any(one.is_glass for one in materials) or all(one.is_glass for one in materials):
        raise InputError("the figure needs a glass and a crystal")
    vectors = np.array([model.normalised for one in materials for model in one.models])
    net_material = np.repeat(np.arange(len(materials)), [len(one.models) for one in materials])
    draw = np.random.default_rng(options.seed)
    rows, node_material = [], []
    for number, one in enumerate(materials):
        shares = _shares(np.concatenate([_padded(counts) for counts in one.counts]))
        if len(shares) > options.most_nodes:
            shares = shares[np.sort(draw.choice(len(shares), options.most_nodes, replace=False))]
        rows.append(shares)
        node_material += [number] * len(shares)
    few = max(2, min(options.n_neighbors, len(vectors) // 3))
    of_nets = EmbeddingOptions(options.method_of_nets, options.seed, n_neighbors=few)
    of_nodes = EmbeddingOptions(options.method, options.seed, n_neighbors=options.n_neighbors)
    return GlassMaps(
        fit_embedding(vectors, of_nets).coordinates,
        fit_embedding(np.concatenate(rows), of_nodes).coordinates,
        net_material.astype(np.int64),
        np.array(node_material, np.int64),
    )


def plot_glasses(materials: Sequence[Material], path: str | Path, options: GlassOptions | None = None) -> GlassMaps:
    """Draw glasses among crystals into a file: a map of nets, a map of nodes, and the distances.

    Parameters
    ----------
    materials : sequence of Material
        The glasses come first in the list of distances as they come here.
    path : str or Path
        ``.png``, ``.svg`` or ``.pdf``.
    options : GlassOptions, optional

    Raises
    ------
    InputError
        For another ending, and as :func:`map_glasses`.
    """
    target = figure_file(path)
    options = options or GlassOptions()
    maps = map_glasses(materials, options)
    with house_style():
        figure = Figure(figsize=(12, 6.4), dpi=160, layout="constrained")
        FigureCanvasAgg(figure)
        by_nets, by_nodes, numbers = figure.subplots(1, 3, gridspec_kw={"width_ratios": [5, 5, 2.7]})
        draw_points(by_nodes, maps.nodes, maps.node_material, materials, size=7)
        draw_points(by_nets, maps.nets, maps.net_material, materials, size=52)
        for axes, title, method in (
            (by_nets, "By nets", options.method_of_nets),
            (by_nodes, "By nodes", options.method),
        ):
            dress_map(axes, title, AXIS_NAMES[method], LENGTHS["normalised"] if method == "pca" else "")
            axes.margins(0.1)
        _write_numbers(numbers, materials)
        figure.legend(
            *by_nets.get_legend_handles_labels(), loc="outside lower center", ncols=len(materials), frameon=False
        )
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        counts = [len(one.models) for one in materials]
        names = [
            one.name if count == 1 else f"{one.name} {model + 1}"
            for one, count in zip(materials, counts, strict=True)
            for model in range(count)
        ]
        label_points(by_nets, maps.nets, names, radius=4.5)
        save(figure, target)
    return maps


def draw_points(
    axes: Axes, points: Floats, material: NDArray[np.int64], materials: Sequence[Material], size: float
) -> Axes:
    """Draw points by material: crystals first, glasses in colours over them."""
    crystals = np.array([not one.is_glass for one in materials])[material]
    axes.scatter(
        points[crystals, 0],
        points[crystals, 1],
        s=max(size * 0.8, 34),
        c=_CRYSTAL,
        marker="X",
        edgecolors="white",
        linewidths=0.5,
        zorder=5,
        label="crystals",
    )
    glasses = [number for number, one in enumerate(materials) if one.is_glass]
    for order, number in enumerate(glasses):
        chosen = material == number
        axes.scatter(
            points[chosen, 0],
            points[chosen, 1],
            s=size,
            c=_COLOURS[order % len(_COLOURS)],
            marker=_MARKERS[order % len(_MARKERS)],
            alpha=0.9 if size > 20 else 0.45,
            edgecolors="white" if size > 20 else "none",
            linewidths=0.6,
            zorder=4,
            label=figure_text(materials[number].name),
            rasterized=len(points) > 5000,
        )
    return axes


def _write_numbers(axes: Axes, materials: Sequence[Material]) -> None:
    axes.set_axis_off()
    axes.set_title("Topological distances", loc="left", fontsize=11, fontweight="bold", color=INK, pad=10)
    rows: list[tuple[str, str]] = []
    glasses = [one for one in materials if one.is_glass]
    found = distances_of(materials)
    for glass in glasses:
        pooled = glass.pooled
        rows.append((f"{glass.name}  ({pooled.n_nodes:,} nodes)", f"σ {pooled.sigma:.2f}"))
        own = sorted((far, other) for name, other, far in found if name == glass.name)
        rows += [(f"   {other}", f"{far:.3f}") for far, other in own[:_MOST_LISTED]]
        more = len(own) - _MOST_LISTED
        rows += [(f"   and {more} more, up to", f"{own[-1][0]:.3f}")] if more > 0 else []
    step = min(0.052, 1 / max(len(rows), 1))
    for number, (left, right) in enumerate(rows):
        bold = "normal" if left.startswith(" ") else "bold"
        size = min(9.0, 9.0 * step / 0.026)
        axes.text(0, 1 - number * step, figure_text(left), fontsize=size, fontweight=bold, va="top", color=INK)
        axes.text(1, 1 - number * step, right, fontsize=size, fontweight=bold, va="top", ha="right", color=INK)


def _padded(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.pad(counts, ((0, 0), (0, LARGEST_CUT_OFF - counts.shape[1])))


def _shares(counts: NDArray[np.int64]) -> Floats:
    """Return normalised counts of the nodes that have rings."""
    total = counts.sum(axis=1, keepdims=True)
    has_rings = total[:, 0] > 0
    return np.asarray(counts[has_rings] / total[has_rings], np.float64)
