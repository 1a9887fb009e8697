"""Coordinates for a net that has none: the standard realisation, as symmetric as the net itself.

Every vertex lies at the mean of its neighbours (the barycentric placement), and the cell is shaped so that the edges
point into all directions alike: the sum of ``e e^T`` over the edge vectors is a multiple of the unit matrix. Of all
realisations in a cell of one volume this one has the shortest edges (as the sum of their squares), it is unique, and
every automorphism of the net is an isometry of it. [1]_

References
----------
.. [1] Kotani & Sunada, Trans. Am. Math. Soc. 353, 1 (2001), doi:10.1090/S0002-9947-00-02632-5
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from carvsdb.net.adjacency import Adjacency
from carvsdb.net.components import Component, components
from carvsdb.net.edge_vectors import edge_vectors
from carvsdb.net.elimination import approach_laplacian
from carvsdb.net.graph import Net
from carvsdb.net.lattice import hermite_basis
from carvsdb.net.spreading import heights_of

Floats = NDArray[np.float64]

_TOLERANCE = 1e-11
_ONE_PLACE = 1e-5
_APART = 0.5
_RADIUS = 0.35
_SPACING = 2.0
_GRID = 6
_MOST_QUERIES = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Realisation:
    """Coordinates of a net.

    Attributes
    ----------
    positions : ndarray of float64, shape (n_vertices, 3)
        Fractional coordinates; as those of `Net`, they are not wrapped.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in mean edge lengths: the first along x, the second in the plane of x and y.
    n_moved : int
        How many vertices were moved off a place that they share with others in the barycentric placement.
    """

    positions: Floats
    cell: Floats
    n_moved: int


def standard_realisation(net: Net) -> Realisation:
    """Give a net coordinates in which it is as symmetric as it can be.

    Notes
    -----
    Directions in which nothing repeats get a spacing of two edges beyond what lies along them. There the vertices of
    chains and layers that share a place (rails of a ladder, a double layer) are spread, see `heights_of`. Components
    are moved apart, vertices that still share a place (of nets that are not stable, of molecules) are put on a small
    sphere around it; none of this is canonical, but the same net gives the same coordinates.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> dia = standard_realisation(library.load("dia"))
    >>> (dia.cell @ dia.cell.T * 3 / 4).round(6).tolist()  # the face-centred cubic lattice, in any basis
    [[2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]]
    """
    if not net.n_vertices:
        return Realisation(np.zeros((0, 3)), np.eye(3), 0)
    parts = components(net)
    positions = _barycentric(net, parts)
    heights = heights_of(net, parts, _places(positions))
    vectors = edge_vectors(net, positions)
    cell = _metric(vectors, _missing(parts), _SPACING + float(np.ptp(heights, axis=0).max()))
    risen = _raised(parts, positions, heights, cell)
    positions = _components_apart(net, parts, risen, cell)
    positions, moved = _vertices_apart(net, positions, cell)
    return Realisation(positions, cell, moved + int(np.count_nonzero(np.abs(heights).max(axis=1) > _ONE_PLACE)))


def _barycentric(net: Net, parts: Sequence[Component]) -> Floats:
    """Place each component with its first vertex at the origin."""
    ends = Adjacency.of(net)
    totals = np.zeros((net.n_vertices, 3))
    np.add.at(totals, np.repeat(np.arange(net.n_vertices), np.diff(ends.starts)), ends.offsets)
    positions = approach_laplacian(ends.starts, ends.neighbours.astype(np.int64), totals, _TOLERANCE)
    for component in parts:
        positions[component.vertices] -= positions[component.vertices[0]]
    return positions


def _raised(parts: Sequence[Component], positions: Floats, heights: Floats, cell: Floats) -> Floats:
    """Move vertices by their heights, at right angles to the directions in which their component repeats."""
    if not heights.any():
        return positions
    positions = positions.copy()
    inverse = np.linalg.inv(cell)
    every = np.concatenate([part.lattice for part in parts]) @ cell
    for part in parts:
        for axis, normal in enumerate(_normals(part.lattice @ cell, every)[:2]):
            upwards = normal * np.sign(normal[np.abs(normal).round(6).argmax()])
            above = heights[part.vertices, axis]
            if above.any():
                # Half the spacing below and above: no rung is cut by the face of the cell.
                positions[part.vertices] += np.outer(above - above.min() + _SPACING / 2, upwards @ inverse)
    return positions


def _normals(own: Floats, every: Floats) -> Floats:
    """Return unit vectors across a component's translations, first those across the translations of all."""
    free = np.linalg.svd(every)[2][np.linalg.matrix_rank(every, tol=1e-6) :]
    return np.concatenate([free, np.linalg.svd(np.concatenate([own, free]))[2][len(own) + len(free) :]])


