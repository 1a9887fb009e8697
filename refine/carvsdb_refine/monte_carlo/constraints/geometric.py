"""Windows for the surroundings of atoms: coordination numbers, bond angles, lengths of the bonds of the start.

Each has an amount by which a configuration breaks it (atoms too many or too few, degrees, Å, summed). A proposal is
allowed if that amount does not grow around the atoms that move; where nothing is broken, nothing may break.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import (
    CellList,
    cell_list,
    check_minimum_image,
    most_found,
    near,
    neighbours_of,
    put_atoms,
)
from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.configuration import Configuration, nearest_image
from carvsdb_refine.monte_carlo.constraints.atom_groups import AtomGroups
from carvsdb_refine.monte_carlo.constraints.hard_spheres import pair_table
from carvsdb_refine.monte_carlo.constraints.species import species_index
from carvsdb_refine.monte_carlo.protocols import Proposal
from carvsdb_refine.potential.terms import Arrays, saved

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Sums of violations may differ by rounding.
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Coordination:
    """How many neighbours of one element an atom of another may have.

    Attributes
    ----------
    centre, neighbour : str
        The elements.
    cutoff : float
        Up to which an atom is a neighbour, in Å.
    minimum, maximum : int
        Both allowed.
    """

    centre: str
    neighbour: str
    cutoff: float
    minimum: int
    maximum: int

    @property
    def name(self) -> str:
        """``coordination of A by B``."""
        return f"coordination of {self.centre} by {self.neighbour}"

    def bind(self, configuration: Configuration) -> "BoundWindow":
        """Return the state for a configuration."""
        return BoundWindow(self.name, configuration, self.centre, (self.neighbour, ""), self.cutoff, self._range())

    def _range(self) -> tuple[float, float]:
        return float(self.minimum), float(self.maximum)


@dataclass(frozen=True, slots=True)
class Angle:
    """Between which bounds the angles at an atom must lie.

    Attributes
    ----------
    first, centre, last : str
        The elements.
    cutoff : float
        The longest arm, in Å.
    minimum, maximum : float
        In degrees.
    """

    first: str
    centre: str
    last: str
    cutoff: float
    minimum: float = 0.0
    maximum: float = 180.0

    @property
    def name(self) -> str:
        """``angle A-B-C``."""
        return f"angle {self.first}-{self.centre}-{self.last}"

    def bind(self, configuration: Configuration) -> "BoundWindow":
        """Return the state for a configuration."""
        ends, bounds = (self.first, self.last), (self.minimum, self.maximum)
        return BoundWindow(self.name, configuration, self.centre, ends, self.cutoff, bounds)


class BoundWindow:
    """A window for the surroundings of the atoms of one element: implements `BoundConstraint`."""

    def __init__(
        self,
        name: str,
        configuration: Configuration,
        centre: str,
        ends: tuple[str, str],
        cutoff: float,
        bounds: tuple[float, float],
    ) -> None:
        species = configuration.model.species
        if not bounds[0] <= bounds[1]:
            raise InputError(f"{name}: the bounds must ascend, got {bounds[0]:g} and {bounds[1]:g}")
        self._name, self._configuration, self._cutoff = name, configuration, cutoff
        self._species = configuration.model.atom_to_species
        self._centre = species_index(centre, species, name)
        self._ends = np.array([species_index(end, species, name) if end else -1 for end in ends])
        self._bounds = np.array(bounds)
        self._cells = self._sorted(configuration.positions, configuration.cell)
        self._pending: Proposal | None = None

    def _sorted(self, positions: Floats, cell: Floats) -> CellList:
        check_minimum_image(cell, self._cutoff, self._name)
        return cell_list(positions, cell, self._cutoff)

    def allows(self, proposal: Proposal) -> bool:
        """Return whether the window is broken no more than before."""
        self._pending = proposal
        if proposal.cell is not None:
            try:
                cells = self._sorted(proposal.positions, proposal.cell)
            except InputError:
                return False
            everywhere = np.arange(len(self._species))
            return bool(self._broken(cells, everywhere) <= self._broken(self._cells, everywhere) + _SLACK)
        atoms, positions = proposal.atoms, proposal.positions
        before = self._configuration.positions[atoms]
        around = _around(self._cells, self._cutoff, np.concatenate((before, positions)))
        centres = np.unique(np.concatenate((around, atoms)))
        old = self._broken(self._cells, centres)
        if not put_atoms(self._cells, atoms, positions):
            moved = self._configuration.positions.copy()
            moved[atoms] = positions
            self._cells = self._sorted(moved, self._configuration.cell)
        new = self._broken(self._cells, centres)
        put_atoms(self._cells, atoms, before)
        return bool(new <= old + _SLACK)

    def _broken(self, cells: CellList, centres: Integers) -> float:
        return float(_amount(cells, self._species, self._centre, self._ends, self._cutoff, self._bounds, centres)[0])

    def accept(self) -> None:
        """Follow the configuration, which has changed."""
        proposal, self._pending = self._pending, None
        assert proposal is not None
        configuration = self._configuration
        if proposal.cell is not None or not put_atoms(self._cells, proposal.atoms, proposal.positions):
            self._cells = self._sorted(configuration.positions, configuration.cell)

    def reject(self) -> None:
        """Forget the proposal."""
        self._pending = None

    def violations(self) -> int:
        """Return how many atoms or angles break the window."""
        everywhere = np.arange(len(self._species))
        amount = _amount(self._cells, self._species, self._centre, self._ends, self._cutoff, self._bounds, everywhere)
        return int(amount[1])

    def state(self) -> dict[str, NDArray[Any]]:
        """Return nothing: all follows from the positions."""
        return {}

    def restore(self, arrays: Arrays) -> None:
        """Take over nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class BondLengths:
    """Atoms that are bonded at the start stay bonded.

    Attributes
    ----------
    ranges : mapping of str to (float, float)
        ``{"Si-O": (1.5, 1.8)}``, in Å: pairs within such a range at the start stay within it.
    """

    ranges: Mapping[str, tuple[float, float]]
    name: str = "bond lengths"

    def bind(self, configuration: Configuration) -> "BoundBonds":
        """Return the state for a configuration, whose bonds are those to be kept."""
        return BoundBonds(self, configuration)


