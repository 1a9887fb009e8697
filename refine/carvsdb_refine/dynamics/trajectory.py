"""A trajectory of molecular dynamics that can be saved at any step, and goes on from there bit by bit.

References
----------
.. [1] Leimkuhler & Matthews, Appl. Math. Res. Express 2013, 34 (2013), doi:10.1093/amrx/abs010
.. [2] Quigley & Probert, J. Chem. Phys. 120, 11432 (2004), doi:10.1063/1.1755657
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import ase
import ase.constraints
import ase.md.langevinbaoab
import numpy as np
from ase import units
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN, mass_of
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.potential.calculator import PotentialCalculator
from carvsdb_refine.potential.terms import Arrays, Potential, saved

# Most of it has no types.
_ASE: Any = ase
# A cell that grows or shrinks by more than this in one trajectory has nothing to do with the start any more.
_LARGEST_STRETCH = 10.0
# In Å, of one atom in one step.
_LONGEST_STEP = 3.0


class FlownApartError(InputError):
    """Atoms fly apart or into one another: the time step is too long, or the potential does not know them."""


@dataclass(frozen=True, slots=True)
class DynamicsOptions:
    """How atoms move.

    Attributes
    ----------
    ensemble : str
        ``nvt`` (Langevin), ``npt`` (and a Langevin piston on the volume), ``nve``.
    timestep : float
        In fs.
    thermostat, barostat : float
        Relaxation times in fs.
    pressure : float
        In GPa.
    fixed : tuple of int
        Atoms that do not move.
    """

    ensemble: Literal["nvt", "npt", "nve"] = "nvt"
    timestep: float = 1.0
    thermostat: float = 100.0
    barostat: float = 1000.0
    pressure: float = 0.0
    fixed: Sequence[int] = ()


class Trajectory:
    """Atoms that move by their forces.

    Parameters
    ----------
    model : AtomicModel
        The start; its molecules are not rigid here.
    potential : Potential
        What gives forces, and for ``npt`` stress.
    options : DynamicsOptions
        How.
    temperature : float
        In K: of the first velocities, which are drawn, and of the thermostat.
    rng : numpy.random.Generator
        All randomness.

    Raises
    ------
    InputError
        If the potential has no forces, or no stress where the cell moves, or atoms are fixed where it does.
    """

    def __init__(
        self,
        model: AtomicModel,
        potential: Potential,
        options: DynamicsOptions,
        temperature: float,
        rng: np.random.Generator,
    ) -> None:
        self.start, self.options, self.rng = model, options, rng
        self.n_steps = 0
        # ASE knows isotopes by their masses only.
        symbols = ["H" if symbol in HYDROGEN else symbol for symbol in model.elements]
        self._atoms: Any = _ASE.Atoms(symbols, positions=model.positions, cell=model.cell, pbc=True)
        masses = self._atoms.get_masses()
        for atom, symbol in enumerate(model.elements):
            if symbol != symbols[atom]:
                masses[atom] = mass_of(symbol)
        self._atoms.set_masses(masses)
        if len(options.fixed):
            if options.ensemble == "npt":
                raise InputError("atoms that are fixed cannot follow a cell that moves; expected ensemble = 'nvt'")
            self._atoms.set_constraint(_ASE.constraints.FixAtoms(list(options.fixed)))
        self._atoms.calc = PotentialCalculator(potential)
        momenta = rng.normal(size=(model.n_atoms, 3)) * np.sqrt(masses * units.kB * temperature)[:, None]
        # The whole stands still.
        momenta -= masses[:, None] * momenta.sum(axis=0) / masses.sum()
        self._atoms.set_momenta(momenta)
        if options.ensemble == "npt":
            self._atoms.get_potential_energy()
            if "stress" not in self._atoms.calc.results:
                raise InputError(f"{potential.name} gives no stress, which ensemble = 'npt' needs")
        self._integrator = self._make_integrator(temperature)

    def _make_integrator(self, temperature: float) -> Any:
        options = self.options
        with_bath, with_cell = options.ensemble != "nve", options.ensemble == "npt"
        with warnings.catch_warnings():
            # It says which mass of the piston it takes, from the time that it is given.
            warnings.simplefilter("ignore", UserWarning)
            return _ASE.md.langevinbaoab.LangevinBAOAB(
                self._atoms,
                options.timestep * units.fs,
                temperature_K=temperature if with_bath else None,
                T_tau=options.thermostat * units.fs if with_bath else None,
                externalstress=-options.pressure * units.GPa if with_cell else None,
                hydrostatic=with_cell,
                P_tau=options.barostat * units.fs if with_cell else None,
                rng=self.rng if with_bath else None,
            )

    @property
    def temperature(self) -> float:
        """What the thermostat holds, in K; without one, what the atoms have."""
        held = self._integrator.temperature_K
        return self.kinetic_temperature if held is None else float(held)

    @temperature.setter
    def temperature(self, temperature: float) -> None:
        if self.options.ensemble != "nve" and temperature != self._integrator.temperature_K:
            self._integrator.set_temperature(temperature)

    @property
    def model(self) -> AtomicModel:
        """The current atoms and cell."""
        return replace(self.start, positions=self._atoms.get_positions(), cell=np.array(self._atoms.cell))

    @property
    def energy(self) -> float:
        """The potential energy in eV."""
        return float(self._atoms.get_potential_energy())

    @property
    def kinetic_temperature(self) -> float:
        """What the velocities say, in K."""
        return float(self._atoms.get_temperature())

    @property
    def total_energy(self) -> float:
        """Potential and kinetic, in eV; constant in ``nve``."""
        return float(self._atoms.get_total_energy())

    @property
    def pressure(self) -> float:
        """In GPa, with the part of the velocities; NaN where the potential gives no stress."""
        if "stress" not in self._atoms.calc.results:
            return float("nan")
        stress = self._atoms.get_stress(include_ideal_gas=True, voigt=False)
        return -float(np.trace(stress)) / 3 / units.GPa

    def run(self, n_steps: int) -> None:
        """Make so many steps.

        Raises
        ------
        FlownApartError
            If a step leads nowhere; what was before it is lost if the potential has no answer after it.
        """
        for _ in range(n_steps):
            if not self._is_sound():
                raise FlownApartError(f"after {self.n_steps:,} steps the atoms fly apart", hint=_HINT)
            try:
                self._integrator.step()
            except InputError as error:
                raise FlownApartError(f"after {self.n_steps:,} steps {error.message}", hint=_HINT) from error
            self.n_steps += 1

    def _is_sound(self) -> bool:
        """Return whether the next step leads somewhere: within some Å, and to a cell that is still one."""
        integrator, timestep = self._integrator, self._integrator.dt
        farthest = np.abs(timestep * (self._atoms.get_velocities() + 0.5 * timestep * integrator.accel)).max()
        if not farthest < _LONGEST_STEP:
            return False
        if self.options.ensemble != "npt":
            return True
        swells = 3 * timestep * (integrator.p_eps + 0.5 * timestep * integrator.force_eps) / integrator.barostat_mass
        stretch = self._atoms.get_volume() / self.start.volume
        return bool(abs(swells) < 1) and 1 / _LARGEST_STRETCH < stretch < _LARGEST_STRETCH

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what `restore` needs, but for the generator."""
        return {
            "positions": self._atoms.get_positions(),
            "momenta": self._atoms.get_momenta(),
            "cell": np.array(self._atoms.cell),
            "piston": np.array([float(getattr(self._integrator, name, 0.0)) for name in ("p_eps", "force_eps")]),
            "n_steps": np.array(self.n_steps),
            "temperature": np.array(float(self._integrator.temperature_K or 0.0)),
        }

    def restore(self, arrays: Arrays, rng: np.random.Generator) -> None:
        """Take over what `state` returned, with the generator as it was then.

        Raises
        ------
        InputError
            If an array is missing or does not fit.
        """
        state: Mapping[str, NDArray[Any]] = self.state()
        found = {name: saved(arrays, name, like) for name, like in state.items()}
        if found["n_steps"] < 0 or not abs(np.linalg.det(found["cell"])) > 0:
            raise InputError("the saved trajectory has steps below 0 or a flat cell")
        self._atoms.set_cell(found["cell"])
        self._atoms.set_positions(found["positions"], apply_constraint=False)
        self._atoms.set_momenta(found["momenta"], apply_constraint=False)
        self.n_steps, self.rng = int(found["n_steps"]), rng
        # Made anew, as its forces are those of the places; that on the piston is of velocities half a step ago.
        self._integrator = self._make_integrator(float(found["temperature"]))
        if self.options.ensemble == "npt":
            self._integrator.p_eps, self._integrator.force_eps = found["piston"].tolist()


_HINT = "take a shorter timestep in [dynamics], a lower temperature, or a start without close contacts"
