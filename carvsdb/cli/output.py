"""How commands speak: answers on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Sequence
from typing import Any


def say(sentence: str) -> None:
    """Tell the user something that is no answer."""
    print(sentence, file=sys.stderr)


def answer_json(value: Any) -> None:
    """Print one JSON document in one line."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))


def table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """Align rows under a header, columns two spaces apart."""
    shown = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in shown) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown
    )
