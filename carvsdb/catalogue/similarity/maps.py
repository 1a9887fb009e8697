"""Maps: embeddings kept with the nets, or the node environments, that they show."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlmodel import SQLModel

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.resolving import refs
from carvsdb.catalogue.records.keys import content_key
from carvsdb.catalogue.similarity.environment_maps import load_environments
from carvsdb.catalogue.similarity.stored_map import N_SHELLS, StoredMap, mapped_net, mean_shells
from carvsdb.compare.embedding import Embedding, Level
from carvsdb.errors import InputError, NotFoundError
from carvsdb.rings.carvs import LARGEST_CUT_OFF
from carvsdb_schemas.arrow import arrow_table
from carvsdb_schemas.tables import EmbeddingEnvironment, EmbeddingPoint, EmbeddingRow

_TABLES: dict[Level, tuple[type[SQLModel], str]] = {
    "nets": (EmbeddingPoint, "carvs_id"),
    "environments": (EmbeddingEnvironment, "environment_id"),
}


def store_map(storage: Storage, keys: Sequence[str], embedding: Embedding) -> int:
    """Store a map and return its number; the same map again keeps its number.

    Parameters
    ----------
    storage : Storage
    keys : sequence of str
        Of the searches of nets, or of the environments, that the points are.
    embedding : Embedding

    Raises
    ------
    InputError
        If there is not one point for each.
    """
    if len(embedding.coordinates) != len(keys):
        raise InputError(f"the map has {len(embedding.coordinates)} points for {len(keys)} {embedding.level}")
    points = embedding.coordinates.tolist()
    key = content_key(
        "embedding",
        embedding.method,
        embedding.parameters,
        embedding.versions,
        embedding.seed,
        keys,
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
        model, column = _TABLES[embedding.level]
        rows: list[SQLModel] = [
            model(embedding_id=key, coordinates=point, **{column: UUID(one)})
            for one, point in zip(keys, points, strict=True)
        ]
        storage.insert(model, arrow_table(model, rows))
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
    how = Embedding(np.zeros((0, 2)), row.method, row.seed, row.parameters, row.versions)
    if how.level == "environments":
        return load_environments(storage, row.number, str(row.id), how)
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
        keys=tuple(ref.net_id for ref in shown),
        embedding=replace(how, coordinates=np.array([one["coordinates"] for one in in_order], np.float64)),
        nets=tuple(map(mapped_net, in_order)),
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
