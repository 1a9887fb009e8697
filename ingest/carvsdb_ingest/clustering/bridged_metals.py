"""Clusters of metals that short bridges hold together: dimers, rings and chains of paddle-wheels' kin."""

import numpy as np

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, minus, plus
from carvsdb_ingest.clustering.groups import Group, connected_groups
from carvsdb_ingest.clustering.vertices import together

_DONORS = frozenset({"O", "S", "N"})
_FEWEST_BRIDGES = 2
_FARTHEST = 4.3
"""Å between two metals: those of paddle-wheels are 2.6 to 3.1 apart, of bis-bidentate dimers up to 4.3."""

Place = tuple[int, Offset]


def join_bridged_metals(structure: Structure, graph: Graph, groups: list[Group], members: set[int]) -> list[Group]:
    """Join finite clusters whose metals share two or more bridges donor-carbon-donor at 4.3 Å or less.

    Parameters
    ----------
    structure : Structure
    graph : list of lists of (int, offset)
    groups : list of Group
        Inorganic clusters.
    members : set of int
        Atoms that carry the net.

    Returns
    -------
    list of Group
        What was joined stands where its first cluster stood.

    Notes
    -----
    Donors are O, S and N, of carboxylates, carbamates and amidinates as of adeninate (N-C-N of its ring). A joined
    cluster that would repeat for ever is not joined: its metals are a chain of dimers, not a cluster.
    """
    home = {
        atom: (number, cell)
        for number, group in enumerate(groups)
        if not group.is_infinite
        for atom, cell in group.atoms.items()
    }
    links: Graph = [[] for _ in groups]
    for metal in sorted(atom for atom in home if is_metal(structure.elements[atom])):
        for other, offset in _partners(structure, graph, metal, members):
            if other in home:
                (first, here), (second, there) = home[metal], home[other]
                links[first].append((second, minus(plus(here, offset), there)))
    found = []
    for joined in connected_groups(links, [0] * len(groups)):
        if joined.is_infinite:
            found += [(number, groups[number]) for number in joined.atoms]
        elif len(joined.atoms) > 1:
            found.append((min(joined.atoms), together(groups, joined)))
        else:
            (number,) = joined.atoms
            found.append((number, groups[number]))
    return [group for _, group in sorted(found, key=lambda one: one[0])]


def _partners(structure: Structure, graph: Graph, metal: int, members: set[int]) -> list[Place]:
    """Return the metals that enough bridges join to one of cell 0."""
    bridges: dict[Place, set[Place]] = {}
    for donor, offset in graph[metal]:
        if structure.elements[donor] not in _DONORS or donor not in members:
            continue
        for carbon, step in graph[donor]:
            if structure.elements[carbon] != "C" or carbon not in members:
                continue
            middle = plus(offset, step)
            for other, back in graph[carbon]:
                far = plus(middle, back)
                if structure.elements[other] not in _DONORS or (other, far) == (donor, offset):
                    continue
                for end, last in graph[other]:
                    place = (end, plus(far, last))
                    if is_metal(structure.elements[end]) and place != (metal, HOME):
                        bridges.setdefault(place, set()).add((carbon, middle))
    return [
        place
        for place, carbons in sorted(bridges.items())
        if len(carbons) >= _FEWEST_BRIDGES and _distance(structure, metal, place) <= _FARTHEST
    ]


def _distance(structure: Structure, atom: int, place: Place) -> float:
    other, offset = place
    apart = (structure.positions[other] + np.array(offset) - structure.positions[atom]) @ structure.cell
    return float(np.linalg.norm(apart))
