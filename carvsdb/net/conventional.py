"""Conventional cells: the small cell of a lattice whose vectors stand at right angles, or at 120 degrees."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

_TOLERANCE = 1e-5
_CENTRINGS = 4
_SHORT = 20  # two vectors of a cell are among so many shortest ones; the third can be a long way up


def conventional_cell(cell: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose lattice vectors for looking at a lattice.

    Parameters
    ----------
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows.

    Returns
    -------
    ndarray of int64, shape (3, 3)
        The chosen vectors as rows, in those of `cell`, right-handed: those of a cubic, hexagonal (or rhombohedral, on
        hexagonal axes), tetragonal, orthorhombic or monoclinic cell, whichever comes first, else the three shortest
        that make up the lattice. Only the lattice is looked at, not what stands in it.

    Examples
    --------
    >>> faces = np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]])
    >>> (conventional_cell(faces) @ faces).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]
    """
    rows = _short_vectors(cell)
    places = rows @ cell
    lengths = np.linalg.norm(places, axis=1)
    cosines = places @ places.T / np.outer(lengths, lengths)
    best: tuple[float, ...] | None = None
    chosen = np.eye(3, dtype=np.int64)
    pairs = np.array(list(combinations(range(_SHORT), 2)))
    triples = np.column_stack([np.repeat(pairs, len(rows), axis=0), np.tile(np.arange(len(rows)), len(pairs))])
    triples = triples[triples[:, 2] > triples[:, 1]]
    indices = np.abs(np.rint(np.linalg.det(rows[triples]))).astype(np.int64)
    flat = np.abs(np.stack([cosines[triples[:, a], triples[:, b]] for a, b in ((0, 1), (0, 2), (1, 2))]))
    # Few have two right angles; of the rest the shortest is enough.
    likely = (indices >= 1) & (indices <= _CENTRINGS) & ((flat < _TOLERANCE).sum(axis=0) >= 2)
    bases = np.flatnonzero(indices == 1)
    likely[bases[np.argmin(lengths[triples[bases]].sum(axis=1).round(6))]] = True
    for triple, index in zip(map(tuple, triples[likely].tolist()), indices[likely].tolist(), strict=True):
        found = _sorted_out(rows, lengths, cosines, triple, index)
        if found is None:
            continue
        score = (found[0], index, round(float(lengths[list(triple)].sum()), 6), *triple)
        if best is None or score < best:
            best, chosen = score, found[1]
    return chosen if np.linalg.det(chosen @ cell) > 0 else -chosen


def _sorted_out(
    rows: NDArray[np.int64],
    lengths: NDArray[np.float64],
    cosines: NDArray[np.float64],
    triple: tuple[int, ...],
    index: int,
) -> tuple[int, NDArray[np.int64]] | None:
    """Return how well three vectors serve as a cell (0 is best) and put them in order; None if they do not."""
    first, second, third = triple  # in order of length
    pairs = list(combinations(triple, 2))
    right = {frozenset(pair): abs(cosines[pair]) < _TOLERANCE for pair in pairs}
    equal = {frozenset(pair): abs(lengths[pair[0]] / lengths[pair[1]] - 1) < _TOLERANCE for pair in pairs}
    if all(right.values()):
        centred = index == 1 or not (rows[list(triple)].sum(axis=0) % 2).any()
        all_faces = index == 4 and not any(((rows[a] + rows[b]) % 2).any() for a, b in combinations(triple, 2))
        if all(equal.values()) and ((centred and index <= 2) or all_faces):
            return 0, rows[list(triple)]
        if any(equal.values()) and centred and index <= 2:
            # The vector that differs is c.
            order = triple if equal[frozenset((first, second))] else (second, third, first)
            return 2, rows[list(order)]
        return (3, rows[list(triple)]) if index <= 2 or all_faces else None
    for across in triple:
        a, b = (one for one in triple if one != across)
        if not (right[frozenset((a, across))] and right[frozenset((b, across))]):
            continue
        cosine = cosines[a, b]
        if equal[frozenset((a, b))] and abs(abs(cosine) - 0.5) < _TOLERANCE and index in (1, 3):
            return 1, np.stack([rows[a], -np.sign(round(2 * cosine)) * rows[b], rows[across]])
        if index <= 2:
            return 4, rows[[a, across, b]]
    return (5, rows[list(triple)]) if index == 1 else None


def _short_vectors(cell: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the shortest lattice vectors, in cell vectors, one of each pair of opposite ones."""
    basis = _reduced(cell)
    steps = np.stack(np.meshgrid(*[np.arange(-3, 4)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    steps = steps[np.gcd.reduce(steps, axis=1) == 1]
    rows = steps @ basis
    places = (rows @ cell).round(6) + 0.0
    # Of two opposite ones that whose first component is positive; of equally long ones the same in every run.
    leading = np.take_along_axis(places, (places != 0).argmax(axis=1)[:, None], axis=1)[:, 0]
    rows, places = rows[leading > 0], places[leading > 0]
    order = np.lexsort((-places[:, 2], -places[:, 1], -places[:, 0], np.linalg.norm(places, axis=1).round(5)))
    return np.asarray(rows[order], np.int64)


def _reduced(cell: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a basis of short vectors, in cell vectors."""
    basis = np.eye(3, dtype=np.int64)
    for _ in range(1000):
        places = basis @ cell
        order = np.argsort(np.linalg.norm(places, axis=1), kind="stable")
        basis, places = basis[order], places[order]
        # The longest vector less what the two others can take off it.
        near = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        guess = np.rint(np.linalg.lstsq(places[:2].T, places[2], rcond=None)[0]).astype(np.int64)
        tried = [basis[2] - (guess[0] + i) * basis[0] - (guess[1] + j) * basis[1] for i, j in near]
        tried += [basis[1] - round(float(places[1] @ places[0] / (places[0] @ places[0]))) * basis[0]]
        lengths = [float(np.linalg.norm(one @ cell)) for one in tried]
        third = int(np.argmin(lengths[:-1]))
        if lengths[-1] < np.linalg.norm(places[1]) * (1 - 1e-9):
            basis[1] = tried[-1]
        elif lengths[third] < np.linalg.norm(places[2]) * (1 - 1e-9):
            basis[2] = tried[third]
        else:
            break
    return basis
