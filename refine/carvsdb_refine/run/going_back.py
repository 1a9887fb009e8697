"""Where a run by forces ends that the potential does not know: where it had, if grades were looked at after each step.

A few steps behind that place atoms may lie upon one another, or fly apart: labels of that teach nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.run.engines import Engine, go_on
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.schedule import Schedule
from carvsdb_refine.run.setup import Setup

if TYPE_CHECKING:
    from carvsdb_refine.run.watch import Watch

# Steps resemble each other: one is kept if its largest grade is that many times the one kept before.
_GROWTH = 1.5
_LOOKED = "looked."


@dataclass(slots=True)
class LastLook:
    """The state of a run at the last line of its trace, from which its steps can be repeated.

    Attributes
    ----------
    moves : int
        Of that line.
    arrays : mapping of str to ndarray
        What the engine needs to go on from there.
    """

    moves: int
    arrays: Mapping[str, NDArray[Any]]

    @classmethod
    def at(cls, chain: Engine) -> "LastLook":
        """Return where a run is now."""
        return cls(chain.moves, chain.arrays())

    @classmethod
    def restored(cls, setup: Setup, arrays: Mapping[str, NDArray[Any]], chain: Engine) -> "LastLook":
        """Return what `saved` put into a checkpoint; without it the checkpoint was made at a line of the trace."""
        inner = {name.removeprefix(_LOOKED): array for name, array in arrays.items() if name.startswith(_LOOKED)}
        return cls(go_on(setup, inner).moves, inner) if inner else cls.at(chain)

    def saved(self, moves: int) -> dict[str, NDArray[Any]]:
        """Return the arrays for a checkpoint after so many moves."""
        if moves == self.moves:
            return {}
        return {f"{_LOOKED}{name}": array for name, array in self.arrays.items()}

    def go_back(self, setup: Setup, schedule: Schedule, watch: "Watch", folder: RunFolder, last: int) -> Engine:
        """Repeat the steps since, and return where an atom is first above ``stop``, else before the step that failed.

        On the way models are kept with their grades: these are what a potential is to learn.

        Parameters
        ----------
        setup, schedule, watch, folder
            Of the run; the watch has a ``stop``.
        last : int
            Moves after which the atoms flew apart, or were seen to be beyond.
        """
        assert watch.stop is not None
        chain, kept = go_on(setup, self.arrays), 0.0
        while True:
            worst = float(watch.grades(chain.model).max())
            if not worst < _GROWTH * kept:
                watch.keep(chain.model, folder.graded(chain.moves))
                kept = worst
            if not worst <= watch.stop or chain.moves >= last:
                return chain
            sound = chain.arrays()
            chain.temperature = schedule.temperature(chain.moves)
            try:
                chain.make(1)
            except InputError as error:
                if not is_flight(error):
                    raise
                return go_on(setup, sound)


def is_flight(error: InputError) -> bool:
    """Return whether an error is that of atoms which fly apart."""
    # Imported here: chains do without ASE's integrators.
    from carvsdb_refine.dynamics import FlownApartError

    return isinstance(error, FlownApartError)
