"""Nearest-neighbour search of nets: an exact scan of all normalised vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carvsdb.catalogue.file.net_columns import degrees, interpenetration
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.questions.resolving import resolve
from carvsdb.catalogue.similarity.comparable import blocks_of, blocks_of_many, left_out, searches_of
from carvsdb.catalogue.similarity.index import SearchIndex
from carvsdb.catalogue.similarity.made_alike import Made, several_ways
from carvsdb.catalogue.similarity.side_index import ApproximateIndex
from carvsdb.compare.distance import distances_from
from carvsdb.compare.metrics import CARVS, RING_SIZES, ring_size_distances
from carvsdb.compare.noise import BlockSums, distance_noise
from carvsdb.errors import InputError
from carvsdb.rings.carvs import Carvs
from carvsdb_schemas.filters import Filters, check_filters

HITS = pa.schema(
    [
        ("label", pa.string()),
        ("name", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("distance", pa.float64()),
        ("noise", pa.float64()),
        ("noise_kind", pa.string()),
        ("symbol", pa.string()),
        ("interpenetration", pa.int32()),
        ("coordination", pa.string()),
        ("clustering", pa.string()),
        ("bond_rule", pa.string()),
    ]
)
"""Columns of an answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What neighbours are sought of.

    Attributes
    ----------
    choices : tuple of Carvs
        Its ring searches, the best first; all of one ring kind.
    vectors : tuple of ndarrays of float64, shape (32,)
        The normalised vector of each search, in single precision like the stored ones.
    blocks : tuple of (BlockSums or None)
        Ring counts by blocks of space, for each search.
    structure_id : str or None
        Key of its structure, whose nets are not its neighbours; None if it is not in the catalogue.
    made : tuple of str, or None
        Its label, clustering and bond rule, if they are known.
    key : str or None
        Its canonical key, if it is known: of nets at one distance, the same net comes first.
    """

    choices: tuple[Carvs, ...]
    vectors: tuple[NDArray[np.float64], ...]
    blocks: tuple[BlockSums | None, ...]
    structure_id: str | None = None
    made: Made | None = None
    key: str | None = None

    @classmethod
    def of_carvs(
        cls, carvs: Carvs, blocks: BlockSums | None, made: Made | None = None, key: str | None = None
    ) -> "Query":
        """Take what is not in the catalogue."""
        rounded = carvs.normalised.astype(np.float32).astype(np.float64)
        return cls((carvs,), (rounded,), (blocks,), made=made, key=key)

    @classmethod
    def of_entry(cls, storage: Storage, name: str, ring_kind: str) -> "Query":
        """Look up an entry."""
        ref = resolve(storage, name)
        searches = searches_of(storage, ref, ring_kind)
        return cls(
            tuple(search.carvs for search in searches),
            tuple(search.normalised for search in searches),
            tuple(blocks_of(storage, search.carvs_id) for search in searches),
            ref.structure_id,
            ref.made,
            storage.rows("SELECT key FROM net WHERE id = ?", [ref.net_id])[0][0],
        )


def nearest(
    storage: Storage,
    query: Query,
    k: int,
    *,
    filters: Filters | None = None,
    metric: str = CARVS,
    approximate: bool = False,
    seed: int = 0,
) -> Answer:
    """Find the nearest nets; see :meth:`Catalogue.similar`."""
    (answer,) = nearest_each(storage, [query], k, filters=filters, metric=metric, approximate=approximate, seed=seed)
    return answer


def nearest_each(
    storage: Storage,
    queries: Sequence[Query],
    k: int,
    *,
    filters: Filters | None = None,
    metric: str = CARVS,
    approximate: bool = False,
    with_noise: bool = True,
    seed: int = 0,
) -> list[Answer]:
    """Find the nearest nets of several queries; those of one kind are searched together."""
    if not isinstance(k, int | np.integer) or k < 1:
        raise InputError(f"the number of neighbours must be a whole number, 1 or more, got {k!r}")
    check_filters(filters)
    if approximate and metric != CARVS:
        raise InputError(f"an approximate search is by {CARVS}, not by {metric}")
    found = [_Found(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64), 0, np.zeros(0, bool)) for _ in queries]
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, query in enumerate(queries):
        pattern = tuple((carvs.is_complete, carvs.max_ring_size) for carvs in query.choices)
        groups.setdefault((query.choices[0].ring_kind, pattern), []).append(number)
    for members in groups.values():
        ring_kind = queries[members[0]].choices[0].ring_kind
        side = ApproximateIndex.open(storage, ring_kind) if approximate else None
        index = SearchIndex.of(storage, ring_kind)
        here = [queries[number] for number in members]
        for number, one in zip(members, _search(index, here, k, filters, metric, side), strict=True):
            found[number] = one
    return _answers(storage, queries, found, with_noise and metric == CARVS, seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Rows of the search index, nearest first, and which search of the query each was compared with."""

    rows: NDArray[np.int64]
    distances: NDArray[np.float64]
    choices: NDArray[np.int64]
    n_comparable: int
    is_same: NDArray[np.bool_]


