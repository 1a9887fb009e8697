"""What there is to do: one job for each file, or for each net of a collection, and what became of it."""

import hashlib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from uuid import UUID

from carvsdb.catalogue import Entry, SourceInfo
from carvsdb.catalogue.batch import BatchBuilder
from carvsdb.catalogue.keys import content_key
from carvsdb.compare import BlockSums
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.version import VERSION
from carvsdb_ingest.analysis import Analysis, AnalysisOptions, analyse, guess_kind
from carvsdb_ingest.readers import NetItem, ReadOptions, read_items


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
    """

    read: ReadOptions = field(default_factory=ReadOptions)
    analysis: AnalysisOptions = field(default_factory=AnalysisOptions)
    label: str | None = None
    kind: str | None = None


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
        The file to read.
    item : NetItem, optional
        The net, where a collection gives it.
    source : SourceInfo, optional
        The collection.
    """

    input: str
    sha256: str | None
    task: UUID | None
    path: Path | None = None
    item: NetItem | None = None
    source: SourceInfo | None = None


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
    """

    input: str
    file: str
    given: str
    status: str
    carvs_id: str | None = None
    structure_id: str | None = None
    notes: tuple[str, ...] = ()
    error: CarvsdbError | None = None


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
    return Job(str(path), digest, _task(digest, path.suffix.lower(), options), path=path)


def item_job(item: NetItem, source: SourceInfo, options: JobOptions) -> Job:
    """Make the job of a net of a collection."""
    task = _task(item.content_hash, source.collection, options)
    return Job(item.path or item.label, item.content_hash, task, item=item, source=source)


def do(job: Job, options: JobOptions, builder: BatchBuilder) -> list[Outcome]:
    """Read and analyse an input; what comes of it is added to a batch."""
    file = "" if job.path is None else str(job.path)
    try:
        items = [job.item] if job.item is not None else read_items(job.input, options.read)
        if options.label is not None and len(items) > 1:
            raise InputError(f"holds {len(items)} nets, which cannot all be called {options.label!r}", path=job.input)
    except CarvsdbError as error:
        return [_failure(job, file, error, builder)]
    except Exception as error:
        return [_failure(job, file, _internal(error), builder)]
    return [_do_item(job, item, options, builder, file) for item in items]


def failed(job: Job, error: CarvsdbError, builder: BatchBuilder) -> Outcome:
    """Note that an input could not be done at all."""
    return _failure(job, "" if job.path is None else str(job.path), error, builder)


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
    return Entry(
        label=label or item.label,
        content_hash=item.content_hash,
        kind=kind,
        net=net,
        description=analysis.description,
        node_counts=counts,
        node_vertex_symbols=analysis.node_vertex_symbols,
        source=source,
        parameters=item.parameters,
        provenance=provenance,
        blocks=blocks,
    )


def _do_item(job: Job, item: NetItem, options: JobOptions, builder: BatchBuilder, file: str) -> Outcome:
    try:
        entry = to_entry(analyse(item, options.analysis), label=options.label, kind=options.kind, source=job.source)
        entry = replace(entry, description=entry.description.model_copy(update={"label": entry.label}))
        keys = builder.add(entry, task=job.task, item=item.item)
    except CarvsdbError as error:
        return _failure(job, file, error, builder, item)
    except Exception as error:
        return _failure(job, file, _internal(error), builder, item)
    return Outcome(
        job.input,
        file,
        entry.label,
        entry.description.status,
        carvs_id=str(keys.carvs),
        structure_id=str(keys.structure),
        notes=(*item.notes, *item.quality),
    )


def _failure(job: Job, file: str, error: CarvsdbError, builder: BatchBuilder, item: NetItem | None = None) -> Outcome:
    builder.add_failure(
        job.input,
        str(error),
        sha256=job.sha256 if item is None else item.content_hash,
        task=job.task,
        item=0 if item is None else item.item,
        error=error,
    )
    return Outcome(job.input, file, "" if item is None else item.label, "error", error=error)


def _internal(error: Exception) -> CarvsdbError:
    """One bad input must not end a run of a million."""
    return CarvsdbError(f"internal error, please report it: {type(error).__name__}: {error}")


def _task(digest: str, form: str, options: JobOptions) -> UUID:
    return content_key("task", digest, form, _plain(options.read), _plain(options.analysis), VERSION)


def _plain(options: ReadOptions | AnalysisOptions) -> dict[str, str]:
    return {name: repr(value) for name, value in asdict(options).items()}
