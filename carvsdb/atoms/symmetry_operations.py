"""Symmetry operations as arrays: from text, closed as a group, compared with each other and with a cell."""

import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import gemmi
import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError

Operations = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Rotations (n, 3, 3) and translations (n, 3): ``image = rotation @ position + translation``, fractional."""

MOST_OPERATIONS = 192
"""Operations of a space group in a conventional cell, at most."""

IDENTITY = "x,y,z"

_TERM = re.compile(r"([+-]?)(\d+(?:\.\d*)?|\.\d+)?(?:/(\d+))?\*?([xyz])?")
_SEVERAL_CELLS = 4 * MOST_OPERATIONS
_GRID = 10_000
_METRIC = 0.02


@lru_cache(maxsize=4096)
def parse_operation(text: str) -> tuple[tuple[tuple[int, ...], ...], tuple[float, ...]]:
    """Read an operation such as ``-y, x-y, z+1/3``; the time reversal of a magnetic one is left out.

    Decimals are taken for the fraction with a denominator of at most 24 that they round.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> parse_operation("1/2+X, -y, 0.6667+Z")
    (((1, 0, 0), (0, -1, 0), (0, 0, 1)), (0.5, 0.0, 0.6666666666666666))
    """
    parts = "".join(text.lower().split()).strip("'\";").replace(";", ",").split(",")
    if len(parts) == 4 and parts[3] in ("+1", "-1", "1", "m", "-m"):
        parts.pop()
    if len(parts) != 3 or len(text) > 200:
        raise _no_operation(text)
    found = list(filter(None, map(_row, parts)))
    rows = tuple(row for row, _ in found)
    if len(rows) != 3 or max(abs(number) for row in rows for number in row) > 2 or abs(_determinant(rows)) != 1:
        raise _no_operation(text)
    return rows, tuple(shift for _, shift in found)


@lru_cache(maxsize=4096)
def _row(part: str) -> tuple[tuple[int, ...], float] | None:
    """Read one coordinate of an image, such as ``x-y+1/3``: how many of each coordinate, and the shift."""
    row, shift, place = [0, 0, 0], Fraction(0), 0
    while place < len(part):
        term = _TERM.match(part, place)
        if term is None or not (term[2] or term[4]) or (place and not term[1]):
            return None
        place = term.end()
        size = _fraction(term[2] or "1", term[3]) * (-1 if term[1] == "-" else 1)
        if term[4] is None:
            shift += size
        elif size.denominator == 1 and abs(size) <= 2:
            row["xyz".index(term[4])] += int(size)
        else:
            return None
    return tuple(row), float(shift)


def _determinant(rows: Sequence[Sequence[int]]) -> int:
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def _fraction(number: str, divisor: str | None) -> Fraction:
    value = Fraction(number) / (int(divisor or 1) or 10**9)
    simple = value.limit_denominator(24)
    return simple if abs(value - simple) < Fraction(2, 1000) else value


def _no_operation(text: str) -> InputError:
    shown = ascii(text if len(text) <= 40 else text[:37] + "...")
    return InputError(f"{shown} is no symmetry operation; expected such as -x, y+1/2, -z")


def operations_of_texts(texts: tuple[str, ...]) -> Operations:
    """Return operations as arrays, in their order."""
    found = [parse_operation(text) for text in texts]
    return np.array([rotation for rotation, _ in found], np.float64), np.array([shift for _, shift in found])


def texts_of_operations(operations: Operations) -> tuple[str, ...]:
    """Write operations as ``x,y,z`` and so on."""
    texts = []
    for rotation, translation in zip(operations[0].astype(int).tolist(), operations[1].tolist(), strict=True):
        parts = []
        for row, shift in zip(rotation, translation, strict=True):
            letters = "".join(
                f"{'-' if size < 0 else '+'}{letter}" for size, letter in zip(row, "xyz", strict=True) if size
            )
            fraction = Fraction(shift % 1.0).limit_denominator(1000)
            parts.append(letters + (f"+{fraction}" if fraction else ""))
        texts.append(",".join(parts))
    return tuple(texts)


def operations_of_hall(hall: str) -> Operations:
    """Return the operations of a Hall symbol, the identity first, centring included.

    Raises
    ------
    ValueError, RuntimeError
        If there is no such symbol.
    """
    return _of_gemmi(list(gemmi.symops_from_hall(hall)))


@lru_cache(maxsize=1024)
def operations_of_setting(hall: str) -> Operations:
    """Return the operations of a setting of the table, by its Hall symbol; the arrays are read-only."""
    rotations, translations = operations_of_hall(hall)
    rotations.flags.writeable = translations.flags.writeable = False
    return rotations, translations


def _of_gemmi(found: list[gemmi.Op]) -> Operations:
    found = sorted(found, key=lambda operation: operation.triplet() != IDENTITY)
    scale = gemmi.Op.DEN
    rotations = np.array([one.rot for one in found], np.float64) / scale
    return rotations, np.array([one.tran for one in found], np.float64) / scale


def codes(operations: Operations) -> NDArray[np.int64]:
    """Return a number for each operation: the same for the same operation up to lattice translations."""
    rotations, translations = operations
    digits = np.rint(rotations).astype(np.int64).reshape(-1, 9) + 2
    if digits.min(initial=0) < 0 or digits.max(initial=0) > 4:
        raise InputError("an operation does not belong to the lattice of the cell")
    steps = np.rint(translations * _GRID).astype(np.int64) % _GRID
    code: NDArray[np.int64] = digits @ 5 ** np.arange(9, dtype=np.int64)
    for axis in range(3):
        code = code * _GRID + steps[:, axis]
    return code


def distinct(operations: Operations) -> Operations:
    """Leave out operations that are listed again, and put the identity first."""
    _, first = np.unique(codes(operations), return_index=True)
    first.sort()
    rotations, translations = operations[0][first], operations[1][first]
    away = np.abs(translations - np.rint(translations)).max(axis=1) > 1e-4
    unit = ~away & (rotations == np.eye(3)).all(axis=(1, 2))
    order = np.argsort(~unit, kind="stable")
    return rotations[order], translations[order]


def products(first: Operations, second: Operations) -> Operations:
    """Return all products of two lists of operations."""
    rotations = np.einsum("aij,bjk->abik", first[0], second[0]).reshape(-1, 3, 3)
    translations = np.einsum("aij,bj->abi", first[0], second[1]) + first[1][:, None, :]
    return rotations, translations.reshape(-1, 3)


def closure(operations: Operations) -> Operations | None:
    """Return the group that operations generate, those given first; None if it has more than 192 operations."""
    rotations, translations = operations
    group = distinct((np.concatenate([rotations, np.eye(3)[None]]), np.concatenate([translations, np.zeros((1, 3))])))
    while True:
        if len(group[0]) > MOST_OPERATIONS:
            return None
        rotations, translations = products(group, group)
        if np.abs(rotations).max() > 2:
            return None
        more = distinct((np.concatenate([group[0], rotations]), np.concatenate([group[1], translations])))
        if len(more[0]) == len(group[0]):
            return group
        if len(more[0]) > _SEVERAL_CELLS:
            return None
        group = more


def same_operations(first: Operations, second: Operations) -> bool:
    """Tell whether two lists hold the same operations."""
    return np.array_equal(np.unique(codes(first)), np.unique(codes(second)))


def hold(group: Operations, operations: Operations) -> bool:
    """Tell whether a group holds all of these operations."""
    return bool(np.isin(codes(operations), codes(group)).all())


def centring(operations: Operations) -> int:
    """Return how many lattice points a cell has."""
    rotations, _ = operations
    return int((rotations == np.eye(3)).all(axis=(1, 2)).sum())


def same_class(first: Operations, second: Operations) -> bool:
    """Tell whether two groups have the same kinds of rotation: whether they are of one crystal class."""
    return _kinds(first) == _kinds(second)


def _kinds(operations: Operations) -> Counter[tuple[int, int]]:
    rotations = np.unique(np.rint(operations[0]).astype(np.int64), axis=0)
    traces = np.trace(rotations, axis1=1, axis2=2)
    signs = np.rint(np.linalg.det(rotations)).astype(np.int64)
    return Counter(zip(traces.tolist(), signs.tolist(), strict=True))


def number_of(operations: Operations) -> int | None:
    """Return the number of the space group of operations, where gemmi's table has the setting."""
    rotations, translations = operations
    steps = translations * gemmi.Op.DEN
    if np.abs(steps - np.rint(steps)).max(initial=0.0) > 1e-2:
        return None
    group = gemmi.find_spacegroup_by_ops(
        gemmi.GroupOps([_to_gemmi(*one) for one in zip(rotations, steps, strict=True)])
    )
    return None if group is None else int(group.number)


def _to_gemmi(rotation: NDArray[np.float64], steps: NDArray[np.float64]) -> gemmi.Op:
    operation = gemmi.Op()
    operation.rot = (np.rint(rotation).astype(int) * gemmi.Op.DEN).tolist()
    operation.tran = (np.rint(steps).astype(int) % gemmi.Op.DEN).tolist()
    return operation


def metric_change(rotations: NDArray[np.float64], cell: NDArray[np.float64], dimension: int = 3) -> float:
    """Return by how much rotations (fractional) change the metric of a cell (rows, Å), relative to its lengths."""
    vectors = cell[:dimension]
    metric = vectors @ vectors.T
    turned = rotations[:, :dimension, :dimension]
    images = np.einsum("nji,jk,nkl->nil", turned, metric, turned)
    lengths = np.sqrt(np.diag(metric))
    return float((np.abs(images - metric) / np.outer(lengths, lengths)).max())


def keeps_metric(rotations: NDArray[np.float64], cell: NDArray[np.float64], dimension: int = 3) -> bool:
    """Tell whether a cell (rows, Å) has the symmetry of rotations (fractional), within 2 %."""
    return metric_change(rotations, cell, dimension) <= _METRIC
