"""Coordination sequences and TD10."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.net import Net, replace_linkers
from carvsdb.rings.infinite import Graph, Integers, graph_within
from carvsdb.rings.tables import EMPTY, distance_table


@compiled
def _shells(graph: Graph, n_shells: int) -> Integers:
    """Count the images at each distance from each vertex."""
    counts = np.zeros((graph.n_vertices, n_shells + 1), np.int64)
    for vertex in range(graph.n_vertices):
        for word in distance_table(graph, vertex, n_shells):
            if word != EMPTY:
                counts[vertex, word & 63] += 1
    return counts


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

    Examples
    --------
    >>> from carvsdb.net import library
    >>> coordination_sequences(library.load("dia"))[0].tolist()
    [4, 12, 24, 42, 64, 92, 124, 162, 204, 252]
    """
    nodes = replace_linkers(net)
    return _shells(graph_within(nodes, n_shells), n_shells)[:, 1:]


def td10(sequences: NDArray[np.int64]) -> float:
    """Return the topological density TD10: the mean over nodes of 1 + the nodes in shells 1 to 10.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> td10(coordination_sequences(library.load("dia")))
    981.0
    """
    return float(1 + sequences[:, :10].sum(axis=1).mean()) if len(sequences) else 0.0
