"""The loop: fit, refine, label what was not known, until a whole run stays within what the potential knows."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from carvsdb.atomic_write import make_folder, write_text
from carvsdb.errors import InputError, RefusedError
from carvsdb.regular_file import read_text
from carvsdb_refine.active_learning.before_labels import check_loop
from carvsdb_refine.active_learning.config_file import LearnFile
from carvsdb_refine.active_learning.fitting import fit_frame
from carvsdb_refine.active_learning.initial import initial_structures
from carvsdb_refine.active_learning.iteration import POTENTIAL, RUN, Iteration
from carvsdb_refine.active_learning.lineage import lineage_of_loop
from carvsdb_refine.active_learning.loop_labels import label_structures
from carvsdb_refine.active_learning.record import Row, write_rows
from carvsdb_refine.labels import Frame, Oracle, frames_text, read_frames
from carvsdb_refine.run.config_file import read_config, read_tables
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.into_catalogue import Stored, store
from carvsdb_refine.run.result import read_result
from carvsdb_refine.run.runner import Hooks
from carvsdb_refine.run.setup import prepare
from carvsdb_schemas.learning import LearnConfig
from carvsdb_schemas.refinement_answers import RunAnswer

CONFIG, INITIAL, FRAMES, LEARNED = "config.toml", "initial.xyz", "frames.xyz", "learned.json"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a loop came to.

    Attributes
    ----------
    rows : tuple of Row
        Its iterations.
    cause : str
        Why it ended without having converged; empty if it has.
    potential, model, run : Path
        Those of the last iteration; of the run its config.
    """

    rows: tuple[Row, ...]
    cause: str
    potential: Path
    model: Path
    run: Path


def learn(
    file: LearnFile,
    allowed: Sequence[str] = (),
    hooks: Hooks | None = None,
    tell: Callable[[str], None] = lambda _: None,
    told: Callable[[Row], None] = lambda _: None,
) -> Learned:
    """Run a loop from where it is to its end.

    Every step leaves a file, and is done only if that is not there: what was killed goes on and ends the same.

    Parameters
    ----------
    file : LearnFile
        The config.
    allowed : sequence of str
        Classes of ASE calculators whose code may run.
    hooks : Hooks, optional
        Of the runs.
    tell : callable
        Is given sentences about what goes on.
    told : callable
        Is given each row when its iteration has ended.

    Raises
    ------
    InputError
        If something named is missing or does not fit together, or no structure can be labelled.
    RefusedError
        If the folder holds a loop of another config.
    KeyboardInterrupt
        If the hooks said stop.
    """
    hooks = hooks or Hooks()
    table = file.config.learn
    oracle = Oracle.of(file.config.labels.method, file.path.parent, tuple(allowed))
    frames = _initial(file, oracle, hooks, tell)
    _keep_config(file)
    rows: list[Row] = []
    cause = ""
    for number in range(1, table.iterations + 1):
        iteration = Iteration(file, number)
        errors = iteration.fit(frames, tell)
        iteration.refine(hooks)
        if iteration.stopped is not None:
            tell(f"the run of iteration {number} ended early: {iteration.stopped}")
        labelling, candidates, known = iteration.found(oracle, hooks.stop, tell)
        rows.append(iteration.row(errors, labelling, candidates, known))
        told(rows[-1])
        before = {fit_frame(one).key() for one in frames}
        is_new = any(fit_frame(one).key() not in before for one in labelling.frames)
        frames += labelling.frames
        write_rows(file.folder / "iterations.csv", rows)
        write_text(file.folder / FRAMES, frames_text(frames))
        if known:
            cause = ""
            break
        ended = (
            f"ended early: {iteration.stopped}" if iteration.stopped else f"met atoms above select = {table.select:g}"
        )
        cause = f"{number} iterations are done, and the last run {ended}"
        if not labelling.labelled:
            cause = f"the structures that the potential does not know could not be labelled; the last run {ended}"
            break
        if not is_new:
            cause = f"there is nothing to label that has no label yet; the last run {ended}"
            break
    result = {"converged": not cause, "cause": cause, "iterations": [asdict(row) for row in rows]}
    write_text(file.folder / LEARNED, json.dumps(result, indent=1) + "\n")
    config = iteration.folder / RUN
    run = read_config(config)
    return Learned(tuple(rows), cause, iteration.folder / POTENTIAL, run.outputs / run.model_name, config)


def read_learned(folder: Path) -> tuple[list[Row], dict[str, Any]]:
    """Return the iterations of a loop that has ended, and all that it says of itself.

    Raises
    ------
    RefusedError
        If it has not ended.
    InputError
        If what it says cannot be read.
    """
    path = folder / LEARNED
    if not path.exists():
        raise RefusedError("the loop has not ended", item=str(folder), hint="go on with `carvsdb refine learn`")
    try:
        said = json.loads(read_text(path))
        rows = [Row(**row) for row in said["iterations"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError("is no result of a loop", path=path) from error
    if not rows:
        raise InputError("is the result of a loop without iterations", path=path)
    return rows, said


def store_last(file: LearnFile, learned: Learned, db: str | Path, label: str) -> Stored:
    """Take the last model into a catalogue, with its run, and the whole loop behind it, as its lineage.

    Raises
    ------
    CarvsdbError
        If the catalogue cannot be opened or written, or a label belongs to other content.
    """
    setup = prepare(read_config(learned.run))
    said = read_result(RunFolder(setup.file.outputs).result)
    answer = RunAnswer.model_validate(said | {"seconds": 0.0, "moves_per_second": None})
    frames, first = read_frames(file.folder / FRAMES), read_frames(file.folder / INITIAL)
    before = lineage_of_loop(file, learned.rows, frames, len(first))
    return store(setup, answer, db, label, snapshots=False, before=before)


def _initial(file: LearnFile, oracle: Oracle, hooks: Hooks, tell: Callable[[str], None]) -> list[Frame]:
    """Return the labelled structures that the loop begins with; made once."""
    kept = file.folder / INITIAL
    if kept.exists():
        return read_frames(kept)
    check_loop(file, tell)
    structures = initial_structures(file, oracle.within(file.config.labels.time_limit), hooks.stop)
    models, origins = [model for model, _ in structures], [origin for _, origin in structures]
    first = label_structures(file, oracle, models, origins, hooks.stop, tell)
    if not first.frames:
        raise InputError("no initial structure could be labelled", path=file.path)
    make_folder(file.folder)
    write_text(kept, frames_text(first.frames))
    tell(f"{len(first.frames)} initial structures are labelled")
    return first.frames


def _keep_config(file: LearnFile) -> None:
    """Write what the loop was told into its folder; a file of another kind is not overwritten."""
    place = file.folder / CONFIG
    if place.exists():
        read_tables(place, LearnConfig)
    write_text(place, read_text(file.path))
