"""Molecular dynamics as a run: checkpoints, trace, scores and provenance are those of a refinement."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.dynamics import DynamicsOptions, Trajectory
from carvsdb_refine.monte_carlo import FixedAtoms
from carvsdb_refine.monte_carlo.data.data_forces import DataForces
from carvsdb_refine.monte_carlo.saved_state import array_of_generator, generator_of_state
from carvsdb_refine.run.assemble import Watcher, fits_of
from carvsdb_refine.run.evaluation import evaluate
from carvsdb_refine.run.followed_data import FollowedData
from carvsdb_refine.run.progress import Observation
from carvsdb_refine.run.schedule import Schedule
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.scattering import DataScore


class MolecularRun:
    """A trajectory as a run sees it: an `Engine`.

    Parameters
    ----------
    setup : Setup
        The config, with a potential.
    arrays : mapping of str to ndarray, optional
        What `arrays` returned, to go on from there.
    temperature : float, optional
        In K, of the first velocities; by default that with which the config begins.
    rng : numpy.random.Generator, optional
        All randomness; by default that of the config's seed.
    """

    def __init__(
        self,
        setup: Setup,
        arrays: Mapping[str, NDArray[Any]] | None = None,
        temperature: float | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        table = setup.file.config.dynamics
        if setup.potential is None:
            raise InputError("molecular dynamics needs a [potential]", path=setup.file.path)
        constraints = setup.file.config.constraints
        fixed = FixedAtoms(tuple(constraints.fixed), tuple(constraints.fixed_atoms))
        options = DynamicsOptions(
            ensemble=table.ensemble,
            timestep=table.timestep,
            thermostat=table.thermostat,
            barostat=table.barostat,
            pressure=table.pressure,
            fixed=tuple(np.flatnonzero(fixed.mask(setup.model)).tolist()),
        )
        self.setup = setup
        run = setup.file.config.run
        first = Schedule.of_config(setup.file.config).temperature(0) if temperature is None else temperature
        rng = np.random.default_rng(run.seed) if rng is None else rng
        self._followed: FollowedData | None = None
        if run.data_energy is not None:
            forces = DataForces(setup.model, fits_of(setup), setup.composition.bin_width)
            self._followed = FollowedData(setup.potential, forces, run.data_energy)
        self.trajectory = Trajectory(setup.model, self._followed or setup.potential, options, first, rng)
        if arrays is not None:
            self.trajectory.restore(arrays, generator_of_state(arrays))
        self._total = self.trajectory.total_energy if arrays is None else float(arrays["first_energy"])
        self._seen: Observation | None = None

    @property
    def moves(self) -> int:
        """Steps made so far."""
        return self.trajectory.n_steps

    @property
    def model(self) -> AtomicModel:
        """The current model."""
        return self.trajectory.model

    @property
    def temperature(self) -> float:
        """What the thermostat holds, in K."""
        return self.trajectory.temperature

    @temperature.setter
    def temperature(self, temperature: float) -> None:
        self.trajectory.temperature = temperature

    def make(self, moves: int) -> None:
        """Make so many steps."""
        self.trajectory.run(moves)

    def show_to(self, watcher: Watcher) -> None:
        """Do nothing: no step is judged, and each moves all atoms; lines of the trace have their grades."""

    def observe(self) -> Observation:
        """Return where the trajectory is, with the scores of its configuration."""
        if self._seen is None or self._seen.moves != self.moves:
            self._seen = self._observed()
        # The thermostat may have been set since.
        return replace(self._seen, temperature=self.temperature)

    def _observed(self) -> Observation:
        trajectory = self.trajectory
        model = trajectory.model
        scores: tuple[DataScore, ...] = ()
        if self.setup.data:
            found = evaluate(replace(self.setup, read_potential=None), model)
            pairs = zip(found.calculations, found.curves, strict=True)
            scores = tuple(calculation.data.score(curve) for calculation, curve in pairs)
        chi2 = [score.chi2 for score in scores]
        return Observation(
            moves=trajectory.n_steps,
            temperature=trajectory.temperature,
            chi2=float("nan") if None in chi2 else sum(one for one in chi2 if one is not None),
            scores=scores,
            energy_per_atom=self._energy() / model.n_atoms,
            tried={},
            accepted={},
            others={
                "time (fs)": trajectory.n_steps * trajectory.options.timestep,
                "kinetic temperature (K)": trajectory.kinetic_temperature,
                "pressure (GPa)": trajectory.pressure,
                "volume (Å³)": model.volume,
            },
        )

    def _energy(self) -> float:
        """Return the energy of the potential alone, in eV."""
        energy = self.trajectory.energy
        return energy if self._followed is None else energy - self._followed.data_share

    def check(self) -> str:
        """Say what tells whether the trajectory is sound; nothing is kept up to date that could drift."""
        trajectory = self.trajectory
        said = f"after {self.moves:,} steps: atoms at {trajectory.kinetic_temperature:.0f} K"
        if np.isfinite(trajectory.pressure):
            said += f", {trajectory.pressure:.2f} GPa"
        if trajectory.options.ensemble == "nve":
            drift = (trajectory.total_energy - self._total) / self.setup.model.n_atoms
            said += f", total energy off by {drift:.1e} eV/atom"
        return said

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the constructor needs to go on."""
        return self.trajectory.state() | {
            "generator": array_of_generator(self.trajectory.rng),
            "first_energy": np.array(self._total),
        }
