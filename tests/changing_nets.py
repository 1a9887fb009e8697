"""Nets that change a little from one to the next, as those of a trajectory do."""

import numpy as np

from carvsdb.net import Adjacency, Net


def with_linkers(net: Net) -> Net:
    """Put a linker on each edge."""
    edges = net.edges.astype(np.int64)
    linkers = np.arange(len(edges)) + net.n_vertices
    home = np.zeros((len(edges), 3), np.int64)
    rows = np.vstack(
        [np.column_stack([edges[:, 0], linkers, home]), np.column_stack([linkers, edges[:, 1], edges[:, 2:]])]
    )
    n_vertices = net.n_vertices + len(edges)
    return Net.from_edges(rows, n_vertices, is_node=np.arange(n_vertices) < net.n_vertices)


def switched(net: Net, n_bonds: int, rng: np.random.Generator, share_kept: float = 1.0) -> Net:
    """Break bonds; of each, but for a share, one end goes to a node two bonds away.

    In a net with linkers these are bonds of linkers to nodes; one that meets a bond that is there already is gone.
    """
    edges = net.edges.astype(np.int64)
    adjacency = Adjacency.of(net)
    broken = rng.choice(len(edges), n_bonds, replace=False)
    rows = [np.delete(edges, broken, axis=0)]
    for src, dst, *offset in edges[broken].tolist():
        if rng.random() >= share_kept:
            continue
        node, other, cell = (src, dst, np.array(offset)) if net.is_node[src] else (dst, src, -np.array(offset))
        here, moved = node, np.zeros(3, np.int64)
        for _ in range(2):
            end = rng.integers(adjacency.starts[here], adjacency.starts[here + 1])
            here, moved = int(adjacency.neighbours[end]), moved + adjacency.offsets[end]
        if here != other or (cell - moved).any():
            rows.append(np.array([[here, other, *(cell - moved)]]))
    return Net.from_edges(np.vstack(rows), net.n_vertices, is_node=net.is_node)
