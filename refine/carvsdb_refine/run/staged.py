"""A run of several parts: atoms move by forces in some, by moves that are judged in others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.potential.terms import saved
from carvsdb_refine.run.assemble import Run, Watcher, begin_chain, go_on_with_chain, moves_of
from carvsdb_refine.run.engines import PART, part_of
from carvsdb_refine.run.molecular import MolecularRun
from carvsdb_refine.run.progress import Observation
from carvsdb_refine.run.schedule import Schedule
from carvsdb_refine.run.setup import Setup


class StagedRun:
    """Parts one after the other, each beginning with the model of the one before: an `Engine`.

    Parameters
    ----------
    setup : Setup
        The config, whose schedule names engines.
    arrays : mapping of str to ndarray, optional
        What `arrays` returned, to go on from there.

    Notes
    -----
    Velocities are drawn anew, and step sizes adapt anew, where a part begins; its randomness is that of the seed and
    its number.
    """

    def __init__(self, setup: Setup, arrays: Mapping[str, NDArray[Any]] | None = None) -> None:
        self.setup = setup
        self._schedule = Schedule.of_config(setup.file.config)
        self._parts = self._schedule.parts()
        self._kinds = [move.name for move in moves_of(setup.file.config.moves, setup.model)]
        # Tried and accepted in the parts before.
        self._before = np.zeros((2, len(self._kinds)), np.int64)
        self._watcher: Watcher | None = None
        self._number, self._temperature = 0, self._schedule.temperature(0)
        if arrays is None:
            self._now = self._begun(setup.model)
            return
        self._number = int(saved(arrays, "part", np.array(0)))
        if not 0 <= self._number < len(self._parts):
            raise InputError(f"the saved part, {self._number}, is none of the {len(self._parts)} of the schedule")
        self._before = saved(arrays, "before", self._before)
        inner = part_of(arrays)
        is_dynamics = self._parts[self._number][2] == "dynamics"
        self._now = MolecularRun(setup, inner) if is_dynamics else go_on_with_chain(setup, inner)
        self._temperature = self._now.temperature

    def _begun(self, model: AtomicModel) -> Run | MolecularRun:
        """Return the part that begins now."""
        setup = replace(self.setup, model=model)
        rng = np.random.default_rng([self.setup.file.config.run.seed, self._number])
        if self._parts[self._number][2] == "dynamics":
            return MolecularRun(setup, temperature=self._temperature, rng=rng)
        chain = begin_chain(setup, rng)
        chain.temperature = self._temperature
        return chain

    @property
    def moves(self) -> int:
        """Moves tried, and steps made, in all parts so far."""
        return self._parts[self._number][0] + self._now.moves

    @property
    def model(self) -> AtomicModel:
        """The current model."""
        return self._now.model

    @property
    def temperature(self) -> float:
        """In K."""
        return self._temperature

    @temperature.setter
    def temperature(self, temperature: float) -> None:
        self._temperature = self._now.temperature = temperature

    def make(self, moves: int) -> None:
        """Try so many moves, or make so many steps, all of them in one part."""
        if self.moves == self._parts[self._number][1]:
            self._before += self._counts()
            self._number += 1
            self._now = self._begun(self._now.model)
            if self._watcher is not None:
                self._now.show_to(self._watcher)
        self._now.make(moves)

    def show_to(self, watcher: Watcher) -> None:
        """Show the potential's state to a watcher from now on, in each chain."""
        self._watcher = watcher
        self._now.show_to(watcher)

    def _counts(self) -> NDArray[np.int64]:
        seen = self._now.observe()
        return np.array([[of.get(kind, 0) for kind in self._kinds] for of in (seen.tried, seen.accepted)], np.int64)

    def observe(self) -> Observation:
        """Return where the run is."""
        seen = self._now.observe()
        tried, accepted = (self._before + self._counts()).tolist()
        return replace(
            seen,
            moves=self.moves,
            temperature=self._temperature,
            tried=dict(zip(self._kinds, tried, strict=True)),
            accepted=dict(zip(self._kinds, accepted, strict=True)),
            others={},
        )

    def check(self) -> str:
        """Say how far what is kept up to date is off, or how hot the atoms are."""
        return f"part {self._number + 1} of {len(self._parts)}, {self._now.check()}"

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what the constructor needs to go on."""
        inner = {f"{PART}{name}": array for name, array in self._now.arrays().items()}
        return inner | {"part": np.array(self._number), "before": self._before.copy()}
