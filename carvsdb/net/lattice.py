"""Integer lattices: Hermite bases and the cells of a sublattice."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def hermite_basis(vectors: ArrayLike) -> NDArray[np.int64]:
    """Return the Hermite basis of the lattice that integer vectors span.

    Parameters
    ----------
    vectors : array_like of int, shape (n, d)
        Generators as rows, in any number and order.

    Returns
    -------
    ndarray of int64, shape (rank, d)
        Rows in echelon form with positive pivots; entries above a pivot are non-negative and below it.
        Two sets of generators span the same lattice iff their bases are equal.

    Examples
    --------
    >>> hermite_basis([[2, 0], [0, 2], [1, 1]]).tolist()
    [[1, 1], [0, 2]]
    """
    array = np.asarray(vectors, np.int64)
    dimension = array.shape[1]
    if not array.any():  # as for every molecule: sorting nothing costs more than finding the molecule
        return np.zeros((0, dimension), np.int64)
    # Duplicates and zeros are most of what a big cell gives; Python integers cannot overflow.
    rows: list[list[int]] = [row for row in np.unique(array, axis=0).tolist() if any(row)]
    basis: list[list[int]] = []
    for column in range(dimension):
        active = [row for row in rows if row[column]]
        rows = [row for row in rows if not row[column]]
        while len(active) > 1:
            pivot = min(active, key=lambda row: abs(row[column]))
            remaining = [pivot]
            for row in active:
                if row is pivot:
                    continue
                factor = row[column] // pivot[column]
                reduced = [a - factor * b for a, b in zip(row, pivot, strict=True)]
                if reduced[column]:
                    remaining.append(reduced)
                elif any(reduced):
                    rows.append(reduced)
            active = remaining
        if active:
            row = active[0]
            basis.append([-a for a in row] if row[column] < 0 else row)
    for index, row in enumerate(basis):
        pivot_column = next(column for column, value in enumerate(row) if value)
        for above in range(index):
            factor = basis[above][pivot_column] // row[pivot_column]
            basis[above] = [a - factor * b for a, b in zip(basis[above], row, strict=True)]
    return np.array(basis, np.int64).reshape(len(basis), dimension)


def reduce_into(basis: NDArray[np.int64], vectors: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split vectors into a part in the lattice and a rest in its fundamental box.

    Parameters
    ----------
    basis : ndarray of int64, shape (d, d)
        A Hermite basis of full rank.
    vectors : ndarray of int64, shape (n, d)

    Returns
    -------
    coefficients, rest : ndarrays of int64, shape (n, d)
        ``vectors = coefficients @ basis + rest`` with ``0 <= rest[:, i] < basis[i, i]``.
    """
    rest = np.array(vectors, np.int64)
    coefficients = np.zeros_like(rest)
    for index in range(len(basis)):
        coefficients[:, index] = np.floor_divide(rest[:, index], basis[index, index])
        rest -= coefficients[:, index, None] * basis[index]
    return coefficients, rest
