"""From files and collections to entries of a catalogue, one at a time, with an account of every input."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from carvsdb.catalogue import AddReport, Catalogue, Entry, SourceInfo
from carvsdb.compare import BlockSums
from carvsdb.errors import CarvsdbError, InputError, LabelTakenError
from carvsdb_ingest.analysis import Analysis, AnalysisOptions, analyse, guess_kind
from carvsdb_ingest.readers import NetItem, ReadOptions, read_items
from carvsdb_ingest.sources import Collection
from carvsdb_schemas.answers import IngestAnswer, Rejection

SUFFIXES = (".cgd", ".data", ".lmp", ".lammps")
"""What is taken from a folder."""

Note = Callable[[str], None]


@dataclass(slots=True)
class IngestReport:
    """What became of the inputs of one run.

    Attributes
    ----------
    files : int
        Files tried; a collection counts its nets.
    added, unchanged : list of str
        Labels of the entries that are new, and of those that were stored already.
    rejected : list of (str, CarvsdbError)
        The files that gave nothing, and why, in the order of the inputs.
    by_status : Counter
        Number of nets by their status, the rejected ones as ``error``.
    """

    files: int = 0
    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    rejected: list[tuple[str, CarvsdbError]] = field(default_factory=list)
    by_status: Counter[str] = field(default_factory=Counter)

    def answer(self) -> IngestAnswer:
        """Return the report in the form in which it is printed as JSON."""
        return IngestAnswer(
            files=self.files,
            added=len(self.added),
            unchanged=len(self.unchanged),
            rejected=[_rejection(path, error) for path, error in self.rejected],
            by_status=dict(self.by_status),
        )


def net_files(paths: Iterable[str | Path]) -> list[Path]:
    """List the files of a mixture of files and folders, those of a folder sorted.

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
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        if not found:
            raise InputError(f"the folder holds no net file ({', '.join(SUFFIXES)})", path=path)
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
    note: Note = lambda sentence: None,
) -> IngestReport:
    """Put the nets of files into a catalogue.

    Parameters
    ----------
    catalogue : Catalogue
    files : iterable of Path
    read, analysis
        Options of reading and of analysis.
    label : str, optional
        What the entry is to be called; for one net only. Default: the file's stem.
    kind : str, optional
        ``crystalline``, ``amorphous`` or ``generated``. Default: what the file says, else a guess.
    note : callable
        Is told what the readers decided and what looks doubtful.

    Notes
    -----
    An input that cannot be used is reported, noted in the catalogue and passed over. Each net is stored whole as
    soon as it is analysed, so an interrupted run has lost nothing but the net in work.
    """
    report = IngestReport()
    for file in files:
        report.files += 1
        try:
            items = read_items(file, read)
            if label is not None and len(items) > 1:
                raise InputError(f"holds {len(items)} nets, which cannot all be called {label!r}", path=file)
        except CarvsdbError as error:
            catalogue.record_attempt(str(file), "error", str(error))
            _reject(report, error, note, str(file))
            continue
        for item in items:
            _store(catalogue, report, item, None, analysis, label, kind, note)
    return report


def ingest_collection(
    catalogue: Catalogue,
    collection: Collection,
    *,
    analysis: AnalysisOptions | None = None,
    note: Note = lambda sentence: None,
) -> IngestReport:
    """Put the nets of a named collection into a catalogue.

    Examples
    --------
    >>> from carvsdb_ingest.sources import source_named
    >>> with Catalogue.in_memory() as catalogue:
    ...     report = ingest_collection(catalogue, source_named("reference-nets"))
    ...     len(report.added) == report.files, report.rejected
    (True, [])
    """
    report = IngestReport()
    for item in collection.items():
        report.files += 1
        source = SourceInfo(
            collection=collection.name,
            version=collection.version,
            url=collection.url or None,
            doi=collection.doi or None,
            licence=collection.licence,
            citation=collection.citation,
            id_in_source=item.label,
        )
        _store(catalogue, report, item, source, analysis, None, None, note)
    return report


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


def _labels(item: NetItem, source: SourceInfo | None) -> Iterator[str]:
    """Yield what an entry may be called, best first, for when other content has the label already."""
    yield item.label
    if source is not None:
        yield f"{item.label}@{source.collection}"
    elif item.path:
        yield Path(item.path).name + item.label.removeprefix(Path(item.path).stem)
    for number in count(2):
        yield f"{item.label}~{number}"


def _store(
    catalogue: Catalogue,
    report: IngestReport,
    item: NetItem,
    source: SourceInfo | None,
    options: AnalysisOptions | None,
    label: str | None,
    kind: str | None,
    note: Note,
) -> None:
    where = item.path or item.label
    try:
        entry = to_entry(analyse(item, options), label=label, kind=kind, source=source)
        added = _add(catalogue, entry, [label] if label else _labels(item, source))
    except CarvsdbError as error:
        catalogue.record_attempt(where, "error", str(error), content_hash=item.content_hash)
        _reject(report, error, note, item.path)
        return
    for sentence in (*item.notes, *item.quality):
        note(f"{where}: {sentence}")
    for given, kept in added.kept_as.items():
        note(f"{where}: the same content is stored as {kept!r}, so {given!r} was not added")
    for stored in added.added:
        if stored != (label or item.label):
            note(f"{where}: stored as {stored!r}, since {item.label!r} is another entry")
    report.added.extend(added.added)
    report.unchanged.extend(added.unchanged)
    report.by_status[entry.description.status] += 1


def _add(catalogue: Catalogue, entry: Entry, labels: Iterable[str]) -> AddReport:
    """Add an entry under the first of some labels that is free."""
    taken: LabelTakenError | None = None
    for label in labels:
        description = entry.description.model_copy(update={"label": label})
        try:
            return catalogue.add([replace(entry, label=label, description=description)])
        except LabelTakenError as error:
            taken = taken or error
    assert taken is not None
    raise taken


def _reject(report: IngestReport, error: CarvsdbError, note: Note, path: str = "") -> None:
    report.rejected.append((path, error))
    report.by_status["error"] += 1
    note(f"rejected: {error}")


def _rejection(path: str, error: CarvsdbError) -> Rejection:
    line = error.line if isinstance(error, InputError) else None
    return Rejection(file=path or error.item or "", line=line, message=str(error))
