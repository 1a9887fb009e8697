"""Maps: embeddings kept with the nets they show."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.resolving import refs
from carvsdb.catalogue.records.keys import content_key
from carvsdb.catalogue.similarity.comparable import Vectors
from carvsdb.compare.embedding import Embedding, map_features
from carvsdb.compare.map_quality import trust
from carvsdb.compare.umap_graph import neighbours_with_self
from carvsdb.errors import InputError, NotFoundError
from carvsdb.rings.carvs import LARGEST_CUT_OFF
from carvsdb_schemas.arrow import arrow_table
from carvsdb_schemas.tables import EmbeddingPoint, EmbeddingRow

N_SHELLS = 10


@dataclass(frozen=True, slots=True, eq=False)
class MappedNet:
    """A net on a map.

    Attributes
    ----------
    names : tuple of str
        Archive names of its key.
    clustering, bond_rule : str
        How it was made of atoms.
    coordination : dict of int to int
        Numbers of nodes by their bonds.
    ring_kind : str
    max_ring_size : int
    is_complete : bool
        Of the ring search that is mapped.
    shells : ndarray of float64, shape (10,)
        Mean coordination sequence.
    """

    names: tuple[str, ...]
    clustering: str
    bond_rule: str
    coordination: dict[int, int]
    ring_kind: str
    max_ring_size: int
    is_complete: bool
    shells: NDArray[np.float64]

    @property
    def most_frequent_bonds(self) -> int:
        """Bonds of most of its nodes; of two numbers that are as frequent, the larger; 0 without nodes."""
        return max(self.coordination, key=lambda bonds: (self.coordination[bonds], bonds), default=0)


@dataclass(frozen=True, slots=True, eq=False)
class StoredMap:
    """A map and the nets on it.

    Attributes
    ----------
    number : int
        Maps count up from 1.
    labels : tuple of str, length n
        The nets, sorted.
    kinds : tuple of str, length n
        ``crystalline``, ``amorphous`` or ``generated``.
    embedding : Embedding
        Points in the order of `labels`, and how they were made.
    nets : tuple of MappedNet, length n
        What is known of each.
    vectors : ndarray of float64, shape (n, 32)
        Their normalised vectors.
    """

    number: int
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    embedding: Embedding
    nets: tuple[MappedNet, ...] = ()
    vectors: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, LARGEST_CUT_OFF)))

    @property
    def features(self) -> NDArray[np.float64]:
        """The points that the map shows, before they were put into a plane."""
        shells = np.array([net.shells for net in self.nets]) if self.embedding.inputs == "shells" else None
        return map_features(self.vectors, self.embedding.inputs, shells)

    def trust(self) -> tuple[float, int]:
        """Return how far the map can be trusted; see :func:`carvsdb.compare.map_quality.trust`."""
        return trust(self.features, self.embedding.coordinates)

    def nearest(self, k: int) -> list[list[tuple[str, float]]]:
        """Return the truly nearest nets of each net, with their distances in what the map shows."""
        if k < 1:
            return [[] for _ in self.labels]
        rows, distances = neighbours_with_self(self.features, min(k + 1, len(self.labels)))
        return [
            [(self.labels[row], float(far)) for row, far in zip(near[1:], spans[1:], strict=True)]
            for near, spans in zip(rows.tolist(), distances.tolist(), strict=True)
        ]


def store_map(storage: Storage, vectors: Vectors, embedding: Embedding) -> int:
    """Store a map and return its number; the same map again keeps its number.

    Raises
    ------
    InputError
        If there is not one point per net.
    """
    if len(embedding.coordinates) != len(vectors.labels):
        raise InputError(f"the map has {len(embedding.coordinates)} points for {len(vectors.labels)} nets")
    points = embedding.coordinates.tolist()
    key = content_key(
        "embedding",
        embedding.method,
        embedding.parameters,
        embedding.versions,
        embedding.seed,
        vectors.carvs_ids,
        points,
    )
    with storage.transaction():
        known = storage.rows("SELECT number FROM embedding WHERE id = ?", [key])
        if known:
            return int(known[0][0])
        number = int(storage.rows("SELECT coalesce(max(number), 0) + 1 FROM embedding")[0][0])
        row = EmbeddingRow(
            id=key,
            number=number,
            method=embedding.method,
            parameters=dict(embedding.parameters),
            versions=embedding.versions,
            seed=embedding.seed,
        )
        storage.insert(EmbeddingRow, arrow_table(EmbeddingRow, [row]))
        rows = [
            EmbeddingPoint(embedding_id=key, carvs_id=UUID(carvs_id), coordinates=point)
            for carvs_id, point in zip(vectors.carvs_ids, points, strict=True)
        ]
        storage.insert(EmbeddingPoint, arrow_table(EmbeddingPoint, rows))
    return number


def load_map(storage: Storage, number: int | None = None) -> StoredMap:
    """Return a map by its number; the newest by default.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    found = storage.table(
        "SELECT * FROM embedding WHERE number = coalesce(?, (SELECT max(number) FROM embedding))", [number]
    ).to_pylist()
    if not found:
        which = "no map" if number is None else f"no map {number}"
        raise NotFoundError(f"the catalogue has {which}", hint="make one with `carvsdb embed fit`")
    as_json = {name: json.loads(found[0][name]) for name in ("parameters", "versions")}
    row = EmbeddingRow.model_validate({**found[0], **as_json})
    points = storage.table(
        "SELECT net_id::VARCHAR AS net_id, coordinates, normalised, names, clustering, bond_rule, coordination, "
        "coordination_sequences, ring_kind, max_ring_size, completeness <> 'no' AS is_complete FROM embedding_point "
        "JOIN carvs ON carvs.id = carvs_id JOIN net ON net.id = net_id WHERE embedding_id = ?",
        [str(row.id)],
    ).to_pylist()
    place = {one["net_id"]: one for one in points}
    shown = refs(storage, "net.id IN (SELECT unnest(?::UUID[]))", [list(place)])
    in_order = [place[ref.net_id] for ref in shown]
    return StoredMap(
        number=row.number,
        labels=tuple(ref.label for ref in shown),
        kinds=tuple(ref.kind for ref in shown),
        embedding=Embedding(
            coordinates=np.array([one["coordinates"] for one in in_order], np.float64),
            method=row.method,
            seed=row.seed,
            parameters=row.parameters,
            versions=row.versions,
        ),
        nets=tuple(map(_mapped_net, in_order)),
        vectors=np.array([one["normalised"] for one in in_order], np.float64).reshape(-1, LARGEST_CUT_OFF),
    )


