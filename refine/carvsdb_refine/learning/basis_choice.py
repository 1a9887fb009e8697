"""What counts towards the degree, and how narrow the prior is, chosen by errors on parts of the training.

How many of a given number of functions are to be of a high rank depends on the material: pairs and triples of atoms
explain a classical potential, others need more. So does how large coefficients of many factors may be, and evidence,
which knows only what is like the training, leaves them too free for structures beyond it. Candidates are fitted to
parts of the training frames, and compared on what was left out: each part in turn, and the quarter with the largest
forces, as a potential is used where it was not fitted. First what counts towards the degree is compared with one prior,
then other priors with the best of it. Candidates share most of their functions, so that all of these fits come from
columns of the same sums or triangles.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from carvsdb_refine.learning.basis import BasisLimits, functions_of, pacemaker_order
from carvsdb_refine.learning.data_set import DataSet
from carvsdb_refine.learning.design_rows import FrameRows, rows_of_frames
from carvsdb_refine.learning.fit import FitOptions, Regression
from carvsdb_refine.learning.frames import FitFrame
from carvsdb_refine.learning.kept_rows import FunctionName, KeptRows, name_of
from carvsdb_refine.learning.left_out import score
from carvsdb_refine.learning.left_out_grams import LeftOutGrams
from carvsdb_refine.learning.left_out_triangles import LeftOutTriangles
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.learning.prior import Prior

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ANGULAR_WEIGHTS, RANK_STEPS = (0.8, 1.1, 1.5), (1.5, 3.0, 6.0, 12.0)
# With so many of the best degrees other narrowings are tried.
_NARROWED = 2
# Fewer frames tell nothing; more, larger ones and more functions take time. What is best with few functions is not with
# many: a high step leaves all pairs and triples of atoms, and of these only the least smooth are left in the end.
_FEWEST_FRAMES, _MOST_ATOMS, _MOST_FUNCTIONS, _MOST_VALUES = 12, 5_000, 400, 1_900_000
# Numbers of rows that are kept for the fit, 200 MB; what is beyond is evaluated again.
_MOST_KEPT = 25_000_000
# Every so many strengths are tried, and those around the best of them.
_STRIDE = 3


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
        Of which that with the smallest errors is looked for; that of the largest evidence without any.
    """

    parts: int = 4
    first: float = 100.0
    others: tuple[float, ...] = (1.0, 10.0, 1000.0)
    strengths: tuple[float, ...] = tuple(10.0**power for power in range(-15, 0))


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
    return _candidates(new, data, options, search or Search())[0]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A new potential and options with what was chosen, or as they were where frames are too few to tell.

    Attributes
    ----------
    new : NewPotential
    options : FitOptions
    rows : KeptRows or None
        What of the training is evaluated already.
    """

    new: NewPotential
    options: FitOptions
    rows: KeptRows | None = None


def with_the_best(new: NewPotential, data: DataSet, options: FitOptions, search: Search | None = None) -> Chosen:
    """Choose; parameters as for `choose_candidates`."""
    candidates, rows = _candidates(new, data, options, search or Search())
    if not candidates:
        return Chosen(new, options)
    best = candidates[0]
    return Chosen(replace(new, limits=best.limits), replace(options, prior=best.prior), rows)


def _candidates(
    new: NewPotential, data: DataSet, options: FitOptions, search: Search
) -> tuple[list[Candidate], KeptRows | None]:
    if new.limits.functions is None:
        return [], None
    n_elements = len(data.elements)
    tried = replace(new.limits, functions=min(new.limits.functions, max(40, _MOST_FUNCTIONS // n_elements)))
    frames = _some([frame for frame in data.training if not frame.is_lone_atom], n_elements * (tried.functions or 1))
    if len(frames) < _FEWEST_FRAMES:
        return [], None
    with threadpool_limits(1, user_api="blas"):
        compared = _Compared.of(replace(new, limits=tried), data, frames, options, search)
        found = compared.candidates()
    return [replace(one, limits=replace(one.limits, functions=new.limits.functions)) for one in found], compared.rows


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Candidates' functions, and what was left out of their fits.

    Attributes
    ----------
    search : Search
    prior : Prior
        As it is where nothing is chosen.
    limits : tuple of BasisLimits
        Of the candidates.
    columns : tuple of ndarray of int64
        Of the candidates, of functions and E0.
    regression : Regression
        With the functions of all of them.
    left_out : LeftOutGrams or LeftOutTriangles
    squares : ndarray of float64
        Mean squares of the columns, the label last.
    rows : KeptRows
    """

    search: Search
    prior: Prior
    limits: tuple[BasisLimits, ...]
    columns: tuple[Integers, ...]
    regression: Regression
    left_out: LeftOutGrams | LeftOutTriangles
    squares: Floats
    rows: KeptRows

    @classmethod
    def of(
        cls, new: NewPotential, data: DataSet, frames: list[FitFrame], options: FitOptions, search: Search
    ) -> "_Compared":
        n_elements = len(data.elements)
        limits = tuple(
            replace(new.limits, angular_weight=weight, rank_step=step)
            for weight, step in product(ANGULAR_WEIGHTS, RANK_STEPS)
        )
        named = [{name_of(function): function for function in functions_of(n_elements, one)} for one in limits]
        union = tuple({name: function for some in named for name, function in some.items()}.values())
        functions = [union[place] for place in pacemaker_order(union)]
        place = {name_of(function): number for number, function in enumerate(functions)}
        form = new.form(data.elements, data.shortest_distances(new.cutoff), functions)
        regression = Regression.of(form, data.training, options)
        n_columns = len(functions) * n_elements

        def columns_of(which: Iterable[FunctionName]) -> Integers:
            of_centre = np.sort([place[name] for name in which])
            of_all = [len(functions) * element + of_centre for element in range(n_elements)]
            return np.concatenate([*of_all, np.arange(n_columns, n_columns + n_elements)])

        width = n_columns + n_elements + 1
        squares, count, kept = np.zeros(width), 0.0, dict[FitFrame, FrameRows]()

        def passed() -> Iterator[FrameRows]:
            """Yield the rows of structures, and take down what else is of interest of them."""
            nonlocal count
            room, with_stress = (_MOST_KEPT, options.with_stress) if search.strengths else (-1, False)
            rows = rows_of_frames(
                regression.projector, regression.baseline, frames, options.scales, with_stress=with_stress
            )
            for frame, row in zip(frames, rows, strict=True):
                of_size = row.forces if len(row.forces) else row.energy
                squares[:] += (of_size**2).sum(axis=0)
                count += row.counts[1] if len(row.forces) else row.counts[0]
                room -= row.energy.size + row.forces.size + row.stress.size
                if room >= 0:
                    kept[frame] = row
                yield row

        of = LeftOutGrams.of if search.strengths else LeftOutTriangles.of
        left_out = of(passed(), frames, search.parts, width)
        return cls(
            search, options.prior, limits, tuple(map(columns_of, named)), regression, left_out,
            squares / max(1.0, count), KeptRows(form, kept),
        )  # fmt: skip

    def candidates(self) -> list[Candidate]:
        """Return the candidates, the best first."""
        candidates, best = list[tuple[Candidate, int]](), None
        for which in range(len(self.limits)):
            candidate, best = self._best(which, self.search.first, best)
            candidates.append((candidate, which))
        candidates.sort(key=lambda one: one[0].score)
        narrowed = [which for _, which in candidates[:_NARROWED]]
        for narrowing in self.search.others:
            best = None
            for which in narrowed:
                candidate, best = self._best(which, narrowing, best)
                candidates.append((candidate, which))
        return sorted((candidate for candidate, _ in candidates), key=lambda one: one.score)

    def _best(self, which: int, narrowing: float, near: int | None) -> tuple[Candidate, int | None]:
        """Return a candidate with the best strength of its prior, and its place; `near` is that of another one."""
        columns, n_elements = self.columns[which], len(self.regression.form.elements)
        prior = replace(self.prior, narrowing=narrowing)
        of_all = self.regression.penalties(self.squares[: -n_elements - 1], prior)
        penalties, functions = of_all[columns], columns[:-n_elements]
        left_out = self.left_out.of_columns(columns)
        if isinstance(left_out, LeftOutTriangles):
            return Candidate(self.limits[which], prior, score(left_out.errors(penalties, n_elements))), None
        squares, label_square = self.squares[functions], float(self.squares[-1])
        priors = [replace(prior, strength=strength) for strength in self.search.strengths]

        def score_of(place: int) -> float:
            strength = priors[place].strength_for(of_all[functions], squares, label_square)
            return score(left_out.errors(penalties, strength or self.search.strengths[place]))

        best, least = _lowest(score_of, len(priors), near)
        return Candidate(self.limits[which], priors[best], least), best


def _lowest(value: Callable[[int], float], number: int, near: int | None) -> tuple[int, float]:
    """Return the place of a low value, and that: downhill from a place, or from the lowest of every third."""
    known = {place: value(place) for place in (range(min(1, number - 1), number, _STRIDE) if near is None else [near])}
    while True:
        best = min(known, key=known.__getitem__)
        beside = [place for place in (best - 1, best + 1) if 0 <= place < number and place not in known]
        if not beside:
            return best, known[best]
        known |= {place: value(place) for place in beside}


def _some(frames: Sequence[FitFrame], n_columns: int) -> list[FitFrame]:
    """Return as many of the frames, from the first on, as need little time."""
    sizes = np.cumsum([frame.n_atoms for frame in frames])
    return list(frames[: max(_FEWEST_FRAMES, int((sizes <= min(_MOST_ATOMS, _MOST_VALUES // n_columns)).sum()))])
