"""What the parts of a chain promise one another.

What energies promise stands below, in `potential.terms`; data, constraints and moves are described in the same way:
*bound* to a model, a description holds the state of that model and answers what a change would do.

All positions are Cartesian, in Å, and need not lie in the cell; energies are in eV.
"""

from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.potential.terms import Floats, Integers, State
from carvsdb_refine.scattering import DataScore


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A change that a move proposes.

    Attributes
    ----------
    atoms : ndarray of int64, shape (k,)
        Which atoms move, each once; all of them, in order, where the cell changes.
    positions : ndarray of float64, shape (k, 3)
        Where to, in Å.
    cell : ndarray of float64, shape (3, 3), or None
        The new lattice vectors as rows, in Å; None where the cell stays.
    log_bias : float
        Logarithm of what the acceptance ratio is multiplied by besides the Boltzmann factors: of the probability to
        propose the way back over that of the way there, and of the Jacobian of a change of the cell.
    work : float
        Energy in eV that the change costs besides the potential's: pressure times the change of the volume.
    """

    atoms: Integers
    positions: Floats
    cell: Floats | None = None
    log_bias: float = 0.0
    work: float = 0.0


class BoundData(State, Protocol):
    """Data sets and the curves calculated for the current configuration."""

    @property
    def chi2(self) -> float:
        """Sum of weight times chi² of all data sets (design.md), of the current configuration."""

    def propose(self, atoms: Integers, positions: Floats, enough: float = inf) -> float:
        """Return by how much chi² changes if some atoms, shape (k,), move to positions, shape (k, 3).

        It may be infinite if chi² grows by more than `enough`: then the proposal can only be rejected.
        """

    def propose_cell(self, cell: Floats, positions: Floats) -> float:
        """Return by how much chi² changes with another cell, shape (3, 3), and positions, shape (n, 3)."""

    def scores(self) -> tuple[DataScore, ...]:
        """Return scale, Rw and chi² of each data set."""

    def curves(self) -> tuple[Floats, ...]:
        """Return the calculated curve of each data set at all its points, without scale and offset."""

    def drift(self) -> tuple[int, float]:
        """Return how many pairs are counted in a wrong bin, and by how much chi² differs from a fresh evaluation."""


class DataTerm(Protocol):
    """Data sets, not yet bound to a model."""

    def bind(self, model: AtomicModel) -> BoundData:
        """Return the state for a model.

        Raises
        ------
        InputError
            If a data set lacks errors, or an element cannot be calculated.
        """


class BoundConstraint(State, Protocol):
    """A rule that no accepted move may break, for the current configuration."""

    def allows(self, proposal: Proposal) -> bool:
        """Return whether the proposed configuration may be; what was broken before may stay so, but not get worse."""

    def violations(self) -> int:
        """Return how often the current configuration breaks the rule."""


class Constraint(Protocol):
    """A rule, not yet bound to a model."""

    @property
    def name(self) -> str:
        """What messages and reports call it."""

    def bind(self, configuration: Configuration) -> BoundConstraint:
        """Return the state for a configuration, which it reads and never writes.

        Raises
        ------
        InputError
            If the rule names an element that the model lacks, or the cell is too small for its distances.
        """


class Move(Protocol):
    """A kind of move: how a proposal is drawn.

    `scale` multiplies the sizes of the steps; it is adapted while the chain equilibrates, then frozen.
    """

    @property
    def name(self) -> str:
        """What counters and reports call it."""

    @property
    def weight(self) -> float:
        """How often the move is tried, relative to the others."""

    @property
    def adaptable(self) -> bool:
        """Whether the move has a step size."""

    def propose(self, configuration: Configuration, scale: float, rng: np.random.Generator) -> Proposal:
        """Draw a proposal; all randomness comes from `rng`.

        Raises
        ------
        InputError
            If the model has nothing that could move so.
        """
