"""The Markov chain of Monte Carlo: one configuration after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.acceptance import Verdict, energy_exponent, judge_delayed, judge_jointly
from carvsdb_refine.monte_carlo.chain_options import ChainOptions
from carvsdb_refine.monte_carlo.configuration import Configuration
from carvsdb_refine.monte_carlo.constraints.soft import SoftTerm, chi2_of
from carvsdb_refine.monte_carlo.moves import VolumeMove
from carvsdb_refine.monte_carlo.protocols import BoundData, Constraint, DataTerm, Move, Proposal
from carvsdb_refine.monte_carlo.saved_state import array_of_generator, generator_of_state, model_of_state
from carvsdb_refine.potential.terms import Arrays, BoundEnergy, CellEnergy, EnergyTerm, State, saved

Floats = NDArray[np.float64]

# Step sizes adapt within this.
_LARGEST_SCALE = 1e3


@dataclass(frozen=True, slots=True)
class MoveCount:
    """Acceptance counts of one move: how its proposals ended.

    Attributes
    ----------
    name : str
        Of the move.
    tried, accepted : int
        Proposals.
    forbidden : int
        Rejected by a constraint.
    rejected_first : int
        Rejected before all terms were asked.
    scale : float
        Of the step sizes.
    """

    name: str
    tried: int
    accepted: int
    forbidden: int
    rejected_first: int
    scale: float

    @property
    def acceptance(self) -> float:
        """Accepted over tried; 0 before the first."""
        return self.accepted / self.tried if self.tried else 0.0


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the state of a chain is from a full evaluation.

    Attributes
    ----------
    moves : int
        After how many.
    wrong_counts : int
        Pairs counted in a wrong bin: always 0.
    chi2 : float
        Absolute difference.
    energies : float
        Largest absolute difference of an atom's energy, in eV.
    """

    moves: int
    wrong_counts: int
    chi2: float
    energies: float


@dataclass(slots=True)
class _Pending:
    proposal: Proposal
    asked: list[State] = field(default_factory=list)


