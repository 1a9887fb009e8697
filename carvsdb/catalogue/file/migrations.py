"""Old catalogues made new: one step per schema version, all steps in one transaction.

Columns that are new and may be null need no step of their own: `ADDED_COLUMNS` names them. Nor do tables that are new.
"""

from collections.abc import Callable, Collection

from carvsdb.catalogue.file.storage import Storage
from carvsdb_schemas.stored_columns import ADDED_COLUMNS, SCHEMA_VERSION, stored_columns

OLDEST = 1
"""The first schema that was released."""


def migrate(storage: Storage, version: int, entry_view: str) -> None:
    """Bring the tables from an older schema to the present one, or leave them as they are.

    Parameters
    ----------
    storage : Storage
        Open for writing.
    version : int
        The schema that it has, at least :data:`OLDEST`.
    entry_view : str
        The statement that makes the view `entry`.
    """
    with storage.transaction():
        storage.execute("DROP VIEW entry")
        for older in range(version, SCHEMA_VERSION):
            if older in _STEPS:
                _STEPS[older](storage)
            else:
                _add_columns(storage, ADDED_COLUMNS.get(older + 1, {}))
        present = {name for (name,) in storage.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")}
        storage.create_tables([name for name in stored_columns() if name not in present])
        storage.execute(entry_view)
        storage.execute(
            "UPDATE schema_info SET value = ? WHERE name = 'schema_version'",
            [str(SCHEMA_VERSION)],
        )


def _from_1(storage: Storage) -> None:
    """Drop the indexes (see :mod:`carvsdb_schemas.tables`); note tasks, shards, densities."""
    present = {name for (name,) in storage.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")}
    names = [name for name in stored_columns() if name in present]
    # An index cannot be dropped while a constraint needs it: the rows move to tables without constraints. A table
    # with an explicit index cannot be renamed before that is gone.
    for (index,) in storage.rows("SELECT index_name FROM duckdb_indexes()"):
        storage.execute(f'DROP INDEX "{index}"')
    for name in names:
        storage.execute(f'ALTER TABLE "{name}" RENAME TO "old_{name}"')
    storage.create_tables(stored_columns())
    for name in names:
        extra = ", 0 AS item" if name == "attempt" else ""
        storage.execute(f'INSERT INTO "{name}" BY NAME SELECT *{extra} FROM "old_{name}"')
        storage.execute(f'DROP TABLE "old_{name}"')


def _add_columns(storage: Storage, tables: Collection[str]) -> None:
    """Make tables anew, with columns that they lack; these stand where they stand in a new file."""
    for name in stored_columns():
        if name in tables:
            storage.execute(f'ALTER TABLE "{name}" RENAME TO "old_{name}"')
            storage.create_tables([name])
            storage.execute(f'INSERT INTO "{name}" BY NAME SELECT * FROM "old_{name}"')
            storage.execute(f'DROP TABLE "old_{name}"')


_STEPS: dict[int, Callable[[Storage], None]] = {1: _from_1}
