"""The columns of the map: what points are coloured and filtered by, some bytes a point."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carvsdb.escaping import escaped
from carvsdb.explorer.points import Points


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column.

    Attributes
    ----------
    name, title : str
        In files, and on the page.
    cells : ndarray, shape (n,)
        float32 for numbers, NaN where there is none; else the number of the value.
    values : tuple of str, or None
        Of categories; the empty text is none.
    tips : tuple of str
        What is told of each value where there is room.
    unit : str
    """

    name: str
    title: str
    cells: NDArray[Any]
    values: tuple[str, ...] | None = None
    unit: str = ""
    tips: tuple[str, ...] = ()

    def about(self) -> dict[str, Any]:
        """Return what the page must know to read it."""
        kind = self.cells.dtype
        about: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "kind": "number" if self.values is None else "category",
            "code": f"{kind.kind}{8 * kind.itemsize}",
        }
        if self.unit:
            about["unit"] = self.unit
        if self.values is not None:
            about["values"] = [escaped(value) for value in self.values]
        if self.tips:
            about["tips"] = [escaped(tip) for tip in self.tips]
        return about


def columns_of(points: Points) -> list[Column]:
    """Return the columns of the points, the widest first, so that each begins where its numbers may."""
    table = points.table
    sizes = np.arange(1, points.vectors.shape[1] + 1)
    columns = [
        _numbers("mean_ring_size", "Mean ring size", points.vectors @ sizes),
        _numbers("sigma", "Sigma of the rings", table["sigma"]),
        _numbers("density", "Density", table["density"], "g/cm³"),
        _numbers("nodes", "Nodes of this sort", table["multiplicity"])
        if points.level == "environments"
        else _numbers("nodes", "Nodes in the cell", table["n_nodes"]),
        _categories("name", "Net", _texts(table["name"])),
        _categories("coordination", "Coordination", _texts(table["degrees"])),
        _categories("interpenetration", "Interpenetration", _texts(table["interpenetration"])),
        _categories("kind", "Kind", table["kind"].to_pylist()),
        _categories("source", "Source", _texts(table["source"])),
        _categories("status", "Status", table["status"].to_pylist()),
        _categories("clustering", "Clustering", table["clustering"].to_pylist()),
        _categories("doubts", "Doubts", ["some" if one else "none" for one in table["quality"].to_pylist()]),
        *_clusters(points),
    ]
    return sorted(columns, key=lambda column: -column.cells.dtype.itemsize)


def map_bytes(points: Points, columns: Sequence[Column]) -> bytes:
    """Return x, y and the columns one after another, little-endian."""
    places = points.coordinates.astype("<f4")
    arrays = [places[:, 0], places[:, 1], *(column.cells for column in columns)]
    return b"".join(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)


def _clusters(points: Points) -> list[Column]:
    if not points.groups:
        return []
    groups = [group for group in points.groups if group.number >= 0]
    called = {group.number: f"{group.number}: {group.summary}" for group in groups}
    told = {called[group.number]: group.description for group in groups}
    column = _categories("cluster", "Cluster", [called.get(number, "") for number in points.clusters])
    return [replace(column, tips=tuple(told.get(value, "") for value in column.values or ()))]


def _texts(column: pa.ChunkedArray) -> list[str]:
    """Return the cells as texts; empty where there is none."""
    return ["" if cell is None else str(cell) for cell in column.to_pylist()]


def _numbers(name: str, title: str, values: pa.ChunkedArray | NDArray[Any], unit: str = "") -> Column:
    if isinstance(values, pa.ChunkedArray):
        values = values.cast(pa.float64()).to_numpy()
    cells = np.where(np.isfinite(values), values, np.nan).astype(np.float32)
    return Column(name, title, cells, unit=unit)


def _categories(name: str, title: str, texts: Sequence[str]) -> Column:
    values = sorted(set(texts))
    number = {text: place for place, text in enumerate(values)}
    width = np.uint8 if len(values) <= 2**8 else np.uint16 if len(values) <= 2**16 else np.uint32
    return Column(name, title, np.array([number[text] for text in texts], width), tuple(values))
