"""A hash of what a table says, whoever wrote it, in whatever pieces and with whatever compression.

Rows come in the order of their key. Each column is a tree: a list has its lengths and below it the column of its items.
What a column says are, per level, three streams of bytes, each with a SHA-256 of its own:

- ``valid``: one byte for each value, 1 or 0 where it is null;
- ``lengths``: of lists, texts and bytes, one little-endian int64 for each value, 0 where it is null;
- ``values``: of numbers and booleans their little-endian bytes (booleans one byte, zeros where null), of texts their
  UTF-8 and of bytes themselves, one after the other.

The hash of a column is the SHA-256 of the hexadecimal digits of its streams, level by level, and that of a table the
SHA-256 of a line ``NAME TYPE HASH`` for each column. Types are `bool`, `int32`, `int64`, `float`, `double`, `string`,
`binary`, and `list<...>` of those. Minus zero is zero.
"""

import hashlib
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class TableHash:
    """Takes in a table piece by piece.

    Examples
    --------
    >>> table = pa.table({"n": pa.array([1, None, 3], pa.int32()), "rings": [[4], None, []]})
    >>> whole, parts = TableHash(table.schema), TableHash(table.schema)
    >>> whole.update(table)
    >>> for row in range(3):
    ...     parts.update(table.slice(row, 1))
    >>> whole.hexdigest() == parts.hexdigest(), whole.rows
    (True, 3)
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._columns = {field.name: _Column(field.type) for field in schema}
        self.rows = 0

    def update(self, piece: pa.Table | pa.RecordBatch) -> None:
        """Take in the next rows."""
        for name, column in self._columns.items():
            values = piece.column(name)
            for chunk in values.chunks if isinstance(values, pa.ChunkedArray) else [values]:
                column.update(chunk)
        self.rows += piece.num_rows

    def hexdigest(self) -> str:
        """Return the hash in hexadecimal digits."""
        lines = "".join(f"{name} {column.kind} {column.hexdigest()}\n" for name, column in self._columns.items())
        return hashlib.sha256(lines.encode()).hexdigest()


def release_hash(tables: Mapping[str, str]) -> str:
    """Return the hash of several tables, from the hash of each: of a line ``TABLE HASH`` for each, sorted."""
    return hashlib.sha256("".join(f"{name} {tables[name]}\n" for name in sorted(tables)).encode()).hexdigest()


class _Column:
    def __init__(self, kind: pa.DataType) -> None:
        self._is_list = pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind)
        self._is_bytes = pa.types.is_string(kind) or pa.types.is_binary(kind)
        self._items = _Column(kind.value_type) if self._is_list else None
        self.kind: str = f"list<{self._items.kind}>" if self._items else str(kind)
        self._streams = {name: hashlib.sha256() for name in ("valid", "lengths", "values")}

    def update(self, values: pa.Array) -> None:
        valid = values.is_valid().to_numpy(zero_copy_only=False)
        self._streams["valid"].update(valid.astype(np.uint8).tobytes())
        if self._items is not None or self._is_bytes:
            lengths = pc.list_value_length(values) if self._items is not None else pc.binary_length(values)
            self._streams["lengths"].update(pc.fill_null(lengths, 0).to_numpy(False).astype("<i8").tobytes())
        if self._items is not None:
            self._items.update(pc.list_flatten(values))
        elif self._is_bytes:
            packed = values.drop_null().cast(pa.large_binary())
            ends = np.frombuffer(packed.buffers()[1], np.int64)[packed.offset : packed.offset + len(packed) + 1]
            data = packed.buffers()[2]
            if len(packed) and data is not None:
                self._streams["values"].update(memoryview(data)[int(ends[0]) : int(ends[-1])])
        else:
            zero = False if pa.types.is_boolean(values.type) else 0
            plain = pc.fill_null(values, pa.scalar(zero, values.type)).to_numpy(zero_copy_only=False)
            if plain.dtype.kind == "f":
                plain = plain + 0.0  # so that minus zero is zero
            self._streams["values"].update(plain.astype(plain.dtype.newbyteorder("<")).tobytes())

    def hexdigest(self) -> str:
        own = "".join(self._streams[name].hexdigest() for name in ("valid", "lengths", "values"))
        below = self._items.hexdigest() if self._items is not None else ""
        return hashlib.sha256((own + below).encode()).hexdigest()
