"""Classical potentials as their users see them: what all of them have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.errors import InputError
from carvsdb_refine.model import AtomicModel
from carvsdb_refine.potential.bound_classical import BoundClassical
from carvsdb_refine.potential.checks import checked_atoms, element_indices
from carvsdb_refine.potential.classical_energy import evaluate_classical
from carvsdb_refine.potential.classical_tables import ClassicalTables
from carvsdb_refine.potential.moving_grid import moving_grid

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Elements = Sequence[str] | Sequence[int] | NDArray[np.integer] | NDArray[np.str_]


class ClassicalPotential(ABC):
    """A potential in which the energy of an atom depends on its own neighbours alone.

    A pair's energy belongs by halves to its atoms, that of an angle to the atom in its middle.

    Attributes
    ----------
    name : str
        What messages call it.
    """

    name: str

    @property
    @abstractmethod
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements, in the order of their indices."""

    @property
    @abstractmethod
    def tables(self) -> ClassicalTables:
        """The potential as the kernels read it."""

    def energies(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, *, source: str | Path | None = None
    ) -> Floats:
        """Compute the energy of each atom.

        Parameters
        ----------
        elements : sequence of str or int, shape (n,)
            Symbols, or indices into `elements` of the potential.
        positions : array of float, shape (n, 3)
            Cartesian, in Å; atoms need not lie in the cell.
        cell : array of float, shape (3, 3)
            Lattice vectors as rows, in Å; periodic in all directions. A cell smaller than the cut-off is
            handled by as many images as it takes.
        source : str or Path, optional
            The structure's file, for messages.

        Returns
        -------
        ndarray of float64, shape (n,)
            In eV.

        Raises
        ------
        InputError
            If the potential lacks an element, the numbers do not describe a periodic structure, or two atoms
            lie on one another.
        """
        return self._evaluate(elements, positions, cell, source, with_forces=False)[0]

    def energies_and_forces(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, *, source: str | Path | None = None
    ) -> tuple[Floats, Floats]:
        """Compute the energy of each atom and the forces on them.

        Parameters and errors are those of `energies`.

        Returns
        -------
        energies : ndarray of float64, shape (n,)
            In eV.
        forces : ndarray of float64, shape (n, 3)
            Minus the derivative of the total energy by the positions, in eV/Å.
        """
        return self._evaluate(elements, positions, cell, source, with_forces=True)

    def bind(self, model: AtomicModel) -> BoundClassical:
        """Return the energies of a model, to be kept up to date as its atoms move.

        Raises
        ------
        InputError
            As `energies`.
        """
        kinds = element_indices(self.name, self.elements, model.elements)
        bound = BoundClassical(self.tables, kinds, model.positions, model.cell)
        _check_finite(bound.atom_energies, None)
        return bound

    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> tuple[Floats, Floats]:
        kinds = element_indices(self.name, self.elements, elements, source)
        grid, most = moving_grid(*checked_atoms(len(kinds), positions, cell, source), self.tables.cutoff)
        energies, forces = np.zeros(len(kinds)), np.zeros((len(kinds), 3))
        evaluate_classical(self.tables, grid, kinds, most, with_forces, energies, forces)
        _check_finite(energies, source)
        return energies, forces


def _check_finite(energies: Floats, source: str | Path | None) -> None:
    if not np.all(np.isfinite(energies)):
        atom = int(np.argmin(np.isfinite(energies)))
        raise InputError(f"atom {atom} (from 0) has no finite energy: another lies upon it", path=source)


def elements_of_pairs(pairs: Mapping[str, object]) -> tuple[str, ...]:
    """Return the elements of pairs such as ``Zn-N``, in alphabetical order.

    Raises
    ------
    InputError
        If a name is not two elements with a hyphen between.
    """
    found: set[str] = set()
    for pair in pairs:
        symbols = pair.split("-")
        if len(symbols) != 2 or not all(symbols):
            raise InputError(f"pairs of elements are written as Zn-N, got {pair!r}")
        found.update(symbols)
    return tuple(sorted(found))
