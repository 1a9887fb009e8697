"""The front of the catalogue."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import Structure
from carvsdb.catalogue.file import schema
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.keeping_methods import Keeping
from carvsdb.catalogue.maintenance.checking import blame
from carvsdb.catalogue.map_methods import MapMaking
from carvsdb.catalogue.questions import duplicates, lineage, listing, resolving, showing, sql
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.records.entry import Entry
from carvsdb.catalogue.records.refinement_run import RefinementRun
from carvsdb.catalogue.storing import adding, renaming
from carvsdb.catalogue.storing.adding import AddReport
from carvsdb.catalogue.storing.batch import Batch, BatchBuilder
from carvsdb.catalogue.storing.committing import CommitReport, commit
from carvsdb.catalogue.storing.renaming import NamingReport
from carvsdb.errors import InputError, NotFoundError, RefusedError
from carvsdb.html_text import html_table
from carvsdb.net.graph import Net
from carvsdb.topology.archive import Archive
from carvsdb_schemas.answers import ShowAnswer
from carvsdb_schemas.filters import Filters
from carvsdb_schemas.lineage import LineageAnswer


class Catalogue(MapMaking, Keeping):
    """A DuckDB file of entries, their nets and their rings.

    Best in a ``with`` block: a writer holds the file alone, any number of readers share it. :meth:`open` is the way to
    one that is to be written, :meth:`in_memory` to one without a file.

    Parameters
    ----------
    path : str or Path
        The file, which is read only; or a `Storage` that is open already.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If it is no catalogue, or `path` no path.

    Notes
    -----
    ``len(catalogue)`` is the number of nets, iteration gives their labels, ``"sod" in catalogue`` tells whether a name
    means a net, and ``catalogue["sod"]`` is :meth:`show`.

    NAME, wherever it is asked for, is a label, else the only label that starts so, else an id in a source,
    else an archive name, else one of these in other capitals. A structure with several nets calls them
    ``label@clustering``.

    Examples
    --------
    >>> from carvsdb.catalogue import Catalogue
    >>> with Catalogue.in_memory() as catalogue:
    ...     catalogue
    <Catalogue in memory: 0 nets>
    """

    def __init__(self, path: str | Path | Storage) -> None:
        if not isinstance(path, str | Path | Storage):
            raise InputError(f"a catalogue is opened by the path of its file, got {type(path).__name__}")
        self._storage = path if isinstance(path, Storage) else schema.open_checked(Path(path), read_only=True)

    @classmethod
    def open(cls, path: str | Path, *, read_only: bool = False) -> "Catalogue":
        """Open a catalogue; one that is to be written is made if it is missing.

        Raises
        ------
        NotFoundError
            If it is to be read and there is none.
        InputError
            If the file is no catalogue.
        RefusedError
            If another process holds it, or a newer carvsdb or DuckDB wrote it.
        """
        if not isinstance(path, str | Path):
            raise InputError(f"a catalogue is opened by the path of its file, got {type(path).__name__}")
        return cls(schema.open_checked(Path(path), read_only=read_only))

    @classmethod
    def in_memory(cls) -> "Catalogue":
        """Make an empty catalogue that is gone when it is closed."""
        storage = Storage(None)
        schema.create(storage)
        return cls(storage)

    @property
    def path(self) -> Path | None:
        """The file; None in memory."""
        return self._storage.path

    @property
    def storage(self) -> Storage:
        """The DuckDB connection, for the floors above that read whole tables."""
        return self._storage

    def add(self, entries: Iterable[Entry], *, at_once: int = 1) -> AddReport:
        """Store entries, each whole or not at all; what is stored already is left as it is.

        Parameters
        ----------
        entries : iterable of Entry
            May be a generator of any length.
        at_once : int
            How many are stored in one transaction, and so held in memory. A transaction takes about as long as the
            rows of some hundred small nets.

        Raises
        ------
        RefusedError
            If a label belongs to other content. What was stored in transactions before that one stays stored.
        """
        return adding.add(self._storage, entries, at_once)

    def add_batch(self, batch: Batch) -> CommitReport:
        """Store many entries in one transaction, by Arrow; see :class:`carvsdb.catalogue.storing.batch.Batch`.

        Multiples of 122,880 nets (:data:`carvsdb.catalogue.file.storage.ROW_GROUP`) are the fastest.

        A label that belongs to other content is changed, and a net that is stored with other edges is left out; both
        are in the report.
        """
        return commit(self._storage, batch)

    def add_refinement(self, run: RefinementRun, entries: Iterable[Entry] = ()) -> str:
        """Store a refinement run, and the models that it made, in one transaction; returns the key of the run.

        Parameters
        ----------
        run : RefinementRun
            Its `model` may be the label of one of the entries, or the name of one that is stored.
        entries : iterable of Entry
            Models to store with it.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has the name of its model.
        RefusedError
            If a label belongs to other content; then nothing is stored.
        """
        return adding.add_refinement(self._storage, run, list(entries))

    def refinements(self, name: str | None = None) -> Answer:
        """List refinement runs, or those that made an entry.

        Returns
        -------
        Answer
            Columns id, model, seed, config, data_sha256, potential_sha256, results, files, code_version.
        """
        return adding.refinements(
            self._storage, None if name is None else resolving.resolve(self._storage, name).structure_id
        )

    def lineage(self, name: str) -> LineageAnswer:
        """Return data, potentials, labels and runs that an entry, or the model of a run, was made from.

        Parameters
        ----------
        name : str
            Of an entry; or the key of a run, or its start.

        Raises
        ------
        NotFoundError
            If nothing has the name, or no run made it.
        """
        return lineage.lineage(self._storage, name)

    def record_attempt(
        self,
        input: str,
        status: str,
        cause: str,
        *,
        content_hash: str | None = None,
        label: str | None = None,
        seconds: float = 0.0,
    ) -> None:
        """Note an input that gave no entry.

        Parameters
        ----------
        input : str
            The file, or where else it came from.
        status : str
            ``no net``, ``timeout`` or ``error``.
        cause : str
            The sentence that says why.
        content_hash : str, optional
            SHA-256 of the input; None if it could not be read.
        label : str, optional
            What the entry would have been called.
        seconds : float
            How long it took.
        """
        builder = BatchBuilder()
        builder.add_failure(input, cause, status=status, sha256=content_hash, label=label, seconds=seconds)
        commit(self._storage, builder.build())

    def list(self, filters: Filters | None = None, *, limit: int | None = None) -> Answer:
        """List the nets: label, name, kind, source, n_nodes, symbol, sigma, status.

        Parameters
        ----------
        filters : Filters, optional
            Which nets.
        limit : int, optional
            How many, at most; a note says how many more there are.
        """
        return listing.listed(self._storage, filters, limit)

    def show(self, name: str) -> ShowAnswer:
        """Return all that is known of an entry.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has the name.
        """
        return showing.show(self._storage, resolving.resolve(self._storage, name))

    def label(self, name: str) -> str:
        """Return the full label of the entry that a name means."""
        return resolving.resolve(self._storage, name).label

    def net(self, name: str) -> Net:
        """Return the net of an entry."""
        return showing.load_net(self._storage, resolving.resolve(self._storage, name))

    def atoms(self, name: str) -> Structure:
        """Return the structure itself.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has the name, or the entry came as a net.
        """
        return showing.load_atoms(self._storage, resolving.resolve(self._storage, name))

    def geometry(self, name: str) -> tuple[Histogram, ...]:
        """Return the histograms of distances and angles of an entry, by quantity; none if it came as a net."""
        return showing.load_geometry(self._storage, resolving.resolve(self._storage, name))

    def query(self, statement: str, parameters: Iterable[object] | dict[str, object] = ()) -> Answer:
        """Answer a question in SQL; the view `entry` has one row per net.

        Parameters
        ----------
        statement : str
            One statement that reads.
        parameters : iterable or dict
            Values for its ``?`` or its ``$name``.

        Raises
        ------
        InputError
            If it is no SQL, or asks for what is not there.
        RefusedError
            If it writes, reads files, or is more than one statement.

        Examples
        --------
        >>> with Catalogue.in_memory() as catalogue:
        ...     catalogue.query("SELECT count(*) AS nets FROM entry")
        nets
        0
        """
        return sql.ask(self._storage, statement, parameters)

    def sql(self, query: str, parameters: Iterable[object] | dict[str, object] = ()) -> Answer:
        """Do the same as :meth:`query`."""
        return self.query(query, parameters)

    def duplicates(self, by: str = "key") -> Answer:
        """Group what is stored more than once.

        Parameters
        ----------
        by : str
            ``key``: nets of one canonical key, clustering and formula; ``file``: nets from files with the same bytes;
            ``structure``: the same atoms at the same places; ``twins``: one refcode with several endings, such as
            ``ABAVIJ_ASR`` and ``ABAVIJ_FSR`` (all or free solvent removed); ``vector``: nets of one clustering with
            equal ring statistics, which need not be the same net.

        Returns
        -------
        Answer
            Columns representative (the first label), count, keys (different ones among them), labels; the largest
            group first.
        """
        return duplicates.groups(self._storage, by)

    def distinct_nets(self) -> Answer:
        """Count by distinct net.

        Returns
        -------
        Answer
            For each canonical key and clustering: name, clustering, nets, materials (twins such as ``ABAVIJ_ASR`` and
            ``ABAVIJ_FSR`` count once), formulas (different ones), representative, key; the most frequent first.
        """
        return duplicates.distinct(self._storage)

    def rename(self, archive: Archive) -> NamingReport:
        """Look up the keys of all nets in an archive of names, and store the names that they have there."""
        return renaming.rename(self._storage, archive)

    def close(self) -> None:
        """Let go of the file."""
        self._storage.close()

    def __len__(self) -> int:
        return int(self._storage.rows("SELECT count(*) FROM net")[0][0])

    def __iter__(self) -> Iterator[str]:
        return iter(self.list().table["label"].to_pylist())

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        try:
            resolving.resolve(self._storage, name)
        except NotFoundError:
            return False
        return True

    def __getitem__(self, name: str) -> ShowAnswer:
        return self.show(name)

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is not None:
                blame(self._storage, error)
        finally:
            self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process open the file that this one reads: a connection is not passed on."""
        if self.path is None or not self._storage.read_only:
            raise RefusedError(
                "a catalogue that is written, or in memory, cannot be passed to other processes",
                hint="close it, and open it in each by Catalogue(PATH)",
            )
        return type(self), (self.path.absolute(),)

    def _repr_html_(self) -> str:
        by = self.query("SELECT kind, status, count(*) AS nets FROM entry GROUP BY ALL ORDER BY nets DESC")
        rows = [list(row.values()) for row in by.rows()]
        where = "in memory" if self.path is None else str(self.path)
        caption = f"Catalogue {where}: {len(self)} nets"
        return html_table(
            ("kind", "status", "nets"), rows, caption=caption, notes=("list() lists them, map() draws them",)
        )

    def __repr__(self) -> str:
        where = "in memory" if self.path is None else str(self.path)
        if self._storage.is_closed:
            return f"<Catalogue {where}: closed>"
        return f"<Catalogue {where}: {len(self)} {'net' if len(self) == 1 else 'nets'}>"
