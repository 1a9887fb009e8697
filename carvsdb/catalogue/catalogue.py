"""The front of the catalogue."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue import (
    adding,
    distances,
    duplicates,
    environments,
    listing,
    maps,
    names,
    naming,
    neighbours,
    queries,
    schema,
    searches,
    showing,
)
from carvsdb.catalogue.adding import AddReport
from carvsdb.catalogue.answer import Answer
from carvsdb.catalogue.approximate import RECALL, ApproximateIndex, ApproximateReport
from carvsdb.catalogue.atoms import Atoms
from carvsdb.catalogue.batch import Batch, BatchBuilder
from carvsdb.catalogue.committing import CommitReport, commit
from carvsdb.catalogue.distances import DistanceTable
from carvsdb.catalogue.entry import Entry
from carvsdb.catalogue.filters import Filters
from carvsdb.catalogue.histograms import Histogram
from carvsdb.catalogue.maps import StoredMap
from carvsdb.catalogue.naming import NamingReport
from carvsdb.catalogue.neighbours import Query
from carvsdb.catalogue.refinements import RefinementRun
from carvsdb.catalogue.search_index import SearchIndex
from carvsdb.catalogue.searches import Vectors
from carvsdb.catalogue.storage import Storage
from carvsdb.compare.embedding import Embedding
from carvsdb.compare.metrics import CARVS
from carvsdb.compare.noise import BlockSums
from carvsdb.net.graph import Net
from carvsdb.rings import Carvs, find_rings
from carvsdb.topology.archive import Archive
from carvsdb_schemas.answers import ShowAnswer


class Catalogue:
    """A DuckDB file of entries, their nets and their rings.

    Open one with :meth:`open` or :meth:`in_memory`, best in a ``with`` block. A writer holds the file alone.

    Notes
    -----
    NAME, wherever it is asked for, is a label, else the only label that starts so, else an id in a source,
    else an archive name. A structure with several nets calls them ``label@clustering``.

    Examples
    --------
    >>> from carvsdb.catalogue import Catalogue
    >>> with Catalogue.in_memory() as catalogue:
    ...     catalogue
    <Catalogue in memory: 0 nets>
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

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
        """Store the rows of many entries in one transaction, by Arrow; see :class:`carvsdb.catalogue.batch.Batch`.

        Multiples of 122,880 nets (:data:`carvsdb.catalogue.storage.ROW_GROUP`) are the fastest.

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
            self._storage, None if name is None else names.resolve(self._storage, name).structure_id
        )

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
        return showing.show(self._storage, names.resolve(self._storage, name))

    def label(self, name: str) -> str:
        """Return the full label of the entry that a name means."""
        return names.resolve(self._storage, name).label

    def net(self, name: str) -> Net:
        """Return the net of an entry."""
        return showing.load_net(self._storage, names.resolve(self._storage, name))

    def atoms(self, name: str) -> Atoms:
        """Return the structure itself.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has the name, or the entry came as a net.
        """
        return showing.load_atoms(self._storage, names.resolve(self._storage, name))

    def geometry(self, name: str) -> tuple[Histogram, ...]:
        """Return the histograms of distances and angles of an entry, by quantity; none if it came as a net."""
        return showing.load_geometry(self._storage, names.resolve(self._storage, name))

    def query(self, sql: str) -> Answer:
        """Answer a question in SQL; the view `entry` has one row per net.

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
        return queries.ask(self._storage, sql)

    def sql(self, query: str) -> Answer:
        """Do the same as :meth:`query`."""
        return self.query(query)

    def similar(
        self,
        query: str | Net | Carvs | Entry,
        k: int = 10,
        *,
        blocks: BlockSums | None = None,
        ring_kind: str = "ring",
        filters: Filters | None = None,
        metric: str = CARVS,
        approximate: bool = False,
        seed: int = 0,
    ) -> Answer:
        """Find the nets whose ring statistics are nearest.

        Parameters
        ----------
        query : str, Net, Carvs or Entry
            The name of an entry, or what need not be stored.
        k : int
            How many.
        blocks : BlockSums, optional
            Ring counts by blocks of space of a query that is not stored, for the noise.
        ring_kind : str
            ``ring`` or ``strong``, of a query by name.
        filters : Filters, optional
            Which nets may be found.
        metric : str
            ``carvs`` or ``ring-sizes``; see :mod:`carvsdb.compare.metrics`. Only ``carvs`` has a noise.
        approximate : bool
            Look into the side index, which is made if there is none: see :meth:`side_index`.
        seed : int
            Seed of the resampling of blocks.

        Returns
        -------
        Answer
            Columns label, name, source, kind, distance, noise, noise_kind, symbol; nearest first. A query by
            name is not among them, nor are other nets of its structure. Notes say what was left out.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has the name.
        RefusedError
            If the query has no rings.
        """
        asked = self._query(query, blocks, ring_kind)
        return neighbours.nearest(
            self._storage, asked, k, filters=filters, metric=metric, approximate=approximate, seed=seed
        )

    def similar_each(
        self,
        queries: Sequence[str | Net | Carvs | Entry],
        k: int = 10,
        *,
        ring_kind: str = "ring",
        filters: Filters | None = None,
        metric: str = CARVS,
        approximate: bool = False,
        with_noise: bool = False,
        seed: int = 0,
    ) -> Sequence[Answer]:
        """Find the nearest nets of many queries at once, which is much faster than one after another.

        As :meth:`similar`; the noise is only worked out if it is asked for.
        """
        asked = [self._query(query, None, ring_kind) for query in queries]
        return neighbours.nearest_each(
            self._storage,
            asked,
            k,
            filters=filters,
            metric=metric,
            approximate=approximate,
            with_noise=with_noise,
            seed=seed,
        )

    def side_index(self, *, ring_kind: str = "ring", recall: float = RECALL) -> ApproximateReport:
        """Make the side index of approximate search beside the file, unless it is there and fresh; says what it is.

        Parameters
        ----------
        ring_kind : str
            ``ring`` or ``strong``.
        recall : float
            Share of the ten nearest that must be found, on average over vectors of the catalogue.

        Raises
        ------
        MissingExtraError
            If faiss is not installed.
        """
        return ApproximateIndex.open(self._storage, ring_kind, recall=recall).report

    def environments(self, name: str, *, ring_kind: str = "ring", same_coordination: bool = False) -> Answer:
        """Say which crystalline environments make up a net: each of its nodes is matched to the nearest.

        Parameters
        ----------
        name : str
            An entry, such as a model of a glass.
        ring_kind : str
            ``ring`` or ``strong``.
        same_coordination : bool
            Whether a node is held only against nodes with as many bonds.

        Returns
        -------
        Answer
            Columns vertex_symbol, coordination, share (of the net's nodes), nodes, distance (their mean topological
            distance from it), nets (some that have it), environment (its key); the most frequent first.

        Raises
        ------
        RefusedError
            If the net has no rings, or the catalogue no other crystal.
        """
        return environments.compose(self._storage, name, ring_kind=ring_kind, same_coordination=same_coordination)

    def sorts(self, name: str, *, ring_kind: str = "ring") -> Answer:
        """List the sorts of node of a net, the most frequent first.

        Returns
        -------
        Answer
            Columns sort (its number), vertex_symbol, coordination, nodes, share (of the net's nodes), symbol (the rings
            through such a node), environment (its key).
        """
        return environments.sorts(self._storage, name, ring_kind)

    def node_counts(self, name: str, sort: int = 0, *, ring_kind: str = "ring") -> NDArray[np.int64]:
        """Return the rings through a node of one sort of a net, by size from 1 to 32."""
        return environments.counts_of(self._storage, name, sort, ring_kind)

    def containing(
        self, name: str, sort: int = 0, *, within: float = 0.0, ring_kind: str = "ring", limit: int = 100
    ) -> Answer:
        """Find the nets that contain nodes like those of one sort of a net.

        Parameters
        ----------
        name : str
            An entry.
        sort : int
            Which of its sorts of node, the most frequent first.
        within : float
            How far such a node may be, as a topological distance; 0 asks for equal ones.
        ring_kind : str
            ``ring`` or ``strong``.
        limit : int
            How many nets.

        Returns
        -------
        Answer
            Columns label, kind, nodes, share, distance; the largest share first.
        """
        return environments.containing(self._storage, name, sort, within=within, ring_kind=ring_kind, limit=limit)

    def containing_key(self, environment: str, *, within: float = 0.0, limit: int = 100) -> Answer:
        """Find the nets that contain an environment, by its key (as :meth:`environments` gives it)."""
        return environments.containing_key(self._storage, environment, within=within, limit=limit)

    def containing_counts(
        self,
        counts: Sequence[int] | NDArray[np.int64],
        *,
        within: float = 0.0,
        ring_kind: str = "ring",
        limit: int = 100,
    ) -> Answer:
        """Find the nets that contain nodes like one that is not stored, by its numbers of 1-rings, 2-rings and so on.

        As :meth:`containing`; but 0 asks for equal proportions, whatever the vertex symbol and the coordination.
        """
        asked = np.asarray(counts, np.int64)
        return environments.containing_counts(self._storage, asked, within=within, ring_kind=ring_kind, limit=limit)

    def normalised_matrix(self, *, ring_kind: str = "ring") -> NDArray[np.float32]:
        """Return the normalised vectors of all searches that found rings, shape (n, 32), as they are searched."""
        return SearchIndex.of(self._storage, ring_kind).matrix

    def distance(
        self,
        entries: Sequence[str | Sequence[str]],
        *,
        ring_kind: str = "ring",
        metric: str = CARVS,
        seed: int = 0,
    ) -> DistanceTable:
        """Measure the distances between entries.

        Parameters
        ----------
        entries : sequence of str, or of sequences of str
            Names; several names in a sequence of their own are models of one material, whose nodes are pooled and
            whose spread is the noise.
        ring_kind : str
            ``ring`` or ``strong``.
        metric : str
            ``carvs``, ``ring-sizes``, ``nodes`` or ``shells``; see :mod:`carvsdb.compare.metrics`.
        seed : int
            Seed of random draws.

        Raises
        ------
        NotFoundError
            If nothing, or more than one thing, has one of the names.
        RefusedError
            If one has no rings, or they were searched to other ring sizes and not all are complete.
        """
        return distances.distances(self._storage, entries, ring_kind=ring_kind, metric=metric, seed=seed)

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
        return naming.rename(self._storage, archive)

    def normalised_vectors(self, *, ring_kind: str = "ring", max_ring_size: int | None = None) -> Vectors:
        """Return the normalised vectors of all nets that may be compared with each other.

        Parameters
        ----------
        ring_kind : str
            ``ring`` or ``strong``.
        max_ring_size : int, optional
            Take searches to this cut-off. Default: the complete ones or those of one cut-off, whichever has
            more nets.
        """
        return searches.all_vectors(self._storage, ring_kind, max_ring_size)

    def store_embedding(self, vectors: Vectors, embedding: Embedding) -> int:
        """Keep a map of :meth:`normalised_vectors` and return its number."""
        return maps.store_map(self._storage, vectors, embedding)

    def embedding(self, number: int | None = None) -> StoredMap:
        """Return a map that was kept; by default the newest.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        return maps.load_map(self._storage, number)

    def close(self) -> None:
        """Let go of the file."""
        self._storage.close()

    def _query(self, query: str | Net | Carvs | Entry, blocks: BlockSums | None, ring_kind: str) -> Query:
        if isinstance(query, str):
            return Query.of_entry(self._storage, query, ring_kind)
        if isinstance(query, Entry):
            return Query.of_carvs(query.carvs(), query.blocks if blocks is None else blocks)
        if isinstance(query, Net):
            query = find_rings(query).carvs()
        return Query.of_carvs(query, blocks)

    def __len__(self) -> int:
        return int(self._storage.rows("SELECT count(*) FROM net")[0][0])

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "in memory" if self.path is None else str(self.path)
        return f"<Catalogue {where}: {len(self)} {'net' if len(self) == 1 else 'nets'}>"
