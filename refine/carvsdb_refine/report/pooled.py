"""The report of several models of one material: mean curves and partials with their spread, pooled rings, noise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.compare import distance_matrix
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.rings import Carvs
from carvsdb.version import VERSION
from carvsdb_refine.report.figures import fits_png, partials_png, spread_png
from carvsdb_refine.report.fits import Fit
from carvsdb_refine.report.make import Written, check_free, current_model, figures_of, write_page
from carvsdb_refine.report.page import Picture, Section, Table, page
from carvsdb_refine.run.column_files import CURVES, PARTIALS, write_columns
from carvsdb_refine.run.curve_files import curve_columns, partial_columns
from carvsdb_refine.run.evaluation import Evaluation, evaluate
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.net_of_model import BondedModel, rings_of_model
from carvsdb_refine.run.replicas import deviation
from carvsdb_refine.run.scoring import score_of
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.run.timing import now
from carvsdb_refine.scattering import unit_of
from carvsdb_schemas.refinement_answers import ScoreAnswer

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    seed: int
    evaluation: Evaluation
    score: ScoreAnswer


def make_pooled_report(setups: Sequence[Setup], target: Path | None = None, rings: bool = True) -> Written:
    """Write the report of several runs that differ in their seed.

    Parameters
    ----------
    setups : sequence of Setup
        One a replica; those that have not begun are left out, and said to be.
    target : Path, optional
        The page, by default ``report.html`` in the folder that holds theirs.
    rings : bool
        Whether rings are searched.

    Raises
    ------
    InputError
        If no run has begun, their cells have become different ones, or a file cannot be read or written.
    """
    begun = [setup for setup in setups if RunFolder(setup.file.outputs).checkpoint.exists()]
    if not begun:
        raise InputError("none of its models has been begun", path=setups[0].file.path, hint="`carvsdb refine run`")
    path = setups[0].file.outputs.parent / "report.html" if target is None else target
    check_free(path, target is None, (CURVES, PARTIALS))
    models = []
    for setup in begun:
        folder = RunFolder(setup.file.outputs)
        evaluation = evaluate(setup, current_model(setup, folder), folder.evaluation)
        score = score_of(setup, evaluation, str(folder.path))
        models.append(_Model(setup.file.config.run.seed, evaluation, score))
    shapes = {model.evaluation.partials.values.shape for model in models}
    if len(shapes) > 1:
        raise InputError(
            "the cells of its models differ in size, so their curves have no mean", path=setups[0].file.path
        )
    sections = [_numbers(begun[0], models), _fits(models), _partials(models)]
    if rings:
        sections.append(_rings(begun, models))
    text = setups[0].file.text
    sections.append(Section("Config", [f"{setups[0].file.path}, of the first seed"], code=text))
    missing = [str(setup.file.config.run.seed) for setup in setups if setup not in begun]
    left_out = f"; not begun: seeds {', '.join(missing)}" if missing else ""
    under = f"{len(models)} models, seeds {', '.join(str(model.seed) for model in models)}{left_out}; "
    written = write_page(
        path, page(begun[0].file.path.stem, f"{under}reported {now()} by carvsdb {VERSION}", sections), sections
    )
    tables = {
        CURVES: pooled_columns([curve_columns(model.evaluation) for model in models]),
        PARTIALS: pooled_columns([partial_columns(model.evaluation.partials) for model in models]),
    }
    paths = []
    for name, columns in tables.items():
        paths.append(figures_of(path) / name)
        write_columns(paths[-1], columns)
    return replace(written, tables=tuple(paths))


def pooled_columns(tables: Sequence[dict[str, Floats]]) -> dict[str, Floats]:
    """Return the columns of several models as their means; where models differ, with their deviation beside.

    Examples
    --------
    >>> tables = [{"r (Å)": np.array([1.0]), "g (1)": np.array([value])} for value in (2.0, 4.0)]
    >>> {name: column.round(3).tolist() for name, column in pooled_columns(tables).items()}
    {'r (Å)': [1.0], 'g (1)': [3.0], 'deviation of g (1)': [1.414]}
    """
    found: dict[str, Floats] = {}
    for name, first in tables[0].items():
        values = np.array([table[name] for table in tables])
        if (values == first).all():
            found[name] = first
        else:
            found[name] = values.mean(axis=0)
            found[f"deviation of {name}"] = deviation(values)
    return found


def _mean(values: Sequence[float]) -> str:
    spread = f" ± {deviation(np.array(values)):.5f}" if len(values) > 1 else ""  # one model has none
    return f"{np.mean(values):.5f}{spread}"


def _numbers(setup: Setup, models: Sequence[_Model]) -> Section:
    rows = []
    for number, table in enumerate(setup.file.config.data):
        name = f"{table.kind} {table.function} ({Path(table.file).name})"
        for what, values in (
            (f"Rw of {name}", [model.score.data[number].rw for model in models]),
            (f"Rw of {name}, as fitted", [model.score.data[number].fitted.rw for model in models]),
            (f"scale of {name}", [model.score.data[number].scale for model in models]),
        ):
            rows.append([what, *(f"{value:.5f}" for value in values), _mean(values)])
    energies = [model.score.energy_per_atom for model in models if model.score.energy_per_atom is not None]
    if energies:
        rows.append(["energy (eV/atom)", *(f"{value:.5f}" for value in energies), _mean(energies)])
    header = ["", *(f"seed {model.seed}" for model in models), "mean ± deviation"]
    return Section("How well they fit", tables=[Table(header, rows)])


def _fits(models: Sequence[_Model]) -> Section:
    found = []
    for number, calculation in enumerate(models[0].evaluation.calculations):
        data, curves = calculation.data, []
        for model in models:
            own = model.evaluation.calculations[number].data
            curve = model.evaluation.curves[number]
            score = own.score(curve)
            curves.append(score.scale * curve + score.offset)
        mean, spread = np.mean(curves, axis=0), deviation(np.array(curves)) if len(curves) > 1 else None
        unit = unit_of(data.function, data.kind)
        named = data.function if unit == "1" else f"{data.function} ({unit})"
        title = f"{data.kind} {data.function}: Rw {_mean([model.score.data[number].fitted.rw for model in models])}"
        found.append(Fit(title, data.axis, data.unit, named, data.x, data.values, mean, None, spread))
    if not found:
        return Section("Fits", ["There are no data."])
    caption = (
        "Data as they are fitted, the mean curve of the models, twice their deviation on either side, the residual."
    )
    return Section("Fits", ["curves.csv has the numbers."], pictures=[Picture("fits", caption, fits_png(found))])


def _partials(models: Sequence[_Model]) -> Section:
    first = models[0].evaluation.partials
    values = np.array([model.evaluation.partials.values for model in models])
    spread = deviation(values) if len(values) > 1 else None
    caption = "Mean partial pair distribution functions up to 12 Å, and twice the deviation between models."
    picture = partials_png(replace(first, values=values.mean(axis=0)), spread=spread)
    return Section("Partials", ["partials.csv has the numbers."], pictures=[Picture("partials", caption, picture)])


def _rings(setups: Sequence[Setup], models: Sequence[_Model]) -> Section:
    found: list[Carvs] = []
    rows, doubts, one = [], [], None
    for setup, model in zip(setups, models, strict=True):
        outputs = setup.file.config.outputs
        try:
            one = rings_of_model(BondedModel.of(model.evaluation.model, outputs), outputs, one)
        except CarvsdbError as error:
            doubts.append(f"The model of seed {model.seed} has no net: {error.message}.")
            continue
        carvs = one.census.carvs()
        found.append(carvs)
        rows.append([f"seed {model.seed}", f"{carvs.n_nodes:,}", carvs.symbol, one.name])
    if not found:
        return Section("Rings", doubts)
    try:
        pooled = Carvs.pooled(found)
    except CarvsdbError as error:
        return Section("Rings", [*doubts, f"They cannot be pooled: {error.message}."], [Table(_HEADER, rows)])
    rows.append(["pooled", f"{pooled.n_nodes:,}", pooled.symbol, ""])
    with_rings = [carvs.normalised for carvs in found if carvs.has_rings]
    if len(with_rings) > 1:
        apart = distance_matrix(np.array(with_rings))[np.triu_indices(len(with_rings), 1)]
        doubts.append(
            f"Noise between models: their topological distances from each other are {apart.mean():.4f} on average, at "
            f"most {apart.max():.4f}."
        )
    vectors = np.array([carvs.vector for carvs in found])
    caption = "Mean rings per node by size over all models, with the deviation between them."
    pictures = [Picture("rings", caption, spread_png(pooled.vector, deviation(vectors)))]
    return Section("Rings", doubts, [Table(_HEADER, rows)], pictures)


_HEADER = ["model", "nodes", "CARVS", "net"]
