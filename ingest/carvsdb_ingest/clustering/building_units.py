"""The building units of a structure: what all clusterings of a framework share."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from carvsdb.atoms.elements import HALIDES, HYDROGEN, covalent_radius, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.atom_classes import INORGANIC, ORGANIC, classify
from carvsdb_ingest.clustering.bridged_metals import join_bridged_metals
from carvsdb_ingest.clustering.cells import HOME, Graph
from carvsdb_ingest.clustering.cluster_graph import ClusterGraph
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.extra_anions import extra_anions
from carvsdb_ingest.clustering.groups import Group, connected_groups
from carvsdb_ingest.clustering.organic_rings import organic_rings
from carvsdb_ingest.clustering.oxide_frameworks import OxideFramework, find_oxide_framework
from carvsdb_ingest.clustering.paddle_wheels import join_paddle_wheels
from carvsdb_ingest.clustering.rods import SPLITTING, separate_metals, split_infinite
from carvsdb_ingest.clustering.trimming import Framework, find_framework, note_of_guests
from carvsdb_ingest.clustering.vertices import net_of_clusters, sites_of_vertices, units_of_atoms

# Å beyond the sum of covalent radii: the longest metal-oxygen bond of the usual rule.
_USUAL = 0.4
_UNITS = {1: "rods", 2: "sheets", 3: "frameworks"}


class BuildingUnits:
    """The units of which the nets of a structure are made, each found once, however many clusterings ask.

    Parameters
    ----------
    structure : Structure
    bonds : Bonds
    counter_ions : dict of str to int, optional
        Alkali ions whose bonds were left out, by element.
    amines_on_metals : bool
        Whether the nitrogen of saturated rings (piperazine, hexamethylenetetramine) is part of the metals that it
        holds, and not of its linker.

    Attributes
    ----------
    bonds : Bonds
        Those that were given.
    graph : list of lists of (int, offset)
        The bonds of each atom, without those of cations in the cavities of an oxide framework.
    framework : Framework
        The atoms that carry the net.
    rings : list of Group
        Systems of planar rings.
    amines : frozenset of int
        Nitrogen atoms of saturated rings that hold metals.
    doubts : tuple of str
        What is to be said of each net that is made of the units.
    class_of : list
        Whether an atom is of an inorganic or an organic unit.

    Raises
    ------
    NoNetError
        If nothing is bonded, or nothing repeats.
    """

    def __init__(
        self,
        structure: Structure,
        bonds: Bonds,
        counter_ions: dict[str, int] | None = None,
        *,
        amines_on_metals: bool = False,
    ) -> None:
        self.structure = structure
        self.bonds = bonds
        self.counter_ions = counter_ions or {}
        self.elements = structure.elements
        self.oxide: OxideFramework = find_oxide_framework(structure, bonds)
        self.graph: Graph = self.oxide.bonds.neighbours(structure.n_atoms)
        self.framework: Framework = find_framework(self.graph, self.elements)
        rings = organic_rings(structure, self.graph, self.framework.members)
        self.rings = rings.planar
        self.amines = frozenset(
            atom
            for atom in rings.saturated
            if self.elements[atom] == "N" and any(is_metal(self.elements[other]) for other, _ in self.graph[atom])
        )
        on_rings = rings.atoms - self.amines if amines_on_metals else rings.atoms
        self.class_of = classify(self.graph, self.elements, self.framework.members, on_rings)
        self.doubts: tuple[str, ...] = ()

    def with_amines_on_metals(self) -> "BuildingUnits":
        """Return the units in which the nitrogen of saturated rings is part of the metals that it holds."""
        return BuildingUnits(self.structure, self.bonds, self.counter_ions, amines_on_metals=True)

    @cached_property
    def inorganic(self) -> list[Group]:
        """Each connected set of inorganic atoms; paddle-wheels are whole."""
        return join_paddle_wheels(self.graph, self.elements, connected_groups(self.graph, self._inorganic_kinds()))

    @cached_property
    def metal_clusters(self) -> "Parts":
        """Each connected set of inorganic atoms; what repeats for ever is split around its metals."""
        infinite: dict[int, int] = {}
        n_extra = 0
        groups: list[Group] = []
        with_carbon = not self.oxide.is_one and any(kind == ORGANIC for kind in self.class_of)
        joined = join_bridged_metals(self.structure, self.graph, self.inorganic, self.framework.members)
        for group in joined:
            if group.is_infinite:
                infinite[group.periodicity] = infinite.get(group.periodicity, 0) + 1
                extra = extra_anions(self.graph, self.elements, group.atoms)
                n_extra += len(extra)
                group = Group({atom: cell for atom, cell in group.atoms.items() if atom not in extra}, group.closing)
                groups.extend(split_infinite(self.graph, self.elements, group, all_nodes=not with_carbon))
            else:
                groups.append(group)
        sentences = [
            f"infinite {_UNITS[periodicity]}, split into vertices by {SPLITTING}: {number}"
            for periodicity, number in sorted(infinite.items())
        ]
        if n_extra:
            sentences.append(f"anions between metals that phosphates hold, left out: {n_extra}")
        return Parts(groups, tuple(sentences))

    @cached_property
    def metal_atoms(self) -> "Parts":
        """Each metal atom (and inorganic P) with what touches it alone; paddle-wheels stay together."""
        # Bonds between metals, and of an O that leans on the other half of a paddle-wheel, hold no units together.
        apart = _without_weak_bonds(self.oxide.bonds, self.elements)
        halves = connected_groups(apart, self._inorganic_kinds())
        whole = {frozenset(group.atoms) for group in halves}
        groups: list[Group] = []
        for group in join_paddle_wheels(apart, self.elements, halves):
            if frozenset(group.atoms) not in whole:
                groups.append(group)  # a paddle-wheel
            else:
                groups.extend(separate_metals(apart, self.elements, group))
        return Parts(groups, ())

    def _inorganic_kinds(self) -> list[int | None]:
        return [kind if kind == INORGANIC else None for kind in self.class_of]

    @cached_property
    def linkers(self) -> "Parts":
        """Each connected set of organic atoms; what repeats for ever (a COF) is left in its `organic_parts`."""
        whole = connected_groups(self.graph, [kind if kind == ORGANIC else None for kind in self.class_of])
        endless = [group for group in whole if group.is_infinite]
        if not endless:
            return Parts(whole)
        atoms = {atom for group in endless for atom in group.atoms}
        parts = self.organic_parts
        groups = [group for group in whole if not group.is_infinite]
        groups += [group for group in parts.groups if atoms.issuperset(group.atoms)]
        sentence = f"organic units that repeat for ever, left in their rings and branch points: {len(endless)}"
        return Parts(groups, (sentence, *parts.quality))

    @cached_property
    def organic_parts(self) -> "Parts":
        """Ring systems, points of extension, and what is left of linkers between them."""
        inorganic, ring, point, rest = None, 1, 2, 3
        kinds: list[int | None] = [inorganic if kind != ORGANIC else rest for kind in self.class_of]
        organic = {atom for atom in self.framework.members if self.class_of[atom] == ORGANIC}
        for system in self.rings:
            for atom in system.atoms:
                kinds[atom] = ring
        for atom in organic:
            if kinds[atom] == rest and any(self.class_of[other] == INORGANIC for other, _ in self.graph[atom]):
                kinds[atom] = point
        others = connected_groups(self.graph, [None if kind == ring else kind for kind in kinds])
        return _finite([*self.rings, *others])

    def net(self, clustering: str, inorganic: "Parts", organic: "Parts") -> Clustered:
        """Join units to a net.

        Clusters of one O atom, and of one C or N atom between metals, become edges between their neighbours; then
        vertices of degree 0 and 1 are dropped, and those of degree 2 become edges, until none is left.

        Raises
        ------
        NoNetError
            If no edge is left.
        """
        groups = [*inorganic.groups, *organic.groups]
        clusters = self.joined(groups)
        return self.finished(
            clustering, clusters, groups, len(inorganic.groups), (*inorganic.quality, *organic.quality)
        )

    def joined(self, groups: list[Group]) -> ClusterGraph:
        """Return the graph of units in which single atoms have become edges."""
        clusters = ClusterGraph(self.oxide.bonds.edges, groups)
        _bypass_single_atoms(clusters, groups, self.elements, self.graph, self.framework.members)
        return clusters

    def finished(
        self, clustering: str, clusters: ClusterGraph, groups: list[Group], n_inorganic: int, quality: tuple[str, ...]
    ) -> Clustered:
        """Simplify a graph of units and make a net of it, with what is to be said about it."""
        _, bridging = clusters.simplify()
        guests = self.framework.guests
        ions = [
            f"{number} {name}"
            for name, number in guests.items()
            if (is_metal(name) or name in HALIDES) and name not in self.counter_ions
        ]
        if self.counter_ions:
            named = ", ".join(f"{number} {name}" for name, number in self.counter_ions.items())
            quality = (*quality, f"alkali ions taken as guests, or inorganic units would be infinite: {named}")
        if ions and not self.oxide.is_one:
            quality = (*quality, f"free ions, removed: {', '.join(ions)}")
        quality = (*quality, *self.doubts)
        net, vertex_of = net_of_clusters(self.structure, clusters, groups)
        notes = note_of_guests(guests)
        contracted = sum(1 for vertex in bridging if vertex >= n_inorganic)
        if contracted:
            notes.append(f"linkers on two vertices, now edges: {contracted}")
        sites = sites_of_vertices(self.structure, self.framework, vertex_of)
        units, cells = units_of_atoms(self.graph, self.framework, groups)
        return Clustered(net, clustering, sites, units, cells, self.oxide.bonds, quality, tuple(notes))


def _without_weak_bonds(bonds: Bonds, elements: tuple[str, ...]) -> Graph:
    """Return the graph of bonds other than between metals, and of metals with what is farther than a usual bond."""
    rows, metal = bonds.edges, np.array([is_metal(element) for element in elements])
    radii = np.array([covalent_radius(element) for element in elements])
    src, dst = rows[:, 0], rows[:, 1]
    long = bonds.lengths > radii[src] + radii[dst] + _USUAL
    weak = (metal[src] & metal[dst]) | (long & (metal[src] | metal[dst]))
    return Bonds(rows[~weak], bonds.lengths[~weak], bonds.rule).neighbours(len(elements))


@dataclass(frozen=True, slots=True)
class Parts:
    """Units of one sort, and what is doubtful about them."""

    groups: list[Group]
    quality: tuple[str, ...] = ()


def _finite(groups: list[Group]) -> Parts:
    """Split what repeats for ever into its atoms."""
    found: list[Group] = []
    infinite = 0
    for group in groups:
        if group.is_infinite:
            infinite += 1
            found.extend(Group({atom: HOME}) for atom in group.atoms)
        else:
            found.append(group)
    sentence = f"infinite organic units, of which each atom is a vertex: {infinite}"
    return Parts(found, (sentence,) if infinite else ())


def _bypass_single_atoms(
    clusters: ClusterGraph, groups: list[Group], elements: tuple[str, ...], graph: Graph, members: set[int]
) -> None:
    """Replace clusters of a single O, and of a single C or N without C or N neighbours, by edges."""
    alone = {vertex: next(iter(group.atoms)) for vertex, group in enumerate(groups) if len(group.atoms) == 1}
    # A hydrogen bond joins its ends, so that the oxygens of water are vertices.
    for vertex, group in enumerate(groups):
        if all(elements[atom] in HYDROGEN for atom in group.atoms) and len(clusters.neighbours[vertex]) == 2:
            clusters.bypass(vertex)
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
