"""Bond orders and formal charges of a molecule that metals hold, from its atoms, its bonds and their lengths."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from carvsdb.atoms.elements import HALIDES, HYDROGEN
from carvsdb_ingest.units.bond_lengths import radius, strain
from carvsdb_ingest.units.linear_program import LinearProgram
from carvsdb_ingest.units.porphyrins import porphyrin_nitrogens
from carvsdb_ingest.units.valence_states import State, states_of

_SEXTET = 0.5
"""What a ring gains by three double bonds, or by two and an atom with a pair of electrons."""
_ALKYLIDENE = 3.0
"""Cost of a double bond to C from the C of an azole that holds metals by two N: azolates, whatever the lengths say."""
_TRIPLY_BONDED = frozenset({"C", "N", "O"})
_FIVE, _SIX = 5, 6
_BENT, _PYRAMIDAL = 150.0, 340.0
"""Degrees: an atom at a smaller angle between two neighbours is not sp, with a smaller sum between three not sp2."""
_SHORTEST = 1.0
"""Å: the triple bonds of N2 and CO have 1.1."""


@dataclass(frozen=True, slots=True, eq=False)
class Atoms:
    """A molecule with its hydrogen, as bond orders are looked for.

    Attributes
    ----------
    elements : tuple of str
    bonds : list of (int, int)
    lengths : list of float
        Of the bonds, in Å.
    on_metal : list of bool
        Whether a metal holds the atom.
    angles : dict of int to float
        At atoms with two or three neighbours the sum of the angles between these, in degrees.
    rings : list of tuple of int
        The atoms of its rings, in their order.
    """

    elements: tuple[str, ...]
    bonds: list[tuple[int, int]]
    lengths: list[float]
    on_metal: list[bool]
    angles: dict[int, float]
    rings: list[tuple[int, ...]]

    def around(self) -> list[dict[int, float]]:
        """Return the neighbours of each atom, with the lengths of the bonds."""
        found: list[dict[int, float]] = [{} for _ in self.elements]
        for (one, two), length in zip(self.bonds, self.lengths, strict=True):
            found[one][two] = found[two][one] = length
        return found


@dataclass(frozen=True, slots=True)
class BondOrders:
    """Bond orders and charges.

    Attributes
    ----------
    orders : list of int
        By bond, 1 to 3.
    charges : list of int
        By atom.
    missing : list of int
        By atom, the hydrogen atoms that it needs and the file lacks.
    doubts : list of str
        Sentences about what does not add up.
    failed : bool
        Whether some valence is left open, so that no molecule can be drawn.
    """

    orders: list[int]
    charges: list[int]
    missing: list[int]
    doubts: list[str] = field(default_factory=list)
    failed: bool = False


def overbonded(elements: tuple[str, ...], bonds: list[tuple[int, int]], on_metal: list[bool]) -> str | None:
    """Return the sentence that says which atom has more bonds than its element can have, None if there is none."""
    numbers = [0] * len(elements)
    for pair in bonds:
        for atom in pair:
            numbers[atom] += 1
    for element, number, held in zip(elements, numbers, on_metal, strict=True):
        if not states_of(element, number, on_metal=held):
            return f"{element} has {number} bonds{' beside those to metals' if held else ''}: disordered, or a cluster"
    return None


def perceive(atoms: Atoms) -> BondOrders | str:
    """Find the bond orders and charges that satisfy all valences at the least cost.

    Parameters
    ----------
    atoms : Atoms
        None of them with more bonds than its element can have (`overbonded`).

    Returns
    -------
    BondOrders or str
        Or the sentence that says why there are none.

    Notes
    -----
    Each atom takes one of the states of its element (`states_of`: C with four bonds; N with three, with two and a
    charge of -1, with four and +1; ...) and each bond one order. A charge costs little where a metal holds the atom, so
    that carboxylates, azolates, phenolates, phosphonates and sulfonates are anions and pyridines and carbonyls are
    neutral, without a total charge given: that is what comes out. Rings gain by being aromatic, bonds by having the
    length of their order; half of the nitrogen atoms inside of a porphyrin are anions. The optimum is found by a
    mixed-integer linear program, whatever the order of the atoms.

    Examples
    --------
    Formate on a metal; its second O is neutral, and which of them is does not matter.

    >>> formate = Atoms(("C", "O", "O", "H"), [(0, 1), (0, 2), (0, 3)], [1.25, 1.26, 0.95], [False, True, True, False],
    ...                 {0: 360.0}, [])
    >>> perceive(formate).orders, sum(perceive(formate).charges)
    ([2, 1, 1], -1)
    """
    around = atoms.around()
    if _is_disordered(atoms):
        return "its atoms are too near to each other: disordered"
    states = [
        states_of(element, len(ends), on_metal=held)
        for element, ends, held in zip(atoms.elements, around, atoms.on_metal, strict=True)
    ]
    solved = _solve(atoms, around, states)
    if solved is None:
        return "no set of bond orders satisfies the valences of its atoms"
    orders, chosen = [int(order) for order in solved[0]], solved[1]
    doubts, charges = list(_doubts(atoms, around, chosen)), [one.charge for one in chosen]
    return BondOrders(orders, charges, [one.missing for one in chosen], doubts, any(one.radical for one in chosen))


def _is_disordered(atoms: Atoms) -> bool:
    """Tell whether bonds are too short for any, or rings of three share atoms or hold two O or N."""
    hydrogen = [element in HYDROGEN for element in atoms.elements]
    if any(
        length < _SHORTEST and not hydrogen[one] and not hydrogen[two]
        for (one, two), length in zip(atoms.bonds, atoms.lengths, strict=True)
    ):
        return True
    threes = [ring for ring in atoms.rings if len(ring) == 3]
    corners = [atom for ring in threes for atom in ring]
    return len(set(corners)) < len(corners) or any(
        sum(atoms.elements[atom] in ("N", "O") for atom in ring) > 1 for ring in threes
    )


def _doubts(atoms: Atoms, around: list[dict[int, float]], chosen: list[State]) -> Iterator[str]:
    def named(where: list[int]) -> str:
        return ", ".join(sorted({atoms.elements[atom] for atom in where}))

    missing = [atom for atom, one in enumerate(chosen) if one.missing]
    if missing:
        yield f"hydrogen that the file lacks was added to {named(missing)}: {sum(one.missing for one in chosen)}"
    loose = [
        atom
        for atom, one in enumerate(chosen)
        if one.charge < 0
        and atoms.elements[atom] in ("C", "N", "O", "S", "Se")
        and not atoms.on_metal[atom]
        and not any(chosen[other].charge > 0 for other in around[atom])
        and not any(
            atoms.on_metal[far] and atoms.elements[far] != "C" for other in around[atom] for far in around[other]
        )
    ]
    if loose:
        yield f"anionic {named(loose)} that no metal holds, or hydrogen is missing: {len(loose)}"
    open_valences = [atom for atom, one in enumerate(chosen) if one.radical]
    if open_valences:
        yield f"valences do not add up at {named(open_valences)}: disordered, or hydrogen is missing"


def _is_azole(atoms: Atoms, ring: tuple[int, ...]) -> bool:
    """Tell whether a ring of five holds metals by two N."""
    return len(ring) == _FIVE and sum(atoms.elements[atom] == "N" and atoms.on_metal[atom] for atom in ring) > 1


def _most_pi(atoms: Atoms, atom: int, ends: dict[int, float], in_azole: bool) -> int:
    """Return how many pi bonds an atom can have by its shape.

    One if it is bent, none for a pyramidal carbon (but one of an azole, whose end may be badly placed), and none for a
    carbon that a single bond holds to its only neighbour beside H: a methyl whose disordered H are not all there.
    """
    element = atoms.elements[atom]
    if element in HYDROGEN or (element in HALIDES and len(ends) == 1):
        return 0
    if element in ("C", "N") and len(ends) == 2 and atoms.angles.get(atom, 180.0) < _BENT:
        return 1
    if element != "C":
        return 4
    if len(ends) == 3 and atoms.angles.get(atom, 360.0) < _PYRAMIDAL and not in_azole:
        return 0
    heavy = [other for other in ends if atoms.elements[other] not in HYDROGEN]
    if len(heavy) == 1 and len(ends) > 1:
        (other,) = heavy
        middle = sum(radius("C", order) + radius(atoms.elements[other], order) for order in (0, 1)) / 2
        return 4 if ends[other] < middle else 0
    return 4


def _solve(
    atoms: Atoms, around: list[dict[int, float]], states: list[list[State]]
) -> tuple[list[int], list[State]] | None:
    program = LinearProgram()
    doubles, triples = [], []
    pi: list[list[tuple[int, float]]] = [[] for _ in atoms.elements]
    of_bond: dict[tuple[int, int], tuple[int, int]] = {}
    for (one, two), length in zip(atoms.bonds, atoms.lengths, strict=True):
        costs = [strain(atoms.elements[one], atoms.elements[two], order, length) for order in range(3)]
        double, triple = program.variable(costs[1] - costs[0]), program.variable(costs[2] - costs[0])
        program.between(0, [(double, 1), (triple, 1)], 1)
        if not _TRIPLY_BONDED.issuperset((atoms.elements[one], atoms.elements[two])):
            program.between(0, [(triple, 1)], 0)
        of_bond[one, two] = of_bond[two, one] = double, triple
        for atom in (one, two):
            pi[atom] += [(double, 1), (triple, 2)]
        doubles.append(double)
        triples.append(triple)
    first = []
    in_azoles = {atom for ring in atoms.rings if _is_azole(atoms, ring) for atom in ring}
    for atom, able in enumerate(states):
        columns = [program.variable(state.cost) for state in able]
        first.append(columns[0] if columns else 0)
        program.between(1, [(column, 1) for column in columns], 1)
        program.between(-np.inf, pi[atom], _most_pi(atoms, atom, around[atom], atom in in_azoles))
        valences = [(column, -float(state.valence)) for column, state in zip(columns, able, strict=True)]
        program.between(-len(around[atom]), pi[atom] + valences, -len(around[atom]))
    for nitrogens in porphyrin_nitrogens(atoms.elements, around, atoms.rings):
        anions = [
            [
                (first[atom] + number, 1.0)
                for number, state in enumerate(states[atom])
                if state.charge < 0 or state.missing
            ]
            for atom in nitrogens
        ]
        anionic = max(2 - sum(len(around[atom]) > 2 for atom in nitrogens), 0)
        program.between(anionic, [column for columns in anions for column in columns], anionic)
        if anionic == 2:  # those opposite to each other
            program.between(0, [*anions[0], *((column, -1.0) for column, _ in anions[2])], 0)
    for ring in atoms.rings:
        _reward(program, ring, around, of_bond)
        if _is_azole(atoms, ring):
            for atom in ring:
                for other in around[atom]:
                    if other not in ring and atoms.elements[atom] == atoms.elements[other] == "C":
                        program.cost[of_bond[atom, other][0]] += _ALKYLIDENE
        if len(ring) == _FIVE:  # no ylides: a substituted azole is neutral
            charged = [
                (first[atom] + number, 1.0)
                for atom in ring
                for number, state in enumerate(states[atom])
                if state.charge
            ]
            program.between(0, charged, 1)
    taken = program.solution()
    if taken is None:
        return None
    orders = [1 + taken[double] + 2 * taken[triple] for double, triple in zip(doubles, triples, strict=True)]
    chosen = [able[taken[begin : begin + len(able)].index(True)] for begin, able in zip(first, states, strict=True)]
    return orders, chosen


def _reward(
    program: LinearProgram,
    ring: tuple[int, ...],
    around: list[dict[int, float]],
    of_bond: dict[tuple[int, int], tuple[int, int]],
) -> None:
    """Let a ring of five or six gain by being aromatic: two or three double bonds inside, none to outside."""
    if len(ring) not in (_FIVE, _SIX) or any(len(around[atom]) > 3 for atom in ring):
        return
    closed = list(pairwise((*ring, ring[0])))
    sextet = program.variable(-_SEXTET)
    inside = [(of_bond[pair][0], 1.0) for pair in closed]
    program.between(0, [*inside, (sextet, -float(len(ring) // 2))], np.inf)
    for atom in ring:
        for other in around[atom]:
            if other not in ring:
                double, triple = of_bond[atom, other]
                program.between(-np.inf, [(sextet, 1), (double, 1), (triple, 1)], 1)
