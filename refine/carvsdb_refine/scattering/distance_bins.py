"""Into which bin the distance of two atoms falls: in single precision where that is enough, exactly where it is not.

Fractions of the cell are kept as 32-bit whole numbers, whose overflow is the nearest image, and distances are worked
out in single precision, many side by side. That leaves an error of about 1e-3 bins of 0.02 Å: a distance nearer to the
edge of a bin than the error allows is worked out again in double precision. So the bins are those of double precision.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part, inlined

Floats = NDArray[np.float64]

# Distances are worked out in blocks of this many.
BLOCK = 512
_FIXED = 4294967296.0
# Single precision: conversion, products, sums and root together err by less than this part of the longest distance.
_SINGLE = 6e-7


@dataclass(frozen=True, slots=True, eq=False)
class BinRule:
    """How distances in a cell are binned.

    Attributes
    ----------
    cell, inverse : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å, and the inverse of that matrix.
    bins_per_length : float
        In Å⁻¹.
    n_bins : int
        Bins that count; bin numbers beyond mean nothing but "too far".
    width : int
        No bin number reaches this one.
    single : ndarray of float32, shape (3, 3)
        Lattice vectors in units of bins per 2^-32 of the cell, turned so that the upper triangle is 0.
    slack : float
        Nearer than this to the edge of a bin, in bins, single precision cannot tell.
    """

    cell: Floats
    inverse: Floats
    bins_per_length: float
    n_bins: int
    width: int
    single: NDArray[np.float32]
    slack: float

    @classmethod
    def of(cls, cell: Floats, bin_width: float, n_bins: int) -> "BinRule":
        """Prepare the rule."""
        # Any frame will do for distances; in this one a third of the products vanish.
        lower = np.linalg.cholesky(cell @ cell.T).astype(np.float64)
        longest = float(np.linalg.norm(np.abs(lower).sum(axis=0) / 2)) / bin_width
        # With right angles no part of a distance is longer than it, and what is beyond the bins need not be told.
        if np.abs(np.tril(lower, -1)).max() < 1e-9 * longest * bin_width:
            longest_told = min(longest, n_bins + 1.0)
        else:
            longest_told = longest
        inverse: Floats = np.linalg.inv(cell).astype(np.float64)
        return cls(
            np.ascontiguousarray(cell),
            inverse,
            1 / bin_width,
            n_bins,
            max(n_bins + 1, int(longest * 1.001) + 2),
            (lower / _FIXED / bin_width).astype(np.float32),
            _SINGLE * longest_told,
        )


@compiled
def write_fractions(positions: Floats, inverse: Floats, fractions: Floats, fixed: NDArray[np.int32]) -> None:
    """Write fractional coordinates from 0 up to 1, shape (3, n), and the same as whole numbers of 2^-32.

    They are worked out atom by atom, so that they are the same for one atom as for all of them.
    """
    for k in range(positions.shape[0]):
        x, y, z = positions[k, 0], positions[k, 1], positions[k, 2]
        for axis in range(3):
            value = x * inverse[0, axis] + y * inverse[1, axis] + z * inverse[2, axis]
            value -= np.floor(value)
            # A tiny negative number is wrapped to 1.0 itself.
            if value >= 1.0:
                value = 0.0
            fractions[axis, k] = value
            fixed[axis, k] = np.int32(np.int64(value * _FIXED))


@inlined
def _nearest_image(difference: float) -> float:
    """Return a difference of two fractional coordinates, moved to within half a cell."""
    nearest: float = difference - np.rint(difference)
    return nearest


@compiled_part
def exact_bin(
    u: float, v: float, w: float, others: Floats, other: int, cell: Floats, bins_per_length: float, n_bins: int
) -> int:
    """Return the bin of the distance from a place to one of others, shape (3, n), by their fractions."""
    u = _nearest_image(others[0, other] - u)
    v = _nearest_image(others[1, other] - v)
    w = _nearest_image(others[2, other] - w)
    x = u * cell[0, 0] + v * cell[1, 0] + w * cell[2, 0]
    y = u * cell[0, 1] + v * cell[1, 1] + w * cell[2, 1]
    z = u * cell[0, 2] + v * cell[1, 2] + w * cell[2, 2]
    return int(min(sqrt(x * x + y * y + z * z) * bins_per_length, float(n_bins)))


@inlined
def _distance(
    u: np.int32,
    v: np.int32,
    w: np.int32,
    u_0: np.int32,
    v_0: np.int32,
    w_0: np.int32,
    single: NDArray[np.float32],
) -> np.float32:
    """Return the distance of two places in bins, in single precision, by their fractions as whole numbers."""
    # The difference of two 32-bit fractions overflows to the nearest image.
    x, y, z = np.float32(np.int32(u - u_0)), np.float32(np.int32(v - v_0)), np.float32(np.int32(w - w_0))
    first = x * single[0, 0] + y * single[1, 0] + z * single[2, 0]
    second = y * single[1, 1] + z * single[2, 1]
    third = z * single[2, 2]
    distance: np.float32 = np.sqrt(first * first + second * second + third * third)
    return distance


@compiled_part
def write_bins(
    u_0: np.int32,
    v_0: np.int32,
    w_0: np.int32,
    fixed: NDArray[np.int32],
    begin: int,
    count: int,
    single: NDArray[np.float32],
    slack: float,
    bins: NDArray[np.int32],
) -> None:
    """Write the bins of the distances from a place to others; -1 where the edge of a bin is too near to tell."""
    u_others = fixed[0, begin : begin + count]
    v_others = fixed[1, begin : begin + count]
    w_others = fixed[2, begin : begin + count]
    half, limit = np.float32(0.5), np.float32(0.5 - slack)
    for k in range(count):
        distance = _distance(u_others[k], v_others[k], w_others[k], u_0, v_0, w_0, single)
        whole = np.int32(distance)
        bins[k] = whole if abs(distance - np.float32(whole) - half) < limit else -1


@inlined
def _straight_distance(
    u: np.int32,
    v: np.int32,
    w: np.int32,
    u_0: np.int32,
    v_0: np.int32,
    w_0: np.int32,
    along_u: np.float32,
    along_v: np.float32,
    along_w: np.float32,
) -> np.float32:
    """Return what `_distance` does, to the last bit, in a cell with right angles: without the products with 0."""
    x = np.float32(np.int32(u - u_0)) * along_u
    y = np.float32(np.int32(v - v_0)) * along_v
    z = np.float32(np.int32(w - w_0)) * along_w
    distance: np.float32 = np.sqrt(x * x + y * y + z * z)
    return distance


@inlined
def _place(
    distance: np.float32, half: np.float32, limit: np.float32, beyond: np.int32, base: np.int32
) -> int | np.int32:
    """Return the bin of a distance, at most `beyond`, added to a base; -1 where single precision cannot tell."""
    whole = np.int32(distance)
    return base + min(whole, beyond) if abs(distance - np.float32(whole) - half) < limit else -1


@compiled_part
def write_places(
    u_0: np.int32,
    v_0: np.int32,
    w_0: np.int32,
    u_1: np.int32,
    v_1: np.int32,
    w_1: np.int32,
    fixed: NDArray[np.int32],
    begin: int,
    count: int,
    single: NDArray[np.float32],
    slack: float,
    beyond: np.int32,
    bases: NDArray[np.int32],
    before: NDArray[np.int32],
    after: NDArray[np.int32],
) -> None:
    """Write bins as `write_bins` from an old and from a new place, each added to the other's base.

    No bin is farther than `beyond`. Both places at once, since what is known of the others is loaded once.
    """
    u_others = fixed[0, begin : begin + count]
    v_others = fixed[1, begin : begin + count]
    w_others = fixed[2, begin : begin + count]
    row = bases[begin : begin + count]
    half, limit = np.float32(0.5), np.float32(0.5 - slack)
    if single[1, 0] == 0 and single[2, 0] == 0 and single[2, 1] == 0:
        a, b, c = single[0, 0], single[1, 1], single[2, 2]
        for k in range(count):
            u, v, w, base = u_others[k], v_others[k], w_others[k], row[k]
            before[k] = _place(_straight_distance(u, v, w, u_0, v_0, w_0, a, b, c), half, limit, beyond, base)
            after[k] = _place(_straight_distance(u, v, w, u_1, v_1, w_1, a, b, c), half, limit, beyond, base)
        return
    for k in range(count):
        u, v, w, base = u_others[k], v_others[k], w_others[k], row[k]
        before[k] = _place(_distance(u, v, w, u_0, v_0, w_0, single), half, limit, beyond, base)
        after[k] = _place(_distance(u, v, w, u_1, v_1, w_1, single), half, limit, beyond, base)
