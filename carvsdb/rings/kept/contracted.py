"""A net whose linkers on two nodes are edges of length two: what its distances and rings are kept in.

Linkers on three nodes or more stay vertices, with edges of length one; in a net without linkers every edge has length
one. Distances between vertices that are left are those of the net, and every ring of it is one of the contracted
net, once for each way through parallel linkers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.errors import RefusedError
from carvsdb.net import Net
from carvsdb.rings.infinite import Integers

LONGEST_EDGE = 2
"""Length of the edge that a linker on two nodes becomes."""

_FARTHEST, _MOST_VERTICES = 2**6, 2**21
"""Cells that an edge may lead to along each axis, and vertices: their numbers fit 63 bits."""


class Contracted(NamedTuple):
    """The edges of a contracted net.

    Attributes
    ----------
    edges : ndarray of int64, shape (n_edges, 6)
        Rows ``(a, b, u, v, w, length)``, each edge once, sorted; nodes have the numbers ``0..n_nodes - 1`` in their
        order, linkers that stay those behind.
    multiplicity : ndarray of int64, shape (n_edges,)
        How many linkers join the two ends.
    codes : ndarray of int64, shape (n_edges,)
        A number for each edge, the same in every net for the same edge.
    n_nodes : int
    """

    edges: Integers
    multiplicity: Integers
    codes: Integers
    n_nodes: int


def contract(net: Net, slots: dict[int, int]) -> Contracted:
    """Contract a net.

    Parameters
    ----------
    net : Net
    slots : dict of int to int
        The number of each linker that stays; those that have none yet are given the next.

    Raises
    ------
    RefusedError
        If there are millions of vertices, or edges lead too many cells away.
    """
    rows = net.edges.astype(np.int64)
    if not net.is_node_linker:
        ones = np.ones(len(rows), np.int64)
        return Contracted(np.column_stack([rows, ones]), ones, _codes(rows), net.n_nodes)
    number = np.cumsum(net.is_node) - 1
    # Each end as seen from its linker: a row (linker, node, cell of the node).
    from_node = net.is_node[rows[:, 0]]
    linkers = np.where(from_node, rows[:, 1], rows[:, 0])
    nodes = number[np.where(from_node, rows[:, 0], rows[:, 1])]
    cells = np.where(from_node[:, None], -rows[:, 2:], rows[:, 2:])
    order = np.argsort(linkers, kind="stable")
    linkers, nodes, cells = linkers[order], nodes[order], cells[order]
    degrees = np.bincount(linkers, minlength=net.n_vertices)[linkers]
    pairs = np.flatnonzero(degrees == 2).reshape(-1, 2)
    first, second = pairs[:, 0], pairs[:, 1]
    two = np.full((len(pairs), 1), 2, np.int64)
    short = np.column_stack([nodes[first], nodes[second], cells[second] - cells[first], two])
    rest = np.flatnonzero(degrees > 2)
    for linker in linkers[rest].tolist():
        slots.setdefault(linker, len(slots))
    behind = np.array([net.n_nodes + slots[linker] for linker in linkers[rest].tolist()], np.int64)
    one = np.ones((len(rest), 1), np.int64)
    long = np.column_stack([nodes[rest], behind.reshape(-1), -cells[rest], one])
    edges = _directed(np.vstack([short, long]))
    codes, first, counts = np.unique(_codes(edges), return_index=True, return_counts=True)
    return Contracted(edges[first], counts.astype(np.int64), codes, net.n_nodes)


def _codes(edges: Integers) -> Integers:
    if np.abs(edges[:, 2:5]).max(initial=0) >= _FARTHEST or edges[:, :2].max(initial=0) >= _MOST_VERTICES:
        raise RefusedError("the net is too large, or its edges lead too far, to be followed")
    side = 2 * _FARTHEST
    u, v, w = (edges[:, 2:5] + _FARTHEST).T
    found: Integers = (((edges[:, 0] * _MOST_VERTICES + edges[:, 1]) * side + u) * side + v) * side + w
    return found


def _directed(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Turn rows so that the first vertex is not above the second, and loops lead to later cells."""
    a, b, u, v, w = rows[:, :5].T
    negative = (u < 0) | ((u == 0) & ((v < 0) | ((v == 0) & (w < 0))))
    turn = (a > b) | ((a == b) & negative)
    turned = rows.copy()
    turned[turn, 0], turned[turn, 1] = b[turn], a[turn]
    turned[turn, 2:5] = -rows[turn, 2:5]
    return turned


