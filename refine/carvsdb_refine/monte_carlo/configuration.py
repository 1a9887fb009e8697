"""The configuration a Markov chain is at: positions and cell that change, and what stays the same."""

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.molecules import atoms_of_molecules, shifts_of_molecules


class Configuration:
    """Positions and cell that a chain changes in place.

    Attributes
    ----------
    model : AtomicModel
        The start; its elements and molecules stay.
    model : AtomicModel
        The start.
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å; an atom that leaves the cell is not wrapped back, so that image flags stay valid.
    cell, inverse : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å, and the inverse of that matrix.
    molecules : tuple of ndarray of int64
        The atoms of each molecule, ascending; an atom that belongs to none is one of its own.
    shifts : ndarray of int64, shape (n, 3)
        The cell into which each atom is moved so that its molecule stands together. As atoms are never wrapped, they
        stay what they are at the start.
    """

    def __init__(self, model: AtomicModel) -> None:
        self.model = model
        self.positions = model.positions.copy()
        self.cell = model.cell.copy()
        self.inverse: NDArray[np.float64] = np.linalg.inv(self.cell).astype(np.float64)
        self.molecules = atoms_of_molecules(model)
        self.shifts = shifts_of_molecules(model)

    @cached_property
    def atoms_in_molecules(self) -> NDArray[np.int64]:
        """The atoms of molecules of at least two atoms."""
        larger = [atoms for atoms in self.molecules if len(atoms) > 1]
        return np.concatenate(larger) if larger else np.zeros(0, np.int64)

    @cached_property
    def free_atoms(self) -> dict[str, NDArray[np.int64]]:
        """For each element the atoms that are molecules of their own."""
        alone = np.array([atoms[0] for atoms in self.molecules if len(atoms) == 1], np.int64)
        species = self.model.atom_to_species[alone]
        return {symbol: alone[species == index] for index, symbol in enumerate(self.model.species)}

    def change(self, atoms: NDArray[np.int64], positions: NDArray[np.float64]) -> None:
        """Put some atoms, shape (k,), at positions, shape (k, 3)."""
        self.positions[atoms] = positions

    def change_cell(self, cell: NDArray[np.float64], positions: NDArray[np.float64]) -> None:
        """Take another cell, and positions of all atoms in it."""
        self.cell[:] = cell
        self.inverse = np.linalg.inv(self.cell).astype(np.float64)
        self.positions[:] = positions

    def snapshot(self) -> AtomicModel:
        """Return the current configuration as a model."""
        return replace(self.model, positions=self.positions, cell=self.cell)

    def nearest(self, difference: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return differences of positions, shape (..., 3), moved to within half a cell."""
        return nearest_image(difference, self.cell, self.inverse)

    def connected(self, atoms: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return positions of a molecule's atoms, shape (k, 3), in the images in which they stand together."""
        positions = self.positions[atoms]
        if len(atoms) == 1:
            return positions
        connected: NDArray[np.float64] = positions + self.shifts[atoms] @ self.cell
        return connected


def nearest_image(
    difference: NDArray[np.float64], cell: NDArray[np.float64], inverse: NDArray[np.floating] | None = None
) -> NDArray[np.float64]:
    """Return differences of positions, shape (..., 3), moved to within half of a cell; its inverse may be given."""
    inverse = np.linalg.inv(cell) if inverse is None else inverse
    nearest: NDArray[np.float64] = difference - np.rint(difference @ inverse) @ cell
    return nearest
