"""How the numbers of pairs at each distance change when a few atoms move: exact, and a scan of all atoms long.

Distances are worked out in single precision from 32-bit fixed-point fractions of the cell, whose overflow is the
nearest image. That leaves an error of about 1e-3 bins: distances nearer to the edge of a bin than the error allows are
worked out again in double precision, by the very expression of :func:`carvsdb_refine.scattering.pair_histogram`.
"""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part
from carvsdb_refine.model import AtomicModel
from carvsdb_refine.scattering.pair_counts import PairHistogram, nearest_image, pair_histogram

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BLOCK = 512
_FIXED = 4294967296.0
# Single precision: conversion, products, sums and root together err by less than this part of the longest distance.
_SINGLE = 6e-7


class PairChanges:
    """The pair counts of a configuration that changes.

    Attributes
    ----------
    histogram : PairHistogram
        Of the current configuration; its counts change in place.
    change : ndarray of int32, shape (n_pairs, at least n_bins)
        What the pending proposal adds to the counts. Columns beyond n_bins mean nothing.
    """

    def __init__(self, model: AtomicModel, bin_width: float = 0.02, r_max: float | None = None) -> None:
        self.histogram = pair_histogram(model, bin_width, r_max)
        self._r_max = r_max
        species = model.atom_to_species
        order = np.argsort(species, kind="stable")
        self._slot_of = np.empty(model.n_atoms, np.int64)
        self._slot_of[order] = np.arange(model.n_atoms)
        self._starts = np.concatenate(([0], np.cumsum(model.counts)))
        n_species = len(model.species)
        self._pair_of = np.empty((n_species, n_species), np.int64)
        first, second = np.triu_indices(n_species)
        self._pair_of[first, second] = self._pair_of[second, first] = np.arange(len(first))
        self._species = species
        self._cell = model.cell.copy()
        self._inverse: Floats = np.linalg.inv(model.cell).astype(np.float64)
        # Any frame will do for distances; in this one a third of the products vanish.
        lower = np.linalg.cholesky(model.cell @ model.cell.T).astype(np.float64)
        self._single = (lower / _FIXED / bin_width).astype(np.float32)
        longest = float(np.linalg.norm(np.abs(lower).sum(axis=0) / 2)) / bin_width
        n_bins = self.histogram.pair_counts.shape[1]
        self._slack = _SINGLE * longest
        self.change = np.zeros((len(first), max(n_bins + 1, int(longest * 1.001) + 2)), np.int32)
        self._fractions, self._fixed = np.empty((3, model.n_atoms)), np.empty((3, model.n_atoms), np.int32)
        _fractions_of(model.positions[order], self._inverse, self._fractions, self._fixed)
        self._pending: tuple[Integers, Floats, NDArray[np.int32]] | None = None

    def propose(self, atoms: Integers, positions: Floats) -> None:
        """Work out `change` for some atoms, shape (k,), that move to positions, shape (k, 3)."""
        slots = self._slot_of[atoms]
        fractions, fixed = np.empty((3, len(slots))), np.empty((3, len(slots)), np.int32)
        _fractions_of(positions, self._inverse, fractions, fixed)
        self.change[:] = 0
        _change(
            self._fractions,
            self._fixed,
            self._starts,
            slots,
            self._species[atoms],
            fractions,
            fixed,
            self._pair_of,
            self._single,
            self._cell,
            1 / self.histogram.bin_width,
            self._slack,
            self.histogram.pair_counts.shape[1],
            self.change,
        )
        self._pending = (slots, fractions, fixed)

    def accept(self) -> None:
        """Make the pending proposal the current configuration."""
        assert self._pending is not None
        slots, fractions, fixed = self._pending
        self._fractions[:, slots] = fractions
        self._fixed[:, slots] = fixed
        counts = self.histogram.pair_counts
        counts += self.change[:, : counts.shape[1]]
        self._pending = None

    def reject(self) -> None:
        """Forget the pending proposal."""
        self._pending = None

    def recount(self, model: AtomicModel) -> PairHistogram:
        """Count the pairs of a model afresh, on the same bins."""
        return pair_histogram(model, self.histogram.bin_width, self._r_max)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the counts; all else follows from the positions."""
        return {"pair_counts": self.histogram.pair_counts.copy()}


@compiled
def _fractions_of(positions: Floats, inverse: Floats, fractions: Floats, fixed: NDArray[np.int32]) -> None:
    """Write fractional coordinates from 0 up to 1, shape (3, n), and the same as whole numbers of 2^-32."""
    for k in range(positions.shape[0]):
        for axis in range(3):
            value = (
                positions[k, 0] * inverse[0, axis]
                + positions[k, 1] * inverse[1, axis]
                + positions[k, 2] * inverse[2, axis]
            )
            value -= np.floor(value)
            if value >= 1.0:
                value = 0.0
            fractions[axis, k] = value
            fixed[axis, k] = np.int32(np.int64(value * _FIXED))


@compiled_part
def _exact_bin(
    u: float, v: float, w: float, others: Floats, other: int, cell: Floats, bins_per_length: float, n_bins: int
) -> int:
    """Return the bin of a distance in double precision, as `bins_from` does."""
    u = nearest_image(others[0, other] - u)
    v = nearest_image(others[1, other] - v)
    w = nearest_image(others[2, other] - w)
    x = u * cell[0, 0] + v * cell[1, 0] + w * cell[2, 0]
    y = u * cell[0, 1] + v * cell[1, 1] + w * cell[2, 1]
    z = u * cell[0, 2] + v * cell[1, 2] + w * cell[2, 2]
    return int(min(sqrt(x * x + y * y + z * z) * bins_per_length, float(n_bins)))


@compiled_part
def _bins_from(
    origin: NDArray[np.int32],
    fixed: NDArray[np.int32],
    begin: int,
    count: int,
    single: NDArray[np.float32],
    slack: float,
    bins: NDArray[np.int32],
) -> None:
    """Write the bins of distances in single precision; -1 where the edge of a bin is too near to tell."""
    xx, yx, zx = single[0, 0], single[1, 0], single[2, 0]
    yy, zy, zz = single[1, 1], single[2, 1], single[2, 2]
    u_0, v_0, w_0 = origin[0], origin[1], origin[2]
    u_others = fixed[0, begin : begin + count]
    v_others = fixed[1, begin : begin + count]
    w_others = fixed[2, begin : begin + count]
    half, limit = np.float32(0.5), np.float32(0.5 - slack)
    for k in range(count):
        # The difference of two 32-bit fractions overflows to the nearest image.
        u = np.float32(np.int32(u_others[k] - u_0))
        v = np.float32(np.int32(v_others[k] - v_0))
        w = np.float32(np.int32(w_others[k] - w_0))
        x = u * xx + v * yx + w * zx
        y = v * yy + w * zy
        z = w * zz
        distance = np.sqrt(x * x + y * y + z * z)
        whole = np.int32(distance)
        bins[k] = whole if abs(distance - np.float32(whole) - half) < limit else -1


@compiled
def _change(
    fractions: Floats,
    fixed: NDArray[np.int32],
    starts: Integers,
    slots: Integers,
    species: Integers,
    new_fractions: Floats,
    new_fixed: NDArray[np.int32],
    pair_of: Integers,
    single: NDArray[np.float32],
    cell: Floats,
    bins_per_length: float,
    slack: float,
    n_bins: int,
    change: NDArray[np.int32],
) -> None:
    before, after = np.empty(_BLOCK, np.int32), np.empty(_BLOCK, np.int32)
    old_place, new_place = np.empty(3, np.int32), np.empty(3, np.int32)
    for i in range(slots.shape[0]):
        slot = slots[i]
        for axis in range(3):
            old_place[axis] = fixed[axis, slot]
            new_place[axis] = new_fixed[axis, i]
        u_old, v_old, w_old = fractions[0, slot], fractions[1, slot], fractions[2, slot]
        u_new, v_new, w_new = new_fractions[0, i], new_fractions[1, i], new_fractions[2, i]
        # To all atoms, as if none of the others moved, ...
        for other in range(starts.shape[0] - 1):
            row = change[pair_of[species[i], other]]
            begin = starts[other]
            while begin < starts[other + 1]:
                count = min(_BLOCK, starts[other + 1] - begin)
                _bins_from(old_place, fixed, begin, count, single, slack, before)
                _bins_from(new_place, fixed, begin, count, single, slack, after)
                for k in range(count):
                    minus, plus = before[k], after[k]
                    if (minus | plus) < 0:
                        at = begin + k
                        minus = _exact_bin(u_old, v_old, w_old, fractions, at, cell, bins_per_length, n_bins)
                        plus = _exact_bin(u_new, v_new, w_new, fractions, at, cell, bins_per_length, n_bins)
                    row[minus] -= 1
                    row[plus] += 1
                begin += count
        # ... and then right for those that do.
        for j in range(slots.shape[0]):
            row = change[pair_of[species[i], species[j]]]
            minus = _exact_bin(u_old, v_old, w_old, fractions, slots[j], cell, bins_per_length, n_bins)
            row[minus] += 1
            row[_exact_bin(u_new, v_new, w_new, fractions, slots[j], cell, bins_per_length, n_bins)] -= 1
            if j > i:
                row[minus] -= 1
                row[_exact_bin(u_new, v_new, w_new, new_fractions, j, cell, bins_per_length, n_bins)] += 1
