"""One call from a file or a net to the nets that are most alike: what `carvsdb similar` says, in Python."""

import os
from pathlib import Path
from typing import Any

from carvsdb.catalogue import Catalogue, Entry
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.reference_nets import described, reference_nets
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.net import Net
from carvsdb.rings import Carvs
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse
from carvsdb_ingest.analysis.in_memory import is_in_memory, items_in_memory
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.analysis.read import read_each_of
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.paths import is_path
from carvsdb_ingest.tasks.attempts import to_entry


def similar(
    query: str | Path | Net | Carvs | Entry | Any,
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
    query : str, Path, Net, Carvs, Entry, or atoms in memory
        A file of one net, if there is one of that name; else the name of an entry. Atoms are a `Structure`, an
        ``ase.Atoms`` or a ``pymatgen.core.Structure``.
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
    path: str | Path | TextFile, read: ReadOptions | None = None, analysis: AnalysisOptions | None = None
) -> tuple[Entry, tuple[str, ...]]:
    """Analyse the one net of a file, or of its text; returns it with what was decided and doubted.

    Raises
    ------
    InputError
        If the file cannot be read, or holds several nets.
    """
    if not isinstance(path, TextFile):
        return _entry_of(read_items(path, read), str(path), analysis)
    items = []
    for one in read_each_of(path, read or ReadOptions()):
        if isinstance(one, CarvsdbError):
            raise one
        items.append(one)
    return _entry_of(items, str(path.path), analysis)


def _entry_of(items: list[NetItem], path: str, analysis: AnalysisOptions | None) -> tuple[Entry, tuple[str, ...]]:
    if len(items) != 1:
        raise InputError(f"holds {len(items)} nets; ask about one at a time", path=path, hint="ingest the file first")
    found = analyse(items[0], analysis)
    return to_entry(found), (*items[0].notes, *found.description.quality)


def _asked(
    query: Any, read: ReadOptions | None, analysis: AnalysisOptions | None
) -> tuple[str | Net | Carvs | Entry, tuple[str, ...]]:
    if isinstance(query, Net | Carvs | Entry):
        return query, ()
    if is_in_memory(query):
        return _entry_of(items_in_memory(query, read), type(query).__name__, analysis)
    if not is_path(query):
        raise InputError(f"what is alike is asked of a file, a net or a name, got {type(query).__name__}")
    if isinstance(query, str) and not os.path.exists(query):
        return query, ()
    return entry_of_file(Path(query), read, analysis)
