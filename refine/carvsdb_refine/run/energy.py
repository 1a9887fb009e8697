"""The potential that a config names."""

import hashlib
from pathlib import Path
from typing import Any

from carvsdb.errors import InputError
from carvsdb_schemas.refinement import PotentialTable

KINDS = ("ace", "none")


def potential_of(table: PotentialTable | None, folder: Path) -> Any:
    """Return the potential of a config, or None.

    Raises
    ------
    InputError
        If the kind is unknown, or the file is missing or no such potential.
    """
    if table is None or table.kind == "none":
        return None
    if table.kind not in KINDS:
        raise InputError(f"[potential], 'kind': expected one of {', '.join(KINDS)}, got {table.kind!r}")
    if table.file is None:
        raise InputError("[potential] of kind 'ace' needs the key 'file'")
    from carvsdb_refine.potential import read_ace

    return read_ace(folder / table.file)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
