"""Clusters of metals that short bridges hold together: dimers, triangles and rings of four."""

from itertools import product

import numpy as np

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.clustering.cells import HOME, Graph, Place, minus, plus
from carvsdb_ingest.clustering.groups import Group, connected_groups
from carvsdb_ingest.clustering.vertices import together

_DONORS = frozenset({"O", "S", "N"})
_FARTHEST = 4.3
"""Å between two metals: those of paddle-wheels are 2.6 to 3.1 apart, of dimers with two bridges up to 4.3."""

Bridges = dict[Place, set[Place]]


def join_bridged_metals(structure: Structure, graph: Graph, groups: list[Group], members: set[int]) -> list[Group]:
    """Join finite clusters whose metals are on a ring of two to four bridges donor-carbon-donor of 4.3 Å or less.

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
    Two metals with two bridges are a ring of two, Cu4(O2CR)4 is one of four; each bridge of a ring has a carbon of its
    own, so that a carbonate alone makes none. Donors are O, S and N, of carboxylates, carbamates and amidinates as of
    adeninate (N-C-N of its ring). A cluster that would repeat for ever is not joined: its metals are a chain of
    dimers.
    """
    home = {
        atom: (number, cell)
        for number, group in enumerate(groups)
        if not group.is_infinite
        for atom, cell in group.atoms.items()
    }
    metals = sorted(atom for atom in home if is_metal(structure.elements[atom]))
    bridges = {metal: _bridges(structure, graph, metal, members) for metal in metals}
    links: Graph = [[] for _ in groups]
    for metal in metals:
        first, here = home[metal]
        for other, offset in sorted(bridges[metal]):
            if other in home and _is_on_ring(bridges, metal, (other, offset)):
                second, there = home[other]
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


def _bridges(structure: Structure, graph: Graph, metal: int, members: set[int]) -> Bridges:
    """Return the metals near one of cell 0 to which bridges lead, with the carbons of these."""
    found: Bridges = {}
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
                        found.setdefault(place, set()).add((carbon, middle))
    return {place: carbons for place, carbons in found.items() if _distance(structure, metal, place) <= _FARTHEST}


def _is_on_ring(bridges: dict[int, Bridges], metal: int, place: Place) -> bool:
    """Tell whether a bridged pair is on a ring of two, three or four metals, each bridge by another carbon."""
    start = (metal, HOME)
    direct = bridges[metal][place]
    if len(direct) > 1:
        return True
    back = _around(bridges, place)
    for second, one in bridges[metal].items():
        if second == place:
            continue
        if second in back and _differ(direct, one, back[second]):
            return True
        for third, two in _around(bridges, second).items():
            if third not in (start, place) and third in back and _differ(direct, one, two, back[third]):
                return True
    return False


def _around(bridges: dict[int, Bridges], place: Place) -> Bridges:
    """Return the bridges of a metal in any cell."""
    metal, cell = place
    return {
        (other, plus(cell, offset)): {(carbon, plus(cell, there)) for carbon, there in carbons}
        for (other, offset), carbons in bridges.get(metal, {}).items()
    }


def _differ(*carbons: set[Place]) -> bool:
    """Tell whether each bridge can have a carbon of its own."""
    return any(len(set(chosen)) == len(chosen) for chosen in product(*carbons))


def _distance(structure: Structure, atom: int, place: Place) -> float:
    other, offset = place
    apart = (structure.positions[other] + np.array(offset) - structure.positions[atom]) @ structure.cell
    return float(np.linalg.norm(apart))
