"""What there is to do: one job for each file, or for each net of a collection, and what became of it."""

import hashlib
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from uuid import UUID

from carvsdb.catalogue import Entry, SourceInfo
from carvsdb.catalogue.records.keys import content_key
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.compare import BlockSums
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.version import VERSION
from carvsdb_ingest.analysis.analyse import Analysis, AnalysisOptions, analyse, guess_kind
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.analysis.read import read_parts
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.formats import holds_nets
from carvsdb_ingest.sources.collection import SourceFile
from carvsdb_ingest.tasks.statuses import cause_of, failure_text, status_of

TIME_LIMIT = 300.0
"""Seconds that a structure may take, if nothing else is said."""


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
        Seconds that a file may take; then it is given up. By default 300 for atoms, and no limit for nets.
    """

    read: ReadOptions = field(default_factory=ReadOptions)
    analysis: AnalysisOptions = field(default_factory=AnalysisOptions)
    label: str | None = None
    kind: str | None = None
    time_limit: float | None = None

    def __post_init__(self) -> None:
        if self.time_limit is not None and not 0 < self.time_limit < 1e9:
            raise InputError(f"the time limit must be a number of seconds above 0, got {self.time_limit}")


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

    @property
    def file(self) -> str:
        """The file as the user knows it; empty for a net of a collection."""
        return self.input if self.path is not None else ""

    def limit(self, options: JobOptions) -> float | None:
        """Return the seconds that it may take, in a process of its own; None for one that needs no such process."""
        if self.item is not None or self.path is None:
            return None
        if options.time_limit is None and _holds_nets(self, options):
            return None
        return options.time_limit or TIME_LIMIT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one net of a job.

    Attributes
    ----------
    input : str
        As in the job.
    file : str
        The file; empty for a net of a collection.
    given : str
        What it would be called.
    status : str
        Its status, such as ``named`` or ``error``.
    carvs_id : str or None
        Key of its ring search; None if it gave no entry.
    structure_id : str or None
        Key of its structure; None if it gave no entry.
    notes : tuple of str
        What a user should know.
    error : CarvsdbError, optional
        Why it gave no entry.
    cause : str or None
        Why the status is not ``named``, in a few words.
    """

    input: str
    file: str
    given: str
    status: str
    carvs_id: str | None = None
    structure_id: str | None = None
    notes: tuple[str, ...] = ()
    error: CarvsdbError | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Attempted:
    """What a job gave: one net, or why there is none.

    Attributes
    ----------
    item : int
        Which net of the job, from 0.
    label : str
        What it would be called.
    content_hash : str or None
        Of its structure, in hexadecimal digits; None if it could not be read.
    entry : Entry, optional
        What goes into the catalogue.
    notes : tuple of str
        What a user should know.
    error : CarvsdbError, optional
        Why there is no entry.
    seconds : float
        How long it took.
    """

    item: int
    label: str
    content_hash: str | None
    entry: Entry | None = None
    notes: tuple[str, ...] = ()
    error: CarvsdbError | None = None
    seconds: float = 0.0


def file_job(path: Path, options: JobOptions) -> Job:
    """Make the job of a file; only its bytes are read.

    Notes
    -----
    The suffix is a part of the task, since it tells the format; the name and the folder are not.
    """
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:  # the reader says what is wrong
        return Job(str(path), None, None, path=path)
    return Job(str(path), digest, _task(digest, Path(plain_name(path)).suffix.lower(), options), path=path)


def member_job(path: Path, name: str, content: bytes, options: JobOptions) -> Job:
    """Make the job of a file of an archive."""
    digest = hashlib.sha256(content).hexdigest()
    task = _task(digest, Path(plain_name(name)).suffix.lower(), options)
    return Job(f"{path}/{name}", digest, task, path=path, packed=zlib.compress(content, 1))


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


def attempt(job: Job, options: JobOptions) -> list[Attempted]:
    """Read and analyse an input; never raises, whatever the input."""
    began = time.perf_counter()
    try:
        found = list(_items(job, options))
        if options.label is not None and len(found) > 1:
            raise InputError(f"holds {len(found)} nets, which cannot all be called {options.label!r}", path=job.input)
    except CarvsdbError as error:
        return [Attempted(0, "", job.sha256, error=error, seconds=time.perf_counter() - began)]
    except Exception as error:
        return [Attempted(0, "", job.sha256, error=_internal(error), seconds=time.perf_counter() - began)]
    return [_attempt_item(number, job, item, options) for number, item in enumerate(found)]


def prepare() -> None:
    """Load, and on a new machine compile, what the first analysis needs."""
    from carvsdb.net import Net

    edges = [(0, 1, 0, 0, 0), (0, 1, 1, 0, 0), (0, 2, 0, 0, 0), (0, 2, 0, 1, 0)]
    for is_node in ([True, False, False], [True, True, True]):
        net = Net.from_edges(edges, 3, is_node=is_node)
        analyse(NetItem(net, "", "square", 0, 0, "as given", "edges"), AnalysisOptions(max_ring_size=6))


