"""How far a map can be trusted, and groups of what is mapped: both by true distances, not by those on the map."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_POINTS = 3000
"""Of more points a sample is looked at."""

_NEIGHBOURS = 15


def trust(features: Floats, coordinates: Floats, *, n_neighbors: int = _NEIGHBOURS, seed: int = 0) -> tuple[float, int]:
    """Return the trustworthiness of a map, 0 to 1, and the number of neighbours that it is about.

    It falls with points that are neighbours on the map and not in truth. [1]_ Each different vector counts once; of
    many, a sample is taken. NaN where there are too few points to tell.

    References
    ----------
    .. [1] Venna & Kaski, ICANN 2001, doi:10.1007/3-540-44668-0_68

    Examples
    --------
    >>> line = np.arange(12.0)[:, None] ** 2
    >>> trust(line, line, n_neighbors=3)
    (1.0, 3)
    """
    _, first = np.unique(features.astype(np.float32), axis=0, return_index=True)
    if len(first) > MOST_POINTS:
        first = np.sort(np.random.default_rng(seed).choice(first, MOST_POINTS, replace=False))
    k = min(n_neighbors, (len(first) - 1) // 2)
    if k < 1:
        return float("nan"), 0
    from sklearn.manifold import trustworthiness

    return float(trustworthiness(features[first], coordinates[first], n_neighbors=k)), k


def clusters(features: Floats, *, min_size: int = 5) -> NDArray[np.int64]:
    """Group points by HDBSCAN [1]_; -1 are those in no group. Groups are numbered by size, the largest first.

    References
    ----------
    .. [1] Campello, Moulavi & Sander, PAKDD 2013, doi:10.1007/978-3-642-37456-2_14

    Examples
    --------
    >>> clusters(np.repeat([[0.0], [5.0]], [7, 6], axis=0) + 0.01 * np.arange(13)[:, None]).tolist()
    [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    """
    if len(features) < max(min_size, 2):
        return np.full(len(features), -1, np.int64)
    from sklearn.cluster import HDBSCAN

    found = HDBSCAN(min_cluster_size=max(min_size, 2), copy=True).fit_predict(features)
    sizes = np.bincount(found[found >= 0]) if (found >= 0).any() else np.zeros(0, np.int64)
    number = np.full(len(sizes) + 1, -1, np.int64)  # the last stands for -1
    number[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.asarray(number[found], np.int64)
