"""The graph of clusters while it is simplified to a net."""

from collections.abc import Iterable
from itertools import combinations

from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, minus, plus
from carvsdb_ingest.clustering.groups import Group, connected_groups


class ClusterGraph:
    """A periodic graph whose vertices can be dropped, turned into edges or into edges between all neighbours.

    Attributes
    ----------
    neighbours : dict of int to set of (int, offset)
        Of each vertex, both ends of each edge; a loop stands there with both of its offsets.
    """

    def __init__(self, graph: Graph, groups: list[Group]) -> None:
        vertex_of, cell_of = {}, {}
        for vertex, group in enumerate(groups):
            for atom, cell in group.atoms.items():
                vertex_of[atom], cell_of[atom] = vertex, cell
        self.neighbours: dict[int, set[tuple[int, Offset]]] = {vertex: set() for vertex in range(len(groups))}
        for atom, vertex in vertex_of.items():
            for other, offset in graph[atom]:
                if other in vertex_of:
                    self.add(vertex, vertex_of[other], plus(minus(offset, cell_of[other]), cell_of[atom]))

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