class BoundBonds:
    """Bonds to be kept, of one start: implements `BoundConstraint`."""

    def __init__(self, lengths: BondLengths, configuration: Configuration) -> None:
        self._configuration, model = configuration, configuration.model
        low = pair_table({name: bounds[0] for name, bounds in lengths.ranges.items()}, model.species, lengths.name)
        high = pair_table({name: bounds[1] for name, bounds in lengths.ranges.items()}, model.species, lengths.name)
        if (low > high).any():
            raise InputError(f"{lengths.name}: each range must ascend")
        reach = max(1.0, float(high.max()))
        check_minimum_image(configuration.cell, reach, lengths.name)
        cells = cell_list(configuration.positions, configuration.cell, reach)
        self._bonds = AtomGroups.of(_bonds(cells, model.atom_to_species, low, high), model.n_atoms)
        species = model.atom_to_species[self._bonds.members]
        self._low, self._high = low[species[:, 0], species[:, 1]], high[species[:, 0], species[:, 1]]

    def allows(self, proposal: Proposal) -> bool:
        """Return whether no bond leaves its range, or goes further from it."""
        configuration, bonds = self._configuration, self._bonds
        which = bonds.touched(proposal)
        before = bonds.places(which, configuration.positions)
        after = bonds.places_after(which, configuration.positions, proposal)
        cell = configuration.cell if proposal.cell is None else proposal.cell
        old, new = self._outside(before, configuration.cell, which), self._outside(after, cell, which)
        return bool((new <= old + _SLACK).all())

    def _outside(self, places: Floats, cell: Floats, which: Integers) -> Floats:
        difference = nearest_image(places[:, 1] - places[:, 0], cell)
        length = np.sqrt((difference**2).sum(axis=1))
        outside: Floats = np.maximum(self._low[which] - length, length - self._high[which]).clip(0)
        return outside

    def accept(self) -> None:
        """Do nothing: the configuration is read each time."""

    def reject(self) -> None:
        """Do nothing."""

    def violations(self) -> int:
        """Return how many bonds are outside of their range."""
        every, configuration = self._bonds.all, self._configuration
        places = self._bonds.places(every, configuration.positions)
        return int((self._outside(places, configuration.cell, every) > _SLACK).sum())

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the bonds of the start, which the present positions need not tell."""
        return {"bonds": self._bonds.members.copy(), "low": self._low.copy(), "high": self._high.copy()}

    def restore(self, arrays: Arrays) -> None:
        """Take over the bonds of the start."""
        n_bonds = len(arrays.get("low", ()))
        self._bonds = AtomGroups.saved(arrays, "bonds", (n_bonds, 2), self._configuration.model.n_atoms)
        self._low, self._high = (saved(arrays, name, np.zeros(n_bonds)) for name in ("low", "high"))


@compiled
def _around(cells: CellList, cutoff: float, positions: Floats) -> Integers:
    """Return the atoms within the cut-off of some places, with repetitions."""
    most = most_found(cells)
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    found, n_all = np.empty(positions.shape[0] * most, np.int64), 0
    for k in range(positions.shape[0]):
        x, y, z = positions[k, 0], positions[k, 1], positions[k, 2]
        n_found = near(cells, x, y, z, cutoff, others, vectors)
        for j in range(n_found):
            found[n_all] = others[j]
            n_all += 1
    return found[:n_all].copy()


@compiled
def _amount(
    cells: CellList,
    species: Integers,
    centre: int,
    ends: Integers,
    cutoff: float,
    bounds: Floats,
    centres: Integers,
) -> tuple[float, int]:
    """Return by how much, and how often, the surroundings of some atoms break a window."""
    most = most_found(cells)
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    amount, broken = 0.0, 0
    for index in range(centres.shape[0]):
        atom = centres[index]
        if species[atom] != centre:
            continue
        n_found = neighbours_of(cells, atom, cutoff, others, vectors)
        if ends[1] < 0:
            value = 0.0
            for j in range(n_found):
                value += species[others[j]] == ends[0]
            excess = max(bounds[0] - value, value - bounds[1], 0.0)
            amount += excess
            broken += excess > 0.0
            continue
        for j in range(n_found):
            for k in range(j):
                one, two = species[others[j]], species[others[k]]
                if (one == ends[0] and two == ends[1]) or (one == ends[1] and two == ends[0]):
                    cosine = 0.0
                    for axis in range(3):
                        cosine += vectors[j, axis] * vectors[k, axis]
                    cosine /= vectors[j, 3] * vectors[k, 3]
                    value = np.degrees(np.arccos(min(max(cosine, -1.0), 1.0)))
                    excess = max(bounds[0] - value, value - bounds[1], 0.0)
                    amount += excess
                    broken += excess > 0.0
    return amount, broken


@compiled
def _bonds(cells: CellList, species: Integers, low: Floats, high: Floats) -> Integers:
    most = most_found(cells)
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    reach = high.max() + 1e-9
    bonds, n_bonds = np.empty((8 * species.shape[0] + most, 2), np.int64), 0
    for atom in range(species.shape[0]):
        n_found = neighbours_of(cells, atom, reach, others, vectors)
        for j in range(n_found):
            other = others[j]
            one, two = species[atom], species[other]
            if other > atom and low[one, two] <= vectors[j, 3] <= high[one, two]:
                if n_bonds + 1 > bonds.shape[0]:
                    bonds = np.concatenate((bonds, np.empty_like(bonds)))
                bonds[n_bonds, 0], bonds[n_bonds, 1] = atom, other
                n_bonds += 1
    return bonds[:n_bonds].copy()
