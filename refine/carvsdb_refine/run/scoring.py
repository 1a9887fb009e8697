"""How well a model does as it is: energies, Rw, chi², without a move."""

from dataclasses import replace
from math import inf
from typing import Any

from carvsdb.errors import RefusedError
from carvsdb.version import VERSION
from carvsdb_refine.monte_carlo import Configuration
from carvsdb_refine.run.assemble import constraints_of, soft_of
from carvsdb_refine.run.doubts import doubts
from carvsdb_refine.run.evaluation import Evaluation, Floats, evaluate
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.scattering import Calculation, DataScore, DataSet
from carvsdb_schemas.refinement import DataTable
from carvsdb_schemas.refinement_answers import DataAnswer, FittedAnswer, ScoreAnswer


def score(setup: Setup, evaluation: Evaluation | None = None) -> ScoreAnswer:
    """Score the start of a refinement, and say what is doubtful about it.

    Parameters
    ----------
    setup : Setup
        The refinement.
    evaluation : Evaluation, optional
        Of its start, where it is there already.

    Raises
    ------
    InputError
        If the potential has no finite energy for the model.
    RefusedError
        If Rw or a best scale has no value.
    """
    answer = score_of(setup, evaluation or evaluate(setup, setup.model), str(setup.model_path))
    return answer.model_copy(update={"doubts": list(doubts(setup, answer))})


def score_of(setup: Setup, evaluation: Evaluation, path: str) -> ScoreAnswer:
    """Score a model of the same atoms as the start, as `score` does; `path` is what the answer calls it."""
    model, energies = evaluation.model, evaluation.energies
    pieces = zip(setup.data, evaluation.calculations, evaluation.curves, setup.file.config.data, strict=True)
    data = [_data_answer(*piece) for piece in pieces]
    per_atom, by_element = None, None
    if energies is not None:
        per_atom = float(energies.sum()) / model.n_atoms
        by_element = {
            symbol: float(energies[model.atom_to_species == index].mean()) for index, symbol in enumerate(model.species)
        }
    chi2 = [item.fitted.chi2 for item in data]
    now, start = Configuration(model), Configuration(setup.model)
    return ScoreAnswer(
        config=str(setup.file.path),
        model=path,
        n_atoms=model.n_atoms,
        number_density=model.number_density,
        energy_per_atom=per_atom,
        energy_by_element=by_element,
        chi2=None if None in chi2 else sum(value for value in chi2 if value is not None),
        data=data,
        violations={
            constraint.name: constraint.bind(now).violations()
            for constraint in constraints_of(setup.file.config.constraints)
        },
        soft={
            term.name: term.bind(start).chi2_at(model.positions, model.cell)
            for term in soft_of(setup.file.config.constraints)
        },
        version=VERSION,
    )


def _data_answer(data_set: DataSet, calculation: Calculation, curve: Floats, table: DataTable) -> DataAnswer:
    measured = calculation.measured.score(curve)
    try:
        best = replace(calculation.measured, scale=None, scale_bounds=(-inf, inf)).score(curve)
    except RefusedError:
        best = None
    return DataAnswer(
        kind=data_set.kind,
        file=table.file,
        function=data_set.function,
        **_numbers(measured, data_set),
        fitted=FittedAnswer(
            beyond_box=table.beyond_box,
            r_max=calculation.r_max,
            **_numbers(calculation.data.score(curve), data_set),
        ),
        best_scale=None if best is None else best.scale,
        best_rw=None if best is None else best.rw,
        notes=list(data_set.notes),
    )


def _numbers(score: DataScore, data: DataSet) -> dict[str, Any]:
    freedom = score.n_points - (data.scale is None) - (data.offset is None)
    known = score.chi2 is not None and data.weight > 0 and freedom > 0
    return {
        "rw": score.rw,
        "chi2": score.chi2,
        "reduced_chi2": score.chi2 / data.weight / freedom if known and score.chi2 is not None else None,
        "scale": score.scale,
        "offset": score.offset,
        "n_points": score.n_points,
    }