def shells_of(storage: Storage, carvs_ids: Sequence[str]) -> NDArray[np.float64]:
    """Return mean coordination sequences by ring search, shape (n, 10)."""
    found = dict(
        storage.rows(
            "SELECT carvs.id::VARCHAR, coordination_sequences FROM carvs JOIN net ON net.id = net_id "
            "WHERE carvs.id IN (SELECT unnest(?::UUID[]))",
            [list(carvs_ids)],
        )
    )
    return np.array([mean_shells(json.loads(found[key])) for key in carvs_ids]).reshape(-1, N_SHELLS)


def mean_shells(sequences: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Average coordination sequences as descriptions have them, shape (10,)."""
    total, nodes = np.zeros(N_SHELLS), 0
    for one in sequences:
        total += one["multiplicity"] * np.array(one["sequence"], np.float64)
        nodes += one["multiplicity"]
    return np.asarray(total / max(nodes, 1), np.float64)


def _mapped_net(row: Mapping[str, Any]) -> MappedNet:
    return MappedNet(
        names=tuple(row["names"]),
        clustering=row["clustering"],
        bond_rule=row["bond_rule"],
        coordination={int(bonds): number for bonds, number in json.loads(row["coordination"]).items()},
        ring_kind=row["ring_kind"],
        max_ring_size=row["max_ring_size"],
        is_complete=row["is_complete"],
        shells=mean_shells(json.loads(row["coordination_sequences"])),
    )
