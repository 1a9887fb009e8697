"""Screening many files with a catalogue: what they are, and what is nearest to them."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import pyarrow as pa

from carvsdb.catalogue import Catalogue, Entry, Filters
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.errors import CarvsdbError, InputError
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.analyse import Analyser, AnalysisOptions
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.tasks.attempts import failed, to_entry
from carvsdb_ingest.tasks.jobs import JobOptions, file_job
from carvsdb_ingest.tasks.statuses import status_of

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
    files: Iterable[str | Path],
    catalogue: Catalogue | str | Path,
    *,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    filters: Filters | None = None,
    at_once: int = 512,
    store: bool = False,
) -> Iterator[pa.RecordBatch]:
    r"""Analyse files without storing them, and find the nearest net of each in a catalogue.

    Parameters
    ----------
    files : iterable of str or Path
        May be a generator of any length.
    catalogue : Catalogue, str or Path
        Is only read, unless `store`.
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

    Yields
    ------
    pyarrow.RecordBatch
        As in :data:`SCREENED`. ``pyarrow.Table.from_batches(screen(...))`` is all of them.

    Examples
    --------
    >>> import tempfile
    >>> from carvsdb_ingest.tasks.pipeline import ingest_collection
    >>> from carvsdb_ingest.sources import source_named
    >>> with Catalogue.in_memory() as catalogue, tempfile.TemporaryDirectory() as folder:
    ...     _ = ingest_collection(catalogue, source_named("exact-nets"))
    ...     file = Path(folder) / "unknown.cgd"
    ...     _ = file.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    ...     table = pa.Table.from_batches(screen([file], catalogue))
    >>> [(row["label"], row["name"], row["nearest"], row["distance"]) for row in table.to_pylist()]
    [('unknown', 'sql', 'sql', 0.0)]
    """
    options = JobOptions(read or ReadOptions(), analysis or AnalysisOptions())
    if isinstance(files, str | Path):
        raise InputError(f"screen takes files, many at once; got one path, {files}", hint="give [PATH]")
    with ExitStack() as opened:
        if not isinstance(catalogue, Catalogue):
            catalogue = opened.enter_context(Catalogue.open(catalogue, read_only=not store))
        left = iter(files)
        while window := list(islice(left, at_once)):
            yield _screened(window, catalogue, options, filters, store)


def _screened(
    files: list[str | Path],
    catalogue: Catalogue,
    options: JobOptions,
    filters: Filters | None,
    store: bool,
) -> pa.RecordBatch:
    rows: list[dict[str, object]] = []
    asked: list[tuple[dict[str, object], Entry]] = []
    stored: list[tuple[dict[str, object], str]] = []
    builder = BatchBuilder()
    for file in files:
        job = file_job(Path(file), options)
        analyser = Analyser(options.analysis)
        try:
            for number, item in enumerate(read_items(file, options.read)):
                entry = to_entry(analyser.analyse(item))
                carvs_id = str(builder.add(entry, task=job.task, item=number).carvs)
                about = entry.description
                rows.append(
                    {
                        "file": str(file),
                        "label": entry.label,
                        "status": about.status,
                        "cause": about.cause,
                        "name": about.name,
                        "components": len(about.components),
                        "multiplicity": sum(part.multiplicity for part in about.components),
                        "quality": about.quality,
                        "n_nodes": about.n_nodes,
                        "symbol": about.carvs.symbol,
                        "mofid_like": about.mofid_like,
                    }
                )
                stored.append((rows[-1], carvs_id))
                if entry.carvs().has_rings:
                    asked.append((rows[-1], entry))
        except CarvsdbError as error:
            rows.append({"file": str(file), "status": status_of(error), "cause": str(error)})
            failed(job, error, builder)
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
