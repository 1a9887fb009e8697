"""Bonds between metals and the binding atoms of linkers, and the springs that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.backmap.linkers import Linker
from carvsdb_refine.backmap.soft_bodies import Springs

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_TETRAHEDRAL = sqrt(8 / 3)
"""Distance of two corners of a tetrahedron whose centre is 1 away."""


@dataclass(frozen=True, eq=False)
class LinkerBonds:
    """Bonds between metals and binding atoms: those of all first ends, then those of all second ends.

    Attributes
    ----------
    metals, atoms : ndarray of int64, shape (2 n_linkers,)
        The two atoms of each bond.
    shifts : ndarray of float64, shape (2 n_linkers, 3)
        What brings a binding atom to its metal, in Å.
    ends : ndarray of int64, shape (2 n_linkers,)
        Which of the linker's two binding atoms it is.
    first : ndarray of int64, shape (2 n_linkers,)
        The first atom of the linker.
    kind : ndarray of int64, shape (2 n_linkers,)
        Which of the linkers it is.
    """

    metals: Integers
    atoms: Integers
    shifts: Floats
    ends: Integers
    first: Integers
    kind: Integers

    @classmethod
    def of(
        cls, linkers: Sequence[Linker], kind: Integers, edges: Integers, first: Integers, cell: Floats
    ) -> "LinkerBonds":
        """Return the bonds of linkers, one on each edge: `kind` says which, `first` their first atoms."""
        offsets = edges[:, 2:].astype(np.float64)
        binding = np.array([linker.binding for linker in linkers], np.int64)[kind]
        return cls(
            np.concatenate([edges[:, 0], edges[:, 1]]),
            np.concatenate([first + binding[:, 0], first + binding[:, 1]]),
            np.concatenate([np.zeros_like(offsets), -offsets]) @ cell,
            np.repeat([0, 1], len(edges)),
            np.concatenate([first, first]),
            np.concatenate([kind, kind]),
        )

    def lengths(self, positions: Floats) -> Floats:
        """Return the lengths of bonds between atoms at positions, in Å."""
        found: Floats = np.linalg.norm(positions[self.atoms] + self.shifts - positions[self.metals], axis=1)
        return found

    def springs(self, linkers: Sequence[Linker], bond_lengths: Sequence[float], metal_distance: float) -> Springs:
        """Return the springs: bonds, angles at binding atoms, and tetrahedra about metals with four bonds."""
        pairs, shifts, lengths, stiffness = [], [], [], []

        def add(firsts: Integers, seconds: Integers, shift: Floats, length: Floats | float, stiff: float) -> None:
            pairs.append(np.column_stack([firsts, seconds]))
            shifts.append(shift)
            lengths.append(np.broadcast_to(np.asarray(length, np.float64), (len(firsts),)))
            stiffness.append(np.full(len(firsts), stiff))

        of_bond = np.array(bond_lengths, np.float64)[self.kind]
        add(self.metals, self.atoms, self.shifts, of_bond, 4.0)
        n_linkers = len(self.metals) // 2
        for number, linker in enumerate(linkers):
            own = self.kind == number
            if linker.is_atom:
                # The angle at the atom. Both ends are given relative to the first metal.
                here = np.flatnonzero(own[:n_linkers])
                there = here + n_linkers
                apart = self.shifts[here] - self.shifts[there]
                add(self.metals[here], self.metals[there], apart, metal_distance, 0.5)
                continue
            sites = linker.metal_sites(bond_lengths[number])
            for end in (0, 1):
                of_end = own & (self.ends == end)
                for other in linker.next_to(linker.binding[end]):
                    length = float(np.linalg.norm(linker.positions[other] - sites[end]))
                    add(self.metals[of_end], self.first[of_end] + other, self.shifts[of_end], length, 0.5)
        order = np.argsort(self.metals, kind="stable")
        degrees = np.bincount(self.metals)
        starts = np.concatenate([[0], np.cumsum(degrees)])
        fours = order[starts[:-1][degrees == 4][:, None] + np.arange(4)]
        for one in range(4):
            for other in range(one):
                a, b = fours[:, one], fours[:, other]
                length_of = _TETRAHEDRAL * (of_bond[a] + of_bond[b]) / 2
                add(self.atoms[a], self.atoms[b], self.shifts[b] - self.shifts[a], length_of, 0.3)
        return Springs(np.vstack(pairs), np.vstack(shifts), np.concatenate(lengths), np.concatenate(stiffness))
