"""The energies of a model under a classical potential, kept up to date as atoms move."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.potential.classical.energy import evaluate_classical, move_and_evaluate, move_back
from carvsdb_refine.potential.classical.tables import STILLINGER_WEBER, ClassicalTables
from carvsdb_refine.potential.moving_grid import MovingGrid, moving_grid

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# The arrays of the grid that move.
_KEPT = ("positions", "box", "first", "following", "preceding")


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
        self._is_pair = tables.kind < STILLINGER_WEBER
        n_atoms = len(kinds)
        self.atom_energies: Floats = np.zeros(n_atoms)
        self._grid, most = moving_grid(np.array(positions, np.float64), np.array(cell, np.float64), tables.cutoff)
        self._fresh = np.zeros(n_atoms)
        self._touched, self._mark = np.zeros(n_atoms, np.int64), np.zeros(n_atoms, np.int64)
        self._make_room(min(most, 64))
        self._n_touched = 0
        self._moved: Integers = np.zeros(0, np.int64)
        self._places_before: Floats = np.zeros((0, 3))
        self._grid_before: MovingGrid | None = None
        self._stands = False
        self.atom_energies[:] = self.recompute()

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
        self._moved, self._places_before = atoms, self._grid.positions[atoms]
        self._stands = True
        while True:
            self._n_touched = move_and_evaluate(
                self._tables, self._grid, self._kinds, atoms, places, self._is_pair, self.atom_energies,
                self._fresh, self._touched, self._mark, self._others, self._vectors, self._room,
            )  # fmt: skip
            if self._n_touched >= 0:
                return self._change()
            move_back(self._grid, atoms, self._places_before)
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
        self._grid_before = self._grid
        self._grid, _ = moving_grid(np.array(positions, np.float64), np.array(cell, np.float64), self._tables.cutoff)
        self._fresh[:] = self._energies(self._grid.positions, self._grid.cell)
        self._n_touched = len(self._kinds)
        self._touched[:] = np.arange(self._n_touched)
        self._stands = True
        return self._change()

    def accept(self) -> None:
        """Keep what was proposed."""
        touched = self._touched[: self._n_touched]
        self.atom_energies[touched] = self._fresh[touched]
        self._settle()

    def reject(self) -> None:
        """Take back what was proposed, if anything was."""
        if not self._stands:
            return
        if self._grid_before is not None:
            self._grid = self._grid_before
        if len(self._moved):
            move_back(self._grid, self._moved, self._places_before)
        self._settle()

    def recompute(self) -> Floats:
        """Return the energies per atom of the present configuration, from nothing but its atoms."""
        grid = self._grid if self._grid_before is None else self._grid_before
        positions = grid.positions.copy()
        positions[self._moved] = self._places_before
        return self._energies(positions, grid.cell)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what `restore` needs: energies, and boxes, as the order in them decides the last digits."""
        self.reject()
        kept = {name: getattr(self._grid, name).copy() for name in _KEPT}
        return {"atom_energies": self.atom_energies.copy(), **kept}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays of `state`."""
        self.reject()
        self.atom_energies[:] = arrays["atom_energies"]
        for name in _KEPT:
            getattr(self._grid, name)[:] = arrays[name]

    def _energies(self, positions: Floats, cell: Floats) -> Floats:
        grid, most = moving_grid(positions, cell, self._tables.cutoff)
        energies = np.zeros(len(self._kinds))
        evaluate_classical(self._tables, grid, self._kinds, most, False, energies, np.zeros((0, 3)))
        return energies

    def _change(self) -> float:
        touched = self._touched[: self._n_touched]
        change = float((self._fresh[touched] - self.atom_energies[touched]).sum())
        return change if np.isfinite(change) else np.inf

    def _settle(self) -> None:
        self._stands, self._n_touched = False, 0
        self._moved, self._grid_before = self._moved[:0], None
        self._places_before = self._places_before[:0]

    def _make_room(self, most: int) -> None:
        self._others, self._vectors, self._room = np.zeros(most, np.int64), np.zeros((most, 4)), np.zeros((4, most))
