"""Chains in plain fields: energies that are functions of all positions, and small models for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.monte_carlo import Chain, ChainOptions, Constraint, Move, ScatteringData

Floats = NDArray[np.float64]

CUBE = np.eye(3) * 12.0
TRICLINIC = np.array([[9.0, 0, 0], [2.5, 8.0, 0], [-1.5, 2.0, 10.0]])


@dataclass
class Field:
    """An energy that is a plain function of all positions, evaluated in full each time."""

    function: Any
    name: str = "field"

    def bind(self, model: AtomicModel) -> "BoundField":
        return BoundField(self.function, model.positions.copy())


@dataclass
class BoundField:
    function: Any
    positions: Floats
    pending: Floats = field(default_factory=lambda: np.zeros((0, 3)))

    @property
    def atom_energies(self) -> Floats:
        energies = np.zeros(len(self.positions))
        energies[0] = self.function(self.positions)
        return energies

    def propose(self, atoms: NDArray[np.int64], positions: Floats) -> float:
        self.pending = self.positions.copy()
        self.pending[atoms] = positions
        return float(self.function(self.pending) - self.function(self.positions))

    def propose_cell(self, cell: Floats, positions: Floats) -> float:
        return self.propose(np.arange(len(positions)), positions)

    def accept(self) -> None:
        self.positions = self.pending

    def reject(self) -> None:
        pass

    def recompute(self) -> Floats:
        return self.atom_energies

    def state(self) -> dict[str, NDArray[Any]]:
        return {}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        pass


NOTHING = Field(lambda positions: 0.0, "nothing")


def chain_of(
    model: AtomicModel,
    *moves: Move,
    energy: Field = NOTHING,
    data: ScatteringData | None = None,
    constraints: tuple[Constraint, ...] = (),
    seed: int = 1,
    **options: Any,
) -> Chain:
    choices = ChainOptions(**({"check_every": 0} | options))
    return Chain(model, [energy], data, moves, constraints, choices, np.random.default_rng(seed))


def random_model(seed: int, n_atoms: int = 30) -> AtomicModel:
    generator = np.random.default_rng(seed)
    elements = tuple(generator.choice(["Si", "O"], n_atoms).tolist())
    return AtomicModel(
        elements, generator.random((n_atoms, 3)) @ TRICLINIC, TRICLINIC, molecule_ids=np.arange(n_atoms) // 3 + 1
    )


def crystal() -> AtomicModel:
    """Return a simple cubic lattice of 27 pairs Si-O, each O along x from its Si."""
    grid = np.array([[u, v, w] for u in range(3) for v in range(3) for w in range(3)]) * 4.0
    positions = np.concatenate([grid, grid + np.array([1.6, 0, 0])])
    return AtomicModel(("Si",) * 27 + ("O",) * 27, positions, CUBE)