class Ends(NamedTuple):
    """Both ends of edges as kernels walk them, in a window of cells around a home cell.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_vertices + 1,)
    vertices, steps, lengths : ndarray of int64, shape (n_ends,)
        Of each end at a vertex: where it leads, by how much the place of an image grows on the way, and its length.
    cells : ndarray of int64, shape (n_ends, 3)
        The cell where it leads.
    multiplicity : ndarray of int64, shape (n_ends,)
    added : ndarray of bool, shape (n_ends,)
        Whether the edge is a new one.
    """

    starts: Integers
    vertices: Integers
    steps: Integers
    lengths: Integers
    cells: Integers
    multiplicity: Integers
    added: NDArray[np.bool_]


class Window(NamedTuple):
    """Places of images: ``((x + R0) W1 + y + R1) W2 + z + R2) n + vertex``.

    Attributes
    ----------
    reach : ndarray of int64, shape (3,)
    n_vertices : int
    home : int
        Place of vertex 0 in cell 0.
    size : int
        Number of places.
    """

    reach: Integers
    n_vertices: int
    home: int
    size: int

    @classmethod
    def of(cls, reach: Integers, n_vertices: int) -> "Window":
        """Make the window of cells up to so many away along each axis."""
        widths = 2 * reach + 1
        home = int((reach[0] * widths[1] + reach[1]) * widths[2] + reach[2]) * n_vertices
        return cls(reach, n_vertices, home, int(np.prod(widths)) * n_vertices)

    def steps(self, rows: Integers) -> Integers:
        """Return by how much places grow along rows ``(from, to, u, v, w)``."""
        widths = 2 * self.reach + 1
        moved = (rows[:, 2] * widths[1] + rows[:, 3]) * widths[2] + rows[:, 4]
        found: Integers = moved * self.n_vertices + rows[:, 1] - rows[:, 0]
        return found

    def both_ways(self, edges: Integers) -> Integers:
        """Return rows ``(from, to, step, length)`` of both ends of edges."""
        rows = _both_ways(edges)
        return np.column_stack([rows[:, 0], rows[:, 1], self.steps(rows), rows[:, 5]])


def _both_ways(edges: Integers) -> Integers:
    return np.vstack([edges, np.column_stack([edges[:, 1], edges[:, 0], -edges[:, 2:5], edges[:, 5]])])


def ends_of(contracted: Contracted, window: Window, added: NDArray[np.bool_]) -> Ends:
    """Sort the ends of edges by vertex; some edges are new."""
    edges = contracted.edges
    rows = _both_ways(edges)
    order = np.lexsort((rows[:, 4], rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))
    rows, new = rows[order], np.concatenate([added, added])[order]
    links = np.concatenate([contracted.multiplicity, contracted.multiplicity])[order]
    starts = np.zeros(window.n_vertices + 1, np.int64)
    np.cumsum(np.bincount(rows[:, 0], minlength=window.n_vertices), out=starts[1:])
    return Ends(
        starts,
        np.ascontiguousarray(rows[:, 1]),
        window.steps(rows),
        np.ascontiguousarray(rows[:, 5]),
        np.ascontiguousarray(rows[:, 2:5]),
        links,
        new,
    )


def reach_of(edges: Integers, n_vertices: int, radius: int) -> Integers:
    """Return how many cells away walks of a length can end, along each axis, shape (3,)."""
    rows = _both_ways(edges)
    order = np.argsort(rows[:, 0], kind="stable")
    return _farthest(rows[order], n_vertices, radius)


@compiled
def _farthest(rows: Integers, n_vertices: int, radius: int) -> Integers:
    farthest = np.zeros((radius + 1, n_vertices, 3), np.int64)
    for length in range(1, radius + 1):
        for vertex in range(n_vertices):
            for axis in range(3):
                farthest[length, vertex, axis] = farthest[length - 1, vertex, axis]
        for end in range(len(rows)):
            rest = length - rows[end, 5]
            if rest >= 0:
                for axis in range(3):
                    there = farthest[rest, rows[end, 1], axis] + rows[end, 2 + axis]
                    if there > farthest[length, rows[end, 0], axis]:
                        farthest[length, rows[end, 0], axis] = there
    reach = np.zeros(3, np.int64)
    for vertex in range(n_vertices):
        for axis in range(3):
            reach[axis] = max(reach[axis], farthest[radius, vertex, axis])
    return reach
