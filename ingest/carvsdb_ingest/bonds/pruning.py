"""Pruning of over-coordinated atoms: which of the pairs that are near enough are no bonds, and what is doubtful."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HALIDES, HYDROGEN, covalent_radius, is_metal
from carvsdb.atoms.structure import Structure

_MOST_NON_METALS = {"C": 4, "N": 4, "O": 3, "F": 1}
OVERLAP = 0.7
"""Atoms nearer than this times a bond lie on each other."""

METALS_OVERLAP = 0.6
"""The same of metals; quadruple bonds of Mo and Cr are longer."""

_NORMAL = 0.1
"""Bonds that are longer than covalent radii by no more than this, in Å, are never pruned from C, N, O and F."""

RING_CORNERS = 1.85
"""Two neighbours of one C that are nearer than this, in Å, are alternatives of each other: a C-C-C angle below 80°."""


def prune(
    structure: Structure, rows: NDArray[np.int64], lengths: NDArray[np.float64], fixed: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Tell which pairs are bonds.

    Parameters
    ----------
    structure : Structure
    rows : ndarray of int64, shape (n_pairs, 5)
        Pairs that are near enough.
    lengths : ndarray of float64, shape (n_pairs,)
        In Å.
    fixed : ndarray of bool, shape (n_pairs,)
        True where the cut-off was given: such a pair stays.

    Returns
    -------
    kept : ndarray of bool, shape (n_pairs,)
    quality : tuple of str
    """
    return _Pruning(structure, rows, lengths, fixed).result()


