"""neighbours.parquet: the nearest nets of each net, by the topological distance of their rings.

Sorted by ring kind, search and rank. Other nets of the same structure are no neighbours; of a net that was searched
several times its best search is taken, as `carvsdb distance` does.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.similarity.comparable import Vectors, all_vectors, blocks_of_many
from carvsdb.compare.noise import BlockSums, distance_noise
from carvsdb.compare.vector_index import VectorIndex
from carvsdb.releases.formats.facts import NEIGHBOURS
from carvsdb.releases.formats.parquet import write_table

N_NEIGHBOURS = 10
"""Neighbours of each net."""

SCHEMA = pa.schema(
    [
        pa.field("ring_kind", pa.string(), nullable=False),
        pa.field("carvs_id", pa.string(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("rank", pa.int32(), nullable=False),
        pa.field("neighbour_id", pa.string(), nullable=False),
        pa.field("neighbour", pa.string(), nullable=False),
        pa.field("distance", pa.float64(), nullable=False),
        pa.field("noise", pa.float64()),
    ]
)
"""`noise` is null between crystals."""

_DIGITS = 6  # what is left of a distance does not depend on how a machine adds
_NEAR = 2e-6
_AT_ONCE = 5_000


def write_neighbours(storage: Storage, path: Path) -> None:
    """Write the neighbours of all nets of a catalogue."""
    write_table(path, SCHEMA, _pieces(storage))


def wrong_neighbours(storage: Storage, path: Path) -> list[str]:
    """Search the neighbours again and say what differs; at equal distance any of several may be the neighbour."""
    right = pa.concat_tables([SCHEMA.empty_table(), *_pieces(storage)])
    with pq.ParquetFile(path) as file:
        if not file.schema_arrow.equals(SCHEMA):
            return [f"{NEIGHBOURS}: its columns are not those of a release"]
        if file.metadata.num_rows != right.num_rows:
            return [f"{NEIGHBOURS}: {file.metadata.num_rows} rows, but the tables have {right.num_rows}"]
        found = file.read()
    plain = ["ring_kind", "carvs_id", "label", "rank"]
    if found.select(plain) != right.select(plain):
        return [f"{NEIGHBOURS}: its nets are not those of the tables"]
    if not _near(found["distance"], right["distance"]):
        return [f"{NEIGHBOURS}: its distances are not those of the nearest nets"]
    other = np.flatnonzero(
        np.array(found["neighbour_id"].to_pylist(), object) != np.array(right["neighbour_id"].to_pylist(), object)
    )
    known = {key: (kind, label, vector) for kind, key, label, vector in _vectors(storage)}
    for row in found.take(other).to_pylist():
        kind, _, own = known[row["carvs_id"]]
        there, label, vector = known.get(row["neighbour_id"], ("", "", own))
        if (there, label) != (kind, row["neighbour"]) or abs(_distance(own, vector) - row["distance"]) > _NEAR:
            return [f"{NEIGHBOURS}: {row['neighbour']!r} is not at that distance from {row['label']!r}"]
    same = np.ones(found.num_rows, bool)
    same[other] = False
    mask = pa.array(same)
    checked, expected = found.filter(mask), right.filter(mask)
    if checked["neighbour"] != expected["neighbour"] or not _near(checked["noise"], expected["noise"]):
        return [f"{NEIGHBOURS}: names or noises are not those of the tables"]
    return []


def _pieces(storage: Storage) -> Iterator[pa.Table]:
    structure_of = dict(
        storage.rows("SELECT carvs.id::VARCHAR, structure_id::VARCHAR FROM carvs JOIN net ON net.id = net_id")
    )
    for kind in ("ring", "strong"):
        vectors = all_vectors(storage, kind, None)
        if len(vectors.labels) > 1:
            yield from _of_kind(storage, kind, vectors, [structure_of[key] for key in vectors.carvs_ids])


def _of_kind(storage: Storage, kind: str, vectors: Vectors, structures: list[str]) -> Iterator[pa.Table]:
    order = sorted(range(len(vectors.labels)), key=lambda row: vectors.carvs_ids[row])
    keys = [vectors.carvs_ids[row] for row in order]
    labels = [vectors.labels[row] for row in order]
    structures = [structures[row] for row in order]
    matrix = vectors.matrix[order]
    glasses = [key for row, key in zip(order, keys, strict=True) if vectors.kinds[row] != "crystalline"]
    blocks: dict[str, BlockSums] = blocks_of_many(storage, glasses) if glasses else {}
    index = VectorIndex(matrix)
    siblings = max(Counter(structures).values())
    for start in range(0, len(keys), _AT_ONCE):
        rows: list[tuple[object, ...]] = []
        asked = matrix[start : start + _AT_ONCE]
        for own, (near, distances) in enumerate(index.nearest(asked, N_NEIGHBOURS + siblings), start):
            others = [place for place, row in enumerate(near) if structures[row] != structures[own]]
            for rank, place in enumerate(others[:N_NEIGHBOURS], 1):
                other = int(near[place])
                noise = (
                    round(distance_noise(blocks.get(keys[own]), blocks.get(keys[other]))[0], _DIGITS)
                    if keys[own] in blocks or keys[other] in blocks
                    else None
                )
                distance = round(float(distances[place]), _DIGITS)
                rows.append((kind, keys[own], labels[own], rank, keys[other], labels[other], distance, noise))
        columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
        yield pa.table([pa.array(list(one), field.type) for one, field in zip(columns, SCHEMA, strict=True)], SCHEMA)


def _vectors(storage: Storage) -> Iterator[tuple[str, str, str, NDArray[np.float64]]]:
    for kind in ("ring", "strong"):
        vectors = all_vectors(storage, kind, None)
        for key, label, vector in zip(vectors.carvs_ids, vectors.labels, vectors.matrix, strict=True):
            yield kind, key, label, vector


def _distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(one - other) / np.sqrt(2))


def _near(found: pa.ChunkedArray, right: pa.ChunkedArray) -> bool:
    one, other = (np.array(column.to_pylist(), np.float64) for column in (found, right))
    return bool(np.allclose(one, other, rtol=0, atol=_NEAR, equal_nan=True))
