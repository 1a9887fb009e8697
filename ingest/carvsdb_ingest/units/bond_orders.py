"""Bond orders and formal charges of a molecule that metals hold, from its atoms, its bonds and their lengths."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from carvsdb.atoms.elements import HALIDES, HYDROGEN

# Covalent radii for single, double and triple bonds in Å: Pyykkö & Atsumi, doi:10.1002/chem.200800987 and
# doi:10.1002/chem.200901472; Pyykkö, Riedel & Patzschke, doi:10.1002/chem.200401299.
_RADII = {
    "H": (0.32, 0.32, 0.32),
    "B": (0.85, 0.78, 0.73),
    "C": (0.75, 0.67, 0.60),
    "N": (0.71, 0.60, 0.54),
    "O": (0.63, 0.57, 0.53),
    "F": (0.64, 0.59, 0.53),
    "Si": (1.16, 1.07, 1.02),
    "P": (1.11, 1.02, 0.94),
    "S": (1.03, 0.94, 0.95),
    "Cl": (0.99, 0.95, 0.93),
    "Ge": (1.21, 1.11, 1.14),
    "As": (1.21, 1.14, 1.06),
    "Se": (1.16, 1.07, 1.07),
    "Br": (1.14, 1.09, 1.10),
    "Sb": (1.40, 1.33, 1.27),
    "Te": (1.36, 1.28, 1.21),
    "I": (1.33, 1.29, 1.25),
}
_PER_ANGSTROM = 0.5
_BENT, _PYRAMIDAL = 150.0, 340.0
"""Degrees: an atom at a smaller angle between two neighbours is not sp, with a smaller sum between three not sp2."""
_RADICAL = 15.0
_MISSING = 3.5


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
    """

    elements: tuple[str, ...]
    bonds: list[tuple[int, int]]
    lengths: list[float]
    on_metal: list[bool]
    angles: dict[int, float]


@dataclass(frozen=True, slots=True)
class State:
    """What an atom may be: its number of bonds, its charge, hydrogen that the file lacks, and what that costs."""

    valence: int
    charge: int = 0
    cost: float = 0.0
    missing: int = 0
    radical: bool = False


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


def perceive(atoms: Atoms) -> BondOrders | str:
    """Find the bond orders and charges that satisfy all valences at the least cost.

    Parameters
    ----------
    atoms : Atoms

    Returns
    -------
    BondOrders or str
        Or the sentence that says which atom has more bonds than its element can have.

    Notes
    -----
    Each atom takes one of the states of its element (C with four bonds; N with three, with two and a charge of -1, with
    four and +1; ...) and each bond one order. A charge costs less where a metal holds the atom, so that carboxylates,
    azolates, phenolates, phosphonates and sulfonates are anions and pyridines and carbonyls are neutral, without a
    total charge given: that is what comes out. Among solutions of equal states lengths decide. The optimum is found by
    a mixed-integer linear program.
    """
    n_atoms = len(atoms.elements)
    around: list[dict[int, float]] = [{} for _ in range(n_atoms)]
    for (one, two), length in zip(atoms.bonds, atoms.lengths, strict=True):
        around[one][two] = around[two][one] = length
    states = []
    for atom in range(n_atoms):
        able = [one for one in _states(atoms, atom) if one.valence >= len(around[atom])]
        if not able:
            return f"{atoms.elements[atom]} has {len(around[atom])} bonds: disordered, or no molecule of one formula"
        states.append(able)
    solved = _solve(atoms, around, states)
    if solved is None:
        return "no set of bond orders satisfies the valences of its atoms"
    orders, chosen = solved
    charges = [one.charge for one in chosen]
    missing = [one.missing for one in chosen]
    doubts = []
    if sum(missing):
        doubts.append(f"hydrogen is missing in the file, and was added to carbon: {sum(missing)} atoms")
    loose = [
        atom
        for atom, charge in enumerate(charges)
        if charge < 0
        and atoms.elements[atom] != "B"
        and not atoms.on_metal[atom]
        and not any(charges[other] > 0 for other in around[atom])
    ]
    if loose:
        names = ", ".join(sorted({atoms.elements[atom] for atom in loose}))
        doubts.append(f"anionic {names} that no metal holds: {len(loose)}; hydrogen may be missing")
    failed = any(one.radical for one in chosen)
    if failed:
        names = ", ".join(sorted({atoms.elements[atom] for atom, one in enumerate(chosen) if one.radical}))
        doubts.append(f"the valences of its atoms do not add up ({names}): disordered, or hydrogen is missing")
    return BondOrders(orders, charges, missing, doubts, failed)


