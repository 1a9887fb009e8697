"""Each atom of the cell to one unit: a linker is the whole molecule, with the atoms by which it holds metals."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.clustering import Clustered
from carvsdb_ingest.clustering.cells import Graph, Offset, plus
from carvsdb_ingest.clustering.groups import connected_groups
from carvsdb_ingest.units.ligands import Ligands, find_ligands


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """The atoms of a cell, each in one unit.

    Attributes
    ----------
    graph : list of lists of (int, offset)
        The bonds that counted.
    ligands : Ligands
    unit_of : list of int
        The unit of each atom; units are numbered from 0.
    cell_of : list of offset
        In which cell the unit of cell 0 has the atom.
    atoms : list of list of int
        By unit, ascending.
    vertex : list of int or None
        By unit, its vertex in the net.
    """

    graph: Graph
    ligands: Ligands
    unit_of: list[int]
    cell_of: list[Offset]
    atoms: list[list[int]]
    vertex: list[int | None]


def partition(structure: Structure, clustered: Clustered, n_vertices: int) -> Partition:
    """Give each atom to one unit.

    Parameters
    ----------
    structure : Structure
    clustered : Clustered
    n_vertices : int
        Of the net; clusters with a higher vertex are none (linkers that were replaced by edges).

    Notes
    -----
    Units are the clusters of the clustering, but that the atoms by which a molecule with carbon holds metals (the O of
    a carboxylate) go from the metal's cluster to the molecule's, and that such a molecule which is part of one metal's
    cluster and touches no other (a terminal solvent) is a unit of its own. What no cluster has falls into molecules:
    guests, and anions that were left out.
    """
    graph = clustered.bonds.neighbours(structure.n_atoms)
    work = _Partitioner(structure.elements, graph, clustered)
    for number in range(len(work.ligands.groups)):
        if work.ligands.holds_carbon[number] and work.ligands.on_metal[number]:
            work.gather(number)
    return work.finished(clustered, n_vertices)


class _Partitioner:
    def __init__(self, elements: tuple[str, ...], graph: Graph, clustered: Clustered) -> None:
        self.elements, self.graph = elements, graph
        self.metal = [is_metal(element) for element in elements]
        self.ligands = find_ligands(graph, elements)
        self.unit_of: list[int] = clustered.site_to_unit.tolist()
        self.cell_of: list[Offset] = [(u, v, w) for u, v, w in clustered.cells.tolist()]
        self.next = max(self.unit_of, default=-1) + 1
        self.is_vertex = {unit for unit, vertex in _pairs(clustered) if vertex >= 0}
        self.with_metal = {unit for atom, unit in enumerate(self.unit_of) if self.metal[atom]}
        for group in connected_groups(graph, [0 if unit < 0 else None for unit in self.unit_of]):
            self.make(group.atoms)

    def make(self, atoms: dict[int, Offset]) -> None:
        """Make a unit of some atoms."""
        for atom, cell in atoms.items():
            self.unit_of[atom], self.cell_of[atom] = self.next, cell
        self.next += 1

    def gather(self, number: int) -> None:
        """Bring a ligand with carbon together, as far as it is not several vertices."""
        group = self.ligands.groups[number]
        own = {self.unit_of[atom] for atom in group.atoms}
        carbon = {self.unit_of[atom] for atom in group.atoms if self.elements[atom] == "C"}
        keeping = {unit for unit in own & self.is_vertex if unit not in self.with_metal}
        keeping |= carbon - self.with_metal
        if not keeping:
            touched = {
                self.unit_of[other] for atom in group.atoms for other, _ in self.graph[atom] if self.metal[other]
            }
            if len(touched) == 1 and not group.is_infinite and touched == own:
                self.make(group.atoms)
                return
            keeping = carbon
        if own == keeping:
            return
        queue = [atom for atom in sorted(group.atoms) if self.unit_of[atom] in keeping]
        settled = set(queue)
        for atom in queue:
            for other, offset in self.graph[atom]:
                if not self.metal[other] and other not in settled:
                    settled.add(other)
                    queue.append(other)
                    self.unit_of[other] = self.unit_of[atom]
                    self.cell_of[other] = plus(self.cell_of[atom], offset)

    def finished(self, clustered: Clustered, n_vertices: int) -> Partition:
        numbers: dict[int, int] = {}
        atoms: list[list[int]] = []
        for atom, unit in enumerate(self.unit_of):
            if unit not in numbers:
                numbers[unit] = len(atoms)
                atoms.append([])
            atoms[numbers[unit]].append(atom)
        vertex: list[int | None] = [None] * len(atoms)
        for unit, one in _pairs(clustered):
            if 0 <= one < n_vertices and unit in numbers:
                vertex[numbers[unit]] = one
        unit_of = [numbers[unit] for unit in self.unit_of]
        return Partition(self.graph, self.ligands, unit_of, self.cell_of, atoms, vertex)


def _pairs(clustered: Clustered) -> Iterable[tuple[int, int]]:
    """Return each cluster with its vertex, -1 for none."""
    both = np.column_stack([clustered.site_to_unit, clustered.site_to_vertex])
    for unit, vertex in np.unique(both, axis=0).tolist():
        if unit >= 0:
            yield unit, vertex
