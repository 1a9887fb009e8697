"""Archives of structure files (tar, tar.gz, tar.xz, tar.bz2, zip), read as a stream and never unpacked."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import IO, Any

from carvsdb.errors import InputError
from carvsdb.regular_file import LARGEST_INPUT, open_regular, size_in_words
from carvsdb_ingest.files.compressed import EXPANSION_ERRORS, opened, plain_name, reason
from carvsdb_ingest.files.limits import LARGEST_HEADER, MOST_MEMBERS, archive_limit
from carvsdb_ingest.files.zips import opened_zip

ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".zip")
"""Suffixes of what is read as an archive."""

LARGEST_ARCHIVE = 2**50

_HEADERS = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive.

    Attributes
    ----------
    name : str
        Its path within the archive.
    content : bytes
    refusal : InputError, optional
        Why it is not read.
    """

    name: str
    content: bytes
    refusal: InputError | None = None


def is_archive(path: str | Path) -> bool:
    """Tell an archive by its suffix."""
    return str(path).lower().endswith(ARCHIVES)


def members(path: str | Path, suffixes: tuple[str, ...] | None, *, largest: int = LARGEST_INPUT) -> Iterator[Member]:
    """Yield the files of an archive in their order, those with one of the suffixes, or all of them.

    Links, devices, archives within the archive and files that are too large are yielded with the reason why they are
    not read. No name leads out of the archive, since nothing is unpacked.

    Parameters
    ----------
    path : str or Path
    suffixes : tuple of str, or None
        In lower case; a suffix of compression after one of them is passed over. None is all files, hidden ones, too.
    largest : int
        Bytes that a member may have.

    Raises
    ------
    InputError
        If there is no such archive, it is cut off, or it expands to more than a limit; members before that have been
        yielded.
    """
    if str(path).lower().endswith(".zip"):
        yield from _zip_members(path, suffixes, largest)
        return
    with open_regular(path, LARGEST_ARCHIVE) as file:
        size = Path(path).stat().st_size
        try:
            stream = _Limited(opened(file), archive_limit(size, largest), path)
            with _Archive.open(fileobj=stream, mode="r|") as archive:
                for number, info in enumerate(archive):
                    if number >= MOST_MEMBERS:
                        raise InputError(f"has more than {MOST_MEMBERS} members, the limit", path=path)
                    # tarfile keeps all that it has seen.
                    archive.members.clear()
                    member = _member(archive, info, path, suffixes, largest)
                    if member is not None:
                        yield member
        except InputError as error:
            raise InputError(error.message, path=path, hint=error.hint) from error
        except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
            raise InputError(f"cannot be read as an archive ({reason(error)})", path=path) from error
        except EXPANSION_ERRORS as error:
            raise InputError(f"cannot be expanded ({reason(error)}); is the file cut off?", path=path) from error


def _zip_members(path: str | Path, suffixes: tuple[str, ...] | None, largest: int) -> Iterator[Member]:
    left = archive_limit(Path(path).stat().st_size, largest) if Path(path).is_file() else 0
    with opened_zip(path, path) as archive:
        for name, is_link in archive.files():
            if not _is_asked(name, suffixes):
                continue
            try:
                if is_archive(name):
                    raise InputError(_NESTED, path=f"{path}/{name}")
                if is_link:
                    raise InputError(_LINK, path=f"{path}/{name}")
                content = archive.read(name, min(left, largest))
            except InputError as error:
                yield Member(name, b"", error)
                continue
            left -= len(content)
            yield Member(name, content)


_NESTED = "is an archive within an archive, which is not opened; unpack the outer one"
_LINK = "is a link or a device of the archive, and is not followed"


def _is_asked(path: str, suffixes: tuple[str, ...] | None) -> bool:
    name = plain_name(path)
    return suffixes is None or (
        not name.startswith(".") and (is_archive(path) or Path(name).suffix.lower() in suffixes)
    )


def _member(
    archive: tarfile.TarFile, info: tarfile.TarInfo, path: str | Path, suffixes: tuple[str, ...] | None, largest: int
) -> Member | None:
    if info.isdir() or not _is_asked(info.name, suffixes):
        return None
    where = f"{path}/{info.name}"
    if is_archive(info.name) and info.isfile():
        sentence = _NESTED
    elif not info.isfile():
        sentence = _LINK
    elif info.size > largest:
        sentence = f"has {info.size} bytes, more than the {size_in_words(largest)} that an input may have"
    else:
        stream = archive.extractfile(info)
        return None if stream is None else Member(info.name, stream.read())
    return Member(info.name, b"", InputError(sentence, path=where))


class _Header(tarfile.TarInfo):
    """A header of a member; one that announces a name of gigabytes is refused before it is read."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> "_Header":
        found = super().frombuf(buf, encoding, errors)
        if found.type in _HEADERS and not 0 <= found.size <= LARGEST_HEADER:
            raise InputError(f"has a name or a header of {found.size} bytes; at most {LARGEST_HEADER} are read")
        return found


class _Archive(tarfile.TarFile):
    """An archive with such headers; `members` are those that were read."""

    tarinfo = _Header
    members: list[tarfile.TarInfo]


class _Limited(RawIOBase):
    """A stream that may not give more than so many bytes."""

    def __init__(self, stream: IO[bytes], most: int, path: str | Path) -> None:
        super().__init__()
        self._stream = stream
        self._most = most
        self._left = most
        self._path = path

    def read(self, size: int = -1, /) -> bytes:
        found = self._stream.read(size)
        self._left -= len(found)
        if self._left < 0:
            raise InputError(f"expands to more than {size_in_words(self._most)}, the limit", path=self._path)
        return found
