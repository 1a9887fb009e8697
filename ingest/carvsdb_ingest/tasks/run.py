"""One run of ingestion: what was done before is passed over, the rest is done and committed, all is accounted for.

Few inputs are done by one process, whose results are committed as they come; many by several, each of which writes
shards that this process commits one after another, in the order of the inputs.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from carvsdb.atomic_write import clear_drafts
from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance.folders import open_folder
from carvsdb.catalogue.maintenance.importing import commit_folder, is_committed
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.catalogue.storing.committing import CommitReport, commit
from carvsdb.errors import CarvsdbError, LabelTakenError, RefusedError, VerificationError
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.tasks.attempts import Outcome, attempt, note
from carvsdb_ingest.tasks.cluster import do_on_cluster
from carvsdb_ingest.tasks.earlier import tried_before
from carvsdb_ingest.tasks.jobs import Job, JobOptions
from carvsdb_ingest.tasks.pieces import Done, Given, pieces
from carvsdb_ingest.tasks.report import IngestReport
from carvsdb_ingest.tasks.statuses import cause_of, status_of
from carvsdb_ingest.tasks.worker_pool import WorkerPool
from carvsdb_ingest.tasks.workers import Workers

FEW = 64
"""Fewer inputs than this are done by one process, unless workers are asked for."""

WINDOW = 16_384
"""Inputs that are looked at together: what bounds the memory."""

COMMIT_SECONDS = 1.0
"""Seconds of work that go into one transaction."""

Note = Callable[[str], None]
Progress = Callable[[IngestReport], None]


@dataclass(slots=True)
class Run:
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

    def do(self, jobs: Iterable[Job]) -> IngestReport:
        """Do all jobs that were not done before."""
        folder = self._folder()
        if folder is not None and folder.is_dir():
            self._take_in(folder)
        jobs = iter(jobs)
        while window := list(islice(jobs, WINDOW)):
            self.report.files += len(window)
            missing = self._missing(window)
            if folder is None or self._is_few(missing):
                self._do_few(missing)
            else:
                self._do_many(missing, folder)
        if folder is not None and folder.is_dir():
            clear_drafts(folder)
            if self.shards is None:
                self._let_go(folder)
        return self.report

    def _folder(self) -> Path | None:
        if self.shards is not None:
            return self.shards
        path = self.catalogue.path
        return None if path is None else path.with_name(path.name + ".shards")

    def _is_few(self, jobs: Sequence[Job]) -> bool:
        if self.options.label is not None:
            return True
        if self.workers.number is not None or self.workers.scheduler is not None:
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

    def _let_go(self, folder: Path) -> None:
        """Delete shards that are committed, and their folder if it holds nothing else; one of the user's own stays."""
        known = {key.hex for (key,) in self.catalogue.storage.rows("SELECT id FROM shard")}
        for path in folder.iterdir():
            if path.name in known and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
        with suppress(OSError):
            folder.rmdir()

    def _missing(self, jobs: Sequence[Job]) -> list[Job]:
        """Report what was done before, and return the rest."""
        done = tried_before(self.catalogue.storage, jobs, retry=self.retry)
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

    def _do_few(self, jobs: Sequence[Job]) -> None:
        """Do jobs in one process; what took a second goes into one transaction."""
        builder, outcomes = BatchBuilder(), list[Outcome]()
        began = time.monotonic()
        with WorkerPool(1) as pool:
            if all(job.limit(self.options) is None for job in jobs):  # nothing that could hang: nets of our own
                found = ((job, attempt(job, self.options)) for job in jobs)
            else:
                given = pool.do(pieces(jobs, 1), self.options, None)
                found = ((job, list(_given(one).attempted)) for job, one in zip(jobs, given, strict=True))
            for job, attempted in found:
                outcomes += [note(job, one, builder) for one in attempted]
                if time.monotonic() - began > COMMIT_SECONDS:
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

    def _do_many(self, jobs: Sequence[Job], folder: Path) -> None:
        """Do jobs in several processes, and commit their shards."""
        shards = str(folder.absolute())
        number = self.workers.count()
        if self.workers.scheduler is not None:
            for one in do_on_cluster(pieces(jobs, number), self.options, shards, self.workers.scheduler):
                self._commit_shard(_done(one))
            return
        with WorkerPool(number) as pool:
            for one in pool.do(pieces(jobs, number), self.options, shards):
                self._commit_shard(_done(one))

    def _commit_shard(self, done: Done) -> None:
        self._tell(done.outcomes, commit_folder(self.catalogue.storage, open_folder(Path(done.shard))))

    def _tell(self, outcomes: Sequence[Outcome], committed: CommitReport) -> None:
        entries = {row["carvs_id"]: row for row in committed.entries.to_pylist()}
        for outcome in outcomes:
            if outcome.error is not None:
                self._reject(outcome.file, outcome.error)
                continue
            conflict = committed.conflicts.get(outcome.structure_id or "")
            if conflict is not None:
                self._reject(outcome.file, RefusedError(conflict))
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
        sentence = str(error)
        self.note(f"rejected: {sentence}" if path in sentence else f"rejected: {path}: {sentence}")


def _given(one: Given | Done) -> Given:
    assert isinstance(one, Given)
    return one


def _done(one: Given | Done) -> Done:
    assert isinstance(one, Done)
    return one


def _stem(job: Job) -> str:
    return job.item.label if job.item is not None else Path(plain_name(job.input)).stem
