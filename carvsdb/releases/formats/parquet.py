"""The tables as Parquet: sorted by key, in row groups of one size, with settings that are pinned."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from carvsdb.releases.content_hash import TableHash
from carvsdb_schemas.manifest import TableManifest

ROW_GROUP = 50_000
"""Rows that are compressed together; the last group of a file has fewer."""


def write_table(path: Path, schema: pa.Schema, pieces: Iterator[pa.Table]) -> TableManifest:
    """Write a table piece by piece; the pieces leave no trace in its bytes."""
    content = TableHash(schema)
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=9,
        version="2.6",
        data_page_version="1.0",
        use_dictionary=True,
        write_statistics=True,
        store_schema=True,
    ) as writer:
        for group in _groups(pieces):
            content.update(group)
            writer.write_table(group, row_group_size=ROW_GROUP)
    return TableManifest(file=path.name, rows=content.rows, columns=schema.names, content_sha256=content.hexdigest())


def _groups(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    rows = 0
    for piece in pieces:
        waiting.append(piece)
        rows += piece.num_rows
        while rows >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, ROW_GROUP).combine_chunks()
            waiting = [whole.slice(ROW_GROUP)]
            rows -= ROW_GROUP
    if rows:
        yield pa.concat_tables(waiting).combine_chunks()
