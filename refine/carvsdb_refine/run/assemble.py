"""From a config to the chain that it describes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo import (
    BOLTZMANN,
    Angle,
    AtomMove,
    Bend,
    BondLengths,
    Chain,
    ChainOptions,
    Constraint,
    Coordination,
    CoordinationFraction,
    Fit,
    FixedAtoms,
    HardSpheres,
    Move,
    RigidMove,
    ScatteringData,
    SoftTerm,
    Stretch,
    SwapMove,
    VolumeMove,
    bend_move,
)
from carvsdb_refine.monte_carlo.acceptance import Verdict
from carvsdb_refine.potential.terms import BoundEnergy
from carvsdb_refine.run.progress import Observation
from carvsdb_refine.run.setup import Setup
from carvsdb_schemas.refinement import ConstraintsTable, MoveKind, MovesTable, RunTable

# How often a kind of move is tried, relative to moves of molecules.
_WEIGHTS: dict[MoveKind, float] = {"molecule": 1.0, "atom": 0.0, "bend": 0.2, "swap": 0.1, "volume": 0.01}


class Watcher(Protocol):
    """What is shown a potential's state as a chain goes."""

    @property
    def every(self) -> int | None:
        """After every so many-th accepted move; None: never."""

    @property
    def proposals(self) -> int | None:
        """With every so many-th proposal; None: never."""

    def look_at_changed(self, bound: BoundEnergy) -> None:
        """Look at what the last accepted move changed."""

    def look_at_proposed(self, bound: BoundEnergy) -> None:
        """Look at what a proposal, accepted or not, would change."""


