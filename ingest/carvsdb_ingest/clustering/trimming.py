"""Trimming of guests and dangling groups: which atoms carry the net, without molecules and what hangs from it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from carvsdb.atoms.elements import HYDROGEN, METALLOIDS, is_metal
from carvsdb.atoms.formula import hill_formula
from carvsdb.errors import NoNetError
from carvsdb_ingest.clustering.cells import Graph
from carvsdb_ingest.clustering.groups import connected_groups


@dataclass(frozen=True, slots=True)
class Framework:
    """The atoms that carry the net.

    Attributes
    ----------
    members : set of int
        Atoms on closed paths: those of periodic components, without atoms that end in nothing.
    hanging : dict of int to int
        Atoms that hang from a member (hydrogen, terminal water), and from which.
    guests : dict of str to int
        Formulas of the finite components, and how many there are.
    periodicity : int
        In how many directions the components repeat that repeat in most.
    """

    members: set[int]
    hanging: dict[int, int]
    guests: dict[str, int]
    periodicity: int


def find_framework(graph: Graph, elements: tuple[str, ...]) -> Framework:
    """Remove molecules and, again and again, atoms with one neighbour.

    Raises
    ------
    NoNetError
        If no atoms are bonded, or nothing repeats.
    """
    if not any(graph):
        raise NoNetError("no two atoms are bonded", cause="no bonds", hint=_hint(elements))
    components = connected_groups(graph, [0] * len(graph))
    periodic = [component for component in components if component.is_infinite]
    if not periodic:
        sentence = f"all {len(components)} molecules are finite: nothing repeats along bonds"
        raise NoNetError(sentence, cause="0-periodic", hint=_hint(elements))
    guests = Counter(
        hill_formula(Counter(elements[atom] for atom in component.atoms))
        for component in components
        if not component.is_infinite
    )
    members = {atom for component in periodic for atom in component.atoms}
    degree = {atom: len(graph[atom]) for atom in members}
    hanging: dict[int, int] = {}
    queue = sorted(atom for atom in members if degree[atom] <= 1)
    for atom in queue:
        members.discard(atom)
        for other, _ in graph[atom]:
            if other in members:
                hanging[atom] = other
                degree[other] -= 1
                if degree[other] == 1:
                    queue.append(other)
    periodicity = max(component.periodicity for component in periodic)
    return Framework(members, hanging, dict(guests.most_common()), periodicity)


def note_of_guests(guests: Mapping[str, int]) -> list[str]:
    """Return the sentence on guests that were removed, by formula, or nothing if there were none."""
    named = ", ".join(f"{number} {formula}" for formula, number in guests.items())
    return [f"removed guests: {named}"] if named else []


def _hint(elements: tuple[str, ...]) -> str | None:
    """Say which bonds are not looked for unless they are asked for."""
    kinds = set(elements)
    if all(map(is_metal, kinds)):
        return "--bonds metal-metal bonds metals to each other, but no rule says which contacts of an alloy count"
    molecular = not any(is_metal(kind) or kind in METALLOIDS for kind in kinds)
    if kinds & {"O", "N", "F"} and (kinds & HYDROGEN or molecular):
        return "--bonds hydrogen joins molecules by their hydrogen bonds (ices, hydrogen-bonded frameworks)"
    return None
