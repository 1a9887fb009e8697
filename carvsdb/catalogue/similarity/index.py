"""All vectors of a catalogue in memory, made at the first question and kept until something changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions import filters as conditions
from carvsdb.catalogue.questions.resolving import refs
from carvsdb.compare.vector_index import VectorIndex
from carvsdb.errors import InputError
from carvsdb.rings.carvs import LARGEST_CUT_OFF, Carvs
from carvsdb_schemas.filters import Filters

_OF_NETS = ("label", "name", "source", "kind", "clustering", "bond_rule")


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The searches that a query is compared with.

    Attributes
    ----------
    mask : ndarray of bool, shape (n,)
        One for each net that may be compared.
    number : int
        How many that are.
    parts : dict of int to (ndarray of bool or None)
        By the number of the query's search, those compared with it; None for all there are.
    """

    mask: NDArray[np.bool_]
    number: int
    parts: dict[int, NDArray[np.bool_] | None]


@dataclass(slots=True, eq=False)
class SearchIndex:
    """The ring searches of one kind that found rings.

    Attributes
    ----------
    storage : Storage
    ring_kind : str
        ``ring`` or ``strong``.
    carvs_ids, net_ids : pyarrow.Array of str, length n
        Keys, sorted by net and search.
    matrix : ndarray of float32, shape (n, 32)
        Normalised vectors.
    net : ndarray of int64, shape (n,)
        Number of the net of each search: equal for searches of one net.
    complete : ndarray of bool, shape (n,)
    cut_off : ndarray of int32, shape (n,)
    linker_aware : ndarray of bool, shape (n,)
    vectors : VectorIndex
    counts : tuple of int
        Number of nets with rings, without, and not searched for rings of this kind.
    """

    storage: Storage
    ring_kind: str
    carvs_ids: pa.Array
    net_ids: pa.Array
    matrix: NDArray[np.float32]
    net: NDArray[np.int64]
    complete: NDArray[np.bool_]
    cut_off: NDArray[np.int32]
    linker_aware: NDArray[np.bool_]
    vectors: VectorIndex
    counts: tuple[int, int, int]
    _chosen: dict[object, "Chosen"] = field(default_factory=dict)
    _allowed: dict[Filters, NDArray[np.bool_]] = field(default_factory=dict)
    _about: pa.Table | None = None
    _asked: int = 0

    @classmethod
    def of(cls, storage: Storage, ring_kind: str) -> "SearchIndex":
        """Return the index of a catalogue, made if it has none."""
        key = f"search index {ring_kind}"
        if key not in storage.cache:
            storage.cache[key] = cls._make(storage, ring_kind)
        index: SearchIndex = storage.cache[key]
        return index

    @classmethod
    def _make(cls, storage: Storage, ring_kind: str) -> "SearchIndex":
        table = storage.table(
            "SELECT id::VARCHAR AS id, net_id::VARCHAR AS net_id, normalised, completeness <> 'no' AS complete, "
            "max_ring_size, linker_aware FROM carvs WHERE ring_kind = ? AND normalised IS NOT NULL "
            "ORDER BY carvs.net_id, carvs.id",
            [ring_kind],
        ).combine_chunks()
        flat = table["normalised"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        matrix = np.ascontiguousarray(flat, np.float32).reshape(-1, LARGEST_CUT_OFF)
        if not np.isfinite(matrix).all():
            wrong = int(np.flatnonzero(~np.isfinite(matrix).all(axis=1))[0])
            raise InputError(
                f"carvs {table['id'][wrong].as_py()}: normalised holds what is no number",
                path=storage.path,
                hint="`carvsdb db verify` lists all that is wrong",
            )
        net_ids = _one(table["net_id"])
        new = np.ones(len(net_ids), bool)
        if len(net_ids):
            new[1:] = pc.not_equal(net_ids[1:], net_ids[:-1]).to_numpy(zero_copy_only=False)
        total = storage.rows("SELECT count(*) FROM net")[0][0]
        searched = storage.rows("SELECT count(DISTINCT net_id) FROM carvs WHERE ring_kind = ?", [ring_kind])[0][0]
        with_rings = int(new.sum())
        return cls(
            storage=storage,
            ring_kind=ring_kind,
            carvs_ids=_one(table["id"]),
            net_ids=net_ids,
            matrix=matrix,
            net=np.cumsum(new) - 1,
            complete=table["complete"].to_numpy(),
            cut_off=table["max_ring_size"].to_numpy(),
            linker_aware=table["linker_aware"].to_numpy(),
            vectors=VectorIndex(matrix),
            counts=(with_rings, int(searched) - with_rings, int(total) - int(searched)),
        )

    def chosen(self, choices: Sequence[Carvs], cut_off: int | None = None) -> "Chosen":
        """Choose, for each net, the search that a query is compared with, and which search of the query that is.

        It is the complete one with the largest cut-off, if the query is complete, too; else one to the cut-off of the
        query.

        Parameters
        ----------
        choices : sequence of Carvs
            The searches of the query, the best first.
        cut_off : int, optional
            Only searches to this ring size.
        """
        pattern = tuple((carvs.is_complete, carvs.max_ring_size) for carvs in choices)
        key = (cut_off, pattern)
        if key not in self._chosen:
            self._chosen[key] = self._choose(pattern, cut_off)
        return self._chosen[key]

    def _choose(self, pattern: tuple[tuple[bool, int], ...], only: int | None) -> "Chosen":
        partner = np.full(len(self.net), -1, np.int8)
        both = np.zeros(len(self.net), bool)
        wanted = np.ones(len(self.net), bool) if only is None else self.cut_off == only
        for number, (complete, cut_off) in enumerate(pattern):
            fits = (self.cut_off == cut_off) & (partner < 0) & wanted
            if complete:
                fits |= self.complete & ~both & wanted
                both |= self.complete
            partner[fits] = number
        mask = partner >= 0
        several = np.flatnonzero(mask)
        if (np.diff(self.net[several]) == 0).any():
            preferred = (
                several,
                ~self.linker_aware[several],
                -self.cut_off[several],
                ~both[several],
                self.net[several],
            )
            order = several[np.lexsort(preferred)]
            first = np.ones(len(order), bool)
            first[1:] = self.net[order[1:]] != self.net[order[:-1]]
            mask = np.zeros(len(self.net), bool)
            mask[order[first]] = True
        parts = {int(number): mask & (partner == number) for number in np.unique(partner[mask])}
        return Chosen(mask, int(mask.sum()), {number: None if here.all() else here for number, here in parts.items()})

    def allowed(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Return which searches meet some conditions; None where there are none."""
        if filters.is_empty:
            return None
        if filters not in self._allowed:
            self._allowed = {filters: conditions.mask(filters, self.about())}
        return self._allowed[filters]

    def about(self) -> pa.Table:
        """Return label, name, source, kind, clustering, bond rule, symbol and more of each search."""
        if self._about is None:
            self._about = conditions.about(self.storage, self.ring_kind)
        return self._about

    def described(self, rows: NDArray[np.int64], many: bool) -> pa.Table:
        """Return label, name, source, kind, clustering, bond rule and symbol of some searches.

        Notes
        -----
        For a single question the tables are asked; from the second on, all of them are kept in memory.
        """
        self._asked += 1
        if many or self._asked > 1:
            return self.about().select([*_OF_NETS, "symbol"]).take(pa.array(rows))
        net_ids = self.net_ids.take(pa.array(rows)).to_pylist()
        carvs_ids = self.carvs_ids.take(pa.array(rows)).to_pylist()
        ref_of = {ref.net_id: ref for ref in refs(self.storage, "net.id IN (SELECT unnest(?::UUID[]))", [net_ids])}
        found = [ref_of[net_id] for net_id in net_ids]
        symbol_of = dict(
            self.storage.rows(
                "SELECT id::VARCHAR, symbol FROM carvs WHERE id IN (SELECT unnest(?::UUID[]))", [carvs_ids]
            )
        )
        return pa.table(
            {
                **{name: pa.array([getattr(ref, name) for ref in found], pa.string()) for name in _OF_NETS},
                "symbol": pa.array([symbol_of[carvs_id] for carvs_id in carvs_ids], pa.string()),
            }
        )

    def of_key(self, key: str) -> NDArray[np.int64]:
        """Return the searches of the nets that have a canonical key."""
        ids = [net_id for (net_id,) in self.storage.rows("SELECT id::VARCHAR FROM net WHERE key = ?", [key])]
        return np.asarray(np.flatnonzero(pc.is_in(self.net_ids, value_set=pa.array(ids, pa.string())).to_numpy(False)))

    def of_structure(self, structure_id: str) -> NDArray[np.int64]:
        """Return the searches of the nets of a structure."""
        ids = [
            net_id
            for (net_id,) in self.storage.rows("SELECT id::VARCHAR FROM net WHERE structure_id = ?", [structure_id])
        ]
        return np.asarray(np.flatnonzero(pc.is_in(self.net_ids, value_set=pa.array(ids)).to_numpy(False)))


def _one(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)
