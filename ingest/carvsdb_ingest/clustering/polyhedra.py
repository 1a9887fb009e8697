"""Coordination polyhedra: the edges of the convex hull of a few points."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

_FLAT = 0.12
_SAME_FACE = np.cos(np.radians(10))


def polyhedron_edges(points: NDArray[np.float64]) -> set[tuple[int, int]]:
    """Return the pairs of points (first index smaller) that are edges of their convex hull.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 3)
        In Å. Up to three points are all joined; points of one plane (smallest singular value below 0.12 of the largest)
        make a polygon.

    Notes
    -----
    Triangles of the hull within 10° of each other are one face, whose diagonals are no edges.

    Examples
    --------
    >>> square = np.array([[1.0, 0, 0], [0, 1.0, 0], [-1.0, 0, 0], [0, -1.0, 0]])
    >>> sorted(polyhedron_edges(square))
    [(0, 1), (0, 3), (1, 2), (2, 3)]
    >>> len(polyhedron_edges(np.array(np.meshgrid([0, 1.0], [0, 1.0], [0, 1.0])).reshape(3, -1).T))
    12
    """
    from scipy.spatial import ConvexHull, QhullError

    n_points = len(points)
    if n_points <= 3:
        return set(combinations(range(n_points), 2))
    centred = points - points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred)
    try:
        if sizes[-1] < _FLAT * sizes[0]:
            if sizes[1] < _FLAT * sizes[0]:
                order = np.argsort(centred @ axes[0])
                return {_pair(*ends) for ends in zip(order[:-1].tolist(), order[1:].tolist(), strict=True)}
            polygon = ConvexHull(centred @ axes[:2].T)
            return {_pair(int(one), int(two)) for one, two in polygon.simplices}
        hull = ConvexHull(centred)
    except QhullError:
        return set()
    normals = hull.equations[:, :3]
    faces: dict[tuple[int, int], list[int]] = {}
    for number, corners in enumerate(hull.simplices.tolist()):
        for one, two in combinations(corners, 2):
            faces.setdefault(_pair(one, two), []).append(number)
    return {
        edge for edge, sides in faces.items() if len(sides) != 2 or normals[sides[0]] @ normals[sides[1]] < _SAME_FACE
    }


def _pair(one: int, two: int) -> tuple[int, int]:
    return (one, two) if one < two else (two, one)
