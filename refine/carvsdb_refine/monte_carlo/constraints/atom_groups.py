"""Groups of atoms that are kept since the start: pairs that are bonded, triples that make an angle."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.protocols import Proposal
from carvsdb_refine.potential.terms import Arrays, Floats, Integers, saved


@dataclass(frozen=True, slots=True, eq=False)
class AtomGroups:
    """Groups of equally many atoms, and in which of them each atom is.

    Attributes
    ----------
    members : ndarray of int64, shape (n_groups, size)
        The atoms of each group.
    of_atom : list of ndarray of int64
        For each atom the groups that it is in.
    """

    members: Integers
    of_atom: list[NDArray[np.int64]]

    @classmethod
    def of(cls, members: Integers, n_atoms: int) -> "AtomGroups":
        """Sort groups of atoms, numbered from 0, by atom.

        Examples
        --------
        >>> [groups.tolist() for groups in AtomGroups.of(np.array([[0, 2], [2, 1]]), 4).of_atom]
        [[0], [1], [0, 1], []]
        """
        ends = members.ravel()
        order = np.argsort(ends, kind="stable")
        numbers = np.bincount(ends, minlength=n_atoms)
        return cls(members, np.split(order // members.shape[1], np.cumsum(numbers)[:-1]))

    @classmethod
    def saved(cls, arrays: Arrays, name: str, shape: tuple[int, int], n_atoms: int) -> "AtomGroups":
        """Return groups from a saved state, which may be a damaged or a forged one.

        Raises
        ------
        InputError
            If they are missing, not of this shape, or name atoms that there are not.
        """
        members = saved(arrays, name, np.zeros(shape, np.int64))
        if len(members) and not (members.min() >= 0 and members.max() < n_atoms):
            raise InputError(f"the saved {name} name atoms that are none of the {n_atoms}")
        return cls.of(members, n_atoms)

    def __len__(self) -> int:
        return len(self.members)

    @property
    def all(self) -> Integers:
        """The numbers of all groups."""
        return np.arange(len(self.members))

    def touched(self, proposal: Proposal) -> Integers:
        """Return the groups that a proposal changes."""
        if proposal.cell is not None:
            return self.all
        return np.unique(np.concatenate([self.of_atom[atom] for atom in proposal.atoms]))

    def places(self, which: Integers, positions: Floats) -> Floats:
        """Return where the atoms of some groups are, shape (k, size, 3)."""
        places: Floats = positions[self.members[which]]
        return places

    def places_after(self, which: Integers, positions: Floats, proposal: Proposal) -> Floats:
        """Return where they would be."""
        members = self.members[which]
        places: Floats = positions[members]
        order = np.argsort(proposal.atoms)
        found = np.searchsorted(proposal.atoms, members, sorter=order)
        moved = order[np.minimum(found, len(order) - 1)]
        moves = proposal.atoms[moved] == members
        places[moves] = proposal.positions[moved[moves]]
        return places
