"""Writing a catalogue as Parquet: one folder of tables, or many that DuckDB reads as one."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from carvsdb.atomic_write import draft_folder, sync
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.maintenance.folders import seal, write_table
from carvsdb.errors import InputError, RefusedError
from carvsdb_schemas.arrow import table_of
from carvsdb_schemas.tables import ALL_TABLES, SchemaInfo, Shard, Trash

EXPORTED = tuple(model for model in ALL_TABLES if model not in (SchemaInfo, Shard, Trash))
"""All tables but what is about one file and its making."""

# By table, the structure that a row belongs to; what belongs to none goes with the first partition.
_OWNER = {
    "structure": "id",
    "net": "structure_id",
    "attempt": "coalesce(structure_id, id)",
    "tag": "structure_id",
    "carvs": "(SELECT structure_id FROM net WHERE net.id = net_id)",
    "net_unit": "(SELECT structure_id FROM net WHERE net.id = net_id)",
    "geometry": "(SELECT structure_id FROM net WHERE net.id = net_id)",
    "net_environment": "(SELECT structure_id FROM net WHERE net.id = net_id)",
    "noise_block": "(SELECT structure_id FROM net JOIN carvs ON carvs.net_id = net.id WHERE carvs.id = carvs_id)",
}


SHARED = {"environment": ("net_environment", "environment_id"), "unit": ("net_unit", "unit_id")}
"""Tables of what nets share: the table and its column that say which net has which."""


def export(storage: Storage, folder: Path, partitions: int = 1) -> dict[str, int]:
    """Write all tables; returns the number of rows by table.

    Parameters
    ----------
    storage : Storage
    folder : Path
        A new folder, which appears when all is written. With several partitions it holds a folder of tables for
        each, ``part-000`` and so on; each has all that belongs to its structures.
    partitions : int
        Into how many.

    Raises
    ------
    RefusedError
        If the folder exists.
    InputError
        If its parent does not exist, or the number of partitions is none.
    """
    if folder.exists() or folder.is_symlink():
        raise RefusedError("exists already", item=str(folder), hint="choose a new name")
    if not folder.absolute().parent.is_dir():
        raise InputError(f"the folder {folder.absolute().parent} does not exist", path=folder)
    if not 1 <= partitions <= 10_000:
        raise InputError(f"partitions must be 1 to 10000, got {partitions}")
    total: dict[str, int] = {}
    with draft_folder(folder.absolute()) as draft:
        for number in range(partitions):
            part = draft if partitions == 1 else draft / f"part-{number:03d}"
            part.mkdir(exist_ok=True)
            rows = {}
            for name, query in exported(partitions, number).items():
                rows[name] = write_table(part / f"{name}.parquet", name, _parts(storage, query))
                total[name] = total.get(name, 0) + rows[name]
                if not rows[name]:
                    (part / f"{name}.parquet").unlink()
                    del rows[name]
            seal(part, rows)
        draft.rename(folder)
    sync(folder.absolute().parent)
    return total


def exported(partitions: int = 1, number: int = 0) -> dict[str, str]:
    """Return, by table, the query for the rows of one partition."""
    return {str(model.__tablename__): _query(str(model.__tablename__), partitions, number) for model in EXPORTED}


def _query(name: str, partitions: int, number: int) -> str:
    table = table_of(next(model for model in EXPORTED if model.__tablename__ == name))
    columns = ", ".join(
        f'"{column.name}"::VARCHAR AS "{column.name}"' if isinstance(column.type, sa.Uuid) else f'"{column.name}"'
        for column in table.columns
    )
    query = f'SELECT {columns} FROM "{name}"'
    if partitions > 1:
        query += f" WHERE {_where(name, partitions, number)}"
    return query


def _where(name: str, partitions: int, number: int) -> str:
    if name in _OWNER:
        return f"hash({_OWNER[name]}::VARCHAR) % {partitions} = {number}"
    if name == "source":  # few, and every partition must stand for itself
        return "true"
    if name in SHARED:
        link, column = SHARED[name]
        return f"id IN (SELECT {column} FROM {link} WHERE {_where(link, partitions, number)})"
    return "true" if number == 0 else "false"


def _parts(storage: Storage, query: str) -> Iterator[pa.Table]:
    for batch in storage.batches(query):
        yield pa.Table.from_batches([batch])
