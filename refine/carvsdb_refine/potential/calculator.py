"""Our potentials as calculators of ASE: energies, forces and stress, for its optimisers and dynamics."""

from typing import Any

import ase.geometry
import numpy as np
from ase.calculators import calculator

from carvsdb_refine.potential.terms import Floats, Potential

# Most of it has no types.
_Calculator: Any = calculator.Calculator
_GEOMETRY: Any = ase.geometry


class PotentialCalculator(_Calculator):  # type: ignore[misc]  # ASE's class has no types
    """A potential as ASE sees it.

    Parameters
    ----------
    potential : Potential
        From `read_ace`, for one.

    Notes
    -----
    Where atoms do not repeat in a direction, they get a cell with as much room in that direction as the
    cut-off asks for; stress is for atoms that repeat in all three.

    Examples
    --------
    >>> from ase.build import bulk
    >>> from carvsdb_refine.potential import StillingerWeber
    >>> silicon = bulk("Si", cubic=True)
    >>> silicon.calc = PotentialCalculator(StillingerWeber.silicon())
    >>> round(silicon.get_potential_energy() / 8, 4), silicon.get_stress(voigt=False).shape
    (-4.3366, (3, 3))
    """

    implemented_properties: tuple[str, ...] = ("energy", "free_energy", "energies", "forces", "stress")

    def __init__(self, potential: Potential) -> None:
        super().__init__()
        self.potential = potential

    def calculate(
        self, atoms: Any = None, properties: Any = ("energy",), system_changes: Any = tuple(calculator.all_changes)
    ) -> None:
        """Evaluate atoms; ASE asks for it when something has changed."""
        super().calculate(atoms, properties, system_changes)
        periodic = np.asarray(self.atoms.pbc, bool)
        if "stress" in properties and not periodic.all():
            raise calculator.PropertyNotImplementedError("stress needs atoms that repeat in all directions")
        symbols, places = self.atoms.get_chemical_symbols(), self.atoms.get_positions()
        cell = _cell_with_room(np.array(self.atoms.cell), periodic, places, self.potential.reach)
        # Forces and stress cost little beside the energies of most potentials, and are asked for next.
        energies, forces, stress = self.potential.energies_forces_and_stress(symbols, places, cell)
        energy = float(energies.sum())
        self.results = {"energy": energy, "free_energy": energy, "energies": energies, "forces": forces}
        if periodic.all() and np.isfinite(stress).all():
            self.results["stress"] = stress[(0, 1, 2, 1, 0, 0), (0, 1, 2, 2, 2, 1)]


def _cell_with_room(cell: Floats, periodic: Any, places: Floats, reach: float) -> Floats:
    """Return a cell in which atoms do not see their images along directions in which they do not repeat."""
    if periodic.all():
        return cell
    full = np.array(_GEOMETRY.complete_cell(np.where(periodic[:, None], cell, 0.0)), np.float64)
    for axis in np.flatnonzero(~periodic):
        normal = np.cross(full[axis - 2], full[axis - 1])
        normal /= np.linalg.norm(normal)
        full[axis] = normal * (np.ptp(places @ normal) + 2 * reach + 1.0)
    return full
