"""Soft constraints: what a configuration should be like, and what each departure adds to chi².

Each term adds ``((value - target) / sigma)²``: fractions of atoms with some number of neighbours, distances and angles
between atoms that are bonded at the start. They stand beside the data in the acceptance rule, with the same factor.

References
----------
.. [1] Tucker, Keen, Dove, Goodwin & Hui, J. Phys.: Condens. Matter 19, 335218 (2007),
   doi:10.1088/0953-8984/19/33/335218
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import check_minimum_image
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.protocols import Proposal
from carvsdb_refine.potential.terms import Arrays, State, saved

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class SoftTerm(Protocol):
    """A soft constraint, not yet bound to a model."""

    @property
    def name(self) -> str:
        """What messages and results call it."""

    def bind(self, configuration: Configuration) -> "BoundSoft":
        """Return the state for a configuration.

        Raises
        ------
        InputError
            If the model lacks an element, or nothing at the start is meant.
        """


class BoundSoft(State, Protocol):
    """What a soft constraint adds to chi², for the current configuration."""

    @property
    def chi2(self) -> float:
        """Of the current configuration."""

    def propose(self, proposal: Proposal) -> float:
        """Return by how much chi² changes."""

    def chi2_at(self, positions: Floats, cell: Floats) -> float:
        """Return chi² of another configuration, what is bonded being as at the start."""

    def drift(self) -> float:
        """Return how far chi² is from a fresh evaluation."""


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
        for symbol in (soft.centre, soft.neighbour):
            if symbol not in model.species:
                raise InputError(f"{soft.name}: the model has no element {symbol!r}; it has {', '.join(model.species)}")
        check_minimum_image(configuration.cell, soft.cutoff, soft.name)
        species = model.atom_to_species
        self._is_centre = species == model.species.index(soft.centre)
        self._is_neighbour = species == model.species.index(soft.neighbour)
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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Distances between atoms that are bonded at the start, within molecules if there are any.

    Attributes
    ----------
    first, second : str
        The elements.
    longest : float
        Up to which two atoms are bonded at the start, in Å.
    length : float or None
        The target in Å; by default that of the start, bond by bond.
    sigma : float
        In Å.
    """

    first: str
    second: str
    longest: float
    length: float | None
    sigma: float

    @property
    def name(self) -> str:
        """Such as ``stretch C-N``."""
        return f"stretch {self.first}-{self.second}"

    def bind(self, configuration: Configuration) -> "BoundShapes":
        """Return the state for a configuration, whose bonds are meant."""
        firsts, seconds = _bonds(self.name, configuration, self.longest)
        kinds = np.array(configuration.model.elements)
        meant = (kinds[firsts] == self.first) & (kinds[seconds] == self.second)
        if self.first == self.second:
            meant &= firsts < seconds
        groups = np.column_stack((firsts[meant], seconds[meant]))
        return BoundShapes(self.name, configuration, groups, self.length, self.sigma)


@dataclass(frozen=True, slots=True)
class Bend:
    """Angles between bonds of the start, within molecules if there are any.

    Attributes
    ----------
    first, centre, last : str
        The elements.
    longest : float
        Up to which two atoms are bonded at the start, in Å.
    angle : float or None
        The target in degrees; by default that of the start, angle by angle.
    sigma : float
        In degrees.
    """

    first: str
    centre: str
    last: str
    longest: float
    angle: float | None
    sigma: float

    @property
    def name(self) -> str:
        """Such as ``bend N-C-N``."""
        return f"bend {self.first}-{self.centre}-{self.last}"

    def bind(self, configuration: Configuration) -> "BoundShapes":
        """Return the state for a configuration, whose angles are meant."""
        firsts, seconds = _bonds(self.name, configuration, self.longest)
        elements = configuration.model.elements
        ends: dict[int, list[int]] = {}
        for one, two in zip(firsts.tolist(), seconds.tolist(), strict=True):
            if elements[one] == self.centre:
                ends.setdefault(one, []).append(two)
        groups = [
            (one, atom, two)
            for atom, around in ends.items()
            for place, one in enumerate(around)
            for two in around[place + 1 :]
            if {(elements[one], elements[two])} & {(self.first, self.last), (self.last, self.first)}
        ]
        rows = np.array(groups, np.int64).reshape(-1, 3)
        return BoundShapes(self.name, configuration, rows, self.angle, self.sigma)


def _bonds(name: str, configuration: Configuration, longest: float) -> tuple[Integers, Integers]:
    """Return the bonds of the start in both directions."""
    check_minimum_image(configuration.cell, longest, name)
    model = configuration.model
    pairs = list_pairs(configuration.positions, configuration.cell, longest)
    firsts, seconds = pairs.firsts, pairs.seconds
    if model.molecule_ids is not None:
        same = model.molecule_ids[firsts] == model.molecule_ids[seconds]
        firsts, seconds = firsts[same], seconds[same]
    return firsts, seconds


