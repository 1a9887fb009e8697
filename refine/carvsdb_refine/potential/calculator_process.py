"""An ASE calculator in a process of its own, which is ended when an evaluation takes longer than it may.

Code of others may wait for ever, for a licence server or a process that is gone; nothing inside of a process can be
trusted to interrupt it.
"""

import queue
import sys
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from carvsdb.errors import CarvsdbError, CrashedError, InputError
from carvsdb_ingest.tasks.isolated_process import Answer, IsolatedProcess, take
from carvsdb_refine.potential.ase_calculator import AseCalculator
from carvsdb_refine.potential.calculators import make_calculator
from carvsdb_refine.potential.checks import checked_atoms
from carvsdb_refine.potential.terms import Elements, Evaluated, Floats

# Seconds for a process to be ready: imports, and on a new machine compilation.
_START = 300.0
_FUNCTION = f"{__name__}:evaluations"
_Recipe = tuple[str, tuple[tuple[str, Any], ...], str, tuple[str, ...]]


class CalculatorProcess:
    """A calculator's process, started when it is first asked, and again after it has ended.

    Parameters
    ----------
    name : str
        What the config calls the calculator.
    arguments : mapping
        What the config tells it.
    folder : Path
        The config's folder.
    allowed : sequence of str
        Classes allowed on the command line.
    time_limit : float
        Seconds for one evaluation.
    """

    def __init__(
        self, name: str, arguments: Mapping[str, Any], folder: Path, allowed: Sequence[str], time_limit: float
    ) -> None:
        self.name, self.time_limit = name, time_limit
        self._recipe: _Recipe = name, tuple(arguments.items()), str(folder), tuple(allowed)
        self._process: IsolatedProcess | None = None
        self._ended: Any = None
        self._answers: queue.Queue[Answer] = queue.Queue()

    def evaluate(self, symbols: Sequence[str], positions: Floats, cell: Floats, with_forces: bool) -> Evaluated:
        """Return energies, forces and virial as `AseCalculator` does in this process.

        Raises
        ------
        InputError
            If the calculator raises, takes too long, or its process ends.
        CrashedError
            If no process can be started.
        """
        process = self._ready()
        try:
            process.ask(sys.path, self._recipe, list(symbols), positions, cell, with_forces)
            return self._answered(process)
        except BaseException:
            # Also one that was interrupted: it would go on with what nobody waits for.
            self._end()
            raise

    def _answered(self, process: IsolatedProcess) -> Evaluated:
        found: Evaluated | None = None
        deadline = time.monotonic() + self.time_limit
        while (answer := self._heard(process, deadline)) is not None:
            if answer.kind == "part":
                found = answer.value
            elif answer.kind == "end" and found is not None:
                return found
            elif answer.kind == "error":
                if isinstance(answer.value, CarvsdbError):
                    raise answer.value
                raise InputError(f"{self.name} cannot evaluate these atoms ({answer.value})")
            elif answer.kind == "gone":
                raise InputError(f"the process of {self.name} ended ({self._end()})")
        raise InputError(f"{self.name} took longer than {self.time_limit:g} s for one evaluation, the time limit")

    def _ready(self) -> IsolatedProcess:
        """Return a process that waits for work."""
        if self._process is not None and self._process.is_alive:
            return self._process
        self._end()
        self._answers = queue.Queue()
        process, is_ready = take(_FUNCTION, self._answers)
        self._process, self._ended = process, weakref.finalize(self, process.end)
        if not is_ready:
            answer = self._heard(process, time.monotonic() + _START)
            if answer is None or answer.kind != "ready":
                raise CrashedError(f"the process that was to run {self.name} could not be started ({self._end()})")
        return process

    def _heard(self, process: IsolatedProcess, deadline: float) -> Answer | None:
        """Return the next answer; None if there is none in time."""
        while (left := deadline - time.monotonic()) > 0:
            try:
                answer = self._answers.get(timeout=left)
            except queue.Empty:
                return None
            if answer.process is process:
                return answer
        return None

    def _end(self) -> str:
        process, self._process = self._process, None
        if process is None:
            return ""
        self._ended.detach()
        return process.end()


@dataclass(frozen=True, eq=False)
class IsolatedAseCalculator(AseCalculator):
    """The energies that an ASE calculator gives in a process of its own; `calculator` is one that is never asked.

    Attributes
    ----------
    process : CalculatorProcess
    """

    process: CalculatorProcess = field(repr=False, kw_only=True)

    def _evaluate(
        self, elements: Elements, positions: ArrayLike, cell: ArrayLike, source: str | Path | None, with_forces: bool
    ) -> Evaluated:
        places, vectors = checked_atoms(len(elements), positions, cell, source)
        return self.process.evaluate([str(symbol) for symbol in elements], places, vectors, with_forces)


def evaluations(
    paths: Sequence[str], recipe: _Recipe, symbols: Sequence[str], positions: Floats, cell: Floats, with_forces: bool
) -> Iterator[Evaluated]:
    """Yield the energies, forces and virial of atoms: what the process does."""
    # Modules are found where they are for whoever asks.
    sys.path += [path for path in paths if path not in sys.path]
    yield _made(recipe)._evaluate(symbols, positions, cell, None, with_forces)


@lru_cache(maxsize=1)
def _made(recipe: _Recipe) -> AseCalculator:
    name, arguments, folder, allowed = recipe
    return AseCalculator(make_calculator(name, dict(arguments), Path(folder), allowed), name)
