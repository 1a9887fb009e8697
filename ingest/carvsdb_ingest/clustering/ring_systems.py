"""Fused rings of atoms: what of an organic framework is rigid."""

from carvsdb.atoms.elements import is_metal
from carvsdb_ingest.clustering.cells import HOME, Graph, minus
from carvsdb_ingest.clustering.groups import Group, connected_groups
from carvsdb_ingest.clustering.small_rings import shortest_rings

LARGEST_RING = 7
_FEWEST_CORNERS = 3


def ring_systems(graph: Graph, elements: tuple[str, ...], members: set[int]) -> list[Group]:
    """Find the sets of rings of at most 7 non-metals that share atoms.

    Notes
    -----
    Porphyrins and phthalocyanines are one system, too: rings that single C or N atoms, each next to a ring carbon that
    is bonded to a nitrogen of its ring, join in a finite circle.
    """
    inside = {atom for atom in members if not is_metal(elements[atom])}
    rings = _ring_bonds(graph, inside)
    systems = connected_groups(rings, [0] * len(graph), {atom for atom in inside if rings[atom]})
    system_of = {atom: number for number, system in enumerate(systems) for atom in system.atoms}
    joined: Graph = [list(ends) for ends in rings]
    bridges = []
    for atom in sorted(inside - set(system_of)):
        corners = [
            (other, offset)
            for other, offset in graph[atom]
            if other in system_of and elements[other] == "C" and _holds_nitrogen(rings, elements, other)
        ]
        if elements[atom] in ("C", "N") and len(corners) == 2:
            bridges.append(atom)
            for other, offset in corners:
                joined[atom].append((other, offset))
                joined[other].append((atom, minus(HOME, offset)))
    bridging = set(bridges)
    found = []
    for group in connected_groups(joined, [0] * len(graph), set(system_of) | bridging):
        numbers = {system_of[atom] for atom in group.atoms if atom in system_of}
        closed = len(numbers) >= _FEWEST_CORNERS and len(bridging & set(group.atoms)) >= len(numbers)
        if closed and not group.is_infinite:
            found.append(group)
        else:
            found.extend(systems[number] for number in sorted(numbers))
    return found


def _holds_nitrogen(rings: Graph, elements: tuple[str, ...], atom: int) -> bool:
    return any(elements[other] == "N" for other, _ in rings[atom])


def _ring_bonds(graph: Graph, inside: set[int]) -> Graph:
    """Return the bonds that lie on a ring of at most 7 atoms."""
    found: Graph = [[] for _ in graph]
    for atom in sorted(inside):
        for other, offset in graph[atom]:
            if (
                other in inside
                and (atom, HOME) < (other, offset)
                and shortest_rings(graph, inside, atom, (other, offset), LARGEST_RING)
            ):
                found[atom].append((other, offset))
                found[other].append((atom, minus(HOME, offset)))
    return found
