"""From clusters to the vertices of a net."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError
from carvsdb.net import Net
from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, plus
from carvsdb_ingest.clustering.cluster_graph import ClusterGraph
from carvsdb_ingest.clustering.groups import Group
from carvsdb_ingest.clustering.trimming import Framework


def net_of_clusters(structure: Structure, clusters: ClusterGraph, groups: list[Group]) -> tuple[Net, dict[int, int]]:
    """Return the net, and the vertex of each atom of its clusters.

    Raises
    ------
    NoNetError
        If no edge is left.
    """
    kept = sorted(clusters.neighbours)
    number = {vertex: index for index, vertex in enumerate(kept)}
    rows = [(number[src], number[dst], *offset) for src, dst, *offset in clusters.edges()]
    if not rows:
        raise NoNetError("all vertices have fewer than two neighbours: nothing repeats", cause="0-periodic")
    labels, vertex_of = [], {}
    for vertex in kept:
        atoms = groups[vertex].atoms
        first = min(atoms)
        labels.append(structure.labels[first] or structure.elements[first])
        vertex_of.update(dict.fromkeys(atoms, number[vertex]))
    centres = centres_of([groups[vertex] for vertex in kept], structure.positions)
    net = Net.from_edges(rows, len(kept), positions=centres, cell=structure.cell, labels=labels, name=structure.name)
    return net, vertex_of


def centres_of(groups: list[Group], positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean place of the atoms of each group, in the cells in which it has them; shape (n_groups, 3)."""
    sizes = [len(group.atoms) for group in groups]
    atoms = np.array([atom for group in groups for atom in group.atoms], np.int64)
    cells = np.array([cell for group in groups for cell in group.atoms.values()], np.int64).reshape(-1, 3)
    places = positions[atoms] + cells
    group_of = np.repeat(np.arange(len(groups)), sizes)
    sums = [np.bincount(group_of, places[:, axis], len(groups)) for axis in range(3)]
    return np.column_stack(sums) / np.array(sizes, np.int64)[:, None]


def together(groups: list[Group], merged: Group) -> Group:
    """Return the atoms of several groups as one; `merged` says which groups, and in which cells."""
    return Group(
        {atom: cell for number, offset in merged.atoms.items() for atom, cell in groups[number].moved(offset).items()}
    )


def sites_of_vertices(structure: Structure, framework: Framework, vertex_of: dict[int, int]) -> NDArray[np.int64]:
    """Return the vertex of each atom, -1 for none; what hangs from an atom goes with it."""
    sites = np.full(structure.n_atoms, -1, np.int64)
    for atom, vertex in vertex_of.items():
        sites[atom] = vertex
    # Outermost atoms were taken off first, so that what they hang from is known last to first.
    for atom, holder in reversed(framework.hanging.items()):
        sites[atom] = sites[holder]
    return sites


def units_of_atoms(
    graph: Graph, framework: Framework, groups: list[Group]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the unit of each atom, whatever became of it, and the cell in which the unit of cell 0 has the atom.

    Parameters
    ----------
    graph : list of lists of (int, offset)
    framework : Framework
    groups : list of Group
        Those that were merged into others may still be among them: an atom belongs to the largest.

    Returns
    -------
    units : ndarray of int64, shape (n_atoms,)
        The number of the group; -1 for guests, and for atoms that were left out. What hangs from an atom goes with it.
    cells : ndarray of int64, shape (n_atoms, 3)
    """
    units = np.full(len(graph), -1, np.int64)
    cells: list[Offset] = [HOME] * len(graph)
    for number in sorted(range(len(groups)), key=lambda one: -len(groups[one].atoms)):
        for atom, cell in groups[number].atoms.items():
            if units[atom] < 0:
                units[atom], cells[atom] = number, cell
    for atom, holder in reversed(framework.hanging.items()):
        units[atom] = units[holder]
        offset = next(offset for other, offset in graph[holder] if other == atom)
        cells[atom] = plus(cells[holder], offset)
    return units, np.array(cells, np.int64).reshape(-1, 3)
