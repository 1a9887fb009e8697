"""True nearest neighbours of all points, because distances on a map lie.

Many crystals have the very same rings, so neighbours are stored once for each different vector, and name vectors. A
glass, whose distances have a noise of their own, counts as a vector of its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.similarity.comparable import blocks_of_many
from carvsdb.compare.noise import BlockSums, distance_noise
from carvsdb.compare.vector_index import VectorIndex
from carvsdb.explorer.points import Points

SPARE = 2
"""Stored beyond those asked for: the page leaves out other nets of the same structure."""


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Neighbours by vector.

    Attributes
    ----------
    vector : ndarray of uint32, shape (n,)
        Number of the vector of each point.
    structure : ndarray of uint32, shape (n,)
        Number of the structure of each point.
    neighbours : ndarray of uint32, shape (n_vectors, k)
        The nearest other vectors, nearest first.
    distances, noises : ndarray of float32, shape (n_vectors, k)
        Topological distances; NaN where there is no neighbour, and where a distance has no noise.
    """

    vector: NDArray[np.uint32]
    structure: NDArray[np.uint32]
    neighbours: NDArray[np.uint32]
    distances: NDArray[np.float32]
    noises: NDArray[np.float32]

    def to_bytes(self) -> bytes:
        """Return the arrays one after another, little-endian."""
        arrays = (self.vector, self.structure, self.neighbours, self.distances, self.noises)
        return b"".join(array.astype(array.dtype.newbyteorder("<")).tobytes() for array in arrays)


def nearest_of(catalogue: Catalogue, points: Points, k: int, *, seed: int = 0) -> Nearest:
    """Search the nearest vectors of each vector, exactly, with the noise of their distance.

    Parameters
    ----------
    catalogue : Catalogue
    points : Points
    k : int
        How many neighbours, 1 or more.
    seed : int
        Seed of the resampling of blocks.
    """
    # Single nodes have no noise of their own.
    blocks = _blocks(catalogue, points) if points.level == "nets" else {}
    own = np.zeros((len(points), 1), np.float64)
    own[list(blocks), 0] = 1 + np.array(list(blocks), np.float64)
    told_apart = np.hstack([points.vectors, own])
    _, first, vector = np.unique(told_apart, axis=0, return_index=True, return_inverse=True)
    distinct, vector = points.vectors[first], vector.ravel()
    wanted = min(k + SPARE, max(1, len(distinct) - 1))
    neighbours = np.zeros((len(distinct), wanted), np.uint32)
    distances = np.full((len(distinct), wanted), np.nan, np.float32)
    for number, (rows, found) in enumerate(VectorIndex(distinct).nearest(distinct, wanted + 1)):
        others = rows != number
        rows, found = rows[others][:wanted], found[others][:wanted]
        neighbours[number, : len(rows)] = rows
        distances[number, : len(rows)] = found
    structures = {one: number for number, one in enumerate(dict.fromkeys(points.table["structure_id"].to_pylist()))}
    return Nearest(
        vector=vector.astype(np.uint32),
        structure=np.array([structures[one] for one in points.table["structure_id"].to_pylist()], np.uint32),
        neighbours=neighbours,
        distances=distances,
        noises=_noises({int(vector[row]): one for row, one in blocks.items()}, neighbours, distances, seed),
    )


def _blocks(catalogue: Catalogue, points: Points) -> dict[int, BlockSums]:
    """Return the ring counts by blocks of space of the points that have them."""
    keys, kinds = points.table["shown_carvs"].to_pylist(), points.table["kind"].to_pylist()
    glasses = [row for row, kind in enumerate(kinds) if kind != "crystalline"]
    found = blocks_of_many(catalogue.storage, [keys[row] for row in glasses])
    return {row: found[keys[row]] for row in glasses if keys[row] in found}


def _noises(
    blocks: dict[int, BlockSums], neighbours: NDArray[np.uint32], distances: NDArray[np.float32], seed: int
) -> NDArray[np.float32]:
    """Return the noise of each distance, by vectors; NaN between crystals."""
    noises = np.full(distances.shape, np.nan, np.float32)
    known: dict[tuple[int, int], float] = {}
    for number, place in np.argwhere(~np.isnan(distances)).tolist():
        other = int(neighbours[number, place])
        if number not in blocks and other not in blocks:
            continue
        pair = (min(number, other), max(number, other))
        if pair not in known:
            known[pair] = distance_noise(blocks.get(number), blocks.get(other), seed=seed)[0]
        noises[number, place] = known[pair]
    return noises
