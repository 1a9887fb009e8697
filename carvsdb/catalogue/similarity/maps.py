"""Maps: embeddings kept with the nets they show."""

import json
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.resolving import refs
from carvsdb.catalogue.records.keys import content_key
from carvsdb.catalogue.similarity.comparable import Vectors
from carvsdb.compare.embedding import Embedding
from carvsdb.errors import InputError, NotFoundError
from carvsdb_schemas.arrow import arrow_table
from carvsdb_schemas.tables import EmbeddingPoint, EmbeddingRow


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
    """

    number: int
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    embedding: Embedding


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
    with storage.transaction() as session:
        known = session.get(EmbeddingRow, key)
        if known is not None:
            return known.number
        number = int(storage.rows("SELECT coalesce(max(number), 0) + 1 FROM embedding")[0][0])
        session.add(
            EmbeddingRow(
                id=key,
                number=number,
                method=embedding.method,
                parameters=dict(embedding.parameters),
                versions=embedding.versions,
                seed=embedding.seed,
            )
        )
        session.flush()
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
    as_json = {field: json.loads(found[0][field]) for field in ("parameters", "versions")}
    row = EmbeddingRow.model_validate({**found[0], **as_json})
    points = storage.rows(
        "SELECT net_id::VARCHAR, coordinates FROM embedding_point JOIN carvs ON carvs.id = carvs_id "
        "WHERE embedding_id = ?",
        [str(row.id)],
    )
    place = dict(points)
    shown = refs(storage, "net.id IN (SELECT unnest(?::UUID[]))", [list(place)])
    return StoredMap(
        number=row.number,
        labels=tuple(ref.label for ref in shown),
        kinds=tuple(ref.kind for ref in shown),
        embedding=Embedding(
            coordinates=np.array([place[ref.net_id] for ref in shown], np.float64),
            method=row.method,
            seed=row.seed,
            parameters=row.parameters,
            versions=row.versions,
        ),
    )
