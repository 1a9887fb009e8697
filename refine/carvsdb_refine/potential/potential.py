"""What every potential answers: the energy of each atom, and the forces on them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.errors import InputError

Floats = NDArray[np.float64]
Elements = Sequence[str] | Sequence[int] | NDArray[np.integer] | NDArray[np.str_]


class Potential(ABC):
    """The energies of atoms in a periodic cell, from compiled kernels.

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

    @abstractmethod
    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> tuple[Floats, Floats]:
        """Return energies and, if asked for, forces."""


def check_finite(energies: Floats, source: str | Path | None) -> None:
    """Refuse energies that are not numbers: where atoms lie on one another.

    Raises
    ------
    InputError
        Naming the first such atom.
    """
    if not np.all(np.isfinite(energies)):
        atom = int(np.argmin(np.isfinite(energies)))
        raise InputError(f"atom {atom} (from 0) has no finite energy: another lies upon it", path=source)
