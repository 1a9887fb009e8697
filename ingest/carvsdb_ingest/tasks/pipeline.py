"""From files and collections to entries of a catalogue, with an account of every input.

Every input is a task, known by its bytes and all options: what was done once is not done again. Few inputs are
analysed in this process; many by workers, each of which writes shards, that this process commits one after another.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from carvsdb import errors
from carvsdb.atomic_write import clear_drafts
from carvsdb.catalogue import Catalogue, SourceInfo
from carvsdb.catalogue.maintenance.folders import open_folder
from carvsdb.catalogue.maintenance.importing import commit_folder, is_committed
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.catalogue.storing.committing import CommitReport, commit
from carvsdb.errors import CarvsdbError, InputError, LabelTakenError, NoNetError, VerificationError
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.files.archives import ARCHIVES, is_archive, members
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.readers import ReadOptions
from carvsdb_ingest.readers.formats import NET_SUFFIXES, STRUCTURE_SUFFIXES, is_taken_from_folders
from carvsdb_ingest.sources import Collection
from carvsdb_ingest.tasks.isolated_process import Lane
from carvsdb_ingest.tasks.jobs import (
    Job,
    JobOptions,
    Outcome,
    failed,
    file_job,
    item_job,
    member_job,
    source_job,
    to_entry,
)
from carvsdb_ingest.tasks.report import IngestReport
from carvsdb_ingest.tasks.statuses import cause_of, status_of
from carvsdb_ingest.tasks.workers import WorkerDiedError, Workers, chunk_size, chunks, do_all, do_safely, stop_workers

__all__ = ["IngestReport", "Workers", "ingest_collection", "ingest_files", "net_files", "to_entry"]

FEW = 64
"""Fewer inputs than this are analysed in this process, unless workers are asked for."""

WINDOW = 16_384
"""Inputs that are looked at together: what bounds the memory."""

_SECONDS = 1.0  # of work that goes into one transaction

Note = Callable[[str], None]
Progress = Callable[["IngestReport"], None]


def net_files(paths: Iterable[str | Path]) -> list[Path]:
    """List the files of a mixture of files and folders, those of a folder sorted.

    Files of nets, of atoms and archives of them are taken from a folder, by their suffixes.

    Raises
    ------
    InputError
        If a folder holds no file that a reader reads.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if not path.is_dir():
            files.append(path)
            continue
        found = sorted(
            file for file in path.rglob("*") if (is_taken_from_folders(file) or is_archive(file)) and file.is_file()
        )
        if not found:
            known = ", ".join((*NET_SUFFIXES, *STRUCTURE_SUFFIXES, *ARCHIVES))
            raise InputError(f"the folder holds no file of nets or atoms ({known})", path=path)
        files.extend(found)
    return files


def ingest_files(
    catalogue: Catalogue,
    files: Iterable[Path],
    *,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    label: str | None = None,
    kind: str | None = None,
    workers: Workers | None = None,
    shards: Path | None = None,
    retry: bool = False,
    time_limit: float | None = None,
    note: Note = lambda sentence: None,
    progress: Progress = lambda report: None,
) -> IngestReport:
    """Put the nets of files into a catalogue.

    Parameters
    ----------
    catalogue : Catalogue
    files : iterable of Path
        May be a generator of any length.
    read, analysis
        Options of reading and of analysis.
    label : str, optional
        What the entry is to be called; for one net only. Default: the file's stem.
    kind : str, optional
        ``crystalline``, ``amorphous`` or ``generated``. Default: what the file says, else a guess.
    workers : Workers, optional
        Who does the work. Default: this process for fewer than 64 files, else a process for each core.
    shards : Path, optional
        Where workers write. Default: ``CATALOGUE.shards``, beside the catalogue.
    retry : bool
        Try again what was rejected before.
    time_limit : float, optional
        Seconds that a file may take, in a process of its own. Default: 300 for files of atoms, none for nets.
    note : callable
        Is told what the readers decided and what looks doubtful.
    progress : callable
        Is shown the report as it grows.

    Notes
    -----
    An input that cannot be used is reported, noted in the catalogue and passed over. What is stored is stored whole:
    a run that is stopped, by whatever means, has lost at most the second of work or the shard that was being made, and
    another run does what is missing.
    """
    options = JobOptions(read or ReadOptions(), analysis or AnalysisOptions(), label, kind, time_limit)
    run = _Run(catalogue, options, workers or Workers(), shards, retry, note, progress)
    return run.do(job for file in files for job in _file_jobs(Path(file), run))


