"""The energies of a model under a classical potential, kept up to date as atoms move."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import CellList, cell_list, put_atoms
from carvsdb_refine.potential.classical.energy import evaluate_classical, move_and_evaluate
from carvsdb_refine.potential.classical.tables import ClassicalTables
from carvsdb_refine.potential.terms import saved

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class BoundClassical:
    """Energies per atom that change by what a move touches.

    Parameters
    ----------
    tables : ClassicalTables
        The potential.
    kinds : ndarray of int64, shape (n,)
        Elements, as indices of the potential.
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.

    Attributes
    ----------
    atom_energies : ndarray of float64, shape (n,)
        In eV, of the configuration last accepted.

    Notes
    -----
    A proposal stands until `accept` or `reject`; the next proposal rejects one that still stands. A configuration with
    an atom upon another has an infinite energy.
    """

    def __init__(self, tables: ClassicalTables, kinds: Integers, positions: Floats, cell: Floats) -> None:
        self._tables, self._kinds = tables, np.array(kinds, np.int64)
        self._positions: Floats = np.array(positions, np.float64)
        self._cells = cell_list(self._positions, cell, tables.cutoff)
        n_atoms = len(kinds)
        self._fresh = np.zeros(n_atoms)
        self._touched, self._mark = np.zeros(n_atoms, np.int64), np.zeros(n_atoms, np.int64)
        self._make_room(min(self._cells.most_neighbours, 64))
        self._n_touched = 0
        self._moved: tuple[Integers, Floats] | None = None
        self._other: tuple[CellList, Floats] | None = None
        self.atom_energies: Floats = self.recompute()

    def propose(self, atoms: Integers, positions: Floats) -> float:
        """Move atoms for the time being and return the energy change in eV.

        Parameters
        ----------
        atoms : ndarray of int64, shape (k,)
            Different atoms.
        positions : ndarray of float64, shape (k, 3)
            Where they go (Cartesian, Å).
        """
        self.reject()
        atoms = np.asarray(atoms, np.int64)
        places = np.ascontiguousarray(positions, np.float64)
        self._moved = (atoms, places)
        while True:
            self._n_touched = move_and_evaluate(
                self._tables, self._cells, self._kinds, atoms, places, self._tables.is_pairwise, self.atom_energies,
                self._fresh, self._touched, self._mark, self._others, self._vectors, self._room,
            )  # fmt: skip
            if self._n_touched >= 0:
                return self._change()
            # Whatever lacked room gets more, and the list is made anew: it follows from the positions alone.
            self._sort_anew(2 * self._cells.members.shape[1])
            self._make_room(2 * len(self._others))

    def propose_cell(self, cell: Floats, positions: Floats) -> float:
        """Put all atoms into another cell for the time being and return the energy change in eV.

        Parameters
        ----------
        cell : ndarray of float64, shape (3, 3)
            Lattice vectors as rows, in Å.
        positions : ndarray of float64, shape (n, 3)
            Of all atoms (Cartesian, Å).
        """
        self.reject()
        places: Floats = np.array(positions, np.float64)
        self._other = (cell_list(places, cell, self._tables.cutoff), places)
        self._fresh[:] = self._energies(self._other[0])
        self._n_touched = len(self._kinds)
        self._touched[:] = np.arange(self._n_touched)
        return self._change()

    def accept(self) -> None:
        """Keep what was proposed."""
        touched = self._touched[: self._n_touched]
        self.atom_energies[touched] = self._fresh[touched]
        if self._other is not None:
            self._cells, self._positions = self._other
        elif self._moved is not None:
            atoms, places = self._moved
            self._positions[atoms] = places
        self._moved, self._other, self._n_touched = None, None, 0

    def reject(self) -> None:
        """Take back what was proposed, if anything was."""
        if self._moved is not None and not put_atoms(self._cells, self._moved[0], self._positions[self._moved[0]]):
            self._sort_anew()
        self._moved, self._other, self._n_touched = None, None, 0

    def recompute(self) -> Floats:
        """Return the energies per atom of the present configuration, from nothing but its atoms."""
        return self._energies(cell_list(self._positions, self._cells.cell, self._tables.cutoff))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what `restore` needs: the energies, as their last digits tell of all moves."""
        self.reject()
        return {"atom_energies": self.atom_energies.copy()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays of `state`."""
        self.reject()
        self.atom_energies[:] = saved(arrays, "atom_energies", self.atom_energies)

    def _sort_anew(self, capacity: int = 0) -> None:
        self._cells = cell_list(self._positions, self._cells.cell, self._tables.cutoff, capacity)

    def _energies(self, cells: CellList) -> Floats:
        energies, most = np.zeros(len(self._kinds)), cells.most_neighbours
        evaluate_classical(self._tables, cells, self._kinds, most, False, energies, np.zeros((0, 3)), np.zeros((3, 3)))
        return energies

    def _change(self) -> float:
        touched = self._touched[: self._n_touched]
        change = float((self._fresh[touched] - self.atom_energies[touched]).sum())
        return change if np.isfinite(change) else np.inf

    def _make_room(self, most: int) -> None:
        self._others, self._vectors, self._room = np.zeros(most, np.int64), np.zeros((most, 4)), np.zeros((4, most))
