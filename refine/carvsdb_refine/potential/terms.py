"""What a potential answers, on its own and bound to a model.

A *term* is a description; *bound* to a model it holds the state of that model and answers what a change would do.
Between ``propose`` and ``accept`` or ``reject`` a state may keep whatever makes accepting cheap; after ``reject``
nothing has changed.

All positions are Cartesian, in Å, and need not lie in the cell; energies are in eV.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Elements: TypeAlias = Sequence[str] | Sequence[int] | NDArray[np.integer] | NDArray[np.str_]
# Energies, forces, virial.
Evaluated: TypeAlias = tuple[Floats, Floats, Floats]
# Named arrays: what a state is saved as, each fit for one entry of an .npz file.
Arrays: TypeAlias = Mapping[str, NDArray[Any]]


def saved(arrays: Arrays, name: str, like: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of a saved array, if it can stand in for one of the present state.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        From a file, perhaps a damaged or a forged one.
    name : str
        Of the array.
    like : ndarray
        What the state holds now: the saved array must have its type and shape.

    Raises
    ------
    InputError
        If it is missing, of another type or shape, or a number in it is not finite.
    """
    found = arrays.get(name)
    if found is None:
        raise InputError(f"the saved state has no {name}")
    if found.dtype != like.dtype or found.shape != like.shape:
        raise InputError(
            f"the saved {name}: expected {like.dtype} of shape {like.shape}, got {found.dtype} of shape {found.shape}"
        )
    if not np.isfinite(found).all():
        raise InputError(f"the saved {name} has numbers that are not finite")
    return found.copy()


class State(Protocol):
    """What every bound part can do."""

    def accept(self) -> None:
        """Make the last proposal the current configuration."""

    def reject(self) -> None:
        """Forget the last proposal: nothing has changed."""

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the arrays that `restore` needs to go on bit by bit: accumulators whose last digits have a history.

        What follows from the positions alone need not be in it.
        """

    def restore(self, arrays: Arrays) -> None:
        """Take over arrays of `state`; the part is bound to the very model (positions, cell) they were saved with.

        Arrays come from a file: each is checked (`saved`), and none that holds indices is trusted.

        Raises
        ------
        InputError
            If an array is missing or does not fit.
        """


class BoundEnergy(State, Protocol):
    """The energy of one term, for the current configuration.

    A swap of species is two atoms that trade places, and needs nothing; for changes of the cell see `CellEnergy`.
    """

    @property
    def atom_energies(self) -> Floats:
        """Energy of each atom in eV, shape (n,), of the current configuration (not of a pending proposal)."""

    def propose(self, atoms: Integers, positions: Floats) -> float:
        """Return by how many eV the energy changes if some atoms, shape (k,), move to positions, shape (k, 3).

        A configuration without a finite energy (atoms upon one another) is ``inf``, not an error.
        """

    def recompute(self) -> Floats:
        """Return the energy of each atom evaluated afresh from the current positions; the state stays as it is."""


@runtime_checkable
class CellEnergy(BoundEnergy, Protocol):
    """An energy that can follow changes of the cell."""

    def propose_cell(self, cell: Floats, positions: Floats) -> float:
        """Return by how many eV the energy changes with another cell, shape (3, 3), and positions, shape (n, 3)."""


class EnergyTerm(Protocol):
    """What a chain needs of a potential: its name, and its state for a model."""

    @property
    def name(self) -> str:
        """What messages and reports call it."""

    def bind(self, model: AtomicModel) -> BoundEnergy:
        """Return the state for a model.

        Raises
        ------
        InputError
            If the potential lacks an element of the model, or the cell is too small for it.
        """


class Potential(ABC):
    """The energies of atoms in a periodic cell: an `EnergyTerm` that can also be evaluated once, without a state.

    Attributes
    ----------
    name : str
        What messages call it.
    """

    name: str

    @property
    def elements(self) -> tuple[str, ...] | None:
        """Symbols of the elements, in the order of their indices; None where any element will do."""
        return None

    @property
    def reach(self) -> float:
        """The largest cut-off in Å; 0 where the potential tells none."""
        return 0.0

    @abstractmethod
    def bind(self, model: AtomicModel) -> CellEnergy:
        """Return the energies of a model, to be kept up to date as its atoms move.

        Raises
        ------
        InputError
            If the potential lacks an element of the model, or the cell is too small for it.
        """

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
        energies, forces, _ = self._evaluate(elements, positions, cell, source, with_forces=True)
        return energies, forces

    def energies_forces_and_stress(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, *, source: str | Path | None = None
    ) -> tuple[Floats, Floats, Floats]:
        """Compute the energy of each atom, the forces on them, and the stress.

        Parameters and errors are those of `energies`.

        Returns
        -------
        energies, forces
            As `energies_and_forces`.
        stress : ndarray of float64, shape (3, 3)
            The derivative of the total energy by the strain of cell and positions, over the volume, in eV/Å³: negative
            where the cell wants to expand, as in ASE.
        """
        energies, forces, virial = self._evaluate(elements, positions, cell, source, with_forces=True)
        volume = abs(float(np.linalg.det(np.array(cell, np.float64))))
        # Half the difference of its two halves is rounding, as the energy does not change with a rotation.
        return energies, forces, (virial + virial.T) / 2 / volume

    @abstractmethod
    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> Evaluated:
        """Return energies and, if asked for, forces and the virial, shape (3, 3): the derivative by strain, in eV."""
