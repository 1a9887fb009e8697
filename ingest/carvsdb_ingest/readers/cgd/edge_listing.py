"""Edges as files list them, from one end or from both, to undirected edges."""

import numpy as np
from numpy.typing import NDArray


def undirected(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count each edge once, whether a file lists it from one end or from both.

    Parameters
    ----------
    rows : ndarray of int64, shape (n, 5)
        ``(src, dst, u, v, w)`` in the direction in which the file lists them.

    Returns
    -------
    edges : ndarray of int64, shape (m, 5)
        Each undirected edge once.
    multiplicity : ndarray of int64, shape (m,)
        How often it is listed in the direction in which it is listed more often: a line and its reverse are
        one link, two equal lines are two.

    Examples
    --------
    >>> rows = np.array([[0, 1, 0, 0, 1], [1, 0, 0, 0, -1], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0]])
    >>> edges, multiplicity = undirected(rows)
    >>> edges.tolist(), multiplicity.tolist()
    ([[0, 1, 0, 0, 0], [0, 1, 0, 0, 1]], [2, 1])
    """
    if not len(rows):
        return rows.reshape(0, 5), np.zeros(0, np.int64)
    reverse = np.concatenate([rows[:, [1, 0]], -rows[:, 2:]], axis=1)
    differing = rows != reverse
    first = differing.argmax(axis=1)[:, None]
    turned = np.take_along_axis(rows, first, 1)[:, 0] > np.take_along_axis(reverse, first, 1)[:, 0]
    edges, which = np.unique(np.where(turned[:, None], reverse, rows), axis=0, return_inverse=True)
    which = which.reshape(-1)
    forward = np.bincount(which[~turned], minlength=len(edges))
    backward = np.bincount(which[turned], minlength=len(edges))
    return edges, np.maximum(forward, backward)
