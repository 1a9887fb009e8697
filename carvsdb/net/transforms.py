"""Isomorphic forms of a net: other numbers, other representatives, a supercell."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from carvsdb.errors import InputError
from carvsdb.net.graph import Net
from carvsdb.net.lattice import hermite_basis, reduce_into


def relabel(net: Net, order: ArrayLike) -> Net:
    """Renumber the vertices of a net.

    Parameters
    ----------
    net : Net
    order : array_like of int, shape (n_vertices,)
        ``order[new]`` is the old number of the vertex that gets the number `new`.

    Raises
    ------
    InputError
        If `order` is no permutation.
    """
    old = np.asarray(order, np.int64)
    if not np.array_equal(np.sort(old), np.arange(net.n_vertices)):
        raise InputError(f"order must be a permutation of 0..{net.n_vertices - 1}")
    new_of_old = np.empty(net.n_vertices, np.int64)
    new_of_old[old] = np.arange(net.n_vertices)
    rows = net.edges.astype(np.int64)
    rows[:, :2] = new_of_old[rows[:, :2]]
    return Net.from_edges(
        rows,
        net.n_vertices,
        multiplicity=net.multiplicity,
        is_node=net.is_node[old],
        positions=None if net.positions is None else net.positions[old],
        cell=net.cell,
        labels=None if net.labels is None else [net.labels[index] for index in old],
        name=net.name,
    )


def shift(net: Net, shifts: ArrayLike) -> Net:
    """Take another image of each vertex as its representative in cell 0.

    Parameters
    ----------
    net : Net
    shifts : array_like of int, shape (n_vertices, 3)
        The cell of the image that becomes the representative.
    """
    moves = np.asarray(shifts, np.int64)
    if moves.shape != (net.n_vertices, 3):
        raise InputError(f"shifts must have the shape {(net.n_vertices, 3)}, got {moves.shape}")
    rows = net.edges.astype(np.int64)
    rows[:, 2:] += moves[rows[:, 0]] - moves[rows[:, 1]]
    return Net.from_edges(
        rows,
        net.n_vertices,
        multiplicity=net.multiplicity,
        is_node=net.is_node,
        positions=None if net.positions is None else net.positions + moves,
        cell=net.cell,
        labels=net.labels,
        name=net.name,
    )


def supercell(net: Net, matrix: ArrayLike) -> Net:
    """Describe a net in a larger cell.

    Parameters
    ----------
    net : Net
    matrix : array_like of int, shape (3,) or (3, 3)
        Repeats along the three cell vectors, or new lattice vectors as rows in units of the old ones.
        The cell of the result is the Hermite basis of that lattice.

    Raises
    ------
    InputError
        If the new lattice has no volume.

    Examples
    --------
    >>> from carvsdb.net import library, supercell
    >>> supercell(library.load("pcu"), (2, 1, 3))
    <Net pcu: 6 vertices, 18 edges>
    """
    given = np.asarray(matrix, np.int64)
    basis = hermite_basis(np.diag(given) if given.ndim == 1 else given)
    if basis.shape != (3, 3):
        raise InputError(f"a supercell needs three independent lattice vectors, got {given.tolist()}")
    sizes = np.diag(basis)
    cosets = np.stack(np.unravel_index(np.arange(sizes.prod()), sizes), axis=1).astype(np.int64)
    count = len(cosets)
    strides = np.array([sizes[1] * sizes[2], sizes[2], 1], np.int64)
    rows = net.edges.astype(np.int64)
    # Vertex v of coset c gets the number c * n_vertices + v.
    targets = (cosets[:, None, :] + rows[None, :, 2:]).reshape(-1, 3)
    cells, rest = reduce_into(basis, targets)
    src = (np.arange(count)[:, None] * net.n_vertices + rows[:, 0]).ravel()
    dst = (rest @ strides) * net.n_vertices + np.tile(rows[:, 1], count)
    positions = cell = None
    if net.positions is not None:
        placed = (net.positions[None] + cosets[:, None]).reshape(-1, 3)
        positions = placed @ np.linalg.inv(basis.astype(np.float64))
    if net.cell is not None:
        cell = basis @ net.cell
    return Net.from_edges(
        np.column_stack([src, dst, cells]),
        count * net.n_vertices,
        multiplicity=np.tile(net.multiplicity, count),
        is_node=np.tile(net.is_node, count),
        positions=positions,
        cell=cell,
        labels=None if net.labels is None else _repeat(net.labels, count),
        name=net.name,
    )


def in_cell_of(net: Net, matrix: ArrayLike) -> Net:
    """Describe a net in the cell of the lattice vectors given, however they stand to each other.

    Parameters
    ----------
    net : Net
    matrix : array_like of int, shape (3, 3)
        New lattice vectors as rows, in units of the old ones.

    Returns
    -------
    Net
        As :func:`supercell` gives it (vertex ``k`` is an image of vertex ``k % net.n_vertices``), but its cell vectors
        are the rows of `matrix`, not another basis of the same lattice.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> in_cell_of(library.load("sql"), [[1, 1, 0], [1, -1, 0], [0, 0, 1]])
    <Net sql: 2 vertices, 4 edges>
    """
    given = np.asarray(matrix, np.int64)
    larger = supercell(net, given)
    basis = hermite_basis(given).astype(np.float64)
    change = np.rint(given @ np.linalg.inv(basis)).astype(np.int64)
    back = np.rint(np.linalg.inv(change)).astype(np.int64)
    rows = larger.edges.astype(np.int64)
    rows[:, 2:] = rows[:, 2:] @ back
    return Net.from_edges(
        rows,
        larger.n_vertices,
        multiplicity=larger.multiplicity,
        is_node=larger.is_node,
        positions=None if larger.positions is None else larger.positions @ back,
        cell=None if larger.cell is None else change @ larger.cell,
        labels=larger.labels,
        name=larger.name,
    )


def _repeat(labels: Sequence[str], count: int) -> list[str]:
    return [label for _ in range(count) for label in labels]
