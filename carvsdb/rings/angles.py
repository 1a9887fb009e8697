"""Angles at vertices: pairs of edge ends, and which rings run through them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part
from carvsdb.net import Adjacency
from carvsdb.rings.census import RingCensus
from carvsdb.rings.infinite import Integers


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
    images = np.column_stack([census.vertices, census.offsets]).astype(np.int64)
    _count(adjacency.starts, ends, starts, census.sizes.astype(np.int64), census.starts, images, counts)
    return AngleCounts(starts, counts)


@compiled
def _count(
    end_starts: Integers,
    ends: Integers,
    angle_starts: Integers,
    sizes: Integers,
    ring_starts: Integers,
    images: Integers,
    counts: Integers,
) -> None:
    for ring in range(len(sizes)):
        begin, length = ring_starts[ring], ring_starts[ring + 1] - ring_starts[ring]
        for step in range(length):
            here = images[begin + step]
            first = _end_towards(end_starts, ends, here, images[begin + (step + length - 1) % length])
            second = _end_towards(end_starts, ends, here, images[begin + (step + 1) % length])
            if first > second:
                first, second = second, first
            degree = end_starts[here[0] + 1] - end_starts[here[0]]
            # Angles (0, 1) ... (first, second) come before: whole rows of the triangle, then part of one.
            angle = first * (2 * degree - first - 1) // 2 + second - first - 1
            counts[angle_starts[here[0]] + angle, sizes[ring]] += 1


@compiled_part
def _end_towards(end_starts: Integers, ends: Integers, here: Integers, there: Integers) -> int:
    """Return which edge end of the vertex of `here` leads to the image `there`."""
    vertex = here[0]
    for end in range(end_starts[vertex], end_starts[vertex + 1]):
        if (
            ends[end, 0] == there[0]
            and ends[end, 1] == there[1] - here[1]
            and ends[end, 2] == there[2] - here[2]
            and ends[end, 3] == there[3] - here[3]
        ):
            return int(end - end_starts[vertex])
    return -1
