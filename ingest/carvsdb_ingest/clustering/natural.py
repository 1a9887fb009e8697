"""Which clustering suits a structure."""

from carvsdb.atoms.elements import HYDROGEN, METALLOIDS, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.bonds.found import Neighbours
from carvsdb_ingest.clustering.atoms import is_network_solid
from carvsdb_ingest.clustering.framework_atoms import MODIFIERS
from carvsdb_ingest.clustering.groups import connected_groups
from carvsdb_ingest.clustering.organic import carbon_framework
from carvsdb_ingest.clustering.oxide_frameworks import find_oxide_framework

_BRIDGES = frozenset({"O", "S", "Se", "F"})
_LARGE_SHARE = 0.8
_FEW_BRIDGES = 0.3
_DEGREES = range(3, 6)


def natural_clustering(structure: Structure, bonds: Bonds) -> str:
    """Tell which clustering suits a structure.

    AB2 networks: ``node-linker``; frameworks of molecules without metals: ``organic``; network solids (diamond, SiC,
    BN, wurtzite, rutile): ``atoms``; everything else: ``single-node``.

    An AB2 network has nodes (metal, metalloid and phosphorus atoms) with mostly 4, at least 3 and at most 5 bonds,
    all to linkers on two nodes: single O, S, Se or F atoms, or azolates, whose two binding N share a carbon. Eight
    nodes and eight linkers in ten must be so; glasses have others. In an oxide framework up to half of the linkers may
    be terminal: the non-bridging O of silicate glasses, whose rings run through Si with two bridges, too. It may be
    seven in ten where Si, B, Ge and P are all there is beside alkali metals, Ca, Sr, Ba and Tl (metaphosphates).
    Molecules without a bond to a node do not count, nor do cations in the cavities of an oxide framework.

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
    if _is_node_linker(elements, node, nodes, neighbours, may_end=framework.is_one):
        return "node-linker"
    if not framework.is_one and _is_modified_network(elements, bonds.neighbours(structure.n_atoms)):
        return "node-linker"
    return "atoms" if not framework.is_one and is_network_solid(structure, bonds) else "single-node"


def _is_node_linker(
    elements: tuple[str, ...], node: list[bool], nodes: list[int], neighbours: Neighbours, *, may_end: bool
) -> bool:
    """Tell whether nodes and linkers are those of an AB2 network; `may_end`: half of the linkers may be terminal."""
    good = sum(
        len(neighbours[atom]) in _DEGREES and not any(node[other] for other, _ in neighbours[atom]) for atom in nodes
    )
    if not nodes or good < _LARGE_SHARE * len(nodes):
        return False
    bridging = ending = linkers = 0
    for molecule in _molecules(node, neighbours):
        ends = [(atom, other) for atom in molecule for other, _ in neighbours[atom] if node[other]]
        heavy = [atom for atom in molecule if elements[atom] not in HYDROGEN]
        if not ends or not heavy:
            continue
        linkers += 1
        if len(heavy) == 1:
            bridging += len(ends) == 2 and elements[heavy[0]] in _BRIDGES
            ending += len(ends) == 1 and elements[heavy[0]] in _BRIDGES
        else:
            bridging += _is_azolate([atom for atom, _ in ends], elements, neighbours)
    good_linkers = bridging + min(ending, bridging) * may_end
    return bool(linkers) and good_linkers >= _LARGE_SHARE * linkers


def _is_modified_network(elements: tuple[str, ...], neighbours: Neighbours) -> bool:
    """Tell whether metalloids or P and single anions repeat for ever without the ions that modify their network."""
    kinds = set(elements)
    modifying = [element in MODIFIERS for element in elements]
    if not any(modifying) or "C" in kinds or any(is_metal(kind) and kind not in MODIFIERS for kind in kinds):
        return False
    former = [element in METALLOIDS or element == "P" for element in elements]
    anions = [atom for atom, element in enumerate(elements) if element in _BRIDGES]
    held = [sum(former[other] for other, _ in neighbours[atom]) for atom in anions]
    alone = all(former[other] or modifying[other] for atom in anions for other, _ in neighbours[atom])
    if not alone or not anions or held.count(1) + held.count(2) < _LARGE_SHARE * len(anions):
        return False
    if held.count(2) < _FEW_BRIDGES * len(anions):
        return False
    groups = connected_groups(neighbours, [None if one else 0 for one in modifying])
    return any(group.is_infinite for group in groups)


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
