"""Small matrices of residues: many at once, since a frame is a matrix and a net can have thousands of frames."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def determinants(matrices: Integers, prime: int) -> Integers:
    """Return the determinants of square matrices modulo a prime below 2^31.

    Parameters
    ----------
    matrices : ndarray of int64, shape (..., n, n)
        Residues; n is at most 3, the periodicity of a net.
    prime : int

    Returns
    -------
    ndarray of int64, shape (...)
        Residues.

    Examples
    --------
    >>> determinants(np.array([[[1, 2], [3, 4]], [[2, 4], [1, 2]]]), 7).tolist()
    [5, 0]
    """
    size = matrices.shape[-1]
    total = np.zeros(matrices.shape[:-2], np.int64)
    if size == 0:
        return total + 1
    cofactors = _adjugates(matrices, prime)[..., :, 0]
    for column in range(size):
        total = (total + matrices[..., 0, column] * cofactors[..., column]) % prime
    return total


def inverse_matrices(matrices: Integers, prime: int) -> tuple[Integers, NDArray[np.bool_]]:
    """Invert square matrices modulo a prime below 2^31.

    Parameters
    ----------
    matrices : ndarray of int64, shape (..., n, n)
        Residues; n is at most 3.
    prime : int

    Returns
    -------
    inverses : ndarray of int64, shape (..., n, n)
        Zeros for one that has none.
    are_regular : ndarray of bool, shape (...)

    Examples
    --------
    >>> inverse, is_regular = inverse_matrices(np.array([[1, 2], [3, 4]]), 7)
    >>> (np.array([[1, 2], [3, 4]]) @ inverse % 7).tolist(), bool(is_regular)
    ([[1, 0], [0, 1]], True)
    """
    determinant = determinants(matrices, prime)
    factor = _powers(determinant, prime - 2, prime)
    return _adjugates(matrices, prime) * factor[..., None, None] % prime, determinant != 0


def _adjugates(matrices: Integers, prime: int) -> Integers:
    size = matrices.shape[-1]
    answer = np.ones_like(matrices)
    for row in range(size if size > 1 else 0):
        for column in range(size):
            # The signs of cofactors of 3 x 3 matrices come from the cyclic order of what is left; 2 x 2 need them.
            if size == 3:
                (a, b), (c, d) = ((row + 1) % 3, (row + 2) % 3), ((column + 1) % 3, (column + 2) % 3)
                value = matrices[..., a, c] * matrices[..., b, d] % prime
                value = value - matrices[..., a, d] * matrices[..., b, c] % prime
            else:
                value = matrices[..., 1 - row, 1 - column] * (1 if row == column else -1)
            answer[..., column, row] = value % prime
    return answer


def _powers(values: Integers, exponent: int, prime: int) -> Integers:
    """Raise residues to a power; by Fermat that of the prime less two is the inverse."""
    result = np.ones_like(values)
    while exponent:
        if exponent & 1:
            result = result * values % prime
        values = values * values % prime
        exponent >>= 1
    return result
