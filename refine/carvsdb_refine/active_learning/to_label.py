"""What of a run goes to the method: whole models, or pieces of them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb.regular_file import read_text
from carvsdb_ingest.readers.models import read_models
from carvsdb_refine.active_learning.candidates import Candidate
from carvsdb_refine.active_learning.cutting import Cutting, Piece, pieces_of
from carvsdb_refine.labels import frames_text
from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import AcePotential
from carvsdb_refine.run.watch import grades_of
from carvsdb_schemas.learning import LearnTable

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CutRecord:
    """What was cut.

    Attributes
    ----------
    origin : str
        The model, and the atom around which it was cut.
    atoms, of_atoms : int
        Of the piece and of the model.
    edge : float
        In Å.
    core_atoms, removed : int
        Atoms that kept their places; atoms at the faces that are gone.
    relaxed : bool
        Whether the rest was relaxed.
    gamma_centre, gamma_core : float
        In the model: of the atom around which it was cut, and the largest of the core.
    gamma_centre_in_piece, gamma_core_in_piece, gamma_rest_in_piece : float
        The same in the piece, and the largest outside of the core.
    """

    origin: str
    atoms: int
    of_atoms: int
    edge: float
    core_atoms: int
    removed: int
    relaxed: bool
    gamma_centre: float
    gamma_core: float
    gamma_centre_in_piece: float
    gamma_core_in_piece: float
    gamma_rest_in_piece: float

    def sentence(self) -> str:
        """Say it."""
        how = "the others there relaxed" if self.relaxed else "the others there not relaxed"
        return (
            f"{self.origin}: {self.atoms} of {self.of_atoms} atoms in a cube of {self.edge:.2f} Å, {self.removed} at "
            f"its faces gone, {how}; gamma of the centre "
            f"{self.gamma_centre:.3g}, in the piece {self.gamma_centre_in_piece:.3g}, of the core at most "
            f"{self.gamma_core:.3g} and {self.gamma_core_in_piece:.3g}, of the rest {self.gamma_rest_in_piece:.3g}"
        )


def cutting_of(table: LearnTable) -> Cutting | None:
    """Return how pieces are cut; None if structures are labelled whole."""
    if table.cut is None:
        return None
    return Cutting(table.cut.edge, table.cut.core or table.cutoff, table.cut.pieces, table.cut.steps)


def pieces_to_label(
    chosen: Sequence[Candidate], table: LearnTable, potential: AcePotential, active_set: ActiveSet, folder: Path
) -> tuple[list[AtomicModel], list[str], list[CutRecord]]:
    """Return pieces of the chosen models, where they come from, and what was cut; done once, and kept in a folder.

    A model that is no larger than a piece stays whole.

    Raises
    ------
    InputError
        If what was kept cannot be read.
    """
    models_file, records_file = folder / "pieces.xyz", folder / "pieces.json"
    cutting = cutting_of(table)
    if cutting is None or not chosen:
        return [one.model for one in chosen], [one.origin for one in chosen], []
    if not records_file.exists():
        _cut_all(chosen, table, cutting, potential, active_set, models_file, records_file)
    try:
        said = json.loads(read_text(records_file))
        records, origins = [CutRecord(**one) for one in said["pieces"]], [str(one) for one in said["origins"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError("does not say what was cut", path=records_file) from error
    models = list(read_models(models_file))
    if len(models) != len(origins):
        raise InputError(f"has {len(models)} structures, but {records_file.name} says {len(origins)}", path=models_file)
    return models, origins, records


def _cut_all(
    chosen: Sequence[Candidate],
    table: LearnTable,
    cutting: Cutting,
    potential: AcePotential,
    active_set: ActiveSet,
    models_file: Path,
    records_file: Path,
) -> None:
    projector = Projector(potential.form, potential.name)
    models, origins, records = [], [], []
    for one in chosen:
        if not cutting.is_smaller(one.model):
            models.append(one.model)
            origins.append(one.origin)
            continue
        grades = grades_of(projector, active_set, one.model)
        for piece in pieces_of(one.model, grades, table.select, cutting, potential):
            record = _record(one, piece, grades, grades_of(projector, active_set, piece.model))
            models.append(piece.model)
            origins.append(record.origin)
            records.append(record)
    write_text(models_file, frames_text(models))
    said = {"origins": origins, "pieces": [asdict(record) for record in records]}
    write_text(records_file, json.dumps(said, indent=1) + "\n")


def _record(one: Candidate, piece: Piece, grades: Floats, own: Floats) -> CutRecord:
    before = grades[piece.atoms]
    return CutRecord(
        origin=f"{one.origin}, around atom {piece.atoms[0]}",
        atoms=piece.model.n_atoms,
        of_atoms=one.model.n_atoms,
        edge=float(piece.model.cell[0, 0]),
        core_atoms=int(piece.is_core.sum()),
        removed=piece.n_removed,
        relaxed=piece.relaxed,
        gamma_centre=float(before[0]),
        gamma_core=float(before[piece.is_core].max()),
        gamma_centre_in_piece=float(own[0]),
        gamma_core_in_piece=float(own[piece.is_core].max()),
        gamma_rest_in_piece=float(own[~piece.is_core].max(initial=0.0)),
    )
