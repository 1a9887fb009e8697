"""Column types that DuckDB has and SQLAlchemy does not name, each with its Arrow type."""

import json
from collections.abc import Callable
from typing import Any, ClassVar

import pyarrow as pa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import UserDefinedType

from carvsdb_schemas.json_text import json_text

LARGEST_RING = 32
"""Number of ring sizes that a stored vector holds: entry ``k`` belongs to rings of ``k + 1`` nodes."""


class DuckColumn(UserDefinedType[Any]):
    """A column type given by its DuckDB name."""

    cache_ok = True
    sql: ClassVar[str]
    arrow: ClassVar[pa.DataType]

    def get_col_spec(self, **_: Any) -> str:
        """Return the name that DuckDB knows the type by."""
        return self.sql


class RingVector(DuckColumn):
    """One number per ring size, 1 to 32."""

    sql = f"FLOAT[{LARGEST_RING}]"
    arrow = pa.list_(pa.float32(), LARGEST_RING)


class RingCounts(DuckColumn):
    """One integer per ring size, 1 to 32."""

    sql = f"INTEGER[{LARGEST_RING}]"
    arrow = pa.list_(pa.int32(), LARGEST_RING)


class EdgeRows(DuckColumn):
    """Edges ``(src, dst, u, v, w)``."""

    sql = "INTEGER[5][]"
    arrow = pa.list_(pa.list_(pa.int32(), 5))


class PositionRows(DuckColumn):
    """Fractional coordinates."""

    sql = "DOUBLE[3][]"
    arrow = pa.list_(pa.list_(pa.float64(), 3))


class CellMatrix(DuckColumn):
    """Nine numbers: lattice vectors as rows, in Å."""

    sql = "DOUBLE[9]"
    arrow = pa.list_(pa.float64(), 9)


class Numbers(DuckColumn):
    """A list of floats."""

    sql = "DOUBLE[]"
    arrow = pa.list_(pa.float64())


class Integers(DuckColumn):
    """A list of integers."""

    sql = "INTEGER[]"
    arrow = pa.list_(pa.int32())


class Flags(DuckColumn):
    """A list of booleans."""

    sql = "BOOLEAN[]"
    arrow = pa.list_(pa.bool_())


class Texts(DuckColumn):
    """A list of strings."""

    sql = "VARCHAR[]"
    arrow = pa.list_(pa.string())


class JsonText(DuckColumn):
    """A JSON value; handed over as its text."""

    sql = "JSON"
    arrow = pa.string()

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """Write values as text, keys in a fixed order."""
        return json_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str], Any]:
        """Read text as values."""
        return json.loads
