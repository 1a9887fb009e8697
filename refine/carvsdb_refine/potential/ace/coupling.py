"""Generalised Clebsch-Gordan coefficients: which products of spherical harmonics make an invariant.

Momenta are coupled in pairs, first to first: two, l1 l2 -> 0; three, (l1 l2) -> L12, L12 l3 -> 0; four, (l1 l2) -> L12,
(l3 l4) -> L34, L12 L34 -> 0; five, L12 L34 -> L1234, L1234 l5 -> 0; six, L12 L34 -> L1234, L56 L1234 -> 0. What is
coupled joins the end of the queue of pairs; an odd momentum waits until all others are one. The L are the file's
`lint`.

References
----------
.. [1] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
"""

import math
from collections import deque
from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray


@cache
def clebsch_gordan(l1: int, m1: int, l2: int, m2: int, l: int, m: int) -> float:
    """Return <l1 m1 l2 m2 | l m>, by Racah's formula.

    Examples
    --------
    >>> round(clebsch_gordan(1, 0, 1, 0, 2, 0) ** 2, 12), round(clebsch_gordan(1, 0, 1, 0, 0, 0) ** 2, 12)
    (0.666666666667, 0.333333333333)
    """
    if m1 + m2 != m or not abs(l1 - l2) <= l <= l1 + l2 or abs(m1) > l1 or abs(m2) > l2 or abs(m) > l:
        return 0.0
    f = math.factorial
    triangle = (2 * l + 1) * f(l + l1 - l2) * f(l - l1 + l2) * f(l1 + l2 - l) / f(l1 + l2 + l + 1)
    shells = f(l + m) * f(l - m) * f(l1 - m1) * f(l1 + m1) * f(l2 - m2) * f(l2 + m2)
    total = 0.0
    for k in range(max(0, l2 - l - m1, l1 - l + m2), min(l1 + l2 - l, l1 - m1, l2 + m2) + 1):
        below = f(k) * f(l1 + l2 - l - k) * f(l1 - m1 - k) * f(l2 + m2 - k)
        total += (-1) ** k / (below * f(l - l2 + m1 + k) * f(l - l1 - m2 + k))
    return math.sqrt(triangle * shells) * total


# (momentum, m) of all that is below, and the coefficient.
Combinations = dict[tuple[tuple[int, int], ...], float]


