"""Nearest-neighbour search: the nets most like a net, by an exact scan."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.compare.distance import distances_from, vector_rows
from carvsdb.errors import InputError


def nearest(query: ArrayLike, normalised: ArrayLike, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nets nearest to one net.

    Parameters
    ----------
    query : array_like of float, shape (32,)
        Normalised vector of the net asked about.
    normalised : array_like of float, shape (n, 32)
        Normalised vectors to search, one a row.
    k : int
        How many to return; fewer if there are fewer.

    Returns
    -------
    indices : ndarray of int64, shape (min(k, n),)
        Rows of `normalised`, nearest first; equal distances by row.
    distances : ndarray of float64, shape (min(k, n),)
        Their topological distances.

    Raises
    ------
    InputError
        If a shape or `k` does not fit or a number is not finite.

    Notes
    -----
    The query is found too, at distance 0, if it is a row of `normalised`.

    Examples
    --------
    >>> indices, distances = nearest(np.eye(32)[5], np.eye(32)[[3, 5, 7, 5]], k=3)
    >>> indices.tolist(), distances.tolist()
    ([1, 3, 0], [0.0, 0.0, 1.0])
    """
    indices, distances = nearest_each(np.asarray(query, np.float64)[None], normalised, k)
    return indices[0], distances[0]


def nearest_each(queries: ArrayLike, normalised: ArrayLike, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the nets nearest to each of several nets.

    As :func:`nearest`, with queries of the shape (m, 32) and answers of the shape (m, min(k, n)).
    """
    if k < 0:
        raise InputError(f"the number of neighbours must be 0 or more, got {k}")
    asked, vectors = vector_rows(queries), vector_rows(normalised)
    k = min(k, len(vectors))
    indices = np.zeros((len(asked), k), np.int64)
    distances = np.zeros((len(asked), k))
    for row, query in enumerate(asked):
        found = distances_from(query, vectors)
        indices[row] = _smallest(found, k)
        distances[row] = found[indices[row]]
    return indices, distances


def _smallest(values: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Return the places of the k smallest values, ascending, equal ones by place."""
    if k == 0:
        return np.zeros(0, np.int64)
    # A partition breaks ties as it likes: take all that tie with the k-th, then sort those stably.
    places = np.flatnonzero(values <= np.partition(values, k - 1)[k - 1])
    return np.asarray(places[np.argsort(values[places], kind="stable")[:k]], np.int64)
