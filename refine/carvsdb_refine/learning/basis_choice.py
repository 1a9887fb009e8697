"""What counts towards the degree, and how narrow the prior is, chosen by errors on parts of the training.

How many of a given number of functions are to be of a high rank depends on the material: pairs and triples of atoms
explain a classical potential, others need more. So does how large coefficients of many factors may be, and evidence,
which knows only what is like the training, leaves them too free for structures beyond it. Candidates are fitted to
parts of the training frames, and compared on what was left out: each part in turn, and the quarter with the largest
forces, as a potential is used where it was not fitted. First what counts towards the degree is compared with one prior,
then other priors with the best of it. Candidates share most of their functions, so that all of these fits come from
columns of the same triangles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from carvsdb_refine.learning.basis import BasisLimits, functions_of, pacemaker_order
from carvsdb_refine.learning.bayesian_ridge import RidgeProblem
from carvsdb_refine.learning.data_set import DataSet
from carvsdb_refine.learning.design_rows import rows_of_frames
from carvsdb_refine.learning.fit import FitOptions, Regression
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.label_triangles import LabelTriangles
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.learning.prior import Prior
from carvsdb_refine.potential.ace.form import Function

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ANGULAR_WEIGHTS, RANK_STEPS = (0.8, 1.1, 1.5), (1.5, 3.0, 6.0, 12.0)
# With so many of the best degrees other narrowings are tried.
_NARROWED = 2
# Fewer frames tell nothing; more, larger ones and more functions take time. What is best with few functions is not with
# many: a high step leaves all pairs and triples of atoms, and of these only the least smooth are left in the end.
_FEWEST_FRAMES, _MOST_ATOMS, _MOST_FUNCTIONS, _MOST_VALUES = 12, 5_000, 400, 1_900_000
_FAR = 0.25


@dataclass(frozen=True, slots=True)
class Search:
    """What is tried, and how.

    Attributes
    ----------
    parts : int
        How many parts are left out one after the other, beside the quarter with the largest forces.
    first : float
        By how much the prior is narrower for each further factor, while degrees are compared.
    others : tuple of float
        What else is tried, with the best of them.
    strengths : tuple of float
        Beside that of the largest evidence.
    """

    parts: int = 4
    first: float = 100.0
    others: tuple[float, ...] = (1.0, 10.0, 1000.0)
    strengths: tuple[float, ...] = tuple(10.0**power for power in range(-12, 0))


DEGREES_ALONE = Search(3, 1.0, (), ())
"""The prior is that of fits for which nothing is chosen: for runs whose grades watch what is beyond the training."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Limits of a basis and a prior, and how they did.

    Attributes
    ----------
    limits : BasisLimits
    prior : Prior
    score : float
        Mean logarithm of the errors on what was left out: of energies and forces, in parts and with the largest
        forces.
    """

    limits: BasisLimits
    prior: Prior
    score: float


def choose_candidates(
    new: NewPotential, data: DataSet, options: FitOptions, search: Search | None = None
) -> list[Candidate]:
    """Return candidates for a new potential and its prior, the best first; none where frames are too few to tell.

    Parameters
    ----------
    new : NewPotential
        With a number of functions.
    data : DataSet
        Frames held out are not looked at.
    options : FitOptions
    search : Search, optional
    """
    if new.limits.functions is None:
        return []
    n_elements = len(data.elements)
    tried = replace(new.limits, functions=min(new.limits.functions, max(40, _MOST_FUNCTIONS // n_elements)))
    frames = _some([frame for frame in data.training if not frame.is_lone_atom], n_elements * (tried.functions or 1))
    if len(frames) < _FEWEST_FRAMES:
        return []
    with threadpool_limits(1, user_api="blas"):
        found = _compared(replace(new, limits=tried), data, frames, options, search or Search())
    return [replace(one, limits=replace(one.limits, functions=new.limits.functions)) for one in found]


def with_the_best(
    new: NewPotential, data: DataSet, options: FitOptions, search: Search | None = None
) -> tuple[NewPotential, FitOptions]:
    """Return a new potential and options with the best candidate's, or as they are where frames are too few to tell."""
    candidates = choose_candidates(new, data, options, search)
    if not candidates:
        return new, options
    return replace(new, limits=candidates[0].limits), replace(options, prior=candidates[0].prior)


def _compared(
    new: NewPotential, data: DataSet, frames: list[FitFrame], options: FitOptions, search: Search
) -> list[Candidate]:
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
    splits = _splits(regression, frames, options, search.parts)
    n_columns = len(functions) * n_elements

    def columns_of(which: int) -> Integers:
        of_centre = np.sort([place[name] for name in named[which]])
        of_all = [len(functions) * element + of_centre for element in range(n_elements)]
        return np.concatenate([*of_all, np.arange(n_columns, n_columns + n_elements)])

    def compared(which: int, narrowings: Sequence[float]) -> list[Candidate]:
        columns = columns_of(which)
        some, found = splits.of_columns(columns), []
        for narrowing in narrowings:
            narrowed = replace(options.prior, narrowing=narrowing)
            of_strengths = [replace(narrowed, strength=strength) for strength in (*search.strengths, None)]
            found.append(_best_strength(some, columns, regression, tried[which], of_strengths))
        return found

    found = [(candidate, which) for which in range(len(tried)) for candidate in compared(which, [search.first])]
    found.sort(key=lambda one: one[0].score)
    candidates = [candidate for candidate, _ in found]
    for _, which in found[:_NARROWED]:
        candidates += compared(which, search.others)
    return sorted(candidates, key=lambda one: one.score)


def _name(function: Function) -> tuple[object, ...]:
    return function.elements, function.n, function.l, function.between


