"""The tables as a DuckDB file, which is a catalogue."""

from pathlib import Path

from carvsdb.catalogue.file import expected, schema
from carvsdb.catalogue.file.storage import Storage
from carvsdb.errors import InputError
from carvsdb.releases.content_hash import TableHash
from carvsdb.releases.rows import key_order, rows_of_file, rows_of_query
from carvsdb_schemas.released import RELEASED, released_at, released_schema


def write_database(path: Path, folder: Path) -> None:
    """Write a catalogue from the Parquet tables of a folder."""
    with Storage(path) as storage:
        schema.create(storage)
        for model in RELEASED:
            with storage.transaction():
                storage.insert(model, rows_of_file(model, folder / f"{model.__tablename__}.parquet"))
        storage.execute("CHECKPOINT")


def database_hashes(path: Path) -> dict[str, str]:
    """Return the hash of each table of a DuckDB file that somebody else may have made.

    Raises
    ------
    InputError
        If it is no catalogue, or holds what could run.
    """
    with Storage(path, read_only=True) as storage:
        problems = list(expected.foreign_objects(storage))
        if problems:
            raise InputError(problems[0], path=path)
        version = schema.check(storage)
        hashes = {}
        for model in released_at(version):
            name = str(model.__tablename__)
            released = released_schema(model, version)
            content = TableHash(released)
            columns = ", ".join(f'"{column}"' for column in released.names)
            for piece in rows_of_query(storage, model, f'SELECT {columns} FROM "{name}" ORDER BY {key_order(model)}'):
                content.update(piece)
            hashes[name] = content.hexdigest()
        return hashes
