"""From files and collections to entries of a catalogue, with an account of every input.

Every input is a task, known by its bytes and all options: what was done once is not done again. The work is done by
processes of their own, one for few inputs and several for many.
"""

from collections.abc import Iterable
from pathlib import Path

from carvsdb.catalogue import Catalogue
from carvsdb.regular_file import LARGEST_INPUT
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.sources import Collection
from carvsdb_ingest.tasks.attempts import to_entry
from carvsdb_ingest.tasks.inputs import collection_jobs, file_jobs, net_files
from carvsdb_ingest.tasks.jobs import JobOptions
from carvsdb_ingest.tasks.report import IngestReport
from carvsdb_ingest.tasks.run import Note, Progress, Run
from carvsdb_ingest.tasks.workers import Workers

__all__ = ["IngestReport", "Workers", "ingest_collection", "ingest_files", "net_files", "to_entry"]


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
    max_input_size: int = LARGEST_INPUT,
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
        Who does the work. Default: one process for fewer than 64 files, else one for each core.
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
    progress : callable
        Is shown the report as it grows.

    Notes
    -----
    An input that cannot be used is reported, noted in the catalogue and passed over. What is stored is stored whole:
    a run that is stopped, by whatever means, has lost at most the second of work or the shard that was being made, and
    another run does what is missing.
    """
    options = JobOptions(
        read or ReadOptions(), analysis or AnalysisOptions(), label, kind, time_limit, max_input_size=max_input_size
    )
    run = Run(catalogue, options, workers or Workers(), shards, retry, note, progress)
    return run.do(job for file in files for job in file_jobs(Path(file), options))


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
    max_input_size: int = LARGEST_INPUT,
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
    read, analysis, workers, shards, retry, time_limit, max_input_size, note, progress
        As in :func:`ingest_files`.

    Raises
    ------
    MissingExtraError, NotFoundError
        If its files are not there.

    Examples
    --------
    >>> from carvsdb_ingest.sources import source_named
    >>> with Catalogue.in_memory() as catalogue:
    ...     report = ingest_collection(catalogue, source_named("exact-nets"))
    ...     len(report.added) == report.files, report.rejected
    (True, [])
    """
    options = JobOptions(
        read or ReadOptions(), analysis or AnalysisOptions(), time_limit=time_limit, max_input_size=max_input_size
    )
    run = Run(catalogue, options, workers or Workers(), shards, retry, note, progress)
    return run.do(collection_jobs(collection, path, options, note))
