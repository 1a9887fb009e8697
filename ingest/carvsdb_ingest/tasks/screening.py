"""Screening many files with a catalogue: what they are, and what is nearest to them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from carvsdb.catalogue import Catalogue, Entry, Filters
from carvsdb.catalogue.reference_nets import reference_nets
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.errors import RefusedError
from carvsdb.progress import bar
from carvsdb_ingest.analysis.analyse import AnalysisOptions
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.readers.paths import Paths, paths_of
from carvsdb_ingest.tasks.attempts import Attempted, attempt, note
from carvsdb_ingest.tasks.inputs import jobs_of
from carvsdb_ingest.tasks.jobs import Job, JobOptions
from carvsdb_ingest.tasks.pieces import Given, pieces
from carvsdb_ingest.tasks.worker_pool import WorkerPool
from carvsdb_ingest.tasks.workers import Workers

SCREENED = pa.schema(
    [
        ("file", pa.string()),
        ("label", pa.string()),
        ("status", pa.string()),
        ("cause", pa.string()),
        ("name", pa.string()),
        ("components", pa.int32()),
        ("multiplicity", pa.int32()),
        ("quality", pa.list_(pa.string())),
        ("n_nodes", pa.int32()),
        ("symbol", pa.string()),
        ("mofid_like", pa.string()),
        ("nearest", pa.string()),
        ("distance", pa.float64()),
    ]
)
"""Columns of an answer: a row for each net, or for a file that gave none.

`components` are the sorts of connected net, `multiplicity` all copies of them: 2 for a twofold interpenetrated dia.
`mofid_like` is the line of units and net, where the analysis is asked for units."""


def screen(
    files: Paths,
    catalogue: Catalogue | str | Path | None = None,
    *,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    filters: Filters | None = None,
    at_once: int = 512,
    store: bool = False,
    workers: Workers | int | None = None,
    progress: bool | None = None,
) -> Iterator[pa.RecordBatch]:
    r"""Analyse files without storing them, and find the nearest net of each in a catalogue.

    Parameters
    ----------
    files : str, Path, or iterable of them
        Files, folders of files and archives; may be a generator of any length.
    catalogue : Catalogue, str or Path, optional
        Is only read, unless `store`. By default the nets that come with carvsdb.
    read, analysis
        Options of reading and of analysis.
    filters : Filters, optional
        Which nets of the catalogue may be found: by coordination, name, doubt, or by `metal`, `linker` and `unit` where
        units are stored.
    at_once : int
        Files of one batch of answers: what bounds the memory.
    store : bool
        Also put them into the catalogue, as :func:`carvsdb_ingest.tasks.pipeline.ingest_files` does, each batch in one
        transaction before its answers are given. What is nearest was sought before, among what was stored then.
    workers : int, optional
        Processes that share the work, in which a file that hangs or crashes ends with an error of its own. By default
        this process alone.
    progress : bool, optional
        Whether a bar is shown; by default on a terminal and in a notebook, once a second has gone.

    Yields
    ------
    pyarrow.RecordBatch
        As in :data:`SCREENED`. ``pyarrow.Table.from_batches(screen(...))`` is all of them. A net without rings has no
        nearest one: `nearest` and `distance` are null.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "unknown.cgd"
    ...     _ = file.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    ...     table = pa.Table.from_batches(screen([file]))
    >>> [(row["label"], row["name"], row["nearest"], row["distance"]) for row in table.to_pylist()]
    [('unknown', 'sql', 'sql', 0.0)]
    """
    options = JobOptions(read or ReadOptions(), analysis or AnalysisOptions())
    left = jobs_of(paths_of(files, "screen"), options)
    number = None if workers is None else Workers.of(workers).count()
    if catalogue is None and store:
        raise RefusedError("nothing is stored among the nets that come with carvsdb", hint="name a catalogue")
    return _batches(left, catalogue, options, filters, at_once, store, number, progress)


def _batches(
    left: Iterator[Job],
    catalogue: Catalogue | str | Path | None,
    options: JobOptions,
    filters: Filters | None,
    at_once: int,
    store: bool,
    workers: int | None,
    progress: bool | None,
) -> Iterator[pa.RecordBatch]:
    with ExitStack() as opened:
        if catalogue is None:
            catalogue = reference_nets()
        elif not isinstance(catalogue, Catalogue):
            catalogue = opened.enter_context(Catalogue.open(catalogue, read_only=not store))
        pool = None if workers is None else opened.enter_context(WorkerPool(workers))
        shown = opened.enter_context(bar("screened", progress))
        while window := list(islice(left, at_once)):
            yield _screened(_tried(window, options, pool, workers or 1), catalogue, filters, store, shown)


def _tried(
    jobs: Sequence[Job], options: JobOptions, pool: WorkerPool | None, workers: int
) -> Iterator[tuple[Job, Sequence[Attempted]]]:
    if pool is None:
        yield from ((job, attempt(job, options)) for job in jobs)
        return
    for job, given in zip(jobs, pool.do(pieces(jobs, workers), options, None), strict=True):
        assert isinstance(given, Given)
        yield job, given.attempted


def _screened(
    tried: Iterator[tuple[Job, Sequence[Attempted]]],
    catalogue: Catalogue,
    filters: Filters | None,
    store: bool,
    shown: Any,
) -> pa.RecordBatch:
    rows: list[dict[str, object]] = []
    asked: list[tuple[dict[str, object], Entry]] = []
    stored: list[tuple[dict[str, object], str]] = []
    builder = BatchBuilder()
    for job, attempted in tried:
        for one in attempted:
            outcome = note(job, one, builder)
            rows.append({"file": job.input, "status": outcome.status, "cause": outcome.cause})
            if one.entry is None or outcome.carvs_id is None:
                rows[-1] |= {"label": one.label or None, "cause": str(outcome.error)}
                continue
            about = one.entry.description
            rows[-1] |= {
                "label": one.entry.label,
                "name": about.name,
                "components": len(about.components),
                "multiplicity": sum(part.multiplicity for part in about.components),
                "quality": about.quality,
                "n_nodes": about.n_nodes,
                "symbol": about.carvs.symbol,
                "mofid_like": about.mofid_like,
            }
            stored.append((rows[-1], outcome.carvs_id))
            if one.entry.carvs().has_rings:
                asked.append((rows[-1], one.entry))
        shown.update()
    answers = catalogue.similar_each([entry for _, entry in asked], 1, filters=filters) if asked else []
    for (row, _), answer in zip(asked, answers, strict=True):
        for hit in answer.rows():
            row |= {"nearest": hit["label"], "distance": hit["distance"]}
    if store:
        committed = catalogue.add_batch(builder.build())
        labels = {one["carvs_id"]: one["label"] for one in committed.entries.to_pylist()}
        for row, carvs_id in stored:
            row["label"] = labels.get(carvs_id, row["label"])
    return pa.RecordBatch.from_pylist(rows, schema=SCREENED)
