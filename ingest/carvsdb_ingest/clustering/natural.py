"""Which clustering suits a structure."""

from carvsdb.atoms.elements import HYDROGEN, METALLOIDS, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.bonds.found import Neighbours
from carvsdb_ingest.clustering.atoms import is_network_solid
from carvsdb_ingest.clustering.organic import carbon_framework
from carvsdb_ingest.clustering.oxide_frameworks import find_oxide_framework

_BRIDGES = frozenset({"O", "S", "Se", "F"})
_LARGE_SHARE = 0.8
_DEGREES = range(3, 6)


def natural_clustering(structure: Structure, bonds: Bonds) -> str:
    """Tell which clustering suits a structure.

    AB2 networks: ``node-linker``; frameworks of molecules without metals: ``organic``; network solids (diamond, SiC,
    BN, wurtzite, rutile): ``atoms``; everything else: ``single-node``.

    An AB2 network has nodes (metal, metalloid and phosphorus atoms) with mostly 4, at least 3 and at most 5 bonds,
    all to linkers on two nodes: single O, S, Se or F atoms, or azolates, whose two binding N share a carbon. Eight
    nodes and eight linkers in ten must be so; glasses have others. Molecules without a bond to a node do not count,
    nor do cations in the cavities of an oxide framework.

    An organic framework holds carbon, rings among its finite units, and no metal that joins units: the metal of a
    porphyrin does not. Azolates of boron or silicon are AB2 networks. In a network solid metals, metalloids and P are
    bonded to each other, or to single atoms with three or more of them.

    Examples
    --------
    >>> import numpy as np
    >>> from carvsdb_ingest.bonds import find_bonds
    >>> cristobalite = Structure(
    ...     ("Si", "Si", "O", "O", "O", "O"),
    ...     np.array([[0, 0, 0], [2, 2, 2], [1, 1, 1], [5, 1, 1], [1, 5, 1], [1, 1, 5]]) / 8,
    ...     3.58 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]]), tuple("ABcdef"))
    >>> natural_clustering(cristobalite, find_bonds(cristobalite))
    'node-linker'
    """
    elements = structure.elements
    node = [is_metal(element) or element in METALLOIDS or element == "P" for element in elements]
    framework = find_oxide_framework(structure, bonds)
    neighbours = framework.bonds.neighbours(structure.n_atoms)
    nodes = [
        atom for atom, is_node in enumerate(node) if is_node and neighbours[atom] and atom not in framework.cations
    ]
    if not framework.is_one and (suited := carbon_framework(structure, bonds)):
        return suited
    if _is_node_linker(elements, node, nodes, neighbours):
        return "node-linker"
    return "atoms" if not framework.is_one and is_network_solid(structure, bonds) else "single-node"


def _is_node_linker(elements: tuple[str, ...], node: list[bool], nodes: list[int], neighbours: Neighbours) -> bool:
    good = sum(
        len(neighbours[atom]) in _DEGREES and not any(node[other] for other, _ in neighbours[atom]) for atom in nodes
    )
    if not nodes or good < _LARGE_SHARE * len(nodes):
        return False
    bridging = linkers = 0
    for molecule in _molecules(node, neighbours):
        ends = [(atom, other) for atom in molecule for other, _ in neighbours[atom] if node[other]]
        heavy = [atom for atom in molecule if elements[atom] not in HYDROGEN]
        if not ends or not heavy:
            continue
        linkers += 1
        if len(heavy) == 1:
            bridging += len(ends) == 2 and elements[heavy[0]] in _BRIDGES
        else:
            bridging += _is_azolate([atom for atom, _ in ends], elements, neighbours)
    return bool(linkers) and bridging >= _LARGE_SHARE * linkers


def _molecules(node: list[bool], neighbours: Neighbours) -> list[list[int]]:
    """Return the connected sets of atoms that are no nodes."""
    seen = list(node)
    found = []
    for start in range(len(node)):
        if seen[start]:
            continue
        seen[start] = True
        molecule = [start]
        for atom in molecule:
            for other, _ in neighbours[atom]:
                if not seen[other]:
                    seen[other] = True
                    molecule.append(other)
        found.append(molecule)
    return found


def _is_azolate(ends: list[int], elements: tuple[str, ...], neighbours: Neighbours) -> bool:
    if len(ends) != 2 or any(elements[atom] != "N" for atom in ends):
        return False
    first, second = ({other for other, _ in neighbours[atom] if elements[other] == "C"} for atom in ends)
    return bool(first & second)
