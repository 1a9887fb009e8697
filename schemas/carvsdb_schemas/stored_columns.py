"""The columns of the catalogue's tables as DuckDB calls them, made from `carvsdb_schemas.tables`.

They stand in a file, so that a catalogue can be opened and checked without loading what the models are written with;
``python -m carvsdb_schemas`` makes it.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

SCHEMA_VERSION = 6
"""Raised by one with every change of a table; stored in `schema_info` and in releases."""

ADDED_COLUMNS = {2: {"structure": ("density",)}, 3: {"structure": ("atoms",)}}
"""By the schema that brought them, columns that older catalogues and releases lack: there they are null."""

ADDED_TABLES = {
    2: ("geometry", "refinement"),
    4: ("tag", "trash"),
    5: ("unit", "net_unit"),
    6: ("embedding_environment",),
}
"""By the schema that brought them, tables that older releases lack."""

FILE = Path(__file__).with_name("stored_columns.json")
"""What :func:`stored_columns` reads."""


@cache
def stored_columns() -> Mapping[str, Mapping[str, str]]:
    """Return the columns of each table, in the order in which tables are filled, with their types.

    Examples
    --------
    >>> stored_columns()["tag"]
    {'structure_id': 'UUID NOT NULL', 'tag': 'VARCHAR NOT NULL'}
    """
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def columns_of_the_models() -> dict[str, dict[str, str]]:
    """Return what the file should hold: the tables of the models, made in DuckDB, as that describes them."""
    import duckdb
    from duckdb_sqlalchemy import Dialect

    from carvsdb_schemas.arrow import table_of
    from carvsdb_schemas.tables import ALL_TABLES

    compiler = Dialect().type_compiler_instance
    found: dict[str, dict[str, str]] = {}
    with duckdb.connect() as connection:
        for model in ALL_TABLES:
            table = table_of(model)
            columns = ", ".join(
                f'"{column.name}" {compiler.process(column.type)}{"" if column.nullable else " NOT NULL"}'
                for column in table.columns
            )
            connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
            described = connection.execute(
                "SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = ? "
                "ORDER BY column_index",
                [table.name],
            ).fetchall()
            found[table.name] = {name: kind + ("" if null else " NOT NULL") for name, kind, null in described}
    return found


def written(columns: Mapping[str, Mapping[str, str]]) -> str:
    """Return the text of the file."""
    return json.dumps(columns, indent=1) + "\n"
