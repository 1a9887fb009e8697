"""Taking in folders of tables: shards, exports, other catalogues."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb

from carvsdb.catalogue.file.storage import Incoming, Storage
from carvsdb.catalogue.maintenance.checking import refuse_broken
from carvsdb.catalogue.maintenance.exporting import exported
from carvsdb.catalogue.maintenance.folders import TableFolder, check_tables, folders_in, open_folder
from carvsdb.catalogue.records.laws import UNREADABLE, Rows
from carvsdb.catalogue.storing.batch import Batch
from carvsdb.catalogue.storing.committing import CommitReport, commit
from carvsdb.errors import InputError


@dataclass(slots=True)
class ImportReport:
    """The outcome of several batches.

    Attributes
    ----------
    folders : int
        Number of folders that were taken in.
    known : int
        Number of folders that were in already.
    nets : int
        Number of nets that are new.
    unchanged : int
        Number of nets that were there.
    relabelled : dict of str to str
        Labels that belonged to other content, and what the entry is called instead.
    conflicts : list of str
        Nets that were left out, since they are stored with other edges.
    """

    folders: int = 0
    known: int = 0
    nets: int = 0
    unchanged: int = 0
    relabelled: dict[str, str] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)

    def count(self, report: CommitReport) -> None:
        """Count a batch in."""
        self.folders += 1
        self.nets += report.n_nets
        self.conflicts += report.conflicts.values()
        for row in report.entries.to_pylist():
            self.unchanged += not row["is_new"]
            if row["given"] != row["label"] and row["is_new"]:
                self.relabelled[row["given"]] = row["label"]

    def include(self, other: "ImportReport") -> None:
        """Count another report in."""
        self.folders += other.folders
        self.known += other.known
        self.nets += other.nets
        self.unchanged += other.unchanged
        self.relabelled.update(other.relabelled)
        self.conflicts += other.conflicts


def import_folders(storage: Storage, paths: Iterable[Path]) -> ImportReport:
    """Take in folders of tables, each whole and each once.

    Raises
    ------
    VerificationError
        If a folder is damaged; the folders before it are in.
    """
    report = ImportReport()
    for path in paths:
        folders = folders_in(path)
        check = partial(refuse_broken, whole=len(folders) == 1)
        for inside in folders:
            folder = open_folder(inside)
            if is_committed(storage, folder):
                report.known += 1
            else:
                check_tables(folder)
                with _told(inside):
                    report.count(commit_folder(storage, folder, check=check))
    return report


def commit_folder(
    storage: Storage, folder: TableFolder, check: Callable[[Storage, Rows], None] | None = None
) -> CommitReport:
    """Store a folder of tables and the note that it is in."""
    n_attempts = folder.manifest.rows.get("attempt", 0)
    return commit(storage, folder.batch(), shard=folder.key, n_attempts=n_attempts, check=check)


@contextmanager
def _told(path: Path | None) -> Iterator[None]:
    """Say in one sentence why what comes from somebody else cannot be taken in; nothing of it is stored then."""
    try:
        yield
    except InputError as error:
        raise InputError(error.message, path=error.item or path, hint=error.hint) from error
    except (duckdb.Error, *UNREADABLE) as error:
        reason = next(iter(str(error).strip().splitlines()), repr(error))
        raise InputError(
            f"cannot be taken in: {reason}", path=path, hint="nothing of it was stored; `carvsdb db verify` says more"
        ) from error


def is_committed(storage: Storage, folder: TableFolder) -> bool:
    """Say whether a folder of tables is in a catalogue."""
    return bool(storage.rows("SELECT 1 FROM shard WHERE id = ?", [str(folder.key)]))


def merge(storage: Storage, other: Storage) -> ImportReport:
    """Take in another catalogue, in one transaction.

    Notes
    -----
    What both have is the same row, since keys are hashes of content. A label that means different things in the two
    is kept here and changed there.
    """
    tables = {name: _Opener(other, query) for name, query in exported().items()}
    report = ImportReport()
    with _told(other.path):
        report.count(commit(storage, Batch(tables), check=refuse_broken))
    return report


@dataclass(frozen=True, slots=True)
class _Opener:
    storage: Storage
    query: str

    def __call__(self) -> Incoming:
        return self.storage.batches(self.query)
