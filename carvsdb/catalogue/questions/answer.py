"""A table of results, with what was left out."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from carvsdb.errors import InputError
from carvsdb.html_text import MOST_ROWS, html_table
from carvsdb.optional_packages import load_optional

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Answer:
    """A table of results.

    Attributes
    ----------
    table : pyarrow.Table
        The rows. Whatever reads Arrow (polars, DuckDB, ``pyarrow.table(answer)``) can be given the answer
        itself.
    notes : tuple of str
        What the reader should know, such as what was left out and why.

    Examples
    --------
    >>> import pyarrow as pa
    >>> answer = Answer(pa.table({"label": ["dia", "lon"], "distance": [0.0, 0.25]}))
    >>> answer
    label  distance
    dia    0.0000
    lon    0.2500
    >>> answer.rows()[1]
    {'label': 'lon', 'distance': 0.25}
    >>> [row["label"] for row in answer], answer[0]["label"]
    (['dia', 'lon'], 'dia')
    """

    table: "pa.Table"
    notes: tuple[str, ...] = field(default=())

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries.

        Dates and times that Python has no value for (infinity, years beyond 9999, nanoseconds) are given as text.
        """
        columns = [_values(column) for column in self.table.columns]
        return [dict(zip(self.table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]

    def df(self) -> Any:
        """Return the table as a pandas DataFrame.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        load_optional("pandas", "pandas", "a DataFrame")
        return self.table.to_pandas()

    def to_pandas(self) -> Any:
        """Do the same as :meth:`df`."""
        return self.df()

    def pl(self) -> Any:
        """Return the table as a polars DataFrame.

        Raises
        ------
        MissingExtraError
            If polars is not installed.
        """
        return load_optional("polars", "polars", "a DataFrame").from_arrow(self.table)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def __iter__(self) -> "Iterator[dict[str, Any]]":
        return iter(self.rows())

    def __getitem__(self, number: int) -> dict[str, Any]:
        """Return a row as a dictionary, from 0."""
        try:
            place = range(len(self))[operator.index(number)]
        except TypeError:
            columns = ", ".join(self.table.column_names)
            raise InputError(
                f"a row is asked for by its number, got {type(number).__name__}",
                hint=f"df() and pl() have columns: {columns}",
            ) from None
        return Answer(self.table.slice(place, 1)).rows()[0]

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def _repr_html_(self) -> str:
        top = Answer(self.table.slice(0, MOST_ROWS)).rows()
        rows = [list(row.values()) for row in top]
        return html_table(self.table.column_names, rows, n_rows=len(self), notes=self.notes)

    def __repr__(self) -> str:
        shown = [
            self.table.column_names,
            *([_text(value) for value in row.values()] for row in self.rows()[:20]),
        ]
        widths = [max(len(row[column]) for row in shown) for column in range(self.table.num_columns)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown
        ]
        if len(self) > 20:
            lines.append(f"... {len(self) - 20} more rows")
        return "\n".join(lines + [f"note: {note}" for note in self.notes])


def _values(column: "pa.ChunkedArray") -> list[Any]:
    import duckdb
    import pyarrow as pa

    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError, pa.ArrowException):
        with duckdb.connect() as connection:
            connection.register("answer", pa.table({"value": column}))
            values = [text for (text,) in connection.execute("SELECT value::VARCHAR FROM answer").fetchall()]
    return values


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else str(value)
