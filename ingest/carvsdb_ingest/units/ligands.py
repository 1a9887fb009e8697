"""Ligands: what remains connected when all bonds to metals are cut."""

from dataclasses import dataclass

from carvsdb.atoms.elements import is_metal
from carvsdb_ingest.clustering.cells import Graph
from carvsdb_ingest.clustering.groups import Group, connected_groups


@dataclass(frozen=True, slots=True, eq=False)
class Ligands:
    """The molecules around the metals of a structure, and all other molecules without a metal.

    Attributes
    ----------
    groups : list of Group
        Each with the cells in which its atoms stand together.
    ligand_of : list of int
        The ligand of each atom; -1 for metals.
    holds_carbon : list of bool
        By ligand.
    on_metal : list of bool
        By ligand, whether a metal holds it.
    """

    groups: list[Group]
    ligand_of: list[int]
    holds_carbon: list[bool]
    on_metal: list[bool]


def find_ligands(graph: Graph, elements: tuple[str, ...]) -> Ligands:
    """Cut a graph of bonds at its metal atoms.

    Parameters
    ----------
    graph : list of lists of (int, offset)
    elements : tuple of str
    """
    metal = [is_metal(element) for element in elements]
    groups = connected_groups(graph, [None if one else 0 for one in metal])
    ligand_of = [-1] * len(graph)
    for number, group in enumerate(groups):
        for atom in group.atoms:
            ligand_of[atom] = number
    return Ligands(
        groups,
        ligand_of,
        [any(elements[atom] == "C" for atom in group.atoms) for group in groups],
        [any(metal[other] for atom in group.atoms for other, _ in graph[atom]) for group in groups],
    )
