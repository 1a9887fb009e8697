"""Old catalogues made new: one step per schema version, all steps in one transaction."""

from collections.abc import Callable

from carvsdb.catalogue.file.storage import Storage
from carvsdb_schemas.tables import (
    ALL_TABLES,
    SCHEMA_VERSION,
    GeometryRow,
    Refinement,
    Shard,
    StructureRow,
)

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
            _STEPS[older](storage)
        storage.execute(entry_view)
        storage.execute(
            "UPDATE schema_info SET value = ? WHERE name = 'schema_version'",
            [str(SCHEMA_VERSION)],
        )


def _from_1(storage: Storage) -> None:
    """Drop the indexes (see :mod:`carvsdb_schemas.tables`); note tasks, shards, densities."""
    new = (GeometryRow, Refinement, Shard)
    old = [model for model in ALL_TABLES if model not in new]
    names = [str(model.__tablename__) for model in old]
    # An index cannot be dropped while a constraint needs it: the rows move to tables without constraints. A table
    # with an explicit index cannot be renamed before that is gone.
    for (index,) in storage.rows("SELECT index_name FROM duckdb_indexes()"):
        storage.execute(f'DROP INDEX "{index}"')
    for name in names:
        storage.execute(f'ALTER TABLE "{name}" RENAME TO "old_{name}"')
    storage.create_tables(ALL_TABLES)
    for name in names:
        extra = ", 0 AS item" if name == "attempt" else ""
        storage.execute(f'INSERT INTO "{name}" BY NAME SELECT *{extra} FROM "old_{name}"')
        storage.execute(f'DROP TABLE "old_{name}"')


def _from_2(storage: Storage) -> None:
    """Hold the structure itself. The column stands where it stands in a new file."""
    storage.execute("ALTER TABLE structure RENAME TO old_structure")
    storage.create_tables([StructureRow])
    storage.execute("INSERT INTO structure BY NAME SELECT * FROM old_structure")
    storage.execute("DROP TABLE old_structure")


_STEPS: dict[int, Callable[[Storage], None]] = {1: _from_1, 2: _from_2}
