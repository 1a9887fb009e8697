"""Distances between entries, with their noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.names import resolve
from carvsdb.catalogue.searches import blocks_of, common_searches, searches_of
from carvsdb.catalogue.storage import Storage
from carvsdb.compare.distance import distance_matrix
from carvsdb.compare.noise import distance_noise
from carvsdb.rings.carvs import LARGEST_CUT_OFF


@dataclass(frozen=True, slots=True, eq=False)
class DistanceTable:
    """Topological distances between entries.

    Attributes
    ----------
    labels : tuple of str, length n
        The entries.
    matrix : ndarray of float64, shape (n, n)
        Distances, 0 to 1.
    noise : ndarray of float64, shape (n, n)
        Standard deviation of each distance; 0 where `noise_kind` is ``none``.
    noise_kind : tuple of tuples of str, shape (n, n)
        ``blocks`` or ``none``.
    """

    labels: tuple[str, ...]
    matrix: NDArray[np.float64]
    noise: NDArray[np.float64]
    noise_kind: tuple[tuple[str, ...], ...]


def distances(storage: Storage, names: Sequence[str], *, ring_kind: str = "ring", seed: int = 0) -> DistanceTable:
    """Measure the distances between entries; see :meth:`Catalogue.distance`."""
    refs = [resolve(storage, name) for name in names]
    chosen = common_searches(storage, [searches_of(storage, ref, ring_kind) for ref in refs])
    normalised = np.array([search.normalised for search in chosen]).reshape(-1, LARGEST_CUT_OFF)
    blocks = [blocks_of(storage, search.carvs_id) for search in chosen]
    count = len(chosen)
    noise = np.zeros((count, count))
    kinds = [["none"] * count for _ in range(count)]
    for first in range(count):
        for second in range(first + 1, count):
            if chosen[first].ref.net_id == chosen[second].ref.net_id:
                continue
            spread, kind = distance_noise(blocks[first], blocks[second], seed=seed)
            noise[first, second] = noise[second, first] = spread
            kinds[first][second] = kinds[second][first] = kind
    return DistanceTable(
        labels=tuple(ref.label for ref in refs),
        matrix=distance_matrix(normalised),
        noise=noise,
        noise_kind=tuple(tuple(row) for row in kinds),
    )
