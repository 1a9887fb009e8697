"""What every stored row must be, whoever stored it: its numbers, its words and its JSON.

A row that breaks a law is named by its table and its key. `db verify` looks at all rows; rows of another catalogue, an
export, a shard or a release are looked at before they are committed; an entry is looked at before it is shown.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pyarrow as pa
from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from carvsdb.catalogue.file.storage import Storage
from carvsdb.rings.carvs import LARGEST_CUT_OFF
from carvsdb_schemas.arrow import table_of
from carvsdb_schemas.description import UNIT_KINDS, UNIT_ROLES, ComponentDescription, CoordinationSequence
from carvsdb_schemas.filters import KINDS
from carvsdb_schemas.json_text import json_text
from carvsdb_schemas.released import GRAPH_LEFT_OUT
from carvsdb_schemas.tables import ALL_TABLES, STATUSES

UNREADABLE = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError, pa.ArrowException
)  # fmt: skip
"""What reading a row raises that is not what it must be; where no law is broken, the fault is ours."""

_SHOWN = 3

_Count = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
_Size = Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
_Numbers = TypeAdapter(dict[_Size, _Count])
_Symbols = TypeAdapter(dict[str, _Count])
_Anything = TypeAdapter(dict[str, JsonValue])

JSON: Mapping[str, Mapping[str, TypeAdapter[Any]]] = {
    "structure": {"provenance": _Anything},
    "net": {
        "parameters": _Anything,
        "coordination": _Numbers,
        "components": TypeAdapter(list[ComponentDescription]),
        "point_symbols": _Symbols,
        "coordination_sequences": TypeAdapter(list[CoordinationSequence]),
    },
    "carvs": {"ring_counts": _Numbers, "vertex_symbols": _Symbols, "vertex_symbols_all": _Symbols},
    "refinement": {"config": _Anything, "results": _Anything},
    "embedding": {"parameters": _Anything, "versions": TypeAdapter(dict[str, str])},
}
"""By table, what the JSON of a column must be."""


def _one_of(column: str, choices: tuple[str, ...]) -> tuple[str, str]:
    listed = ", ".join(f"'{choice}'" for choice in choices)
    return f"{column} is none of {', '.join(choices)}", f"{column} IN ({listed})"


def _whole(*columns: str) -> tuple[str, str]:
    """Say that lists hold no nulls."""
    return (
        f"a null in {' or '.join(columns)}",
        " AND ".join(f"len(list_filter({column}, lambda v: v IS NULL)) = 0" for column in columns),
    )


def _finite(*columns: str) -> tuple[str, str]:
    """Say that lists hold finite numbers only."""
    return (
        f"a null, NaN or infinity in {' or '.join(columns)}",
        " AND ".join(f"len(list_filter({column}, lambda v: v IS NULL OR NOT isfinite(v))) = 0" for column in columns),
    )


def _range(column: str, low: float, high: float | None = None) -> tuple[str, str]:
    upper = "" if high is None else f" AND {column} <= {high}"
    what = f"{low} or more" if high is None else f"{low} to {high}"
    return f"{column} is not {what}", f"{column} >= {low}{upper}"


def _number(column: str) -> tuple[str, str]:
    return f"{column} is no number of 0 or more", f"isfinite({column}) AND {column} >= 0"


def _hash(column: str) -> tuple[str, str]:
    return f"{column} is not 64 hexadecimal digits", f"regexp_full_match({column}, '[0-9a-f]{{64}}')"


_FAR = 2**20

WITHOUT_GRAPH = (
    f"(list_contains(quality, '{GRAPH_LEFT_OUT}') AND len(is_node) = 0 AND len(edges) = 0 AND len(multiplicity) = 0 "
    "AND positions IS NULL AND vertex_labels IS NULL)"
)
"""Nets of releases whose source allows no more than what is derived."""

LAWS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "structure": (
        _hash("sha256"),
        _one_of("kind", KINDS),
        ("the label is empty", "trim(label) <> ''"),
        ("density is no number above 0", "isfinite(density) AND density > 0"),
        _finite("cell"),
    ),
    "net": (
        _whole("multiplicity", "is_node", "vertex_labels", "names", "quality"),
        ("a null among the edges", "len(list_filter(edges, lambda e: e IS NULL)) = 0"),
        ("a null in an edge", "len(list_filter(flatten(edges::INTEGER[][]), lambda v: v IS NULL)) = 0"),
        (
            "an edge names a vertex that it has not",
            "len(list_filter(edges, lambda e: least(e[1], e[2]) < 0 OR greatest(e[1], e[2]) >= len(is_node))) = 0",
        ),
        (
            f"an edge goes further than {_FAR} cells",
            f"len(list_filter(edges, lambda e: greatest(e[3], e[4], e[5]) > {_FAR} "
            f"OR least(e[3], e[4], e[5]) < -{_FAR})) = 0",
        ),
        ("a multiplicity is below 1", "len(list_filter(multiplicity, lambda v: v < 1)) = 0"),
        (
            "the numbers of nodes, linkers and edges are not those of its lists",
            "(n_nodes = len(list_filter(is_node, lambda v: v)) AND n_nodes::BIGINT + n_linkers = len(is_node) "
            f"AND n_edges = len(edges) AND len(multiplicity) = len(edges)) OR {WITHOUT_GRAPH}",
        ),
        (
            "positions do not fit its vertices",
            "len(positions) = len(is_node) AND len(list_filter(positions, lambda p: p IS NULL)) = 0",
        ),
        (
            "a null, NaN or infinity in positions",
            "len(list_filter(flatten(positions::DOUBLE[][]), lambda v: v IS NULL OR NOT isfinite(v))) = 0",
        ),
        ("vertex_labels do not fit its vertices", "len(vertex_labels) = len(is_node)"),
        _range("periodicity", 0, 3),
        _number("td10"),
        _one_of("status", STATUSES),
    ),
    "carvs": (
        _one_of("ring_kind", ("ring", "strong")),
        _one_of("completeness", ("proved", "observed", "no")),
        _range("max_ring_size", 1, LARGEST_CUT_OFF),
        ("largest_ring is not 0 to max_ring_size", "largest_ring >= 0 AND largest_ring <= max_ring_size"),
        _finite("mean_counts::FLOAT[]", "normalised::FLOAT[]"),
        _number("sigma"),
        _number("seconds"),
    ),
    "environment": (
        ("counts is no list of numbers of 0 or more", "len(list_filter(counts, lambda v: v IS NULL OR v < 0)) = 0"),
        _range("coordination", 0),
    ),
    "net_environment": (_range("multiplicity", 1),),
    "noise_block": (
        _range("n_nodes", 0),
        ("counts is no list of numbers of 0 or more", "len(list_filter(counts, lambda v: v IS NULL OR v < 0)) = 0"),
    ),
    "geometry": (
        _finite("edges"),
        ("counts is no list of numbers of 0 or more", "len(list_filter(counts, lambda v: v IS NULL OR v < 0)) = 0"),
        ("edges are not one more than counts", "len(edges) = len(counts) + 1"),
    ),
    "refinement": (
        _range("seed", 0),
        (
            "data_sha256 is no list of 64 hexadecimal digits each",
            "len(list_filter(data_sha256, lambda v: v IS NULL OR NOT regexp_full_match(v, '[0-9a-f]{64}'))) = 0",
        ),
        _hash("potential_sha256"),
        _whole("files"),
    ),
    "embedding": (_range("number", 1),),
    "embedding_point": (
        _finite("coordinates"),
        ("it has no coordinates", "len(coordinates) > 0"),
    ),
    "embedding_environment": (
        _finite("coordinates"),
        ("it has no coordinates", "len(coordinates) > 0"),
    ),
    "attempt": (_one_of("status", STATUSES), _number("seconds")),
    "unit": (
        _whole("metals"),
        ("the key is not 12 hexadecimal digits", "regexp_full_match(key, '[0-9a-f]{12}')"),
    ),
    "net_unit": (
        _range("multiplicity", 1),
        _range("degree", 0),
        _range("points_of_extension", 0),
        _one_of("kind", UNIT_KINDS),
        _one_of("role", UNIT_ROLES),
        _whole("doubts"),
    ),
    "tag": (("the tag is empty or has spaces around it", "tag <> '' AND tag = trim(tag)"),),
    "trash": (_range("number", 1), _whole("labels")),
    "shard": (_range("number", 1), _range("n_attempts", 0), _range("n_nets", 0)),
}
"""By table, what must hold for each row, as a sentence for where it does not, and as SQL; null holds."""

Rows = Mapping[str, str]
"""By table, which rows are looked at: SQL on its columns."""


def broken_rows(storage: Storage, rows: Rows | None = None) -> Iterator[str]:
    """Say which rows break a law.

    Parameters
    ----------
    storage : Storage
        Its tables are those of the present schema.
    rows : mapping of str to str, optional
        By table, which rows; tables that are not named are left out. Default: all rows of all tables.
    """
    for model in ALL_TABLES:
        name = str(model.__tablename__)
        if rows is None or name in rows:
            where = "true" if rows is None else rows[name]
            key = _key(name)
            yield from _wrong_numbers(storage, name, key, where)
            yield from _wrong_json(storage, name, key, where)


def _key(name: str) -> str:
    """Return what a row is called."""
    columns = [column.name for column in table_of(_MODELS[name]).primary_key.columns]
    return "concat_ws(' ', " + ", ".join(f'"{column}"::VARCHAR' for column in columns) + ")"


def _wrong_numbers(storage: Storage, name: str, key: str, where: str) -> Iterator[str]:
    laws = LAWS.get(name, ())
    if not laws:
        return
    flags = ", ".join(f"NOT coalesce({condition}, true) AS law{number}" for number, (_, condition) in enumerate(laws))
    broken = " OR ".join(f"law{number}" for number in range(len(laws)))
    found = storage.rows(f'SELECT * FROM (SELECT {key} AS key, {flags} FROM "{name}" WHERE {where}) WHERE {broken}')
    for number, (sentence, _) in enumerate(laws):
        keys = [row[0] for row in found if row[1 + number]]
        if keys:
            yield f"{name}: {sentence}: {listed(keys)}"


def _wrong_json(storage: Storage, name: str, key: str, where: str) -> Iterator[str]:
    for column, expected in JSON.get(name, {}).items():
        # Many nets share their texts.
        texts = storage.rows(
            f'SELECT "{column}"::VARCHAR, min({key}) FROM "{name}" WHERE {where} GROUP BY 1 ORDER BY 2'
        )
        wrong = [one for text, one in texts if not _fits(expected, text)]
        if wrong:
            yield f"{name}: {column} is not the JSON that it must be: {listed(wrong)}"


def _fits(expected: TypeAdapter[Any], text: str) -> bool:
    try:
        value = expected.validate_json(text)
        if expected is _Anything:
            json_text(value)
    except (ValidationError, ValueError, RecursionError):
        return False
    return True


def listed(keys: list[str]) -> str:
    """List the first of some keys, and say how many more there are."""
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more


_MODELS = {str(model.__tablename__): model for model in ALL_TABLES}
