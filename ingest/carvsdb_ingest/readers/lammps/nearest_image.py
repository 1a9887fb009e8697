"""The minimum image: which image of an atom a bond goes to, in unit cells of any shape."""

import numpy as np
from numpy.typing import NDArray

AMBIGUOUS = 1.02
NEXT_IMAGE = 1.1


def reduced_basis(cell: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a basis of short vectors of a lattice.

    Parameters
    ----------
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows.

    Returns
    -------
    ndarray of int64, shape (3, 3)
        ``result @ cell`` are shortest lattice vectors (Minkowski reduced), as rows.

    References
    ----------
    .. [1] Semaev, Lect. Notes Comput. Sci. 2146, 181 (2001), doi:10.1007/3-540-44670-2_13

    Examples
    --------
    >>> reduced_basis(np.array([[1.0, 0, 0], [3.1, 1, 0], [0, 0, 1]])).tolist()
    [[1, 0, 0], [0, 0, 1], [-3, 1, 0]]
    """
    basis = np.eye(3, dtype=np.int64)
    steps = np.array([(u, v) for u in (-1, 0, 1) for v in (-1, 0, 1)], np.int64)
    for _ in range(1000):
        vectors = basis @ cell
        order = np.argsort(np.einsum("ij,ij->i", vectors, vectors), kind="stable")
        basis, vectors = basis[order], vectors[order]
        # First the two short ones against each other, then the long one against both.
        pair = np.rint(vectors[1] @ vectors[0] / (vectors[0] @ vectors[0])).astype(np.int64)
        if pair:
            basis[1] -= pair * basis[0]
            continue
        near = np.rint(np.linalg.lstsq(vectors[:2].T, vectors[2], rcond=None)[0]).astype(np.int64) + steps
        lengths = np.linalg.norm(vectors[2] - near @ vectors[:2], axis=1)
        best = near[lengths.argmin()]
        if lengths.min() >= np.linalg.norm(vectors[2]) * (1 - 1e-12):
            break
        basis[2] -= best @ basis[:2]
    return basis


def nearest_images(
    positions: NDArray[np.float64],
    cell: NDArray[np.float64],
    pairs: NDArray[np.int64],
    links: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Choose the images that bonds between pairs of atoms go to: the nearest.

    Parameters
    ----------
    positions : ndarray of float64, shape (n, 3)
        Fractional coordinates.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    pairs : ndarray of int64, shape (m, 2)
        Distinct pairs of atoms; an atom with itself means its own image.
    links : ndarray of int64, shape (m,)
        How often each pair is listed.

    Returns
    -------
    rows : ndarray of int64, shape (k, 5)
        Edges ``(src, dst, u, v, w)``.
    multiplicity : ndarray of int64, shape (k,)
    doubtful : int
        How many pairs have another image at practically the same distance that no bond goes to.

    Notes
    -----
    A pair listed several times goes to as many images if these are about as near as the nearest (within
    10 %), as in small cells; otherwise the links are parallel.
    """
    short = reduced_basis(cell)
    steps = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), -1).reshape(-1, 3) @ short
    apart = positions[pairs[:, 1]] - positions[pairs[:, 0]]
    base = -np.rint(apart @ np.linalg.inv(short.astype(np.float64))).astype(np.int64) @ short
    rows, multiplicity, doubtful = [], [], 0
    for start in range(0, len(pairs), 10_000):
        part = slice(start, start + 10_000)
        offsets = base[part, None, :] + steps
        lengths = np.linalg.norm((apart[part, None, :] + offsets) @ cell, axis=2)
        own = pairs[part, 0] == pairs[part, 1]
        # Of an atom's own images only one of each opposite pair, and not itself.
        first = np.take_along_axis(offsets, (offsets != 0).argmax(axis=2)[..., None], 2)[..., 0]
        lengths[own[:, None] & (first <= 0)] = np.inf
        order = np.argsort(lengths, axis=1, kind="stable")
        lengths = np.take_along_axis(lengths, order, 1)
        for row, (src, dst) in enumerate(pairs[part].tolist()):
            count = int(links[start + row])
            images = count if count < 27 and lengths[row, count - 1] <= NEXT_IMAGE * lengths[row, 0] else 1
            for index in order[row, :images]:
                rows.append((src, dst, *offsets[row, index].tolist()))
                multiplicity.append(1 if images > 1 else count)
            doubtful += bool(lengths[row, images] <= AMBIGUOUS * lengths[row, images - 1])
    return np.array(rows, np.int64).reshape(-1, 5), np.array(multiplicity, np.int64), doubtful
