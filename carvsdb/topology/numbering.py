"""Numbering a net from each frame, and choosing the smallest code.

From a frame the vertices are numbered breadth first; neighbours are visited in the order of their vectors in the
frame's basis, compared as residues. The code lists, for each edge end, the number of the neighbour and the vector: it
determines the net. Frames with equal codes are images of each other under automorphisms. [1]_

References
----------
.. [1] Delgado-Friedrichs & O'Keeffe, Acta Cryst. A 59, 351 (2003), doi:10.1107/S0108767303012017
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_if_much, compiled_part
from carvsdb.net.primitive import EdgeEnds
from carvsdb.topology.frames import Frames
from carvsdb.topology.residues import inverse_matrices

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Numbering:
    """The smallest numbering of a net, and its automorphisms.

    Attributes
    ----------
    order : ndarray of int64, shape (n_vertices,)
        The vertices as they are numbered.
    ends : ndarray of int64, shape (2 n_edges,)
        The edge ends as they are visited.
    n_automorphisms : int
        Order of the group of automorphisms modulo translations.
    vertex_orbits, edge_orbits : ndarrays of int64
        The smallest vertex (edge) that an automorphism maps each onto.
    """

    order: Integers
    ends: Integers
    n_automorphisms: int
    vertex_orbits: Integers
    edge_orbits: Integers


@compiled_part
def _root(parents: Integers, item: int) -> int:
    while parents[item] != item:
        parents[item] = parents[parents[item]]
        item = parents[item]
    return item


@compiled_if_much
def join(parents: Integers, first: int, second: int) -> None:
    """Put two items into one set; its root is the smallest."""
    a = _root(parents, first)
    b = _root(parents, second)
    if a < b:
        parents[b] = a
    elif b < a:
        parents[a] = b


@compiled_if_much
def roots_of(parents: Integers) -> Integers:
    """Return the smallest item of the set of each item."""
    roots = np.empty(len(parents), np.int64)
    for item in range(len(parents)):
        roots[item] = _root(parents, item)
    return roots


@compiled_part
def _sort_ends(coordinates: Integers, ranks: Integers, places: Integers, count: int) -> None:
    """Sort the first `count` places by their rows of coordinates, then ranks (by insertion: degrees are small)."""
    dimension = coordinates.shape[1]
    for place in range(1, count):
        moving = places[place]
        at = place
        while at > 0:
            before = places[at - 1]
            less = ranks[moving] < ranks[before]
            for column in range(dimension):
                if coordinates[moving, column] != coordinates[before, column]:
                    less = coordinates[moving, column] < coordinates[before, column]
                    break
            if not less:
                break
            places[at] = before
            at -= 1
        places[at] = moving


@compiled_if_much
def number_from(
    starts: Integers,
    neighbours: Integers,
    vectors: Integers,
    root: int,
    inverse: Integers,
    ranks: Integers,
    prime: int,
    number: Integers,
    order: Integers,
    visited: Integers,
    best: Integers,
    has_best: bool,
) -> int:
    """Walk through a net from a vertex in a basis, and compare its code with the best one so far.

    Parameters
    ----------
    starts, neighbours, vectors : ndarrays of int64
        The edge ends.
    root : int
        The vertex that is numbered first.
    inverse : ndarray of int64, shape (periodicity, periodicity)
        Of the matrix whose rows are the basis.
    ranks : ndarray of int64, shape (n_vertices,)
        What orders neighbours that lie at one place.
    prime : int
    number : ndarray of int64, shape (n_vertices,)
        Full of -1, before and after.
    order, visited : ndarrays of int64
        Vertices and edge ends in their order: an answer, complete unless the code is greater.
    best : ndarray of int64, shape (2 n_edges (1 + periodicity),)
        The best code; a smaller one replaces it.
    has_best : bool
        False for the first code.

    Returns
    -------
    int
        -1, 0 or 1: the code is less than, equal to or greater than the best one.
    """
    # Buffers for the ends of one vertex, made once for the largest degree: a net is walked from many roots and bases.
    n = len(starts) - 1
    dimension = vectors.shape[1]
    largest = 1
    for vertex in range(n):
        largest = max(largest, starts[vertex + 1] - starts[vertex])
    coordinates = np.empty((largest, dimension), np.int64)
    end_ranks = np.empty(largest, np.int64)
    places = np.empty(largest, np.int64)
    less = not has_best
    greater = False
    order[0] = root
    number[root] = 0
    count = 1
    position = 0
    n_visited = 0
    at = 0
    while at < count and not greater:
        vertex = order[at]
        at += 1
        first = starts[vertex]
        degree = starts[vertex + 1] - first
        # The order of the ends must not depend on how the net was numbered, so they are sorted by their vectors in the
        # basis that is tried. Modulo a prime these need no fractions, and equal ones are equal.
        for step in range(degree):
            places[step] = step
            end_ranks[step] = ranks[neighbours[first + step]]
            for column in range(dimension):
                total = 0
                for row in range(dimension):
                    total = (total + vectors[first + step, row] * inverse[row, column]) % prime
                coordinates[step, column] = total
        _sort_ends(coordinates, end_ranks, places, degree)
        # Vertices are numbered as they are met, which makes the code: for each end the number of the neighbour and its
        # vector. It is compared while it grows: most roots and bases are given up at the first greater number.
        for step in range(degree):
            end = first + places[step]
            other = neighbours[end]
            if number[other] < 0:
                number[other] = count
                order[count] = other
                count += 1
            visited[n_visited] = end
            n_visited += 1
            for column in range(-1, dimension):
                value = number[other] if column < 0 else coordinates[places[step], column]
                if not less:
                    if value > best[position]:
                        greater = True
                        break
                    less = value < best[position]
                # From the first smaller number on the rest of the best code is replaced without looking.
                if less:
                    best[position] = value
                position += 1
            if greater:
                break
    # Only what was numbered is wiped, so that a walk given up early costs little.
    for place in range(count):
        number[order[place]] = -1
    return 1 if greater else -1 if less else 0


@compiled_if_much
def _smallest(
    starts: Integers,
    neighbours: Integers,
    vectors: Integers,
    edges: Integers,
    n_edges: int,
    from_vertices: Integers,
    inverses: Integers,
    prime: int,
) -> tuple[Integers, Integers, int, Integers, Integers]:
    # The smallest code over all frames does not depend on the numbering given, hence is the key. Frames with equal
    # codes differ by an automorphism, which maps the vertices and edges of one walk to those of the other: joining them
    # gives the orbits without a search of their own.
    n = len(starts) - 1
    n_ends = len(neighbours)
    best = np.empty(n_ends * (1 + vectors.shape[1]), np.int64)
    best_order = np.empty(n, np.int64)
    best_ends = np.empty(n_ends, np.int64)
    order = np.empty(n, np.int64)
    visited = np.empty(n_ends, np.int64)
    number = np.full(n, -1, np.int64)
    ranks = np.zeros(n, np.int64)
    vertex_sets = np.arange(n)
    edge_sets = np.arange(n_edges)
    n_equal = 0
    for frame in range(len(from_vertices)):
        outcome = number_from(
            starts,
            neighbours,
            vectors,
            from_vertices[frame],
            inverses[frame],
            ranks,
            prime,
            number,
            order,
            visited,
            best,
            frame > 0,
        )
        if outcome < 0:
            # What earlier frames joined stands as well, but is found again among those equal to this one: begin afresh.
            n_equal = 1
            for vertex in range(n):
                best_order[vertex] = order[vertex]
                vertex_sets[vertex] = vertex
            for end in range(n_ends):
                best_ends[end] = visited[end]
            for edge in range(n_edges):
                edge_sets[edge] = edge
        elif outcome == 0:
            n_equal += 1
            for place in range(n):
                join(vertex_sets, best_order[place], order[place])
            for place in range(n_ends):
                join(edge_sets, edges[best_ends[place]], edges[visited[place]])
    return best_order, best_ends, n_equal, roots_of(vertex_sets), roots_of(edge_sets)


def smallest_numbering(ends: EdgeEnds, candidates: Frames, n_edges: int) -> Numbering:
    """Find the smallest numbering of a net in which neighbours of a vertex lie at different places."""
    order, visited, count, vertex_orbits, edge_orbits = _smallest(
        ends.starts,
        ends.neighbours,
        ends.vectors,
        ends.edges,
        n_edges,
        candidates.vertices,
        inverse_matrices(candidates.bases, ends.prime)[0],
        ends.prime,
    )
    return Numbering(order, visited, int(count), vertex_orbits, edge_orbits)


@compiled_if_much
def _numbered_edges(
    starts: Integers, neighbours: Integers, offsets: Integers, edges: Integers, n_edges: int, visited: Integers
) -> Integers:
    n = len(starts) - 1
    dimension = offsets.shape[1]
    source = np.empty(len(neighbours), np.int64)
    for vertex in range(n):
        for end in range(starts[vertex], starts[vertex + 1]):
            source[end] = vertex
    number = np.full(n, -1, np.int64)
    cells = np.zeros((n, dimension), np.int64)
    seen = np.zeros(n_edges, np.bool_)
    rows = np.empty((n_edges, 2 + dimension), np.int64)
    number[source[visited[0]]] = 0
    n_numbered = 1
    count = 0
    for end in visited:
        here = source[end]
        there = neighbours[end]
        if number[there] < 0:
            number[there] = n_numbered
            n_numbered += 1
            for column in range(dimension):
                cells[there, column] = cells[here, column] + offsets[end, column]
        if seen[edges[end]]:
            continue
        seen[edges[end]] = True
        rows[count, 0] = number[here]
        rows[count, 1] = number[there]
        for column in range(dimension):
            rows[count, 2 + column] = cells[here, column] + offsets[end, column] - cells[there, column]
        count += 1
    return rows


def numbered_edges(ends: EdgeEnds, visited: Integers, n_edges: int) -> Integers:
    """Write down the edges in the order in which a numbering visits them.

    Each vertex is represented by the image in which the walk first meets it.

    Returns
    -------
    ndarray of int64, shape (n_edges, 2 + periodicity)
        ``(src, dst, *offset)`` in new numbers, still in the given lattice basis.
    """
    if not len(visited):
        return np.zeros((0, 2 + ends.dimension), np.int64)
    return _numbered_edges(ends.starts, ends.neighbours, ends.offsets, ends.edges, n_edges, visited)
