"""Edges of a net with coordinates, as vectors."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.net.graph import Net


def edge_vectors(net: Net, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the vector of each edge, from its first end to its second, in cell vectors: shape (n_edges, 3).

    Parameters
    ----------
    net : Net
    positions : ndarray of float64, shape (n_vertices, 3)
        Fractional; those of the net, or others.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> sql = library.load("sql")
    >>> edge_vectors(sql, np.zeros((1, 3))).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    return np.asarray(positions[net.edges[:, 1]] + net.edges[:, 2:] - positions[net.edges[:, 0]], np.float64)
