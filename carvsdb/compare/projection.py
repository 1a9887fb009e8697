"""New nets on a map that stays as it is, and how far off it they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compare.embedding import Embedding, distinct_points
from carvsdb.compare.umap_graph import exact_neighbours
from carvsdb.errors import InputError, RefusedError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Where new points come to lie on a map.

    Attributes
    ----------
    coordinates : ndarray of float64, shape (m, n_components)
    nearest : ndarray of int64, shape (m,)
        The point of the map that is truly nearest.
    distances : ndarray of float64, shape (m,)
        How far it is, in the features of the map: of normalised vectors, the topological distance.
    shares_farther : ndarray of float64, shape (m,)
        Share of the map's own different points whose nearest neighbour is at least as far: near 0 off the map.
    """

    coordinates: Floats
    nearest: NDArray[np.int64]
    distances: Floats
    shares_farther: Floats


def project(embedding: Embedding, features: Floats, new: Floats) -> Projection:
    """Put new points onto a map without moving it.

    Parameters
    ----------
    embedding : Embedding
    features : ndarray of float64, shape (n, width)
        Of :func:`carvsdb.compare.embedding.map_features`, of what is on the map, in its order.
    new : ndarray of float64, shape (m, width)
        The same of what is to be put there.

    Raises
    ------
    InputError
        If shapes disagree.
    RefusedError
        If the map's points do not follow from its features.

    Notes
    -----
    The same map and the same point give the same place, whatever else is put there.

    Examples
    --------
    >>> from carvsdb.compare.embedding import EmbeddingOptions, fit_embedding, map_features
    >>> vectors = np.eye(32)[[3, 5]]
    >>> made = fit_embedding(vectors, EmbeddingOptions("pca"))
    >>> put = project(made, map_features(vectors), map_features(vectors.mean(axis=0)[None]))
    >>> (put.coordinates.round(9) + 0.0).tolist(), put.distances.round(9).tolist()
    ([[0.0, 0.0]], [0.5])
    """
    if len(features) != len(embedding.coordinates) or features.shape[1] != new.shape[1]:
        raise InputError(
            f"a map of {len(embedding.coordinates)} points needs their features and new ones of the same width, got "
            f"{features.shape} and {new.shape}"
        )
    distinct, place = distinct_points(features)
    first = np.zeros(len(distinct), np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    rounded = new.astype(np.float32).astype(np.float64)
    rows, distances = exact_neighbours(distinct, rounded, 1)
    spacing = np.sort(exact_neighbours(distinct, distinct, min(2, len(distinct)))[1][:, -1])
    farther = 1 - np.searchsorted(spacing, distances[:, 0], side="left") / len(spacing)
    return Projection(_places(embedding, features, distinct, first, new), first[rows[:, 0]], distances[:, 0], farther)


def _places(embedding: Embedding, features: Floats, distinct: Floats, first: NDArray[np.int64], new: Floats) -> Floats:
    if embedding.method == "pca":
        return _linear(embedding.coordinates, features, new)
    from carvsdb.compare.umap_layout import put_onto

    parameters = embedding.parameters
    return put_onto(
        distinct,
        embedding.coordinates[first],
        new,
        n_neighbors=int(str(parameters["n_neighbors"])),
        min_dist=float(str(parameters["min_dist"])),
        seed=embedding.seed,
    )


def _linear(coordinates: Floats, features: Floats, new: Floats) -> Floats:
    """Apply the projection that made the points of a PCA: it is linear, and its own points show it."""
    centre = features.mean(axis=0)
    matrix = np.linalg.lstsq(features - centre, coordinates, rcond=1e-9)[0]
    off = np.abs((features - centre) @ matrix - coordinates).max(initial=0.0)
    if off > 1e-4:
        raise RefusedError(
            f"the points of the map do not follow from its nets, by up to {off:.2g}; were its nets changed since?",
            hint="make the map anew by `carvsdb embed fit --method pca`",
        )
    # Row by row: the product of one matrix with many rows rounds otherwise than that with one.
    return np.array([row @ matrix for row in new - centre])
