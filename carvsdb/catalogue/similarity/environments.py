"""Nodes rather than nets: what a glass is made of, and where else a node like this one is."""

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.questions.resolving import refs, resolve
from carvsdb.catalogue.similarity.comparable import searches_of
from carvsdb.catalogue.similarity.environment_index import EnvironmentIndex
from carvsdb.compare.vector_index import VectorIndex
from carvsdb.errors import InputError, NotFoundError, RefusedError

COMPOSITION = pa.schema(
    [
        ("vertex_symbol", pa.string()),
        ("coordination", pa.int32()),
        ("share", pa.float64()),
        ("nodes", pa.int64()),
        ("distance", pa.float64()),
        ("nets", pa.list_(pa.string())),
        ("environment", pa.string()),
    ]
)
"""Columns of a composition: which crystalline environment, of how many nodes it is the nearest, how far on average."""

SORTS = pa.schema(
    [
        ("sort", pa.int32()),
        ("vertex_symbol", pa.string()),
        ("coordination", pa.int32()),
        ("nodes", pa.int64()),
        ("share", pa.float64()),
        ("symbol", pa.string()),
        ("environment", pa.string()),
    ]
)
"""Columns of the sorts of node of a net."""

CONTAINING = pa.schema(
    [
        ("label", pa.string()),
        ("kind", pa.string()),
        ("nodes", pa.int64()),
        ("share", pa.float64()),
        ("distance", pa.float64()),
    ]
)
"""Columns of an answer to: which nets contain such nodes."""

_SHOWN = 8
_AMONG = "net.id IN (SELECT unnest(?::UUID[]))"


@dataclass(frozen=True, slots=True, eq=False)
class _Environments:
    """Distinct nodes.

    Attributes
    ----------
    keys : list of str, length n
    symbols : list of str, length n
    coordination : list of int, length n
    normalised : ndarray of float32, shape (n, 32)
        Ring counts over their sum; zero without rings.
    places : dict of str to int
        Where each key stands; only of all environments of a catalogue.
    """

    keys: list[str]
    symbols: list[str]
    coordination: list[int]
    normalised: NDArray[np.float32]
    places: dict[str, int] = field(default_factory=dict)


def compose(storage: Storage, name: str, *, ring_kind: str = "ring", same_coordination: bool = False) -> Answer:
    """Match each node of a net to the nearest environment of a crystal; see :meth:`Catalogue.environments`."""
    ref = resolve(storage, name)
    search = searches_of(storage, ref, ring_kind)[0]
    own = _environments(
        storage, "id IN (SELECT environment_id FROM net_environment WHERE carvs_id = ?)", search.carvs_id
    )
    weights = dict(
        storage.rows(
            "SELECT environment_id::VARCHAR, multiplicity FROM net_environment WHERE carvs_id = ?", [search.carvs_id]
        )
    )
    crystals, index = _crystals(storage, ring_kind, ref.structure_id)
    if not crystals.keys:
        raise RefusedError(
            "the catalogue has no crystalline net to compare with",
            hint="run `carvsdb ingest --source exact-nets`",
        )
    # Equal environments of a net are one row with a multiplicity: each is looked up once and counts as many nodes.
    with_rings = [bool(vector.any()) for vector in own.normalised]
    nodes: dict[int, int] = {}
    spans: dict[int, float] = {}
    without = 0
    degrees = np.array(crystals.coordination)
    for degree in sorted(set(own.coordination)) if same_coordination else [None]:
        members = [
            place
            for place in range(len(own.keys))
            if with_rings[place] and (degree is None or own.coordination[place] == degree)
        ]
        allowed = None if degree is None else degrees == degree
        found = index.nearest(own.normalised[members], 1, allowed=allowed)
        for place, (near, distances) in zip(members, found, strict=True):
            weight = weights[own.keys[place]]
            if not len(near):
                without += weight
                continue
            row = int(near[0])
            nodes[row] = nodes.get(row, 0) + weight
            spans[row] = spans.get(row, 0.0) + weight * float(distances[0])
    without += sum(weights[key] for key, has in zip(own.keys, with_rings, strict=True) if not has)
    total = sum(weights.values())
    nets = _nets_with(storage, [crystals.keys[row] for row in nodes], ref.structure_id)
    rows = [
        {
            "vertex_symbol": crystals.symbols[row],
            "coordination": crystals.coordination[row],
            "share": number / total,
            "nodes": number,
            "distance": spans[row] / number,
            "nets": nets.get(crystals.keys[row], []),
            "environment": crystals.keys[row],
        }
        for row, number in sorted(nodes.items(), key=lambda item: (-item[1], spans[item[0]], item[0]))
    ]
    notes = (f"{without} of {total} nodes have no rings, or no crystalline node to compare with",) if without else ()
    return Answer(pa.Table.from_pylist(rows, schema=COMPOSITION), notes)


