"""Shortest distances that no pair of atoms may fall below, judged on the proposed configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import (
    CellList,
    cell_list,
    check_minimum_image,
    minimum_image,
    most_found,
    near,
    neighbours_of,
    put_atoms,
)
from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.constraints.species import species_index
from carvsdb_refine.monte_carlo.protocols import Proposal
from carvsdb_refine.potential.terms import Arrays

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
        self._cells = self._sorted(configuration.positions, configuration.cell)
        self._pending: Proposal | None = None

    def _sorted(self, positions: Floats, cell: Floats) -> CellList:
        reach = max(self._reach, 1.0)
        check_minimum_image(cell, reach, self._name)
        return cell_list(positions, cell, reach)

    def allows(self, proposal: Proposal) -> bool:
        """Return whether no pair falls below its limit."""
        self._pending = proposal
        if self._reach == 0:
            return True
        if proposal.cell is not None:
            try:
                cells = self._sorted(proposal.positions, proposal.cell)
            except InputError:
                return False
            found = _count(cells, self._species, self._molecule, self._limits, self._reach)
            return bool(found <= self.violations())
        return bool(
            _allowed(
                self._cells,
                self._species,
                self._molecule,
                self._limits,
                self._reach,
                proposal.atoms,
                proposal.positions,
            )
        )

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
        """Return how many pairs are too close."""
        return int(_count(self._cells, self._species, self._molecule, self._limits, self._reach))

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
        row, column = (species_index(symbol, species, f"{what} of {name!r}") for symbol in (first, second))
        if not (np.isfinite(limit) and limit > 0):
            raise InputError(f"{what} of {name!r} must be a distance above 0 Å, got {limit}")
        table[row, column] = table[column, row] = limit
    return table


@compiled
def _allowed(
    cells: CellList,
    species: Integers,
    molecule: Integers,
    limits: Floats,
    reach: float,
    atoms: Integers,
    positions: Floats,
) -> bool:
    most = most_found(cells)
    others, vectors, vector = np.empty(most, np.int64), np.empty((most, 4)), np.empty(4)
    for i in range(atoms.shape[0]):
        cells.hidden[atoms[i]] = 1
    allowed = True
    for i in range(atoms.shape[0]):
        atom = atoms[i]
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        n_found = near(cells, x, y, z, reach, others, vectors)
        for j in range(n_found):
            other = others[j]
            if vectors[j, 3] < limits[species[atom], species[other]] and molecule[atom] != molecule[other]:
                minimum_image(
                    cells,
                    cells.positions[other, 0] - cells.positions[atom, 0],
                    cells.positions[other, 1] - cells.positions[atom, 1],
                    cells.positions[other, 2] - cells.positions[atom, 2],
                    vector,
                )
                allowed = allowed and vectors[j, 3] >= vector[3]
        for j in range(i):
            other = atoms[j]
            limit = limits[species[atom], species[other]]
            if limit > 0.0 and molecule[atom] != molecule[other]:
                minimum_image(cells, positions[j, 0] - x, positions[j, 1] - y, positions[j, 2] - z, vector)
                after = vector[3]
                if after < limit:
                    minimum_image(
                        cells,
                        cells.positions[other, 0] - cells.positions[atom, 0],
                        cells.positions[other, 1] - cells.positions[atom, 1],
                        cells.positions[other, 2] - cells.positions[atom, 2],
                        vector,
                    )
                    allowed = allowed and after >= vector[3]
        if not allowed:
            break
    for i in range(atoms.shape[0]):
        cells.hidden[atoms[i]] = 0
    return allowed


@compiled
def _count(cells: CellList, species: Integers, molecule: Integers, limits: Floats, reach: float) -> int:
    most = most_found(cells)
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    found = 0
    for atom in range(species.shape[0]):
        n_found = neighbours_of(cells, atom, reach, others, vectors)
        for j in range(n_found):
            other = others[j]
            if other > atom and molecule[atom] != molecule[other]:
                found += vectors[j, 3] < limits[species[atom], species[other]]
    return found