def ingest_collection(
    catalogue: Catalogue,
    collection: Collection,
    *,
    path: Path | None = None,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    workers: Workers | None = None,
    shards: Path | None = None,
    retry: bool = False,
    time_limit: float | None = None,
    note: Note = lambda sentence: None,
    progress: Progress = lambda report: None,
) -> IngestReport:
    """Put the nets of a named collection, or those of its structures, into a catalogue.

    Parameters
    ----------
    catalogue : Catalogue
    collection : Collection
    path : Path, optional
        Where its files are; by default the package that they come with.
    read, analysis, workers, shards, retry, time_limit, note, progress
        As in :func:`ingest_files`.

    Raises
    ------
    MissingExtraError, NotFoundError
        If its files are not there.

    Examples
    --------
    >>> from carvsdb_ingest.sources import source_named
    >>> with Catalogue.in_memory() as catalogue:
    ...     report = ingest_collection(catalogue, source_named("reference-nets"))
    ...     len(report.added) == report.files, report.rejected
    (True, [])
    """
    options = JobOptions(read or ReadOptions(), analysis or AnalysisOptions(), time_limit=time_limit)
    run = _Run(catalogue, options, workers or Workers(), shards, retry, note, progress)
    return run.do(_collection_jobs(collection, path, run))


@dataclass(slots=True)
class _Run:
    """One run of ingestion."""

    catalogue: Catalogue
    options: JobOptions
    workers: Workers
    shards: Path | None
    retry: bool
    note: Note
    progress: Progress
    report: IngestReport = field(default_factory=IngestReport)
    seen: set[str] = field(default_factory=set)
    lane: Lane = field(default_factory=Lane)

    def do(self, jobs: Iterable[Job]) -> IngestReport:
        folder = self._folder()
        if folder is not None and folder.is_dir():
            self._take_in(folder)
        jobs = iter(jobs)
        try:
            while window := list(islice(jobs, WINDOW)):
                self.report.files += len(window)
                missing = self._missing(window)
                if folder is None or self._is_few(missing):
                    self._do_here(missing)
                else:
                    self._do_there(missing, folder)
        finally:
            self.lane.close()
            stop_workers()
        return self.report

    def give_up(self, job: Job, error: CarvsdbError) -> None:
        """Note that an input could not be done at all."""
        builder = BatchBuilder()
        outcome = failed(job, error, builder)
        self._tell([outcome], commit(self.catalogue.storage, builder.build()))

    def _folder(self) -> Path | None:
        if self.shards is not None:
            return self.shards
        path = self.catalogue.path
        return None if path is None else path.with_name(path.name + ".shards")

    def _is_few(self, jobs: Sequence[Job]) -> bool:
        if self.options.label is not None:
            return True
        if self.workers.number is not None or self.workers.backend != "loky":
            return self.workers.number == 1 and self.shards is None
        return len(jobs) < FEW or (self.workers.count() == 1 and self.shards is None)

    def _take_in(self, folder: Path) -> None:
        """Commit the shards that an earlier run wrote and could not commit."""
        clear_drafts(folder)
        storage = self.catalogue.storage
        known = {key.hex for (key,) in storage.rows("SELECT id FROM shard")}
        left = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name not in known]
        for path in left:
            if path.name.startswith("."):
                continue
            try:
                shard = open_folder(path)
            except VerificationError as error:
                self.note(f"{error}; its inputs are done again")
                continue
            if not is_committed(storage, shard):
                report = commit_folder(storage, shard)
                self.report.added.extend(row["label"] for row in report.entries.to_pylist() if row["is_new"])
                self.note(f"{path}: written by an earlier run, {report.n_nets} nets added")

    def _missing(self, jobs: Sequence[Job]) -> list[Job]:
        """Report what was done before, and return the rest."""
        tasks = list({str(job.task) for job in jobs if job.task is not None})
        done: dict[str, list[_Tried]] = {}
        # Several files may have the same bytes: then one of the notes about them is enough.
        for task, *row in self.catalogue.storage.rows(
            "SELECT task::VARCHAR, input, item, label, status, cause, line, error FROM attempt "
            f"WHERE task IN (SELECT unnest(?::UUID[])){' AND error IS NULL' if self.retry else ''} "
            "QUALIFY row_number() OVER (PARTITION BY task, item ORDER BY error NULLS FIRST, id) = 1 "
            "ORDER BY task, item",
            [tasks],
        ):
            done.setdefault(task, []).append(_Tried(*row))
        missing = []
        for job in jobs:
            found = done.get(str(job.task))
            if found is None or (self.options.label is not None and any(one.error for one in found)):
                missing.append(job)
                continue
            for one in found:
                if one.error is not None:
                    self._reject(job.file, one.again(job.input))
                    continue
                given = self.options.label or _stem(job) + (f"#{one.item + 1}" if len(found) > 1 else "")
                self._unchanged(job.input, given, one.label or given, one.status, one.cause)
        return missing

    def _do_here(self, jobs: Sequence[Job]) -> None:
        """Do jobs in this process; what took a second goes into one transaction."""
        builder, outcomes = BatchBuilder(), list[Outcome]()
        began = time.monotonic()
        for job in jobs:
            outcomes += do_safely(job, self.options, builder, self.lane)
            if time.monotonic() - began > _SECONDS:
                self._commit(builder, outcomes)
                builder, outcomes = BatchBuilder(), []
                began = time.monotonic()
        if outcomes:
            self._commit(builder, outcomes)

    def _commit(self, builder: BatchBuilder, outcomes: list[Outcome]) -> None:
        storage = self.catalogue.storage
        strict = self.options.label is not None
        try:
            self._tell(outcomes, commit(storage, builder.build(), strict=strict))
        except LabelTakenError as error:
            notes = BatchBuilder()
            for outcome in outcomes:
                notes.add_failure(outcome.input, str(error), error=error)
                self._reject(outcome.file, error)
            commit(storage, notes.build())

    def _do_there(self, jobs: Sequence[Job], folder: Path) -> None:
        """Do jobs in several processes; where one is killed, in ever smaller pieces, to find the input that kills."""
        everybody = self.workers.count()
        stack = [(list(jobs), chunk_size(len(jobs), everybody), self.workers)]
        while stack:
            left, size, workers = stack.pop()
            done = 0
            try:
                for piece in do_all(chunks(left, size), self.options, folder, workers):
                    committed = commit_folder(self.catalogue.storage, open_folder(Path(piece.shard)))
                    self._tell(piece.outcomes, committed)
                    done += len(piece.jobs)
            except WorkerDiedError as error:
                self.note(f"{error.message}; going on with what is missing")
                clear_drafts(folder)
                left = left[done:]
                alone = size == 1 and workers.number == 1
                if alone and not done:
                    job = left.pop(0)
                    self.give_up(job, CarvsdbError(error.message, item=job.input))
                # Only what had been handed out can be to blame.
                reach = 4 * size * everybody
                stack.append((left[reach:], chunk_size(len(left), everybody), self.workers))
                stack.append((left[:reach], max(1, size // 4), Workers(1) if size == 1 else workers))

    def _tell(self, outcomes: Sequence[Outcome], committed: CommitReport) -> None:
        entries = {row["carvs_id"]: row for row in committed.entries.to_pylist()}
        for outcome in outcomes:
            if outcome.error is not None:
                self._reject(outcome.file, outcome.error)
                continue
            conflict = committed.conflicts.get(outcome.structure_id or "")
            if conflict is not None:
                self._reject(outcome.file, errors.RefusedError(conflict))
                continue
            for sentence in outcome.notes:
                self.note(f"{outcome.input}: {sentence}")
            entry = entries[outcome.carvs_id]
            if entry["is_new"] and outcome.carvs_id not in self.seen:
                self.seen.add(str(outcome.carvs_id))
                self.report.added.append(entry["label"])
                self.report.count(outcome.status, outcome.cause)
                if entry["label"] != outcome.given:
                    self.note(
                        f"{outcome.input}: stored as {entry['label']!r}, since {outcome.given!r} is another entry"
                    )
            else:
                self._unchanged(outcome.input, outcome.given, entry["label"], outcome.status, outcome.cause)
        self.progress(self.report)

    def _unchanged(self, where: str, given: str, kept: str, status: str, cause: str | None) -> None:
        self.report.unchanged.append(kept)
        self.report.count(status, cause)
        if given != kept:
            self.note(f"{where}: the same content is stored as {kept!r}, so {given!r} was not added")

    def _reject(self, path: str, error: CarvsdbError) -> None:
        self.report.rejected.append((path, error))
        self.report.count(status_of(error), cause_of(error))
        self.note(f"rejected: {error}")


def _file_jobs(path: Path, run: _Run) -> Iterator[Job]:
    """Yield the job of a file, or those of the files of an archive."""
    if not is_archive(path):
        yield file_job(path, run.options)
        return
    number = 0
    try:
        for member in members(path, (*STRUCTURE_SUFFIXES, *NET_SUFFIXES)):
            number += 1
            yield member_job(path, member.name, member.content, run.options)
    except CarvsdbError as error:
        run.give_up(Job(str(path), None, None, path=path), error)
        return
    if not number:
        run.give_up(Job(str(path), None, None, path=path), InputError("holds no file of nets or atoms", path=path))


def _collection_jobs(collection: Collection, path: Path | None, run: _Run) -> Iterator[Job]:
    """Yield the jobs of a collection: of its nets, or of its files."""

    def source(id_in_source: str) -> SourceInfo:
        return SourceInfo(
            collection=collection.name,
            version=collection.version,
            url=collection.url or None,
            doi=collection.doi or None,
            licence=collection.licence or None,
            citation=collection.citation,
            id_in_source=id_in_source,
        )

    if collection.files is None:
        if path is not None:
            raise InputError(f"the collection {collection.name} comes with carvsdb and is read from no path", path=path)
        for item in collection.items():
            yield item_job(item, source(item.label), run.options)
        return
    opened = collection.files(path)
    run.note(f"{collection.name}: {opened.path}, sha256 {opened.sha256}")
    try:
        for file in opened.files:
            yield source_job(opened.path, file, source(file.id_in_source), opened.sha256, run.options)
    except InputError as error:
        run.give_up(Job(str(opened.path), None, None, path=opened.path), error)


def _stem(job: Job) -> str:
    return job.item.label if job.item is not None else Path(plain_name(job.input)).stem


@dataclass(frozen=True, slots=True)
class _Tried:
    """A note of what became of a net of an input."""

    input: str
    item: int
    label: str | None
    status: str
    cause: str | None
    line: int | None
    error: str | None

    def again(self, input: str) -> CarvsdbError:
        """Make the error once more, for an input with the same bytes."""
        sentence = (self.cause or self.status).replace(self.input, input, 1)
        if self.error == "NoNetError":
            cause, _, sentence = sentence.partition(": ")
            return NoNetError(sentence, cause=cause)
        kind: type[CarvsdbError] = getattr(errors, self.error or "", InputError)
        error = kind(sentence)
        if isinstance(error, InputError):
            error.line = self.line
        return error
