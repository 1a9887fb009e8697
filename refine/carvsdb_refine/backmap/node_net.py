"""The net that is to be decorated: nodes in a cell, each edge as long as two metals are apart."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError, NotFoundError
from carvsdb.net import Net, contract_linkers, library, supercell
from carvsdb.net.placement import place
from carvsdb.topology.archive import Archive, shipped
from carvsdb_ingest.analysis import read_nets

Floats = NDArray[np.float64]


def net_named(source: str | Path, archive: Archive | None = None) -> Net:
    """Return the net of a file, or by its name of the library of exact nets or the archive of RCSR and zeolite nets.

    Parameters
    ----------
    source : str or Path
        A file, a name, or all names of a net as `describe` prints them (``sra, ABW``).
    archive : Archive, optional
        In place of the one that comes along.

    Raises
    ------
    InputError
        If the file cannot be read or holds several nets.
    NotFoundError
        If there is neither a file nor a net of this name.

    Examples
    --------
    >>> net_named("sod")
    <Net sod: 6 vertices, 12 edges>
    """
    path = Path(source)
    names = shipped() if archive is None else archive
    if path.is_file():
        nets = list(read_nets(path))
        if len(nets) != 1:
            raise InputError(f"holds {len(nets)} nets; expected one", path=path)
        return nets[0]
    if path.suffix:
        raise NotFoundError("there is no such file", item=str(path))
    # The names of one net: any of them will do.
    name = str(source).split(",")[0].strip()
    return library.load(name) if name in library.names() else names.get(name)


def two_ended(net: Net) -> tuple[Net, int, int]:
    """Return a net whose linkers all join two nodes, how many bonds were taken from others, and how many linkers.

    Amorphous models have some others: a linker on more nodes keeps the bonds to the nearest two, one on fewer is left
    out.

    Raises
    ------
    InputError
        If a linker joins three nodes or more in a net without positions and cell.
    """
    if not net.is_node_linker:
        return net, 0, 0
    degrees = net.degrees()
    crowded = np.flatnonzero(~net.is_node & (degrees > 2))
    rows = net.edges.astype(np.int64)
    kept = np.ones(len(rows), bool)
    if len(crowded):
        if net.positions is None or net.cell is None:
            raise InputError(
                f"net {net.name!r} has linkers on three nodes or more, and no positions to tell their nearest two"
            )
        lengths = np.linalg.norm(edge_vectors(rows, net.positions, net.cell), axis=1)
        for linker in crowded:
            bonds = np.flatnonzero((rows[:, :2] == linker).any(axis=1))
            kept[bonds[np.argsort(lengths[bonds], kind="stable")[2:]]] = False
    left_out = int(np.count_nonzero(~net.is_node & (degrees < 2)))
    trimmed = Net.from_edges(
        rows[kept],
        net.n_vertices,
        multiplicity=net.multiplicity[kept],
        is_node=net.is_node,
        positions=net.positions,
        cell=net.cell,
        labels=net.labels,
        name=net.name,
    )
    return trimmed, int(np.count_nonzero(~kept)), left_out


MOST_NODES = 1_000_000
"""Nodes that a repeated cell may have."""


def node_net(net: Net, edge_length: float, repeat: tuple[int, int, int] = (1, 1, 1)) -> Net:
    """Return the nodes of a net in a cell in which the mean edge has a given length.

    Parameters
    ----------
    net : Net
        With nodes only, or with linkers: these become edges between two nodes each (`two_ended`).
        Positions and cell are scaled; a net without them is placed barycentrically, in the cell that makes edges as
        equal as possible.
    edge_length : float
        In Å.
    repeat : tuple of three int
        How often the cell is repeated along each lattice vector.

    Returns
    -------
    Net
        With positions in [0, 1) and a cell.

    Raises
    ------
    InputError
        As `two_ended`; if the net is not three-periodic, has no edges, or two nodes lie at one place.

    Examples
    --------
    >>> sodalite = node_net(library.load("sod"), 5.95)
    >>> float(abs(np.linalg.det(sodalite.cell)).round(1))
    2383.2
    """
    nodes = contract_linkers(two_ended(net)[0])
    if not nodes.n_edges:
        raise InputError(f"net {net.name!r} has no edges; there is nowhere to put linkers")
    if nodes.positions is None or nodes.cell is None:
        nodes = _placed(nodes)
    if repeat != (1, 1, 1):
        if nodes.n_vertices * math.prod(repeat) > MOST_NODES:
            raise InputError(f"{nodes.n_vertices} nodes, repeated {repeat} times, are more than {MOST_NODES}")
        nodes = supercell(nodes, repeat)
    assert nodes.positions is not None
    assert nodes.cell is not None
    cells = np.floor(nodes.positions)
    rows = nodes.edges.astype(np.int64)
    rows[:, 2:] += (cells[rows[:, 1]] - cells[rows[:, 0]]).astype(np.int64)
    positions = nodes.positions - cells
    lengths = np.linalg.norm(edge_vectors(rows, positions, nodes.cell), axis=1)
    if lengths.min() < 0.05 * lengths.mean():
        first, second = rows[lengths.argmin(), :2].tolist()
        raise InputError(f"nodes {first} and {second} of net {net.name} lie at one place; give the net positions")
    return Net.from_edges(
        rows,
        nodes.n_vertices,
        multiplicity=nodes.multiplicity,
        positions=positions,
        cell=nodes.cell * (edge_length / lengths.mean()),
        labels=nodes.labels,
        name=nodes.name,
    )


def edge_vectors(rows: NDArray[np.int64], positions: Floats, cell: Floats) -> Floats:
    """Return the vectors along edges, shape (n_edges, 3), in Å; positions are fractional."""
    vectors: Floats = (positions[rows[:, 1]] + rows[:, 2:] - positions[rows[:, 0]]) @ cell
    return vectors


def _placed(net: Net) -> Net:
    """Give a net without geometry barycentric positions, and the cell that makes its edges as equal as possible."""
    if np.linalg.matrix_rank(net.edges[:, 2:].astype(np.float64)) < 3:
        raise InputError(f"net {net.name} is not three-periodic; backmap fills a cell in all directions")
    positions = place(net, 3).approximate
    steps = positions[net.edges[:, 1]] + net.edges[:, 2:] - positions[net.edges[:, 0]]
    # Squared lengths are linear in the six products of lattice vectors: least squares for all edges of length 1.
    i, j = np.triu_indices(3)
    terms = steps[:, i] * steps[:, j] * np.where(i == j, 1, 2)
    solution = np.linalg.lstsq(terms, np.ones(len(terms)), rcond=1e-9)[0]
    metric = np.zeros((3, 3))
    metric[i, j] = metric[j, i] = solution
    if np.linalg.eigvalsh(metric).min() < 1e-3 * np.trace(metric):
        metric = np.eye(3) / np.mean((steps**2).sum(axis=1))
    cell = np.linalg.cholesky(metric)
    return Net.from_edges(
        net.edges, net.n_vertices, multiplicity=net.multiplicity, positions=positions, cell=cell, name=net.name
    )
