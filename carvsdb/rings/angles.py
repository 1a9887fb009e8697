"""Angles at vertices: pairs of edge ends, and which rings run through them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_if_much, compiled_part
from carvsdb.net import Adjacency
from carvsdb.rings.census import RingCensus
from carvsdb.rings.infinite import Integers, Narrow


@dataclass(frozen=True, slots=True, eq=False)
class AngleCounts:
    """Rings through each angle of each vertex.

    The angles of vertex `v` are the rows ``starts[v]:starts[v + 1]`` of `counts`, in the order (0, 1), (0, 2), ...,
    (1, 2), ... of its edge ends.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_vertices + 1,)
    counts : ndarray of int64, shape (n_angles, max_ring_size + 1)
        ``counts[angle, size]`` rings of a size run through the angle.
    """

    starts: NDArray[np.int64]
    counts: NDArray[np.int64]


def angle_counts(census: RingCensus) -> AngleCounts:
    """Count the rings of a census through every angle."""
    adjacency = Adjacency.of(census.net)
    degrees = np.diff(adjacency.starts)
    starts = np.concatenate([[0], np.cumsum(degrees * (degrees - 1) // 2)])
    counts = np.zeros((int(starts[-1]), census.max_ring_size + 1), np.int64)
    ends = np.column_stack([adjacency.neighbours, adjacency.offsets]).astype(np.int64)
    _count(adjacency.starts, ends, starts, census.sizes, census.starts, census.vertices, census.offsets, counts)
    return AngleCounts(starts, counts)


@compiled_if_much
def _count(
    end_starts: Integers,
    ends: Integers,
    angle_starts: Integers,
    sizes: Narrow,
    ring_starts: Integers,
    vertices: Narrow,
    offsets: Narrow,
    counts: Integers,
) -> None:
    for ring in range(len(sizes)):
        begin, length = ring_starts[ring], ring_starts[ring + 1] - ring_starts[ring]
        for step in range(length):
            here = begin + step
            vertex = vertices[here]
            first = _end_towards(end_starts, ends, vertices, offsets, here, begin + (step + length - 1) % length)
            second = _end_towards(end_starts, ends, vertices, offsets, here, begin + (step + 1) % length)
            if first > second:
                first, second = second, first
            degree = end_starts[vertex + 1] - end_starts[vertex]
            # Angles (0, 1) ... (first, second) come before: whole rows of the triangle, then part of one.
            angle = first * (2 * degree - first - 1) // 2 + second - first - 1
            counts[angle_starts[vertex] + angle, sizes[ring]] += 1


@compiled_part
def _end_towards(end_starts: Integers, ends: Integers, vertices: Narrow, offsets: Narrow, here: int, there: int) -> int:
    """Return which edge end of the vertex of one row of rings leads to the image of another row."""
    vertex = vertices[here]
    for end in range(end_starts[vertex], end_starts[vertex + 1]):
        if (
            ends[end, 0] == vertices[there]
            and ends[end, 1] == offsets[there, 0] - offsets[here, 0]
            and ends[end, 2] == offsets[there, 1] - offsets[here, 1]
            and ends[end, 3] == offsets[there, 2] - offsets[here, 2]
        ):
            return int(end - end_starts[vertex])
    return -1