@cache
def coupling_tree(rank: int) -> tuple[tuple[int, int, int], ...]:
    """Return which two couple to which third, in order: 0 .. rank - 1 are the momenta, the others follow.

    Examples
    --------
    >>> coupling_tree(4), coupling_tree(5)[-2:]
    (((0, 1, 4), (2, 3, 5), (4, 5, 6)), ((5, 6, 7), (7, 4, 8)))
    """
    steps: list[tuple[int, int, int]] = []
    queue = deque((2 * pair, 2 * pair + 1) for pair in range(rank // 2))
    coupled: deque[int] = deque()
    odd = rank - 1 if rank % 2 else None
    while len(steps) < rank - 1:
        if queue:
            first, second = queue.popleft()
        elif len(coupled) > 1:
            first, second = coupled.popleft(), coupled.popleft()
        else:
            assert odd is not None
            first, second = coupled.popleft(), odd
        steps.append((first, second, rank + len(steps)))
        coupled.append(steps[-1][2])
    return tuple(steps)


def invariant(ls: tuple[int, ...], between: tuple[int, ...]) -> dict[tuple[int, ...], float]:
    """Return the coefficient of every combination of m that has one.

    Parameters
    ----------
    ls : tuple of int
        The momenta.
    between : tuple of int
        What they couple to on the way (`lint`): none for one or two momenta, two fewer than momenta for more.

    Raises
    ------
    ValueError
        If they cannot couple like that, or change sign in a mirror.

    Examples
    --------
    >>> {m: round(c, 6) for m, c in invariant((1, 1), ()).items()}
    {(-1, 1): 0.57735, (0, 0): -0.57735, (1, -1): 0.57735}
    """
    rank = len(ls)
    expected = max(0, rank - 2)
    if len(between) != expected:
        raise ValueError(f"lint: expected {expected} numbers for rank {rank}, got {len(between)}")
    found: dict[tuple[int, ...], float] = {}
    if rank > 1:
        found = _coupled(ls, (*ls, *between, 0))
    elif ls == (0,):
        found = {(0,): 1.0}
    if not found:
        raise ValueError(f"momenta {ls} cannot couple through {between} to zero")
    if sum(ls) % 2:
        raise ValueError(f"momenta {ls} add up to an odd number: such a function changes sign in a mirror")
    return found


def half_invariant(
    labels: Sequence[tuple[int, int, int]], between: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the m-combinations of a function, and what the real part of each product adds to it.

    What belongs to one and the same product is summed, and what belongs to a product and its complex conjugate.

    Parameters
    ----------
    labels : sequence of tuple of int
        (element, n, l) of each factor.
    between : tuple of int
        As in `invariant`, whose errors are raised.

    Returns
    -------
    ndarray of int64, shape (n_combinations, rank)
    ndarray of float64, shape (n_combinations,)
        Nothing, if the sum of all is zero.

    Examples
    --------
    >>> ms, coupling = half_invariant([(0, 1, 1), (0, 2, 1)], ())
    >>> ms.tolist(), (coupling * 3**0.5).round(12).tolist()
    ([[-1, 1], [0, 0]], [2.0, -1.0])
    """
    kinds = {label: kind for kind, label in enumerate(sorted(set(labels)))}
    ls, classes = tuple(l for _, _, l in labels), tuple(kinds[label] for label in labels)
    ms, coupling = _half_invariant(ls, classes, between)
    return ms.copy(), coupling.copy()


@cache
def _half_invariant(
    ls: tuple[int, ...], classes: tuple[int, ...], between: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the same by which factors are equal: functions with other n are coupled alike."""
    sums: dict[tuple[tuple[int, int], ...], float] = {}
    chosen: dict[tuple[tuple[int, int], ...], tuple[int, ...]] = {}
    for ms, coefficient in invariant(ls, between).items():
        mirrored = tuple(-m for m in ms)
        key = max(*(tuple(sorted(zip(classes, some, strict=True))) for some in (ms, mirrored)))
        chosen.setdefault(key, ms)
        sums[key] = sums.get(key, 0.0) + coefficient
    kept = [key for key, total in sums.items() if abs(total) > 1e-12]
    ms_kept = np.array([chosen[key] for key in kept], dtype=np.int64).reshape(len(kept), len(ls))
    return ms_kept, np.array([sums[key] for key in kept], dtype=np.float64)


def _coupled(ls: tuple[int, ...], momenta: tuple[int, ...]) -> dict[tuple[int, ...], float]:
    """Couple step by step; what is kept are the combinations of m below each momentum, by their sum."""
    below: dict[int, dict[int, Combinations]] = {
        index: {m: {((index, m),): 1.0} for m in range(-l, l + 1)} for index, l in enumerate(ls)
    }
    for first, second, third in coupling_tree(len(ls)):
        sums: dict[int, Combinations] = {}
        for m_1, left in below.pop(first).items():
            for m_2, right in below[second].items():
                factor = clebsch_gordan(momenta[first], m_1, momenta[second], m_2, momenta[third], m_1 + m_2)
                if abs(factor) <= 1e-12:
                    continue
                kept = sums.setdefault(m_1 + m_2, {})
                for (one, a), (other, b) in product(left.items(), right.items()):
                    kept[one + other] = factor * a * b
        del below[second]
        below[third] = sums
    (at_top,) = below.values()
    return {
        tuple(m for _, m in sorted(combination)): coefficient
        for combination, coefficient in sorted(at_top.get(0, {}).items(), key=lambda entry: sorted(entry[0]))
        if abs(coefficient) > 1e-12
    }
