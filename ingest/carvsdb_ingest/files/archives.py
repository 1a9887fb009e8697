"""Archives of structure files (tar, tar.gz, tar.xz), read as a stream and never unpacked."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb_ingest.files.compressed import plain_name

ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2")
"""Suffixes of what is read as an archive."""

LARGEST_MEMBER = 2**28


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive.

    Attributes
    ----------
    name : str
        Its path within the archive.
    content : bytes
    """

    name: str
    content: bytes


def is_archive(path: str | Path) -> bool:
    """Tell an archive by its suffix."""
    return str(path).lower().endswith(ARCHIVES)


def members(path: str | Path, suffixes: tuple[str, ...]) -> Iterator[Member]:
    """Yield the files of an archive in their order, those with one of the suffixes.

    Parameters
    ----------
    path : str or Path
    suffixes : tuple of str
        In lower case; a suffix of compression after one of them is passed over.

    Raises
    ------
    InputError
        If there is no such archive, or it is cut off; members before the cut have been yielded.
    """
    if not Path(path).exists():
        raise InputError("there is no such file", path=path)
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                name = plain_name(member.name)
                if not member.isfile() or name.startswith(".") or Path(name).suffix.lower() not in suffixes:
                    continue
                if member.size > LARGEST_MEMBER:
                    raise InputError(f"{member.name!r} has more than {LARGEST_MEMBER} bytes", path=path)
                stream = archive.extractfile(member)
                if stream is not None:
                    yield Member(member.name, stream.read())
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise InputError(f"cannot be read as an archive ({error})", path=path) from error
    except Exception as error:
        # zlib.error and lzma.LZMAError have no base in common but this one.
        if type(error).__module__ in ("zlib", "_lzma", "lzma"):
            raise InputError(f"cannot be expanded ({error}); is the file cut off?", path=path) from error
        raise
