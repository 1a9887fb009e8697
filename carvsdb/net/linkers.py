"""The nets that a node-linker net stands for."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.net.adjacency import Adjacency
from carvsdb.net.graph import Net


def contract_linkers(net: Net) -> Net:
    """Drop dangling linkers, make edges of those on two vertices, keep those on three or more as vertices.

    This is the net that carries the key, the names and the point symbols of a node-linker net. Parallel
    edges are merged and counted. A net without linkers is returned as it is.

    Notes
    -----
    A linker counts by its distinct bonds: bound twice to one node at one offset it is dangling. A linker that joins
    a node to its own image becomes a loop.
    """
    if not net.is_node_linker:
        return net
    bridging = ~net.is_node & (net.degrees() == 2)
    kept = vertices_of_contracted(net)
    number = np.cumsum(kept) - 1
    rows = net.edges.astype(np.int64)
    direct = kept[rows[:, 0]] & kept[rows[:, 1]]
    edges = rows[direct]
    edges[:, :2] = number[edges[:, :2]]
    bridges = _bridges(net, np.flatnonzero(bridging))
    bridges[:, :2] = number[bridges[:, :2]]
    return _with_vertices(net, np.flatnonzero(kept), np.concatenate([edges, bridges]))


def vertices_of_contracted(net: Net) -> NDArray[np.bool_]:
    """Tell which vertices of a net are those of :func:`contract_linkers`, in their order, shape (n_vertices,)."""
    return net.is_node | (net.degrees() >= 3) if net.is_node_linker else np.ones(net.n_vertices, bool)


def replace_linkers(net: Net) -> Net:
    """Replace every linker by edges between all pairs of its nodes, parallel edges merged and counted.

    Notes
    -----
    A linker on three nodes becomes a triangle and so makes 3-rings that the material does not have; prefer
    the node-linker net where rings matter.
    """
    if not net.is_node_linker:
        return net
    number = np.cumsum(net.is_node) - 1
    bridges = _bridges(net, np.flatnonzero(~net.is_node))
    bridges[:, :2] = number[bridges[:, :2]]
    return _with_vertices(net, np.flatnonzero(net.is_node), bridges)


def _bridges(net: Net, linkers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return an edge for each pair of edge ends of each linker, in old vertex numbers."""
    adjacency = Adjacency.of(net)
    found = []
    for linker in linkers:
        ends = slice(adjacency.starts[linker], adjacency.starts[linker + 1])
        nodes, offsets = adjacency.neighbours[ends], adjacency.offsets[ends]
        for first in range(len(nodes)):
            for second in range(first + 1, len(nodes)):
                found.append((nodes[first], nodes[second], *(offsets[second] - offsets[first])))
    return np.array(found, np.int64).reshape(-1, 5)


def _with_vertices(net: Net, vertices: NDArray[np.int64], edges: NDArray[np.int64]) -> Net:
    return Net.from_edges(
        edges,
        len(vertices),
        positions=None if net.positions is None else net.positions[vertices],
        cell=net.cell,
        labels=None if net.labels is None else [net.labels[vertex] for vertex in vertices],
        name=net.name,
    )
