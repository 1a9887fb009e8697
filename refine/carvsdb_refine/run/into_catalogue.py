"""The models of a run as entries of a catalogue, with the run beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from carvsdb.catalogue import Catalogue, RefinementRun
from carvsdb.errors import NoNetError
from carvsdb_ingest.pipeline import to_entry
from carvsdb_refine.model import AtomicModel, read_model
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.net_of_model import analyse_model
from carvsdb_refine.run.setup import Setup
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


def store(setup: Setup, answer: RunAnswer, db: str | Path, snapshots: bool = True) -> Stored:
    """Take the last model of a run, and those that were kept, into a catalogue.

    Parameters
    ----------
    setup : Setup
        The refinement.
    answer : RunAnswer
        How it ended.
    db : str or Path
        The catalogue; it is made if it is not there.
    snapshots : bool
        Whether kept models are stored too.

    Raises
    ------
    CarvsdbError
        If the catalogue cannot be opened or written, or a label belongs to other content.

    Notes
    -----
    Each model is an entry ``NAME`` or ``NAME-after-N``, and has a `refinement` row of its own. A model without a net
    (no bonds, nothing that repeats) has only the row.
    """
    labels, complaints = [], []
    with Catalogue.open(db) as catalogue:
        for label, path, model, moves in _models(setup, answer, snapshots):
            try:
                analysis = analyse_model(model, setup.file.config.outputs, label, str(path))
            except NoNetError as error:
                complaints.append(f"{label} has no net: {error.message}")
                catalogue.add_refinement(_run(setup, answer, path, moves, None))
                continue
            run = _run(setup, answer, path, moves, label)
            catalogue.add_refinement(run, [to_entry(analysis, kind="generated", label=label)])
            labels.append(label)
    return Stored(tuple(labels), tuple(complaints))


def _models(setup: Setup, answer: RunAnswer, snapshots: bool) -> Iterator[tuple[str, Path, AtomicModel, int]]:
    name = setup.file.path.stem
    folder = RunFolder(setup.file.outputs)
    final = folder.path / setup.model_name
    yield name, final, read_model(final, setup.types), answer.moves
    for path in folder.snapshots() if snapshots else ():
        moves = int(path.stem)
        if moves < answer.moves:
            yield f"{name}-after-{moves}", path, read_model(path, setup.types), moves


def _run(setup: Setup, answer: RunAnswer, path: Path, moves: int, label: str | None) -> RefinementRun:
    results = answer.model_dump(
        mode="json", exclude={"config", "folder", "seconds", "moves_per_second", "version", "seed"}
    )
    if moves < answer.moves:
        # Scores are those of the last model.
        results = {"moves": moves, "of_run": results}
    return RefinementRun(
        config=setup.file.config.model_dump(mode="json"),
        seed=answer.seed,
        data_sha256=tuple(data.sha256 for data in setup.data),
        potential_sha256=setup.potential_sha256,
        results=results,
        files=(path.name,),
        model=label,
    )
