"""A potential that the data are part of: atoms that move by forces follow both."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.monte_carlo.data.data_forces import DataForces
from carvsdb_refine.potential.terms import CellEnergy, Elements, Evaluated, Potential


class FollowedData(Potential):
    """The energy of a potential plus what chi² costs, shared out evenly between the atoms.

    At a temperature T it weighs configurations by exp(-(E + w chi²)/kT), as a chain with f = w/kT does.

    Parameters
    ----------
    potential : Potential
        E.
    forces : DataForces
        chi², of atoms in the cell for which it was made.
    price : float
        w, what a unit of chi² costs, in eV.

    Attributes
    ----------
    data_share : float
        In eV: the part of chi² in what was evaluated last.
    """

    def __init__(self, potential: Potential, forces: DataForces, price: float) -> None:
        self.name = f"{potential.name} with data"
        self.data_share = 0.0
        self._potential, self._forces, self._price = potential, forces, price
        # What the data ask is worked out beside what the potential asks; both take about as long.
        self._beside = ThreadPoolExecutor(1)

    @property
    def elements(self) -> tuple[str, ...] | None:
        """Those of the potential."""
        return self._potential.elements

    @property
    def reach(self) -> float:
        """That of the potential."""
        return self._potential.reach

    def bind(self, model: AtomicModel) -> CellEnergy:
        """Refuse: a chain asks potential and data one by one."""
        raise NotImplementedError

    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> Evaluated:
        asked = self._beside.submit(self._forces.chi2_and_forces, np.array(positions, np.float64))
        # The virial is that of the potential alone: the cell of data stays.
        energies, forces, virial = self._potential._evaluate(elements, positions, cell, source, with_forces)
        chi2, pull = asked.result()
        self.data_share = self._price * chi2
        return energies + self.data_share / len(energies), forces + self._price * pull, virial
