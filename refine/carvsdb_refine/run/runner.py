"""The loop of a run: moves between events, and what is written at each of them."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from carvsdb.atomic_write import write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError, RefusedError
from carvsdb_ingest.writers.models import model_text, write_model
from carvsdb_refine.run.checkpoint import Checkpoint, Notes, before, load_checkpoint, save_checkpoint
from carvsdb_refine.run.curve_files import write_curves
from carvsdb_refine.run.engines import Engine, begin, go_on
from carvsdb_refine.run.evaluation import Evaluation, evaluate
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.going_back import LastLook, is_flight
from carvsdb_refine.run.kept_evaluations import keep
from carvsdb_refine.run.place import check_folder
from carvsdb_refine.run.progress import Observation, Progress, Reporter
from carvsdb_refine.run.result import write_result
from carvsdb_refine.run.schedule import Schedule
from carvsdb_refine.run.scoring import score_of
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.run.timing import no_time, read_timing, write_timing
from carvsdb_refine.run.trace import Trace
from carvsdb_schemas.potential_tables import WITHOUT_EFFECT
from carvsdb_schemas.refinement_answers import RunAnswer

if TYPE_CHECKING:
    from carvsdb_refine.run.watch import Watch

# Moves between two looks at whether the run is to stop.
_CHUNK = 20


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a run tells and asks while it goes.

    Attributes
    ----------
    progress : callable
        Is given a `Progress` every few seconds.
    stop : callable
        Whether to stop now: with a checkpoint, and KeyboardInterrupt.
    """

    progress: Callable[[Progress], None] = lambda _: None
    stop: Callable[[], bool] = lambda: False


def check_place(setup: Setup, overwrite: bool = False) -> RunFolder:
    """Return the folder that a run would write; what costs little to refuse is refused here, before any energy.

    Raises
    ------
    RefusedError
        If the folder holds a run already, or files that no run made.
    InputError
        If the format of the last model cannot hold it.
    """
    # A format that cannot hold the model is found now, not at the end.
    model_text(setup.model, setup.model_name, setup.types)
    return check_folder(setup.file, overwrite)


def run(
    setup: Setup, hooks: Hooks | None = None, overwrite: bool = False, start: Evaluation | None = None
) -> RunAnswer:
    """Run a refinement from its start to its end.

    Parameters
    ----------
    setup : Setup
        The refinement.
    hooks : Hooks, optional
        What the run tells and asks.
    overwrite : bool
        Take away an earlier run in the folder.
    start : Evaluation, optional
        Of the start, where it is there already: kept for the report.

    Raises
    ------
    RefusedError
        If the folder holds a run already, or another process works in it.
    InputError
        If parts do not fit together, or a file cannot be written; the last checkpoint is kept then.
    KeyboardInterrupt
        If the hooks said stop, after a checkpoint.
    """
    folder = check_place(setup, overwrite)
    chain = begin(setup)
    with folder.begun(), folder.owned():
        if overwrite:
            folder.clear()
        folder.check_free()
        folder.check_own(setup.model_name)
        folder.write_seal(setup.model_name)
        write_text(folder.path / "config.toml", setup.file.text)
        loop = _Loop(setup, folder, chain, hooks or Hooks())
        loop.trace.begin()
        loop.note()
        loop.save()
        if start is not None:
            keep(setup, setup.model, start.parts, folder.start_evaluation)
        return loop.go(0)


