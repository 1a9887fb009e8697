"""What a collection says of itself, and what it gives."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from carvsdb.errors import NotFoundError
from carvsdb_ingest.analysis.item import NetItem, ReadOptions


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a collection.

    Attributes
    ----------
    name : str
        Its path within the collection; its suffix tells the format.
    content : bytes
    id_in_source : str
        What the collection calls it: a refcode, a net's symbol.
    about : mapping
        What the collection says about it; becomes a part of its provenance.
    quality : tuple of str
        What the collection says is doubtful.
    read : ReadOptions, optional
        How it is to be read, where that is no matter of choice.
    kind : str, optional
        ``crystalline`` or ``amorphous``, where the collection says so.
    """

    name: str
    content: bytes
    id_in_source: str
    about: Mapping[str, object] = field(default_factory=dict)
    quality: tuple[str, ...] = ()
    read: ReadOptions | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files of a collection, where it was found.

    Attributes
    ----------
    path : Path
        What is read: an archive or a folder.
    sha256 : str
        Of the archive, or of the sorted list of files and their own checksums.
    files : iterator of SourceFile
    """

    path: Path
    sha256: str
    files: Iterator[SourceFile]


def _no_items() -> Iterator[NetItem]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Collection:
    """A named collection of nets or of structures.

    Attributes
    ----------
    name : str
        What `--source` takes.
    title : str
        One line on what it is.
    version, licence, citation, url, doi : str
        As it is to be cited; empty where there is none.
    how : str
        What a user does to have it.
    items : callable
        Yields its nets, where they come with carvsdb.
    files : callable, optional
        Opens its files, those that are installed or those at a path. Raises MissingExtraError or NotFoundError if
        there are none.
    """

    name: str
    title: str
    version: str
    licence: str
    citation: str
    url: str
    doi: str
    how: str
    items: Callable[[], Iterator[NetItem]] = _no_items
    files: Callable[[Path | None], SourceFiles] | None = None


def existing(path: Path, name: str) -> Path:
    """Return a path that a user gave for a collection.

    Raises
    ------
    NotFoundError
        If there is nothing.
    """
    if not path.exists():
        raise NotFoundError(f"there is no such file or folder to read {name} from", item=str(path))
    return path
