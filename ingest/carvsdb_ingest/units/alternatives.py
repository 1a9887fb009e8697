"""One molecule out of atoms that are there in several places: which of them belong together."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN, METALLOIDS, covalent_radius
from carvsdb_ingest.bonds.pruning import OVERLAP, RING_CORNERS
from carvsdb_ingest.units.bond_lengths import radius
from carvsdb_ingest.units.linear_program import LinearProgram
from carvsdb_ingest.units.valence_states import most_bonds

_METAL, _ATOM, _BOND, _H = 2.0, 1.0, 1.0, 0.3
"""What a molecule gains by holding a metal, by an atom, by a bond of usual length, and by a hydrogen atom."""
_LACKING = 1.5
"""What it costs that a carbon has less than three neighbours, for each; if the molecule has hydrogen at all."""
_STIFFNESS, _WORST = 50.0, 2.5
"""What a bond costs for being too long or too short, in Å⁻², and at most."""
_SHARP, _SHARP_COST = 100.0, 2.0
"""Degrees: a smaller angle in a chain of C and N costs something; those of five-membered rings are larger."""
_CHAINS = frozenset({"C", "N"})
_TOUCHING = 2.4
"""Å: atoms nearer than that are bonded to each other, or to one atom."""
_TRIPLE, _LINEAR = 1.27, 150.0
"""A bond shorter than that (Å), in line with another (degrees), stands for two."""
_DOUBLE, _TRIGONAL = 1.45, 113.0
"""A carbon whose two bonds are shorter than that (Å), at a larger angle (degrees), has no more than one hydrogen."""
_H_BOND, _H_CLOSE, _H_APART = 1.25, 1.5, 1.3
"""Å: an H is bonded to one atom as near as that, is not nearer than that to others, and not to another H."""
_MOST_CUTS, _MOST_NODES, _FEW_NODES, _SMALL, _LARGE = 8, 100, 5, 250, 500
"""How often pieces are joined, and how many nodes of its tree a search looks at: fewer from so many variables on, and
nothing is looked for from so many more on.
"""

_Term = tuple[int, float]


@dataclass(frozen=True, slots=True)
class OnePlace:
    """The atoms of one molecule among those of several places.

    Attributes
    ----------
    atoms : list of int
        Ascending.
    bonds : list of (int, int)
        Between them, by their numbers among all.
    """

    atoms: list[int]
    bonds: list[tuple[int, int]]


def in_one_place(
    elements: tuple[str, ...],
    places: NDArray[np.float64],
    bonds: list[tuple[int, int]],
    metals: list[frozenset[int]],
) -> OnePlace | None:
    """Choose the atoms of one molecule where several lie over each other; None if nothing is to choose, or none fits.

    Parameters
    ----------
    elements : tuple of str
        Hydrogen included.
    places : ndarray of float64, shape (n_atoms, 3)
        In Å.
    bonds : list of (int, int)
        All contacts that are short enough for a bond, those between different places of a molecule among them.
    metals : list of frozenset of int
        The metal atoms that an atom holds, each image by a number of its own.

    Notes
    -----
    Atoms exclude each other if they are nearer than 0.7 of a bond; so do two neighbours of one atom within 1.85 Å (as
    in the rule of bonds for rings in several places), and atoms within 2.4 Å that are neither bonded nor neighbours of
    one atom. No atom has more bonds than its element can have, and the molecule is one piece. Of all such choices
    that is taken which has the most atoms and bonds, these of usual lengths and angles, holds its metals, and lacks the
    least hydrogen; a mixed-integer linear program finds it.
    """
    if any(element in METALLOIDS for element in elements):
        return None  # cages of boron: their atoms have five neighbours, near each other
    if sum(element not in HYDROGEN for element in elements) >= _LARGE:
        return None  # a variable each: before all distances are worked out
    return _Choice(elements, places, bonds, metals).made()


class _Choice:
    def __init__(
        self,
        elements: tuple[str, ...],
        places: NDArray[np.float64],
        bonds: list[tuple[int, int]],
        metals: list[frozenset[int]],
    ) -> None:
        self.elements, self.metals = elements, metals
        self.apart = np.linalg.norm(places[:, None] - places[None], axis=2)
        self.heavy = [atom for atom, element in enumerate(elements) if element not in HYDROGEN]
        self.hydrogens = [atom for atom, element in enumerate(elements) if element in HYDROGEN]
        self.around: dict[int, set[int]] = {atom: set() for atom in self.heavy}
        self.program = LinearProgram()
        self.chosen = {atom: self.program.variable(-_ATOM) for atom in self.heavy}
        self.bonded = {
            (one, two): self.program.variable(self._cost(one, two))
            for one, two in bonds
            if one in self.chosen and two in self.chosen
        }
        for one, two in self.bonded:
            self.around[one].add(two)
            self.around[two].add(one)
        given = set(bonds) | {(two, one) for one, two in bonds}
        self.held = {
            (atom, hydrogen): self.program.variable(_H * (3 * abs(float(self.apart[hydrogen, atom]) - 1) - 1))
            for hydrogen in self.hydrogens
            for atom in self.heavy
            if self.apart[hydrogen, atom] < _H_BOND and (elements[atom] == "C" or (atom, hydrogen) in given)
        }

    def _cost(self, one: int, two: int) -> float:
        """Return what a bond costs: less than nothing if it is as long as a single, a triple or any bond between."""
        first, second, length = self.elements[one], self.elements[two], float(self.apart[one, two])
        shortest, longest = (radius(first, order) + radius(second, order) for order in (2, 0))
        off = max(shortest - length, length - longest, 0.0)
        return min(_STIFFNESS * off * off, _WORST) - _BOND

    def made(self) -> OnePlace | None:
        """Put all conditions together, and solve them until the molecule is one piece."""
        self._bonds()
        self._exclusions()
        self._metals()
        self._hydrogen()
        self._valences()
        if len(self.program.cost) >= _LARGE:
            return None
        is_small = len(self.program.cost) < _SMALL
        for _ in range(_MOST_CUTS if is_small else 2):
            taken = self.program.solution(most_nodes=_MOST_NODES if is_small else _FEW_NODES)
            if taken is None:
                return None
            atoms = {atom for atom, column in self.chosen.items() if taken[column]}
            largest, *pieces = self._pieces(atoms)
            if not pieces:
                if len(atoms) == len(self.heavy):
                    return None
                bonds = [pair for pair, column in self.bonded.items() if taken[column]]
                held = [pair for pair, column in self.held.items() if taken[column]]
                return OnePlace(sorted(atoms.union(hydrogen for _, hydrogen in held)), sorted([*bonds, *held]))
            for piece in pieces:
                self._reach(piece, largest)
        return None

    def _bonds(self) -> None:
        """Two atoms that may be bonded are, if both are chosen."""
        for (one, two), bond in self.bonded.items():
            first, second = self.chosen[one], self.chosen[two]
            self.program.between(-1, [(bond, 1), (first, -1), (second, -1)], 0)
            self.program.between(0, [(first, 1), (bond, -1)], 1)
            self.program.between(0, [(second, 1), (bond, -1)], 1)

    def _exclusions(self) -> None:
        symbols = self.elements
        radii = [covalent_radius(symbol) for symbol in symbols]
        for one, two in combinations(self.heavy, 2):
            apart = self.apart[one, two]
            if apart > _TOUCHING:
                continue
            pair = [(self.chosen[one], 1.0), (self.chosen[two], 1.0)]
            middles = sorted(self.around[one] & self.around[two])
            if apart < OVERLAP * (radii[one] + radii[two]):
                self.program.between(0, pair, 1)
            elif two not in self.around[one]:
                between = [(self.chosen[middle], -1.0) for middle in middles]
                self.program.between(-len(middles), [*pair, *between], 1)
            for middle in middles:
                three = [*pair, (self.chosen[middle], 1.0)]
                if apart < RING_CORNERS:
                    self.program.between(0, three, 2)
                elif _CHAINS.issuperset(symbols[end] for end in (one, middle, two)) and (
                    self._angle(one, middle, two) < _SHARP
                ):
                    self.program.between(-1, [*three, (self.program.variable(_SHARP_COST), -1.0)], 2)

    def _angle(self, one: int, middle: int, two: int) -> float:
        first, second, third = self.apart[one, middle], self.apart[middle, two], self.apart[one, two]
        cosine = (first**2 + second**2 - third**2) / (2 * first * second)
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

    def _metals(self) -> None:
        holders: dict[int, list[int]] = {}
        for atom in self.heavy:
            for metal in self.metals[atom]:
                holders.setdefault(metal, []).append(atom)
        for _, atoms in sorted(holders.items()):
            held = self.program.variable(-_METAL)
            self.program.between(-len(atoms), [(held, 1.0), *((self.chosen[atom], -1.0) for atom in atoms)], 0)

    def _hydrogen(self) -> None:
        """Give an H one bond at most, to an atom that is chosen, and nothing else near it."""
        own: dict[int, list[_Term]] = {hydrogen: [] for hydrogen in self.hydrogens}
        for (atom, hydrogen), held in self.held.items():
            own[hydrogen].append((held, 1.0))
            self.program.between(-1, [(held, 1.0), (self.chosen[atom], -1.0)], 0)
            for other in self.heavy:
                if other != atom and self.apart[hydrogen, other] < _H_CLOSE:
                    self.program.between(0, [(held, 1.0), (self.chosen[other], 1.0)], 1)
        for terms in own.values():
            self.program.between(0, terms, 1)
        for one, two in combinations(self.hydrogens, 2):
            if self.apart[one, two] < _H_APART:
                self.program.between(0, [*own[one], *own[two]], 1)

    def _valences(self) -> None:
        for atom in self.heavy:
            ends = [(column, 1.0) for pair, column in (*self.bonded.items(), *self.held.items()) if atom in pair]
            self.program.between(0, ends, most_bonds(self.elements[atom], on_metal=bool(self.metals[atom])))
            if self.hydrogens and self.elements[atom] == "C":
                self._trigonal(atom)
                lacking = self.program.variable(3 * _LACKING, whole=False)
                terms = [*ends, *self._triple_bonds(atom), (lacking, 3.0), (self.chosen[atom], -3.0)]
                self.program.between(0, terms, np.inf)

    def _trigonal(self, atom: int) -> None:
        """Give a carbon in a ring or a chain of double bonds one hydrogen at most."""
        hydrogens = [(column, 1.0) for (holder, _), column in self.held.items() if holder == atom]
        if len(hydrogens) < 2:
            return
        near = [other for other in sorted(self.around[atom]) if self.apart[atom, other] < _DOUBLE]
        for one, two in combinations(near, 2):
            if self._angle(one, atom, two) > _TRIGONAL:
                most = float(len(hydrogens))
                ends = [(self.chosen[one], most), (self.chosen[two], most)]
                self.program.between(0, [*hydrogens, *ends], 1 + 2 * most)

    def _triple_bonds(self, atom: int) -> list[_Term]:
        found = []
        for one, two in combinations(sorted(self.around[atom]), 2):
            if min(self.apart[atom, one], self.apart[atom, two]) < _TRIPLE and self._angle(one, atom, two) > _LINEAR:
                both = self.program.variable()
                for end in (one, two):
                    self.program.between(-1, [(both, 1.0), (self.chosen[end], -1.0)], 0)
                found.append((both, 1.0))
        return found

    def _pieces(self, atoms: set[int]) -> list[set[int]]:
        """Return the connected sets of some atoms, the largest first."""
        found, left = [], set(atoms)
        while left:
            queue = [min(left)]
            for atom in queue:
                queue.extend(sorted((self.around[atom] & left) - set(queue)))
            found.append(set(queue))
            left -= found[-1]
        return sorted(found, key=lambda piece: (-len(piece), min(piece)))

    def _reach(self, piece: set[int], other: set[int]) -> None:
        """Let the atoms of a piece be there beside another one only if a bond leads out of the piece."""
        border = sorted(set().union(*(self.around[atom] for atom in piece)) - piece)
        ways = [(self.chosen[atom], -1.0) for atom in border]
        for atom in sorted(piece):
            for far in sorted(other):
                self.program.between(-len(border), [(self.chosen[atom], 1.0), (self.chosen[far], 1.0), *ways], 1)
