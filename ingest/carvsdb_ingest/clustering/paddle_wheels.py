"""Paddle-wheels: two metals held together by nothing but bridging groups."""

from carvsdb.atoms.elements import METALLOIDS, is_metal
from carvsdb_ingest.clustering.cells import Graph, Offset, minus, plus
from carvsdb_ingest.clustering.groups import Group

_SIZES = range(4, 7)
_FEWEST_BRIDGES = 2


def join_paddle_wheels(graph: Graph, elements: tuple[str, ...], groups: list[Group]) -> list[Group]:
    """Join pairs of one-metal clusters that bridges of one carbon hold together twice or more.

    Parameters
    ----------
    graph : list of lists of (int, offset)
    elements : tuple of str
    groups : list of Group
        Inorganic clusters.

    Notes
    -----
    The half of a paddle-wheel is a cluster of one metal and 3 to 5 non-metals. Its donors, the atoms of its most
    frequent non-metal, are bonded to carbon only, and the carbons lead to one other half with the same metal.
    """
    where: dict[int, tuple[int, Offset]] = {}
    for number, group in enumerate(groups):
        for atom, cell in group.atoms.items():
            where[atom] = (number, cell)
    halves = {}
    for number, group in enumerate(groups):
        half = _half(group, elements)
        if half is not None:
            halves[number] = half
    partner: dict[int, tuple[int, Offset]] = {}
    for number in halves:
        found = _opposite(number, graph, elements, groups, halves, where)
        if found is not None:
            partner[number] = found
    joined, gone = [], set()
    for number, group in enumerate(groups):
        if number in gone:
            continue
        if number in partner:
            other, offset = partner[number]
            if partner.get(other, (-1, offset)) == (number, minus((0, 0, 0), offset)) and other != number:
                group = Group(group.atoms | groups[other].moved(offset))
                gone.add(other)
        joined.append(group)
    return joined


def _half(group: Group, elements: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the metal and the donor element of what may be half a paddle-wheel."""
    if group.is_infinite or len(group.atoms) not in _SIZES:
        return None
    metals: list[str] = []
    others: dict[str, int] = {}
    odd = False
    for atom in group.atoms:
        element = elements[atom]
        if is_metal(element):
            metals.append(element)
        elif element in METALLOIDS:
            odd = True
        else:
            others[element] = others.get(element, 0) + 1
    if len(metals) != 1 or not 1 <= len(others) <= 2 or (odd and len(others) == 2):
        return None
    ordered = sorted(others, key=lambda element: (-others[element], element))
    if len(ordered) == 2 and others[ordered[0]] == others[ordered[1]]:
        return None
    if len(group.atoms) == 6 and not (odd or len(ordered) == 2):
        return None
    return metals[0], ordered[0]


def _opposite(
    number: int,
    graph: Graph,
    elements: tuple[str, ...],
    groups: list[Group],
    halves: dict[int, tuple[str, str]],
    where: dict[int, tuple[int, Offset]],
) -> tuple[int, Offset] | None:
    metal, donor = halves[number]
    found: tuple[int, Offset] | None = None
    bridges = 0
    for atom, cell in groups[number].atoms.items():
        if elements[atom] != donor:
            continue
        bridged = False
        for carbon, offset in graph[atom]:
            if where.get(carbon, (-1, cell))[0] == number:
                continue
            if elements[carbon] != "C":
                return None
            for other, step in graph[carbon]:
                if elements[other] != donor or other not in where:
                    continue
                candidate, inside = where[other]
                there = minus(plus(plus(cell, offset), step), inside)
                if (candidate, there) == (number, (0, 0, 0)) or halves.get(candidate, ("", ""))[0] != metal:
                    continue
                if found is None:
                    found = (candidate, there)
                elif found != (candidate, there):
                    return None
                bridged = True
        bridges += bridged
    return found if bridges >= _FEWEST_BRIDGES else None
