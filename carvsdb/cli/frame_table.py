"""The table of frames that `describe --frames -o` has written, read again to be drawn."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from carvsdb.errors import InputError
from carvsdb.regular_file import open_regular, read_text

if TYPE_CHECKING:
    from carvsdb.plots.frames import FrameColumns


def read_frame_table(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a table of frames.

    Raises
    ------
    InputError
        If it is no such table.
    """
    suffix = path.suffix.lower()
    if suffix not in (".parquet", ".jsonl", ".ndjson", ".json"):
        raise InputError("is no table of frames: expected .parquet, .jsonl or .json", path=path)
    try:
        if suffix == ".parquet":
            import pyarrow.parquet as pq

            with open_regular(path) as stream:
                rows = pq.read_table(stream).to_pylist()
        elif suffix == ".json":
            found = json.loads(read_text(path))
            rows = found if isinstance(found, list) else [found]
        else:
            rows = [json.loads(line) for line in read_text(path).splitlines() if line.strip()]
    except (ValueError, OSError, RecursionError) as error:
        raise InputError(f"cannot be read as a table of frames ({str(error)[:100]})", path=path) from error
    return [row for row in rows if isinstance(row, dict) and "pooled" not in row]


def frame_columns(
    rows: list[dict[str, Any]], path: Path, against: str | None, clustering: str | None
) -> "FrameColumns":
    """Take what is drawn from the rows of a table.

    Raises
    ------
    InputError
        If there is nothing to draw, several clusterings and none is asked for, or nothing to draw it against.
    """
    from carvsdb.plots.frames import FrameColumns

    there = sorted({str(row.get("clustering")) for row in rows})
    if clustering is None and len(there) > 1:
        raise InputError(
            f"holds frames in several clusterings: {', '.join(there)}", path=path, hint="choose by --clustering"
        )
    chosen = [row for row in rows if clustering in (None, row.get("clustering"))]
    if not chosen:
        raise InputError(
            f"holds no frames{'' if clustering is None else f' in the clustering {clustering!r}'}", path=path
        )
    axis = against or ("time" if all(row.get("time") is not None for row in chosen) else "frame")
    try:
        kept = [row for row in chosen if row.get(axis) is not None]
        vectors = [np.array(_vector(row), np.float64) for row in kept]
        coordination = [{int(kind): int(number) for kind, number in _mapping(row).items()} for row in kept]
        x = np.array([row[axis] for row in kept], np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"is no table of frames ({error})", path=path) from error
    if not kept:
        raise InputError(f"no frame says its {axis}", path=path, hint="choose another axis by --against")
    widest = max(len(vector) for vector in vectors)
    return FrameColumns(
        x, axis, np.array([np.pad(vector, (0, widest - len(vector))) for vector in vectors]), coordination
    )


def _vector(row: dict[str, Any]) -> Any:
    return row["carvs.vector"] if "carvs.vector" in row else row["carvs"]["vector"]


def _mapping(row: dict[str, Any]) -> dict[str, Any]:
    found = row["coordination"]
    return dict(json.loads(found) if isinstance(found, str) else found)
