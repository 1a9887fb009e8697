"""The result of a finished run: its scores, sealed with a checksum."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carvsdb.atomic_write import write_text
from carvsdb.errors import InputError
from carvsdb.regular_file import read_text


def write_result(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON values, and a checksum over them."""
    text = json.dumps({**content, "sha256": _sealed(content)}, ensure_ascii=False, indent=1)
    write_text(path, text + "\n")


def read_result(path: Path) -> dict[str, Any]:
    """Return what `write_result` wrote.

    Raises
    ------
    InputError
        If it is missing, damaged, or not sealed.
    """
    try:
        content = json.loads(read_text(path))
        fits = isinstance(content, dict) and content.pop("sha256", None) == _sealed(content)
    except (ValueError, RecursionError):
        fits = False
    if not fits:
        raise InputError("is no whole result of a run: its checksum does not fit what it holds", path=path)
    return dict(content)


def _sealed(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(dict(content), sort_keys=True).encode()).hexdigest()
