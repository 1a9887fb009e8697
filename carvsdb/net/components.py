"""Connected components of a periodic graph, and in how many directions each repeats."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.net.adjacency import Adjacency
from carvsdb.net.graph import Net
from carvsdb.net.lattice import hermite_basis


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A connected component of the quotient graph.

    Attributes
    ----------
    vertices : ndarray of int64, shape (n,)
        Its vertices, ascending.
    lattice : ndarray of int64, shape (periodicity, 3)
        Hermite basis (rows, in cell vectors) of the translations that lead from a vertex to its own images
        along edges. Its rank is the periodicity; an index above 1 means interpenetrating copies.
    shifts : ndarray of int64, shape (n, 3)
        The cell in which a walk along a spanning tree from the first vertex meets each vertex.
    """

    vertices: NDArray[np.int64]
    lattice: NDArray[np.int64]
    shifts: NDArray[np.int64]

    @property
    def periodicity(self) -> int:
        """Number of independent directions in which the component repeats, 0 to 3."""
        return len(self.lattice)

    @property
    def multiplicity(self) -> int:
        """How many interlocking copies one 3-periodic component stands for (the index of its lattice).

        For components of lower periodicity it is 1: copies are then counted per given cell.
        """
        return abs(round(float(np.linalg.det(self.lattice)))) if self.periodicity == 3 else 1


def components(net: Net) -> list[Component]:
    """Find the connected components of a net, in the order of their smallest vertices.

    Examples
    --------
    >>> from carvsdb.net import components, library
    >>> [component.periodicity for component in components(library.load("sql"))]
    [2]
    """
    adjacency = Adjacency.of(net)
    # Lists of plain numbers: a walk from vertex to vertex through arrays takes several times as long.
    starts, neighbours, offsets = adjacency.starts.tolist(), adjacency.neighbours.tolist(), adjacency.offsets.tolist()
    walked = [(0, 0, 0)] * net.n_vertices
    met_in = [-1] * net.n_vertices
    count = 0
    for root in range(net.n_vertices):
        if met_in[root] >= 0:
            continue
        met_in[root] = count
        queue = deque([root])
        while queue:
            vertex = queue.popleft()
            u, v, w = walked[vertex]
            for row in range(starts[vertex], starts[vertex + 1]):
                neighbour = neighbours[row]
                if met_in[neighbour] < 0:
                    met_in[neighbour] = count
                    du, dv, dw = offsets[row]
                    walked[neighbour] = (u + du, v + dv, w + dw)
                    queue.append(neighbour)
        count += 1
    shifts = np.array(walked, np.int64).reshape(-1, 3)
    component_of = np.array(met_in, np.int64)
    src, dst, offset = net.edges[:, 0], net.edges[:, 1], net.edges[:, 2:].astype(np.int64)
    closing = shifts[src] + offset - shifts[dst]
    of_edge = component_of[src]
    by_vertex = np.argsort(component_of, kind="stable")
    bounds = np.searchsorted(component_of[by_vertex], np.arange(count + 1))
    by_edge = np.argsort(of_edge, kind="stable")
    edge_bounds = np.searchsorted(of_edge[by_edge], np.arange(count + 1))
    found = []
    for index in range(count):
        vertices = by_vertex[bounds[index] : bounds[index + 1]]
        cycles = closing[by_edge[edge_bounds[index] : edge_bounds[index + 1]]]
        found.append(Component(vertices, hermite_basis(cycles), shifts[vertices]))
    return found


def periodicity(net: Net) -> int:
    """Return the largest periodicity among the components of a net; 0 for a net without vertices.

    Examples
    --------
    >>> from carvsdb.net import library, periodicity
    >>> periodicity(library.load("hcb")), periodicity(library.load("dia"))
    (2, 3)
    """
    return max((component.periodicity for component in components(net)), default=0)
