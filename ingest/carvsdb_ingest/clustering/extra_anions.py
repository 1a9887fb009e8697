"""Anions that join T atoms beside the phosphates of a zeolite, and are no edges of it."""

from collections.abc import Iterable

from carvsdb.atoms.elements import HYDROGEN, is_metal
from carvsdb_ingest.clustering.cells import Graph

_CENTRES = frozenset({"P", "As"})
_ANIONS = frozenset({"O", "F", "Cl"})
_T_ATOM = 4


def extra_anions(graph: Graph, elements: tuple[str, ...], atoms: Iterable[int]) -> set[int]:
    """Return the O, OH, F and Cl of a phosphate or arsenate that join nothing but metals on four phosphates each.

    Parameters
    ----------
    graph : list of lists of (int, offset)
    elements : tuple of str
    atoms : iterable of int
        Which atoms to look at.

    Notes
    -----
    A metal on four phosphates is a T atom, and what joins it to others beside these is no edge of the net: AlPO-21 is
    AWO, whatever OH there is between its Al. Where metals need their O to be held, as in clusters of molybdenum or
    vanadium, all of it stays, and so it does in phosphonates, which make rods of metals and O.
    """
    if not _CENTRES & set(elements):
        return set()

    def is_phosphate(atom: int) -> bool:
        return elements[atom] in _CENTRES and not any(elements[other] == "C" for other, _ in graph[atom])

    def n_phosphates(metal: int) -> int:
        return sum(
            elements[other] == "O" and any(is_phosphate(far) for far, _ in graph[other]) for other, _ in graph[metal]
        )

    found = set()
    for atom in atoms:
        if elements[atom] not in _ANIONS:
            continue
        around = [other for other, _ in graph[atom] if elements[other] not in HYDROGEN]
        if len(around) > 1 and all(is_metal(elements[one]) and n_phosphates(one) >= _T_ATOM for one in around):
            found.add(atom)
    return found
