"""The ACE energies of a model, kept up to date as atoms move: bases are cached, and changed where a move touches."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import cell_list, check_minimum_image, put_atoms
from carvsdb.errors import InputError
from carvsdb_refine.potential.ace.changes import bases_of_all, change_bases, energies_by_element
from carvsdb_refine.potential.ace.evaluate import evaluate
from carvsdb_refine.potential.ace.nearest import fades_of
from carvsdb_refine.potential.ace.pair_lanes import PAIRS, room_rows
from carvsdb_refine.potential.ace.product_lanes import SIDE
from carvsdb_refine.potential.ace.product_plan import ProductPlan, plan_products
from carvsdb_refine.potential.ace.tables import AceTables
from carvsdb_refine.potential.terms import saved

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class BoundAce:
    """Energies per atom under an ACE potential, and what a move changes.

    Parameters
    ----------
    tables : AceTables
        The potential.
    elements : ndarray of int64, shape (n,)
        Indices of the potential.
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    name : str
        What messages call the potential.

    Attributes
    ----------
    atom_energies : ndarray of float64, shape (n,)
        In eV, of the current configuration.

    Raises
    ------
    InputError
        If the cell is less than twice as wide as the cut-off, or two atoms lie upon one another.

    Notes
    -----
    The bases of the atoms that moved are summed anew, those of their neighbours change by the difference of the pairs
    that moved; then the energies of all of them are evaluated.
    """

    def __init__(
        self,
        tables: AceTables,
        elements: Integers,
        positions: Floats,
        cell: Floats,
        name: str,
        plan: ProductPlan | None = None,
    ) -> None:
        self._name, self._tables, self._elements = name, tables, np.ascontiguousarray(elements, np.int64)
        self._plan = plan_products(tables) if plan is None else plan
        self._positions = np.array(positions, np.float64)
        n_atoms, width = len(elements), int(tables.n_full.max())
        self._cutoff = float(tables.cutoffs.max())
        check_minimum_image(cell, self._cutoff, name)
        self._cells = cell_list(self._positions, cell, self._cutoff)
        self._switches = bool(tables.repels.max() == 2)
        self._fades_room = np.ones(0)
        self._slot_of = np.full(n_atoms, -1, np.int64)
        rows = int((tables.n_full + np.diff(self._plan.first_part)).max())
        self._product_room = (
            np.zeros((rows, SIDE)),
            np.zeros((rows, SIDE)),
            np.zeros((4, SIDE)),
            np.zeros((tables.weights.shape[1], SIDE)),
        )
        self._pair_room = np.zeros((room_rows(tables), PAIRS))
        self._bases = np.zeros((n_atoms, width))
        self._make_found()
        self._make_room(512, 4096)
        self.atom_energies: Floats = self._evaluate()
        self._n_touched = 0
        # Whose bases the last accepted proposal changed.
        self.changed: Integers = np.arange(n_atoms)
        self._pending: tuple[Integers, Floats] | None = None
        self._other: BoundAce | None = None

    @property
    def elements(self) -> Integers:
        """Indices of the potential, shape (n,)."""
        return self._elements

    @property
    def bases(self) -> Floats:
        """Atomic bases of the current configuration, shape (n, width); not to be written to."""
        return self._bases

    @property
    def proposed(self) -> tuple[Integers, Floats] | None:
        """Whose bases the proposal that waits for its verdict changes, shape (k,), and these, shape (k, width).

        None if there is none, or it has no finite energy.
        """
        if self._other is not None:
            return np.arange(len(self._elements)), self._other.bases
        return None if self._pending is None else (self._touched[: self._n_touched], self._fresh[: self._n_touched])

    def propose(self, atoms: Integers, positions: Floats) -> float:
        """Return by how many eV the energy changes if some atoms, shape (k,), move to positions, shape (k, 3)."""
        while True:
            self._n_touched = change_bases(
                self._tables,
                self._cells,
                self._elements,
                atoms,
                positions,
                self._bases,
                self._slot_of,
                self._touched,
                self._fresh,
                *self._pairs,
                *self._found,
                self._pair_room,
            )
            if self._n_touched != -1:
                break
            self._make_room(2 * len(self._touched), 2 * len(self._pairs[0]))
        if self._n_touched < 0:
            return np.inf
        self._pending = (atoms, positions)
        n_touched, energies = self._n_touched, self._fresh_energies
        fades = self._fades(self._touched, n_touched, positions)
        energies_by_element(
            self._tables,
            self._plan,
            self._elements,
            self._touched,
            n_touched,
            self._fresh,
            *self._product_room,
            fades,
            energies,
        )
        touched = self._touched[:n_touched]
        change = float((energies[:n_touched] - self.atom_energies[touched]).sum())
        return change if np.isfinite(change) else np.inf

    def propose_cell(self, cell: Floats, positions: Floats) -> float:
        """Return by how many eV the energy changes with another cell, and positions of all atoms in it."""
        try:
            self._other = BoundAce(self._tables, self._elements, positions, cell, self._name, self._plan)
        except InputError:
            return np.inf
        return float((self._other.atom_energies - self.atom_energies).sum())

    def accept(self) -> None:
        """Make the last proposal the current configuration."""
        if self._other is not None:
            self.__dict__.update(self._other.__dict__)
            return
        assert self._pending is not None
        atoms, positions = self._pending
        touched = self.changed = self._touched[: self._n_touched].copy()
        self._bases[touched] = self._fresh[: self._n_touched]
        self.atom_energies[touched] = self._fresh_energies[: self._n_touched]
        self._positions[atoms] = positions
        if not put_atoms(self._cells, atoms, positions):
            self._cells = cell_list(self._positions, self._cells.cell, self._cutoff)
            self._make_found()
        self._pending = None

    def reject(self) -> None:
        """Forget the last proposal."""
        self._pending, self._other = None, None

    def recompute(self) -> Floats:
        """Return the energy of each atom evaluated afresh, atom by atom; the state stays as it is."""
        cells = cell_list(self._positions, self._cells.cell, self._cutoff)
        order = np.lexsort((cells.bins, self._elements)).astype(np.int64)
        energies = np.zeros(len(self._elements))
        nothing = np.zeros((0, 3))
        evaluate(self._tables, cells, self._elements, order, cells.most_neighbours, False, energies, nothing, nothing)
        return energies

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the bases and the energies: their last digits tell of all moves."""
        return {"bases": self._bases.copy(), "atom_energies": self.atom_energies.copy()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays of `state`."""
        self._bases[:] = saved(arrays, "bases", self._bases)
        self.atom_energies[:] = saved(arrays, "atom_energies", self.atom_energies)

    def _evaluate(self) -> Floats:
        n_atoms = len(self._elements)
        # Atoms of one bin after the other, so that neighbours are near in memory.
        order = np.argsort(self._cells.bins, kind="stable").astype(np.int64)
        while True:
            status = bases_of_all(
                self._tables,
                self._cells,
                self._elements,
                order,
                *self._pairs,
                *self._found,
                self._pair_room,
                self._bases,
            )
            if status != -1:
                break
            self._make_room(len(self._touched), 2 * len(self._pairs[0]))
        if status > 0:
            raise InputError(f"atom {status - 1} (from 0) has no finite energy: another lies upon it")
        energies = np.zeros(n_atoms)
        energies_by_element(
            self._tables,
            self._plan,
            self._elements,
            np.arange(n_atoms),
            n_atoms,
            self._bases,
            *self._product_room,
            self._fades(np.arange(n_atoms), n_atoms, np.zeros((0, 3))),
            energies,
        )
        return energies

    def _fades(self, atoms: Integers, n_atoms: int, positions: Floats) -> Floats:
        """Return what nearest neighbours leave of the expansion of atoms, of which the first are moved to positions."""
        if not self._switches:
            return self._fades_room
        fades = np.ones(n_atoms)
        if n_atoms:
            fades_of(
                self._tables,
                self._cells,
                self._elements,
                atoms,
                n_atoms,
                np.ascontiguousarray(positions),
                *self._found,
                fades,
            )
        return fades

    def _make_found(self) -> None:
        """Make room for all atoms that a search may find."""
        most = self._cells.most_found
        self._found = np.zeros(most, np.int64), np.zeros((most, 4))

    def _make_room(self, n_touched: int, n_pairs: int) -> None:
        self._touched = np.zeros(n_touched, np.int64)
        self._fresh, self._fresh_energies = np.zeros((n_touched, self._bases.shape[1])), np.zeros(n_touched)
        self._pairs = (
            np.zeros(n_pairs, np.int64),
            np.zeros(n_pairs, np.int64),
            np.zeros((n_pairs, 4)),
            np.zeros(n_pairs),
        )
