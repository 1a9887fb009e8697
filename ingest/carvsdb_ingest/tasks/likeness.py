"""One call from a file or a net to the nets that are most alike: what `carvsdb similar` says, in Python."""

from pathlib import Path
from typing import Any

from carvsdb.catalogue import Catalogue, Entry
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.reference_nets import described, reference_nets
from carvsdb.errors import InputError
from carvsdb.net import Net
from carvsdb.rings import Carvs
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.tasks.attempts import to_entry


def similar(
    query: str | Path | Net | Carvs | Entry,
    k: int = 10,
    *,
    catalogue: Catalogue | str | Path | None = None,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    **how: Any,
) -> Answer:
    """Find the nets whose ring statistics are nearest to those of a file, a net or an entry.

    Parameters
    ----------
    query : str, Path, Net, Carvs or Entry
        A file of one net, if there is one of that name; else the name of an entry.
    k : int
        How many.
    catalogue : Catalogue, str or Path, optional
        Where to look. By default among the nets that come with carvsdb, and a note says so.
    read, analysis
        How a file is read and analysed.
    how
        Further options of :meth:`carvsdb.catalogue.Catalogue.similar`, such as ``filters``.

    Raises
    ------
    InputError
        If the file cannot be read, or holds several nets.
    NotFoundError
        If nothing, or more than one thing, has the name.
    RefusedError
        If the query has no rings.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> similar(library.load("sod"), 2).table["label"].to_pylist()
    ['sod', 'nox']
    """
    asked, doubts = _asked(query, read, analysis)
    if isinstance(catalogue, Catalogue):
        answer = catalogue.similar(asked, k, **how)
    elif catalogue is not None:
        with Catalogue(catalogue) as opened:
            answer = opened.similar(asked, k, **how)
    else:
        answer = reference_nets().similar(asked, k, **how)
        doubts += (described(),)
    return Answer(answer.table, (*doubts, *answer.notes))


def entry_of_file(
    path: str | Path, read: ReadOptions | None = None, analysis: AnalysisOptions | None = None
) -> tuple[Entry, tuple[str, ...]]:
    """Analyse the one net of a file; returns it with what was decided and doubted.

    Raises
    ------
    InputError
        If the file cannot be read, or holds several nets.
    """
    items = read_items(path, read)
    if len(items) != 1:
        raise InputError(f"holds {len(items)} nets; ask about one at a time", path=path, hint="ingest the file first")
    found = analyse(items[0], analysis)
    return to_entry(found), (*items[0].notes, *found.description.quality)


def _asked(
    query: str | Path | Net | Carvs | Entry, read: ReadOptions | None, analysis: AnalysisOptions | None
) -> tuple[str | Net | Carvs | Entry, tuple[str, ...]]:
    if isinstance(query, Net | Carvs | Entry):
        return query, ()
    if not isinstance(query, str | Path):
        raise InputError(f"what is alike is asked of a file, a net or a name, got {type(query).__name__}")
    if isinstance(query, str) and not Path(query).exists():
        return query, ()
    return entry_of_file(query, read, analysis)