def _search(
    index: SearchIndex,
    queries: Sequence[Query],
    k: int,
    filters: Filters | None,
    metric: str,
    side: ApproximateIndex | None,
) -> list[_Found]:
    """Search for queries whose searches have the same cut-offs and completeness."""
    chosen = index.chosen(queries[0].choices, None if filters is None else filters.max_ring_size)
    n_comparable = chosen.number
    allowed = None if filters is None else index.allowed(filters)
    own = [
        np.zeros(0, np.int64) if query.structure_id is None else index.of_structure(query.structure_id)
        for query in queries
    ]
    # To look for the key of each of many queries would take longer than all the rest.
    ask = len(queries) == 1
    same = [index.of_key(query.key) if ask and query.key else np.zeros(0, np.int64) for query in queries]
    wanted = k + max((len(rows) for rows in own), default=0)
    parts: list[list[tuple[NDArray[np.int64], NDArray[np.float64], int]]] = [[] for _ in queries]
    for number, here in chosen.parts.items():
        vectors = np.array([query.vectors[number] for query in queries])
        if allowed is not None:
            here = allowed if here is None else here & allowed
        if side is not None:
            searched = side.search(vectors, wanted, here)
        else:
            searched = _nearest(index, vectors, wanted, here, metric)
        for part, (rows, distances), query, twins in zip(parts, searched, queries, same, strict=True):
            part.append((rows, distances, number))
            if metric == CARVS:  # many nets can lie at one distance: the same net must not be lost among them
                left = twins[~np.isin(twins, rows)]
                left = left if here is None else left[here[left]]
                part.append(
                    (left, distances_from(query.vectors[number], index.matrix[left].astype(np.float64)), number)
                )
    found = []
    for part, mine, twins in zip(parts, own, same, strict=True):
        rows = np.concatenate([rows for rows, _, _ in part] or [np.zeros(0, np.int64)])
        distances = np.concatenate([distances for _, distances, _ in part] or [np.zeros(0)])
        choices = np.concatenate([np.full(len(rows), number) for rows, _, number in part] or [np.zeros(0, np.int64)])
        order = np.lexsort((rows, ~np.isin(rows, twins), distances))
        order = order[~np.isin(rows[order], mine)][:k]
        n_used = n_comparable - int(chosen.mask[mine].sum())
        chosen_rows = rows[order]
        found.append(
            _Found(chosen_rows, distances[order], choices[order].astype(np.int64), n_used, np.isin(chosen_rows, twins))
        )
    return found


def _nearest(
    index: SearchIndex, vectors: NDArray[np.float64], k: int, allowed: NDArray[np.bool_] | None, metric: str
) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    if metric == CARVS:
        return index.vectors.nearest(vectors, k, allowed=allowed)
    if metric != RING_SIZES:
        raise InputError(f"neighbours are sought by {CARVS} or {RING_SIZES}, got {metric!r}")
    found = []
    for vector in vectors:
        spans = ring_size_distances(vector, index.matrix)
        if allowed is not None:
            spans[~allowed] = np.inf
        near = np.argpartition(spans, min(k, len(spans)) - 1)[:k] if len(spans) else np.zeros(0, np.int64)
        near = near[np.lexsort((near, spans[near]))]
        near = near[np.isfinite(spans[near])]
        found.append((near.astype(np.int64), spans[near]))
    return found


def _answers(
    storage: Storage,
    queries: Sequence[Query],
    found: Sequence[_Found],
    with_noise: bool,
    seed: int,
) -> list[Answer]:
    answers = []
    indexes = [SearchIndex.of(storage, query.choices[0].ring_kind) for query in queries]
    nets = [index.net_ids.take(pa.array(one.rows)).to_pylist() for index, one in zip(indexes, found, strict=True)]
    bonded = _bonded(storage, list({key for net_ids in nets for key in net_ids}))
    for query, one, index, net_ids in zip(queries, found, indexes, nets, strict=True):
        table = index.described(one.rows, many=len(queries) > 1)
        noise = [(0.0, "none")] * len(one.rows)
        if with_noise:
            ids = index.carvs_ids.take(pa.array(one.rows)).to_pylist()
            glasses = [key for key, kind in zip(ids, table["kind"].to_pylist(), strict=True) if kind != "crystalline"]
            blocks = blocks_of_many(storage, glasses)
            noise = [
                distance_noise(query.blocks[choice], blocks.get(key), seed=seed)
                for key, choice in zip(ids, one.choices.tolist(), strict=True)
            ]
        columns = {
            **{name: table[name] for name in table.column_names},
            "distance": pa.array(one.distances),
            "noise": pa.array([spread for spread, _ in noise], pa.float64()),
            "noise_kind": pa.array([kind for _, kind in noise], pa.string()),
            "coordination": pa.array([bonded[key][0] for key in net_ids], pa.string()),
            "interpenetration": pa.array([bonded[key][1] for key in net_ids], pa.int32()),
        }
        hits = pa.Table.from_arrays([columns[name] for name in HITS.names], schema=HITS)
        order = np.lexsort((np.array(hits["label"].to_pylist(), dtype=str), ~one.is_same, one.distances))
        notes = left_out(storage, index.ring_kind, one.n_comparable, query.structure_id)
        compared = sorted(zip(*(table[name].to_pylist() for name in ("label", "clustering", "bond_rule")), strict=True))
        notes = (*notes, *several_ways([query.made, *compared] if query.made and compared else compared))
        answers.append(Answer(hits.take(pa.array(order)), notes))
    return answers


def _bonded(storage: Storage, net_ids: Sequence[str]) -> dict[str, tuple[str, int | None]]:
    """Return the numbers of bonds of the nodes of some nets, and how many nets interpenetrate."""
    if not net_ids:
        return {}
    rows = storage.rows(
        f"SELECT id::VARCHAR, {degrees('net')}, {interpenetration('net')} FROM net "
        "WHERE id IN (SELECT unnest(?::UUID[]))",
        [list(net_ids)],
    )
    return {key: (bonds, copies) for key, bonds, copies in rows}
