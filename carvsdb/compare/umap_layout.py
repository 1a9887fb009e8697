"""UMAP and densMAP by umap-learn, from a graph of exact neighbours; and new points on a map that stays as it is."""

import warnings
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.compare.umap_graph import (
    exact_neighbours,
    local_scales,
    neighbour_graph,
    neighbours_with_self,
    strengths,
)
from carvsdb.numba_cache import cached_if_possible, keep
from carvsdb.progress import bar_options

Floats = NDArray[np.float64]

_LEARNING_RATE = 1.0
_REPULSION = 1.0
_NEGATIVE_SAMPLES = 5
_EPOCHS_OF_NEW_POINTS = 100
_DENSITY = {"lambda": 2.0, "frac": 0.3, "var_shift": 0.1}


def lay_out(
    points: Floats,
    start: Floats,
    *,
    n_neighbors: int,
    min_dist: float,
    seed: int,
    densmap: bool,
    progress: bool | None = False,
) -> Floats:
    """Lay points out in a plane.

    Parameters
    ----------
    points : ndarray of float64, shape (n, width)
        Different from each other.
    start : ndarray of float64, shape (n, n_components)
        Where they are to begin.
    n_neighbors, min_dist, seed
        As of :class:`carvsdb.compare.embedding.EmbeddingOptions`.
    densmap : bool
        Keep local densities, too. [1]_
    progress : bool or None
        Whether a bar counts the epochs.

    References
    ----------
    .. [1] Narayan, Berger & Cho, Nat. Biotechnol. 39, 765 (2021), doi:10.1038/s41587-020-00801-7
    """
    rows, distances = neighbours_with_self(points, n_neighbors)
    graph, lengths = neighbour_graph(rows, distances)
    a, b = curve(min_dist)
    made, _ = _umap().simplicial_set_embedding(
        points.astype(np.float32),
        graph,
        start.shape[1],
        _LEARNING_RATE,
        a,
        b,
        _REPULSION,
        _NEGATIVE_SAMPLES,
        None,
        start.astype(np.float32),
        np.random.RandomState(seed),
        "euclidean",
        {},
        densmap,
        {**_DENSITY, "graph_dists": lengths, "n_neighbors": n_neighbors},
        False,
        tqdm_kwds=bar_options("epochs", progress),
    )
    return np.asarray(made, np.float64)


def put_onto(points: Floats, places: Floats, new: Floats, *, n_neighbors: int, min_dist: float, seed: int) -> Floats:
    """Put new points onto a map that stays as it is.

    Parameters
    ----------
    points : ndarray of float64, shape (n, width)
        What is on the map, different from each other.
    places : ndarray of float64, shape (n, n_components)
        Where it is.
    new : ndarray of float64, shape (m, width)
    n_neighbors, min_dist, seed
        As the map was made.

    Notes
    -----
    Each new point starts at the mean of its neighbours, weighted by how strongly it belongs to them, and is moved as
    the points of the map were; it is moved by itself, so that it does not matter what else is put there. One that is on
    the map already takes its place.
    """
    k = min(n_neighbors, len(points))
    rows, distances = exact_neighbours(points, new, k)
    weights = strengths(distances, *local_scales(distances, k, nearest_is_certain=False))
    shares = weights / weights.sum(axis=1, keepdims=True)
    found: Floats = np.einsum("ik,ikc->ic", shares, places[rows])
    a, b = curve(min_dist)
    fixed = np.ascontiguousarray(places, np.float32)
    for number in range(len(new)):
        if distances[number, 0] < 1e-6:
            found[number] = places[rows[number, 0]]
            continue
        kept = weights[number] >= weights[number].max() / _EPOCHS_OF_NEW_POINTS
        every = weights[number].max() / weights[number][kept]
        moved = _layouts().optimize_layout_euclidean(
            np.ascontiguousarray(found[number : number + 1], np.float32),
            fixed,
            np.zeros(np.count_nonzero(kept), np.int32),
            rows[number][kept].astype(np.int32),
            _EPOCHS_OF_NEW_POINTS,
            len(points),
            every,
            a,
            b,
            np.random.RandomState(seed).randint(-(2**31) + 1, 2**31 - 1, 3).astype(np.int64),
            _REPULSION,
            _LEARNING_RATE / 4,
            _NEGATIVE_SAMPLES,
            move_other=False,
        )
        found[number] = moved[0]
    return found


@cache
def curve(min_dist: float) -> tuple[float, float]:
    """Return the two numbers of the curve by which distances on the map become strengths."""
    a, b = _umap().find_ab_params(1.0, min_dist)
    return float(a), float(b)


@cache
def _umap() -> Any:
    with warnings.catch_warnings(), cached_if_possible():
        # umap warns at import that its neural variant, which we do not use, lacks Tensorflow.
        warnings.filterwarnings("ignore", message="Tensorflow not installed", category=ImportWarning)
        from umap import layouts, umap_
    # Its one long kernel has no cache of its own. Should a release call it otherwise, each process compiles it.
    kernel = getattr(layouts, "_nb_optimize_layout_euclidean_single_epoch", None)
    if kernel is not None:
        keep(kernel)
    return umap_


def _layouts() -> Any:
    _umap()
    from umap import layouts

    return layouts
