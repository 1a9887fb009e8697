"""UMAP's graph of neighbours: exact neighbours, and how strongly each pair belongs together.

The same numbers as umap's own, of neighbours from our exact search, in NumPy: umap compiles its functions in every
process, for ten seconds.

References
----------
.. [1] McInnes, Healy & Melville, arXiv:1802.03426 (2018), section 3.1
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

from carvsdb.compare.distance import N_SIZES
from carvsdb.compare.vector_index import VectorIndex

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_STEPS = 64
_NEAR_ENOUGH = 1e-5
_LEAST_WIDTH = 1e-3
_BLOCK = 128


def exact_neighbours(points: Floats, queries: Floats, k: int) -> tuple[Integers, Floats]:
    """Find the k nearest points of each query, nearest first, equally near ones by row; Euclidean distances.

    Parameters
    ----------
    points : ndarray of float64, shape (n, width)
    queries : ndarray of float64, shape (m, width)
    k : int
        At most n.

    Returns
    -------
    rows, distances : ndarrays, shape (m, k)
    """
    if points.shape[1] == N_SIZES:
        # The index measures topological distances, of vectors that are longer by the root of two.
        found = VectorIndex(points * np.sqrt(2)).nearest(queries * np.sqrt(2), k)
        return np.array([rows for rows, _ in found]), np.array([far for _, far in found])
    rows = np.zeros((len(queries), k), np.int64)
    distances = np.zeros((len(queries), k))
    squares = np.einsum("ij,ij->i", points, points)
    spare = min(k + 8, len(points))
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK]
        spans = squares - 2 * block @ points.T
        # Differences of squares are rough: a few more are measured anew.
        near = np.sort(np.argpartition(spans, spare - 1, axis=1)[:, :spare], axis=1)
        lengths = np.linalg.norm(points[near] - block[:, None], axis=2)
        order = np.argsort(lengths, axis=1, kind="stable")[:, :k]
        rows[start : start + _BLOCK] = np.take_along_axis(near, order, axis=1)
        distances[start : start + _BLOCK] = np.take_along_axis(lengths, order, axis=1)
    return rows, distances


def neighbours_with_self(points: Floats, k: int) -> tuple[Integers, Floats]:
    """Find the k nearest points of each point, itself first, as umap counts them."""
    rows, distances = exact_neighbours(points, points, k)
    own = np.arange(len(points))[:, None]
    # Points that single precision does not tell apart may come before the point itself.
    is_own = rows == own
    lost = ~is_own.any(axis=1)
    is_own[lost, -1] = True
    order = np.argsort(~is_own, axis=1, kind="stable")
    rows, distances = np.take_along_axis(rows, order, axis=1), np.take_along_axis(distances, order, axis=1)
    rows[:, 0], distances[:, 0] = own[:, 0], 0.0
    return rows, distances


def local_scales(distances: Floats, k: float, *, nearest_is_certain: bool = True) -> tuple[Floats, Floats]:
    """Return for each point the width within which it has log2(k) neighbours, and the distance of its nearest.

    Parameters
    ----------
    distances : ndarray of float64, shape (n, n_neighbors)
        Ascending.
    k : float
        How many neighbours.
    nearest_is_certain : bool
        Count distances from that of the nearest neighbour on; so it is on a map, but not for what is put onto one.
    """
    nearest = np.zeros(len(distances))
    if nearest_is_certain:
        apart = np.where(distances > 0, distances, np.inf).min(axis=1, initial=np.inf)
        nearest = np.where(np.isfinite(apart), apart, 0.0)
    beyond = np.clip(distances[:, 1:] - nearest[:, None], 0, None)
    target = np.log2(k)
    low, high = np.zeros(len(distances)), np.full(len(distances), np.inf)
    width = np.ones(len(distances))
    done = np.zeros(len(distances), bool)
    for _ in range(_STEPS):
        total = np.exp(-beyond / width[:, None]).sum(axis=1)
        done |= np.abs(total - target) < _NEAR_ENOUGH
        if done.all():
            break
        too_wide = total > target
        high = np.where(~done & too_wide, width, high)
        low = np.where(~done & ~too_wide, width, low)
        following = np.where(np.isfinite(high), (low + np.where(np.isfinite(high), high, 0)) / 2, 2 * width)
        width = np.where(done, width, following)
    mean = np.where(nearest > 0, distances.mean(axis=1), distances.mean())
    return np.maximum(width, _LEAST_WIDTH * mean), nearest


def strengths(distances: Floats, widths: Floats, nearest: Floats) -> Floats:
    """Return how strongly each neighbour belongs to each point, 0 to 1."""
    beyond = np.clip(distances - nearest[:, None], 0, None)
    return np.asarray(np.exp(-beyond / widths[:, None]), np.float64)


def neighbour_graph(rows: Integers, distances: Floats) -> tuple[csr_matrix, csr_matrix]:
    """Return the symmetric graph of points and neighbours, and the distances along its edges.

    Parameters
    ----------
    rows, distances : ndarrays, shape (n, n_neighbors)
        Of :func:`neighbours_with_self`.
    """
    n, k = rows.shape
    weights = strengths(distances, *local_scales(distances, k)).astype(np.float32)
    weights[:, 0] = 0
    ends = (np.repeat(np.arange(n), k), rows.ravel())
    directed = coo_matrix((weights.ravel(), ends), shape=(n, n)).tocsr()
    directed.eliminate_zeros()
    turned = directed.T.tocsr()
    both = directed.multiply(turned)
    graph = (directed + turned - both).tocsr()
    graph.eliminate_zeros()
    lengths = coo_matrix((distances.astype(np.float32).ravel(), ends), shape=(n, n)).tocsr()
    return graph, lengths.maximum(lengths.T.tocsr()).tocsr()
