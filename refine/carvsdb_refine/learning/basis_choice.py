"""What a unit of l and a further factor count towards the degree, chosen by errors on parts of the training.

How many of a given number of functions are to be of a high rank depends on the material: pairs and triples of atoms
explain a classical potential, others need more. Candidates are fitted to parts of the training frames, and compared on
the parts left out: thirds, and the quarter with the largest forces, as a potential is used where it was not fitted.
Candidates share most of their functions, so that all of these fits come from columns of the same triangles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from carvsdb_refine.learning.basis import BasisLimits, functions_of, pacemaker_order
from carvsdb_refine.learning.bayesian_ridge import fit_ridge
from carvsdb_refine.learning.data_set import DataSet
from carvsdb_refine.learning.design_rows import rows_of_frames
from carvsdb_refine.learning.fit import FitOptions, Regression
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.label_triangles import LabelTriangles
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.potential.ace.form import Function

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ANGULAR_WEIGHTS, RANK_STEPS = (0.8, 1.1, 1.5), (1.5, 3.0, 6.0, 12.0)
# Fewer frames tell nothing; more, larger ones and more functions take time. What is best with few functions is not with
# many: a high step leaves all pairs and triples of atoms, and of these only the least smooth are left in the end.
_FEWEST_FRAMES, _MOST_ATOMS, _MOST_FUNCTIONS, _MOST_VALUES = 12, 5_000, 400, 1_200_000
_PARTS, _FAR = 3, 0.25


@dataclass(frozen=True, slots=True)
class Candidate:
    """Limits of a basis, and how they did.

    Attributes
    ----------
    limits : BasisLimits
    score : float
        Mean logarithm of the errors on what was left out: of energies and forces, in thirds and with the largest
        forces.
    """

    limits: BasisLimits
    score: float


def choose_limits(new: NewPotential, data: DataSet, options: FitOptions) -> list[Candidate]:
    """Return candidates for the limits of a new potential, the best first; none where frames are too few to tell.

    Parameters
    ----------
    new : NewPotential
        With a number of functions.
    data : DataSet
        Frames held out are not looked at.
    """
    if new.limits.functions is None:
        return []
    n_elements = len(data.elements)
    tried = replace(new.limits, functions=min(new.limits.functions, max(40, _MOST_FUNCTIONS // n_elements)))
    frames = _some([frame for frame in data.training if not frame.is_lone_atom], n_elements * (tried.functions or 1))
    if len(frames) < _FEWEST_FRAMES:
        return []
    with threadpool_limits(1, user_api="blas"):
        found = _compared(replace(new, limits=tried), data, frames, options)
    return [replace(one, limits=replace(one.limits, functions=new.limits.functions)) for one in found]


def with_chosen_limits(new: NewPotential, data: DataSet, options: FitOptions) -> NewPotential:
    """Return a new potential with the best limits, or as it is where frames are too few to tell."""
    candidates = choose_limits(new, data, options)
    return replace(new, limits=candidates[0].limits) if candidates else new


def _compared(new: NewPotential, data: DataSet, frames: list[FitFrame], options: FitOptions) -> list[Candidate]:
    n_elements = len(data.elements)
    tried = [
        replace(new.limits, angular_weight=weight, rank_step=step)
        for weight, step in product(ANGULAR_WEIGHTS, RANK_STEPS)
    ]
    named = [{_name(function): function for function in functions_of(n_elements, limits)} for limits in tried]
    union = tuple({name: function for some in named for name, function in some.items()}.values())
    functions = [union[place] for place in pacemaker_order(union)]
    place = {_name(function): number for number, function in enumerate(functions)}
    form = new.form(data.elements, data.shortest_distances(new.cutoff), functions)
    regression = Regression.of(form, data.training, options)
    cells = _cells(regression, frames, options)
    n_rows = sum(cell.rows.forces.n_rows or cell.rows.energy.n_rows for cell in cells)
    penalties = regression.penalties(np.sum([cell.squares for cell in cells], axis=0) / n_rows, options)
    n_columns = len(functions) * n_elements
    candidates = []
    for limits, some in zip(tried, named, strict=True):
        of_centre = np.sort([place[name] for name in some])
        of_all = [len(functions) * element + of_centre for element in range(n_elements)]
        columns = np.concatenate([*of_all, np.arange(n_columns, n_columns + n_elements)])
        score = _score(cells, columns, penalties[columns], n_elements)
        candidates.append(Candidate(limits, score))
    return sorted(candidates, key=lambda one: one.score)


def _name(function: Function) -> tuple[object, ...]:
    return function.elements, function.n, function.l, function.between


def _some(frames: Sequence[FitFrame], n_columns: int) -> list[FitFrame]:
    """Return as many of the frames, from the first on, as need little time."""
    sizes = np.cumsum([frame.n_atoms for frame in frames])
    return list(frames[: max(_FEWEST_FRAMES, int((sizes <= min(_MOST_ATOMS, _MOST_VALUES // n_columns)).sum()))])


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """Frames that are always held out together."""

    part: int
    is_far: bool
    rows: LabelTriangles
    squares: Floats


def _cells(regression: Regression, frames: Sequence[FitFrame], options: FitOptions) -> list[_Cell]:
    largest = [0.0 if frame.forces is None else float((frame.forces**2).mean()) for frame in frames]
    is_far = np.zeros(len(frames), np.bool_)
    if any(largest):
        is_far[np.argsort(largest)[-round(_FAR * len(frames)) :]] = True
    n_functions = sum(regression.projector.n_functions)
    width = n_functions + len(regression.form.elements) + 1
    cells = {
        (part, far): _Cell(part, far, LabelTriangles.empty(width), np.zeros(n_functions))
        for part in range(_PARTS)
        for far in (False, True)
    }
    rows = rows_of_frames(regression.projector, regression.baseline, frames, options.scales, with_stress=False)
    for number, row in enumerate(rows):
        cell = cells[number % _PARTS, bool(is_far[number])]
        cell.rows.add(row)
        of_size = row.forces if len(row.forces) else row.energy
        cell.squares[:] += (of_size[:, :n_functions] ** 2).sum(axis=0)
    for cell in cells.values():
        cell.rows.energy.close()
        cell.rows.forces.close()
    return list(cells.values())


def _score(cells: Sequence[_Cell], columns: Integers, penalties: Floats, n_elements: int) -> float:
    """Return the mean logarithm of the errors of fits with some of the columns."""
    logarithms = []
    thirds = [
        _held_out(cells, columns, penalties, n_elements, [cell.part == part for cell in cells])
        for part in range(_PARTS)
    ]
    far = _held_out(cells, columns, penalties, n_elements, [cell.is_far for cell in cells])
    for squares in (np.sum(thirds, axis=0), far):
        logarithms += [0.5 * float(np.log(square)) for square in squares if square > 0]
    return float(np.mean(logarithms))


def _held_out(
    cells: Sequence[_Cell], columns: Integers, penalties: Floats, n_elements: int, is_out: Sequence[bool]
) -> Floats:
    """Return the sums of squared errors of energies and of forces on some of the cells, fitted to the others."""
    with_label = np.append(columns, -1)
    training = [
        triangle
        for cell, out in zip(cells, is_out, strict=True)
        if not out
        for triangle in (cell.rows.energy, cell.rows.forces)
    ]
    rows = np.concatenate([triangle.matrix[:, with_label] for triangle in training])
    n_rows = sum(triangle.n_rows for triangle in training)
    fitted = fit_ridge(np.asarray(np.linalg.qr(rows, mode="r")), n_rows, penalties, n_elements)
    rest = np.append(fitted.coefficients, -1.0)
    squares = np.zeros(2)
    for cell, out in zip(cells, is_out, strict=True):
        if out:
            squares += [
                float(((one.matrix[:, with_label] @ rest) ** 2).sum()) for one in (cell.rows.energy, cell.rows.forces)
            ]
    return squares
