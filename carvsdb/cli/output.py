"""How commands speak: answers on stdout, everything else on stderr."""

import json
import math
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, TextIO

from carvsdb.cli.text_width import cut, padded, pieces, width_of
from carvsdb.escaping import escaped, escaped_json, escaped_lines


class _Escaped:
    """A text stream on which nothing that a terminal would obey is written, and nothing that it cannot hold.

    All that commands say leaves through it, whoever says it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        text = escaped_lines(text)
        encoding = self._stream.encoding
        if encoding and not text.isascii():
            text = text.encode(encoding, "backslashreplace").decode(encoding)
        self._stream.write(text)
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def escaped_streams() -> Iterator[None]:
    """Let all that is written to stdout and stderr be visible characters, line ends and tabs."""
    before = sys.stdout, sys.stderr
    if sys.stdout is not None:
        sys.stdout = _Escaped(sys.stdout)
    if sys.stderr is not None:
        sys.stderr = _Escaped(sys.stderr)
    try:
        yield
    finally:
        # None stands for a pipe that was closed, into which nothing more may be flushed.
        sys.stdout = None if sys.stdout is None else before[0]
        sys.stderr = before[1]


def say(sentence: str) -> None:
    """Tell the user something that is no answer."""
    if sys.stderr is not None:  # else `print` would tell it on stdout, among the answers
        print(escaped(sentence), file=sys.stderr)


def answer_json(value: Any) -> None:
    """Print one JSON document in one line."""
    print(json_line(value))


def json_line(value: Any) -> str:
    """Return one JSON document in one line."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, TypeError):  # what others stored need not be finite, and a date is its text
        text = json.dumps(json_value(value), ensure_ascii=False)
    return escaped_json(text)


def json_value(value: Any) -> Any:
    """Return what JSON holds of any value of a database.

    Numbers stay numbers; NaN and the infinities, for which JSON has none, become ``"NaN"``, ``"Infinity"`` and
    ``"-Infinity"``; bytes become hexadecimal digits; dates, times and all else their text.

    Examples
    --------
    >>> from decimal import Decimal
    >>> json_value([1, float("nan"), Decimal(2) ** 70, b"ab", {"a": None}])
    [1, 'NaN', 1180591620717411303424, '6162', {'a': None}]
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): json_value(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(one) for one in value]
    return str(value)


def table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """Align rows under a header, columns two spaces apart.

    On a terminal the widest are cut so that a row fits; where none fits, each row is written as lines of its fields.
    The second of two columns goes on in the next line.
    """
    shown = [list(header), *([escaped(cell) for cell in row] for row in rows)]
    widths = [max(width_of(row[column]) for row in shown) for column in range(len(header))]
    if is_terminal():
        columns = shutil.get_terminal_size().columns
        room = columns - 2 * (len(widths) - 1)
        if len(widths) == 2 and widths[0] + _NARROWEST <= room:
            return "\n".join(_hanging(row[0], row[1], widths[0] + 2, columns) for row in shown)
        widths = _fitted(widths, room)
        if sum(widths) > room and len(widths) > 2:
            return records(shown[1:], shown[0], columns)
        shown = [[cut(cell, width) for cell, width in zip(row, widths, strict=True)] for row in shown]
    return "\n".join(
        "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown
    )


def _hanging(title: str, cell: str, indent: int, columns: int) -> str:
    """Write a title and a cell beside it, which goes on below itself."""
    parts = pieces(cell, max(columns - indent, _NARROWEST)) or [""]
    return "\n".join(f"{padded('' if number else title, indent)}{part}".rstrip() for number, part in enumerate(parts))


def is_terminal() -> bool:
    """Tell whether answers are read on a terminal, where lines have an end."""
    return sys.stdout is not None and sys.stdout.isatty()


def records(rows: Sequence[Sequence[str]], header: Sequence[str], columns: int) -> str:
    """Write each row as lines of its fields, wrapped to so many columns; empty fields are left out.

    Examples
    --------
    >>> print(records([("dia", "", "4"), ("a-long-label", "sod", "4")], ("label", "net", "bonds"), 16))
    label  dia
    bonds  4
    <BLANKLINE>
    label  a-long-la
           bel
    net    sod
    bonds  4
    """
    name = max(map(width_of, header), default=0) + 2
    return "\n\n".join(
        "\n".join(_hanging(title, cell, name, columns) for title, cell in zip(header, row, strict=True) if cell)
        for row in rows
    )


def with_copies(name: str | None, copies: int | None) -> str:
    """Write the name of a net, and of how many interpenetrating nets it is one.

    Examples
    --------
    >>> with_copies("sit", 2), with_copies("dia", 1), with_copies(None, 3), with_copies(None, None)
    ('2 x sit', 'dia', '3 nets', '')
    """
    if (copies or 1) == 1:
        return name or ""
    return f"{copies} x {name}" if name else f"{copies} nets"


def _fitted(widths: list[int], room: int) -> list[int]:
    """Narrow the widest columns, none below eight characters, until they fit.

    Examples
    --------
    >>> _fitted([5, 40, 30], 60), _fitted([5, 40, 30], 80), _fitted([9, 9], 4)
    ([5, 27, 28], [5, 40, 30], [8, 8])
    """
    widths = list(widths)
    while sum(widths) > room and max(widths, default=0) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


_NARROWEST = 8