def _metric(vectors: Floats, missing: Floats, spacing: float) -> Floats:
    """Return the cell in which edge vectors point into all directions alike, their mean length 1.

    Layers and chains are `spacing` edges apart, along `missing`.
    """
    if len(missing) == 3:
        return 2 * spacing * np.eye(3)
    tensor = vectors.T @ vectors + missing.T @ missing
    mean = _mean_length(vectors, np.asarray(np.linalg.inv(tensor), np.float64))
    # Scaling these by s makes the layers 1/sqrt(s) apart and leaves the lengths of edges as they are.
    tensor = tensor + (1 / (spacing * mean) ** 2 - 1) * missing.T @ missing
    gram = np.linalg.inv(tensor) / mean**2
    return np.asarray(np.linalg.cholesky((gram + gram.T) / 2), np.float64)


def _missing(parts: Sequence[Component]) -> Floats:
    """Return steps from a layer or chain to the next, in cell vectors: one for each direction that does not repeat."""
    spanned = hermite_basis(np.concatenate([part.lattice for part in parts]).reshape(-1, 3))
    if len(spanned) == 0 or len(spanned) == 3:
        return np.eye(3)[: 3 - len(spanned)]
    # The integer vectors across: what a step adds along one of them is a whole number.
    across = np.cross(spanned[0], spanned[1])[None] if len(spanned) == 2 else np.cross(spanned[0], np.eye(3, dtype=int))
    return np.asarray(np.linalg.pinv(hermite_basis(across // np.gcd.reduce(across, axis=None))).T, np.float64)


def _mean_length(vectors: Floats, gram: Floats) -> float:
    lengths: Floats = np.sqrt(np.clip(np.einsum("ei,ij,ej->e", vectors, gram, vectors), 0, None))
    return float(lengths[lengths > 1e-6 * lengths.max()].mean())


def _components_apart(net: Net, parts: Sequence[Component], positions: Floats, cell: Floats) -> Floats:
    """Shift each component to where it is farthest from those before it, if it would touch one."""
    if len(parts) == 1:
        return positions
    positions = positions.copy()
    middles = positions[net.edges[:, 0]] + edge_vectors(net, positions) / 2
    owner = np.zeros(net.n_vertices, np.int64)
    for number, part in enumerate(parts):
        owner[part.vertices] = number
    of_edge = owner[net.edges[:, 0]]
    steps = np.stack(np.meshgrid(*[np.arange(_GRID) / _GRID] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    placed: list[Floats] = []
    for number, part in enumerate(parts):
        points = np.concatenate([positions[part.vertices], middles[of_edge == number]])
        if placed:
            tree = cKDTree(_with_images(np.concatenate(placed), cell))
            tried = points[:: 1 + len(points) * len(steps) // _MOST_QUERIES]
            nearest = np.array([tree.query(_wrapped(tried + step) @ cell)[0].min() for step in steps])
            if nearest[0] < _APART:
                shift = steps[int(np.argmax(nearest.round(6)))]
                positions[part.vertices] += shift
                points = points + shift
        placed.append(points)
    return positions


def _with_images(points: Floats, cell: Floats) -> Floats:
    around = np.stack(np.meshgrid(*[(-1, 0, 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray((_wrapped(points)[:, None] + around).reshape(-1, 3) @ cell, np.float64)


def _wrapped(points: Floats) -> Floats:
    return np.asarray(points - np.floor(points + 1e-9), np.float64)


def _places(positions: Floats) -> NDArray[np.int64]:
    """Return a number for each vertex, one for all that share a place, modulo the cell."""
    grid = round(1 / _ONE_PLACE)
    _, place = np.unique(np.rint(positions * grid).astype(np.int64) % grid, axis=0, return_inverse=True)
    return np.asarray(place.ravel(), np.int64)


def _vertices_apart(net: Net, positions: Floats, cell: Floats) -> tuple[Floats, int]:
    """Put vertices that share a place around it; the one with the most neighbours keeps it."""
    place = _places(positions)
    shared = np.flatnonzero(np.bincount(place) > 1)
    if not len(shared):
        return positions, 0
    positions = positions.copy()
    degrees = net.degrees()
    inverse = np.linalg.inv(cell)
    moved = 0
    for one in shared:
        members = np.flatnonzero(place == one)
        others = members[np.argsort(-degrees[members], kind="stable")][1:]
        positions[others] += _RADIUS * np.sqrt(len(others) / 4 + 0.75) * _around(len(others)) @ inverse
        moved += len(others)
    return positions, moved


def _around(count: int) -> Floats:
    """Return points spread over the unit sphere, by the golden spiral."""
    height = 1 - (2 * np.arange(count) + 1) / count
    turn = np.pi * (3 - np.sqrt(5)) * np.arange(count)
    radius = np.sqrt(1 - height**2)
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn), height])
