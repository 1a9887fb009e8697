"""What of a catalogue goes into a release: which tables, which columns, and what stands for the others."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from sqlmodel import SQLModel

from carvsdb_schemas.arrow import arrow_schema, plain_lists
from carvsdb_schemas.tables import ADDED_COLUMNS, ADDED_TABLES, ALL_TABLES, SCHEMA_VERSION

RELEASED: tuple[type[SQLModel], ...] = tuple(
    model for model in ALL_TABLES if model.__tablename__ not in ("schema_info", "shard", "tag", "trash")
)
"""Tables of a release: all but what is about one file and its making, and what somebody noted in it or threw away."""


def released_at(version: int) -> tuple[type[SQLModel], ...]:
    """Return the tables that a release of a schema has."""
    later = {name for since, added in ADDED_TABLES.items() if since > version for name in added}
    return tuple(model for model in RELEASED if model.__tablename__ not in later)


UNRELEASED: Mapping[str, Mapping[str, Any]] = {
    "structure": {"file": None},
    "carvs": {"seconds": 0.0},
    "refinement": {"files": []},
    "attempt": {"seconds": 0.0},
}
"""By table, columns about the machine that made a catalogue, and what a catalogue made of a release holds there: the
same data must give the same bytes elsewhere."""

GRAPH_LEFT_OUT = "the graph is left out: its source has no open licence"
"""What the quality of a net says that is stored without its vertices and edges."""


def released_schema(model: type[SQLModel], version: int = SCHEMA_VERSION) -> pa.Schema:
    """Return the Arrow schema of a table in a release; vectors are plain lists, of 32 numbers each."""
    name = str(model.__tablename__)
    later = [column for since, added in ADDED_COLUMNS.items() if since > version for column in added.get(name, ())]
    hidden = {*UNRELEASED.get(name, ()), *later}
    fields = [field for field in arrow_schema(model) if field.name not in hidden]
    return pa.schema([field.with_type(plain_lists(field.type)) for field in fields])


def filled(model: type[SQLModel], rows: pa.Table) -> pa.Table:
    """Return released rows with all columns that a catalogue has."""
    schema = arrow_schema(model)
    given = UNRELEASED.get(str(model.__tablename__), {})
    for field in schema:
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.array([given.get(field.name)] * rows.num_rows, field.type))
    return rows.select(schema.names)
