"""Colours: numbers that images of a vertex under automorphisms share, from its surroundings.

The sum of the dyads of all edge vectors of the barycentric placement is a metric that every automorphism keeps.
[1]_ Lengths and angles in it, and the colours of neighbours, colour a vertex. Colours only narrow searches
down: two vertices that share one by accident cost time, never correctness.

References
----------
.. [1] Delgado-Friedrichs & O'Keeffe, Acta Cryst. A 59, 351 (2003), doi:10.1107/S0108767303012017
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.net.elimination import inverse_modulo
from carvsdb.net.primitive import EdgeEnds

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """Colours of the vertices of a placed net, and the metric they were made with.

    Attributes
    ----------
    vertices : ndarray of int64, shape (n_vertices,)
        A colour for each vertex.
    lengths : ndarray of int64, shape (2 n_edges,)
        Squared length of each edge end in the metric, modulo the prime.
    metric : ndarray of int64, shape (periodicity, periodicity)
        Modulo the prime.
    """

    vertices: Integers
    lengths: Integers
    metric: Integers


@compiled
def mix(first: int, second: int) -> int:
    """Hash two integers; equal on every machine."""
    value = (first ^ 0x2545F4914F6CDD1D) * -7046029254386353131 + second
    value ^= (value >> 29) & 0x7FFFFFFFF
    value *= -4658895280553007687
    value ^= (value >> 32) & 0xFFFFFFFF
    value *= -7723592293110705685
    return value ^ ((value >> 31) & 0x1FFFFFFFF)


@compiled
def inverse_matrix(matrix: Integers, prime: int) -> tuple[Integers, bool]:
    """Invert a small matrix modulo a prime; False if it has no inverse."""
    size = len(matrix)
    work = np.zeros((size, 2 * size), np.int64)
    answer = np.empty((size, size), np.int64)
    for row in range(size):
        for column in range(size):
            work[row, column] = matrix[row, column]
        work[row, size + row] = 1
    for pivot in range(size):
        found = -1
        for row in range(pivot, size):
            if work[row, pivot] != 0:
                found = row
                break
        if found < 0:
            return answer, False
        for column in range(2 * size):
            value = work[pivot, column]
            work[pivot, column] = work[found, column]
            work[found, column] = value
        inverse = inverse_modulo(work[pivot, pivot], prime)
        for column in range(2 * size):
            work[pivot, column] = work[pivot, column] * inverse % prime
        for row in range(size):
            factor = work[row, pivot]
            if row == pivot or factor == 0:
                continue
            for column in range(2 * size):
                work[row, column] = (work[row, column] + (prime - factor) * work[pivot, column]) % prime
    for row in range(size):
        for column in range(size):
            answer[row, column] = work[row, size + column]
    return answer, True


@compiled
def inner(metric: Integers, first: Integers, second: Integers, prime: int) -> int:
    """Return the inner product of two vectors of residues."""
    total = 0
    for row in range(len(metric)):
        part = 0
        for column in range(len(metric)):
            part = (part + metric[row, column] * second[column]) % prime
        total = (total + first[row] * part) % prime
    return total


@compiled
def _metric(vectors: Integers, prime: int) -> tuple[Integers, bool]:
    dimension = vectors.shape[1]
    dyads = np.zeros((dimension, dimension), np.int64)
    for end in range(len(vectors)):
        for row in range(dimension):
            for column in range(dimension):
                dyads[row, column] = (dyads[row, column] + vectors[end, row] * vectors[end, column]) % prime
    return inverse_matrix(dyads, prime)


@compiled
def _first_colours(starts: Integers, vectors: Integers, metric: Integers, prime: int) -> tuple[Integers, Integers]:
    n = len(starts) - 1
    colours = np.zeros(n, np.int64)
    lengths = np.zeros(len(vectors), np.int64)
    for end in range(len(vectors)):
        lengths[end] = inner(metric, vectors[end], vectors[end], prime)
    for vertex in range(n):
        total = 0
        for first in range(starts[vertex], starts[vertex + 1]):
            total += mix(17, lengths[first])
            for second in range(first):
                if second >= starts[vertex]:
                    angle = inner(metric, vectors[first], vectors[second], prime)
                    total += mix(lengths[first] + lengths[second], angle)
        colours[vertex] = mix(starts[vertex + 1] - starts[vertex], total)
    return colours, lengths


@compiled
def refined(starts: Integers, neighbours: Integers, lengths: Integers, colours: Integers) -> Integers:
    """Hash each colour with those of the neighbours and the numbers of the edge ends."""
    following = np.empty(len(colours), np.int64)
    for vertex in range(len(colours)):
        total = 0
        for end in range(starts[vertex], starts[vertex + 1]):
            total += mix(colours[neighbours[end]], lengths[end])
        following[vertex] = mix(colours[vertex], total)
    return following


def colour(ends: EdgeEnds) -> Colours | None:
    """Colour the vertices of a placed net; None if the metric has no inverse modulo the prime."""
    metric, regular = _metric(ends.vectors, ends.prime)
    if not regular:
        return None
    colours, lengths = _first_colours(ends.starts, ends.vectors, metric, ends.prime)
    n_classes = len(np.unique(colours))
    while n_classes < len(colours):
        colours = refined(ends.starts, ends.neighbours, lengths, colours)
        before, n_classes = n_classes, len(np.unique(colours))
        if n_classes == before:
            break
    return Colours(colours, lengths, metric)
