"""Which units are identical: a hash of the graph of a unit's atoms that no order of the atoms changes."""

import hashlib
from collections import Counter

from carvsdb_ingest.units.contacts import Contacts

_ROUNDS = 8
KEY_DIGITS = 12
"""Hexadecimal digits of a unit's key."""


def unit_key(contacts: Contacts, unit: int, *, with_ends: bool) -> str:
    """Return the key of a unit: the same for the same elements, bonded in the same way, H included.

    Parameters
    ----------
    contacts : Contacts
    unit : int
    with_ends : bool
        Whether the ends of linkers around it belong to what it is, as for metal clusters.

    Notes
    -----
    Colours of atoms are refined by those of their neighbours (Weisfeiler & Leman), from how many atoms of each element
    are how far away, which tells apart what refinement alone does not (decalin and bicyclopentyl).
    """
    parts, elements = contacts.parts, contacts.elements
    atoms = parts.atoms[unit]
    inside = set(atoms)
    bonds = {atom: [other for other, _ in parts.graph[atom] if other in inside] for atom in atoms}
    ends: dict[int, list[str]] = {atom: [] for atom in atoms}
    if with_ends:
        for one in contacts.of_unit[unit]:
            ends[one.atom].append(contacts.group(contacts.head(one.other)))
    colours = {
        atom: _hashed(elements[atom], *sorted(ends[atom]), repr(_shells(bonds, elements, atom))) for atom in atoms
    }
    n_colours = len(set(colours.values()))
    for _ in range(_ROUNDS):
        colours = {atom: _hashed(colours[atom], *sorted(colours[other] for other in bonds[atom])) for atom in atoms}
        if len(set(colours.values())) == n_colours:
            break
        n_colours = len(set(colours.values()))
    return _hashed(*sorted(colours.values()))[:KEY_DIGITS]


def _shells(bonds: dict[int, list[int]], elements: tuple[str, ...], start: int) -> list[list[tuple[str, int]]]:
    """Return how many atoms of each element are one, two, ... bonds away."""
    seen, shell = {start}, [start]
    found = []
    while shell:
        found.append(sorted(Counter(elements[atom] for atom in shell).items()))
        reached = {other for atom in shell for other in bonds[atom]} - seen
        seen |= reached
        shell = sorted(reached)
    return found


def _hashed(*texts: str) -> str:
    return hashlib.sha256("|".join(texts).encode()).hexdigest()
