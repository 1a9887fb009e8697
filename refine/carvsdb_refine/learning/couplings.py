"""Which couplings of given factors are independent: null and repeated combinations are dropped by rank.

Equal factors commute, so that some couplings vanish and others repeat each other; how many are left depends on the
momenta and on which factors are equal, not on their n. The others are chosen by a pivoted QR decomposition of the
coefficients of the distinct products.

References
----------
.. [1] Dusson et al., J. Comput. Phys. 454, 110946 (2022), doi:10.1016/j.jcp.2022.110946
"""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from scipy.linalg import qr

from carvsdb_refine.potential.ace.coupling import coupling_tree, half_invariant

# Relative to the largest: couplings below it are combinations of those chosen.
_DEPENDENT = 1e-9


def independent_couplings(labels: Sequence[tuple[int, int, int]]) -> tuple[tuple[int, ...], ...]:
    """Return as many `lint` as there are independent invariants of a product of factors (element, n, l).

    Examples
    --------
    >>> independent_couplings([(0, 1, 1), (0, 2, 1)]), independent_couplings([(0, 1, 1), (0, 1, 2)])
    (((),), ())

    Four momenta 1 have three invariants, two of which differ if two pairs of factors are equal, and one if all are:

    >>> one, other = (0, 1, 1), (0, 2, 1)
    >>> four = [(0, n, 1) for n in (1, 2, 3, 4)]
    >>> [len(independent_couplings(factors)) for factors in (four, [one, one, other, other], [one] * 4)]
    [3, 2, 1]
    """
    ls = tuple(label[2] for label in labels)
    if sum(ls) % 2:
        return ()
    kinds = {label: kind for kind, label in enumerate(sorted(set(labels)))}
    return _independent(ls, tuple(kinds[label] for label in labels))


@cache
def _independent(ls: tuple[int, ...], classes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    if len(ls) == 1 and ls[0]:
        return ()
    if len(ls) < 3:
        return ((),) if len(set(ls)) == 1 else ()
    labels = [(0, kind, l) for kind, l in zip(classes, ls, strict=True)]
    keys: dict[tuple[tuple[int, int], ...], int] = {}
    columns: list[dict[int, float]] = []
    candidates = list(_all_couplings(ls))
    for between in candidates:
        ms, coupling = half_invariant(labels, between)
        column: dict[int, float] = {}
        for combination, coefficient in zip(ms.tolist(), coupling.tolist(), strict=True):
            pair = (tuple(sorted(zip(classes, some, strict=True))) for some in (combination, [-m for m in combination]))
            column[keys.setdefault(max(*pair), len(keys))] = coefficient
        columns.append(column)
    if not keys:
        return ()
    matrix = np.zeros((len(keys), len(columns)))
    for place, column in enumerate(columns):
        matrix[list(column), place] = list(column.values())
    triangle, pivots = qr(matrix, mode="r", pivoting=True)
    sizes = np.abs(np.diag(triangle))
    rank = int((sizes > _DEPENDENT * sizes[0]).sum())
    return tuple(candidates[place] for place in sorted(pivots[:rank].tolist()))


def _all_couplings(ls: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield every `lint` with which the momenta can couple to zero."""
    *steps, top = coupling_tree(len(ls))

    def onward(momenta: tuple[int, ...], at: int) -> Iterator[tuple[int, ...]]:
        if at == len(steps):
            if momenta[top[0]] == momenta[top[1]]:
                yield momenta[len(ls) :]
            return
        first, second = momenta[steps[at][0]], momenta[steps[at][1]]
        for momentum in range(abs(first - second), first + second + 1):
            yield from onward((*momenta, momentum), at + 1)

    yield from onward(ls, 0)
