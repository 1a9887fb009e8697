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

from carvsdb.net.primitive import EdgeEnds
from carvsdb.topology.residues import inverse_matrices

Integers = NDArray[np.int64]

_PAIRS_AT_ONCE = 1_000_000


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


def mix(first: Integers, second: Integers) -> Integers:
    """Hash two arrays of integers; equal on every machine."""
    value = (first ^ 0x2545F4914F6CDD1D) * -7046029254386353131 + second
    value ^= (value >> 29) & 0x7FFFFFFFF
    value *= -4658895280553007687
    value ^= (value >> 32) & 0xFFFFFFFF
    value *= -7723592293110705685
    return value ^ ((value >> 31) & 0x1FFFFFFFF)


def inner(metric: Integers, first: Integers, second: Integers, prime: int) -> Integers:
    """Return the inner products of vectors of residues, of shape (..., periodicity)."""
    total = np.zeros(np.broadcast_shapes(first.shape, second.shape)[:-1], np.int64)
    for row in range(len(metric)):
        part = np.zeros_like(total)
        for column in range(len(metric)):
            part = (part + metric[row, column] * second[..., column]) % prime
        total = (total + first[..., row] * part) % prime
    return total


def _dyads(vectors: Integers, prime: int) -> Integers:
    """Sum the dyads of vectors of residues."""
    dimension = vectors.shape[1]
    dyads = np.empty((dimension, dimension), np.int64)
    for row in range(dimension):
        for column in range(dimension):
            dyads[row, column] = (vectors[:, row] * vectors[:, column] % prime).sum() % prime
    return dyads


def _summed(values: Integers, starts: Integers) -> Integers:
    """Sum what belongs to each vertex, modulo 2^64."""
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return np.diff(sums[starts])


def _first_colours(starts: Integers, vectors: Integers, metric: Integers, prime: int) -> tuple[Integers, Integers]:
    """Colour vertices by the lengths and angles of their edges."""
    degrees = np.diff(starts)
    lengths = inner(metric, vectors, vectors, prime)
    totals = _summed(mix(np.full(len(vectors), 17), lengths), starts)
    sources = np.repeat(np.arange(len(degrees)), degrees)
    # Each end with those before it at its vertex, some ends at a time: a hub has many pairs.
    before = np.arange(len(vectors)) - starts[sources]
    ends = np.concatenate([[0], np.cumsum(before)])
    begin = 0
    while begin < len(vectors):
        finish = max(begin + 1, int(np.searchsorted(ends, ends[begin] + _PAIRS_AT_ONCE, side="right")) - 1)
        numbers = before[begin:finish]
        first = np.repeat(np.arange(begin, finish), numbers)
        second = np.arange(ends[begin], ends[finish]) - ends[first] + starts[sources[first]]
        angles = inner(metric, vectors[first], vectors[second], prime)
        np.add.at(totals, sources[first], mix(lengths[first] + lengths[second], angles))
        begin = finish
    return mix(degrees, totals), lengths


def refined(starts: Integers, neighbours: Integers, lengths: Integers, colours: Integers) -> Integers:
    """Hash each colour with those of the neighbours and the numbers of the edge ends."""
    return mix(colours, _summed(mix(colours[neighbours], lengths), starts))


def colour(ends: EdgeEnds) -> Colours | None:
    """Colour the vertices of a placed net; None if the metric has no inverse modulo the prime."""
    metric, regular = inverse_matrices(_dyads(ends.vectors, ends.prime), ends.prime)
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
