"""Soft constraints on bonds and angles of the start: each towards a target, or towards its own value there."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import check_minimum_image
from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.configuration import Configuration, nearest_image
from carvsdb_refine.monte_carlo.constraints.atom_groups import AtomGroups
from carvsdb_refine.monte_carlo.protocols import Proposal
from carvsdb_refine.potential.terms import Arrays, Floats, Integers, saved


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
        """Return the state for a configuration; the bonds of its start are meant."""
        firsts, seconds = _bonds(self.name, configuration.model, self.longest)
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
        """Return the state for a configuration; the angles of its start are meant."""
        firsts, seconds = _bonds(self.name, configuration.model, self.longest)
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
            if (elements[one], elements[two]) in ((self.first, self.last), (self.last, self.first))
        ]
        rows = np.array(groups, np.int64).reshape(-1, 3)
        return BoundShapes(self.name, configuration, rows, self.angle, self.sigma)


def _bonds(name: str, model: AtomicModel, longest: float) -> tuple[Integers, Integers]:
    """Return the bonds of the start in both directions: by now they may all be longer."""
    check_minimum_image(model.cell, longest, name)
    pairs = list_pairs(model.positions, model.cell, longest)
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
        self._groups = AtomGroups.of(groups, configuration.model.n_atoms)
        start = configuration.model
        at_start = self._values_of(start.positions, start.cell)
        self._targets = at_start if target is None else np.full(len(groups), target)
        self._chi2 = self.chi2_at(configuration.positions, configuration.cell)
        self._new_chi2 = self._chi2

    def _values_of(self, positions: Floats, cell: Floats) -> Floats:
        return _values(self._groups.places(self._groups.all, positions), cell)

    def _sum(self, values: Floats, targets: Floats) -> float:
        return float((((values - targets) / self._sigma) ** 2).sum())

    @property
    def chi2(self) -> float:
        """Of the current configuration."""
        return self._chi2

    def propose(self, proposal: Proposal) -> float:
        """Return by how much chi² changes."""
        configuration, groups = self._configuration, self._groups
        which = groups.touched(proposal)
        before = groups.places(which, configuration.positions)
        after = groups.places_after(which, configuration.positions, proposal)
        cell = configuration.cell if proposal.cell is None else proposal.cell
        old, new = _values(before, configuration.cell), _values(after, cell)
        change = self._sum(new, self._targets[which]) - self._sum(old, self._targets[which])
        self._new_chi2 = self._chi2 + change
        return change

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
        return self._sum(self._values_of(positions, cell), self._targets)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the groups of the start, which the present positions need not tell, and chi²."""
        return {"groups": self._groups.members.copy(), "targets": self._targets.copy(), "chi2": np.array(self._chi2)}

    def restore(self, arrays: Arrays) -> None:
        """Take over the groups of the start."""
        n_groups, size = len(arrays.get("targets", ())), self._groups.members.shape[1]
        if n_groups == 0:
            raise InputError("the saved state has no groups")
        self._groups = AtomGroups.saved(arrays, "groups", (n_groups, size), self._configuration.model.n_atoms)
        self._targets = saved(arrays, "targets", np.zeros(n_groups))
        self._chi2 = self._new_chi2 = float(saved(arrays, "chi2", np.array(0.0)))


def _values(places: Floats, cell: Floats) -> Floats:
    """Return distances in Å of pairs, shape (n, 2, 3), or angles in degrees at the middle of triples, (n, 3, 3)."""
    arms = nearest_image(places[:, ::2] - places[:, 1:2], cell)
    lengths = np.linalg.norm(arms, axis=2)
    if places.shape[1] == 2:
        return np.asarray(lengths[:, 0], np.float64)
    cosine = (arms[:, 0] * arms[:, 1]).sum(axis=1) / lengths.prod(axis=1)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))), np.float64)
