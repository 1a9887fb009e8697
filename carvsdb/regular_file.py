"""Opening a file of someone else: a regular one, no larger than it may be; a pipe or a device would wait for ever."""

import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path

from carvsdb.errors import InputError

LARGEST_INPUT = 2**30
"""Bytes that an input may have, expanded, unless more is allowed: 1 GiB."""

LARGEST_TABLE = 2**50
"""Bytes that a file may have that is not read into memory as a whole: no limit but that of arithmetic."""

LARGEST_TEXT = 2**26
"""Bytes that a file of settings, a card or a list of names may have: 64 MiB."""


def open_regular(path: str | Path, largest: int = LARGEST_INPUT) -> BufferedReader:
    """Open a regular file for reading.

    Raises
    ------
    InputError
        If it is missing, no regular file (a folder, a pipe, a device, a socket), larger than `largest` bytes, or
        cannot be read.
    """
    try:
        found = os.stat(path)
        if stat.S_ISREG(found.st_mode):
            # Should another thing have its name by now, it is not waited for.
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and found.st_size <= largest:
                return open(descriptor, "rb")
            os.close(descriptor)
    except FileNotFoundError:
        raise InputError("there is no such file", path=path) from None
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read ({cause})", path=path) from error
    if stat.S_ISREG(found.st_mode):
        raise InputError(
            f"has {found.st_size} bytes, more than the {size_in_words(largest)} that an input may have",
            path=path,
            hint="`ingest --max-input-size` allows more" if largest >= LARGEST_INPUT else None,
        )
    raise InputError(f"is {_kind(found.st_mode)}; expected a file", path=path)


def read_bytes(path: str | Path, largest: int = LARGEST_INPUT) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    InputError
        As `open_regular`.
    """
    with open_regular(path, largest) as file:
        try:
            # As many bytes are reserved as are asked for: not more than the file has.
            return file.read(os.fstat(file.fileno()).st_size)
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", path=path) from error


def sha256_of(path: str | Path) -> str:
    """Return the SHA-256 of a regular file, in hexadecimal digits.

    Raises
    ------
    InputError
        As `open_regular`.
    """
    with open_regular(path, LARGEST_TABLE) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", path=path) from error


def read_text(path: str | Path, largest: int = LARGEST_TEXT) -> str:
    """Return the text of a regular file in UTF-8.

    Raises
    ------
    InputError
        As `open_regular`, or if it is no text in UTF-8.
    """
    try:
        return read_bytes(path, largest).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is no text in UTF-8", path=path) from error


def size_in_words(size: int) -> str:
    """Return a number of bytes as a sentence says it.

    Examples
    --------
    >>> size_in_words(2**30), size_in_words(1500), size_in_words(3 * 2**20)
    ('1 GiB', '1500 bytes', '3 MiB')
    """
    for unit, word in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {word}"
    return f"{size} bytes"


def _kind(mode: int) -> str:
    for test, name in (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a named pipe (FIFO)"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    ):
        if test(mode):
            return name
    return "no regular file"
