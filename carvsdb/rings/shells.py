"""Coordination sequences and TD10."""

import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_if_much
from carvsdb.errors import InputError
from carvsdb.net import Net, replace_linkers
from carvsdb.net.graph import check_net
from carvsdb.rings.infinite import Graph, Integers, graph_within
from carvsdb.rings.tables import EMPTY, MOST_IMAGES, almost_anywhere, distance_table

_AT_ONCE = 16
"""Vertices of one call, so that an interrupt or a time limit comes through."""

_TOLD = 10
"""Within so many edges a graph shows how it grows."""


@compiled_if_much
def _shells(graph: Graph, first: int, last: int, n_shells: int, most: int) -> Integers:
    """Count the images at each distance from each of the vertices ``first..last - 1``, up to one with more than `most`.

    That one has no image at distance 0 either.
    """
    counts = np.zeros((last - first, n_shells + 1), np.int64)
    for vertex in range(first, last):
        table = distance_table(graph, vertex, n_shells, most)
        if len(table) == 0:
            break
        for word in table:
            if word != EMPTY:
                counts[vertex - first, word & 63] += 1
    return counts


def coordination_sequences(net: Net, n_shells: int = 10, nodes: Sequence[int] | None = None) -> NDArray[np.int64]:
    """Count the nodes in the shells around each node.

    Parameters
    ----------
    net : Net
        In a node-linker net a step leads from a node through a linker to another node.
    n_shells : int
        Number of shells.
    nodes : sequence of int, optional
        The nodes around which to count, ascending; default: all. Others have zeros.

    Returns
    -------
    ndarray of int64, shape (n_nodes, n_shells)

    Raises
    ------
    InputError
        If more than 500,000 images lie within ten edges of a vertex.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> coordination_sequences(library.load("dia"))[0].tolist()
    [4, 12, 24, 42, 64, 92, 124, 162, 204, 252]
    """
    check_net(net, "coordination_sequences")
    plain = replace_linkers(net)
    graph = graph_within(plain, n_shells)
    told = min(n_shells, _TOLD)
    counts = np.zeros((plain.n_vertices, n_shells + 1), np.int64)
    for first, last in _stretches(range(plain.n_vertices) if nodes is None else nodes):
        near = _shells(graph, first, last, told, MOST_IMAGES)
        if not near[:, 0].all():
            vertex = first + int(np.argmin(near[:, 0]))
            far = (
                radius for radius in range(1, told) if not _shells(graph, vertex, vertex + 1, radius, MOST_IMAGES)[0, 0]
            )
            raise InputError(almost_anywhere(vertex, next(far, told)))
        counts[first:last] = near if n_shells <= _TOLD else _shells(graph, first, last, n_shells, sys.maxsize)
    return counts[:, 1:]


def _stretches(nodes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut nodes into stretches without a gap, of so many at once."""
    begin = 0
    for end in range(1, len(nodes) + 1):
        if end == len(nodes) or end - begin == _AT_ONCE or nodes[end] != nodes[end - 1] + 1:
            yield nodes[begin], nodes[end - 1] + 1
            begin = end


def td10(sequences: NDArray[np.int64]) -> float:
    """Return the topological density TD10: the mean over nodes of 1 + the nodes in shells 1 to 10.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> td10(coordination_sequences(library.load("dia")))
    981.0
    """
    if np.ndim(sequences) != 2:
        raise InputError(
            f"td10 takes an array of coordination sequences, a row a node, got {type(sequences).__name__}",
            hint="coordination_sequences(NET) gives one",
        )
    sequences = np.asarray(sequences)
    return float(1 + sequences[:, :10].sum(axis=1).mean()) if len(sequences) else 0.0
