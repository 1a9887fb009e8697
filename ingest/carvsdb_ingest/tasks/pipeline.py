"""From files and collections to entries of a catalogue, with an account of every input.

Every input is a task, known by its bytes and all options: what was done once is not done again. The work is done by
processes of their own, one for few inputs and several for many.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carvsdb.catalogue import Catalogue
from carvsdb.errors import InputError
from carvsdb.progress import bar
from carvsdb.regular_file import LARGEST_INPUT
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.readers.paths import Paths, is_path, net_files, paths_of
from carvsdb_ingest.sources import Collection, source_named
from carvsdb_ingest.tasks.attempts import to_entry
from carvsdb_ingest.tasks.inputs import collection_jobs, jobs_of
from carvsdb_ingest.tasks.jobs import JobOptions
from carvsdb_ingest.tasks.report import IngestReport
from carvsdb_ingest.tasks.run import Note, Progress, Run
from carvsdb_ingest.tasks.workers import Workers

__all__ = ["IngestReport", "Workers", "ingest_collection", "ingest_files", "net_files", "to_entry"]


def ingest_files(
    catalogue: Catalogue | str | Path,
    files: Paths,
    *,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    label: str | None = None,
    kind: str | None = None,
    workers: Workers | int | None = None,
    shards: Path | None = None,
    retry: bool = False,
    time_limit: float | None = None,
    max_input_size: int = LARGEST_INPUT,
    note: Note = lambda sentence: None,
    progress: Progress | bool | None = None,
) -> IngestReport:
    """Put the nets of files into a catalogue.

    Parameters
    ----------
    catalogue : Catalogue, str or Path
        One that is open for writing, or the file of one, which is made if it is missing.
    files : str, Path, or iterable of them
        Files, folders of files and archives; may be a generator of any length.
    read, analysis
        Options of reading and of analysis.
    label : str, optional
        What the entry is to be called; for one net only. Default: the file's stem.
    kind : str, optional
        ``crystalline``, ``amorphous`` or ``generated``. Default: what the file says, else a guess.
    workers : Workers or int, optional
        Who does the work, or how many processes. Default: one process for fewer than 64 files, else one for each core.
    shards : Path, optional
        Where workers write. Default: ``CATALOGUE.shards``, beside the catalogue.
    retry : bool
        Try again what was rejected before.
    time_limit : float, optional
        Seconds that a file may take. Default: 120 for nets (CGD, archives of nets), 300 for other files.
    max_input_size : int
        Bytes that a file, or a file of an archive, may have, expanded. Default: 1 GiB.
    note : callable
        Is told what the readers decided and what looks doubtful.
    progress : bool or callable, optional
        Whether a bar is shown; by default on a terminal and in a notebook, once a second has gone. A callable is shown
        the report as it grows.

    Notes
    -----
    An input that cannot be used is reported, noted in the catalogue and passed over. What is stored is stored whole:
    a run that is stopped, by whatever means, has lost at most the second of work or the shard that was being made, and
    another run does what is missing.
    """
    options = JobOptions(
        read or ReadOptions(), analysis or AnalysisOptions(), label, kind, time_limit, max_input_size=max_input_size
    )
    jobs = jobs_of(paths_of(files, "ingest_files"), options)
    with filling(catalogue, note) as opened, _told(progress) as tell:
        return Run(opened, options, Workers.of(workers), shards, retry, note, tell).do(jobs)


def ingest_collection(
    catalogue: Catalogue | str | Path,
    collection: Collection | str,
    *,
    path: Path | None = None,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    workers: Workers | int | None = None,
    shards: Path | None = None,
    retry: bool = False,
    time_limit: float | None = None,
    max_input_size: int = LARGEST_INPUT,
    note: Note = lambda sentence: None,
    progress: Progress | bool | None = None,
) -> IngestReport:
    """Put the nets of a named collection, or those of its structures, into a catalogue.

    Parameters
    ----------
    catalogue : Catalogue, str or Path
        As in :func:`ingest_files`.
    collection : Collection or str
        One of those that ``carvsdb sources`` lists, or its name.
    path : Path, optional
        Where its files are; by default the package that they come with.
    read, analysis, workers, shards, retry, time_limit, max_input_size, note, progress
        As in :func:`ingest_files`.

    Raises
    ------
    MissingExtraError, NotFoundError
        If its files are not there.

    Examples
    --------
    >>> with Catalogue.in_memory() as catalogue:
    ...     report = ingest_collection(catalogue, "exact-nets")
    ...     len(report.added) == report.files, report.rejected
    (True, [])
    """
    options = JobOptions(
        read or ReadOptions(), analysis or AnalysisOptions(), time_limit=time_limit, max_input_size=max_input_size
    )
    chosen = source_named(collection) if isinstance(collection, str) else collection
    if not isinstance(chosen, Collection):
        raise InputError(f"a collection is given by its name, got {type(chosen).__name__}", hint="`carvsdb sources`")
    with filling(catalogue, note) as opened, _told(progress) as tell:
        run = Run(opened, options, Workers.of(workers), shards, retry, note, tell)
        return run.do(collection_jobs(chosen, path, options, note))


@contextmanager
def filling(catalogue: Catalogue | str | Path, note: Note = lambda sentence: None) -> Iterator[Catalogue]:
    """Hold a catalogue that is filled; a file that was made for that and holds no net in the end is taken away.

    Raises
    ------
    InputError
        If it is neither a catalogue nor a path.
    """
    if isinstance(catalogue, Catalogue):
        yield catalogue
        return
    if not is_path(catalogue):
        raise InputError(f"a catalogue to fill is a Catalogue or the path of its file, got {type(catalogue).__name__}")
    path = Path(catalogue)
    was_there = path.exists() or Path(f"{path}.wal").exists()
    is_empty = False
    try:
        with Catalogue.open(path) as opened:
            try:
                yield opened
            finally:
                is_empty = not was_there and not len(opened)
    finally:
        if is_empty:
            path.unlink(missing_ok=True)
            note(f"{path}: not made, since it would hold no net")


@contextmanager
def _told(progress: Progress | bool | None) -> Iterator[Progress]:
    """Give who is shown the report as it grows: the one that was given, or a bar."""
    if callable(progress):
        yield progress
        return
    with bar("ingested", progress) as shown:

        def show(report: IngestReport) -> None:
            shown.total = max(report.files, report.done)
            counts = report.by_status.most_common()
            shown.set_postfix_str(", ".join(f"{number} {status}" for status, number in counts), refresh=False)
            shown.update(report.done - shown.n)

        yield show
