"""Keys as text: a net in its normal form, ``ck1:D i j o1..oD i j o1..oD ...``, vertices from 1.

A key *is* the net: two nets with one key are isomorphic, however the key was found.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError, RefusedError
from carvsdb.net import Net

VERSION = "ck1"
_LARGEST = 2**31 - 1


def write_key(rows: NDArray[np.int64], dimension: int) -> str:
    """Write edges that are in canonical order and direction as a key.

    The lattice basis becomes the one in which the matrix of offsets is in Hermite normal form (by columns); edges
    are then sorted.

    Parameters
    ----------
    rows : ndarray of int64, shape (n_edges, 2 + dimension)
        ``(src, dst, *offset)``, vertices from 0, ``src <= dst``.
    dimension : int

    Raises
    ------
    RefusedError
        If offsets do not fit 32-bit integers.

    Examples
    --------
    >>> write_key(np.array([[0, 0, 1, 1], [0, 0, 0, 1]]), 2)
    'ck1:2 1 1 0 1 1 1 1 0'
    """
    offsets = _hermite_by_columns(rows[:, 2:])
    listed = []
    for (src, dst), offset in zip(rows[:, :2].tolist(), offsets, strict=True):
        if src == dst and next((value for value in offset if value), 1) < 0:
            offset = [-value for value in offset]
        listed.append((src + 1, dst + 1, *offset))
    listed.sort()
    return " ".join([f"{VERSION}:{dimension}", *(str(value) for row in listed for value in row)])


def _hermite_by_columns(offsets: NDArray[np.int64]) -> list[list[int]]:
    """Change the lattice basis so that offsets are in column-style Hermite normal form."""
    dimension = offsets.shape[1]
    basis = [[int(row == column) for column in range(dimension)] for row in range(dimension)]
    rows = offsets.tolist()
    n_fixed = 0
    for row in rows:
        if n_fixed == dimension:
            break
        values = _times(row, basis)
        if not any(values[n_fixed:]):
            continue
        # Euclid's algorithm on the free columns leaves one number in the first of them.
        while any(values[n_fixed + 1 :]):
            free = range(n_fixed, dimension)
            small = min((column for column in free if values[column]), key=lambda column: abs(values[column]))
            _swap(basis, values, n_fixed, small)
            for column in range(n_fixed + 1, dimension):
                _subtract(basis, values, column, n_fixed, values[column] // values[n_fixed])
        if values[n_fixed] < 0:
            values[n_fixed] *= -1
            for line in basis:
                line[n_fixed] *= -1
        for column in range(n_fixed):
            _subtract(basis, values, column, n_fixed, values[column] // values[n_fixed])
        n_fixed += 1
    largest = max((abs(value) for line in basis for value in line), default=0)
    bound = largest * int(np.abs(offsets).max(initial=0)) * max(dimension, 1)
    if bound < 2**62:
        exact = offsets @ np.array(basis, np.int64).reshape(dimension, dimension)
        if np.abs(exact).max(initial=0) > _LARGEST:
            raise _too_far()
        return [[int(value) for value in row] for row in exact]
    found = [_times(row, basis) for row in rows]
    if any(abs(value) > _LARGEST for row in found for value in row):
        raise _too_far()
    return found


def _too_far() -> RefusedError:
    return RefusedError("offsets of the key do not fit 32-bit integers; is this a net of a material?")


def _times(row: list[int], basis: list[list[int]]) -> list[int]:
    return [sum(a * line[column] for a, line in zip(row, basis, strict=True)) for column in range(len(basis))]


def _swap(basis: list[list[int]], values: list[int], first: int, second: int) -> None:
    for line in (*basis, values):
        line[first], line[second] = line[second], line[first]


def _subtract(basis: list[list[int]], values: list[int], column: int, other: int, factor: int) -> None:
    """Subtract a multiple of the column `other` from a column."""
    for line in (*basis, values):
        line[column] -= factor * line[other]


def read_key(text: str) -> tuple[int, list[list[int]]]:
    """Return periodicity and edges (vertices from 1) of a key, or of the text of a ``key`` line.

    Raises
    ------
    InputError
        If it is no list ``D i j o1..oD ...``.

    Examples
    --------
    >>> read_key("ck1:2 1 1 0 1 1 1 1 0")
    (2, [[1, 1, 0, 1], [1, 1, 1, 0]])
    """
    words = text.removeprefix(f"{VERSION}:").split()
    try:
        numbers = [int(word) for word in words]
    except ValueError:
        raise InputError("a key is a list of whole numbers D i j o1..oD ...") from None
    if not numbers or not 0 <= numbers[0] <= 3:
        raise InputError("a key begins with the number of periodic directions, 0 to 3")
    if any(abs(number) >= 2**31 for number in numbers):
        raise InputError("the numbers of a key must fit 32 bits")
    dimension, flat = numbers[0], numbers[1:]
    width = 2 + dimension
    if len(flat) % width:
        raise InputError(f"a key of {dimension} directions has {width} numbers an edge, got {len(flat)} numbers in all")
    edges = [flat[start : start + width] for start in range(0, len(flat), width)]
    # All vertices have edges: what a key may ask for is bounded by its length.
    if any(not 1 <= end <= 2 * len(edges) for edge in edges for end in edge[:2]):
        raise InputError("a key numbers its vertices from 1, and each of them has an edge")
    return dimension, edges


def net_of_key(key: str, name: str = "") -> Net:
    """Return the net that a key describes.

    Examples
    --------
    >>> net_of_key("ck1:2 1 1 0 1 1 1 1 0", "sql")
    <Net sql: 1 vertex, 2 edges>
    """
    _, edges = read_key(key)
    if not edges:
        return Net.from_edges(np.zeros((0, 5), np.int64), 1, name=name)
    rows = np.array(edges, np.int64)
    rows[:, :2] -= 1
    return Net.from_edges(rows, name=name)


def short_id(key: str) -> str:
    """Return a short name of a key for display: its version and 10 hex digits of its sha256.

    Examples
    --------
    >>> short_id("ck1:2 1 1 0 1 1 1 1 0")
    'ck1:e96d396762'
    """
    return f"{VERSION}:{hashlib.sha256(key.encode()).hexdigest()[:10]}"
