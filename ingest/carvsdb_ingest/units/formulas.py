"""Formulas of units: ``Zn4O(CO2)6`` for a metal cluster, Hill order for all else."""

from collections import Counter

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.formula import hill_formula
from carvsdb_ingest.clustering.groups import connected_groups
from carvsdb_ingest.units.contacts import GUEST, TERMINAL, Contacts

_USUAL = {"HO": "OH", "DO": "OD"}


def composition(elements: tuple[str, ...], atoms: list[int]) -> str:
    """Return the formula of some atoms in Hill order; hydroxide is ``OH``."""
    formula = hill_formula(Counter(elements[atom] for atom in atoms))
    return _USUAL.get(formula, formula)


def cluster_formula(contacts: Contacts, unit: int) -> str:
    """Write a metal cluster (or another unit without carbon) with what it is made of and what holds it.

    First its metals, then its own O, OH, H2O ... , then in brackets the ends of linkers around it, which are atoms of
    these, and terminal molecules: ``Zn4O(CO2)6``, ``Zr6O4(OH)4(CO2)12``, ``Cu2(CO2)4(H2O)2``, ``ZnN4``.
    """
    parts, elements = contacts.parts, contacts.elements
    own = parts.atoms[unit]
    metals = Counter(elements[atom] for atom in own if is_metal(elements[atom]))
    rest = [atom for atom in own if not is_metal(elements[atom])]
    pieces = connected_groups(parts.graph, contacts.one_class, rest)
    core = Counter(composition(elements, list(piece.atoms)) for piece in pieces)
    around: Counter[str] = Counter()
    if contacts.roles[unit] != GUEST:
        terminal = {(one.unit, one.cell) for one in contacts.of_unit[unit] if contacts.roles[one.unit] == TERMINAL}
        around.update(composition(elements, parts.atoms[other]) for other, _ in terminal)
        for head, cell in contacts.points(unit, own=False):
            other = parts.unit_of[head]
            if (other, cell) not in terminal:
                around[_end(contacts, head)] += 1
    written = "".join(f"{symbol}{_number(number)}" for symbol, number in sorted(metals.items()))
    for counts in (core, around):
        for text, number in sorted(counts.items(), key=lambda item: (_order(item[0]), item[0])):
            written += f"{text}{_number(number)}" if _is_symbol(text) else f"({text}){_number(number)}"
    return written


def _end(contacts: Contacts, head: int) -> str:
    """Write the end of a linker, or a whole bridge without carbon (OH)."""
    parts, elements = contacts.parts, contacts.elements
    bridge = parts.atoms[parts.unit_of[head]]
    if not any(elements[atom] == "C" or is_metal(elements[atom]) for atom in bridge) and len(bridge) > 1:
        return composition(elements, bridge)
    return contacts.group(head)


def _is_symbol(text: str) -> bool:
    return text.isalpha() and sum(letter.isupper() for letter in text) == 1


def _order(text: str) -> bool:
    return not _is_symbol(text)


def _number(number: int) -> str:
    return str(number) if number > 1 else ""
