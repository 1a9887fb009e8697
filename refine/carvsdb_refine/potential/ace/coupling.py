"""Generalised Clebsch-Gordan coefficients: which products of spherical harmonics make an invariant.

Momenta are coupled in pairs: two, l1 l2 -> 0; three, (l1 l2) -> L12, L12 l3 -> 0; four, (l1 l2) -> L12, (l3 l4) -> L34,
L12 L34 -> 0; five, L12 L34 -> L1234, L1234 l5 -> 0. The L are the file's `lint`.

References
----------
.. [1] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
"""

import math
from functools import cache
from itertools import product

MAX_RANK = 5


@cache
def clebsch_gordan(l1: int, m1: int, l2: int, m2: int, l: int, m: int) -> float:  # noqa: E741 - the field's own letter
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


def invariant(ls: tuple[int, ...], between: tuple[int, ...]) -> dict[tuple[int, ...], float]:
    """Return the coefficient of every combination of m that has one.

    Parameters
    ----------
    ls : tuple of int
        The momenta, at most five.
    between : tuple of int
        What they couple to on the way (`lint`): none for one or two momenta, one for three, two for four, three for
        five; a last one that can be nothing else may be missing.

    Raises
    ------
    ValueError
        If there are too many momenta, or they cannot couple like that.

    Examples
    --------
    >>> {m: round(c, 6) for m, c in invariant((1, 1), ()).items()}
    {(-1, 1): 0.57735, (0, 0): -0.57735, (1, -1): 0.57735}
    """
    rank = len(ls)
    expected = max(0, rank - 2)
    if rank > MAX_RANK:
        raise ValueError(f"a function of rank {rank}; up to {MAX_RANK} are built")
    if len(between) != expected:
        raise ValueError(f"lint: expected {expected} numbers for rank {rank}, got {len(between)}")
    found = {}
    for ms in product(*(range(-l, l + 1) for l in ls[:-1])):  # noqa: E741
        last = -sum(ms)
        if abs(last) <= ls[-1]:
            coefficient = _coefficient(ls, (*ms, last), between)
            if abs(coefficient) > 1e-12:
                found[(*ms, last)] = coefficient
    if not found:
        raise ValueError(f"momenta {ls} cannot couple through {between} to zero")
    return found


def _coefficient(ls: tuple[int, ...], ms: tuple[int, ...], between: tuple[int, ...]) -> float:
    rank = len(ls)
    if rank == 1:
        return 1.0 if ls == (0,) else 0.0
    if rank == 2:
        return clebsch_gordan(ls[0], ms[0], ls[1], ms[1], 0, 0)
    m_12 = ms[0] + ms[1]
    first = clebsch_gordan(ls[0], ms[0], ls[1], ms[1], between[0], m_12)
    if rank == 3:
        return first * clebsch_gordan(between[0], m_12, ls[2], ms[2], 0, 0)
    m_34 = ms[2] + ms[3]
    second = first * clebsch_gordan(ls[2], ms[2], ls[3], ms[3], between[1], m_34)
    if rank == 4:
        return second * clebsch_gordan(between[0], m_12, between[1], m_34, 0, 0)
    m_1234 = m_12 + m_34
    third = second * clebsch_gordan(between[0], m_12, between[1], m_34, between[2], m_1234)
    return third * clebsch_gordan(between[2], m_1234, ls[4], ms[4], 0, 0)
