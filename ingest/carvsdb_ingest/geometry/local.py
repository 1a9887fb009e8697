"""Distances, angles and coordination of a net of nodes and linkers, as histograms.

Angles at a vertex are those of all pairs of its distinct edges. What is called *node-linker distance* leads to the
centre of the linker, what is called *Zn-N distance* to its atom.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import Structure
from carvsdb.net import Net
from carvsdb.net.edge_vectors import edge_vectors

if TYPE_CHECKING:
    from carvsdb_ingest.bonds import Bonds
    from carvsdb_ingest.clustering import Clustered

DISTANCE_BIN, ANGLE_BIN = 0.05, 2.0
"""Widths of bins, in Å and degrees."""


def local_geometry(structure: Structure, bonds: "Bonds", clustered: "Clustered") -> tuple[Histogram, ...]:
    """Describe the surroundings of the nodes of a node-linker net.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds
    clustered : Clustered
        Of the clustering ``node-linker``.

    Returns
    -------
    tuple of Histogram
        ``coordination`` (distinct bonds of a node), the distances ``node-linker``, ``node-node`` (over one linker) and
        of each pair of elements that bonds nodes to linkers, the angles ``linker-node-linker``, ``node-linker-node``
        and ``node-node-node``; what does not occur is missing.

    Notes
    -----
    Each edge counts once, whatever its multiplicity.
    """
    net = clustered.net
    found = [Histogram.of("coordination", "bonds", net.degrees()[net.is_node].astype(np.float64), 1.0)]
    vectors = _edge_vectors(net)
    # Half-edges, sorted by the vertex that they leave: both ends of each edge.
    ends, out = _half_edges(net, vectors)
    distances: list[tuple[str, NDArray[np.float64]]] = [
        ("node-linker distance", np.linalg.norm(vectors, axis=1)),
        *_bond_lengths(structure, bonds, clustered),
    ]
    pairs = _pairs(ends)
    centre = ends[pairs[:, 0]]
    first, second = out[pairs[:, 0]], out[pairs[:, 1]]
    at_node = net.is_node[centre]
    over, apart = _node_to_node(net, ends, out)
    distances.append(("node-node distance", np.linalg.norm(second[~at_node] - first[~at_node], axis=1)))
    node_pairs = _pairs(over)
    angles = [
        ("linker-node-linker angle", _angles(first[at_node], second[at_node])),
        ("node-linker-node angle", _angles(first[~at_node], second[~at_node])),
        ("node-node-node angle", _angles(apart[node_pairs[:, 0]], apart[node_pairs[:, 1]])),
    ]
    found += [Histogram.of(what, "Å", values, DISTANCE_BIN) for what, values in distances if len(values)]
    found += [Histogram.of(what, "°", values, ANGLE_BIN) for what, values in angles if len(values)]
    return tuple(found)


def _edge_vectors(net: Net) -> NDArray[np.float64]:
    assert net.positions is not None
    assert net.cell is not None
    return np.asarray(edge_vectors(net, net.positions) @ net.cell, np.float64)


def _half_edges(net: Net, vectors: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    ends = net.edges[:, :2].astype(np.int64).T.ravel()
    order = np.argsort(ends, kind="stable")
    return ends[order], np.concatenate([vectors, -vectors])[order]


def _pairs(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all pairs of positions in a sorted array that hold the same number, shape (n_pairs, 2)."""
    starts = np.flatnonzero(np.r_[True, ends[1:] != ends[:-1]]) if len(ends) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(ends)])
    found = [np.zeros((0, 2), np.int64)]
    for size in np.unique(sizes):
        first, second = np.triu_indices(size, 1)
        begin = starts[sizes == size][:, None]
        found.append(np.stack([(begin + first).ravel(), (begin + second).ravel()], axis=1))
    return np.concatenate(found)


def _node_to_node(
    net: Net, ends: NDArray[np.int64], out: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the node that each path node-linker-node leaves (sorted), and the vector to its other end."""
    # For each half-edge out of a linker, which node it leads to: the order of half-edges is that of `_half_edges`.
    heads = net.edges[:, 1::-1].astype(np.int64).T.ravel()
    heads = heads[np.argsort(net.edges[:, :2].astype(np.int64).T.ravel(), kind="stable")]
    pairs = _pairs(ends)
    pairs = pairs[~net.is_node[ends[pairs[:, 0]]]]
    leaving = np.concatenate([heads[pairs[:, 0]], heads[pairs[:, 1]]])
    between = out[pairs[:, 1]] - out[pairs[:, 0]]
    order = np.argsort(leaving, kind="stable")
    return leaving[order], np.concatenate([between, -between])[order]


def _bond_lengths(
    structure: Structure, bonds: "Bonds", clustered: "Clustered"
) -> list[tuple[str, NDArray[np.float64]]]:
    """Return the lengths of bonds from nodes to atoms of linkers, by their elements."""
    vertex = clustered.site_to_vertex[bonds.edges[:, :2]]
    node = clustered.net.is_node[vertex] & (vertex >= 0)
    joins = (vertex >= 0).all(axis=1) & (node[:, 0] != node[:, 1])
    elements = np.array(structure.elements)[bonds.edges[joins, :2]]
    turned = np.where(node[joins, :1], elements, elements[:, ::-1])
    names = np.array([f"{first}-{second} distance" for first, second in turned.tolist()], dtype=object)
    lengths = bonds.lengths[joins]
    return [(str(name), lengths[names == name]) for name in sorted(set(names.tolist()))]


def _angles(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angles between vectors (rows) in degrees."""
    across = np.linalg.norm(np.cross(first, second), axis=1)
    angles: NDArray[np.float64] = np.degrees(np.arctan2(across, np.einsum("ij,ij->i", first, second)))
    return angles
