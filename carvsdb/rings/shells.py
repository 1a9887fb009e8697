"""Coordination sequences and TD10."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb.net import Net, replace_linkers
from carvsdb.rings.infinite import Graph, Integers, graph_within
from carvsdb.rings.tables import EMPTY, distance_table

MOST_REACHED = 500_000
"""Images that a vertex may have within its shells.

Nets of materials have some thousand. Edges that lead anywhere, as in a random graph, make shells that grow as powers of
the coordination, and ten of them do not end.
"""

_TOLD = 10
"""Within so many edges a graph shows how it grows."""


@compiled
def _shells(graph: Graph, n_shells: int) -> Integers:
    """Count the images at each distance from each vertex."""
    counts = np.zeros((graph.n_vertices, n_shells + 1), np.int64)
    for vertex in range(graph.n_vertices):
        for word in distance_table(graph, vertex, n_shells):
            if word != EMPTY:
                counts[vertex, word & 63] += 1
    return counts


@compiled
def _n_reached(graph: Graph, vertex: int, radius: int) -> int:
    """Count the images up to `radius` edges from a vertex."""
    reached = 0
    for word in distance_table(graph, vertex, radius):
        if word != EMPTY:
            reached += 1
    return reached


def coordination_sequences(net: Net, n_shells: int = 10) -> NDArray[np.int64]:
    """Count the nodes in the shells around each node.

    Parameters
    ----------
    net : Net
        In a node-linker net a step leads from a node through a linker to another node.
    n_shells : int
        Number of shells.

    Returns
    -------
    ndarray of int64, shape (n_nodes, n_shells)

    Raises
    ------
    InputError
        If more than :data:`MOST_REACHED` images are near a vertex: of the first, the middle and the last one.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> coordination_sequences(library.load("dia"))[0].tolist()
    [4, 12, 24, 42, 64, 92, 124, 162, 204, 252]
    """
    nodes = replace_linkers(net)
    graph = graph_within(nodes, n_shells)
    for vertex in sorted({0, nodes.n_vertices // 2, nodes.n_vertices - 1}) if nodes.n_vertices else ():
        for radius in range(1, min(n_shells, _TOLD) + 1):
            reached = _n_reached(graph, vertex, radius)
            if reached > MOST_REACHED:
                raise InputError(
                    f"{reached} images lie within {radius} edges of vertex {vertex}, more than {MOST_REACHED}: "
                    "no net of a material, since its edges lead almost anywhere"
                )
    return _shells(graph, n_shells)[:, 1:]


def td10(sequences: NDArray[np.int64]) -> float:
    """Return the topological density TD10: the mean over nodes of 1 + the nodes in shells 1 to 10.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> td10(coordination_sequences(library.load("dia")))
    981.0
    """
    return float(1 + sequences[:, :10].sum(axis=1).mean()) if len(sequences) else 0.0
