"""Heights for the vertices of a ladder, a tube or a double layer, which the barycentric placement lays upon each other.

In a direction in which nothing repeats the mean of all neighbours is one value: both rails of a ladder come to lie on
one line. There a component is spread by the slowest modes of its Laplacian that tell the vertices of one place apart.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb.net.components import Component
from carvsdb.net.graph import Net

Floats = NDArray[np.float64]

_MOST_VERTICES = 600
_NO_HEIGHT = 1e-6
_AS_SLOW = 1e-6


def heights_of(net: Net, parts: Sequence[Component], places: NDArray[np.int64]) -> Floats:
    """Return how far each vertex lies off its place, in mean edge lengths, along directions in which nothing repeats.

    Parameters
    ----------
    net : Net
    parts : sequence of Component
        Of the net. Those that repeat in one or two directions are spread.
    places : ndarray of int64, shape (n_vertices,)
        Vertices with one number share a place.

    Returns
    -------
    ndarray of float64, shape (n_vertices, 2)
        The heights of a chain in two directions; those of a layer in the first. Zero where no place is shared, and
        in components of over 600 vertices. A vertex with one edge is as high as its neighbour.
    """
    heights = np.zeros((net.n_vertices, 2))
    hangs = net.degrees() == 1
    places = np.where(hangs, places.max() + 1 + np.arange(net.n_vertices), places)
    for part in parts:
        shared = len(np.unique(places[part.vertices])) < len(part.vertices)
        if shared and 1 <= part.periodicity <= 2 and len(part.vertices) <= _MOST_VERTICES:
            modes = _slow_modes(_laplacian(net, part.vertices), places[part.vertices], 3 - part.periodicity)
            heights[part.vertices, : modes.shape[1]] = modes
    for first, second in net.edges[hangs[net.edges[:, :2]].any(axis=1), :2]:
        hanging, held = (first, second) if hangs[first] else (second, first)
        heights[hanging] = heights[held]
    lengths = np.linalg.norm(heights[net.edges[:, 0]] - heights[net.edges[:, 1]], axis=1)
    risen = lengths > _NO_HEIGHT
    return heights / lengths[risen].mean() if risen.any() else heights


def _laplacian(net: Net, vertices: NDArray[np.int64]) -> Floats:
    """Return the Laplacian of a component whose images of a vertex are all one, shape (n, n)."""
    row_of = np.full(net.n_vertices, -1)
    row_of[vertices] = np.arange(len(vertices))
    ends = row_of[net.edges[:, :2]]
    ends = ends[(ends >= 0).all(axis=1)]
    links = np.zeros((len(vertices), len(vertices)))
    np.add.at(links, (ends[:, 0], ends[:, 1]), 1)
    links += links.T
    return np.asarray(np.diag(links.sum(axis=1)) - links, np.float64)


def _slow_modes(laplacian: Floats, places: NDArray[np.int64], most: int) -> Floats:
    """Return the slowest modes whose mean is zero at every place, shape (n, up to `most`), each of length 1.

    A second one is taken if it is as slow as the first (around a tube), or if the first leaves vertices of one place
    at one height: a ladder stays flat.
    """
    _, place = np.unique(places, return_inverse=True)
    means = np.zeros((place.max() + 1, len(place)))
    means[place.ravel(), np.arange(len(place))] = 1
    means /= np.linalg.norm(means, axis=1)[:, None]
    apart = np.linalg.svd(means)[2][len(means) :].T
    speeds, modes = np.linalg.eigh(apart.T @ laplacian @ apart)
    slow = apart @ modes[:, :most]
    told = len(np.unique(np.column_stack([place.ravel(), slow[:, 0].round(6)]), axis=0)) == len(place)
    if told and len(speeds) > 1 and speeds[1] > speeds[0] + _AS_SLOW:
        slow = slow[:, :1]
    first = np.abs(slow).round(6).argmax(axis=0)
    return np.asarray(slow * np.sign(slow[first, np.arange(slow.shape[1])]), np.float64)
