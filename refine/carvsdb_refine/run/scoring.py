"""How well a model does as it is: energies, Rw, chi², without a move."""

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import RefusedError
from carvsdb.version import VERSION
from carvsdb_refine.monte_carlo import Configuration
from carvsdb_refine.run.assemble import constraints_of
from carvsdb_refine.run.doubts import doubts
from carvsdb_refine.run.setup import Setup
from carvsdb_refine.scattering import Calculation, DataScore, DataSet, pair_histogram, partial_distributions
from carvsdb_schemas.refinement import DataTable
from carvsdb_schemas.refinement_answers import DataAnswer, FittedAnswer, ScoreAnswer


def score(setup: Setup) -> ScoreAnswer:
    """Evaluate the start of a refinement.

    Raises
    ------
    InputError
        If the potential has no finite energy for the model.
    RefusedError
        If Rw or a best scale has no value.
    """
    answer = score_model(setup, setup.model, str(setup.model_path))
    return answer.model_copy(update={"doubts": list(doubts(setup, answer))})


def score_model(setup: Setup, model: AtomicModel, path: str) -> ScoreAnswer:
    """Evaluate a model of the same atoms as the start, as `score` does; `path` is what the answer calls it."""
    data = []
    if setup.data:
        same_cell = np.array_equal(model.cell, setup.model.cell)
        calculations = setup.calculations if same_cell else setup.calculations_of(model)
        h = g_minus_one(setup, model)
        data = [
            data_answer(data_set, calculation, table, h)
            for data_set, calculation, table in zip(setup.data, calculations, setup.file.config.data, strict=True)
        ]
    per_atom, by_element = None, None
    if setup.potential is not None:
        energies = setup.potential.energies(model.elements, model.positions, model.cell)
        per_atom = float(energies.sum()) / model.n_atoms
        by_element = {
            symbol: float(energies[model.atom_to_species == index].mean()) for index, symbol in enumerate(model.species)
        }
    chi2 = [item.fitted.chi2 for item in data]
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
            constraint.name: constraint.bind(Configuration(model)).violations()
            for constraint in constraints_of(setup.file.config.constraints)
        },
        version=VERSION,
    )


def g_minus_one(setup: Setup, model: AtomicModel) -> NDArray[np.float64]:
    """Return ``g_ab - 1`` of a model, shape (n_pairs, n_bins)."""
    partials = partial_distributions(pair_histogram(model, setup.composition.bin_width))
    return np.asarray(partials.values - 1, np.float64)


def data_answer(data_set: DataSet, calculation: Calculation, table: DataTable, h: NDArray[np.float64]) -> DataAnswer:
    """Return how well a data set is fitted by ``g_ab - 1`` of shape (n_pairs, n_bins)."""
    curve = calculation.curve(h)
    measured = calculation.measured.score(curve)
    try:
        best = replace(calculation.measured, scale=None, scale_bounds=(-inf, inf)).score(curve)
    except RefusedError:
        best = None
    return DataAnswer(
        kind=data_set.kind,
        file=table.file,
        function=data_set.function,
        **_numbers(measured),
        fitted=FittedAnswer(
            beyond_box=table.beyond_box, r_max=calculation.r_max, **_numbers(calculation.data.score(curve))
        ),
        best_scale=None if best is None else best.scale,
        best_rw=None if best is None else best.rw,
        notes=list(data_set.notes),
    )


def _numbers(score: DataScore) -> dict[str, Any]:
    return {
        "rw": score.rw,
        "chi2": score.chi2,
        "scale": score.scale,
        "offset": score.offset,
        "n_points": score.n_points,
    }
