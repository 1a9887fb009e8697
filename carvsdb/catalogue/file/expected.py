"""What the file of a catalogue may hold: its tables, the view `entry`, and nothing that runs by being looked up.

A macro of a file answers in the place of the function of its name, even of ``+`` or ``count``: a file that holds one is
not read. A generated column, a default or a check is an expression of somebody else that a plain SELECT or INSERT runs.
A view `entry` that is not ours is never run: each connection has ours in front of it.
"""

from collections.abc import Iterator

from carvsdb.catalogue.file.storage import Storage
from carvsdb_schemas.stored_columns import stored_columns

VIEW = "entry"

# Everything below is asked by the full names of DuckDB's own functions and compared here: even an operator of the file
# may be its macro.
_FUNCTIONS = "SELECT function_name FROM system.main.duckdb_functions() WHERE NOT internal"
_SCHEMAS = "SELECT database_name, schema_name, internal FROM system.main.duckdb_schemas()"
_TABLES = "SELECT table_name, temporary, internal FROM system.main.duckdb_tables()"
_VIEWS = "SELECT view_name, temporary, internal, sql FROM system.main.duckdb_views()"
_TYPES = "SELECT type_name, internal FROM system.main.duckdb_types()"
_SEQUENCES = "SELECT sequence_name, temporary FROM system.main.duckdb_sequences()"
_COLUMNS = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default, internal FROM system.main.duckdb_columns()"
)
_CONSTRAINTS = "SELECT table_name, constraint_type FROM system.main.duckdb_constraints()"


def foreign_objects(storage: Storage) -> Iterator[str]:
    """Say what a file holds that runs or hides something, and that no catalogue of any version holds."""
    for (name,) in storage.rows(_FUNCTIONS):
        yield f"it holds the macro {name!r}"
    for database, name, internal in storage.rows(_SCHEMAS):
        if not internal and name != "main" and database not in ("system", "temp"):
            yield f"it holds the schema {name!r}"
    for name, temporary, internal, _ in storage.rows(_VIEWS):
        if not internal and not temporary and name != VIEW:
            yield f"it holds the view {name!r}"
    for name, internal in storage.rows(_TYPES):
        if not internal:
            yield f"it holds the type {name!r}"
    for name, temporary in storage.rows(_SEQUENCES):
        if not temporary:
            yield f"it holds the sequence {name!r}"
    for table, column, _, _, default, internal in storage.rows(_COLUMNS):
        if not internal and default is not None:
            yield f"{table}.{column}: it has a default or is computed"
    for table, kind in storage.rows(_CONSTRAINTS):
        if kind not in ("NOT NULL", "PRIMARY KEY", "UNIQUE"):
            yield f"{table}: it has the constraint {kind}"


def wrong_tables(storage: Storage) -> Iterator[str]:
    """Say which tables and columns of the present schema are missing, of another type, or too many."""
    known = stored_columns()
    present = {name for name, temporary, internal in storage.rows(_TABLES) if not temporary and not internal}
    for name in sorted(present - known.keys()):
        yield f"{name}: no such table"
    columns: dict[str, dict[str, str]] = {name: {} for name in known}
    for table, column, kind, nullable, _, internal in storage.rows(_COLUMNS):
        if not internal and table in present and table in columns:
            columns[table][column] = _type(kind, nullable)
    for name, expected in known.items():
        if name not in present:
            yield f"{name}: the table is missing"
            continue
        for column in columns[name].keys() - expected.keys():
            yield f"{name}.{column}: no such column"
        for column, kind in expected.items():
            if column not in columns[name]:
                yield f"{name}.{column}: the column is missing"
            elif columns[name][column] != kind:
                yield f"{name}.{column}: it is {columns[name][column]}, not {kind}"


def has_view(storage: Storage, statement: str) -> bool:
    """Say whether the view `entry` of a file is the one that a statement makes, as this DuckDB writes it."""
    with Storage(None) as new:
        new.create_tables(stored_columns())
        new.execute(statement)
        return _view(storage) == _view(new)


def _view(storage: Storage) -> str:
    return "".join(sql for name, temporary, _, sql in storage.rows(_VIEWS) if name == VIEW and not temporary)


def _type(kind: str, nullable: bool) -> str:
    return kind if nullable else f"{kind} NOT NULL"
