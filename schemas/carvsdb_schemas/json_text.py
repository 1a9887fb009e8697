"""The JSON text of a value, one for each value: what is stored and what is hashed."""

import json
from typing import Any


def json_text(value: Any) -> str:
    """Return the JSON text of a value: the same value gives the same text.

    Examples
    --------
    >>> json_text({"b": 1, "a": "Å"})
    '{"a":"Å","b":1}'
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
