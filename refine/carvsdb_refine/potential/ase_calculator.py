"""Any ASE calculator as an energy term: slow, as every proposal evaluates all atoms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.atoms.elements import HYDROGEN
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.potential.checks import checked_atoms
from carvsdb_refine.potential.foreign_code import contained
from carvsdb_refine.potential.terms import Elements, Evaluated, Floats, Integers, Potential, saved

# Energies of atoms add up to the total within this, relative to it; single precision has 7 digits.
_SAME = 1e-6


@dataclass(frozen=True, eq=False)
class AseCalculator(Potential):
    """The energies that an ASE calculator gives.

    Attributes
    ----------
    calculator : ase.calculators.calculator.Calculator
        Anything with ``get_property``, for periodic structures. Where it gives no energies per atom that add up to the
        total, every atom has the same share of it.
    name : str
        What messages call it.
    """

    calculator: Any = field(repr=False)
    name: str = "ase"

    def bind(self, model: AtomicModel) -> "BoundAseCalculator":
        """Return the energies of a model, evaluated anew for every proposal."""
        return BoundAseCalculator(self, list(model.elements), model.positions, model.cell)

    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> Evaluated:
        places, vectors = checked_atoms(len(elements), positions, cell, source)
        # ASE knows isotopes by their masses only.
        symbols = ["H" if symbol in HYDROGEN else symbol for symbol in elements]
        atoms = import_module("ase").Atoms(symbols, positions=places, cell=vectors, pbc=True)
        ask = self.calculator.get_property
        try:
            with contained():
                energies = self._per_atom(atoms, float(ask("energy", atoms)))
                forces = np.array(ask("forces", atoms), np.float64) if with_forces else np.zeros((0, 3))
                virial = np.full((3, 3), np.nan)
                if with_forces and "stress" in self.calculator.implemented_properties:
                    stress = np.array(ask("stress", atoms), np.float64)
                    # Most give Voigt's six numbers, some the whole tensor.
                    stress = stress[[[0, 5, 4], [5, 1, 3], [4, 3, 2]]] if stress.shape == (6,) else stress.reshape(3, 3)
                    virial = stress * atoms.get_volume()
        except Exception as error:  # whatever a calculator of others raises
            raise InputError(f"{self.name} cannot evaluate these atoms ({error})", path=source) from error
        return energies, forces, virial

    def _per_atom(self, atoms: Any, total: float) -> Floats:
        """Return energies of atoms that add up to the total: the calculator's own, or the same share for each.

        Some list energies per atom but do not give them (CHGNet, unless it is told to), or leave out a part of them.
        """
        own = getattr(self.calculator, "results", {}).get("energies")
        if own is not None and np.shape(own) == (len(atoms),):
            energies = np.array(own, np.float64)
            # What is no number is not hidden behind a share of the total.
            if not np.isfinite(energies).all() or abs(energies.sum() - total) <= _SAME * max(1.0, abs(total)):
                return energies
        return np.full(len(atoms), total / len(atoms))


class BoundAseCalculator:
    """Energies of a model under an ASE calculator.

    Attributes
    ----------
    atom_energies : ndarray of float64, shape (n,)
        In eV, of the configuration last accepted.
    """

    def __init__(self, term: AseCalculator, symbols: list[str], positions: Floats, cell: Floats) -> None:
        self._term, self._symbols = term, symbols
        self._positions, self._cell = positions.copy(), cell.copy()
        self.atom_energies: Floats = self.recompute()
        self._proposed: tuple[Floats, Floats, Floats] | None = None

    def propose(self, atoms: Integers, positions: Floats) -> float:
        """Return the energy change in eV if atoms, shape (k,), move to positions, shape (k, 3)."""
        places = self._positions.copy()
        places[atoms] = positions
        return self.propose_cell(self._cell, places)

    def propose_cell(self, cell: Floats, positions: Floats) -> float:
        """Return the energy change in eV with another cell, shape (3, 3), and positions, shape (n, 3)."""
        energies = self._term.energies(self._symbols, positions, cell)
        self._proposed = (energies, np.array(positions), np.array(cell))
        change = float((energies - self.atom_energies).sum())
        return change if np.isfinite(change) else np.inf

    def accept(self) -> None:
        """Keep what was proposed."""
        if self._proposed is not None:
            self.atom_energies, self._positions, self._cell = self._proposed
        self._proposed = None

    def reject(self) -> None:
        """Forget what was proposed."""
        self._proposed = None

    def recompute(self) -> Floats:
        """Return the energies per atom of the present configuration."""
        return self._term.energies(self._symbols, self._positions, self._cell)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what `restore` needs."""
        return {"atom_energies": self.atom_energies.copy(), "positions": self._positions.copy()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays of `state`."""
        self.atom_energies = saved(arrays, "atom_energies", self.atom_energies)
        self._positions = saved(arrays, "positions", self._positions)
        self._proposed = None
