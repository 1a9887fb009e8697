"""Centres of edges in CGD blocks (``EDGE_CENTER``): vertices of degree 2 that stand for an edge."""

import numpy as np
from numpy.typing import NDArray


class CenterError(ValueError):
    """A centre does not lie on one edge; the arguments are the vertex and what is wrong."""

    def __init__(self, vertex: int, wrong: str) -> None:
        super().__init__(vertex, wrong)
        self.vertex = vertex
        self.wrong = wrong


def without_centers(edges: NDArray[np.int64], is_center: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Replace each centre and its two edges by one edge; the vertices that stay are numbered anew, in their order.

    Parameters
    ----------
    edges : ndarray of int64, shape (n, 5)
        Undirected, each once: ``(src, dst, u, v, w)``.
    is_center : ndarray of bool, shape (n_vertices,)

    Returns
    -------
    ndarray of int64, shape (m, 5)
        A centre without edges is left out: some files list centres beside the edges themselves.

    Raises
    ------
    CenterError
        If a centre has another number of edges than two, or joins a vertex to itself in the same cell.

    Examples
    --------
    >>> without_centers(np.array([[0, 1, 0, 0, 0], [0, 1, -1, 0, 0]]), np.array([False, True])).tolist()
    [[0, 0, 1, 0, 0]]
    """
    number = np.cumsum(~is_center) - 1
    touching: dict[int, list[tuple[int, NDArray[np.int64]]]] = {}
    rows = []
    for src, dst, *cell_offset in edges.tolist():
        offset = np.array(cell_offset, np.int64)
        if not is_center[src] and not is_center[dst]:
            rows.append([number[src], number[dst], *offset])
        if is_center[src]:
            touching.setdefault(src, []).append((dst, offset))
        if is_center[dst]:
            touching.setdefault(dst, []).append((src, -offset))
    for center, ends in touching.items():
        if len(ends) != 2:
            raise CenterError(center, f"has {len(ends)} edges, expected 2")
        (first, near), (second, far) = ends
        if is_center[first] or is_center[second]:
            raise CenterError(center, "is joined to another centre")
        if first == second and not (far - near).any():
            raise CenterError(center, "joins an atom to itself")
        rows.append([number[first], number[second], *(far - near)])
    return np.array(rows, np.int64).reshape(-1, 5)