def do(job: Job, options: JobOptions, builder: BatchBuilder) -> list[Outcome]:
    """Read and analyse an input in this process; what comes of it is added to a batch."""
    return [note(job, attempted, builder) for attempted in attempt(job, options)]


def note(job: Job, attempted: Attempted, builder: BatchBuilder) -> Outcome:
    """Add to a batch what a job gave."""
    error = attempted.error
    if attempted.entry is not None:
        entry = attempted.entry
        try:
            keys = builder.add(entry, task=job.task, item=attempted.item)
        except CarvsdbError as problem:
            error = problem
        except Exception as problem:
            error = _internal(problem)
        else:
            return Outcome(
                job.input,
                job.file,
                entry.label,
                entry.description.status,
                carvs_id=str(keys.carvs),
                structure_id=str(keys.structure),
                notes=attempted.notes,
                cause=entry.description.cause,
            )
    assert error is not None
    builder.add_failure(
        job.input,
        failure_text(error),
        status=status_of(error),
        sha256=attempted.content_hash,
        task=job.task,
        item=attempted.item,
        error=error,
        seconds=attempted.seconds,
    )
    return Outcome(job.input, job.file, attempted.label, status_of(error), error=error, cause=cause_of(error))


def failed(job: Job, error: CarvsdbError, builder: BatchBuilder) -> Outcome:
    """Note that an input could not be done at all."""
    return note(job, Attempted(0, "", job.sha256, error=error), builder)


def to_entry(
    analysis: Analysis, *, label: str | None = None, kind: str | None = None, source: SourceInfo | None = None
) -> Entry:
    """Make the entry that a catalogue takes from an analysed net."""
    item, net = analysis.item, analysis.census.net
    provenance = {**item.provenance, "file_sha256": item.file_sha256}
    if kind is None and item.kind is None:
        provenance["kind"] = "guessed from the share of nodes whose ring counts occur once"
    kind = kind or item.kind or guess_kind(analysis)
    counts = analysis.census.node_counts
    blocks = None
    if kind != "crystalline" and net.positions is not None:
        blocks = BlockSums.of(net.positions[net.is_node], counts)
    structure = item.structure
    return Entry(
        label=label or item.label,
        content_hash=item.content_hash,
        kind=kind,
        net=net,
        description=analysis.description,
        node_counts=counts,
        node_vertex_symbols=analysis.node_vertex_symbols,
        source=source,
        formula=None if structure is None else structure.formula,
        density=None if structure is None else structure.density,
        atoms=structure,
        geometry=item.geometry,
        parameters=item.parameters,
        provenance=provenance,
        blocks=blocks,
    )


def _items(job: Job, options: JobOptions) -> Iterator[NetItem | CarvsdbError]:
    """Read the nets of a job, and what gave none."""
    if job.item is not None:
        yield job.item
        return
    if job.packed is not None:
        file = TextFile.decode(zlib.decompress(job.packed), job.input)
    else:
        file = TextFile.load(job.input)
    for part in read_parts(file, job.read or options.read):
        if isinstance(part, NetItem | CarvsdbError):
            yield part
        else:
            yield from part.items_or_errors()


def _attempt_item(number: int, job: Job, item: NetItem | CarvsdbError, options: JobOptions) -> Attempted:
    began = time.perf_counter()
    if isinstance(item, CarvsdbError):
        return Attempted(number, "", job.sha256, error=item)
    try:
        item = replace(item, quality=(*item.quality, *job.quality), provenance={**item.provenance, **job.about})
        kind = options.kind or job.kind
        entry = to_entry(analyse(item, options.analysis), label=options.label, kind=kind, source=job.source)
        entry = replace(entry, description=entry.description.model_copy(update={"label": entry.label}))
    except CarvsdbError as error:
        problem = error
    except Exception as error:
        problem = _internal(error)
    else:
        notes = (*item.notes, *item.quality)
        return Attempted(number, entry.label, item.content_hash, entry, notes, seconds=time.perf_counter() - began)
    return Attempted(
        number, item.label, item.content_hash, notes=item.notes, error=problem, seconds=time.perf_counter() - began
    )


def _holds_nets(job: Job, options: JobOptions) -> bool:
    """Tell whether an input holds nets, as far as its name and a glance tell: a process of its own takes seconds."""
    return holds_nets(
        job.input,
        job.read or options.read,
        lambda: zlib.decompress(job.packed) if job.packed is not None else Path(job.input).read_bytes(),
    )


def _internal(error: Exception) -> CarvsdbError:
    """One bad input must not end a run of a million."""
    return CarvsdbError(f"internal error, please report it: {type(error).__name__}: {error}")


def _task(digest: str, form: str, options: JobOptions) -> UUID:
    return content_key("task", digest, form, _plain(options.read), _plain(options.analysis), VERSION)


def _plain(options: ReadOptions | AnalysisOptions) -> dict[str, str]:
    return {name: repr(value) for name, value in asdict(options).items()}
