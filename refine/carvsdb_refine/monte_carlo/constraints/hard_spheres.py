"""Shortest distances that no pair of atoms may fall below, judged on the proposed configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import Boxes, boxes_of, near, nearest_vector, put_atoms
from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.protocols import Arrays, Proposal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class HardSpheres:
    """Shortest distances by pair of elements.

    Attributes
    ----------
    limits : mapping of str to float
        ``{"Zn-N": 1.7}``, in Å, in either order; pairs that are not named have no limit.
    within_molecules : bool
        Whether atoms of one molecule are judged too.
    """

    limits: Mapping[str, float]
    within_molecules: bool = False
    name: str = "hard spheres"

    def bind(self, configuration: Configuration) -> "BoundSpheres":
        """Return the state for a configuration."""
        return BoundSpheres(self, configuration)


class BoundSpheres:
    """Hard spheres bound to a configuration: implements `BoundConstraint`.

    Notes
    -----
    A pair that is too close already may move as long as it gets no closer, so that a start with overlaps can be
    mended. Once there is none, none can come.
    """

    def __init__(self, spheres: HardSpheres, configuration: Configuration) -> None:
        self._configuration = configuration
        model = configuration.model
        self._limits = pair_table(spheres.limits, model.species, spheres.name)
        self._reach = float(self._limits.max(initial=0.0))
        self._species = model.atom_to_species
        # Atoms of one molecule are not judged; where all are, each atom counts as a molecule of its own.
        self._molecule = np.arange(model.n_atoms)
        if not spheres.within_molecules:
            for index, atoms in enumerate(configuration.molecules):
                self._molecule[atoms] = index
        self._name = spheres.name
        self._skip = np.zeros(model.n_atoms, np.uint8)
        self._boxes = self._sorted(configuration.positions, configuration.cell)
        self._pending: Proposal | None = None

    def _sorted(self, positions: Floats, cell: Floats) -> Boxes:
        return boxes_of(positions, cell, max(self._reach, 1.0), self._name)

    def allows(self, proposal: Proposal) -> bool:
        """Return whether no pair falls below its limit."""
        self._pending = proposal
        if self._reach == 0:
            return True
        if proposal.cell is not None:
            try:
                boxes = self._sorted(proposal.positions, proposal.cell)
            except InputError:
                return False
            found = _count(boxes, self._species, self._molecule, self._limits, self._reach, self._skip)
            return bool(found <= self.violations())
        return bool(
            _allowed(
                self._boxes,
                self._species,
                self._molecule,
                self._limits,
                self._reach,
                self._skip,
                proposal.atoms,
                proposal.positions,
            )
        )

    def accept(self) -> None:
        """Follow the configuration, which has changed."""
        proposal, self._pending = self._pending, None
        assert proposal is not None
        configuration = self._configuration
        if proposal.cell is not None or not put_atoms(self._boxes, proposal.atoms, proposal.positions):
            self._boxes = self._sorted(configuration.positions, configuration.cell)

    def reject(self) -> None:
        """Forget the proposal."""
        self._pending = None

    def violations(self) -> int:
        """Return how many pairs are too close."""
        return int(_count(self._boxes, self._species, self._molecule, self._limits, self._reach, self._skip))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return nothing: all follows from the positions."""
        return {}

    def restore(self, arrays: Arrays) -> None:
        """Take over nothing."""


def pair_table(limits: Mapping[str, float], species: tuple[str, ...], what: str) -> Floats:
    """Return a number for each pair of species, shape (n_species, n_species), 0 for pairs that are not named.

    Raises
    ------
    InputError
        If a pair is not two elements of the model, or a number is not above 0.
    """
    table = np.zeros((len(species), len(species)))
    for name, limit in limits.items():
        first, _, second = name.partition("-")
        for symbol in (first, second):
            if symbol not in species:
                raise InputError(
                    f"{what} of {name!r}: the model has no element {symbol!r}; it has {', '.join(species)}"
                )
        if not (np.isfinite(limit) and limit > 0):
            raise InputError(f"{what} of {name!r} must be a distance above 0 Å, got {limit}")
        row, column = species.index(first), species.index(second)
        table[row, column] = table[column, row] = limit
    return table


@compiled
def _allowed(
    boxes: Boxes,
    species: Integers,
    molecule: Integers,
    limits: Floats,
    reach: float,
    skip: NDArray[np.uint8],
    atoms: Integers,
    positions: Floats,
) -> bool:
    most = 27 * boxes.members.shape[1]
    others, vectors, vector = np.empty(most, np.int64), np.empty((most, 4)), np.empty(4)
    for i in range(atoms.shape[0]):
        skip[atoms[i]] = 1
    allowed = True
    for i in range(atoms.shape[0]):
        atom = atoms[i]
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        n_found = near(boxes, x, y, z, reach, skip, others, vectors)
        for j in range(n_found):
            other = others[j]
            if vectors[j, 3] < limits[species[atom], species[other]] and molecule[atom] != molecule[other]:
                nearest_vector(
                    boxes,
                    boxes.places[other, 0] - boxes.places[atom, 0],
                    boxes.places[other, 1] - boxes.places[atom, 1],
                    boxes.places[other, 2] - boxes.places[atom, 2],
                    vector,
                )
                allowed = allowed and vectors[j, 3] >= vector[3]
        for j in range(i):
            other = atoms[j]
            limit = limits[species[atom], species[other]]
            if limit > 0.0 and molecule[atom] != molecule[other]:
                nearest_vector(boxes, positions[j, 0] - x, positions[j, 1] - y, positions[j, 2] - z, vector)
                after = vector[3]
                if after < limit:
                    nearest_vector(
                        boxes,
                        boxes.places[other, 0] - boxes.places[atom, 0],
                        boxes.places[other, 1] - boxes.places[atom, 1],
                        boxes.places[other, 2] - boxes.places[atom, 2],
                        vector,
                    )
                    allowed = allowed and after >= vector[3]
        if not allowed:
            break
    for i in range(atoms.shape[0]):
        skip[atoms[i]] = 0
    return allowed


@compiled
def _count(
    boxes: Boxes, species: Integers, molecule: Integers, limits: Floats, reach: float, skip: NDArray[np.uint8]
) -> int:
    most = 27 * boxes.members.shape[1]
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    found = 0
    for atom in range(species.shape[0]):
        place = boxes.places[atom]
        n_found = near(boxes, place[0], place[1], place[2], reach, skip, others, vectors)
        for j in range(n_found):
            other = others[j]
            if other > atom and molecule[atom] != molecule[other]:
                found += vectors[j, 3] < limits[species[atom], species[other]]
    return found