def sorts(storage: Storage, name: str, ring_kind: str = "ring") -> Answer:
    """List the sorts of node of a net; see :meth:`Catalogue.sorts`."""
    ref = resolve(storage, name)
    search = searches_of(storage, ref, ring_kind)[0]
    table = storage.table(
        "SELECT vertex_symbol, coordination, multiplicity AS nodes, counts, environment_id::VARCHAR AS environment "
        "FROM net_environment JOIN environment ON environment.id = environment_id "
        "WHERE carvs_id = ? ORDER BY multiplicity DESC, vertex_symbol, environment_id",
        [search.carvs_id],
    )
    rows = table.to_pylist()
    total = sum(row["nodes"] for row in rows)
    for number, row in enumerate(rows):
        row["sort"] = number
        row["share"] = row["nodes"] / total
        row["symbol"] = symbol_of(row["counts"])
    return Answer(pa.Table.from_pylist(rows, schema=SORTS))


def symbol_of(counts: list[int]) -> str:
    """Write the rings through one node as a symbol.

    Examples
    --------
    >>> symbol_of([0, 0, 0, 2, 0, 4])
    '{4(2).6(4)}'
    """
    sizes = [f"{size}({number})" if number > 1 else str(size) for size, number in enumerate(counts, 1) if number]
    return "{" + ".".join(sizes) + "}"


def containing(
    storage: Storage, name: str, sort: int = 0, *, within: float = 0.0, ring_kind: str = "ring", limit: int = 100
) -> Answer:
    """Find the nets that contain nodes like one of a net; see :meth:`Catalogue.containing`."""
    key = _sort_of(storage, name, sort, ring_kind)
    return containing_key(storage, key, within=within, ring_kind=ring_kind, limit=limit)


def counts_of(storage: Storage, name: str, sort: int, ring_kind: str) -> NDArray[np.int64]:
    """Return the rings through a node of one sort; see :meth:`Catalogue.node_counts`."""
    key = _sort_of(storage, name, sort, ring_kind)
    return np.array(storage.rows("SELECT counts FROM environment WHERE id = ?", [key])[0][0], np.int64)


def _sort_of(storage: Storage, name: str, sort: int, ring_kind: str) -> str:
    own: list[str] = sorts(storage, name, ring_kind).table["environment"].to_pylist()
    if not 0 <= sort < len(own):
        raise NotFoundError(
            f"{name!r} has {len(own)} sorts of node, counted from 0, so none with the number {sort}", item=name
        )
    return own[sort]


def containing_key(
    storage: Storage, key: str, *, within: float = 0.0, ring_kind: str = "ring", limit: int = 100
) -> Answer:
    """Find the nets that contain an environment, or one that is as near."""
    if within < 0:
        raise InputError(f"the distance must be 0 or more, got {within}")
    if limit < 1:
        raise InputError(f"the number of nets must be 1 or more, got {limit}")
    if not storage.rows("SELECT 1 FROM environment WHERE id = TRY_CAST(? AS UUID)", [key]):
        raise NotFoundError(f"the catalogue has no environment {key!r}", item=key)
    if within > 0:
        every = _all(storage)
        return _with_any(storage, every, every.normalised[every.places[key]], within, ring_kind, limit)
    return _with(storage, {key: 0.0}, ring_kind, limit)


def containing_counts(
    storage: Storage, counts: NDArray[np.int64], *, within: float = 0.0, ring_kind: str = "ring", limit: int = 100
) -> Answer:
    """Find the nets that contain nodes with such rings; see :meth:`Catalogue.containing_counts`."""
    if within < 0 or not counts.any():
        raise InputError("such nodes need rings, and a distance of 0 or more")
    every = _all(storage)
    padded = np.zeros(every.normalised.shape[1])
    padded[: len(counts)] = counts
    return _with_any(storage, every, (padded / padded.sum()).astype(np.float32), within, ring_kind, limit)


def _with_any(
    storage: Storage, every: _Environments, vector: NDArray[np.float32], within: float, ring_kind: str, limit: int
) -> Answer:
    spans = np.sqrt(np.square(every.normalised - vector, dtype=np.float64).sum(axis=1) / 2)
    # Equal shares differ by the rounding of single precision.
    near = np.flatnonzero(spans <= within + 1e-7)
    return _with(storage, {every.keys[place]: float(spans[place]) for place in near}, ring_kind, limit)


def _with(storage: Storage, distances: dict[str, float], ring_kind: str, limit: int) -> Answer:
    """Find the nets with one of some environments, the largest share of nodes first."""
    index = EnvironmentIndex.of(storage, ring_kind)
    if index is not None:
        places = _all(storage).places
        numbers = np.array([places[key] for key in distances], np.int64)
        found = index.containing(numbers, np.array(list(distances.values())), limit)
        return Answer(
            pa.Table.from_pylist([dict(zip(CONTAINING.names, row, strict=True)) for row in found], CONTAINING)
        )
    return _scan(storage, distances, ring_kind, limit)


