"""Images of vertices as single integers, and the graph in the form that kernels walk."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.errors import RefusedError
from carvsdb.net import Adjacency, Net

Integers = NDArray[np.int64]

_CODE_BITS = 56


class Graph(NamedTuple):
    """A net as kernels walk it.

    Vertex `v` has the edge ends ``starts[v]:starts[v + 1]`` of `ends`, which has the columns
    ``(neighbour, u, v, w)``. Offsets within reach of a search lie in ``-span..span``; the image of vertex `v`
    in cell ``(x, y, z)`` then has the code ``((x + span) * W + y + span) * W + z + span) * n + v`` with
    ``W = 2 * span + 1``.
    """

    starts: Integers
    ends: Integers
    n_vertices: int
    span: int


def graph_within(net: Net, reach: int) -> Graph:
    """Prepare a net for searches of up to `reach` edges from a vertex of cell 0.

    Raises
    ------
    RefusedError
        If offsets are so large that images have no integer code.
    """
    adjacency = Adjacency.of(net)
    ends = np.column_stack([adjacency.neighbours, adjacency.offsets]).astype(np.int64)
    span = int(np.abs(net.edges[:, 2:]).max(initial=0)) * (reach + 1)
    if net.n_vertices * (2 * span + 1) ** 3 >= 2**_CODE_BITS:
        raise RefusedError(
            f"edges of the net lead {span // (reach + 1)} cells away, too far to search; "
            "take representatives of the vertices that lie closer together"
        )
    return Graph(adjacency.starts, np.ascontiguousarray(ends), net.n_vertices, span)


@compiled
def code_of(graph: Graph, vertex: int, u: int, v: int, w: int) -> int:
    """Return the code of the image of a vertex in cell ``(u, v, w)``."""
    width = 2 * graph.span + 1
    return int((((u + graph.span) * width + v + graph.span) * width + w + graph.span) * graph.n_vertices + vertex)


@compiled
def slot_of(code: int, mask: int) -> int:
    """Return the first slot to look at for a code, in a hash table of ``mask + 1`` slots."""
    mixed = code * -7046029254386353131
    return int((mixed ^ (mixed >> 32)) & mask)


@compiled
def doubled(array: Integers) -> Integers:
    """Return a copy of an array with twice the room."""
    larger = np.empty(2 * len(array), array.dtype)
    larger[: len(array)] = array
    return larger
