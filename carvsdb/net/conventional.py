"""Conventional cells: the small cell of a lattice whose vectors stand at right angles, or at 120 degrees."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

_TOLERANCE = 1e-5
_CENTRINGS = 4
_NEAR = 256  # among so many shortest triples is a basis of nearly every lattice
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
    angles = np.abs(np.stack([cosines[triples[:, a], triples[:, b]] for a, b in ((0, 1), (0, 2), (1, 2))]))
    n_right = (angles < _TOLERANCE).sum(axis=0)
    sums = lengths[triples].sum(axis=1).round(6)
    # Few have two right angles; of the rest the shortest is enough.
    likely = np.append(np.flatnonzero(n_right >= 2), _shortest_basis(rows, triples, sums))
    indices = _indices(rows[triples[likely]])
    # The best that each could be; what cannot be better than what was found is not looked at.
    least = np.where(n_right[likely] == 3, 0, 1)
    for place in np.lexsort((sums[likely], indices, least)).tolist():
        index, total = int(indices[place]), float(sums[likely[place]])
        if not 1 <= index <= _CENTRINGS or (best is not None and (int(least[place]), index, total) > best[:3]):
            continue
        triple = tuple(triples[likely[place]].tolist())
        found = _sorted_out(rows, lengths, cosines, triple, index)
        if found is None:
            continue
        score = (found[0], index, total, *triple)
        if best is None or score < best:
            best, chosen = score, found[1]
    return chosen if np.linalg.det(chosen @ cell) > 0 else -chosen


def _indices(vectors: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many lattice points the cells of some triples of vectors hold, shape (n, 3, 3)."""
    return np.asarray(np.abs(np.rint(np.linalg.det(vectors))), np.int64)


def _shortest_basis(rows: NDArray[np.int64], triples: NDArray[np.int64], sums: NDArray[np.float64]) -> int:
    """Return the place of the triple with the shortest vectors that make up the lattice; of several the first."""
    near = np.flatnonzero(sums <= np.partition(sums, _NEAR)[_NEAR])
    for places in (near, np.arange(len(sums))):
        bases = places[_indices(rows[triples[places]]) == 1]
        if len(bases):
            break
    return int(bases[np.argmin(sums[bases])])


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
