"""Maps of node environments: a point is a distinct node, with the nets that have such nodes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.similarity.comparable import Vectors, chosen_searches
from carvsdb.catalogue.similarity.stored_map import MappedNet, StoredMap, mapped_net
from carvsdb.compare.embedding import Embedding, EmbeddingOptions, fit_embedding
from carvsdb.errors import RefusedError
from carvsdb.rings.carvs import LARGEST_CUT_OFF
from carvsdb_schemas.tables import EmbeddingEnvironment

_KINDS = ("crystalline", "generated", "amorphous")


@dataclass(frozen=True, slots=True, eq=False)
class NodeVectors:
    """Distinct nodes whose rings may be compared.

    Attributes
    ----------
    environment_ids : tuple of str, length n
        Their keys, sorted.
    matrix : ndarray of float64, shape (n, 32)
        ``matrix[i, k]`` is the share of rings of size ``k + 1`` among those through node `i`.
    """

    environment_ids: tuple[str, ...]
    matrix: NDArray[np.float64]


def node_vectors(storage: Storage, vectors: Vectors) -> NodeVectors:
    """Return the distinct nodes, those with rings, of nets that may be compared."""
    table = storage.table(
        "SELECT id::VARCHAR AS id, counts FROM environment WHERE list_sum(counts) > 0 AND id IN (SELECT environment_id "
        "FROM net_environment WHERE carvs_id IN (SELECT unnest(string_split(?, ',')::UUID[]))) ORDER BY environment.id",
        [",".join(vectors.carvs_ids)],
    )
    return NodeVectors(tuple(table["id"].to_pylist()), _shares(table["counts"]))


def fit_environments(
    storage: Storage, vectors: Vectors, options: EmbeddingOptions, progress: bool | None = False
) -> tuple[NodeVectors, Embedding]:
    """Make a map of the distinct nodes of nets.

    Raises
    ------
    RefusedError
        If there are none, or the map is to be of coordination sequences, which are kept of nets only.
    """
    if options.inputs == "shells":
        raise RefusedError(
            "coordination sequences are kept of nets, not of their nodes",
            hint="map environments by --inputs normalised or sqrt",
        )
    nodes = node_vectors(storage, vectors) if vectors.carvs_ids else NodeVectors((), np.zeros((0, LARGEST_CUT_OFF)))
    made = fit_embedding(nodes.matrix, options, progress=progress)
    told: dict[str, Any] = {"level": "environments", "ring_kind": vectors.ring_kind}
    # A map of complete searches has no cut-off.
    told |= {} if vectors.max_ring_size is None else {"max_ring_size": vectors.max_ring_size}
    return nodes, replace(made, parameters=made.parameters | told)


def load_environments(storage: Storage, number: int, embedding_id: str, how: Embedding) -> StoredMap:
    """Return a map of node environments; those that no net has any more are left out."""
    table = storage.table(
        "SELECT environment.id::VARCHAR AS id, coordinates, counts, vertex_symbol, coordination "
        f"FROM {EmbeddingEnvironment.__tablename__} JOIN environment ON environment.id = environment_id "
        "WHERE embedding_id = ? ORDER BY environment.id",
        [embedding_id],
    )
    holders = _holders(storage, how)
    keys = table["id"].to_pylist()
    here = [row for row, key in enumerate(keys) if key in holders]
    points = table["coordinates"].to_pylist()
    bonds = table["coordination"].to_pylist()
    called = {row: holders[keys[row]] for row in here}
    here.sort(key=lambda row: (called[row][0].label, called[row][0].sort))
    return StoredMap(
        number=number,
        labels=tuple(called[row][0].words for row in here),
        kinds=tuple(called[row][0].kind for row in here),
        embedding=replace(how, coordinates=np.array([points[row] for row in here], np.float64)),
        nets=tuple(replace(called[row][0].net, coordination={int(bonds[row]): 1}) for row in here),
        vectors=_shares(table["counts"])[here],
        keys=tuple(keys[row] for row in here),
        holders=tuple(tuple(one.label for one in called[row]) for row in here),
    )


@dataclass(frozen=True, slots=True)
class _Holder:
    """A net that has an environment.

    Attributes
    ----------
    label, kind : str
        Of the net.
    sort : int
        Which of its sorts of node it is, the most frequent first; as `carvsdb sorts` counts them.
    is_only : bool
        Whether all its nodes are of this sort.
    net : MappedNet
    """

    label: str
    kind: str
    sort: int
    is_only: bool
    net: MappedNet

    @property
    def words(self) -> str:
        """What the environment is called after this net."""
        return self.label if self.is_only else f"{self.label} sort {self.sort}"


def _holders(storage: Storage, how: Embedding) -> dict[str, list[_Holder]]:
    """Return the nets that have each environment, those after which it is called first: crystals, by label."""
    searches, ring_kind = searches_on(how)
    rows = storage.table(
        f"WITH chosen AS ({searches}), sorted AS (SELECT environment_id, carvs_id, "
        "row_number() OVER (PARTITION BY carvs_id ORDER BY multiplicity DESC, vertex_symbol, environment_id) - 1 "
        "AS sort, count(*) OVER (PARTITION BY carvs_id) = 1 AS is_only FROM net_environment "
        "JOIN environment ON environment.id = environment_id WHERE carvs_id IN (SELECT id FROM chosen)) "
        "SELECT environment_id::VARCHAR AS environment, sort, is_only, entry.label, entry.kind, entry.names, "
        "entry.clustering, entry.bond_rule, carvs.ring_kind, carvs.max_ring_size, "
        "carvs.completeness <> 'no' AS is_complete FROM sorted JOIN carvs ON carvs.id = carvs_id "
        "JOIN entry ON entry.net_id = carvs.net_id ORDER BY entry.label, sort",
        [ring_kind],
    ).to_pylist()
    found: dict[str, list[_Holder]] = {}
    for row in rows:
        found.setdefault(row["environment"], []).append(_holder(row))
    for holders in found.values():
        holders.sort(key=lambda one: _KINDS.index(one.kind))  # stable: by label among those of a kind
    return found


def searches_on(how: Embedding) -> tuple[str, str]:
    """Return the query for the ring searches whose nodes are on a map of environments, and its parameter."""
    cut_off = how.parameters.get("max_ring_size")
    return chosen_searches(None if cut_off is None else int(str(cut_off))), str(how.parameters.get("ring_kind", "ring"))


def _holder(row: Mapping[str, Any]) -> _Holder:
    nothing = {"coordination": "{}", "coordination_sequences": "[]"}
    return _Holder(row["label"], row["kind"], row["sort"], row["is_only"], mapped_net({**row, **nothing}))


def _shares(counts: Any) -> NDArray[np.float64]:
    flat = counts.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    rings = np.asarray(flat, np.float64).reshape(-1, LARGEST_CUT_OFF)
    # In single precision, as vectors of nets are stored.
    return np.asarray((rings / rings.sum(axis=1, keepdims=True)).astype(np.float32), np.float64)
