"""The tables as Arrow schemas: how rows travel to DuckDB in bulk, and how a release stores them."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from carvsdb_schemas.columns import DuckColumn, JsonText
from carvsdb_schemas.json_text import json_text


def table_of(model: type[SQLModel]) -> sa.Table:
    """Return the SQLAlchemy table that a model defines."""
    table = SQLModel.metadata.tables[str(model.__tablename__)]
    assert isinstance(table, sa.Table)
    return table


def arrow_schema(model: type[SQLModel]) -> pa.Schema:
    """Return the Arrow schema of a table; UUIDs and JSON travel as text.

    Examples
    --------
    >>> from carvsdb_schemas.tables import NoiseBlock
    >>> print(arrow_schema(NoiseBlock))
    carvs_id: string not null
    block: int32 not null
    n_nodes: int32 not null
    counts: fixed_size_list<item: int32>[32] not null
      child 0, item: int32
    """
    return pa.schema(
        [
            pa.field(column.name, _arrow_type(column), nullable=bool(column.nullable))
            for column in table_of(model).columns
        ]
    )


def plain_lists(kind: pa.DataType) -> pa.DataType:
    """Turn lists of fixed size into plain ones: Parquet readers stumble over the former where they are null."""
    if pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind):
        return pa.list_(plain_lists(kind.value_type))
    return kind


def arrow_table(model: type[SQLModel], rows: Sequence[SQLModel]) -> pa.Table:
    """Return rows of a table as an Arrow table."""
    columns = table_of(model).columns
    return pa.Table.from_pylist(
        [{column.name: _travelling(column, getattr(row, column.name)) for column in columns} for row in rows],
        schema=arrow_schema(model),
    )


def _travelling(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, JsonText):
        return json_text(value)
    return str(value) if isinstance(column.type, sa.Uuid) else value


def _arrow_type(column: sa.Column[object]) -> pa.DataType:
    kind = column.type
    if isinstance(kind, DuckColumn):
        return kind.arrow
    for known, arrow in (
        (sa.Uuid, pa.string()),
        (AutoString, pa.string()),
        (sa.LargeBinary, pa.binary()),
        (sa.Boolean, pa.bool_()),
        (sa.Double, pa.float64()),
        (sa.Integer, pa.int32()),
    ):
        if isinstance(kind, known):
            return arrow
    raise TypeError(f"column {column.table.name}.{column.name} has no Arrow type for {kind!r}")