class Chain:
    """A Markov chain of configurations with the weights exp(-(f chi² + E/kT)).

    Parameters
    ----------
    model : AtomicModel
        The start.
    terms : sequence of EnergyTerm
        Potentials; their energies add.
    data : DataTerm, optional
        Data sets.
    moves : sequence of Move
        What is tried, by weight.
    constraints : sequence of Constraint
        What no accepted move may break.
    options : ChainOptions
        How.
    rng : numpy.random.Generator
        All randomness.
    soft : sequence of SoftTerm
        Soft constraints: what they add to chi² stands beside that of the data.
    now : AtomicModel, optional
        Where the chain is by now, of the same atoms as the start.

    Raises
    ------
    InputError
        If there is nothing to try or to judge by, or a part does not fit the model.
    """

    def __init__(
        self,
        model: AtomicModel,
        terms: Sequence[EnergyTerm],
        data: DataTerm | None,
        moves: Sequence[Move],
        constraints: Sequence[Constraint],
        options: ChainOptions,
        rng: np.random.Generator,
        soft: Sequence[SoftTerm] = (),
        now: AtomicModel | None = None,
    ) -> None:
        weights = np.array([move.weight for move in moves], np.float64)
        if not (len(moves) and np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
            raise InputError("a chain needs at least one move with a weight above 0")
        names = [move.name for move in moves]
        if len(set(names)) < len(names):
            raise InputError(f"two moves have the same name: {', '.join(names)}")
        self.options, self.temperature, self._rng = options, options.temperature, rng
        self._moves, self._choice = tuple(moves), np.cumsum(weights / weights.sum())
        self._counts = np.zeros((len(moves), len(Verdict)), np.int64)
        self._scales = np.ones(len(moves))
        self.configuration = Configuration(model)
        if now is not None:
            self.configuration.change_cell(now.cell, now.positions)
            model = now
        self._terms: tuple[BoundEnergy, ...] = tuple(term.bind(model) for term in terms)
        self._data: BoundData | None = None if data is None else data.bind(model)
        self._constraints = tuple(constraint.bind(self.configuration) for constraint in constraints)
        self._soft = tuple(term.bind(self.configuration) for term in soft)
        self._soft_names = tuple(term.name for term in soft)
        self._constraint_names = tuple(constraint.name for constraint in constraints)
        self._n_moves = 0
        self._pending: _Pending | None = None
        self.drifts: list[Drift] = []
        lacking = [
            term.name for term, bound in zip(terms, self._terms, strict=True) if not isinstance(bound, CellEnergy)
        ]
        if lacking and any(isinstance(move, VolumeMove) for move in moves):
            raise InputError(f"{', '.join(lacking)} cannot follow a change of the cell; leave out the volume move")

    @property
    def n_moves(self) -> int:
        """Moves tried so far."""
        return self._n_moves

    @property
    def model(self) -> AtomicModel:
        """The current configuration."""
        return self.configuration.snapshot()

    @property
    def energy(self) -> float:
        """The energy in eV."""
        return sum(float(term.atom_energies.sum()) for term in self._terms)

    @property
    def atom_energies(self) -> Floats:
        """Energy of each atom in eV, shape (n,)."""
        total = np.zeros(self.configuration.model.n_atoms)
        for term in self._terms:
            total += term.atom_energies
        return total

    @property
    def chi2(self) -> float:
        """Weighted chi² of all data sets; 0 without data."""
        return 0.0 if self._data is None else self._data.chi2

    @property
    def soft_chi2(self) -> dict[str, float]:
        """What each soft constraint adds to chi², by its name."""
        return {name: term.chi2 for name, term in zip(self._soft_names, self._soft, strict=True)}

    @property
    def data(self) -> BoundData | None:
        """The state of the data sets."""
        return self._data

    @property
    def counts(self) -> tuple[MoveCount, ...]:
        """Acceptance counts of each move."""
        return tuple(
            MoveCount(move.name, sum(row), row[0], row[1], row[2], scale)
            for move, row, scale in zip(self._moves, self._counts.tolist(), self._scales.tolist(), strict=True)
        )

    @property
    def terms(self) -> tuple[BoundEnergy, ...]:
        """The state of each potential."""
        return self._terms

    @property
    def n_accepted(self) -> int:
        """Moves accepted so far."""
        return int(self._counts[:, Verdict.ACCEPTED].sum())

    def violations(self) -> dict[str, int]:
        """Return how often the current configuration breaks each constraint."""
        return {
            name: constraint.violations()
            for name, constraint in zip(self._constraint_names, self._constraints, strict=True)
        }

    def run(self, n_moves: int) -> None:
        """Try so many moves."""
        for _ in range(n_moves):
            self.step()
            if self.options.check_every and self._n_moves % self.options.check_every == 0:
                self.drifts.append(self.check())

    def step(self, look: Callable[[BoundEnergy], None] | None = None) -> Verdict:
        """Try one move, chosen by weight.

        Parameters
        ----------
        look : callable, optional
            Is shown each potential that the proposal was asked of, between verdict and consequence.
        """
        which = min(int(np.searchsorted(self._choice, self._rng.random(), side="right")), len(self._moves) - 1)
        move = self._moves[which]
        proposal = move.propose(self.configuration, float(self._scales[which]), self._rng)
        verdict = self.judge(proposal)
        if look is not None:
            assert self._pending is not None
            for term in self._terms:
                if any(term is part for part in self._pending.asked):
                    look(term)
        self.settle(verdict)
        self._counts[which, verdict] += 1
        self._n_moves += 1
        if self._n_moves <= self.options.equilibration and move.adaptable:
            self._adapt(which, verdict)
        return verdict

    def judge(self, proposal: Proposal) -> Verdict:
        """Work out whether a proposal is accepted; `settle` must follow."""
        pending = self._pending = _Pending(proposal)
        for constraint in self._constraints:
            pending.asked.append(constraint)
            if not constraint.allows(proposal):
                return Verdict.FORBIDDEN
        options = self.options
        if options.acceptance == "joint":
            least = -options.chi2_factor * (self.chi2 + chi2_of(self._soft))
            return judge_jointly(self._ask_energy, self._ask_data, least, proposal.log_bias, self._rng)
        asks = (self._ask_energy, self._ask_data)
        first, second = asks if options.acceptance == "energy first" else asks[::-1]
        return judge_delayed(first, second, proposal.log_bias, self._rng)

    def settle(self, verdict: Verdict) -> None:
        """Make the proposal that was judged the current configuration, or forget it."""
        pending, self._pending = self._pending, None
        assert pending is not None
        if verdict != Verdict.ACCEPTED:
            for part in pending.asked:
                part.reject()
            return
        proposal = pending.proposal
        if proposal.cell is None:
            self.configuration.change(proposal.atoms, proposal.positions)
        else:
            self.configuration.change_cell(proposal.cell, proposal.positions)
        for part in pending.asked:
            part.accept()

    def _ask_energy(self, _enough: float) -> float:
        assert self._pending is not None
        proposal = self._pending.proposal
        change = proposal.work
        for term in self._terms:
            self._pending.asked.append(term)
            if proposal.cell is None:
                change += term.propose(proposal.atoms, proposal.positions)
            else:
                assert isinstance(term, CellEnergy)
                change += term.propose_cell(proposal.cell, proposal.positions)
            if not change < np.inf:
                return np.inf
        return energy_exponent(change, self.temperature)

    def _ask_data(self, enough: float) -> float:
        assert self._pending is not None
        proposal = self._pending.proposal
        change = 0.0
        for term in self._soft:
            self._pending.asked.append(term)
            change += term.propose(proposal)
        if not change < np.inf:
            return np.inf
        if self._data is None:
            return self.options.chi2_factor * change
        self._pending.asked.append(self._data)
        if proposal.cell is None:
            factor = self.options.chi2_factor
            left = enough / factor - change if factor > 0 else np.inf
            change += self._data.propose(proposal.atoms, proposal.positions, left)
        else:
            change += self._data.propose_cell(proposal.cell, proposal.positions)
        return self.options.chi2_factor * change

    def _adapt(self, which: int, verdict: Verdict) -> None:
        """Make steps a little longer after an accepted proposal, shorter after a rejected one (Robbins and Monro)."""
        target = self.options.target_acceptance
        tried = int(self._counts[which].sum())
        gain = 1.0 / max(10.0, tried**0.6)
        change = (1.0 if verdict == Verdict.ACCEPTED else 0.0) - target
        self._scales[which] = min(max(self._scales[which] * np.exp(gain * change), 1e-3), _LARGEST_SCALE)

    def check(self) -> Drift:
        """Evaluate everything afresh and return how far the state is from that; nothing changes."""
        wrong, chi2 = (0, 0.0) if self._data is None else self._data.drift()
        chi2 += sum(term.drift() for term in self._soft)
        differences = [float(np.abs(term.recompute() - term.atom_energies).max()) for term in self._terms]
        return Drift(self._n_moves, wrong, chi2, max(differences, default=0.0))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that `from_state` needs to go on bit by bit, as arrays fit for one .npz file."""
        assert self._pending is None
        arrays: dict[str, NDArray[Any]] = {
            "positions": self.configuration.positions.copy(),
            "cell": self.configuration.cell.copy(),
            "generator": array_of_generator(self._rng),
            "n_moves": np.array(self._n_moves),
            "counts": self._counts.copy(),
            "scales": self._scales.copy(),
            "temperature": np.array(self.temperature),
        }
        for name, part in self._parts():
            arrays |= {f"{name}.{key}": value for key, value in part.state().items()}
        return arrays

    @classmethod
    def from_state(
        cls,
        state: Arrays,
        model: AtomicModel,
        terms: Sequence[EnergyTerm],
        data: DataTerm | None,
        moves: Sequence[Move],
        constraints: Sequence[Constraint],
        options: ChainOptions,
        soft: Sequence[SoftTerm] = (),
    ) -> "Chain":
        """Return the chain as it was when `state` was called; all else must be as it was given then.

        Raises
        ------
        InputError
            If the state is of another model or of other moves, or damaged.
        """
        if getattr(state.get("positions"), "shape", ()) != model.positions.shape or len(state.get("counts", ())) != len(
            moves
        ):
            raise InputError("the saved state belongs to another model or to other moves")
        current = model_of_state(state, model)
        chain = cls(model, terms, data, moves, constraints, options, generator_of_state(state), soft, current)
        chain._n_moves = int(saved(state, "n_moves", np.array(0)))
        chain.temperature = float(saved(state, "temperature", np.array(0.0)))
        chain._counts[:], chain._scales[:] = (
            saved(state, name, like) for name, like in (("counts", chain._counts), ("scales", chain._scales))
        )
        if min(chain._n_moves, int(chain._counts.min()), chain.temperature) < 0 or chain._n_moves >= 2**62:
            raise InputError("the saved state has numbers below 0, or moves beyond number")
        if not ((chain._scales > 0) & (chain._scales <= _LARGEST_SCALE)).all():
            raise InputError("the saved scales of step sizes are out of range")
        for name, part in chain._parts():
            start = f"{name}."
            part.restore({key[len(start) :]: state[key] for key in state if key.startswith(start)})
        return chain

    def _parts(self) -> list[tuple[str, State]]:
        parts: list[tuple[str, State]] = [(f"term_{index}", term) for index, term in enumerate(self._terms)]
        parts += [(f"constraint_{index}", part) for index, part in enumerate(self._constraints)]
        parts += [(f"soft_{index}", part) for index, part in enumerate(self._soft)]
        return parts if self._data is None else [*parts, ("data", self._data)]
