"""Calculators that fail in all the ways in which reference methods do."""

import os
import time
from typing import Any

import numpy as np
from ase.calculators.lj import LennardJones

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
