"""A plan for the products of a potential: which partial products are shared, and which terms have common weights.

Each term of rank 2 or more becomes the real part of one product of two rows. A row is an entry of the atomic base, or
a partial product made before: of rank 3 the rarest factor stands alone, of rank 4 two pairs meet. The terms of a
function differ in their coupling coefficients only, so they are added up before they are weighted for the densities.
"""

from collections import Counter
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# Weights of terms count as proportional if they are to this part of the largest.
_PROPORTIONAL = 1e-14


class ProductPlan(NamedTuple):
    """What the kernels read; centres are elements.

    Attributes
    ----------
    first_part, parts : ndarray of int64, shapes (E + 1,) and (N, 2)
        The partial products of each centre, two rows each; the k-th becomes row ``n_full + k``.
    first_sum : ndarray of int64, shape (E + 1,)
        The sums of each centre; those of rank 1 (a single row) have a factor -1.
    term_first : ndarray of int64, shape (S + 1,)
        Where the terms of each sum begin.
    rows : ndarray of int64, shape (T, 2)
        The two rows of each term.
    coupling : ndarray of float64, shape (T,)
        Its factor.
    weights : ndarray of float64, shape (S, P)
        What each sum adds to each density.
    constants : ndarray of float64, shape (E, P, 2)
        n^(n/(1-n)) and n^(1/(1-n)) of the embedding, n = 1 / exponent.
    """

    first_part: Integers
    parts: Integers
    first_sum: Integers
    term_first: Integers
    rows: Integers
    coupling: Floats
    weights: Floats
    constants: Floats


def plan_products(tables: AceTables) -> ProductPlan:
    """Make the plan."""
    first_part, parts = [0], []
    first_sum, term_first, rows, coupling, weights = [0], [0], [], [], []
    for centre in range(len(tables.n_full)):
        terms = range(int(tables.first_term[centre]), int(tables.first_term[centre + 1]))
        made: dict[tuple[int, ...], int] = {}
        split = _splits([tuple(tables.factors[t, : tables.rank[t]].tolist()) for t in terms])
        n_full = int(tables.n_full[centre])

        def row_of(factors: tuple[int, ...], made: dict[tuple[int, ...], int] = made, n_full: int = n_full) -> int:
            if len(factors) == 1:
                return factors[0]
            if factors not in made:
                pair = row_of(factors[:-1]), factors[-1]
                made[factors] = n_full + len(made)
                parts.append(pair)
            return made[factors]

        for members in _functions(tables, terms):
            scaled, common = _common_weights(tables.weights[members])
            for group, shared in zip(scaled, common, strict=True):
                for member, factor in group:
                    term = members[member]
                    left, right = split[tuple(tables.factors[term, : tables.rank[term]].tolist())]
                    rows.append((row_of(left), row_of(right) if right else -1))
                    coupling.append(factor)
                term_first.append(len(rows))
                weights.append(shared)
        first_part.append(len(parts))
        first_sum.append(len(weights))
    inverse = 1 / tables.embedding[:, :, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        constants = np.stack([inverse ** (inverse / (1 - inverse)), inverse ** (1 / (1 - inverse))], axis=2)
    return ProductPlan(
        np.array(first_part),
        np.array(parts, np.int64).reshape(-1, 2),
        np.array(first_sum),
        np.array(term_first),
        np.array(rows, np.int64).reshape(-1, 2),
        np.array(coupling),
        np.array(weights),
        np.where(np.isfinite(constants), constants, 0.0),
    )


def _functions(tables: AceTables, terms: range) -> list[list[int]]:
    """Return the terms of each function together, by ascending rank."""
    members: dict[tuple[int, int], list[int]] = {}
    for term in terms:
        members.setdefault((int(tables.rank[term]), int(tables.function[term])), []).append(term)
    return list(members.values())


def _common_weights(weights: Floats) -> tuple[list[list[tuple[int, float]]], list[Floats]]:
    """Split weights, shape (terms, densities), into factors of the terms times common weights."""
    largest = int(np.abs(weights).max(axis=1).argmax())
    common = weights[largest]
    column = int(np.abs(common).argmax())
    if common[column] == 0:
        return [], []
    factors = weights[:, column] / common[column]
    if np.abs(weights - np.outer(factors, common)).max() <= _PROPORTIONAL * np.abs(common).max():
        return [list(enumerate(factors.tolist()))], [common]
    return [[(term, 1.0)] for term in range(len(weights))], list(weights)


def _splits(terms: list[tuple[int, ...]]) -> dict[tuple[int, ...], tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return for each product the two parts it is made of; parts are ascending, so that they can be shared."""
    pairs = Counter(
        pair for term in terms if len(term) > 2 for pair in {tuple(sorted(p)) for p in combinations(term, 2)}
    )
    splits: dict[tuple[int, ...], tuple[tuple[int, ...], tuple[int, ...]]] = {}
    for term in terms:
        if len(term) < 3:
            splits[term] = (term[:1], term[1:])
            continue
        best = max(combinations(range(len(term)), 2), key=lambda p: (pairs[tuple(sorted((term[p[0]], term[p[1]])))], p))
        left = tuple(sorted(term[k] for k in best))
        splits[term] = (left, tuple(sorted(term[k] for k in range(len(term)) if k not in best)))
    return splits
