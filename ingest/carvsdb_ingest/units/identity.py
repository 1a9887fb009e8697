"""Which units are identical: a hash of the graph of a unit's atoms that no order of the atoms changes."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping

from carvsdb.atoms.elements import HYDROGEN
from carvsdb_ingest.clustering.cells import Graph

_ROUNDS = 8
KEY_DIGITS = 12
"""Hexadecimal digits of a unit's key."""


def unit_key(
    graph: Graph, elements: tuple[str, ...], atoms: Collection[int], ends: Mapping[int, list[str]] | None = None
) -> str:
    """Return the key of some atoms: the same for the same elements, bonded in the same way, H (or D) included.

    Parameters
    ----------
    graph : list of lists of (int, offset)
    elements : tuple of str
    atoms : collection of int
    ends : mapping of int to list of str, optional
        What holds an atom from outside and belongs to what it is: ``CO2``, ``N``.

    Notes
    -----
    Colours of atoms are refined by those of their neighbours (Weisfeiler & Leman), from how many atoms of each element
    are how far away, which tells apart what refinement alone does not (decalin and bicyclopentyl).

    Examples
    --------
    >>> here = (0, 0, 0)
    >>> water = [[(1, here), (2, here)], [(0, here)], [(0, here)]]
    >>> turned = [[(1, here)], [(0, here), (2, here)], [(1, here)]]
    >>> unit_key(water, ("O", "H", "H"), [0, 1, 2]) == unit_key(turned, ("H", "O", "H"), [0, 1, 2])
    True
    """
    inside, held = set(atoms), ends or {}
    symbols = {atom: "H" if elements[atom] in HYDROGEN else elements[atom] for atom in inside}
    bonds = {atom: [other for other, _ in graph[atom] if other in inside] for atom in inside}
    colours = {
        atom: _hashed(symbols[atom], *sorted(held.get(atom, ())), repr(_shells(bonds, symbols, atom)))
        for atom in inside
    }
    n_colours = len(set(colours.values()))
    for _ in range(_ROUNDS):
        colours = {
            atom: _hashed(colour, *sorted(colours[other] for other in bonds[atom])) for atom, colour in colours.items()
        }
        if len(set(colours.values())) == n_colours:
            break
        n_colours = len(set(colours.values()))
    return _hashed(*sorted(colours.values()))[:KEY_DIGITS]


def _shells(bonds: dict[int, list[int]], symbols: dict[int, str], start: int) -> list[list[tuple[str, int]]]:
    """Return how many atoms of each element are one, two, ... bonds away."""
    seen, shell = {start}, [start]
    found = []
    while shell:
        found.append(sorted(Counter(symbols[atom] for atom in shell).items()))
        reached = {other for atom in shell for other in bonds[atom]} - seen
        seen |= reached
        shell = sorted(reached)
    return found


def _hashed(*texts: str) -> str:
    return hashlib.sha256("|".join(texts).encode()).hexdigest()
