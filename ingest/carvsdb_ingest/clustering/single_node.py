"""Single node: each metal cluster and each linker is one vertex."""

from carvsdb.atoms.elements import HALIDES, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.atom_classes import INORGANIC, ORGANIC, classify
from carvsdb_ingest.clustering.cells import HOME, Graph
from carvsdb_ingest.clustering.cluster_graph import ClusterGraph
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.groups import Group, connected_groups
from carvsdb_ingest.clustering.oxide_frameworks import find_oxide_framework
from carvsdb_ingest.clustering.paddle_wheels import join_paddle_wheels
from carvsdb_ingest.clustering.rods import SPLITTING, split_infinite
from carvsdb_ingest.clustering.trimming import find_framework
from carvsdb_ingest.clustering.vertices import net_of_clusters, sites_of_vertices

_UNITS = {1: "rods", 2: "sheets", 3: "frameworks"}


def single_node(structure: Structure, bonds: Bonds) -> Clustered:
    """Make one vertex of each metal cluster and of each linker.

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
    Finite components are guests, and so are cations in the cavities of an oxide framework (`find_oxide_framework`),
    whose T atoms are vertices. Atoms are inorganic or organic (`classify`); connected sets of either are clusters;
    the halves of paddle-wheels are joined; infinite inorganic units are split around their metals, which
    `Clustered.quality` says. Clusters of one O atom, and of one C or N atom between metals (formate, carbonate),
    become edges between their neighbours. Last, vertices of degree 0 and 1 are dropped, those of degree 2 become
    edges, until none is left.

    References
    ----------
    .. [1] Bonneau et al., Cryst. Growth Des. 18, 3411 (2018), doi:10.1021/acs.cgd.8b00126
    .. [2] Zoubritzky & Coudert, SciPost Chem. 1, 005 (2022), doi:10.21468/SciPostChem.1.2.005
    """
    oxide = find_oxide_framework(structure, bonds)
    elements, graph = structure.elements, oxide.bonds.neighbours(structure.n_atoms)
    framework = find_framework(graph, elements)
    class_of = classify(graph, elements, framework.members)
    quality: dict[int, int] = {}
    groups: list[Group] = []
    inorganic = connected_groups(graph, [kind if kind == INORGANIC else None for kind in class_of])
    with_carbon = not oxide.is_one and any(kind == ORGANIC for kind in class_of)
    for group in join_paddle_wheels(graph, elements, inorganic):
        if group.is_infinite:
            quality[group.periodicity] = quality.get(group.periodicity, 0) + 1
            groups.extend(split_infinite(graph, elements, group, all_nodes=not with_carbon))
        else:
            groups.append(group)
    n_inorganic = len(groups)
    infinite_organic = 0
    for group in connected_groups(graph, [kind if kind == ORGANIC else None for kind in class_of]):
        if group.is_infinite:
            infinite_organic += 1
            groups.extend(Group({atom: HOME}) for atom in group.atoms)
        else:
            groups.append(group)
    clusters = ClusterGraph(graph, groups)
    _bypass_single_atoms(clusters, groups, elements, graph, framework.members)
    _, bridging = clusters.simplify()
    sentences = [
        f"infinite {_UNITS[periodicity]}, split into vertices by {SPLITTING}: {number}"
        for periodicity, number in sorted(quality.items())
    ]
    if infinite_organic:
        sentences.append(f"infinite organic units, of which each atom is a vertex: {infinite_organic}")
    ions = [f"{number} {name}" for name, number in framework.guests.items() if is_metal(name) or name in HALIDES]
    if ions and not oxide.is_one:
        sentences.append(f"free ions, removed: {', '.join(ions)}")
    net, vertex_of = net_of_clusters(structure, clusters, groups)
    notes = []
    if framework.guests:
        removed = ", ".join(f"{number} {formula}" for formula, number in framework.guests.items())
        notes.append(f"removed guests: {removed}")
    contracted = sum(1 for vertex in bridging if vertex >= n_inorganic)
    if contracted:
        notes.append(f"linkers on two vertices, now edges: {contracted}")
    return Clustered(
        net, "single-node", sites_of_vertices(structure, framework, vertex_of), tuple(sentences), tuple(notes)
    )


def _bypass_single_atoms(
    clusters: ClusterGraph, groups: list[Group], elements: tuple[str, ...], graph: Graph, members: set[int]
) -> None:
    """Replace clusters of a single O, and of a single C or N without C or N neighbours, by edges."""
    alone = {vertex: next(iter(group.atoms)) for vertex, group in enumerate(groups) if len(group.atoms) == 1}
    oxygens = {vertex for vertex, atom in alone.items() if elements[atom] == "O"}
    for vertex in sorted(oxygens):
        if not any(other in oxygens for other, _ in clusters.neighbours[vertex]):
            clusters.bypass(vertex)
    for vertex, atom in sorted(alone.items()):
        if elements[atom] not in ("C", "N"):
            continue
        if any(elements[other] in ("C", "N") for other, _ in graph[atom] if other in members):
            continue
        if _neighbours_are_joined(clusters, vertex):
            clusters.drop(vertex)
        else:
            clusters.bypass(vertex)


def _neighbours_are_joined(clusters: ClusterGraph, vertex: int) -> bool:
    """Tell whether each neighbour of a vertex is joined to another one."""
    ends = sorted(clusters.neighbours[vertex])
    for first, here in ends:
        if not any(
            (second, (there[0] - here[0], there[1] - here[1], there[2] - here[2])) in clusters.neighbours[first]
            for second, there in ends
            if (second, there) != (first, here)
        ):
            return False
    return bool(ends)
