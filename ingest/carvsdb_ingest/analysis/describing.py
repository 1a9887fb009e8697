"""One call from a file to what its nets are: what `carvsdb describe` says, in Python."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from carvsdb.errors import CarvsdbError, InputError
from carvsdb_ingest.analysis.analyse import Analyser, AnalysisOptions
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.analysis.read import read_each
from carvsdb_ingest.clustering.registry import clusterings_asked
from carvsdb_schemas.description import Description


def describe(
    path: str | Path,
    *,
    clustering: str | Sequence[str] = (),
    max_ring_size: int | None = None,
    units: bool = False,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
) -> list[Description]:
    r"""Say what the nets of a file are: size, coordination, rings, CARVS, symbols, key, names.

    Parameters
    ----------
    path : str or Path
        A file of nets or of atoms, or an archive of such files; see :func:`carvsdb_ingest.read_nets`.
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
        path, clustering=clustering, max_ring_size=max_ring_size, units=units, read=read, analysis=analysis
    ):
        if isinstance(one, CarvsdbError):
            raise one
        found.append(one)
    return found


def describe_each(
    path: str | Path,
    *,
    clustering: str | Sequence[str] = (),
    max_ring_size: int | None = None,
    units: bool = False,
    read: ReadOptions | None = None,
    analysis: AnalysisOptions | None = None,
) -> Iterator[Description | CarvsdbError]:
    """Describe the nets of a file one after another; what gives none is yielded as the error that says why.

    Parameters
    ----------
    path, clustering, max_ring_size, units, read, analysis
        As in :func:`describe`.
    """
    check_path(path, "describe")
    read, analysis = options_asked(clustering, max_ring_size, read, analysis)
    if units:
        analysis = replace(analysis, units=True)
    analyser = Analyser(analysis)
    for item in read_each(path, read):
        if isinstance(item, CarvsdbError):
            yield item
            continue
        try:
            yield analyser.analyse(item).description
        except CarvsdbError as error:
            yield error


def check_path(path: object, function: str) -> None:
    """Refuse to take for a file what is none, such as a net.

    Raises
    ------
    InputError
    """
    if not isinstance(path, str | Path):
        raise InputError(f"{function} takes the path of a file, got {type(path).__name__}")


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