def resume(setup: Setup, hooks: Hooks | None = None, from_before: bool = False) -> RunAnswer:
    """Go on from the last checkpoint, or from the one before, as if nothing had happened.

    Raises
    ------
    InputError
        If there is no checkpoint, or it or the trace is damaged.
    RefusedError
        If the config, a data set, the start or the potential is another one; more moves may be asked for.
    """
    folder = RunFolder(setup.file.outputs)
    path = before(folder.checkpoint) if from_before else folder.checkpoint
    checkpoint = load_checkpoint(path)
    notes = checkpoint.notes
    check_same_run(setup, checkpoint)
    folder.check_own(setup.model_name)
    with folder.owned():
        folder.clear_drafts()
        try:
            chain = go_on(setup, checkpoint.arrays)
        except InputError as error:
            other = not from_before and before(path).exists()
            hint = "go on from the one before with `carvsdb refine resume --before`" if other else None
            raise InputError(f"cannot be gone on from: {error.message}", path=path, hint=hint) from error
        if chain.moves != notes.moves:
            raise InputError(f"is after {chain.moves} moves, but its notes say {notes.moves}", path=path)
        loop = _Loop(setup, folder, chain, hooks or Hooks())
        if loop.watch is not None:
            loop.watch.restore(checkpoint.arrays)
        loop.look_restored(checkpoint.arrays)
        loop.trace.cut(notes.trace_bytes, notes.trace_sha256)
        return loop.go(chain.moves)


def check_same_run(setup: Setup, checkpoint: Checkpoint) -> None:
    """Raise RefusedError if a checkpoint belongs to another run."""
    now, then = fingerprint(setup), checkpoint.notes.fingerprint
    changed = [what for what, value in now.items() if then.get(what) != value]
    if changed:
        raise RefusedError(
            f"the checkpoint belongs to another run: {', '.join(changed)} changed since",
            item=str(setup.file.path),
            hint="undo the change, or name another folder in [outputs] and `carvsdb refine run`",
        )


def fingerprint(setup: Setup) -> dict[str, str]:
    """Return hashes of everything that the trajectory depends on, by what a user calls it."""
    config = _without_run_length(setup.file.config.model_dump(mode="json"))
    tables = {f"[{name}]": _hash(value) for name, value in config.items() if name not in ("outputs", "data")}
    data = {
        f"[[data]] {number}": _hash([table, data_set.sha256])
        for number, (table, data_set) in enumerate(zip(config["data"], setup.data, strict=True), 1)
    }
    files = {"the start's file": setup.model_sha256, "the potential's file": setup.potential_sha256 or ""}
    return {**tables, **data, **files}


