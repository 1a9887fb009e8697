"""Extrapolation grades from files to files: what `carvsdb refine gamma` does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import check_free, write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError, NotFoundError
from carvsdb.version import VERSION
from carvsdb_ingest.readers.models import read_models
from carvsdb_ingest.writers.xyz import xyz_text
from carvsdb_refine.learning.active_set import ActiveSet, Rows, choose_active_set
from carvsdb_refine.learning.active_set_file import read_active_set, write_active_set
from carvsdb_refine.learning.graded_structures import read_structures
from carvsdb_refine.learning.posterior import read_posterior
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import read_ace
from carvsdb_schemas.learning_answers import GammaAnswer, GradesOfModel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GammaRequest:
    """What is asked.

    Attributes
    ----------
    potential : Path
        In B-basis, `.yaml`.
    active_set : Path or None
        Its `.asi`; beside it without one.
    make_from : tuple of Path
        Structures that choose the active set, which is then written.
    output : Path or None
        Extended xyz with a column `gamma`.
    select, stop : float
        Grades above which atoms are counted.
    types : mapping of int to str
        Elements of LAMMPS atom types.
    overwrite : bool
        Whether files are replaced.
    """

    potential: Path
    active_set: Path | None = None
    make_from: tuple[Path, ...] = ()
    output: Path | None = None
    select: float = 5.0
    stop: float = 25.0
    types: Mapping[int, str] = field(default_factory=dict)
    overwrite: bool = False


def gamma_files(models: Sequence[Path], request: GammaRequest) -> tuple[GammaAnswer, list[str]]:
    """Return the grades of structures, and what is doubtful about them.

    Raises
    ------
    InputError
        For whatever cannot be read, and potentials in C-tilde form.
    NotFoundError
        If there is no active set.
    RefusedError
        If a file to write is there already, and not to be overwritten.
    """
    beside = request.active_set or request.potential.with_suffix(".asi")
    check_free([request.output, beside if request.make_from else None], request.overwrite)
    potential = read_ace(request.potential)
    projector = Projector(potential.form, potential.name)
    files: list[str] = []
    if request.make_from:
        active_set = _made(projector, request)
        write_active_set(active_set, potential.form, beside)
        files.append(str(beside))
    elif beside.exists():
        active_set = read_active_set(beside, potential.form)
    else:
        raise NotFoundError(
            f"there is no active set {beside}",
            hint="name one with --active-set, or have one made of the training structures with --make-from",
        )
    doubts = [
        f"the active set of {symbol} has {rank} environments for {count} functions: combinations of functions that no "
        "training environment had are not looked at"
        for symbol, rank, count in zip(active_set.elements, active_set.ranks, projector.n_functions, strict=True)
        if rank < count
    ]
    opinion = request.potential.with_suffix(".posterior.npz")
    posterior = None
    if opinion.exists():
        try:
            posterior = read_posterior(opinion, potential.form)
        except InputError as error:
            doubts.append(f"there is no second opinion: {error}")
    answers, frames = [], []
    for path in models:
        for number, model in enumerate(read_structures(path, request.types, potential.reach, doubts), 1):
            elements, rows = _rows(projector, model, path)
            grades = active_set.grades(rows, elements)
            deviation = None if posterior is None else 1000 * posterior.deviation(rows)
            answers.append(_counted(str(path), number, model, grades, deviation, request))
            if request.output is not None:
                frames.append(xyz_text(model, {"gamma": grades}))
    if request.output is not None:
        write_text(request.output, "".join(frames), overwrite=request.overwrite)
        files.append(str(request.output))
    answer = GammaAnswer(
        potential=str(request.potential),
        active_set=str(beside),
        select=request.select,
        stop=request.stop,
        models=answers,
        files=files,
        version=VERSION,
    )
    return answer, doubts


def _made(projector: Projector, request: GammaRequest) -> ActiveSet:
    models = [(path, model) for path in request.make_from for model in read_models(path, request.types)]

    def rows() -> Iterator[Rows]:
        for path, model in models:
            yield _rows(projector, model, path)[1]

    return choose_active_set(projector.form.elements, projector.n_functions, rows)


def _rows(projector: Projector, model: AtomicModel, path: Path) -> tuple[NDArray[np.int64], Rows]:
    elements = projector.element_indices(model.elements, path)
    return elements, projector.values(elements, model.positions, model.cell, path)


def _counted(
    path: str, number: int, model: AtomicModel, grades: Floats, deviation: float | None, request: GammaRequest
) -> GradesOfModel:
    symbols = np.array(model.elements)
    return GradesOfModel(
        model=path,
        frame=number,
        n_atoms=model.n_atoms,
        median=float(np.median(grades)),
        percentile_99=float(np.percentile(grades, 99)),
        largest=float(grades.max()),
        largest_by_element={symbol: float(grades[symbols == symbol].max()) for symbol in model.species},
        above_1=int((grades > 1).sum()),
        above_select=int((grades > request.select).sum()),
        above_stop=int((grades > request.stop).sum()),
        energy_deviation=deviation,
    )
