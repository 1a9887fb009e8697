"""A component of a net, described in the lattice of its own translations."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import RefusedError
from carvsdb.net.components import Component
from carvsdb.net.graph import Net

LARGEST_OFFSET = 2**31 - 1


def in_own_lattice(net: Net, component: Component) -> Net:
    """Describe a component by vertices, edges and offsets in its own lattice.

    The result is connected, its first `periodicity` offset columns are used, and closed walks through it
    lead to every lattice vector: a two-fold interpenetrating net gives one copy, in a smaller cell.

    Parameters
    ----------
    net : Net
    component : Component
        One of :func:`carvsdb.net.components` of `net`.

    Returns
    -------
    Net
        Vertex `k` is ``component.vertices[k]`` in the cell ``component.shifts[k]``. Links are counted, positions
        and labels are dropped.

    Raises
    ------
    RefusedError
        If offsets do not fit 32-bit integers.

    Examples
    --------
    >>> from carvsdb.net import Net, components
    >>> chains = Net.from_edges([(0, 0, 2, 0, 0)])
    >>> in_own_lattice(chains, components(chains)[0]).edges.tolist()
    [[0, 0, 1, 0, 0]]
    """
    number = np.full(net.n_vertices, -1, np.int64)
    number[component.vertices] = np.arange(len(component.vertices))
    inside = number[net.edges[:, 0]] >= 0
    rows = net.edges[inside].astype(np.int64)
    src, dst = number[rows[:, 0]], number[rows[:, 1]]
    closing = component.shifts[src] + rows[:, 2:] - component.shifts[dst]
    offsets = coordinates_in(component.lattice, closing)
    return Net.from_edges(
        np.column_stack([src, dst, offsets]),
        len(component.vertices),
        multiplicity=net.multiplicity[inside],
        name=net.name,
    )


def coordinates_in(basis: NDArray[np.int64], vectors: NDArray[np.int64]) -> NDArray[np.int64]:
    """Write vectors of a lattice in its Hermite basis.

    Parameters
    ----------
    basis : ndarray of int64, shape (rank, d)
        A Hermite basis.
    vectors : ndarray of int64, shape (n, d)
        Vectors of the lattice.

    Returns
    -------
    ndarray of int64, shape (n, rank)

    Raises
    ------
    RefusedError
        If a coordinate does not fit a 32-bit integer.
    """
    largest = max(int(np.abs(basis).max(initial=0)), int(np.abs(vectors).max(initial=0)))
    # Python integers where products of 64-bit ones could overflow.
    exact = object if largest > 2**20 else np.int64
    rest = vectors.astype(exact)
    found = np.zeros((len(vectors), len(basis)), exact)
    for index, row in enumerate(basis.astype(exact)):
        column = int(np.flatnonzero(basis[index])[0])
        found[:, index] = rest[:, column] // row[column]
        rest = rest - found[:, index, None] * row[None, :]
    if found.size and np.abs(found).max() > LARGEST_OFFSET:
        raise RefusedError(
            "edges of the net lead more than 2^31 cells away in its own lattice; "
            "take representatives of the vertices that lie closer together"
        )
    return found.astype(np.int64)
