"""The half of the catalogue's front that compares: nets, nodes, maps."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.records.entry import Entry
from carvsdb.catalogue.similarity import (
    comparable,
    distances,
    environments,
    similar,
)
from carvsdb.catalogue.similarity.comparable import Vectors
from carvsdb.catalogue.similarity.distances import DistanceTable
from carvsdb.catalogue.similarity.index import SearchIndex
from carvsdb.catalogue.similarity.side_index import RECALL, ApproximateIndex, ApproximateReport
from carvsdb.catalogue.similarity.similar import Query
from carvsdb.compare.metrics import CARVS
from carvsdb.compare.noise import BlockSums
from carvsdb.errors import InputError
from carvsdb.net.graph import Net
from carvsdb.rings import Carvs, find_rings
from carvsdb_schemas.filters import Filters

if TYPE_CHECKING:
    pass


class Searching:
    """What a catalogue answers about likeness; see :class:`carvsdb.catalogue.Catalogue`."""

    _storage: Storage

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
        return similar.nearest(
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
        return similar.nearest_each(
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
        entries: Iterable[str | Entry | Sequence[str | Entry]],
        *others: str | Entry | Sequence[str | Entry],
        ring_kind: str = "ring",
        metric: str = CARVS,
        seed: int = 0,
        progress: bool | None = None,
    ) -> DistanceTable:
        """Measure the distances between entries.

        Parameters
        ----------
        entries : iterable of str or Entry, or of sequences of them
            Names, or nets that the catalogue does not hold; several in a sequence of their own are models of one
            material, whose nodes are pooled and whose spread is the noise.
        *others : str, Entry or sequence of them
            Further ones, where the first is one of them: ``distance("sod", "cag")``.
        ring_kind : str
            ``ring`` or ``strong``.
        metric : str
            ``carvs``, ``ring-sizes``, ``nodes`` or ``shells``; see :mod:`carvsdb.compare.metrics`.
        seed : int
            Seed of random draws.
        progress : bool, optional
            Whether a bar is shown; by default on a terminal and in a notebook, once a second has gone.

        Raises
        ------
        InputError
            If it is no sequence of names.
        NotFoundError
            If nothing, or more than one thing, has one of the names.
        RefusedError
            If one has no rings, or they were searched to other ring sizes and not all are complete.
        """
        return distances.distances(
            self._storage,
            [cast(str, entries), *others] if others else entries,
            ring_kind=ring_kind,
            metric=metric,
            seed=seed,
            progress=progress,
        )

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
        return comparable.all_vectors(self._storage, ring_kind, max_ring_size)

    def _query(self, query: str | Net | Carvs | Entry, blocks: BlockSums | None, ring_kind: str) -> Query:
        if isinstance(query, str):
            return Query.of_entry(self._storage, query, ring_kind)
        if isinstance(query, Entry):
            about = query.description
            made = (query.label, about.clustering, about.bond_rule)
            return Query.of_carvs(query.carvs(), query.blocks if blocks is None else blocks, made, about.key)
        if isinstance(query, Net):
            query = find_rings(query).carvs()
        if not isinstance(query, Carvs):
            raise InputError(
                f"a catalogue is asked by the name of an entry, a Net, a Carvs or an Entry, got {type(query).__name__}",
                hint="carvsdb.similar takes files and atoms, too",
            )
        return Query.of_carvs(query, blocks)
