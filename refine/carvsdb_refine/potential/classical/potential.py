"""Classical potentials as their users see them: what all of them have in common."""

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from carvsdb.atoms.cell_list import cell_list
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.potential.checks import check_finite, checked_atoms, element_indices
from carvsdb_refine.potential.classical.bound import BoundClassical
from carvsdb_refine.potential.classical.energy import evaluate_classical
from carvsdb_refine.potential.classical.tables import ClassicalTables
from carvsdb_refine.potential.terms import Elements, Evaluated, Potential


class ClassicalPotential(Potential):
    """A potential in which the energy of an atom depends on its own neighbours alone.

    A pair's energy belongs by halves to its atoms, that of an angle to the atom in its middle.
    """

    @property
    @abstractmethod
    def elements(self) -> tuple[str, ...]:
        """Symbols of the elements, in the order of their indices."""

    @property
    @abstractmethod
    def tables(self) -> ClassicalTables:
        """The potential as the kernels read it."""

    @property
    def reach(self) -> float:
        """The largest cut-off, in Å."""
        return self.tables.cutoff

    def bind(self, model: AtomicModel) -> BoundClassical:
        """Return the energies of a model, to be kept up to date as its atoms move.

        Raises
        ------
        InputError
            As `energies`.
        """
        kinds = element_indices(self.name, self.elements, model.elements)
        bound = BoundClassical(self.tables, kinds, model.positions, model.cell)
        check_finite(bound.atom_energies, None)
        return bound

    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> Evaluated:
        kinds = element_indices(self.name, self.elements, elements, source)
        cells = cell_list(*checked_atoms(len(kinds), positions, cell, source), self.tables.cutoff)
        energies, forces, virial = np.zeros(len(kinds)), np.zeros((len(kinds), 3)), np.zeros((3, 3))
        evaluate_classical(self.tables, cells, kinds, cells.most_neighbours, with_forces, energies, forces, virial)
        check_finite(energies, source)
        return energies, forces, virial


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
