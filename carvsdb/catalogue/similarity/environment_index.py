"""Which nets have which environments, in memory: made at the second question, kept until the catalogue changes."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from carvsdb.catalogue.file.schema import HANDLES
from carvsdb.catalogue.file.storage import Storage

LARGEST = 50_000_000
"""Rows of `net_environment` that an index is made of, at most: 12 bytes each."""


@dataclass(frozen=True, slots=True, eq=False)
class EnvironmentIndex:
    """The searches that saw each environment.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_environments + 1,)
        Where the rows of each environment begin; environments are sorted by key.
    searches : ndarray of int32, shape (n_rows,)
        Number of the search.
    nodes : ndarray of int32, shape (n_rows,)
        How many nodes of that kind it saw.
    net : ndarray of int32, shape (n_searches,)
        Number of the net of each search.
    repeated : bool
        Whether a net was searched several times.
    n_nodes : ndarray of int32, shape (n_nets,)
    labels, kinds : pyarrow.Array of str, length n_nets
        What the nets are called, and ``crystalline``, ``amorphous`` or ``generated``.
    """

    starts: NDArray[np.int64]
    searches: NDArray[np.int32]
    nodes: NDArray[np.int32]
    net: NDArray[np.int32]
    repeated: bool
    n_nodes: NDArray[np.int32]
    labels: pa.Array
    kinds: pa.Array

    @classmethod
    def of(cls, storage: Storage, ring_kind: str) -> "EnvironmentIndex | None":
        """Return the index of a catalogue; None at its first question, and where it would be too large."""
        key = f"environment index {ring_kind}"
        if key not in storage.cache:
            if not storage.cache.setdefault(f"{key} asked", False):
                storage.cache[f"{key} asked"] = True
                return None
            rows = storage.rows("SELECT count(*) FROM net_environment")[0][0]
            storage.cache[key] = cls._make(storage, ring_kind) if rows <= LARGEST else None
        index: EnvironmentIndex | None = storage.cache[key]
        return index

    @classmethod
    def _make(cls, storage: Storage, ring_kind: str) -> "EnvironmentIndex":
        nets = storage.table(
            f"SELECT handles.label, kind, n_nodes FROM ({HANDLES}) AS handles JOIN net ON net.id = handles.net_id "
            "JOIN structure ON structure.id = structure_id ORDER BY net.id"
        ).combine_chunks()
        numbered = "SELECT id, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS number FROM"
        searches = storage.table(
            f"WITH nets AS ({numbered} net) SELECT number AS net FROM carvs JOIN nets ON nets.id = net_id "
            "WHERE ring_kind = ? ORDER BY carvs.id",
            [ring_kind],
        )
        rows = storage.table(
            f"WITH sorts AS ({numbered} environment), searches AS ({numbered} carvs WHERE ring_kind = ?) "
            "SELECT sorts.number AS sort, searches.number AS search, multiplicity FROM net_environment "
            "JOIN sorts ON sorts.id = environment_id JOIN searches ON searches.id = carvs_id ORDER BY sort",
            [ring_kind],
        )
        total = storage.rows("SELECT count(*) FROM environment")[0][0]
        owners = _numbers(searches["net"])
        return cls(
            np.searchsorted(_numbers(rows["sort"]), np.arange(total + 1)).astype(np.int64),
            _numbers(rows["search"]),
            _numbers(rows["multiplicity"]),
            owners,
            bool(len(owners)) and int(np.bincount(owners).max()) > 1,
            _numbers(nets["n_nodes"]),
            pa.concat_arrays(nets["label"].chunks or [pa.array([], pa.string())]),
            pa.concat_arrays(nets["kind"].chunks or [pa.array([], pa.string())]),
        )

    def containing(
        self, places: NDArray[np.int64], distances: NDArray[np.float64], limit: int
    ) -> list[tuple[str, str, int, float, float]]:
        """Find the nets with one of some environments, the largest share of nodes first.

        Parameters
        ----------
        places : ndarray of int64, shape (n,)
            Numbers of environments.
        distances : ndarray of float64, shape (n,)
            How far each is from what was asked.
        limit : int
            How many nets.

        Returns
        -------
        list of (label, kind, nodes, share, distance)
        """
        order = np.argsort(distances, kind="stable")  # the first time that a search is met is the nearest
        places, distances = places[order], distances[order]
        spans = [slice(self.starts[place], self.starts[place + 1]) for place in places.tolist()]
        empty = [np.zeros(0, np.int32)]
        every = np.concatenate([self.searches[span] for span in spans] or empty)
        nodes = np.concatenate([self.nodes[span] for span in spans] or empty)
        far = np.repeat(distances, [span.stop - span.start for span in spans])
        sums = np.bincount(every, nodes, len(self.net))
        seen = np.flatnonzero(sums)
        far_of = np.zeros(len(self.net))
        far_of[every[::-1]] = far[::-1]
        net, total, nearest = self.net[seen], sums[seen].astype(np.int64), far_of[seen]
        if self.repeated:  # a net that was searched several times counts once, by the search that saw most
            best = np.lexsort((-total, net))
            best = best[np.diff(net[best], prepend=-1) > 0]
            net, total, nearest = net[best], total[best], nearest[best]
        share = total / self.n_nodes[net]
        if len(net) > limit:
            least = np.partition(share, len(share) - limit)[len(share) - limit]
            best = np.flatnonzero(share >= least)
            net, total, nearest, share = net[best], total[best], nearest[best], share[best]
        table = pa.table({"label": self.labels.take(pa.array(net)), "share": share})
        by = [("share", "descending"), ("label", "ascending")]
        rows = pc.select_k_unstable(table, min(limit, len(net)), by) if len(net) else pa.array([], pa.int64())
        first = rows.to_numpy()
        return list(
            zip(
                table["label"].take(rows).to_pylist(),
                self.kinds.take(pa.array(net[first])).to_pylist(),
                total[first].tolist(),
                share[first].tolist(),
                nearest[first].tolist(),
                strict=True,
            )
        )


def _numbers(column: pa.ChunkedArray) -> NDArray[np.int32]:
    return np.asarray(column.to_numpy(), np.int32)
