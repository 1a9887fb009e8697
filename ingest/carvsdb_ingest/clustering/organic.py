"""The clustering *organic* of frameworks without metals: rings and branch points."""

from carvsdb.atoms.elements import HYDROGEN, METALLOIDS, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.cells import HOME, Graph
from carvsdb_ingest.clustering.cluster_graph import ClusterGraph
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.groups import Group, connected_groups
from carvsdb_ingest.clustering.ring_systems import ring_systems
from carvsdb_ingest.clustering.trimming import find_framework, note_of_guests
from carvsdb_ingest.clustering.vertices import net_of_clusters, sites_of_vertices, units_of_atoms

_FEWEST_AZOLATES = 3


def carbon_framework(structure: Structure, bonds: Bonds) -> str | None:
    """Tell which clustering suits a framework that carbon holds together, None if carbon does not.

    ``organic`` if molecules, bonded to each other, make it: then it repeats without its metals, which hold on to one
    ring system each, some ring system is finite, and no boron or silicon holds azolates only. ``atoms`` if no metal is
    bonded and half of its atoms or more are in rings that repeat for ever (diamond, graphite, amorphous carbon).
    """
    elements, graph = structure.elements, bonds.neighbours(structure.n_atoms)
    if "C" not in elements or not any(graph):
        return None
    metal = [is_metal(element) for element in elements]
    bare = connected_groups(graph, [None if one else 0 for one in metal])
    members = {atom for group in bare if group.is_infinite for atom in group.atoms}
    if not any(elements[atom] == "C" for atom in members) or _holds_azolates(graph, elements, members):
        return None
    systems = ring_systems(graph, elements, members)
    endless = sum(len(system.atoms) for system in systems if system.is_infinite)
    heavy = sum(elements[atom] not in HYDROGEN for atom in members)
    if 2 * endless >= heavy and not any(ends for ends, one in zip(graph, metal, strict=True) if one):
        return "atoms"
    if all(system.is_infinite for system in systems):
        return None
    system_of = {atom: number for number, system in enumerate(systems) for atom in system.atoms}
    held = (
        len({system_of.get(other, -1 - other) for other, _ in graph[atom] if other in members}) <= 1
        for atom, one in enumerate(metal)
        if one
    )
    return "organic" if all(held) else None


def _holds_azolates(graph: Graph, elements: tuple[str, ...], members: set[int]) -> bool:
    return any(
        elements[atom] in METALLOIDS
        and len(graph[atom]) >= _FEWEST_AZOLATES
        and all(elements[other] == "N" for other, _ in graph[atom])
        for atom in members
    )


def organic(structure: Structure, bonds: Bonds) -> Clustered:
    """Make one vertex of each ring system and of each set of other atoms that branches.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds

    Raises
    ------
    NoNetError
        If nothing is bonded, or nothing repeats.

    Notes
    -----
    Finite components are guests, and atoms that end in nothing are left out, as in `single_node`. Rings of at most
    7 atoms that share atoms are one cluster (triazine, boroxine, triphenylene with its boronate rings, pyrene,
    porphyrin). Atoms on no ring that are bonded to each other are one cluster (the carbon of tetraphenylmethane, C=C of
    tetraphenylethylene, an imine). Each metal atom is a cluster of its own. Clusters on two others become edges
    (phenylene, imine). Those that repeat for ever are atoms, each a vertex, which `Clustered.quality` says.

    References
    ----------
    .. [1] Côté et al., Science 310, 1166 (2005), doi:10.1126/science.1120411 (COF-1, COF-5)
    """
    elements, graph = structure.elements, bonds.neighbours(structure.n_atoms)
    framework = find_framework(graph, elements)
    metals = {atom for atom in framework.members if is_metal(elements[atom])}
    systems = ring_systems(graph, elements, framework.members)
    on_rings = {atom for system in systems for atom in system.atoms}
    chains = connected_groups(graph, [0] * len(graph), framework.members - on_rings - metals)
    groups: list[Group] = [Group({atom: HOME}) for atom in sorted(metals)]
    infinite = 0
    for group in (*systems, *chains):
        if group.is_infinite:
            infinite += 1
            groups.extend(Group({atom: HOME}) for atom in group.atoms)
        else:
            groups.append(group)
    clusters = ClusterGraph(bonds.edges, groups)
    _, bridging = clusters.simplify()
    net, vertex_of = net_of_clusters(structure, clusters, groups)
    quality = (f"infinite organic units, of which each atom is a vertex: {infinite}",) if infinite else ()
    notes = note_of_guests(framework.guests)
    if bridging:
        notes.append(f"units on two vertices, now edges: {len(bridging)}")
    sites = sites_of_vertices(structure, framework, vertex_of)
    units, cells = units_of_atoms(graph, framework, groups)
    return Clustered(net, "organic", sites, units, cells, bonds, quality, tuple(notes))