class BoundShapes:
    """Distances or angles of groups of atoms: implements `BoundSoft`."""

    def __init__(
        self, name: str, configuration: Configuration, groups: Integers, target: float | None, sigma: float
    ) -> None:
        if len(groups) == 0:
            raise InputError(f"{name}: the start has none of these; are the elements and the longest bond right?")
        self._configuration, self._sigma = configuration, sigma
        self._take(groups, np.zeros(len(groups)))
        values = self._values(np.arange(len(groups)), configuration.positions, configuration.cell)
        self._targets = values.copy() if target is None else np.full(len(groups), target)
        self._chi2 = self._sum(values, self._targets)
        self._new_chi2 = self._chi2

    def _take(self, groups: Integers, targets: Floats) -> None:
        self._groups, self._targets = groups, targets
        ends = groups.ravel()
        order = np.argsort(ends, kind="stable")
        numbers = np.bincount(ends, minlength=self._configuration.model.n_atoms)
        self._of_atom = np.split(order // groups.shape[1], np.cumsum(numbers)[:-1])

    def _values(self, which: Integers, positions: Floats, cell: Floats) -> Floats:
        """Return distances in Å or angles in degrees."""
        places = positions[self._groups[which]]
        inverse = np.linalg.inv(cell)
        one = places[:, 0] - places[:, 1]
        one = one - np.rint(one @ inverse) @ cell
        length = np.linalg.norm(one, axis=1)
        if self._groups.shape[1] == 2:
            return np.asarray(length, np.float64)
        two = places[:, 2] - places[:, 1]
        two = two - np.rint(two @ inverse) @ cell
        cosine = (one * two).sum(axis=1) / (length * np.linalg.norm(two, axis=1))
        return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))), np.float64)

    def _sum(self, values: Floats, targets: Floats) -> float:
        return float((((values - targets) / self._sigma) ** 2).sum())

    @property
    def chi2(self) -> float:
        """Of the current configuration."""
        return self._chi2

    def propose(self, proposal: Proposal) -> float:
        """Return by how much chi² changes."""
        configuration = self._configuration
        if proposal.cell is not None:
            values = self._values(np.arange(len(self._groups)), proposal.positions, proposal.cell)
            self._new_chi2 = self._sum(values, self._targets)
            return self._new_chi2 - self._chi2
        which = np.unique(np.concatenate([self._of_atom[atom] for atom in proposal.atoms]))
        if len(which) == 0:
            self._new_chi2 = self._chi2
            return 0.0
        targets, atoms = self._targets[which], proposal.atoms
        old = self._sum(self._values(which, configuration.positions, configuration.cell), targets)
        kept = configuration.positions[atoms]
        # Moved there and back: the groups read positions by atom.
        configuration.positions[atoms] = proposal.positions
        new = self._sum(self._values(which, configuration.positions, configuration.cell), targets)
        configuration.positions[atoms] = kept
        self._new_chi2 = self._chi2 + (new - old)
        return new - old

    def accept(self) -> None:
        """Make the pending proposal the current configuration."""
        self._chi2 = self._new_chi2

    def reject(self) -> None:
        """Forget the pending proposal."""
        self._new_chi2 = self._chi2

    def drift(self) -> float:
        """Return how far chi² is from a fresh evaluation."""
        return abs(self.chi2_at(self._configuration.positions, self._configuration.cell) - self._chi2)

    def chi2_at(self, positions: Floats, cell: Floats) -> float:
        """Return chi² of another configuration, what is bonded being as at the start."""
        return self._sum(self._values(np.arange(len(self._groups)), positions, cell), self._targets)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the groups of the start, which the present positions need not tell, and chi²."""
        return {"groups": self._groups.copy(), "targets": self._targets.copy(), "chi2": np.array(self._chi2)}

    def restore(self, arrays: Arrays) -> None:
        """Take over the groups of the start."""
        n_groups, n_atoms = len(arrays.get("targets", ())), self._configuration.model.n_atoms
        groups = saved(arrays, "groups", np.zeros((n_groups, self._groups.shape[1]), np.int64))
        if n_groups == 0 or not (groups.min() >= 0 and groups.max() < n_atoms):
            raise InputError(f"the saved bonds name atoms that are none of the {n_atoms}")
        self._take(groups, saved(arrays, "targets", np.zeros(n_groups)))
        self._chi2 = self._new_chi2 = float(saved(arrays, "chi2", np.array(0.0)))


def chi2_of(terms: Sequence[BoundSoft]) -> float:
    """Return what soft constraints add to chi² together."""
    return sum(term.chi2 for term in terms)
