"""Zip archives, wheels among them, read member by member and never unpacked."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path
from typing import IO

from carvsdb.errors import InputError, NotFoundError
from carvsdb.regular_file import LARGEST_INPUT, LARGEST_TABLE, open_regular, size_in_words
from carvsdb_ingest.files.compressed import reason
from carvsdb_ingest.files.limits import MOST_MEMBERS, expanded_limit

# Damaged, encrypted, and compressed in a way that Python does not know.
_ERRORS = (zipfile.BadZipFile, zlib.error, LZMAError, OSError, EOFError, RuntimeError, ValueError, OverflowError)


class Zip:
    """A zip archive that is open.

    Parameters
    ----------
    archive : ZipFile
    path : str or Path
        For messages.
    """

    def __init__(self, archive: zipfile.ZipFile, path: str | Path) -> None:
        self._archive = archive
        self._path = path

    def names(self) -> list[str]:
        """Return the names of its members, sorted, each once: of several of one name the last is read, as if unpacked.

        Raises
        ------
        InputError
            If there are more than a limit.
        """
        names = self._archive.namelist()
        if len(names) > MOST_MEMBERS:
            raise InputError(f"has more than {MOST_MEMBERS} members, the limit", path=self._path)
        return sorted(set(names))

    def files(self) -> list[tuple[str, bool]]:
        """Return the names of its files, sorted, and whether each is a link.

        Raises
        ------
        InputError
            If there are more than a limit.
        """
        return [
            (name, stat.S_ISLNK(self._archive.getinfo(name).external_attr >> 16))
            for name in self.names()
            if not name.endswith("/")
        ]

    def read(self, name: str, largest: int = LARGEST_INPUT) -> bytes:
        """Return the content of a member.

        Raises
        ------
        NotFoundError
            If there is none of that name.
        InputError
            If it cannot be read (damaged, encrypted), or expands to more than `largest` bytes, or to far more than any
            file of structures does.
        """
        where = f"{self._path}/{name}"
        try:
            about = self._archive.getinfo(name)
        except KeyError:
            raise NotFoundError("there is no such file in the archive", item=where) from None
        # What a header says of the size is not trusted; neither is more read than it says.
        most = expanded_limit(about.compress_size, largest)
        sentence = f"expands from {about.compress_size} to more than {size_in_words(most)}, the limit"
        if about.file_size > most:
            raise InputError(sentence, path=where)
        try:
            with self._archive.open(about) as stream:
                content = stream.read(about.file_size)
                if stream.read(1):
                    raise InputError("is longer than the archive says", path=where)
        except _ERRORS as error:
            raise InputError(f"cannot be read ({reason(error)}); is the archive damaged?", path=where) from error
        return content


@contextmanager
def opened_zip(source: str | Path | IO[bytes], path: str | Path) -> Iterator[Zip]:
    """Open a zip archive.

    Parameters
    ----------
    source : str, Path or binary file
        Where it is.
    path : str or Path
        What messages call it.

    Raises
    ------
    InputError
        If it is no regular file or no zip archive.
    """
    if isinstance(source, (str, Path)):
        with open_regular(source, LARGEST_TABLE) as stream, opened_zip(stream, path) as archive:
            yield archive
        return
    try:
        opened = zipfile.ZipFile(source)
    except _ERRORS as error:
        raise InputError(f"cannot be read as a zip archive ({reason(error)})", path=path) from error
    with opened:
        yield Zip(opened, path)
