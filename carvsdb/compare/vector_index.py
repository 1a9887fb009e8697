"""Exact nearest neighbours of many queries among millions of vectors: found in single precision, ranked in double."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.compare.distance import N_SIZES, distances_from
from carvsdb.errors import InputError

_ROWS = 8192  # vectors of one product: 1 MB, which stays in the cache
_QUERIES = 256  # queries of one product
# A squared distance of normalised vectors in single precision is wrong by less than this: 32 products and sums of
# numbers of at most 1, each rounded to 6e-8.
_ROUNDING = 8e-6


class VectorIndex:
    """Vectors to be searched, equal ones once.

    Parameters
    ----------
    vectors : array_like of float32, shape (n, 32)
        Normalised vectors.

    Attributes
    ----------
    distinct : ndarray of float32, shape (n_distinct, 32)
        The different vectors.

    Examples
    --------
    >>> index = VectorIndex(np.eye(32)[[3, 5, 7, 5]])
    >>> rows, distances = index.nearest(np.eye(32)[[5]], k=3)[0]
    >>> rows.tolist(), distances.tolist()
    ([1, 3, 0], [0.0, 0.0, 1.0])
    """

    def __init__(self, vectors: ArrayLike) -> None:
        found = np.ascontiguousarray(vectors, np.float32)
        if found.ndim != 2 or found.shape[1] != N_SIZES:
            raise InputError(f"normalised vectors must have the shape (n, {N_SIZES}), got {found.shape}")
        self.n_vectors = len(found)
        order = np.argsort(_hashes(found), kind="stable")
        ordered = found[order]
        new = np.ones(len(found), bool)
        new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        self._starts = np.append(np.flatnonzero(new), len(found))
        self._order = order
        self.distinct = ordered[new]
        self._last: tuple[NDArray[np.bool_], NDArray[np.float32]] | None = None
        self._squares = np.einsum("ij,ij->i", self.distinct, self.distinct)

    @property
    def n_distinct(self) -> int:
        """Number of different vectors."""
        return len(self.distinct)

    def nearest(
        self, queries: ArrayLike, k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Find the nearest vectors of each query.

        Parameters
        ----------
        queries : array_like of float, shape (m, 32)
            Normalised vectors.
        k : int
            How many to find.
        allowed : ndarray of bool, shape (n,), optional
            Which vectors may be found.

        Returns
        -------
        list of (ndarray of int64, ndarray of float64)
            For each query the rows, nearest first, and their topological distances. Rows of equal vectors come in
            their own order; if fewer than `k` are allowed, fewer are found.
        """
        asked = np.ascontiguousarray(queries, np.float64)
        squares = self._squares if allowed is None else self._masked(allowed)
        if k < 1 or not self.n_distinct:
            return [(np.zeros(0, np.int64), np.zeros(0)) for _ in asked]
        found: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
        for start in range(0, len(asked), _QUERIES):
            block = asked[start : start + _QUERIES]
            if len(block) == 1:
                near = [self._candidates_of_one(block[0], k, squares, allowed is not None)]
            else:
                near = self._candidates(block, k, squares)
            for query, groups in zip(block, near, strict=True):
                found.append(self._ranked(query, groups, k, allowed))
        return found

    def ranked(
        self, query: ArrayLike, groups: NDArray[np.int64], k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rank the rows of some distinct vectors by their distance from a query; as :meth:`nearest` for one query.

        Parameters
        ----------
        query : array_like of float, shape (32,)
            A normalised vector.
        groups : ndarray of int64
            Places in `distinct`.
        k, allowed
            As in :meth:`nearest`.
        """
        return self._ranked(np.asarray(query, np.float64), groups, k, allowed)

    def _masked(self, allowed: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the squared lengths, infinite where no equal vector is allowed."""
        # Questions with the same conditions come one after another.
        if self._last is None or self._last[0] is not allowed:
            ordered = allowed[self._order]
            usable = np.logical_or.reduceat(ordered, self._starts[:-1]) if self.n_vectors else ordered
            self._last = allowed, np.where(usable, self._squares, np.float32(np.inf))
        return self._last[1]

    def _candidates_of_one(
        self, query: NDArray[np.float64], k: int, squares: NDArray[np.float32], masked: bool
    ) -> NDArray[np.int64]:
        """Return vectors among which the k nearest of a query are."""
        single = query.astype(np.float32)
        spans = self.distinct @ single
        spans *= -2
        spans += squares
        places = None
        if masked:  # to choose among many infinite numbers takes long
            places = np.flatnonzero(np.isfinite(squares))
            spans = spans[places]
        if len(spans) > k:
            limit = np.partition(spans, k - 1)[k - 1] + np.float32(2 * _ROUNDING)
            near = np.flatnonzero(spans <= limit)
        else:
            near = np.arange(len(spans))
        return near if places is None else places[near]

    def _candidates(
        self, queries: NDArray[np.float64], k: int, squares: NDArray[np.float32]
    ) -> list[NDArray[np.int64]]:
        """Return, for each query, vectors among which the k nearest are."""
        single = queries.astype(np.float32)
        own = np.einsum("ij,ij->i", single, single)
        m = len(single)
        limit = np.full(m, np.inf, np.float32)
        kept_values: list[list[NDArray[np.float32]]] = [[] for _ in range(m)]
        kept_places: list[list[NDArray[np.int64]]] = [[] for _ in range(m)]
        for start in range(0, self.n_distinct, _ROWS):
            part = self.distinct[start : start + _ROWS]
            spans = single @ part.T
            spans *= -2
            spans += squares[start : start + _ROWS]
            spans += own[:, None]
            if start == 0 and spans.shape[1] > k:
                limit = np.partition(spans, k - 1, axis=1)[:, k - 1] + np.float32(2 * _ROUNDING)
            rows, columns = np.nonzero(spans <= limit[:, None])
            if not len(rows):
                continue
            values = spans[rows, columns]
            edges = np.searchsorted(rows, np.arange(m + 1))
            for row in np.unique(rows):
                here = slice(edges[row], edges[row + 1])
                finite = np.isfinite(values[here])
                kept_values[row].append(values[here][finite])
                kept_places[row].append(columns[here][finite].astype(np.int64) + start)
                total = sum(map(len, kept_values[row]))
                if total > k and start:
                    together = np.concatenate(kept_values[row])
                    bound = np.partition(together, k - 1)[k - 1] + np.float32(2 * _ROUNDING)
                    if bound < limit[row] or total > 4 * k:
                        limit[row] = min(limit[row], bound)
                        near = together <= limit[row]
                        kept_values[row] = [together[near]]
                        kept_places[row] = [np.concatenate(kept_places[row])[near]]
        return [np.concatenate(places) if places else np.zeros(0, np.int64) for places in kept_places]

    def _ranked(
        self, query: NDArray[np.float64], groups: NDArray[np.int64], k: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        spans = distances_from(query, self.distinct[groups].astype(np.float64))
        # Of equally near vectors the one whose first row comes first.
        best = np.lexsort((self._order[self._starts[groups]], spans))[: k + _ties(spans, k)]
        rows: list[NDArray[np.int64]] = []
        distances: list[NDArray[np.float64]] = []
        for place in best:
            members = self._order[self._starts[groups[place]] : self._starts[groups[place] + 1]]
            if allowed is not None:
                members = members[allowed[members]]
            members = members[:k]
            rows.append(members)
            distances.append(np.full(len(members), spans[place]))
        if not rows:
            return np.zeros(0, np.int64), np.zeros(0)
        together, far = np.concatenate(rows), np.concatenate(distances)
        order = np.lexsort((together, far))[:k]
        return together[order].astype(np.int64), far[order]


def _ties(spans: NDArray[np.float64], k: int) -> int:
    """Count what is as near as the k-th, beyond the k-th."""
    if len(spans) <= k:
        return 0
    return int(np.count_nonzero(spans == np.partition(spans, k - 1)[k - 1]))


def _hashes(vectors: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return a number per vector, equal for equal vectors."""
    odd = np.random.default_rng(0).integers(1, 2**63, N_SIZES, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    hashes = np.empty(len(vectors), np.uint64)
    for start in range(0, len(vectors), 1 << 16):
        # Zero has two signs, and they are equal.
        part = (vectors[start : start + (1 << 16)] + np.float32(0)).view(np.uint32).astype(np.uint64)
        hashes[start : start + (1 << 16)] = (part * odd).sum(axis=1, dtype=np.uint64)
    return hashes
