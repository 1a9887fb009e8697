"""Files that are compressed: gz, xz and bz2, told by their first bytes."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from carvsdb.errors import InputError

COMPRESSED = (".gz", ".xz", ".bz2")
"""Suffixes that say nothing about what is inside."""

_MAGIC: dict[bytes, Callable[[BytesIO], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"BZh": bz2.BZ2File,
}


def expand(content: bytes, path: str | Path, largest: int) -> bytes:
    """Return content expanded, or as it is if it is not compressed.

    Raises
    ------
    InputError
        If the stream is damaged, or expands to more than `largest` bytes.

    Examples
    --------
    >>> expand(gzip.compress(b"atoms"), "a.gz", 100), expand(b"atoms", "a", 100)
    (b'atoms', b'atoms')
    """
    for magic, opener in _MAGIC.items():
        if content.startswith(magic):
            try:
                with opener(BytesIO(content)) as stream:
                    found: bytes = stream.read(largest + 1)
            except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
                raise InputError(f"cannot be expanded ({error}); is the file cut off?", path=path) from error
            if len(found) > largest:
                raise InputError(f"expands to more than {largest} bytes", path=path)
            return found
    return content


def plain_name(path: str | Path) -> str:
    """Return the name of a file without its folder and without a suffix of compression.

    Examples
    --------
    >>> plain_name("frames/zif-4.xyz.gz")
    'zif-4.xyz'
    """
    name = Path(path).name
    for suffix in COMPRESSED:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name
