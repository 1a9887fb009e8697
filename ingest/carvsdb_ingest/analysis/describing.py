"""One call from a file to what its nets are: what `carvsdb describe` says, in Python."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from carvsdb.errors import CarvsdbError
from carvsdb.progress import counted
from carvsdb_ingest.analysis.analyse import Analyser, AnalysisOptions
from carvsdb_ingest.analysis.in_memory import is_in_memory, items_in_memory
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.analysis.read import read_each
from carvsdb_ingest.clustering.registry import clusterings_asked
from carvsdb_ingest.readers.paths import Paths, net_files, paths_of
from carvsdb_schemas.description import Description


def describe(
    path: Paths | Any,
    *,
    clustering: str | Sequence[str] = (),
    max_ring_size: int | None = None,
    units: bool = False,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    progress: bool | None = None,
) -> list[Description]:
    r"""Say what the nets of a file are: size, coordination, rings, CARVS, symbols, key, names.

    Parameters
    ----------
    path : str, Path, iterable of them, or what is in memory
        A file of nets or of atoms, an archive or a folder of such files, or several; see
        :func:`carvsdb_ingest.read_nets`. Or a `Net`, a `Structure`, an ``ase.Atoms``, a ``pymatgen.core.Structure``.
    clustering : str or sequence of str
        How atoms become vertices, one net for each: ``single-node``, ``all-node``, ``standard`` and so on, or ``all``.
        By default the structure decides.
    max_ring_size : int, optional
        Cut-off of the ring search, in nodes.
    units : bool
        Also say what vertices and edges are made of: ``units`` of the description. With RDKit (extra ``chem``) linkers
        have their SMILES.
    read, analysis
        All other options of reading and of analysis; those by name go before what they say.
    progress : bool, optional
        Whether a bar is shown; by default on a terminal and in a notebook, once a second has gone.

    Returns
    -------
    list of Description
        One for each net. What a reader should doubt stands in ``quality``. A description is a pydantic model:
        ``.model_dump()`` gives what ``carvsdb describe --json`` prints.

    Raises
    ------
    InputError
        One sentence, if the file or any part of it cannot be read or has no net; :func:`describe_each` goes on instead.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "square.cgd"
    ...     _ = file.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    ...     (net,) = describe(file)
    >>> net.name, net.coordination, net.carvs.symbol
    ('sql', {'4': 1}, '{4(4)}')
    """
    found = []
    for one in describe_each(
        path,
        clustering=clustering,
        max_ring_size=max_ring_size,
        units=units,
        read=read,
        analysis=analysis,
        progress=progress,
    ):
        if isinstance(one, CarvsdbError):
            raise one
        found.append(one)
    return found


def describe_each(
    path: Paths | Any,
    *,
    clustering: str | Sequence[str] = (),
    max_ring_size: int | None = None,
    units: bool = False,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
    progress: bool | None = None,
) -> Iterator[Description | CarvsdbError]:
    """Describe the nets of one file or of many, one after another; what gives none is yielded as the error why.

    Parameters
    ----------
    path, clustering, max_ring_size, units, read, analysis, progress
        As in :func:`describe`.
    """
    inputs: Iterable[Any] = [path] if is_in_memory(path) else paths_of(path, "describe")
    read, analysis = options_asked(clustering, max_ring_size, read, analysis)
    if units:
        analysis = replace(analysis, units=True)
    return _each(inputs, read, Analyser(analysis), progress)


def _each(
    inputs: Iterable[Any], read: ReadOptions, analyser: Analyser, progress: bool | None
) -> Iterator[Description | CarvsdbError]:
    for one in counted(_expanded(inputs), "described", progress):
        for item in _items(one, read):
            if isinstance(item, CarvsdbError):
                yield item
                continue
            try:
                yield analyser.analyse(item).description
            except CarvsdbError as error:
                yield error


def _expanded(inputs: Iterable[Any]) -> Iterable[Any]:
    """Put the files of folders in their place; a list has a length, which a bar needs."""
    if isinstance(inputs, Sequence):
        return [one for given in inputs for one in _files(given)]
    return (one for given in inputs for one in _files(given))


def _files(given: Any) -> Iterable[Any]:
    if is_in_memory(given):
        return [given]
    try:
        return net_files([given])
    except CarvsdbError as error:
        return [error]


def _items(one: Any, read: ReadOptions) -> Iterator[NetItem | CarvsdbError]:
    if isinstance(one, CarvsdbError):
        yield one
    elif isinstance(one, Path):
        yield from read_each(one, read)
    else:
        try:
            yield from items_in_memory(one, read)
        except CarvsdbError as error:
            yield error


def options_asked(
    clustering: str | Sequence[str],
    max_ring_size: int | None,
    read: ReadOptions | None,
    analysis: AnalysisOptions | None,
) -> tuple[ReadOptions, AnalysisOptions]:
    """Return the options of reading and analysis, with what was asked for by itself put into them."""
    read, analysis = read or ReadOptions(), analysis or AnalysisOptions()
    asked = (clustering,) if isinstance(clustering, str) else tuple(clustering)
    if asked:
        read = replace(read, clusterings=clusterings_asked(asked))
    if max_ring_size is not None:
        analysis = replace(analysis, max_ring_size=max_ring_size)
    return read, analysis
