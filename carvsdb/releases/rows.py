"""Rows of a release: from a database in the order of their key, and from its Parquet files."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlmodel import SQLModel

from carvsdb.catalogue.file.storage import Incoming, Storage
from carvsdb_schemas.arrow import table_of
from carvsdb_schemas.released import filled, released_schema

_ROWS_AT_ONCE = 20_000


def key_order(model: type[SQLModel]) -> str:
    """Return the order of the rows of a table, in SQL."""
    return ", ".join(f'"{model.__tablename__}"."{column.name}"' for column in table_of(model).primary_key.columns)


def rows_of_query(storage: Storage, model: type[SQLModel], query: str) -> Iterator[pa.Table]:
    """Yield the result of a query as rows of a released table, piece by piece."""
    schema = released_schema(model)
    # DuckDB hands texts and lists over under other names of the same types, and knows no "not null".
    nullable = pa.schema([field.with_nullable(True) for field in schema])
    for batch in storage.stream(query, _ROWS_AT_ONCE):
        yield pa.Table.from_batches([batch]).cast(nullable).cast(schema)


def rows_of_file(model: type[SQLModel], path: Path) -> Incoming:
    """Open a table of a release as a stream of rows with all columns that a catalogue has."""
    file = pq.ParquetFile(path)
    form = filled(model, released_schema(model).empty_table()).schema

    def batches() -> Iterator[pa.RecordBatch]:
        with file:
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                yield from filled(model, pa.Table.from_batches([batch])).cast(form).to_batches()

    return pa.RecordBatchReader.from_batches(form, batches())
