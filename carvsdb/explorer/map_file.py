"""The explorer's file, written piece by piece."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carvsdb.atomic_write import atomic_file
from carvsdb.catalogue import Catalogue, Filters
from carvsdb.catalogue.questions.showing import load_nets
from carvsdb.compare.embedding import MAP_TITLES, Level, Method
from carvsdb.errors import InputError
from carvsdb.explorer import html
from carvsdb.explorer.about import abouts_of, sources_of, visible
from carvsdb.explorer.columns import columns_of, map_bytes
from carvsdb.explorer.nearest import nearest_of
from carvsdb.explorer.packing import chunks, json_bytes, packed
from carvsdb.explorer.points import Points, points_of, reading
from carvsdb.explorer.scenes import scene_of
from carvsdb.version import VERSION


@dataclass(frozen=True, slots=True)
class ExplorerOptions:
    """What goes into an explorer.

    Attributes
    ----------
    number : int or None
        A map that the catalogue keeps; by default its newest.
    method : str or None
        ``pca`` or ``umap``: make a map now.
    structures : bool
        Whether nets can be looked at in three dimensions.
    n_neighbours : int
        Nearest neighbours of each net, 1 to 100.
    title : str or None
        Stands above the map; by default what its points are.
    seed : int
        Seed of a map that is made, and of the noise.
    """

    number: int | None = None
    method: Method | None = None
    structures: bool = True
    n_neighbours: int = 10
    title: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.n_neighbours <= 100:
            raise InputError(f"n_neighbours must be between 1 and 100, got {self.n_neighbours}")
        if self.method not in (None, "pca", "umap"):
            raise InputError(f"method must be pca or umap, got {self.method!r}")
        if self.method is not None and self.number is not None:
            raise InputError("a map that is kept is not made: give its number or a method, not both")


@dataclass(frozen=True, slots=True)
class ExplorerReport:
    """What was written.

    Attributes
    ----------
    n_points : int
        Points on the map: nets, or sorts of node of nets.
    sizes : dict of str to int
        Bytes of ``viewer`` (script and style), ``map``, ``text``, ``neighbours``, ``nets``; ``file`` is all of it.
    map_bytes_a_point : float
        Of the map, before it is packed.
    notes : tuple of str
        Which map it is, what was left out.
    level : str
        ``nets`` or ``environments``: what the points are.
    """

    n_points: int
    sizes: dict[str, int]
    map_bytes_a_point: float
    notes: tuple[str, ...]
    level: Level = "nets"


def write_explorer(
    catalogue: Catalogue, path: str | Path, options: ExplorerOptions | None = None, filters: Filters | None = None
) -> ExplorerReport:
    """Write the page of a catalogue: its map, and all that is told of each net on it.

    Parameters
    ----------
    catalogue : Catalogue
    path : str or Path
        The file; it is replaced if it is there.
    options : ExplorerOptions, optional
    filters : Filters, optional
        Only nets that meet these conditions.

    Raises
    ------
    InputError, RefusedError
        If it cannot be written.
    NotFoundError
        If there is no such map.
    RefusedError
        If there is no net to show.
    """
    options = ExplorerOptions() if options is None else options
    with reading(catalogue):
        points = points_of(catalogue, number=options.number, method=options.method, filters=filters, seed=options.seed)
        columns = columns_of(points)
        sources = sources_of(catalogue)
        nearest = nearest_of(catalogue, points, options.n_neighbours, seed=options.seed)
        about_starts, about_blocks = _packed_chunks("about", abouts_of(catalogue, points, list(sources)))
        net_starts: list[int] | None = None
        net_blocks: list[str] = []
        if options.structures:
            # Each net once: on a map of environments it has as many points as sorts of node.
            nets = load_nets(catalogue.storage, list(dict.fromkeys(map(str, points.table["net_id"].to_pylist()))))
            net_starts, net_blocks = _packed_chunks("net", map(scene_of, nets))
        about = {
            "kind": "map",
            "title": visible(options.title or MAP_TITLES[points.level]),
            "level": points.level,
            "made_by": f"carvsdb {VERSION}",
            "n": len(points),
            "axes": list(points.axes),
            "notes": visible(points.notes),
            "columns": [column.about() for column in columns],
            "sources": list(sources.values()),
            "neighbours": {
                "shown": options.n_neighbours,
                "per_vector": nearest.neighbours.shape[1],
                "vectors": len(nearest.neighbours),
            },
            "chunks": {"about": about_starts, "net": net_starts},
        }
    content = map_bytes(points, columns)
    parts: dict[str, list[str]] = {
        "viewer": [*html.head(options.title or MAP_TITLES[points.level], about)],
        "map": [html.block("map", packed(content))],
        "script": [html.script()],
        "text": [html.block("labels", packed(json_bytes(_searched(points)))), *about_blocks],
        "neighbours": [html.block("neighbours", packed(nearest.to_bytes()))],
        "nets": net_blocks,
        "end": [html.end()],
    }
    sizes: dict[str, int] = {}
    with atomic_file(path) as file:
        for name, blocks in parts.items():
            sizes[name] = sum(file.write(one.encode()) for one in blocks)
    sizes["viewer"] += sizes.pop("script") + sizes.pop("end")
    sizes["file"] = sum(sizes.values())
    return ExplorerReport(len(points), sizes, len(content) / len(points), points.notes, points.level)


def _searched(points: Points) -> list[list[Any]]:
    """Return labels, ids in the source and formulas."""
    return [visible(points.table[name].to_pylist()) for name in ("label", "id_in_source", "formula")]


def _packed_chunks(name: str, items: Any) -> tuple[list[int], list[str]]:
    starts, blocks = [], []
    for number, (start, content) in enumerate(chunks(items)):
        starts.append(start)
        blocks.append(html.block(f"{name}-{number}", packed(content)))
    return starts, blocks
