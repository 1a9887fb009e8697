"""How commands speak: answers on stdout, everything else on stderr."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def say(sentence: str) -> None:
    """Tell the user something that is no answer."""
    print(sentence, file=sys.stderr)


def answer_json(value: Any) -> None:
    """Print one JSON document in one line."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:  # what others stored need not be finite
        text = json.dumps(json_value(value), ensure_ascii=False)
    print(text)


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
    """Align rows under a header, columns two spaces apart."""
    shown = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in shown) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown
    )
