"""The primitive cell of a net: as many translations as its graph has, whatever cell it was given in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_if_much
from carvsdb.net.adjacency import Adjacency
from carvsdb.net.graph import Net
from carvsdb.net.lattice import hermite_basis
from carvsdb.net.own_lattice import coordinates_in
from carvsdb.net.placement import Placement

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class EdgeEnds:
    """The edge ends of a placed net; at each vertex they are sorted by their vectors.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_vertices + 1,)
        First row of each vertex.
    neighbours : ndarray of int64, shape (2 n_edges,)
    offsets : ndarray of int64, shape (2 n_edges, periodicity)
        The cell of the neighbour.
    vectors : ndarray of int64, shape (2 n_edges, periodicity)
        From the vertex to its neighbour in the barycentric placement, modulo `prime`.
    edges : ndarray of int64, shape (2 n_edges,)
        The edge of the net that the row comes from.
    prime : int
    """

    starts: Integers
    neighbours: Integers
    offsets: Integers
    vectors: Integers
    edges: Integers
    prime: int

    @property
    def n_vertices(self) -> int:
        """Number of vertices in the cell."""
        return len(self.starts) - 1

    @property
    def dimension(self) -> int:
        """Periodicity of the net."""
        return int(self.offsets.shape[1])

    def sources(self) -> Integers:
        """Return the vertex at the near end of each row."""
        return np.repeat(np.arange(self.n_vertices), np.diff(self.starts))

    def are_distinct(self) -> bool:
        """Tell whether no two neighbours of a vertex lie at one place, nor a neighbour at the vertex itself."""
        same = (self.vectors[1:] == self.vectors[:-1]).all(axis=1)
        same &= self.sources()[1:] == self.sources()[:-1]
        return self.dimension > 0 and not same.any()

    @classmethod
    def of(cls, adjacency: Adjacency, placement: Placement) -> "EdgeEnds":
        """Collect the edge ends of a net and its placement."""
        dimension = placement.residues.shape[1]
        sources = np.repeat(np.arange(len(adjacency.starts) - 1), np.diff(adjacency.starts))
        neighbours = adjacency.neighbours.astype(np.int64)
        offsets = adjacency.offsets[:, :dimension].astype(np.int64)
        vectors = (placement.residues[neighbours] + offsets - placement.residues[sources]) % placement.prime
        keys = [vectors[:, column] for column in range(dimension - 1, -1, -1)]
        order = np.lexsort((*keys, sources)) if len(sources) else np.zeros(0, np.int64)
        return cls(
            adjacency.starts,
            neighbours[order],
            np.ascontiguousarray(offsets[order]),
            np.ascontiguousarray(vectors[order]),
            adjacency.edges[order].astype(np.int64),
            placement.prime,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PrimitiveCell:
    """A net in its primitive cell.

    Attributes
    ----------
    net : Net
        One vertex for each class of vertices that translations map onto each other.
    vertex_of : ndarray of int64, shape (n_vertices of the given net,)
        The vertex that each given vertex is an image of.
    index : int
        How many primitive cells the given one holds.
    """

    net: Net
    vertex_of: Integers
    index: int


@compiled_if_much
def translation_onto(
    starts: Integers,
    neighbours: Integers,
    offsets: Integers,
    vectors: Integers,
    origin: int,
    target: int,
    image: Integers,
    cells: Integers,
) -> bool:
    """Find the automorphism without rotation that moves `origin` to `target`; False if there is none.

    Vertex `v` of cell 0 goes to vertex ``image[v]`` of cell ``cells[v]``. The edge ends at a vertex must have
    different vectors.
    """
    # One image settles all others: a translation keeps vectors, and no two ends of a vertex share one. So the walk from
    # the origin has no choices, and any contradiction is final.
    n = len(starts) - 1
    dimension = offsets.shape[1]
    for vertex in range(n):
        image[vertex] = -1
    queue = np.empty(n, np.int64)
    taken = np.zeros(n, np.bool_)
    image[origin] = target
    taken[target] = True
    for column in range(dimension):
        cells[origin, column] = 0
    queue[0] = origin
    count = 1
    at = 0
    while at < count:
        vertex = queue[at]
        at += 1
        moved = image[vertex]
        # Ends are sorted by vector, so those that correspond stand at the same place.
        degree = starts[vertex + 1] - starts[vertex]
        if degree != starts[moved + 1] - starts[moved]:
            return False
        for step in range(degree):
            here = starts[vertex] + step
            there = starts[moved] + step
            for column in range(dimension):
                if vectors[here, column] != vectors[there, column]:
                    return False
        for step in range(degree):
            here = starts[vertex] + step
            there = starts[moved] + step
            other = neighbours[here]
            # A vertex is met first along one edge, and every later edge to it must agree, image and cell.
            if image[other] < 0:
                if taken[neighbours[there]]:
                    return False
                taken[neighbours[there]] = True
                image[other] = neighbours[there]
                for column in range(dimension):
                    cells[other, column] = cells[vertex, column] + offsets[there, column] - offsets[here, column]
                queue[count] = other
                count += 1
            else:
                if image[other] != neighbours[there]:
                    return False
                for column in range(dimension):
                    moved_cell = cells[vertex, column] + offsets[there, column] - offsets[here, column]
                    if cells[other, column] != moved_cell:
                        return False
    return True


def translations(ends: EdgeEnds, classes: Integers) -> tuple[list[tuple[Integers, Integers]], bool]:
    """Find the translations of a net that its given cell does not have.

    Parameters
    ----------
    ends : EdgeEnds
        With distinct vectors at each vertex.
    classes : ndarray of int64, shape (n_vertices,)
        Vertices of different classes are never images of each other.

    Returns
    -------
    found : list of (image, cells)
        As :func:`translation_onto` gives them, one for each but the identity.
    only_translations : bool
        False if an automorphism maps vertices onto others at the same places: the net may then have several
        largest groups of translations, and `found` is empty.
    """
    _, numbers, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    if np.gcd.reduce(sizes) == 1:
        return [], True
    members = np.flatnonzero(numbers == np.argmin(sizes))
    origin = int(members[0])
    identity = (np.arange(ends.n_vertices), np.zeros((ends.n_vertices, ends.dimension), np.int64))
    group = {origin: identity}
    for target in members[1:]:
        if int(target) in group:
            continue
        image = np.empty(ends.n_vertices, np.int64)
        cells = np.zeros((ends.n_vertices, ends.dimension), np.int64)
        if not translation_onto(
            ends.starts, ends.neighbours, ends.offsets, ends.vectors, origin, int(target), image, cells
        ):
            continue
        # Translations commute: with a new one, its powers times all that are known are known.
        known = list(group.values())
        power = (image, cells)
        while int(power[0][origin]) not in group:
            for one in known:
                both = (power[0][one[0]], one[1] + power[1][one[0]])
                group[int(both[0][origin])] = both
            power = (image[power[0]], power[1] + cells[power[0]])
    del group[origin]
    for image, cells in group.values():
        total, order = displacement(image, cells, origin)
        if not (total % order).any():
            return [], False
    return list(group.values()), True


def displacement(image: Integers, cells: Integers, vertex: int) -> tuple[Integers, int]:
    """Return the displacement of a translation: integers, and their denominator."""
    total = np.zeros(cells.shape[1], np.int64)
    count = 0
    at = vertex
    while count == 0 or at != vertex:
        total += cells[at]
        at = int(image[at])
        count += 1
    return total, count


def divide(net: Net, dimension: int, found: list[tuple[Integers, Integers]]) -> PrimitiveCell:
    """Describe a net in the cell that a group of translations spans.

    Parameters
    ----------
    net : Net
        Connected, in its own lattice of `dimension` directions.
    dimension : int
    found : list of (image, cells)
        All elements of the group but the identity, see :func:`translations`.
    """
    if not found:
        return PrimitiveCell(net, np.arange(net.n_vertices), 1)
    index = len(found) + 1
    # Displacements are multiples of 1 / index, because the order of an element divides that of the group.
    moves = []
    for image, cells in found:
        total, order = displacement(image, cells, 0)
        moves.append(total * (index // order))
    basis = hermite_basis(np.concatenate([np.array(moves, np.int64), index * np.eye(dimension, dtype=np.int64)]))
    vertex_of = np.full(net.n_vertices, -1, np.int64)
    place = np.zeros((net.n_vertices, dimension), np.int64)
    count = 0
    for vertex in range(net.n_vertices):
        if vertex_of[vertex] >= 0:
            continue
        vertex_of[vertex] = count
        for (image, cells), move in zip(found, moves, strict=True):
            vertex_of[image[vertex]] = count
            place[image[vertex]] = move - index * cells[vertex]
        count += 1
    rows = net.edges.astype(np.int64)
    src, dst = rows[:, 0], rows[:, 1]
    offsets = coordinates_in(basis, index * rows[:, 2 : 2 + dimension] + place[dst] - place[src])
    once = np.unique(_directed(np.column_stack([vertex_of[src], vertex_of[dst], offsets])), axis=0)
    return PrimitiveCell(Net.from_edges(once, count, name=net.name), vertex_of, index)


def _directed(rows: Integers) -> Integers:
    """Turn edges so that equal ones have equal rows."""
    turned = rows.copy()
    turned[:, :2] = rows[:, 1::-1]
    turned[:, 2:] *= -1
    order = np.zeros(len(rows), np.int64)
    for column in range(rows.shape[1] - 1, -1, -1):
        step = np.sign(rows[:, column] - turned[:, column])
        order = np.where(step != 0, step, order)
    return np.where(order[:, None] <= 0, rows, turned)
