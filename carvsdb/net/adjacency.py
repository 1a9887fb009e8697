"""Adjacency lists: the neighbours of every vertex, as flat arrays (compressed sparse rows) that kernels walk."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.net.graph import Net


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """Edge ends by vertex.

    The neighbours of vertex ``v`` of cell 0 are the rows ``starts[v]:starts[v + 1]``; they are sorted by
    ``(neighbour, offset)``, so that the n-th edge end of a vertex is the same in every run.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_vertices + 1,)
        First row of each vertex.
    neighbours : ndarray of int32, shape (2 n_edges,)
        The vertex at the other end.
    offsets : ndarray of int32, shape (2 n_edges, 3)
        The cell of that vertex.
    edges : ndarray of int32, shape (2 n_edges,)
        The edge of the net that the row comes from.
    """

    starts: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    offsets: NDArray[np.int32]
    edges: NDArray[np.int32]

    @classmethod
    def of(cls, net: Net) -> "Adjacency":
        """Collect the edge ends of a net.

        Examples
        --------
        >>> from carvsdb.net import Adjacency, library
        >>> Adjacency.of(library.load("pcu")).offsets.tolist()
        [[-1, 0, 0], [0, -1, 0], [0, 0, -1], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
        """
        src, dst, offset = net.edges[:, 0], net.edges[:, 1], net.edges[:, 2:]
        ends = np.concatenate([src, dst])
        neighbours = np.concatenate([dst, src])
        offsets = np.concatenate([offset, -offset])
        edge = np.tile(np.arange(net.n_edges, dtype=np.int32), 2)
        order = np.lexsort((offsets[:, 2], offsets[:, 1], offsets[:, 0], neighbours, ends))
        starts = np.zeros(net.n_vertices + 1, np.int64)
        np.cumsum(np.bincount(ends, minlength=net.n_vertices), out=starts[1:])
        return cls(
            starts,
            np.ascontiguousarray(neighbours[order]),
            np.ascontiguousarray(offsets[order]),
            np.ascontiguousarray(edge[order]),
        )
