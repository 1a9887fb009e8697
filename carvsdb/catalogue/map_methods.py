"""The part of the catalogue's front that makes maps, keeps them, shows them and puts nets onto them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.questions import resolving, showing
from carvsdb.catalogue.records.entry import Entry
from carvsdb.catalogue.similarity import environment_maps, map_colours, maps, projecting, stored_map
from carvsdb.catalogue.similarity.comparable import Vectors
from carvsdb.catalogue.similarity.projecting import Projected
from carvsdb.catalogue.similarity.stored_map import StoredMap
from carvsdb.catalogue.similarity_methods import Searching
from carvsdb.compare.embedding import Embedding, EmbeddingOptions, Level, fit_embedding
from carvsdb.net.graph import Net
from carvsdb.plots.colours import MapColours
from carvsdb.rings import Carvs, coordination_sequences

if TYPE_CHECKING:
    from carvsdb.plots.notebook import Picture


class MapMaking(Searching):
    """What a catalogue does with maps; see :class:`carvsdb.catalogue.Catalogue`."""

    def store_embedding(self, vectors: Vectors, embedding: Embedding) -> int:
        """Keep a map of :meth:`normalised_vectors` and return its number."""
        return maps.store_map(self._storage, vectors.carvs_ids, embedding)

    def embedding(self, number: int | None = None) -> StoredMap:
        """Return a map that was kept; by default the newest.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        return maps.load_map(self._storage, number)

    def embed(
        self,
        options: EmbeddingOptions | None = None,
        *,
        ring_kind: str = "ring",
        level: Level = "nets",
        progress: bool | None = None,
    ) -> StoredMap:
        """Make a map of all nets that may be compared, or of their nodes, keep it, and return it.

        Parameters
        ----------
        options : EmbeddingOptions, optional
        ring_kind : str
            ``ring`` or ``strong``.
        level : str
            ``nets``: a point a net; ``environments``: a point a distinct node of any of them.
        progress : bool, optional
            Whether a bar shows how far UMAP is; by default on a terminal and in a notebook, once a second has gone.
        """
        options = options or EmbeddingOptions()
        vectors = self.normalised_vectors(ring_kind=ring_kind)
        if level == "environments":
            nodes, embedding = environment_maps.fit_environments(self._storage, vectors, options, progress)
            return self.embedding(maps.store_map(self._storage, nodes.environment_ids, embedding))
        shells = maps.shells_of(self._storage, vectors.carvs_ids) if options.inputs == "shells" else None
        embedding = fit_embedding(vectors.matrix, options, shells=shells, progress=progress)
        return self.embedding(self.store_embedding(vectors, embedding))

    def map_colours(self, stored: StoredMap, column: str) -> MapColours:
        """Return what to colour the points of a map by.

        Parameters
        ----------
        stored : StoredMap
        column : str
            ``coordination`` (bonds of most nodes), ``mean-ring-size``, ``cluster`` (HDBSCAN on true distances, with
            what each cluster has in common), or a column of the view `entry`: ``name``,
            ``sigma``, ``density``, ``source``, ``n_nodes``, ``clustering`` and so on.

        Raises
        ------
        InputError
            If there is no such column, or it is neither of numbers nor of words.
        """
        return map_colours.colours_by(self._storage, stored, column)

    def map(self, number: int | None = None, *, colour: str | None = None, highlight: Sequence[str] = ()) -> "Picture":
        """Draw a map that is kept for a notebook; ``carvsdb embed plot`` draws it into a file.

        Parameters
        ----------
        number : int, optional
            Which map; by default the newest. Without one, :meth:`embed` makes it.
        colour : str, optional
            What to colour points by, as in :meth:`map_colours`.
        highlight : sequence of str
            Names of entries to ring and to name in any case.

        Returns
        -------
        carvsdb.plots.notebook.Picture
        """
        # matplotlib takes long to load, and only pictures need it.
        from carvsdb.plots.notebook import view_map

        stored = self.embedding(number)
        nets = [resolving.resolve(self._storage, name).label for name in highlight]
        ringed = [point for net in nets for point in stored.points_of(net)]
        colours = None if colour is None else self.map_colours(stored, colour)
        return view_map(stored.embedding, stored.labels, stored.kinds, ringed, colours)

    def project(self, query: str | Net | Carvs | Entry, number: int | None = None) -> Projected:
        """Put a net onto a map that is kept, which stays as it is, and say how far off the map it is.

        Parameters
        ----------
        query : str, Net, Carvs or Entry
            The name of an entry, or what need not be stored.
        number : int, optional
            Which map, one of nets; by default the newest map.

        Raises
        ------
        NotFoundError
            If there is no such map or entry.
        RefusedError
            If the net was made by another clustering or bond rule than those of the map, or was searched in another
            way; or the map is of node environments.
        """
        stored = self.embedding(number)
        ring_kind = stored.nets[0].ring_kind if stored.nets else "ring"
        shells = self._shells(query) if stored.embedding.inputs == "shells" else None
        return projecting.project_onto(stored, self._query(query, None, ring_kind), projecting.label_of(query), shells)

    def project_environments(self, query: str | Net | Entry, number: int | None = None) -> list[Projected]:
        """Put the nodes of a net onto a map of node environments, each sort of node once, the most frequent first.

        Parameters
        ----------
        query : str, Net or Entry
            The name of an entry, or what need not be stored.
        number : int, optional
            Which map, one of node environments; by default the newest map.

        Raises
        ------
        NotFoundError, RefusedError
            As :meth:`project`; or if the map is of nets.
        """
        stored = self.embedding(number)
        ring_kind = stored.nets[0].ring_kind if stored.nets else "ring"
        nodes = projecting.nodes_of(self._storage, query, ring_kind)
        return projecting.project_nodes_onto(stored, nodes, projecting.label_of(query))

    def _shells(self, query: str | Net | Carvs | Entry) -> NDArray[np.float64] | None:
        if isinstance(query, str):
            about = showing.show(self._storage, resolving.resolve(self._storage, query)).description
            sequences = [one.model_dump() for one in about.coordination_sequences]
        elif isinstance(query, Entry):
            sequences = [one.model_dump() for one in query.description.coordination_sequences]
        elif isinstance(query, Net):
            return np.asarray(coordination_sequences(query).mean(axis=0), np.float64)
        else:
            return None
        return stored_map.mean_shells(sequences)