def _states(atoms: Atoms, atom: int) -> list[State]:
    element = atoms.elements[atom]
    held = atoms.on_metal[atom]
    anion = 1.0 if held else 2.0
    if element in HYDROGEN or element == "F":
        return [State(1)]
    if element == "C":
        found = [State(4), State(3, -1, 2.0 if held else 6.0), State(3, 1, 7.0)]
        found += [State(2, 0, 3.0 if held else 12.0), State(3, 0, _RADICAL, radical=True)]
        return found + [State(4 - number, 0, _MISSING + 0.01 * number, number) for number in (1, 2, 3)]
    if element == "N":
        found = [State(3), State(2, -1, anion + 0.5), State(4, 1, 1.5)]
        found += [State(1, -2, 8.0), State(2, 0, _RADICAL, radical=True)]
        return found
    if element == "O":
        return [State(2), State(1, -1, anion), State(3, 1, 4.0)]
    if element in ("S", "Se", "Te"):
        return [State(2), State(1, -1, anion), State(4, 0, 0.3), State(6, 0, 0.3), State(3, 1, 3.0)]
    if element in ("P", "As", "Sb"):
        return [State(3), State(5, 0, 0.1), State(4, 1, 2.0), State(2, -1, 3.0), State(6, -1, 1.0)]
    if element in HALIDES:
        return [State(1), State(2, 1, 4.0), State(3, 0, 3.0), State(5, 0, 3.0), State(7, 0, 3.0)]
    if element == "B":
        return [State(3), State(4, -1, 0.5)]
    if element in ("Si", "Ge"):
        return [State(4), State(5, -1, 1.0), State(6, -2, 1.0)]
    return []


def _most_pi(atoms: Atoms, atom: int, ends: dict[int, float]) -> int:
    """Return how many pi bonds an atom can have by its shape.

    One if it is bent, none for a pyramidal carbon, and none for a carbon that a single bond holds to its only neighbour
    beside H: a methyl whose disordered H are not all there.
    """
    element = atoms.elements[atom]
    if element in HYDROGEN or (element in HALIDES and len(ends) == 1):
        return 0
    if element in ("C", "N") and len(ends) == 2 and atoms.angles.get(atom, 180.0) < _BENT:
        return 1
    if element != "C":
        return 4
    if len(ends) == 3 and atoms.angles.get(atom, 360.0) < _PYRAMIDAL:
        return 0
    heavy = [other for other in ends if atoms.elements[other] not in HYDROGEN]
    if len(heavy) == 1 and len(ends) > 1:
        (other,) = heavy
        middle = sum(_radius("C", order) + _radius(atoms.elements[other], order) for order in (0, 1)) / 2
        return 4 if ends[other] < middle else 0
    return 4


def _solve(
    atoms: Atoms, around: list[dict[int, float]], states: list[list[State]]
) -> tuple[list[int], list[State]] | None:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    n_atoms, n_bonds = len(atoms.elements), len(atoms.bonds)
    starts = np.cumsum([2 * n_bonds, *(len(able) for able in states)]).tolist()
    cost = np.zeros(starts[-1])
    rows: list[tuple[int, int, float]] = []
    for number, ((one, two), length) in enumerate(zip(atoms.bonds, atoms.lengths, strict=True)):
        off = [abs(length - _radius(atoms.elements[one], k) - _radius(atoms.elements[two], k)) for k in range(3)]
        cost[2 * number : 2 * number + 2] = [_PER_ANGSTROM * (off[k] - off[0]) for k in (1, 2)]
        rows += [(number, 2 * number, 1.0), (number, 2 * number + 1, 1.0)]  # one order of two
        for atom in (one, two):
            rows += [(n_bonds + atom, 2 * number, 1.0), (n_bonds + atom, 2 * number + 1, 2.0)]
            rows += [(n_bonds + n_atoms + atom, 2 * number, 1.0), (n_bonds + n_atoms + atom, 2 * number + 1, 2.0)]
    low, high = [-np.inf] * n_bonds, [1.0] * n_bonds
    low += [-np.inf] * n_atoms
    high += [float(_most_pi(atoms, atom, around[atom])) for atom in range(n_atoms)]
    for atom, (begin, end) in enumerate(pairwise(starts)):
        for column, state in zip(range(begin, end), states[atom], strict=True):
            cost[column] = state.cost
            rows += [(n_bonds + n_atoms + atom, column, -float(state.valence))]
            rows += [(n_bonds + 2 * n_atoms + atom, column, 1.0)]
    low += [-float(len(ends)) for ends in around] + [1.0] * n_atoms
    high += [-float(len(ends)) for ends in around] + [1.0] * n_atoms
    row, column, value = (np.array(part) for part in zip(*rows, strict=True))
    matrix = coo_array((value, (row.astype(int), column.astype(int))), shape=(n_bonds + 3 * n_atoms, starts[-1]))
    found = milp(
        cost,
        integrality=np.ones(starts[-1]),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix.tocsr(), low, high),
        options={"time_limit": 20.0, "mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None
    taken = np.rint(found.x).astype(int)
    orders = [1 + int(taken[2 * number]) + 2 * int(taken[2 * number + 1]) for number in range(n_bonds)]
    chosen = [states[atom][int(taken[begin:end].argmax())] for atom, (begin, end) in enumerate(pairwise(starts))]
    return orders, chosen


def _radius(element: str, order: int) -> float:
    return _RADII["H" if element in HYDROGEN else element][order]
