"""Which functions a new potential has: all products of factors within limits, each with its independent couplings.

A function of rank N is a product of N factors (element, n, l) of a centre. Its *degree* is the sum of n - 1 + 1.1 l
over its factors, and 3 for each factor beyond the first: small degrees vary slowly with distances and angles, and
involve few atoms. Limits are n and l by rank (pacemaker's ``nradmax_by_orders`` and ``lmax_by_orders``), a largest
degree, or a number of functions, which takes the lowest degrees first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, log

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.learning.couplings import independent_couplings
from carvsdb_refine.potential.ace.coupling import half_invariant
from carvsdb_refine.potential.ace.form import Function

Floats = NDArray[np.float64]
Label = tuple[int, int, int]

# No potential that is fitted has as many functions of one element.
MOST_FUNCTIONS = 20_000
# How many each element has unless something is said of it.
USUAL_FUNCTIONS = 400


@dataclass(frozen=True, slots=True)
class BasisLimits:
    """Limits of a basis.

    Attributes
    ----------
    n_radial, l_max : tuple of int
        Largest n and l by rank, from rank 1 on; as many as there are ranks.
    degree : float or None
        Largest degree; all within the other limits without one.
    functions : int or None
        How many functions each element has; the lowest degrees. All without a number.
    angular_weight : float
        What one unit of l counts towards the degree, against one of n.
    rank_step : float
        What each factor beyond the first adds to the degree.

    Raises
    ------
    InputError
        If the limits are none.
    """

    n_radial: tuple[int, ...] = (20, 8, 6, 4)
    l_max: tuple[int, ...] = (0, 6, 4, 3)
    degree: float | None = None
    functions: int | None = None
    angular_weight: float = 1.1
    rank_step: float = 3.0

    def __post_init__(self) -> None:
        if not self.n_radial or len(self.n_radial) != len(self.l_max):
            raise InputError(
                f"n and l need a limit for each rank: got {len(self.n_radial)} for n and {len(self.l_max)} for l"
            )
        if min(self.n_radial) < 1 or min(self.l_max) < 0 or self.l_max[0] != 0:
            raise InputError("the limits of n must be 1 or more, those of l 0 or more, and that of l for rank 1 is 0")
        if self.degree is not None and not np.isfinite(self.degree):
            raise InputError(f"expected a largest degree, got {self.degree:g}")

    def level(self, labels: tuple[Label, ...]) -> float:
        """Return the degree of a product."""
        inner = sum(n - 1 + self.angular_weight * l for _, n, l in labels)
        return inner + self.rank_step * (len(labels) - 1)


def limits_of(
    functions: int | None, degree: float | None, n_radial: tuple[int, ...] | None, l_max: tuple[int, ...] | None
) -> BasisLimits:
    """Return limits of which some are given: 400 functions of ranks 1 to 4 without any.

    Raises
    ------
    InputError
        If they contradict each other.
    """
    usual = BasisLimits()
    if functions is not None and not 1 <= functions <= MOST_FUNCTIONS:
        raise InputError(f"expected from 1 to {MOST_FUNCTIONS:,} functions of each element, got {functions:,}")
    ranks = len(n_radial or l_max or usual.n_radial)
    if n_radial is None:
        n_radial = (*usual.n_radial, *usual.n_radial[-1:] * ranks)[:ranks]
    if l_max is None:
        l_max = (*usual.l_max, *usual.l_max[-1:] * ranks)[:ranks]
    by_limits_alone = degree is not None or (n_radial, l_max) != (usual.n_radial, usual.l_max)
    number = functions if functions is not None or by_limits_alone else USUAL_FUNCTIONS
    return BasisLimits(n_radial, l_max, degree, number)


def functions_of(n_elements: int, limits: BasisLimits) -> list[Function]:
    """Return the functions of a centre, without coefficients (0), in pacemaker's order.

    Parameters
    ----------
    n_elements : int
        Of the neighbours; the centre's own makes no difference.
    limits : BasisLimits

    Raises
    ------
    InputError
        If there are none, or more than `MOST_FUNCTIONS`.
    """
    if limits.functions is None:
        found = _up_to(n_elements, limits, np.inf if limits.degree is None else limits.degree)
    else:
        highest = limits.level(tuple((0, limits.n_radial[-1], limits.l_max[-1]) for _ in limits.n_radial))
        highest = max(highest, *(limits.level(((0, *most),) * (k + 1)) for k, most in _numbered(limits)))
        ceiling = min(highest, np.inf if limits.degree is None else limits.degree)
        # Degrees are raised until there are enough: all products of high limits would be too many to list.
        top, step, before = 1.0, 1.0, 0
        while len(found := _up_to(n_elements, limits, min(top, ceiling))) < limits.functions and top < ceiling:
            step, before = _onward(limits.functions, len(found), before, step), len(found)
            top += step
        found = sorted(found, key=lambda entry: (entry[0], len(entry[1]), entry[1], entry[2]))[: limits.functions]
    if not found:
        raise InputError("no function lies within these limits of the basis", hint="raise the degree, n or l")
    found.sort(key=lambda entry: _order(entry[1], entry[2]))
    return [_function(labels, between) for _, labels, between in found]


def _onward(asked: int, found: int, before: int, step: float) -> float:
    """Return by how much a degree is to be raised for as many functions as asked, as they became more by a step.

    Too far takes longer than in two steps, and each degree has a smaller part of new ones than that before.
    """
    if not before or found == before:
        return 1.0
    return min(3.0, max(1.0, floor(step * log(asked / found) / log(found / before))))


def pacemaker_order(functions: tuple[Function, ...]) -> NDArray[np.int64]:
    """Return the places of functions in the order that pacemaker gives them, whatever that of the file."""
    keys = [
        _order(tuple(zip(function.elements, function.n, function.l, strict=True)), function.between)
        for function in functions
    ]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int64)


def _order(labels: tuple[Label, ...], between: tuple[int, ...]) -> tuple[object, ...]:
    elements, ns, ls = zip(*labels, strict=True)
    return len(labels), elements, ns, ls, between


def _numbered(limits: BasisLimits) -> Iterator[tuple[int, tuple[int, int]]]:
    return enumerate(zip(limits.n_radial, limits.l_max, strict=True))


def _up_to(
    n_elements: int, limits: BasisLimits, degree: float
) -> list[tuple[float, tuple[Label, ...], tuple[int, ...]]]:
    """Return (degree, labels, lint) of all functions up to a degree."""
    found: list[tuple[float, tuple[Label, ...], tuple[int, ...]]] = []
    for before, (n_most, l_most) in _numbered(limits):
        channels = [
            (element, n, l) for element in range(n_elements) for n in range(1, n_most + 1) for l in range(l_most + 1)
        ]
        weights = [limits.level((channel,)) for channel in channels]
        room = degree - limits.rank_step * before
        for places in _multisets(weights, before + 1, room + 1e-9):
            labels = tuple(channels[place] for place in places)
            for between in independent_couplings(labels):
                found.append((limits.level(labels), labels, between))
            if len(found) > MOST_FUNCTIONS:
                raise InputError(
                    f"these limits of the basis give more than {MOST_FUNCTIONS} functions for an element",
                    hint="lower the degree, n, l or the rank",
                )
    return found


def _multisets(weights: list[float], size: int, room: float, first: int = 0) -> Iterator[tuple[int, ...]]:
    """Yield ascending places whose weights add up to no more than the room."""
    if size == 0:
        yield ()
        return
    for place in range(first, len(weights)):
        if weights[place] <= room:
            for rest in _multisets(weights, size - 1, room - weights[place], place):
                yield (place, *rest)


def _function(labels: tuple[Label, ...], between: tuple[int, ...]) -> Function:
    elements, ns, ls = zip(*labels, strict=True)
    ms, coupling = half_invariant(labels, between)
    return Function(elements, ns, ls, ms, np.zeros((len(ms), 1)), coupling, between)
