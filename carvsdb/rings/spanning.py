"""A net seen from a spanning tree, and the cycles from which all of its cycles can be made.

With the images that a spanning tree meets as representatives the edges of the tree stay in one cell, so that any two
vertices of a component are joined inside a cell and only the other edges lead from cell to cell.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.net import Adjacency, Net
from carvsdb.net.lattice import hermite_basis
from carvsdb.rings.infinite import Integers

_MOST_WORDS = 20_000
"""How many translations a search for a closed walk with a given translation looks at."""

_Step = tuple[int, int]
"""An edge outside the tree and the direction, 1 or -1, in which a closed walk passes it."""


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Finite sets of edges of the infinite net.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_chains + 1,)
        Chain `i` has the rows ``starts[i]:starts[i + 1]``.
    edges : ndarray of int64, shape (n_rows, 4)
        Edge of the net and the cell of its `src`. An edge that stands an even number of times is not in the set.
    """

    starts: NDArray[np.int64]
    edges: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def selected(self, which: NDArray[np.bool_]) -> "Chains":
        """Return some of the chains."""
        lengths = np.diff(self.starts)
        return Chains(np.concatenate([[0], np.cumsum(lengths[which])]), self.edges[np.repeat(which, lengths)])

    def followed_by(self, others: "Chains") -> "Chains":
        """Return these chains and then others."""
        starts = np.concatenate([self.starts, self.starts[-1] + others.starts[1:]])
        return Chains(starts, np.concatenate([self.edges, others.edges]))


