"""Doing a job: an input is read and analysed, and what comes of it is an entry or the reason why there is none."""

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from carvsdb.catalogue import Entry, SourceInfo
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.compare import BlockSums
from carvsdb.errors import CarvsdbError, InputError, MemoryLimitError, TimeLimitError
from carvsdb_ingest.analysis.analyse import Analyser, Analysis, AnalysisOptions, guess_kind
from carvsdb_ingest.analysis.item import NetItem
from carvsdb_ingest.analysis.read import read_parts
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.tasks.jobs import Job, JobOptions
from carvsdb_ingest.tasks.statuses import cause_of, failure_text, status_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one net of a job.

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


def attempt(job: Job, options: JobOptions) -> list[Attempted]:
    """Read and analyse an input; never raises, whatever the input."""
    if job.refusal is not None:
        seconds = options.time_limit or 0.0 if isinstance(job.refusal, TimeLimitError) else 0.0
        return [Attempted(0, "", job.sha256, error=job.refusal, seconds=seconds)]
    began = time.perf_counter()
    try:
        found = list(_items(job, options))
        if options.label is not None and len(found) > 1:
            raise InputError(f"holds {len(found)} nets, which cannot all be called {options.label!r}", path=job.input)
    except CarvsdbError as error:
        return [Attempted(0, "", job.sha256, error=error, seconds=time.perf_counter() - began)]
    except Exception as error:  # one bad input must not end a run of a million
        return [Attempted(0, "", job.sha256, error=internal_error(error, options), seconds=time.perf_counter() - began)]
    analyser = _analyser(options.analysis)
    return [_attempt_item(number, job, item, options, analyser) for number, item in enumerate(found)]


@lru_cache(maxsize=1)
def _analyser(options: AnalysisOptions) -> Analyser:
    """Return who analyses all nets of a process, so that one that comes again is known."""
    return Analyser(options)


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
        except Exception as problem:  # the same
            error = internal_error(problem)
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
    item, net = analysis.item, analysis.net
    provenance = {**item.provenance, "file_sha256": item.file_sha256}
    if kind is None and item.kind is None:
        provenance["kind"] = "guessed from how many nodes have ring counts of their own"
    kind = kind or item.kind or guess_kind(analysis.rings.node_counts)
    counts = analysis.rings.node_counts
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
        file = TextFile.decode(zlib.decompress(job.packed), job.input, largest=options.max_input_size)
    else:
        file = TextFile.load(job.input, largest=options.max_input_size)
    for part in read_parts(file, job.read or options.read):
        if isinstance(part, NetItem | CarvsdbError):
            yield part
        else:
            yield from part.items_or_errors()


def _attempt_item(
    number: int, job: Job, item: NetItem | CarvsdbError, options: JobOptions, analyser: Analyser
) -> Attempted:
    began = time.perf_counter()
    if isinstance(item, CarvsdbError):
        return Attempted(number, "", job.sha256, error=item)
    try:
        item = replace(item, quality=(*item.quality, *job.quality), provenance={**item.provenance, **job.about})
        kind = options.kind or job.kind
        entry = to_entry(analyser.analyse(item), label=options.label, kind=kind, source=job.source)
        entry = replace(entry, description=entry.description.model_copy(update={"label": entry.label}))
    except CarvsdbError as error:
        problem = error
    except Exception as error:  # one bad net must not, either
        problem = internal_error(error, options)
    else:
        notes = (*item.notes, *item.quality)
        return Attempted(number, entry.label, item.content_hash, entry, notes, seconds=time.perf_counter() - began)
    return Attempted(
        number, item.label, item.content_hash, notes=item.notes, error=problem, seconds=time.perf_counter() - began
    )


def internal_error(error: Exception, options: JobOptions | None = None) -> CarvsdbError:
    """Return what is reported of an input on which the program itself failed."""
    if isinstance(error, MemoryError) and options is not None:
        return MemoryLimitError(f"needs more than {options.memory_limit / 2**30:g} GiB of memory, the limit")
    return CarvsdbError(f"internal error, please report it: {type(error).__name__}: {error}")
