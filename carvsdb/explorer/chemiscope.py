"""Maps for chemiscope (https://chemiscope.org): one JSON file of structures and their properties.

References
----------
.. [1] Fraux, Cersonsky & Ceriotti, J. Open Source Softw. 5, 2117 (2020), doi:10.21105/joss.02117
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import write_bytes
from carvsdb.atoms.structure import Structure
from carvsdb.catalogue import Catalogue, Filters
from carvsdb.catalogue.questions.showing import load_nets
from carvsdb.compare.embedding import MAP_TITLES
from carvsdb.errors import RefusedError
from carvsdb.explorer.about import sources_of, visible
from carvsdb.explorer.columns import Column, columns_of
from carvsdb.explorer.map_file import ExplorerOptions
from carvsdb.explorer.packing import json_bytes
from carvsdb.explorer.points import Points, points_of, reading
from carvsdb.plots.net_scene import net_scene
from carvsdb.version import VERSION

NODE, LINKER = "X", "L"
"""What the vertices of a net without atoms are called."""

_AT_ONCE = 1000


def write_chemiscope(
    catalogue: Catalogue, path: str | Path, options: ExplorerOptions | None = None, filters: Filters | None = None
) -> tuple[int, tuple[str, ...]]:
    """Write the map of a catalogue as a data set of chemiscope; a path that ends in ``.gz`` is packed.

    Parameters
    ----------
    catalogue, path, options, filters
        As for :func:`carvsdb.explorer.write_explorer`; without `structures` the data set has properties only.

    Returns
    -------
    n_nets : int
    notes : tuple of str
        Which map it is, what was left out.
    """
    options = ExplorerOptions() if options is None else options
    with reading(catalogue):
        return _write(catalogue, path, options, filters)


def _write(
    catalogue: Catalogue, path: str | Path, options: ExplorerOptions, filters: Filters | None
) -> tuple[int, tuple[str, ...]]:
    points = points_of(catalogue, number=options.number, method=options.method, filters=filters, seed=options.seed)
    if points.level != "nets":
        raise RefusedError(
            "the map is of node environments; chemiscope data sets are written of maps of nets",
            hint="choose a map of nets by its number, `--map N`",
        )
    notes = list(points.notes)
    properties: dict[str, dict[str, Any]] = {
        points.axes[0]: _property(points.coordinates[:, 0]),
        points.axes[1]: _property(points.coordinates[:, 1]),
        "Label": _property(points.table["label"].to_pylist()),
    }
    for column in columns_of(points):
        values = _values(column)
        if values is None:
            notes.append(f"left out: {column.title}, which some nets do not have")
        else:
            properties[column.title] = _property(values, column.unit)
    structures = list(_structures(catalogue, points)) if options.structures else []
    cited = {one["citation"] or one["url"] for one in sources_of(catalogue).values()} - {None}
    drawn = f"Nets that came without atoms are drawn by their vertices: {NODE} is a node, {LINKER} a linker."
    document = {
        "meta": {
            "name": visible(options.title or MAP_TITLES["nets"]),
            "description": visible(
                " ".join(f"{note}." for note in [*notes, f"Made by carvsdb {VERSION}"]) + f" {drawn}"
            ),
            "references": visible(sorted(cited)),
        },
        "structures": structures,
        "properties": properties,
        "settings": {
            "map": {"x": {"property": points.axes[0]}, "y": {"property": points.axes[1]}},
        },
    }
    content = json_bytes(document)
    write_bytes(path, gzip.compress(content, 9, mtime=0) if str(path).lower().endswith(".gz") else content)
    return len(points), tuple(notes)


def _property(values: Any, unit: str = "") -> dict[str, Any]:
    made = values.tolist() if isinstance(values, np.ndarray) else visible(list(values))
    return {"target": "structure", "values": made} | ({"units": unit} if unit else {})


def _values(column: Column) -> list[str] | NDArray[Any] | None:
    """Return the cells of a column; None if some are missing, which chemiscope has no word for."""
    if column.values is not None:
        return [column.values[cell] or "none" for cell in column.cells.tolist()]
    return None if np.isnan(column.cells).any() else column.cells.astype(np.float64)


def _structures(catalogue: Catalogue, points: Points) -> Iterator[dict[str, Any]]:
    for start in range(0, len(points), _AT_ONCE):
        piece = points.table.slice(start, _AT_ONCE)
        keys = list(map(str, piece["structure_id"].to_pylist()))
        rows = catalogue.storage.rows(
            "SELECT id::VARCHAR, atoms FROM structure WHERE id IN (SELECT unnest(string_split(?, ',')::UUID[]))",
            [",".join(keys)],
        )
        atoms = dict(rows)
        bare = [str(net) for key, net in zip(keys, piece["net_id"].to_pylist(), strict=True) if atoms[key] is None]
        nets = load_nets(catalogue.storage, bare)
        for key in keys:
            packed = atoms[key]
            if packed is not None:
                structure = Structure.unpacked(packed)
                yield _structure(structure.elements, structure.positions @ structure.cell, structure.cell)
            else:
                scene = net_scene(next(nets))
                yield _structure([NODE if one else LINKER for one in scene.is_node], scene.positions, scene.cell)


def _structure(names: Any, places: NDArray[np.float64], cell: NDArray[np.float64]) -> dict[str, Any]:
    x, y, z = np.asarray(places, np.float64).round(4).T.tolist() if len(places) else ([], [], [])
    return {
        "size": len(places),
        "names": visible(list(names)),
        "x": x,
        "y": y,
        "z": z,
        "cell": np.asarray(cell, np.float64).round(4).ravel().tolist(),
    }
