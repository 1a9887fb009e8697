"""Splitting infinite building units: rods, sheets and inorganic frameworks become finite vertices."""

from carvsdb.atoms.elements import METALLOIDS, is_metal
from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, minus, plus
from carvsdb_ingest.clustering.groups import Group, connected_groups

SPLITTING = "metal-atoms-1"
"""Name and version of the splitting, as `quality` says it."""


def split_infinite(graph: Graph, elements: tuple[str, ...], group: Group, all_nodes: bool) -> list[Group]:
    """Split an infinite inorganic unit around its metal atoms.

    Parameters
    ----------
    graph : list of lists of (int, offset)
    elements : tuple of str
    group : Group
    all_nodes : bool
        Centre vertices on metalloids too, as in a structure without carbon; else only where there is no metal.

    Notes
    -----
    Each metal atom (and P) is a vertex. The rest falls apart: what touches one metal only belongs to it; sets of
    atoms between the same metals are one vertex, but a single O between metals stays by itself, since it will be
    replaced by edges. Without metals, metalloids are the centres; without these, the rarest element.
    """
    return _around(graph, elements, group, _centres(elements, group, all_nodes), join=True)


def separate_metals(graph: Graph, elements: tuple[str, ...], group: Group) -> list[Group]:
    """Take an inorganic unit apart into its metal (and P) atoms, each with what touches it alone.

    Sets of other atoms between several metals are units of their own, single O atoms among them. A unit without metals
    stays as it is, if it is finite.
    """
    centres = sorted(atom for atom in group.atoms if is_metal(elements[atom]) or elements[atom] == "P")
    if not centres:
        return split_infinite(graph, elements, group, all_nodes=False) if group.is_infinite else [group]
    return _around(graph, elements, group, centres, join=False)


def _around(graph: Graph, elements: tuple[str, ...], group: Group, centres: list[int], *, join: bool) -> list[Group]:
    """Make units of centres and of what lies between them; `join` those between the same centres."""
    found = [Group({atom: HOME}) for atom in centres]
    number = {atom: index for index, atom in enumerate(centres)}
    between: dict[frozenset[tuple[int, Offset]], int] = {}
    for part in connected_groups(graph, [0] * len(graph), [atom for atom in group.atoms if atom not in number]):
        touched = {
            (number[other], plus(cell, offset))
            for atom, cell in part.atoms.items()
            for other, offset in graph[atom]
            if other in number
        }
        if part.is_infinite:
            found.extend(Group({atom: HOME}) for atom in part.atoms)
        elif len(touched) == 1:
            (centre, offset) = next(iter(touched))
            found[centre].atoms.update(part.moved(minus(HOME, offset)))
        elif not join or (len(part.atoms) == 1 and elements[next(iter(part.atoms))] == "O"):
            found.append(part)
        else:
            _join(found, between, part, touched)
    return found


def _join(
    found: list[Group],
    between: dict[frozenset[tuple[int, Offset]], int],
    part: Group,
    touched: set[tuple[int, Offset]],
) -> None:
    """Add a part to the vertex between the same metals, if there is one."""
    base = min(touched, default=(0, HOME))[1]
    frame = frozenset((centre, minus(offset, base)) for centre, offset in touched)
    moved = part.moved(minus(HOME, base))
    if frame in between:
        found[between[frame]].atoms.update(moved)
    else:
        between[frame] = len(found)
        found.append(Group(moved))


def _centres(elements: tuple[str, ...], group: Group, all_nodes: bool) -> list[int]:
    atoms = sorted(group.atoms)
    metals = [atom for atom in atoms if is_metal(elements[atom]) or elements[atom] == "P"]
    metalloids = [atom for atom in atoms if elements[atom] in METALLOIDS]
    if all_nodes and (metals or metalloids):
        return sorted(metals + metalloids)
    if metals:
        return metals
    if metalloids:
        return metalloids
    numbers: dict[str, int] = {}
    for atom in atoms:
        numbers[elements[atom]] = numbers.get(elements[atom], 0) + 1
    fewest = min(numbers.values())
    return [atom for atom in atoms if numbers[elements[atom]] == fewest]
