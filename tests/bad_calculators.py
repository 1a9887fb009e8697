"""Calculators that fail in all the ways in which reference methods do."""

import os
import time
from typing import Any

import numpy as np
from ase.calculators.lj import LennardJones

from carvsdb_refine.potential import StillingerWeber

_Calculator: Any = LennardJones


class Bad(_Calculator):  # type: ignore[misc]
    """Fails as the number of atoms says; a label for any other number."""

    def calculate(self, atoms: Any = None, properties: Any = (), system_changes: Any = ()) -> None:
        super().calculate(atoms, properties, system_changes)
        self.converged = len(atoms) != 5
        if len(atoms) == 1:
            raise RuntimeError("no\nSCF \x1b[31mconvergence")
        if len(atoms) == 2:
            self.results["energies"] = np.full(2, np.nan)
        if len(atoms) == 3:
            self.results["forces"] = np.full((3, 3), np.inf)
        if len(atoms) == 4:
            time.sleep(60)
        if len(atoms) == 6:
            os._exit(3)


class Moody(_Calculator):  # type: ignore[misc]
    """Stillinger-Weber that fails for some structures: as the first atom's place says, or for all if it is told so."""

    implemented_properties = ("energy", "forces", "stress")

    def __init__(self, always: str = "") -> None:
        super().__init__()
        self.always, self.asked = always, 0

    def calculate(self, atoms: Any = None, properties: Any = (), system_changes: Any = ()) -> None:
        elements, places, cell = atoms.get_chemical_symbols(), atoms.get_positions(), np.array(atoms.cell)
        energies, forces, stress = StillingerWeber.silicon().energies_forces_and_stress(elements, places, cell)
        voigt = stress[(0, 1, 2, 1, 0, 0), (0, 1, 2, 2, 2, 1)]
        self.results = {"energy": float(energies.sum()), "forces": forces, "stress": voigt}
        self.asked += 1
        mood = self.always or ("raise", "nan", "", "", "")[int(abs(places[0, 0]) * 1000) % 5]
        if mood == "raise":
            raise RuntimeError("no SCF convergence")
        if mood == "nan":
            self.results["forces"] = np.full_like(forces, np.nan)
        if mood == "hang" or (mood == "hang-later" and self.asked > 5):
            time.sleep(600)


class Wandering(_Calculator):  # type: ignore[misc]
    """Goes to another folder, and stays there."""

    def __init__(self) -> None:
        super().__init__()
        os.chdir("/")

    def calculate(self, atoms: Any = None, properties: Any = (), system_changes: Any = ()) -> None:
        super().calculate(atoms, properties, system_changes)
        os.chdir("/")