class Run:
    """A chain as a run sees it.

    Parameters
    ----------
    chain : Chain
        What moves.
    has_energy : bool
        Whether there is a potential.
    data_energy : float, optional
        What a unit of chi² costs, in eV, at any temperature.
    """

    def __init__(self, chain: Chain, has_energy: bool, data_energy: float | None = None) -> None:
        self.chain, self.has_energy, self.data_energy = chain, has_energy, data_energy
        self.temperature = chain.temperature
        self._watcher: Watcher | None = None

    @property
    def moves(self) -> int:
        """Moves tried so far."""
        return self.chain.n_moves

    @property
    def model(self) -> AtomicModel:
        """The current model."""
        return self.chain.model

    @property
    def temperature(self) -> float:
        """In K."""
        return self.chain.temperature

    @temperature.setter
    def temperature(self, temperature: float) -> None:
        self.chain.temperature = temperature
        if self.data_energy is not None:
            factor = self.data_energy / (BOLTZMANN * temperature)
            self.chain.options = replace(self.chain.options, chi2_factor=factor)

    def make(self, moves: int) -> None:
        """Try so many moves."""
        watcher, chain = self._watcher, self.chain
        if watcher is None:
            chain.run(moves)
            return
        for _ in range(moves):
            is_shown = watcher.proposals is not None and (chain.n_moves + 1) % watcher.proposals == 0
            verdict = chain.step(watcher.look_at_proposed if is_shown else None)
            if watcher.every is not None and verdict == Verdict.ACCEPTED and chain.n_accepted % watcher.every == 0:
                watcher.look_at_changed(chain.terms[0])

    def show_to(self, watcher: Watcher | None) -> None:
        """Show the potential's state to a watcher from now on; None: to nobody."""
        self._watcher = watcher

    def observe(self) -> Observation:
        """Return where the chain is."""
        counts = self.chain.counts
        data = self.chain.data
        return Observation(
            moves=self.chain.n_moves,
            temperature=self.chain.temperature,
            chi2=self.chain.chi2,
            scores=() if data is None else data.scores(),
            energy_per_atom=self.chain.energy / self.chain.configuration.model.n_atoms if self.has_energy else None,
            tried={count.name: count.tried for count in counts},
            accepted={count.name: count.accepted for count in counts},
        )

    def check(self) -> str:
        """Evaluate everything afresh and say how far the state is from that."""
        drift = self.chain.check()
        parts = []
        if self.chain.data is not None:
            parts.append(f"{drift.wrong_counts} pairs in a wrong bin, chi² off by {drift.chi2:.1e}")
        if self.has_energy:
            parts.append(f"energies off by at most {drift.energies:.1e} eV")
        soft = self.chain.soft_chi2
        parts += (
            [f"soft constraints {', '.join(f'{name} {value:.4g}' for name, value in soft.items())}"] if soft else []
        )
        broken = {name: number for name, number in self.chain.violations().items() if number}
        parts += [f"{name} broken {number} times" for name, number in broken.items()]
        return f"after {drift.moves:,} moves: {', '.join(parts)}"

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `go_on` needs."""
        return self.chain.state()


def begin_chain(setup: Setup, rng: np.random.Generator | None = None) -> Run:
    """Return the chain of a config at its start; its randomness is that of the seed, unless another is given.

    Raises
    ------
    InputError
        If parts do not fit together.
    """
    config = setup.file.config
    return Run(
        Chain(
            setup.model,
            () if setup.potential is None else (setup.potential,),
            _data(setup),
            moves_of(config.moves, setup.model),
            constraints_of(config.constraints),
            _options(config.run, config.moves),
            np.random.default_rng(config.run.seed) if rng is None else rng,
            soft_of(config.constraints),
        ),
        setup.potential is not None,
        config.run.data_energy,
    )


def go_on_with_chain(setup: Setup, arrays: Mapping[str, NDArray[Any]]) -> Run:
    """Return the chain of a config where it was when its arrays were saved."""
    config = setup.file.config
    return Run(
        Chain.from_state(
            arrays,
            setup.model,
            () if setup.potential is None else (setup.potential,),
            _data(setup),
            moves_of(config.moves, setup.model),
            constraints_of(config.constraints),
            _options(config.run, config.moves),
            soft_of(config.constraints),
        ),
        setup.potential is not None,
        config.run.data_energy,
    )


def moves_of(table: MovesTable, model: AtomicModel) -> list[Move]:
    """Return the moves that a config asks for.

    Raises
    ------
    InputError
        If none is left, or a swap names an element that the model lacks.
    """
    weights = _WEIGHTS | table.weights
    moves: list[Move] = []
    if table.translation > 0 or table.rotation > 0:
        moves.append(RigidMove(table.translation, table.rotation, weights["molecule"]))
        moves.append(AtomMove(table.translation, weights["atom"]))
    if table.bend > 0:
        moves.append(bend_move(table.bend, weights["bend"]))
    for pair in table.swap:
        first, _, second = pair.partition("-")
        for symbol in (first, second):
            if symbol not in model.species:
                raise InputError(f"[moves], 'swap': the model has no {symbol} (it has {', '.join(model.species)})")
        moves.append(SwapMove(first, second, weights["swap"]))
    if table.volume > 0:
        moves.append(VolumeMove(table.volume, weight=weights["volume"]))
    tried = [move for move in moves if move.weight > 0]
    if not tried:
        raise InputError("[moves] leaves nothing to try: expected a size and a weight above 0 for one kind of move")
    return tried


def constraints_of(table: ConstraintsTable) -> Sequence[Constraint]:
    """Return the constraints that a config asks for."""
    constraints: list[Constraint] = []
    if table.hard_spheres:
        constraints.append(HardSpheres(table.hard_spheres, table.within_molecules))
    if table.bond_lengths:
        constraints.append(BondLengths({pair: (low, high) for pair, (low, high) in table.bond_lengths.items()}))
    for window in table.coordination:
        centre, _, neighbour = window.pair.partition("-")
        constraints.append(Coordination(centre, neighbour, window.cutoff, window.minimum, window.maximum))
    for angle in table.angles:
        first, centre, last = angle.triple.split("-")
        constraints.append(Angle(first, centre, last, angle.cutoff, angle.minimum, angle.maximum))
    if table.fixed or table.fixed_atoms:
        constraints.append(FixedAtoms(tuple(table.fixed), tuple(table.fixed_atoms)))
    return constraints


def soft_of(table: ConstraintsTable) -> Sequence[SoftTerm]:
    """Return the soft constraints that a config asks for."""
    soft: list[SoftTerm] = []
    for share in table.fractions:
        centre, _, neighbour = share.pair.partition("-")
        soft.append(CoordinationFraction(centre, neighbour, share.cutoff, share.number, share.fraction, share.sigma))
    for bond in table.stretch:
        first, _, second = bond.pair.partition("-")
        soft.append(Stretch(first, second, bond.longest, bond.length, bond.sigma))
    for angle in table.bend:
        first, centre, last = angle.triple.split("-")
        soft.append(Bend(first, centre, last, angle.longest, angle.angle, angle.sigma))
    return soft


def fits_of(setup: Setup) -> tuple[Fit, ...]:
    """Return the data sets of a config, as what follows them takes them."""
    return tuple(Fit(data, how) for data, how in zip(setup.data, setup.scatterers, strict=True))


def _data(setup: Setup) -> ScatteringData | None:
    return ScatteringData(fits_of(setup), setup.composition.bin_width) if setup.data else None


def _options(run: RunTable, moves: MovesTable) -> ChainOptions:
    # The run itself checks, since it also tells what was found.
    return ChainOptions(
        temperature=float(run.temperature),
        chi2_factor=run.chi2_factor,
        acceptance=run.acceptance,
        equilibration=run.equilibration,
        target_acceptance=moves.target_acceptance,
        check_every=0,
    )
