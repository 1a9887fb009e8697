"""Several models of one material: the same config with several seeds, side by side on the machine's cores.

Each replica is a run of its own, in the folder ``seed-N`` below the config's: it is resumed, looked at and reported
like any other, and gives the same bytes as a run with that seed alone. One that fails leaves the others as they are.
"""

import multiprocessing
import os
import queue
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from carvsdb.errors import CarvsdbError, CrashedError, refused_by_system
from carvsdb.usable_cores import usable_cores
from carvsdb_refine.run.config_file import ConfigFile
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.progress import Progress
from carvsdb_refine.run.runner import Hooks, resume, run
from carvsdb_refine.run.setup import prepare
from carvsdb_schemas.refinement_answers import FailedReplica, ReplicasAnswer, RunAnswer

# Seconds between two looks at what the processes say.
_PATIENCE = 0.2


@dataclass(frozen=True, slots=True)
class Replicas:
    """What several runs say when they have ended.

    Attributes
    ----------
    answer : ReplicasAnswer
        Those that ended well, those that did not, and their means.
    stopped : bool
        Whether they were asked to stop: those that are not finished wait for `resume`.
    tracebacks : mapping of int to str
        Of those that ended with an internal error, by seed.
    """

    answer: ReplicasAnswer
    stopped: bool
    tracebacks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _End:
    """How the process of a replica ended; without an outcome it was stopped."""

    outcome: RunAnswer | FailedReplica | None
    traceback: str = ""


def run_replicas(
    files: Sequence[ConfigFile],
    tell: Callable[[int, Progress], None],
    stop: Callable[[], bool],
    *,
    go_on: bool = False,
    overwrite: bool = False,
    cores: int | None = None,
    allowed_calculators: Sequence[str] = (),
) -> Replicas:
    """Run the replicas of a config, as many at a time as there are cores.

    Parameters
    ----------
    files : sequence of ConfigFile
        From `seeds.replica`.
    tell : callable
        Is given the seed and the progress of each run.
    stop : callable
        Whether to stop all of them, each with a checkpoint.
    go_on : bool
        Go on from checkpoints; replicas without one begin.
    overwrite : bool
        Take away earlier runs.
    cores : int, optional
        Processes at a time.
    allowed_calculators : sequence of str
        As for `prepare`.
    """
    context = multiprocessing.get_context("spawn")
    said: Any = context.Queue()
    stopping: Any = context.Event()
    waiting = list(files)
    at_work: dict[int, Any] = {}
    ended: dict[int, _End] = {}
    most = cores or usable_cores()
    while waiting or at_work:
        if stop():
            stopping.set()
            waiting.clear()
        while waiting and len(at_work) < most:
            file = waiting.pop(0)
            given = (file, go_on, overwrite, tuple(allowed_calculators), os.getpid(), said, stopping)
            process = context.Process(target=_work, args=given, daemon=True)
            process.start()
            at_work[file.config.run.seed] = process
        _listen(said, tell, ended)
        for seed in [seed for seed, process in at_work.items() if not process.is_alive()]:
            process = at_work.pop(seed)
            process.join()
            while seed not in ended and _listen(said, tell, ended):
                pass
            if seed not in ended:
                message = f"its process ended with {process.exitcode} and said nothing"
                ended[seed] = _End(FailedReplica(seed=seed, code=CrashedError.exit_code, message=message))
    tracebacks = {seed: end.traceback for seed, end in ended.items() if end.traceback}
    outcomes = [end.outcome for file in files if (end := ended.get(file.config.run.seed)) is not None]
    return Replicas(_answer(files[0], outcomes), bool(stopping.is_set()), tracebacks)


def _listen(said: Any, tell: Callable[[int, Progress], None], ended: dict[int, _End]) -> bool:
    """Take in what a process says, if one says anything."""
    try:
        seed, news = said.get(timeout=_PATIENCE)
    except queue.Empty:
        return False
    if isinstance(news, Progress):
        tell(seed, news)
    else:
        ended[seed] = news
    return True


def _work(
    file: ConfigFile, go_on: bool, overwrite: bool, allowed: tuple[str, ...], parent: int, said: Any, stopping: Any
) -> None:
    """Run one replica in a process of its own."""
    # The parent hears Ctrl-C and says so; without a parent there is nobody to go on for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seed = file.config.run.seed
    hooks = Hooks(
        progress=lambda progress: said.put((seed, progress)),
        stop=lambda: stopping.is_set() or os.getppid() != parent,
    )
    try:
        setup = prepare(file, allowed)
        folder = RunFolder(file.outputs)
        end = _End(resume(setup, hooks) if go_on and folder.checkpoint.exists() else run(setup, hooks, overwrite))
    except KeyboardInterrupt:
        end = _End(None)
    except Exception as error:  # whatever it is, the others go on; the parent says it
        known = error if isinstance(error, CarvsdbError) else refused_by_system(error)
        if known is not None:
            end = _End(FailedReplica(seed=seed, code=known.exit_code, message=str(known)))
        else:
            message = f"internal error, please report it: {type(error).__name__}: {error}"
            failed = FailedReplica(seed=seed, code=CarvsdbError.exit_code, message=message)
            end = _End(failed, traceback.format_exc())
    said.put((seed, end))


def _answer(first: ConfigFile, outcomes: Sequence[RunAnswer | FailedReplica | None]) -> ReplicasAnswer:
    done = [one for one in outcomes if isinstance(one, RunAnswer)]
    rw = np.array([[data.rw for data in one.data] for one in done], np.float64).reshape(
        len(done), len(done[0].data) if done else 0
    )
    energies = np.array([one.energy_per_atom for one in done if one.energy_per_atom is not None], np.float64)
    return ReplicasAnswer(
        config=str(first.path),
        folder=str(first.outputs.parent),
        replicas=done,
        failed=[one for one in outcomes if isinstance(one, FailedReplica)],
        rw_mean=rw.mean(axis=0).tolist() if done else [],
        rw_deviation=deviation(rw).tolist() if done else [],
        energy_mean=float(energies.mean()) if len(energies) else None,
        energy_deviation=float(deviation(energies)) if len(energies) else None,
    )


def deviation(values: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Return the standard deviation between models, the first axis; 0 of a single one."""
    return values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1:])
