"""Content-hash keys: the same thing has the same key in every catalogue."""

import hashlib
from uuid import UUID

from carvsdb_schemas.json_text import json_text

KEY_VERSION = "carvsdb-1"
"""Part of every key: change it, and no old key is met again."""


def content_key(table: str, *parts: object) -> UUID:
    """Return the first 128 bits of the SHA-256 of a table's name and some JSON values.

    Examples
    --------
    >>> content_key("source", "RCSR", None) == content_key("source", "RCSR", None)
    True
    >>> content_key("source", "a", "b") == content_key("source", "ab")
    False
    """
    text = json_text([KEY_VERSION, table, *parts])
    return UUID(bytes=hashlib.sha256(text.encode()).digest()[:16])