class _Pruning:
    def __init__(
        self, structure: Structure, rows: NDArray[np.int64], lengths: NDArray[np.float64], fixed: NDArray[np.bool_]
    ) -> None:
        self.elements = structure.elements
        self.positions, self.cell = structure.positions, structure.cell
        self.rows = rows.tolist()
        self.lengths = lengths.tolist()
        self.fixed = fixed.tolist()
        self.kept = [True] * len(rows)
        self.metal = [is_metal(element) for element in structure.elements]
        self.radii = [covalent_radius(element) for element in structure.elements]
        self.at: list[list[int]] = [[] for _ in structure.elements]
        for row, (src, dst, *_) in enumerate(self.rows):
            self.at[src].append(row)
            if dst != src:
                self.at[dst].append(row)
        self.directed: dict[int, list[tuple[int, tuple[int, int, int], int]]] = {}
        self.doubts: Counter[str] = Counter()

    def result(self) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
        """Apply the rules one after the other."""
        self._overlaps()
        self._hydrogen()
        self._halogens()
        self._behind()
        self._valences()
        quality = tuple(f"{what}: {number}" for what, number in self.doubts.items())
        return np.array(self.kept, bool), quality

    def _other(self, row: int, atom: int) -> int:
        src, dst = self.rows[row][:2]
        return int(dst if src == atom else src)

    def _drop(self, row: int) -> None:
        self.kept[row] = self.fixed[row]

    def _stretch(self, row: int) -> float:
        """How much longer than the sum of the radii a bond is, in Å."""
        src, dst = self.rows[row][:2]
        return float(self.lengths[row] - self.radii[src] - self.radii[dst])

    def _overlaps(self) -> None:
        heavy = [element not in HYDROGEN for element in self.elements]
        for row, (src, dst, *_) in enumerate(self.rows):
            if heavy[src] and heavy[dst] and self.lengths[row] < OVERLAP * (self.radii[src] + self.radii[dst]):
                self.doubts["overlapping atoms"] += 1

    def _hydrogen(self) -> None:
        """Leave a hydrogen its nearest non-metal; a metal only if there is none, as in hydrides."""
        for atom, element in enumerate(self.elements):
            if element not in HYDROGEN:
                continue
            if not self.at[atom]:
                self.doubts["isolated hydrogen atoms"] += 1
                continue
            best = min(
                self.at[atom],
                key=lambda row: (
                    self.metal[self._other(row, atom)],
                    self.elements[self._other(row, atom)] in HYDROGEN,
                    self._stretch(row),
                ),
            )
            for row in self.at[atom]:
                if row != best:
                    self._drop(row)

    def _halogens(self) -> None:
        """Leave a halogen on carbon this carbon only; Cl, Br and I also the O of hypervalent groups, and I its silver.

        F or Cl of a linker that comes near a metal, or near a halogen of the next linker or of its own other place, is
        bonded to neither. A halogen of an anion (tetrafluoroborate) has an atom other than C nearest.
        """
        for atom, element in enumerate(self.elements):
            if element not in HALIDES:
                continue
            holders = [row for row in self.at[atom] if self.kept[row] and self._may_hold(self._other(row, atom))]
            nearest = min(holders, key=self._stretch, default=None)
            if nearest is None or self.elements[self._other(nearest, atom)] != "C":
                continue
            for row in self.at[atom]:
                other = self.elements[self._other(row, atom)]
                hypervalent = element != "F" and other == "O"
                if row != nearest and not hypervalent and (element, other) != ("I", "Ag"):
                    self._drop(row)

    def _may_hold(self, atom: int) -> bool:
        return not self.metal[atom] and self.elements[atom] not in HALIDES

    def _behind(self) -> None:
        """Unbind metals from atoms behind a nearer one: the carbon of a chelating carboxylate."""
        for row, (src, dst, u, v, w) in enumerate(self.rows):
            if self.metal[src] == self.metal[dst] or not self.kept[row]:
                continue
            length = self.lengths[row]
            carbon = self.elements[dst if self.metal[src] else src] == "C"
            others = {(atom, cell): other for atom, cell, other in self._directed(src) if other != row}
            for atom, cell, other in self._directed(dst):
                near = others.get((atom, (cell[0] + u, cell[1] + v, cell[2] + w)))
                if near is None or other == row or self.metal[atom] or not (self.kept[near] and self.kept[other]):
                    continue
                if carbon and self.elements[atom] == "C":
                    continue  # a metal on a ring or a double bond
                one, two = self.lengths[near], self.lengths[other]
                if max(one, two) < length and (carbon or length**2 > one**2 + two**2):
                    self._drop(row)
                    break

    def _directed(self, atom: int) -> list[tuple[int, tuple[int, int, int], int]]:
        """Return the neighbours of an atom with their cells and rows."""
        if atom not in self.directed:
            found = []
            for row in self.at[atom]:
                src, dst, u, v, w = self.rows[row]
                if src == atom:
                    found.append((dst, (u, v, w), row))
                if dst == atom:
                    found.append((src, (-u, -v, -w), row))
            self.directed[atom] = found
        return self.directed[atom]

    def _valences(self) -> None:
        """Leave C, N, O and F as many non-metals as they can hold, except where atoms overlap."""
        disordered = "overlapping atoms" in self.doubts
        for atom, element in enumerate(self.elements):
            most = _MOST_NON_METALS.get(element)
            if most is None or len(self.at[atom]) <= most:
                continue
            bonds = [row for row in self.at[atom] if self.kept[row] and not self.metal[self._other(row, atom)]]
            if len(bonds) <= most:
                continue
            if disordered:
                self.doubts[f"{element} atoms with more than {most} non-metal neighbours, by disorder"] += 1
                continue
            if element == "C" and self._superposed(atom, bonds):
                self.doubts["C atoms of rings in several places, not pruned"] += 1
                continue
            # What is as near as a bond is no contact of two molecules: something is there in two places.
            near = [row for row in bonds if self._stretch(row) <= _NORMAL]
            if len(near) > most:
                self.doubts[f"{element} atoms with neighbours in several places, not pruned"] += 1
            else:
                self.doubts[f"{element} atoms with more than {most} non-metal neighbours, pruned"] += 1
            for row in sorted(bonds, key=self._stretch)[max(most, len(near)) :]:
                self._drop(row)

    def _superposed(self, atom: int, bonds: list[int]) -> bool:
        """Tell whether an over-bonded C holds a ring in several places: which of its bonds is longest means nothing.

        All its neighbours are C, and of these at most one, what the ring hangs from, has no other close by.
        """
        if any(self.elements[self._other(row, atom)] != "C" for row in bonds):
            return False
        arms = np.array([self._arm(row, atom) for row in bonds])
        apart = np.linalg.norm(arms[:, None] - arms[None, :], axis=2)
        np.fill_diagonal(apart, np.inf)
        return int(np.count_nonzero(apart.min(axis=1) > RING_CORNERS)) <= 1

    def _arm(self, row: int, atom: int) -> NDArray[np.float64]:
        """Return the vector along a bond from one of its atoms, in Å."""
        src, dst, *offset = self.rows[row]
        arm: NDArray[np.float64] = (self.positions[dst] + offset - self.positions[src]) @ self.cell
        return arm if src == atom else -arm
