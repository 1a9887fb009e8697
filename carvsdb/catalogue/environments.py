"""Nodes rather than nets: what a glass is made of, and where else a node like this one is."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carvsdb.catalogue.answer import Answer
from carvsdb.catalogue.names import resolve
from carvsdb.catalogue.searches import searches_of
from carvsdb.catalogue.storage import Storage
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
    """

    keys: list[str]
    symbols: list[str]
    coordination: list[int]
    normalised: NDArray[np.float32]


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
            hint="run `carvsdb ingest --source reference-nets`",
        )
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
    notes = (f"{without} of {total} nodes have no rings, or no crystalline node to be held against",) if without else ()
    return Answer(pa.Table.from_pylist(rows, schema=COMPOSITION), notes)


def containing(
    storage: Storage, name: str, vertex: int = 0, *, within: float = 0.0, ring_kind: str = "ring", limit: int = 100
) -> Answer:
    """Find the nets that contain nodes like one of a net; see :meth:`Catalogue.containing`."""
    ref = resolve(storage, name)
    search = searches_of(storage, ref, ring_kind)[0]
    own = storage.rows(
        "SELECT environment_id::VARCHAR FROM net_environment JOIN environment ON environment.id = environment_id "
        "WHERE carvs_id = ? ORDER BY multiplicity DESC, vertex_symbol, environment_id",
        [search.carvs_id],
    )
    if not 0 <= vertex < len(own):
        raise NotFoundError(
            f"{ref.label!r} has {len(own)} sorts of node, counted from 0, so none with the number {vertex}", item=name
        )
    return containing_key(storage, own[vertex][0], within=within, ring_kind=ring_kind, limit=limit)


def containing_key(
    storage: Storage, key: str, *, within: float = 0.0, ring_kind: str = "ring", limit: int = 100
) -> Answer:
    """Find the nets that contain an environment, or one that is as near."""
    if within < 0:
        raise InputError(f"the distance must be 0 or more, got {within}")
    distances = {key: 0.0}
    if within > 0:
        every, _ = _all(storage)
        query = every.normalised[every.keys.index(key)].astype(np.float64)
        spans = np.sqrt(((every.normalised.astype(np.float64) - query) ** 2).sum(axis=1) / 2)
        distances |= {every.keys[place]: float(spans[place]) for place in np.flatnonzero(spans <= within)}
    wanted = pa.table({"key": list(distances), "span": list(distances.values())})
    with storage.registered("wanted", wanted):
        table = storage.table(
            "WITH hits AS (SELECT carvs_id, sum(multiplicity)::BIGINT AS nodes, min(span) AS distance "
            "FROM net_environment JOIN (SELECT key::UUID AS key, span FROM wanted) ON key = environment_id "
            "GROUP BY carvs_id) "
            "SELECT structure.label, structure.kind, hits.nodes, hits.nodes / net.n_nodes AS share, hits.distance "
            "FROM hits JOIN carvs ON carvs.id = carvs_id JOIN net ON net.id = carvs.net_id "
            "JOIN structure ON structure.id = net.structure_id WHERE ring_kind = ? "
            "ORDER BY share DESC, label LIMIT ?",
            [ring_kind, limit],
        )
    return Answer(table.cast(CONTAINING))


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


def _all(storage: Storage) -> tuple[_Environments, None]:
    if "environments" not in storage.cache:
        storage.cache["environments"] = _environments(storage, "true"), None
    both: tuple[_Environments, None] = storage.cache["environments"]
    return both


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
