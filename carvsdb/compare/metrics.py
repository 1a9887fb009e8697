"""Other ways to measure how alike nets are, each with what it sees and what it does not."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.compare.distance import vector_rows
from carvsdb.errors import InputError

CARVS = "carvs"
RING_SIZES = "ring-sizes"
NODES = "nodes"
SHELLS = "shells"

METRICS = (CARVS, RING_SIZES, NODES, SHELLS)
"""The topological distance; earth mover's distances on ring sizes and on nodes; coordination sequences."""

_QUANTILES = 256


def ring_size_distances(vector: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    """Measure earth mover's distances between distributions over ring sizes.

    The least work that turns one net's rings into the other's, if moving the share `p` of the rings by `s` sizes costs
    `p s`: ``sum_k |sum_{j <= k} (a_j - b_j)|``, in ring sizes.

    It sees that 6-rings are nearer to 7-rings than to 12-rings, which the topological distance does not. It does not
    see which rings meet at a node, nor how many there are.

    Parameters
    ----------
    vector : array_like of float, shape (32,)
        Normalised vector.
    others : array_like of float, shape (n, 32)
        Normalised vectors.

    Examples
    --------
    >>> six, seven, twelve = np.eye(32)[[5, 6, 11]]
    >>> ring_size_distances(six, [seven, twelve]).tolist()
    [1.0, 6.0]
    """
    one = np.asarray(vector, np.float64)
    rows: NDArray[Any] = np.asarray(others)
    found = np.empty(len(rows))
    for start in range(0, len(rows), 1 << 16):
        part = rows[start : start + (1 << 16)]
        found[start : start + (1 << 16)] = np.abs(np.cumsum(part - one, axis=1, dtype=np.float64)).sum(axis=1)
    return found


def node_distance(
    a: ArrayLike,
    weights_a: ArrayLike,
    b: ArrayLike,
    weights_b: ArrayLike,
    *,
    n_directions: int = 128,
    seed: int = 0,
) -> float:
    """Measure the sliced earth mover's distance between two clouds of nodes.

    Each node is a point, its normalised ring counts over sqrt(2). Both clouds are projected onto random directions; on
    a line, the best way to move one cloud onto the other is known. The root mean square over directions and quantiles,
    times sqrt(32), is returned: for two clouds of one point each that is about their topological distance.

    It sees that one net has two sorts of node and another has the mean of them at every node, which have the
    topological distance 0. It does not see where the nodes are.

    Parameters
    ----------
    a, b : array_like of int, shape (n, 32)
        Ring counts of distinct nodes. Nodes without rings are at the origin.
    weights_a, weights_b : array_like of float, shape (n,)
        How many nodes have them.
    n_directions : int
        Random directions; the error falls as their square root.
    seed : int
        Seed of the directions.

    References
    ----------
    .. [1] Bonneel et al., J. Math. Imaging Vis. 51, 22 (2015), doi:10.1007/s10851-014-0506-3

    Examples
    --------
    >>> sorts = np.eye(32)[[3, 5]]
    >>> mixed = sorts.mean(axis=0, keepdims=True)
    >>> node_distance(sorts, [1, 1], mixed, [2]) > 0.3
    True
    """
    directions = np.random.default_rng(seed).normal(size=(32, n_directions))
    directions /= np.linalg.norm(directions, axis=0)
    quantiles = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    lines = [
        _quantiles(_points(cloud), weights, directions, quantiles)
        for cloud, weights in ((a, weights_a), (b, weights_b))
    ]
    return float(np.sqrt(((lines[0] - lines[1]) ** 2).mean() * 32))


def shell_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Measure how different mean coordination sequences are.

    The root mean square, over the shells, of the logarithm of the ratio of their sizes: 0.1 means shells that differ by
    about a tenth.

    It sees how densely a net fills space. It does not see rings: different nets may have equal sequences.

    Parameters
    ----------
    a, b : array_like of float, shape (10,)
        Mean number of nodes in shells 1 to 10. An empty shell counts as half a node.

    Examples
    --------
    >>> shell_distance([4, 12], [4, 12])
    0.0
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if first.shape != second.shape:
        raise InputError(f"coordination sequences must be equally long, got {first.shape} and {second.shape}")
    ratio = np.log(np.maximum(first, 0.5) / np.maximum(second, 0.5))
    return float(np.sqrt((ratio * ratio).mean()))


def _points(cloud: ArrayLike) -> NDArray[np.float64]:
    counts = vector_rows(cloud)
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray(counts / np.where(total > 0, total, 1) / np.sqrt(2), np.float64)


def _quantiles(
    points: NDArray[np.float64],
    weights: ArrayLike,
    directions: NDArray[np.float64],
    quantiles: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the quantiles of the projections, shape (n_quantiles, n_directions)."""
    share = np.asarray(weights, np.float64)
    share = share / share.sum()
    lines = points @ directions
    order = np.argsort(lines, axis=0)
    found = np.empty((len(quantiles), lines.shape[1]))
    for column in range(lines.shape[1]):
        places = order[:, column]
        reached = np.cumsum(share[places])
        reached[-1] = 1.0
        found[:, column] = lines[places[np.searchsorted(reached, quantiles)], column]
    return found
