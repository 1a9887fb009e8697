"""The models of a run as entries of a catalogue, with the run beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from carvsdb.catalogue import Catalogue, RefinementRun
from carvsdb.errors import NoNetError
from carvsdb_ingest.tasks.pipeline import to_entry
from carvsdb_refine.run.checkpoint import load_checkpoint
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.lineage import inputs_of_run, model_step, run_step, scores
from carvsdb_refine.run.net_of_model import analyse_file
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.run.trace import read_trace
from carvsdb_schemas.lineage import LineageStep
from carvsdb_schemas.refinement_answers import RunAnswer


@dataclass(frozen=True, slots=True)
class Stored:
    """What a catalogue took.

    Attributes
    ----------
    labels : tuple of str
        Of the models, the last one first.
    without_net : tuple of str
        Sentences about models that have no net, and so no entry.
    """

    labels: tuple[str, ...]
    without_net: tuple[str, ...]


def store(
    setup: Setup,
    answer: RunAnswer,
    db: str | Path,
    label: str | None = None,
    snapshots: bool = True,
    before: Sequence[LineageStep] = (),
) -> Stored:
    """Take the last model of a run, and those that were kept, into a catalogue.

    Parameters
    ----------
    setup : Setup
        The refinement.
    answer : RunAnswer
        How it ended.
    db : str or Path
        The catalogue; it is made if it is not there.
    label : str, optional
        What the last model is called; by default as the config's file.
    snapshots : bool
        Whether kept models are stored too.
    before : sequence of LineageStep
        How the files that the run was given came to be, where that is known.

    Raises
    ------
    CarvsdbError
        If the catalogue cannot be opened or written, or a label belongs to other content.

    Notes
    -----
    Each model is an entry ``LABEL`` or ``LABEL-after-N``, and has a `refinement` row of its own. A model without a net
    (no bonds, nothing that repeats) has only the row.
    """
    labels, complaints = [], []
    inputs = inputs_of_run(setup)
    steps = [*before, *inputs, run_step(setup, answer, inputs)]
    with Catalogue.open(db) as catalogue:
        for name, path, moves in _models(setup, answer, label or setup.file.path.stem, snapshots):
            try:
                analysis = analyse_file(path, setup.types, setup.file.config.outputs, name)
            except NoNetError as error:
                complaints.append(f"{name} has no net: {error.message}")
                catalogue.add_refinement(_run(setup, answer, path, moves, None, steps))
                continue
            entry = to_entry(analysis, label=name)
            catalogue.add_refinement(_run(setup, answer, path, moves, name, steps), [entry])
            labels.append(name)
    return Stored(tuple(labels), tuple(complaints))


def _models(setup: Setup, answer: RunAnswer, name: str, snapshots: bool) -> Iterator[tuple[str, Path, int]]:
    folder = RunFolder(setup.file.outputs)
    final = folder.path / setup.model_name
    yield name, final, answer.moves
    for path in folder.snapshots() if snapshots else ():
        moves = int(path.stem)
        if moves < answer.moves:
            yield f"{name}-after-{moves}", path, moves


def _run(
    setup: Setup, answer: RunAnswer, path: Path, moves: int, label: str | None, steps: Sequence[LineageStep]
) -> RefinementRun:
    results = answer.model_dump(
        mode="json", exclude={"config", "folder", "tables", "seconds", "moves_per_second", "entries", "version", "seed"}
    )
    if moves < answer.moves:
        # The scores are those of the last model; a kept one has its line of the trace.
        results = {"moves": moves, **_traced(setup, moves)}
    last = model_step(path, steps[-1], {"after moves": moves, **scores(results)})
    results["lineage"] = [step.model_dump(mode="json") for step in (*steps, last)]
    return RefinementRun(
        config=setup.file.config.model_dump(mode="json"),
        seed=answer.seed,
        data_sha256=tuple(data.sha256 for data in setup.data),
        potential_sha256=setup.potential_sha256,
        results=results,
        files=(path.name,),
        model=label,
    )


def _traced(setup: Setup, moves: int) -> dict[str, object]:
    """Return what the trace says of a kept model; nothing if it was kept between two lines."""
    folder = RunFolder(setup.file.outputs)
    notes = load_checkpoint(folder.checkpoint).notes
    trace = read_trace(folder.trace, (notes.trace_bytes, notes.trace_sha256))
    lines = np.flatnonzero(trace["moves"] == moves)
    if not len(lines):
        return {}
    line = {name: float(values[lines[0]]) for name, values in trace.items()}
    data = [
        {"kind": table.kind, "file": table.file, "function": table.function}
        | {"fitted": {name: line[f"{name}_{number}"] for name in ("rw", "chi2", "scale", "offset")}}
        for number, table in enumerate(setup.file.config.data, 1)
    ]
    energy = None if np.isnan(line["energy_per_atom"]) else line["energy_per_atom"]
    return {"temperature": line["temperature"], "energy_per_atom": energy, "chi2": line["chi2"], "data": data}
