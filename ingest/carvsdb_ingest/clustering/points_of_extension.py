"""Points of extension: metal clusters as the polyhedra of what extends from them."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import is_metal
from carvsdb.errors import NoNetError
from carvsdb.net import components
from carvsdb_ingest.clustering.building_units import BuildingUnits
from carvsdb_ingest.clustering.cells import HOME, Offset, Place, minus
from carvsdb_ingest.clustering.cluster_graph import ClusterGraph
from carvsdb_ingest.clustering.clustered import Clustered
from carvsdb_ingest.clustering.groups import Group
from carvsdb_ingest.clustering.leading_elements import leading
from carvsdb_ingest.clustering.polyhedra import polyhedron_edges
from carvsdb_ingest.clustering.vertices import centres_of

Edge = tuple[int, int, Offset]
_SHORTER = 1.05


def points_of_extension(units: BuildingUnits) -> Clustered:
    """Replace each metal atom by the edges of the polyhedron of the organic parts around it.

    Raises
    ------
    NoNetError
        If no edge is left, or the net repeats in fewer directions than the structure.

    Notes
    -----
    The polyhedron is the convex hull of the centres of the parts, in Cartesian coordinates. A pair of corners that
    is no edge of the polyhedron of one metal is joined by none.

    References
    ----------
    .. [1] Bonneau et al., Cryst. Growth Des. 18, 3411 (2018), doi:10.1021/acs.cgd.8b00126
    """
    return _extend(units, "pe", shortest=False)


def shortest_points_of_extension(units: BuildingUnits) -> Clustered:
    """Do the same, but leave out what makes rods other than helices and ladders.

    A ring that only O atoms on its carbon hold to metals (phenolate) is no corner if its linker has two others; and of
    a triangle of edges between points of extension the longest goes, if it is more than 1.05 times as long as the
    others.

    Raises
    ------
    NoNetError
        If no edge is left, or the net repeats in fewer directions than the structure.

    References
    ----------
    .. [1] Rosi et al., J. Am. Chem. Soc. 127, 1504 (2005), doi:10.1021/ja045123o
    """
    return _extend(units, "pe-shortest", shortest=True)


def _extend(units: BuildingUnits, clustering: str, shortest: bool) -> Clustered:
    inorganic, organic = units.metal_atoms, units.organic_parts
    groups = [*inorganic.groups, *organic.groups]
    clusters = units.joined(groups)
    metallic = _metallic(clusters, groups, units.elements)
    _contract_inner(clusters, metallic)
    metallic &= {vertex for vertex in clusters.neighbours if not _only_metals(clusters, vertex, metallic)}
    centres = centres_of(groups, units.structure.positions) @ units.structure.cell
    left_out = _side_rings(units, clusters, groups, metallic) if shortest else set()
    edges, apart = _polyhedra(clusters, metallic, centres, units.structure.cell, left_out)
    for vertex in sorted(metallic):
        clusters.drop(vertex)
    kept = {edge for edge in edges if edge not in apart}
    for first, second, offset in kept:
        clusters.add(first, second, offset)
    if shortest:
        _drop_longest(clusters, kept, centres, units.structure.cell)
    quality = (*inorganic.quality, *organic.quality)
    clustered = units.finished(clustering, clusters, groups, len(inorganic.groups), quality)
    found = max((part.periodicity for part in components(clustered.net)), default=0)
    if found < units.framework.periodicity:
        raise NoNetError(
            f"the points of extension make a net that repeats in {found} directions, the structure in "
            f"{units.framework.periodicity}",
            cause="0-periodic" if not found else "less periodic",
        )
    return clustered


def _metallic(clusters: ClusterGraph, groups: list[Group], elements: tuple[str, ...]) -> set[int]:
    """Return the units that are led by a metal, and those without carbon next to such (sulfate)."""
    leaders = {vertex: leading(groups[vertex], elements) for vertex in clusters.neighbours}
    metals = {vertex for vertex, symbol in leaders.items() if is_metal(symbol)}
    beside = {
        vertex
        for vertex, symbol in leaders.items()
        if symbol != "C"
        and not any(elements[atom] == "C" for atom in groups[vertex].atoms)
        and any(other in metals for other, _ in clusters.neighbours[vertex])
    }
    return metals | beside


def _only_metals(clusters: ClusterGraph, vertex: int, metallic: set[int]) -> bool:
    return all(other in metallic for other, _ in clusters.neighbours[vertex])


def _contract_inner(clusters: ClusterGraph, metallic: set[int]) -> None:
    """Replace metallic units among metallic units by edges between these; of adjacent ones the whole part stays."""
    inner = {
        vertex for vertex in metallic if vertex in clusters.neighbours and _only_metals(clusters, vertex, metallic)
    }
    for vertex in sorted(inner):
        if any(other in inner for other, _ in clusters.neighbours[vertex]):
            part, queue = {vertex}, [vertex]
            for one in queue:
                for other, _ in clusters.neighbours[one]:
                    if other in metallic and other not in part:
                        part.add(other)
                        queue.append(other)
            metallic -= part
        elif vertex in metallic:
            clusters.bypass(vertex)
            metallic.discard(vertex)


def _edge(first: Place, second: Place) -> Edge:
    """Return an edge in one form, whichever end it is seen from."""
    (one, here), (two, there) = first, second
    forward, backward = (one, two, minus(there, here)), (two, one, minus(here, there))
    return min(forward, backward)


def _polyhedra(
    clusters: ClusterGraph,
    metallic: set[int],
    centres: NDArray[np.float64],
    cell: NDArray[np.float64],
    left_out: set[int],
) -> tuple[set[Edge], set[Edge]]:
    """Return the pairs of corners that are edges of some polyhedron, and those that are none of one."""
    edges: set[Edge] = set()
    apart: set[Edge] = set()
    for vertex in sorted(metallic):
        corners = sorted(
            (other, offset)
            for other, offset in clusters.neighbours[vertex]
            if other not in metallic and other not in left_out
        )
        if len(corners) < 2:
            continue
        places = np.array([centres[other] + np.array(offset) @ cell for other, offset in corners])
        joined = polyhedron_edges(places)
        for i, j in combinations(range(len(corners)), 2):
            edge = _edge(corners[i], corners[j])
            (edges if (i, j) in joined else apart).add(edge)
    return edges, apart


def _side_rings(units: BuildingUnits, clusters: ClusterGraph, groups: list[Group], metallic: set[int]) -> set[int]:
    """Return the rings that O atoms alone hold to metals, in linkers with two other corners."""
    n_inorganic = len(units.metal_atoms.groups)
    inorganic_atoms = {atom for group in units.metal_atoms.groups for atom in group.atoms}
    corners = {
        vertex
        for vertex in range(n_inorganic, len(groups))
        if vertex in clusters.neighbours and any(other in metallic for other, _ in clusters.neighbours[vertex])
    }
    found = set()
    for vertex in sorted(corners):
        if len(groups[vertex].atoms) < 5:
            continue
        held = {
            units.elements[other]
            for atom in groups[vertex].atoms
            for other, _ in units.graph[atom]
            if other in inorganic_atoms
        }
        if held != {"O"}:
            continue
        linker, queue = {vertex}, [vertex]
        for one in queue:
            for other, _ in clusters.neighbours[one]:
                if other >= n_inorganic and other not in linker:
                    linker.add(other)
                    queue.append(other)
        if len((linker & corners) - {vertex}) >= 2:
            found.add(vertex)
    return found


def _drop_longest(
    clusters: ClusterGraph,
    edges: set[Edge],
    centres: NDArray[np.float64],
    cell: NDArray[np.float64],
) -> None:
    """Take away the longest edge of each triangle in which it is clearly the longest."""

    def length(edge: Edge) -> float:
        first, second, offset = edge
        return float(np.linalg.norm(centres[second] + np.array(offset) @ cell - centres[first]))

    around: dict[int, set[Place]] = {}
    for first, second, offset in edges:
        around.setdefault(first, set()).add((second, offset))
        around.setdefault(second, set()).add((first, minus(HOME, offset)))
    lengths = {edge: length(edge) for edge in edges}
    gone = set()
    for first, second, offset in sorted(edges):
        for third, there in around[first]:
            one = _edge((first, HOME), (third, there))
            two = _edge((second, offset), (third, there))
            if two not in lengths or (third, there) == (second, offset):
                continue
            if lengths[first, second, offset] > _SHORTER * max(lengths[one], lengths[two]):
                gone.add((first, second, offset))
    for first, second, offset in gone:
        clusters.neighbours[first].discard((second, offset))
        clusters.neighbours[second].discard((first, minus(HOME, offset)))
