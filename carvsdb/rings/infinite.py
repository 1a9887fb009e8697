"""The infinite net as kernels walk it: every image of a vertex is one integer.

The image of vertex `v` in cell ``(x, y, z)`` has the number ``cell * n + v``, where the cell is numbered
``(x * W2 + y) * W3 + z`` with widths that hold every offset within reach. Numbers are linear in the cell: seen from
image `a` (of vertex ``v_a``), image `b` has the number ``b - a + v_a``, and the sign of a cell's number is the
lexicographic sign of its offsets.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part, inlined, part_on_lists
from carvsdb.errors import RefusedError
from carvsdb.net import Adjacency, Net

Integers = NDArray[np.int64]
Narrow = NDArray[np.int32]
_Array = TypeVar("_Array", Integers, Narrow, Integers | Narrow)

NUMBER_BITS = 40
"""Numbers of images within reach are smaller than 2 to this power."""


class Graph(NamedTuple):
    """A net as kernels walk it.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_vertices + 1,)
        Vertex `v` has the edge ends ``starts[v]:starts[v + 1]``.
    neighbours : ndarray of int64, shape (n_ends,)
        The vertex that an end leads to.
    images : ndarray of int64, shape (n_ends,)
        The number of that vertex' image, seen from cell 0.
    n_vertices : int
    reach : ndarray of int64, shape (3,)
        Largest offset along each cell vector that is within reach.
    lowest : int
        The lowest number of an image within reach; none is above ``-lowest + n_vertices``.
    """

    starts: Integers
    neighbours: Integers
    images: Integers
    n_vertices: int
    reach: Integers
    lowest: int


def graph_within(net: Net, n_steps: int) -> Graph:
    """Prepare a net for walks of up to `n_steps` edges.

    Raises
    ------
    RefusedError
        If such walks lead so far that images cannot be numbered.
    """
    adjacency = Adjacency.of(net)
    neighbours, offsets = adjacency.neighbours.astype(np.int64), adjacency.offsets.astype(np.int64)
    reach = _reach(adjacency.starts, neighbours, offsets, n_steps)
    widths = 2 * reach + 1
    if float(net.n_vertices) * float(np.prod(widths.astype(np.float64))) >= 2.0**NUMBER_BITS:
        raise RefusedError(
            f"edges of the net lead up to {int(np.abs(offsets).max())} cells away, too far to search; "
            "take representatives of the vertices that lie closer together"
        )
    strides = np.array([widths[1] * widths[2], widths[2], 1], np.int64) * net.n_vertices
    return Graph(
        starts=adjacency.starts,
        neighbours=neighbours,
        images=offsets @ strides + neighbours,
        n_vertices=net.n_vertices,
        reach=reach,
        lowest=-int(reach @ strides),
    )


def _reach(starts: Integers, neighbours: Integers, offsets: Integers, n_steps: int) -> Integers:
    """Return the largest offset along each axis that a walk of `n_steps` edges from any vertex can collect."""
    linked = np.flatnonzero(np.diff(starts))
    farthest = np.zeros((len(starts) - 1, 3), np.int64)
    for _ in range(n_steps if len(linked) else 0):
        further = np.maximum.reduceat(farthest[neighbours] + offsets, starts[linked])
        farthest[linked] = np.maximum(farthest[linked], further)
    reach: Integers = farthest.max(axis=0, initial=0)
    return reach


def cells_of(graph: Graph, images: Integers, vertices: Integers) -> NDArray[np.int32]:
    """Return the cells of images, shape (n, 3)."""
    widths = 2 * graph.reach + 1
    number = (images - vertices - graph.lowest) // graph.n_vertices
    cells = np.stack([number // (widths[1] * widths[2]), number // widths[2] % widths[1], number % widths[2]], axis=1)
    return (cells - graph.reach).astype(np.int32)


@inlined
def slot_of(number: int, mask: int) -> int:
    """Return the first slot to look at for an image, in a hash table of ``mask + 1`` slots."""
    mixed = number * -7046029254386353131
    return (mixed ^ (mixed >> 32)) & mask


@compiled_part
def room_for(count: int) -> Integers:
    """Return an array of 64-bit integers, not filled."""
    # One function for all, here and below: numba compiles `np.empty` anew for each number that stands in a call.
    return np.empty(count, np.int64)


@compiled_part
def filled(count: int, value: int) -> Integers:
    """Return an array of one integer."""
    return np.full(count, value, np.int64)


@part_on_lists(lambda array, count: [0] * count)
def room_like(array: _Array, count: int) -> _Array:
    """Return an array of the integers of another, not filled."""
    return np.empty(count, array.dtype)


@part_on_lists(lambda array, count: array[:count])
def beginning(array: _Array, count: int) -> _Array:
    """Return a copy of the first items of an array."""
    copy = room_like(array, count)
    for index in range(count):
        copy[index] = array[index]
    return copy


@part_on_lists(lambda array: [*array, *array])
def doubled(array: _Array) -> _Array:
    """Return a copy of an array with twice the room."""
    # A loop, here and elsewhere, where a slice would do: numba takes seconds to compile the check of its shape.
    larger = room_like(array, 2 * len(array))
    for index in range(len(array)):
        larger[index] = array[index]
    return larger
