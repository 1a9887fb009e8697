"""The graph of clusters while it is simplified to a net."""

from collections.abc import Iterable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, minus, plus
from carvsdb_ingest.clustering.groups import Group, connected_groups


class ClusterGraph:
    """A periodic graph whose vertices can be dropped, turned into edges or into edges between all neighbours.

    Parameters
    ----------
    bonds : ndarray of int64, shape (n_bonds, 5)
        Rows ``(src, dst, u, v, w)`` between atoms.
    groups : list of Group
        The atoms of each vertex.

    Attributes
    ----------
    neighbours : dict of int to set of (int, offset)
        Of each vertex, both ends of each edge; a loop stands there with both of its offsets.
    """

    def __init__(self, bonds: NDArray[np.int64], groups: list[Group]) -> None:
        self.neighbours: dict[int, set[tuple[int, Offset]]] = {vertex: set() for vertex in range(len(groups))}
        atoms = np.array([atom for group in groups for atom in group.atoms], np.int64)
        n_atoms = int(max(atoms.max(initial=-1), bonds[:, :2].max(initial=-1))) + 1
        vertex_of, cell_of = np.full(n_atoms, -1, np.int64), np.zeros((n_atoms, 3), np.int64)
        vertex_of[atoms] = np.repeat(np.arange(len(groups)), [len(group.atoms) for group in groups])
        cell_of[atoms] = np.array([cell for group in groups for cell in group.atoms.values()], np.int64).reshape(-1, 3)
        src, dst = bonds[:, 0], bonds[:, 1]
        ends = np.column_stack([vertex_of[src], vertex_of[dst], bonds[:, 2:] + cell_of[src] - cell_of[dst]])
        # Most bonds are within a unit, and join nothing.
        joins = (ends[:, :2] >= 0).all(axis=1) & ((ends[:, 0] != ends[:, 1]) | ends[:, 2:].any(axis=1))
        for first, second, u, v, w in ends[joins].tolist():
            self.add(first, second, (u, v, w))

    def add(self, first: int, second: int, offset: Offset) -> None:
        """Join two vertices; a vertex is not joined to itself."""
        if first == second and offset == HOME:
            return
        self.neighbours[first].add((second, offset))
        self.neighbours[second].add((first, minus(HOME, offset)))

    def drop(self, vertex: int) -> list[tuple[int, Offset]]:
        """Remove a vertex; return its other neighbours."""
        ends = [(other, offset) for other, offset in self.neighbours.pop(vertex) if other != vertex]
        for other, offset in ends:
            self.neighbours[other].discard((vertex, minus(HOME, offset)))
        return sorted(ends)

    def bypass(self, vertex: int) -> None:
        """Replace a vertex by edges between all pairs of its neighbours."""
        ends = self.drop(vertex)
        for (first, here), (second, there) in combinations(ends, 2):
            self.add(first, second, minus(there, here))

    def merge(self, vertices: set[int]) -> dict[int, Group]:
        """Make one vertex of each connected set of some vertices, unless the set repeats for ever.

        Returns
        -------
        dict of int to Group
            For each vertex that took others in: these, itself among them, with the cells in which they lie.
        """
        graph: Graph = [[] for _ in range(max(self.neighbours, default=-1) + 1)]
        for vertex in vertices & set(self.neighbours):
            graph[vertex] = [(other, offset) for other, offset in self.neighbours[vertex] if other in vertices]
        found = {}
        for group in connected_groups(graph, [0] * len(graph), vertices & set(self.neighbours)):
            if group.is_infinite or len(group.atoms) == 1:
                continue
            first = min(group.atoms)
            found[first] = group
            for vertex, cell in group.atoms.items():
                if vertex == first:
                    continue
                for other, offset in self.drop(vertex):
                    self.add(first, other, plus(offset, cell))
        return found

    def simplify(self) -> tuple[list[int], list[int]]:
        """Drop vertices of degree 0 and 1, make edges of those of degree 2, until there are none.

        Returns
        -------
        dangling, bridging : list of int
            Vertices that were dropped, and that became edges. A vertex on nothing but its own images stays.
        """
        dangling, bridging = [], []
        queue = sorted(self.neighbours, reverse=True)
        while queue:
            vertex = queue.pop()
            ends = self.neighbours.get(vertex)
            if ends is None or len(ends) > 2 or (len(ends) == 2 and any(other == vertex for other, _ in ends)):
                continue
            touched = [other for other, _ in ends]
            if len(ends) == 2:
                bridging.append(vertex)
                self.bypass(vertex)
            else:
                dangling.append(vertex)
                self.drop(vertex)
            queue.extend(sorted(touched, reverse=True))
        return dangling, bridging

    def edges(self) -> Iterable[tuple[int, int, int, int, int]]:
        """Yield each edge once."""
        for vertex, ends in sorted(self.neighbours.items()):
            for other, (u, v, w) in sorted(ends):
                if vertex < other or (vertex == other and (u, v, w) > HOME):
                    yield vertex, other, u, v, w