def _scan(storage: Storage, distances: dict[str, float], ring_kind: str, limit: int) -> Answer:
    """Do the same without an index."""
    if "ring kinds" not in storage.cache:
        storage.cache["ring kinds"] = {kind for (kind,) in storage.rows("SELECT DISTINCT ring_kind FROM carvs")}
    # Where all rings are of one kind, a join less.
    of_kind = ""
    if storage.cache["ring kinds"] != {ring_kind}:
        of_kind = "JOIN carvs ON carvs.id = carvs_id AND ring_kind = $kind"
    wanted = pa.table({"key": list(distances), "span": pa.array(list(distances.values()), pa.float64())})
    with storage.registered("wanted", wanted):
        rows = storage.rows(
            "WITH searches AS (SELECT carvs_id, net_id, sum(multiplicity)::BIGINT AS nodes, min(span) AS distance "
            "FROM net_environment JOIN (SELECT key::UUID AS key, span FROM wanted) ON key = environment_id "
            "GROUP BY carvs_id, net_id), "
            f"hits AS (SELECT searches.net_id, max(nodes) AS nodes, min(distance) AS distance FROM searches {of_kind} "
            "GROUP BY searches.net_id) "
            "SELECT net.id::VARCHAR, structure_id::VARCHAR, label, kind, nodes, nodes / n_nodes AS share, distance "
            "FROM hits JOIN net ON net.id = net_id JOIN structure ON structure.id = structure_id "
            "WHERE $kind IS NOT NULL ORDER BY share DESC, label, net.id LIMIT $limit",
            {"kind": ring_kind, "limit": limit},
        )
    several = storage.rows(
        "SELECT structure_id FROM net WHERE structure_id IN (SELECT unnest(?::UUID[])) "
        "GROUP BY structure_id HAVING count(*) > 1 LIMIT 1",
        [[row[1] for row in rows]],
    )
    nets = [[row[0] for row in rows]]
    called = {ref.net_id: ref.label for ref in refs(storage, _AMONG, nets)} if several else {}
    found = [dict(zip(CONTAINING.names, (called.get(net, label), *rest), strict=True)) for net, _, label, *rest in rows]
    found.sort(key=lambda row: (-row["share"], row["label"]))
    return Answer(pa.Table.from_pylist(found, schema=CONTAINING))


def _crystals(storage: Storage, ring_kind: str, but: str) -> tuple[_Environments, VectorIndex]:
    """Return the environments of crystals with rings, without those that only one structure has."""
    key = f"crystalline environments {ring_kind} {but}"
    if key not in storage.cache:
        found = _environments(
            storage,
            "list_sum(counts) > 0 AND id IN (SELECT environment_id FROM net_environment "
            "JOIN carvs ON carvs.id = carvs_id AND ring_kind = ? JOIN net ON net.id = carvs.net_id "
            "JOIN structure ON structure.id = structure_id WHERE kind = 'crystalline' AND structure.id <> ?)",
            ring_kind,
            but,
        )
        storage.cache[key] = found, VectorIndex(found.normalised)
    both: tuple[_Environments, VectorIndex] = storage.cache[key]
    return both


def _all(storage: Storage) -> _Environments:
    if "environments" not in storage.cache:
        found = _environments(storage, "true")
        places = {key: place for place, key in enumerate(found.keys)}
        storage.cache["environments"] = replace(found, places=places)
    every: _Environments = storage.cache["environments"]
    return every


def _environments(storage: Storage, condition: str, *parameters: str) -> _Environments:
    table = storage.table(
        f"SELECT id::VARCHAR AS id, vertex_symbol, coordination, counts FROM environment WHERE {condition} ORDER BY id",
        list(parameters),
    )
    flat = table["counts"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    counts = np.asarray(flat, np.float64).reshape(-1, 32)
    total = counts.sum(axis=1, keepdims=True)
    return _Environments(
        table["id"].to_pylist(),
        table["vertex_symbol"].to_pylist(),
        table["coordination"].to_pylist(),
        (counts / np.where(total > 0, total, 1)).astype(np.float32),
    )


def _nets_with(storage: Storage, keys: list[str], but: str) -> dict[str, list[str]]:
    rows = storage.rows(
        "SELECT environment_id::VARCHAR, list(label ORDER BY label) FROM ("
        "SELECT DISTINCT environment_id, structure.label FROM net_environment JOIN net ON net.id = net_id "
        "JOIN structure ON structure.id = structure_id "
        "WHERE kind = 'crystalline' AND structure.id <> ? AND environment_id IN (SELECT unnest(?::UUID[])) "
        f"QUALIFY row_number() OVER (PARTITION BY environment_id ORDER BY label) <= {_SHOWN}) GROUP BY environment_id",
        [but, keys],
    )
    return dict(rows)