def _without_run_length(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out what does not change a trajectory: how long it goes on, and what is written when."""
    run = {name: value for name, value in config["run"].items() if name not in ("moves", "checkpoint_every", "seeds")}
    dynamics = {name: value for name, value in config["dynamics"].items() if name != "steps"}
    if config["watch"] is not None:
        unused = {name for name in ("every", "proposals") if config["watch"][name] is None}
        config = config | {"watch": {name: value for name, value in config["watch"].items() if name not in unused}}
    if config["potential"] is not None:
        config = config | {
            "potential": {n: value for n, value in config["potential"].items() if n not in WITHOUT_EFFECT}
        }
    left_out = {"run", "dynamics"} | ({"watch"} if config["watch"] is None else set())
    rest = {name: value for name, value in config.items() if name not in left_out}
    # What a run of before did not know is left out where it is not used.
    if run["data_energy"] is None:
        del run["data_energy"]
    if run["engine"] == "dynamics":
        return {**rest, "run": run, "dynamics": dynamics}
    del run["engine"]
    if any(stage["engine"] == "dynamics" for stage in run["schedule"]):
        return {**rest, "run": run, "dynamics": dynamics}
    schedule = [{name: value for name, value in stage.items() if name != "engine"} for stage in run["schedule"]]
    return {**rest, "run": run | {"schedule": schedule}}


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _watch_of(setup: Setup) -> "Watch":
    # Imported here: most runs do without what fits and grades are made of.
    from carvsdb_refine.run.watch import Watch

    return Watch.of(setup)


class _Loop:
    """A chain on its way."""

    def __init__(self, setup: Setup, folder: RunFolder, chain: Engine, hooks: Hooks) -> None:
        self.setup, self.folder, self.chain, self.hooks = setup, folder, chain, hooks
        self.options, self.outputs = setup.file.config.run, setup.file.config.outputs
        self.schedule = Schedule.of_config(setup.file.config)
        self.chain.temperature = self.schedule.temperature(chain.moves)
        observation = chain.observe()
        columns = ["moves", "temperature", "chi2", "energy_per_atom"]
        for number in range(1, len(observation.scores) + 1):
            columns += [f"{name}_{number}" for name in ("rw", "chi2", "scale", "offset")]
        self.kinds = tuple(observation.tried)
        columns += [f"{name}_{kind}" for kind in self.kinds for name in ("tried", "accepted")]
        self.watch = None if setup.file.config.watch is None else _watch_of(setup)
        if self.watch is not None and self.watch.looks_between:
            chain.show_to(self.watch)
        self.stopped: str | None = None
        # Steps by forces may fail between two lines of the trace; without `stop` that is an error.
        self.can_go_back = self.watch is not None and self.watch.stop is not None and self.options.moves_by_forces
        self.last_look: LastLook | None = None
        self.flown: str | None = None
        columns += [*observation.others, *(() if self.watch is None else self.watch.columns)]
        self.trace = Trace(folder.trace, tuple(columns))
        self.reporter = Reporter(hooks.progress, self.schedule.moves)
        self.drift = ""
        self.timing = read_timing(folder.timing) or no_time()
        self.clock, self.timed = time.monotonic(), chain.moves

    def go(self, first: int) -> RunAnswer:
        """Make the moves that are left, then write the results."""
        with nullcontext() if self.watch is None else self.watch.one_thread():
            return self._go(first)

    def _go(self, first: int) -> RunAnswer:
        began = time.monotonic()
        total = self.schedule.moves
        if self.chain.moves > total:
            raise RefusedError(f"{self.chain.moves} moves are done, more than the {total} of the config")
        self.reporter.see(self.chain.observe(), self.drift)
        while self.chain.moves < total and self.stopped is None:
            self.chain.temperature = self.schedule.temperature(self.chain.moves)
            self._make_moves(self._next_event())
            self._at(self.chain.moves)
        self.reporter.see(self.chain.observe(), self.drift, always=True)
        return self._finish(first, time.monotonic() - began)

    def note(self) -> None:
        """Add a line to the trace; where that shows an atom above `stop`, that of the step at which it came there."""
        looked: list[float] = []
        if self.watch is not None:
            looked = self.watch.look(self.chain.model)
            if self.watch.why_stop(self.chain.moves) is not None and self.flown is None and self.last_look is not None:
                self._go_back()
                looked = self.watch.look(self.chain.model)
            self._see_whether_to_stop()
        now = self.chain.observe()
        values: list[float | int | None] = [now.moves, now.temperature, now.chi2, now.energy_per_atom]
        for one in now.scores:
            values += [one.rw, one.chi2, one.scale, one.offset]
        for kind in self.kinds:
            values += [now.tried[kind], now.accepted[kind]]
        self.trace.add([*values, *now.others.values(), *looked])
        if self.can_go_back:
            self.last_look = LastLook.at(self.chain)

    def look_restored(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the last look of a checkpoint; one at which the run was to stop stops it again."""
        if not self.can_go_back:
            return
        assert self.watch is not None
        self.last_look = LastLook.restored(self.setup, arrays, self.chain)
        if self.last_look.moves == self.chain.moves:
            self.watch.look(self.chain.model)
            self._see_whether_to_stop()

    def _go_back(self) -> None:
        assert self.watch is not None
        assert self.last_look is not None
        last = self.chain.moves
        self.chain = self.last_look.go_back(self.setup, self.schedule, self.watch, self.folder, last)

    def _see_whether_to_stop(self) -> None:
        assert self.watch is not None
        said = (self.flown, self.watch.why_stop(self.chain.moves))
        self.stopped = "; ".join(one for one in said if one is not None) or None

    def save(self) -> None:
        """Write a checkpoint."""
        size, sha256 = self.trace.seal()
        notes = Notes(
            moves=self.chain.moves,
            fingerprint=fingerprint(self.setup),
            trace_bytes=size,
            trace_sha256=sha256,
            drift=self.drift,
        )
        arrays = self.chain.arrays()
        if self.watch is not None and self.watch.looks_between:
            arrays |= self.watch.arrays()
        if self.last_look is not None:
            arrays |= self.last_look.saved(self.chain.moves)
        save_checkpoint(self.folder.checkpoint, Checkpoint(arrays, notes))
        clock = time.monotonic()
        self.timing = self.timing.after(self.chain.moves - self.timed, clock - self.clock)
        self.clock, self.timed = clock, self.chain.moves
        write_timing(self.folder.timing, self.timing)

    def _next_event(self) -> int:
        moves = self.chain.moves
        every = [self.options.trace_every, self.options.check_every, self.options.checkpoint_every]
        every += [self.outputs.snapshots_every] if self.outputs.snapshots_every else []
        nearest = min(moves + step - moves % step for step in every)
        return min(nearest, self.schedule.next_change(moves), self.schedule.moves)

    def _make_moves(self, target: int) -> None:
        while self.chain.moves < target:
            if self.hooks.stop():
                self.save()
                raise KeyboardInterrupt
            try:
                self.chain.make(min(_CHUNK, target - self.chain.moves))
            except InputError as error:
                if self.last_look is None or not is_flight(error):
                    raise
                self.flown = error.message
                self._go_back()
                return
            if self.watch is not None:
                self.watch.grade_beside()
                if self.watch.is_beyond:
                    return

    def _at(self, moves: int) -> None:
        """Do what is due after so many moves."""
        is_end = moves == self.schedule.moves
        if moves % self.options.check_every == 0 or is_end:
            self.drift = self.chain.check()
        if self.flown is not None and self.last_look is not None and moves == self.last_look.moves:
            self._see_whether_to_stop()  # the trace has this line
        elif (
            moves % self.options.trace_every == 0
            or is_end
            or self.flown is not None
            or (self.watch is not None and self.watch.is_beyond)
        ):
            self.note()
            moves = self.chain.moves
        if self.outputs.snapshots_every and moves % self.outputs.snapshots_every == 0:
            self._keep(self.chain.model, self.folder.snapshot(moves, Path(self.setup.model_name).suffix))
            if self.watch is not None:
                self.watch.keep(self.chain.model, self.folder.graded(moves))
        if moves % self.options.checkpoint_every == 0 or is_end or self.stopped is not None:
            self.save()
        self.reporter.see(self.chain.observe(), self.drift)

    def _keep(self, model: AtomicModel, path: Path) -> None:
        write_model(model, path, self.setup.types)

    def _finish(self, first: int, seconds: float) -> RunAnswer:
        final = self.folder.path / self.setup.model_name
        self._keep(self.chain.model, final)
        if self.watch is not None:
            self.watch.keep(self.chain.model, self.folder.graded(self.chain.moves))
        now: Observation = self.chain.observe()
        evaluation = evaluate(self.setup, self.chain.model, self.folder.evaluation)
        scored = score_of(self.setup, evaluation, str(final))
        tables = write_curves(evaluation, self.folder.path)
        done = now.moves - first
        answer = RunAnswer(
            **scored.model_dump(exclude={"tables"}),
            tables=[str(path) for path in tables],
            folder=str(self.folder.path),
            moves=now.moves,
            temperature=now.temperature,
            tried=dict(now.tried),
            accepted=dict(now.accepted),
            drift=self.drift,
            seed=self.options.seed,
            stopped=self.stopped,
            seconds=round(seconds, 3),
            moves_per_second=round(done / seconds, 2) if done and seconds > 0 else None,
        )
        # Times differ from run to run; all else is the same bytes for the same config.
        kept = answer.model_dump(mode="json", exclude={"seconds", "moves_per_second", "entries", "tables"})
        write_result(self.folder.result, kept)
        return answer
