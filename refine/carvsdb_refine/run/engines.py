"""What moves the atoms of a run: a Markov chain, or molecular dynamics; a run sees both alike."""

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_refine.monte_carlo import model_of_state
from carvsdb_refine.run.assemble import Watcher, begin_chain, go_on_with_chain
from carvsdb_refine.run.progress import Observation
from carvsdb_refine.run.setup import Setup

PART = "now."
"""What the names of a part's arrays begin with, where a run has several."""


class Engine(Protocol):
    """What moves atoms."""

    temperature: float

    @property
    def moves(self) -> int:
        """Moves tried, or steps made, so far."""

    @property
    def model(self) -> AtomicModel:
        """The current model."""

    def make(self, moves: int) -> None:
        """Try so many moves, or make so many steps."""

    def show_to(self, watcher: Watcher) -> None:
        """Show the potential's state to a watcher from now on, where moves are judged."""

    def observe(self) -> Observation:
        """Return where it is."""

    def check(self) -> str:
        """Evaluate afresh what is kept up to date, and say how far off it is."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `go_on` needs."""


def begin(setup: Setup) -> Engine:
    """Return the engine of a config at its start.

    Raises
    ------
    InputError
        If parts do not fit together.
    """
    return _engine(setup, None)


def go_on(setup: Setup, arrays: Mapping[str, NDArray[Any]]) -> Engine:
    """Return the engine of a config where it was when its arrays were saved."""
    return _engine(setup, arrays)


def model_saved(setup: Setup, arrays: Mapping[str, NDArray[Any]]) -> AtomicModel:
    """Return the model of a checkpoint's arrays.

    Raises
    ------
    InputError
        If they are of another model, or damaged.
    """
    # Of several parts, the one that goes on is behind a prefix.
    return model_of_state(part_of(arrays) if "part" in arrays else arrays, setup.model)


def part_of(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays of the part of a run in which its checkpoint was written."""
    return {name.removeprefix(PART): array for name, array in arrays.items() if name.startswith(PART)}


def _engine(setup: Setup, arrays: Mapping[str, NDArray[Any]] | None) -> Engine:
    run = setup.file.config.run
    if not run.moves_by_forces:
        return begin_chain(setup) if arrays is None else go_on_with_chain(setup, arrays)
    # Imported here: chains do without ASE's integrators.
    if run.engine == "dynamics":
        from carvsdb_refine.run.molecular import MolecularRun

        return MolecularRun(setup, arrays)
    from carvsdb_refine.run.staged import StagedRun

    return StagedRun(setup, arrays)
