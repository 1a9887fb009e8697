"""What a loop made, step by step: labels, potentials, runs."""

import hashlib
from collections.abc import Sequence

from carvsdb.regular_file import sha256_of
from carvsdb_refine.active_learning.config_file import LearnFile
from carvsdb_refine.active_learning.iteration import ACTIVE_SET, POTENTIAL, RUN, Iteration
from carvsdb_refine.active_learning.record import Row
from carvsdb_refine.labels import Frame, frames_text
from carvsdb_refine.run.config_file import read_config
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.lineage import inputs_of_run, method_step, model_step, run_step
from carvsdb_refine.run.result import read_result
from carvsdb_refine.run.setup import prepare
from carvsdb_schemas.lineage import LineageStep
from carvsdb_schemas.refinement_answers import RunAnswer


def lineage_of_loop(file: LearnFile, rows: Sequence[Row], frames: Sequence[Frame], n_initial: int) -> list[LineageStep]:
    """Return how the potential of the last iteration came to be.

    Parameters
    ----------
    file : LearnFile
        The loop.
    rows : sequence of Row
        Its iterations.
    frames : sequence of Frame
        All labels, in the order in which they came.
    n_initial : int
        How many of them were made before the first iteration.
    """
    method = file.config.labels.method
    named = getattr(method, "file", None)
    oracle = method_step(method, sha256_of(file.resolve(named)) if named else None)
    count = n_initial
    labels = _labels("initial structures", frames[:count], [oracle.key])
    steps = [oracle, labels]
    for row in rows:
        iteration = Iteration(file, row.iteration)
        folder = iteration.folder
        potential = LineageStep(
            key=sha256_of(folder / POTENTIAL),
            kind="potential",
            name=f"{folder.name}/{POTENTIAL}",
            made_from=[labels.key],
            about={
                "held-out meV/atom": row.energy_error_held_out,
                "held-out meV/Å": row.force_error_held_out,
                "gamma max": row.gamma_max,
            },
        )
        active_set = LineageStep(
            key=sha256_of(folder / ACTIVE_SET),
            kind="active set",
            name=f"{folder.name}/{ACTIVE_SET}",
            made_from=[labels.key],
        )
        steps += [potential, active_set]
        if row is rows[-1]:
            break
        setup = prepare(read_config(folder / RUN))
        place = RunFolder(setup.file.outputs)
        ended = RunAnswer.model_validate(read_result(place.result) | {"seconds": 0.0, "moves_per_second": None})
        inputs = inputs_of_run(setup)
        # Known with how they were made.
        steps += [step for step in inputs if step.key not in (potential.key, active_set.key)]
        run = run_step(setup, ended, inputs)
        model = model_step(place.path / setup.model_name, run, {"Rw": row.rw, "energy_per_atom": row.energy_per_atom})
        count += row.added
        labels = _labels(f"with iteration {row.iteration}", frames[:count], [labels.key, oracle.key, run.key])
        steps += [run, model, labels]
    return steps


def _labels(name: str, frames: Sequence[Frame], made_from: list[str]) -> LineageStep:
    key = hashlib.sha256(frames_text(frames).encode()).hexdigest()
    return LineageStep(key=key, kind="labels", name=name, made_from=made_from, about={"structures": len(frames)})
