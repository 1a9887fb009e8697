"""All that the page tells of each entry, as JSON values."""

import json
import re
from collections.abc import Iterator
from typing import Any

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.questions.refinements import refinements_of
from carvsdb.catalogue.similarity.environments import symbol_of
from carvsdb.escaping import escaped, escaped_lines
from carvsdb.explorer.points import Points

_MORE = """
SELECT carvs.id::VARCHAR AS carvs_id, structure.source_id::VARCHAR AS source_id, structure.provenance,
    net.point_symbols, net.coordination, carvs.ring_counts, carvs.vertex_symbols, carvs.ring_kind,
    carvs.linker_aware, carvs.max_ring_size, carvs.completeness, carvs.sigma, carvs.symbol
FROM carvs JOIN net ON net.id = carvs.net_id JOIN structure ON structure.id = net.structure_id
WHERE carvs.id IN (SELECT unnest(string_split(?, ',')::UUID[]))
"""
_AT_ONCE = 2000
_PLAIN = (
    "label",
    "kind",
    "formula",
    "density",
    "file",
    "id_in_source",
    "clustering",
    "bond_rule",
    "status",
    "cause",
    "quality",
    "n_nodes",
    "n_linkers",
    "n_edges",
    "periodicity",
    "td10",
)
_SEARCH = ("symbol", "sigma", "ring_kind", "linker_aware", "max_ring_size", "completeness")


def sources_of(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """Return the collections, by key."""
    rows = catalogue.storage.table("SELECT id::VARCHAR AS id, * EXCLUDE (id) FROM source ORDER BY id").to_pylist()
    return {row.pop("id"): visible(row) for row in rows}


def abouts_of(catalogue: Catalogue, points: Points, sources: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what is told of each point, in their order.

    Parameters
    ----------
    catalogue : Catalogue
    points : Points
    sources : list of str
        Keys of the collections; an entry names its by number.
    """
    refined = {key for (key,) in catalogue.storage.rows("SELECT DISTINCT structure_id::VARCHAR FROM refinement")}
    scenes: dict[str, int] = {}
    for start in range(0, len(points), _AT_ONCE):
        piece = points.table.slice(start, _AT_ONCE)
        keys = piece["shown_carvs"].to_pylist()
        more = {row["carvs_id"]: row for row in catalogue.storage.table(_MORE, [",".join(keys)]).to_pylist()}
        for row in piece.to_pylist():
            extra = more[row["shown_carvs"]]
            about = {name: row[name] for name in _PLAIN} | {name: extra[name] for name in _SEARCH}
            about |= {
                name: json.loads(extra[name])
                for name in ("coordination", "ring_counts", "vertex_symbols", "point_symbols", "provenance")
            }
            about["names"] = row["names"]
            # Where the files of whoever made the page lie is nobody's business.
            about["file"] = None if row["file"] is None else re.split(r"[/\\]", row["file"])[-1]
            about["components"] = [
                {name: one.get(name) for name in ("names", "periodicity", "multiplicity")}
                for one in json.loads(row["components"])
            ]
            source = extra["source_id"]
            about["source"] = sources.index(source) if source in sources else None
            about["vector"] = _trimmed([float(f"{count:.6g}") for count in row["mean_counts"]])
            about["refinements"] = (
                [one.model_dump() for one in refinements_of(catalogue.storage, str(row["structure_id"]))]
                if str(row["structure_id"]) in refined
                else []
            )
            if points.level == "environments":
                about |= _of_node(row)
                about["scene"] = scenes.setdefault(str(row["net_id"]), len(scenes))
            yield visible(about)


def _of_node(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a sort of node in the place of what is told of a net."""
    return {
        "symbol": symbol_of(row["counts"]),
        "vertex_symbols": {row["vertex_symbol"]: row["multiplicity"]},
        "coordination": {row["degrees"]: row["multiplicity"]},
        "sort": {"number": row["sort"], "nodes": row["multiplicity"], "net": row["net_label"]},
    }


def visible(value: Any) -> Any:
    r"""Return a JSON value whose texts show what no reader would see: controls, marks of direction, halves of letters.

    Numbers that JSON has no word for become None.

    Examples
    --------
    >>> visible({"label": "a\x1b[31m", "density": float("nan")})
    {'label': 'a\\x1b[31m', 'density': None}
    """
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {escaped_lines(str(name)): visible(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [visible(one) for one in value]
    return value


def _trimmed(counts: list[float]) -> list[float]:
    while counts and counts[-1] == 0:
        counts.pop()
    return counts