@dataclass(frozen=True, slots=True, eq=False)
class SpanningTree:
    """A spanning tree of each component of a net, and the net's edges between the images that it meets.

    Attributes
    ----------
    edges : ndarray of int64, shape (n_edges, 5)
        ``(src, dst, u, v, w)`` in the order of the net's edges, between the new representatives.
    moves : ndarray of int64, shape (n_vertices, 3)
        The cell of the image that is the new representative of each vertex.
    roots : ndarray of int64, shape (n_components,)
    component_of : ndarray of int64, shape (n_vertices,)
    parents : ndarray of int64, shape (n_vertices, 2)
        The vertex one step nearer to the root and the edge that leads there; -1 for roots.
    depths : ndarray of int64, shape (n_vertices,)
    lattices : tuple of ndarray of int64, shape (periodicity, 3)
        Hermite basis of the translations of each component.
    """

    edges: NDArray[np.int64]
    moves: NDArray[np.int64]
    roots: NDArray[np.int64]
    component_of: NDArray[np.int64]
    parents: NDArray[np.int64]
    depths: NDArray[np.int64]
    lattices: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, net: Net) -> "SpanningTree":
        """Walk a net breadth first."""
        adjacency = Adjacency.of(net)
        ends = np.column_stack([adjacency.neighbours, adjacency.offsets, adjacency.edges]).astype(np.int64)
        component_of, parents, depths, moves = _walk(adjacency.starts, ends)
        edges = net.edges.astype(np.int64)
        edges[:, 2:] += moves[edges[:, 0]] - moves[edges[:, 1]]
        roots = np.flatnonzero(parents[:, 0] < 0)
        of_edge = component_of[edges[:, 0]]
        lattices = tuple(hermite_basis(edges[of_edge == index, 2:]) for index in range(len(roots)))
        return cls(edges, moves, roots, component_of, parents, depths, lattices)

    @property
    def n_vertices(self) -> int:
        """Number of vertices in a cell."""
        return len(self.component_of)

    def edge_ends(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Collect the edge ends of each vertex.

        Returns
        -------
        starts : ndarray of int64, shape (n_vertices + 1,)
            Vertex `v` has the rows ``starts[v]:starts[v + 1]``.
        ends : ndarray of int64, shape (2 n_edges, 6)
            Neighbour and its cell, edge, and 1 where the vertex is the edge's `src`, -1 where it is the `dst`.
        """
        sources, targets, offsets = self.edges[:, 0], self.edges[:, 1], self.edges[:, 2:]
        edges, ones = np.arange(len(self.edges)), np.ones(len(self.edges), np.int64)
        forwards = np.column_stack([targets, offsets, edges, ones])
        backwards = np.column_stack([sources, -offsets, edges, -ones])
        vertices = np.concatenate([sources, targets])
        starts = np.zeros(self.n_vertices + 1, np.int64)
        np.cumsum(np.bincount(vertices, minlength=self.n_vertices), out=starts[1:])
        return starts, np.concatenate([forwards, backwards])[np.argsort(vertices, kind="stable")]

    def chains_of(self, starts: NDArray[np.int64], vertices: NDArray[np.int32], cells: NDArray[np.int32]) -> Chains:
        """Return the edges of closed walks given by their vertices, in the cells of the net."""
        walked = cells - self.moves[vertices]
        return Chains(starts, _edges_along(*self.edge_ends(), starts, vertices.astype(np.int64), walked))

    def generating_cycles(self) -> Chains | None:
        """Return cycles whose translates generate all cycles of the infinite net, or None if that takes too long.

        Returns
        -------
        Chains
            For each edge outside the tree its closed walk through the root, brought back to where it began; and for
            each pair of basis vectors of a component's lattice a walk around their parallelogram.

        Notes
        -----
        Closed walks through the root of the quotient graph form the free group on the edges outside the tree,
        and cycles of the infinite net are the walks without translation. Modulo the walks returned every
        walk is a product of those that stand for basis vectors, and these commute; what is left is the lattice
        itself, so the walks without translation are generated by the walks returned and their conjugates, which
        differ from them by translations only. That holds for sums of edges all the more.
        """
        in_tree = np.zeros(len(self.edges), bool)
        in_tree[self.parents[self.parents[:, 1] >= 0, 1]] = True
        outside = np.flatnonzero(~in_tree)
        of_edge = self.component_of[self.edges[:, 0]]
        # The closing walk of each edge as a number into a list of walks.
        closing_of = np.zeros(len(outside), np.int64)
        closings = [np.zeros((0, 4), np.int64)]
        squares = []
        for index, basis in enumerate(self.lattices):
            mine = np.flatnonzero(of_edge[outside] == index)
            words = _words(self.edges[outside[mine], 2:], self._lengths(outside[mine]), outside[mine], basis)
            if words is None:
                return None
            loops = [self._loop_of(word) for word in words]
            for one in range(len(basis)):
                for other in range(one):
                    parts = [_moved(loops[one], basis[other]), loops[one]]
                    parts += [_moved(loops[other], basis[one]), loops[other]]
                    squares.append(np.concatenate(parts))
            translations, inverse = np.unique(self.edges[outside[mine], 2:], axis=0, return_inverse=True)
            closing_of[mine] = len(closings) + inverse.ravel()
            closings += [_closing(translation, basis, loops) for translation in translations]
        closing_starts = np.cumsum([0] + [len(walk) for walk in closings])
        starts, edges = _fundamental(
            outside, self.edges, self.parents, self.depths, closing_of, closing_starts, np.concatenate(closings)
        )
        square_starts = np.cumsum([0] + [len(walk) for walk in squares])
        return Chains(starts, edges).followed_by(
            Chains(square_starts, np.concatenate([np.zeros((0, 4), np.int64), *squares]))
        )

    def _lengths(self, edges: NDArray[np.int64]) -> NDArray[np.int64]:
        lengths: NDArray[np.int64] = self.depths[self.edges[edges, 0]] + self.depths[self.edges[edges, 1]]
        return lengths

    def _loop_of(self, word: list[_Step]) -> NDArray[np.int64]:
        """Return the edges of a walk from a root that passes edges outside the tree in their order."""
        cell = np.zeros(3, np.int64)
        rows: list[tuple[int, int, int, int]] = []
        for edge, direction in word:
            offset = self.edges[edge, 2:]
            begin = cell if direction > 0 else cell - offset
            rows.append((edge, *begin.tolist()))
            for vertex, where in ((self.edges[edge, 0], begin), (self.edges[edge, 1], begin + offset)):
                while self.parents[vertex, 0] >= 0:
                    rows.append((int(self.parents[vertex, 1]), *where.tolist()))
                    vertex = self.parents[vertex, 0]
            cell = cell + direction * offset
        return np.array(rows, np.int64).reshape(-1, 4)


def _moved(edges: NDArray[np.int64], cell: NDArray[np.int64]) -> NDArray[np.int64]:
    moved = edges.copy()
    moved[:, 1:] += cell
    return moved


def _words(
    translations: NDArray[np.int64], lengths: NDArray[np.int64], edges: NDArray[np.int64], basis: NDArray[np.int64]
) -> list[list[_Step]] | None:
    """Find a short walk with each translation of a basis, as the edges outside the tree that it passes."""
    steps: dict[tuple[int, ...], _Step] = {}
    for index in np.argsort(lengths, kind="stable"):
        translation = tuple(translations[index].tolist())
        if any(translation):
            steps.setdefault(translation, (int(edges[index]), 1))
            steps.setdefault(tuple(-part for part in translation), (int(edges[index]), -1))
    wanted = {tuple(row) for row in basis.tolist()}
    before: dict[tuple[int, ...], tuple[tuple[int, ...], _Step] | None] = {(0, 0, 0): None}
    queue: deque[tuple[int, ...]] = deque([(0, 0, 0)])
    while wanted - before.keys():
        if not queue or len(before) > _MOST_WORDS:
            return None
        here = queue.popleft()
        for translation, step in steps.items():
            there = tuple(a + b for a, b in zip(here, translation, strict=True))
            if there not in before:
                before[there] = (here, step)
                queue.append(there)
    words = []
    for row in basis.tolist():
        word: list[_Step] = []
        previous = before[tuple(row)]
        while previous is not None:
            word.append(previous[1])
            previous = before[previous[0]]
        words.append(word[::-1])
    return words


def _closing(
    translation: NDArray[np.int64], basis: NDArray[np.int64], loops: list[NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Return the edges of a walk from the root to its image under a translation, along walks for basis vectors."""
    cell = np.zeros(3, np.int64)
    parts = [np.zeros((0, 4), np.int64)]
    for row, loop in zip(basis, loops, strict=True):
        pivot = int(np.flatnonzero(row)[0])
        # Echelon form: the rows before have settled all columns before the pivot.
        steps = int((translation - cell)[pivot] // row[pivot])
        for _ in range(abs(steps)):
            if steps > 0:
                parts.append(_moved(loop, cell))
                cell = cell + row
            else:
                cell = cell - row
                parts.append(_moved(loop, cell))
    return np.concatenate(parts)


@compiled
def _walk(starts: Integers, ends: Integers) -> tuple[Integers, Integers, Integers, Integers]:
    """Return the component, parent and parent edge, depth and cell of each vertex in breadth-first trees."""
    n_vertices = len(starts) - 1
    component_of = np.full(n_vertices, -1, np.int64)
    parents = np.full((n_vertices, 2), -1, np.int64)
    depths = np.zeros(n_vertices, np.int64)
    cells = np.zeros((n_vertices, 3), np.int64)
    queue = np.empty(n_vertices, np.int64)
    n_components = 0
    for root in range(n_vertices):
        if component_of[root] >= 0:
            continue
        component_of[root] = n_components
        queue[0] = root
        head, tail = 0, 1
        while head < tail:
            vertex = queue[head]
            head += 1
            for end in range(starts[vertex], starts[vertex + 1]):
                neighbour = ends[end, 0]
                if component_of[neighbour] < 0:
                    component_of[neighbour] = n_components
                    parents[neighbour, 0] = vertex
                    parents[neighbour, 1] = ends[end, 4]
                    depths[neighbour] = depths[vertex] + 1
                    cells[neighbour] = cells[vertex] + ends[end, 1:4]
                    queue[tail] = neighbour
                    tail += 1
        n_components += 1
    return component_of, parents, depths, cells


@compiled
def _edges_along(
    end_starts: Integers, ends: Integers, starts: Integers, vertices: Integers, cells: Integers
) -> Integers:
    edges = np.empty((len(vertices), 4), np.int64)
    for walk in range(len(starts) - 1):
        for here in range(starts[walk], starts[walk + 1]):
            there = here + 1 if here + 1 < starts[walk + 1] else starts[walk]
            for end in range(end_starts[vertices[here]], end_starts[vertices[here] + 1]):
                if (
                    ends[end, 0] == vertices[there]
                    and ends[end, 1] == cells[there, 0] - cells[here, 0]
                    and ends[end, 2] == cells[there, 1] - cells[here, 1]
                    and ends[end, 3] == cells[there, 2] - cells[here, 2]
                ):
                    edges[here, 0] = ends[end, 4]
                    edges[here, 1:] = cells[here] if ends[end, 5] > 0 else cells[there]
                    break
    return edges


@compiled
def _fundamental(
    outside: Integers,
    edges: Integers,
    parents: Integers,
    depths: Integers,
    closing_of: Integers,
    closing_starts: Integers,
    closings: Integers,
) -> tuple[Integers, Integers]:
    """Return for each edge outside the tree its way to and from the root, and the walk that closes it."""
    starts = np.zeros(len(outside) + 1, np.int64)
    for index in range(len(outside)):
        edge, closing = outside[index], closing_of[index]
        length = 1 + depths[edges[edge, 0]] + depths[edges[edge, 1]]
        starts[index + 1] = starts[index] + length + closing_starts[closing + 1] - closing_starts[closing]
    rows = np.empty((starts[-1], 4), np.int64)
    for index in range(len(outside)):
        edge, closing = outside[index], closing_of[index]
        offset = edges[edge, 2:]
        # Of a walk and its image choose that which leads to a positive cell: cycles then cover fewer cells.
        base = np.zeros(3, np.int64)
        if offset[0] < 0 or (offset[0] == 0 and (offset[1] < 0 or (offset[1] == 0 and offset[2] < 0))):
            base -= offset
        row = starts[index]
        rows[row, 0] = edge
        rows[row, 1:] = base
        row += 1
        for side in range(2):
            vertex = edges[edge, side]
            while parents[vertex, 0] >= 0:
                rows[row, 0] = parents[vertex, 1]
                rows[row, 1:] = base + side * offset
                row += 1
                vertex = parents[vertex, 0]
        for part in range(closing_starts[closing], closing_starts[closing + 1]):
            rows[row, 0] = closings[part, 0]
            rows[row, 1:] = base + closings[part, 1:]
            row += 1
    return starts, rows
