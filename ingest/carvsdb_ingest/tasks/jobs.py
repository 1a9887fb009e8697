"""What there is to do: one job for each file, for each file of an archive, or for each net of a collection."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from uuid import UUID

from carvsdb.catalogue import SourceInfo
from carvsdb.catalogue.records.keys import content_key
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.escaping import escaped
from carvsdb.regular_file import LARGEST_INPUT, open_regular
from carvsdb.version import VERSION
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.files.limits import checked_time_limit
from carvsdb_ingest.readers.formats import default_time_limit
from carvsdb_ingest.sources.collection import SourceFile

MEMORY_LIMIT = 8 * 2**30
"""Bytes of memory that the work on a file may take, where the system can see to it."""


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How jobs are done.

    Attributes
    ----------
    read, analysis
        Options of reading and of analysis.
    label : str, optional
        What the entry is to be called; for one net only.
    kind : str, optional
        ``crystalline``, ``amorphous`` or ``generated``; by default what the file says, else a guess.
    time_limit : float, optional
        Seconds that a file may take; then it is given up. By default 120 for nets (CGD, archives) and 300 for others.
    memory_limit : int
        Bytes of memory that the work on a file may take.
    max_input_size : int
        Bytes that a file, or a file of an archive, may have, expanded.
    """

    read: ReadOptions = field(default_factory=ReadOptions)
    analysis: AnalysisOptions = field(default_factory=AnalysisOptions)
    label: str | None = None
    kind: str | None = None
    time_limit: float | None = None
    memory_limit: int = MEMORY_LIMIT
    max_input_size: int = LARGEST_INPUT

    def __post_init__(self) -> None:
        if self.time_limit is not None:
            checked_time_limit(self.time_limit)


@dataclass(frozen=True, slots=True)
class Job:
    """An input.

    Attributes
    ----------
    input : str
        The file, or where else it comes from.
    sha256 : str or None
        Of its bytes; None if it cannot be read.
    task : UUID or None
        Key of its bytes, all options and the code: a task that was done gives the same again.
    path : Path, optional
        The file to read, or the archive that the input is a part of.
    packed : bytes, optional
        The file itself, compressed (zlib), where it is a part of an archive.
    item : NetItem, optional
        The net, where a collection gives it.
    source : SourceInfo, optional
        The collection.
    about : mapping
        What the collection says about it, for its provenance.
    quality : tuple of str
        What the collection says is doubtful.
    read : ReadOptions, optional
        How it is to be read, where the collection says so.
    kind : str, optional
        What the collection says it is.
    refusal : CarvsdbError, optional
        Why it cannot be done, where that is known beforehand.
    """

    input: str
    sha256: str | None
    task: UUID | None
    path: Path | None = None
    packed: bytes | None = None
    item: NetItem | None = None
    source: SourceInfo | None = None
    about: Mapping[str, object] = field(default_factory=dict)
    quality: tuple[str, ...] = ()
    read: ReadOptions | None = None
    kind: str | None = None
    refusal: CarvsdbError | None = None

    @property
    def file(self) -> str:
        """The file as the user knows it; empty for a net of a collection."""
        return self.input if self.path is not None else ""

    def limit(self, options: JobOptions) -> float | None:
        """Return the seconds that it may take, in a process of its own; None for one that needs no such process."""
        if self.path is None or self.refusal is not None:
            return None
        return options.time_limit or default_time_limit(self.input)


def refused_job(path: str | Path, error: CarvsdbError) -> Job:
    """Make the job of what cannot be done at all, so that it is accounted for."""
    return Job(escaped(str(path)), None, None, path=Path(path), refusal=error)


def file_job(path: Path, options: JobOptions) -> Job:
    """Make the job of a file; only its bytes are read.

    Notes
    -----
    The suffix is a part of the task, since it tells the format; the name and the folder are not.
    """
    try:
        name = _name(path)
        with open_regular(path, options.max_input_size) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except InputError as error:
        return refused_job(path, error)
    except OSError as error:
        return refused_job(path, InputError(f"cannot be read ({error.strerror or error})", path=path))
    return Job(name, digest, _task(digest, Path(plain_name(path)).suffix.lower(), options), path=path)


def member_job(path: Path, name: str, content: bytes, options: JobOptions) -> Job:
    """Make the job of a file of an archive."""
    digest = hashlib.sha256(content).hexdigest()
    task = _task(digest, Path(plain_name(name)).suffix.lower(), options)
    try:
        where = _name(f"{path}/{name}")
    except InputError as error:
        return refused_job(f"{path}/{name}", error)
    return Job(where, digest, task, path=path, packed=zlib.compress(content, 1))


def source_job(path: Path, file: SourceFile, source: SourceInfo, sha256: str, options: JobOptions) -> Job:
    """Make the job of a file of a collection; `sha256` is that of all that the collection is read from."""
    read = file.read or options.read
    job = member_job(path, file.name, file.content, replace(options, read=read))
    task = content_key("task of a collection", str(job.task), source.collection)
    about = {**file.about, "source_sha256": sha256}
    return replace(job, task=task, source=source, about=about, quality=file.quality, read=file.read, kind=file.kind)


def item_job(item: NetItem, source: SourceInfo, options: JobOptions) -> Job:
    """Make the job of a net of a collection."""
    task = _task(item.content_hash, source.collection, options)
    return Job(item.path or item.label, item.content_hash, task, item=item, source=source)


def _name(path: str | Path) -> str:
    """Return a file's name as text, by which it is known."""
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        sentence = "has a name that is no UTF-8 text, so that it could not be stored"
        raise InputError(sentence, path=escaped(name), hint="rename it") from None
    return name


def _task(digest: str, form: str, options: JobOptions) -> UUID:
    return content_key("task", digest, form, _plain(options.read), _plain(options.analysis), VERSION)


def _plain(options: ReadOptions | AnalysisOptions) -> dict[str, str]:
    return {name: repr(value) for name, value in asdict(options).items()}
