"""Soft constraints on coordination numbers: which share of the atoms of an element has so many neighbours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import check_minimum_image
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.constraints.species import species_index
from carvsdb_refine.monte_carlo.protocols import Proposal
from carvsdb_refine.potential.terms import Arrays, Floats, Integers


@dataclass(frozen=True, slots=True)
class CoordinationFraction:
    """A share of the atoms of one element has so many neighbours of another.

    Attributes
    ----------
    centre, neighbour : str
        The elements.
    cutoff : float
        Up to which an atom is a neighbour, in Å.
    number : int
        Of neighbours.
    fraction : float
        Of the centres, from 0 to 1.
    sigma : float
        What a departure of the fraction counts.
    """

    centre: str
    neighbour: str
    cutoff: float
    number: int
    fraction: float
    sigma: float

    @property
    def name(self) -> str:
        """Such as ``Zn-N 4-fold``."""
        return f"{self.centre}-{self.neighbour} {self.number}-fold"

    def bind(self, configuration: Configuration) -> "BoundFraction":
        """Return the state for a configuration."""
        return BoundFraction(self, configuration)


class BoundFraction:
    """Numbers of neighbours, kept up to date: implements `BoundSoft`."""

    def __init__(self, soft: CoordinationFraction, configuration: Configuration) -> None:
        self._soft, self._configuration = soft, configuration
        model = configuration.model
        centre, neighbour = (species_index(one, model.species, soft.name) for one in (soft.centre, soft.neighbour))
        check_minimum_image(configuration.cell, soft.cutoff, soft.name)
        species = model.atom_to_species
        self._is_centre = species == centre
        self._is_neighbour = species == neighbour
        self._numbers = self._count(configuration.positions, configuration.cell)
        self._pending: tuple[Integers, Integers] | None = None

    def _count(self, positions: Floats, cell: Floats) -> Integers:
        pairs = list_pairs(positions, cell, self._soft.cutoff)
        meant = self._is_centre[pairs.firsts] & self._is_neighbour[pairs.seconds]
        return np.bincount(pairs.firsts[meant], minlength=len(positions)).astype(np.int64)

    @property
    def fraction(self) -> float:
        """Of the centres with that number of neighbours."""
        return self._fraction(self._numbers)

    def _fraction(self, numbers: Integers) -> float:
        return float((numbers[self._is_centre] == self._soft.number).mean())

    def _chi2_of(self, fraction: float) -> float:
        return ((fraction - self._soft.fraction) / self._soft.sigma) ** 2

    @property
    def chi2(self) -> float:
        """Of the current configuration."""
        return self._chi2_of(self.fraction)

    def propose(self, proposal: Proposal) -> float:
        """Return by how much chi² changes."""
        if proposal.cell is not None:
            try:
                check_minimum_image(proposal.cell, self._soft.cutoff, self._soft.name)
            except InputError:
                return np.inf
            numbers = self._count(proposal.positions, proposal.cell)
        else:
            numbers = self._numbers + self._change(proposal)
        which = np.flatnonzero(numbers != self._numbers)
        self._pending = (which, numbers[which])
        return self._chi2_of(self._fraction(numbers)) - self.chi2

    def _change(self, proposal: Proposal) -> Integers:
        """Return by how much each centre's number of neighbours changes, its own move or that of others."""
        configuration, atoms = self._configuration, proposal.atoms
        change = np.zeros(len(self._numbers), np.int64)
        others = np.ones(len(change), bool)
        others[atoms] = False
        before = configuration.positions[atoms]
        for sign, places in ((-1, before), (1, proposal.positions)):
            for row, atom in enumerate(atoms.tolist()):
                centre, neighbour = self._is_centre[atom], self._is_neighbour[atom]
                if not (centre or neighbour):
                    continue
                apart = configuration.nearest(configuration.positions - places[row])
                near = others & ((apart**2).sum(axis=1) < self._soft.cutoff**2)
                if centre:
                    change[atom] += sign * int((near & self._is_neighbour).sum())
                if neighbour:
                    change[near & self._is_centre] += sign
                among = configuration.nearest(places - places[row])
                inside = (among**2).sum(axis=1) < self._soft.cutoff**2
                inside[row] = False
                if centre:
                    change[atom] += sign * int((inside & self._is_neighbour[atoms]).sum())
        return change

    def accept(self) -> None:
        """Make the pending proposal the current configuration."""
        assert self._pending is not None
        which, numbers = self._pending
        self._numbers[which] = numbers
        self._pending = None

    def reject(self) -> None:
        """Forget the pending proposal."""
        self._pending = None

    def drift(self) -> float:
        """Return how far chi² is from a fresh evaluation."""
        return abs(self.chi2_at(self._configuration.positions, self._configuration.cell) - self.chi2)

    def chi2_at(self, positions: Floats, cell: Floats) -> float:
        """Return chi² of another configuration."""
        return self._chi2_of(self._fraction(self._count(positions, cell)))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return nothing: the numbers follow from the positions."""
        return {}

    def restore(self, arrays: Arrays) -> None:
        """Take over nothing."""
