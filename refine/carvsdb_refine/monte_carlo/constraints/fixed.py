"""Atoms that stay where they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.constraints.species import species_index
from carvsdb_refine.monte_carlo.protocols import Proposal
from carvsdb_refine.potential.terms import Arrays


@dataclass(frozen=True, slots=True)
class FixedAtoms:
    """Atoms that no move may touch; a rigid molecule that holds one stays as a whole.

    Attributes
    ----------
    elements : tuple of str
        All atoms of these.
    atoms : tuple of int
        Others, from 0, in the order of the model.
    """

    elements: tuple[str, ...] = ()
    atoms: tuple[int, ...] = ()
    name: str = "fixed atoms"

    def bind(self, configuration: Configuration) -> "BoundFixed":
        """Return the state for a configuration."""
        return BoundFixed(self, configuration)

    def mask(self, model: AtomicModel) -> NDArray[np.bool_]:
        """Return which atoms of a model stay, shape (n,).

        Raises
        ------
        InputError
            If the model lacks an element or an atom, or none is left that could move.
        """
        fixed = np.zeros(model.n_atoms, bool)
        for symbol in self.elements:
            fixed[model.atom_to_species == species_index(symbol, model.species, self.name)] = True
        for atom in self.atoms:
            if not atom < model.n_atoms:
                raise InputError(f"{self.name}: there is no atom {atom}; they count from 0 to {model.n_atoms - 1}")
            fixed[atom] = True
        if fixed.all():
            raise InputError(f"{self.name}: no atom is left that could move")
        return fixed


class BoundFixed:
    """Fixed atoms of one model: implements `BoundConstraint`. Proposals that touch them count as forbidden."""

    def __init__(self, fixed: FixedAtoms, configuration: Configuration) -> None:
        self._fixed = fixed.mask(configuration.model)

    def allows(self, proposal: Proposal) -> bool:
        """Return whether no fixed atom moves."""
        return proposal.cell is None and not self._fixed[proposal.atoms].any()

    def accept(self) -> None:
        """Do nothing."""

    def reject(self) -> None:
        """Do nothing."""

    def violations(self) -> int:
        """Return 0: nothing can have moved."""
        return 0

    def state(self) -> dict[str, NDArray[Any]]:
        """Return nothing."""
        return {}

    def restore(self, arrays: Arrays) -> None:
        """Take over nothing."""
