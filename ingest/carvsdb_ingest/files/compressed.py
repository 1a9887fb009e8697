"""Files that are compressed: gz, xz and bz2, told by their first bytes."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from carvsdb.errors import InputError
from carvsdb.regular_file import size_in_words
from carvsdb_ingest.files.limits import expanded_limit

COMPRESSED = (".gz", ".xz", ".bz2")
"""Suffixes that say nothing about what is inside."""

EXPANSION_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError)
"""What damaged streams raise."""

# An xz stream may ask for a dictionary of 4 GiB; those of `xz -9` need 64 MiB.
_LZMA_MEMORY = 2**28

_MAGIC: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"\xfd7zXZ\x00": lambda stream: _Xz(stream),
    b"BZh": bz2.BZ2File,
}


class _Xz:
    """An xz file that is read with a limited dictionary."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY)

    def read(self, size: int) -> bytes:
        parts, left = list[bytes](), size
        while left > 0:
            if self._decoder.eof:  # several streams may follow each other, with zeros between them
                rest = self._decoder.unused_data.lstrip(b"\0") or self._stream.read(2**16).lstrip(b"\0")
                if not rest:
                    break
                self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY)
            else:
                rest = self._stream.read(2**16) if self._decoder.needs_input else b""
                if not rest and self._decoder.needs_input:
                    raise EOFError("the end is missing")
            parts.append(self._decoder.decompress(rest, max_length=left))
            left -= len(parts[-1])
        return b"".join(parts)

    def __enter__(self) -> "_Xz":
        return self

    def __exit__(self, *error: object) -> None:
        pass


def opened(stream: IO[bytes]) -> Any:
    """Return a stream that reads another one expanded, or that one itself if it is not compressed."""
    head = stream.read(6)
    stream.seek(0)
    for magic, opener in _MAGIC.items():
        if head.startswith(magic):
            return opener(stream)
    return stream


def expand(content: bytes, path: str | Path, largest: int) -> bytes:
    """Return content expanded, or as it is if it is not compressed.

    Raises
    ------
    InputError
        If the stream is damaged, or expands to more than `largest` bytes, or to far more than any structure file does.

    Examples
    --------
    >>> expand(gzip.compress(b"atoms"), "a.gz", 100), expand(b"atoms", "a", 100)
    (b'atoms', b'atoms')
    """
    if not content.startswith(tuple(_MAGIC)):
        return content
    most = expanded_limit(len(content), largest)
    try:
        with opened(BytesIO(content)) as stream:
            found = _read(stream, most + 1)
    except EXPANSION_ERRORS as error:
        raise InputError(f"cannot be expanded ({reason(error)}); is the file cut off?", path=path) from error
    if len(found) > most:
        hint = "--max-input-size allows more" if most == largest else "expand it first, if it is what it should be"
        raise InputError(
            f"expands from {len(content)} to more than {size_in_words(most)}, the limit", path=path, hint=hint
        )
    return found


def _read(stream: Any, most: int) -> bytes:
    """Read at most so many bytes, piece by piece: a stream reserves all that it is asked for."""
    found = BytesIO()
    while part := stream.read(min(2**20, most - found.tell())):
        found.write(part)
    return found.getvalue()


def reason(error: Exception) -> str:
    """Return what a library says of damaged content, printable and short."""
    return ascii(str(error)[:100])[1:-1]


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
