"""Blocks of data as they stand in a page: gzip in base64, in elements that no browser runs."""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any

CHUNK_BYTES = 128 * 1024
"""What is read at one click is about so much, unpacked."""


def packed(content: bytes) -> str:
    """Return bytes as gzip in base64; the same bytes for the same content and version of zlib.

    Examples
    --------
    >>> from base64 import b64decode
    >>> gzip.decompress(b64decode(packed(b"sod")))
    b'sod'
    """
    return b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")


def json_bytes(value: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def in_element(value: Any) -> str:
    r"""Return JSON that may stand inside an element: nothing in it ends the element.

    Examples
    --------
    >>> in_element(["</script>", "&"])
    '["\\u003c/script\\u003e","\\u0026"]'
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def chunks(items: Iterable[Any], most: int = CHUNK_BYTES) -> Iterator[tuple[int, bytes]]:
    """Join items into JSON arrays of about so many bytes.

    Yields
    ------
    start : int
        Number of the first item of the array.
    array : bytes

    Examples
    --------
    >>> list(chunks(["a", "bb", "c"], most=6))
    [(0, b'["a","bb"]'), (2, b'["c"]')]
    """
    start, size = 0, 0
    waiting: list[bytes] = []
    for item in items:
        one = json_bytes(item)
        waiting.append(one)
        size += len(one)
        if size > most:
            yield start, b"[" + b",".join(waiting) + b"]"
            start, size = start + len(waiting), 0
            waiting = []
    if waiting:
        yield start, b"[" + b",".join(waiting) + b"]"