def _some(frames: Sequence[FitFrame], n_columns: int) -> list[FitFrame]:
    """Return as many of the frames, from the first on, as need little time."""
    sizes = np.cumsum([frame.n_atoms for frame in frames])
    return list(frames[: max(_FEWEST_FRAMES, int((sizes <= min(_MOST_ATOMS, _MOST_VALUES // n_columns)).sum()))])


@dataclass(frozen=True, slots=True, eq=False)
class _Splits:
    """Frames to fit to and frames left out, several times over, and the sizes of the columns of all of them.

    Attributes
    ----------
    training : tuple of (ndarray of float64, int)
        The triangle of what is fitted to, and how many rows it is of.
    left_out : tuple of tuple of ndarray of float64
        Triangles of energies and of forces.
    squares : ndarray of float64
        Mean squares of the columns, the label last.
    """

    training: tuple[tuple[Floats, int], ...]
    left_out: tuple[tuple[Floats, Floats], ...]
    squares: Floats

    def of_columns(self, columns: Integers) -> "_Splits":
        """Return the same of some of the columns; the sizes are still those of all."""
        chosen = np.append(columns, -1)
        return _Splits(
            tuple((_triangle(matrix[:, chosen]), n_rows) for matrix, n_rows in self.training),
            tuple((energy[:, chosen], forces[:, chosen]) for energy, forces in self.left_out),
            self.squares,
        )


def _triangle(*rows: Floats) -> Floats:
    return np.asarray(np.linalg.qr(np.concatenate(rows), mode="r"))


def _splits(regression: Regression, frames: Sequence[FitFrame], options: FitOptions, parts: int) -> _Splits:
    largest = [0.0 if frame.forces is None else float((frame.forces**2).mean()) for frame in frames]
    is_far = np.zeros(len(frames), np.bool_)
    if any(largest):
        is_far[np.argsort(largest)[-round(_FAR * len(frames)) :]] = True
    width = sum(regression.projector.n_functions) + len(regression.form.elements) + 1
    # Frames that are always left out together: of each part those with small forces, and those with the largest.
    near, far = ([LabelTriangles.empty(width) for _ in range(parts)] for _ in range(2))
    squares, n_rows = np.zeros(width), 0
    rows = rows_of_frames(regression.projector, regression.baseline, frames, options.scales, with_stress=False)
    for number, row in enumerate(rows):
        (far if is_far[number] else near)[number % parts].add(row)
        of_size = row.forces if len(row.forces) else row.energy
        squares += (of_size**2).sum(axis=0)
        n_rows += len(of_size)
    of_near = [cell.joined() for cell in near]
    of_far = [cell.joined() for cell in far]
    whole = [(_triangle(a, b), n + m) for (a, n), (b, m) in zip(of_near, of_far, strict=True)]
    training = [*_without_each(whole), _joined(of_near)]
    left_out = [_by_kind([some, others]) for some, others in zip(near, far, strict=True)]
    return _Splits(tuple(training), (*left_out, _by_kind(far)), squares / max(1, n_rows))


def _without_each(parts: Sequence[tuple[Floats, int]]) -> list[tuple[Floats, int]]:
    """Join all parts but one, for each of them."""
    if len(parts) == 1:
        return [(parts[0][0][:0], 0)]
    half = len(parts) // 2
    # What both of a half lack, the other half, is joined once.
    first, second = _joined(parts[:half]), _joined(parts[half:])
    return [_joined([some, second]) for some in _without_each(parts[:half])] + [
        _joined([first, some]) for some in _without_each(parts[half:])
    ]


def _joined(parts: Sequence[tuple[Floats, int]]) -> tuple[Floats, int]:
    some = [part for part in parts if part[1]] or parts[:1]
    return some[0] if len(some) == 1 else (_triangle(*(matrix for matrix, _ in some)), sum(n for _, n in some))


def _by_kind(cells: Sequence[LabelTriangles]) -> tuple[Floats, Floats]:
    energies = np.concatenate([cell.energy.close() for cell in cells])
    return energies, np.concatenate([cell.forces.close() for cell in cells])


def _best_strength(
    splits: _Splits, columns: Integers, regression: Regression, limits: BasisLimits, tried: Sequence[Prior]
) -> Candidate:
    """Return the candidate with the best of priors that differ in their strength; `splits` are those of the columns."""
    n_elements = len(regression.form.elements)
    functions = columns[:-n_elements]
    of_all = regression.penalties(splits.squares[: -n_elements - 1], tried[0])
    penalties, label_square = of_all[columns], float(splits.squares[-1])
    known = [one.strength_for(of_all[functions], splits.squares[functions], label_square) for one in tried]
    # Sums of squared errors: by split, energies or forces, and strength.
    squares = np.zeros((len(splits.training), 2, len(tried)))
    for number, ((matrix, n_rows), left_out) in enumerate(zip(splits.training, splits.left_out, strict=True)):
        problem = RidgeProblem.of(matrix, n_rows, penalties, n_elements)
        alpha, beta = problem.most_evident()
        coefficients = problem.coefficients(np.array([alpha / beta if one is None else one for one in known]))
        for kind, rows in enumerate(left_out):
            squares[number, kind] = ((rows[:, :-1] @ coefficients - rows[:, -1:]) ** 2).sum(axis=0)
    # All parts together, and what has the largest forces; labels that are not there say nothing.
    sums = np.concatenate([squares[:-1].sum(axis=0), squares[-1]])
    told = sums[(sums > 0).all(axis=1)]
    scores = 0.5 * np.log(told).mean(axis=0) if len(told) else np.zeros(len(tried))
    best = int(scores.argmin())
    return Candidate(limits, tried[best], float(scores[best]))
