"""The element that a building unit is named by."""

from collections import Counter
from collections.abc import Callable

from carvsdb.atoms.elements import METALLOIDS, is_metal
from carvsdb_ingest.clustering.groups import Group


def is_metallic(symbol: str) -> bool:
    """Tell whether units led by an element stay apart from linkers: metals, P and S."""
    return is_metal(symbol) or symbol in ("P", "S")


def leading(group: Group, elements: tuple[str, ...]) -> str:
    """Return the element that a unit is named by: C, else a metal or metalloid, else P, else S, else any."""
    inside = Counter(elements[atom] for atom in group.atoms)
    tests: tuple[Callable[[str], bool], ...] = (
        lambda symbol: symbol == "C",
        is_metal,
        lambda symbol: symbol in METALLOIDS,
        lambda symbol: symbol == "P",
        lambda symbol: symbol == "S",
    )
    for test in tests:
        for symbol in sorted(inside):
            if test(symbol):
                return symbol
    return min(inside)
