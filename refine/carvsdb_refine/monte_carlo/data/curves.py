"""Calculated curves as linear functions of pair counts: a constant, and what each counted pair adds."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb_refine.monte_carlo.data.sine_sums import SineSums
from carvsdb_refine.scattering import Calculation, PairHistogram
from carvsdb_refine.scattering.partials import pair_numbers, shell_volumes

Floats = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int32] | NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CountCurve:
    """A `Calculation` (which see) prepared for counts that change a little, many times: ``constant + of(counts)``.

    Attributes
    ----------
    constant : ndarray of float64, shape (n_points,)
        The curve of a model without any pair.
    """

    constant: Floats
    _by_pair: Floats
    _by_bin: Floats
    _by_q: Floats | None
    _sums: SineSums | None
    _to_points: Floats | None
    _near: "NearBins | None"
    _factor: Floats

    @classmethod
    def of_calculation(cls, calculation: Calculation, histogram: PairHistogram) -> "CountCurve":
        """Prepare the curve for the bins, composition and volume of a histogram; its counts are not looked at."""
        numbers = pair_numbers(histogram.atom_counts)
        shells = shell_volumes(histogram.pair_counts.shape[1], histogram.bin_width)
        # As in partial_distributions: an element with a single atom has no like pairs; its g is 1, it adds nothing.
        none = numbers == 0
        by_pair = np.where(none, 0.0, histogram.volume / np.where(none, 1.0, numbers))
        empty = np.where(none[:, None], np.zeros_like(shells), -1.0)
        by_q, sums = None, None
        weights = calculation.pair_weights
        if calculation.q is None or weights.ndim == 1:
            # All pairs in one channel: one transform is enough.
            by_pair = by_pair * (weights if weights.ndim == 1 else weights[:, 0])
        if calculation.q is not None:
            by_q = np.atleast_2d(weights if weights.ndim == 2 else np.ones(len(calculation.q))) / calculation.q
            sums = SineSums.of(len(calculation.r), histogram.bin_width, calculation.q)
        to_points = None if calculation.to_points is None else np.ascontiguousarray(calculation.to_points)
        near = None if to_points is None or sums is not None else NearBins.of(to_points)
        by_bin = calculation.bin_weights / shells
        return cls(calculation.curve(empty), by_pair, by_bin, by_q, sums, to_points, near, calculation.factor)

    def of(self, counts: Counts) -> Floats:
        """Return what counts, or their change, shape (n_pairs, at least n_bins), add: linear, shape (n_points,)."""
        n_channels = 1 if self._by_q is None else len(self._by_q)
        channels = np.zeros((n_channels, len(self._by_bin)))
        _weigh(counts, self._by_pair, self._by_bin, channels)
        plain = channels[0]
        if self._sums is not None and self._by_q is not None:
            plain = np.zeros(self._by_q.shape[1])
            _add_up(self._sums(channels), self._by_q, plain)
        if self._near is not None:
            plain = self._near(plain)
        elif self._to_points is not None:
            plain = self._to_points @ plain
        result: Floats = plain * self._factor
        return result

    @property
    def has_transform(self) -> bool:
        """Whether sums of sines are needed, which take longest."""
        return self._sums is not None

    def adjoint(self, values: Floats) -> Floats:
        """Return for values of shape (n_points,) the histogram with which `products` of counts are ``values @ of``."""
        plain = values * self._factor
        if self._to_points is not None:
            plain = plain @ self._to_points
        channels = plain[None, :]
        if self._sums is not None and self._by_q is not None:
            channels = self._sums.adjoint(np.ascontiguousarray(self._by_q * plain))
        return np.ascontiguousarray(channels * self._by_bin)

    def products(self, counts: Counts, first: Floats, second: Floats) -> tuple[float, float]:
        """Return the products of counts, as `of` takes them, with two histograms of `adjoint`."""
        return _products(counts, self._by_pair, first, second)


@dataclass(frozen=True, slots=True, eq=False)
class NearBins:
    """A matrix whose rows are 0 but for a few neighbouring places: each point of a curve has its few bins.

    Attributes
    ----------
    first : ndarray of int64, shape (n_points,)
        Where these places begin.
    weights : ndarray of float64, shape (n_points, n_near)
        What stands there.
    """

    first: NDArray[np.int64]
    weights: Floats

    @classmethod
    def of(cls, matrix: Floats) -> "NearBins":
        """Find the places of a matrix of shape (n_points, n_bins)."""
        filled = matrix != 0
        first = filled.argmax(axis=1)
        last = matrix.shape[1] - 1 - filled[:, ::-1].argmax(axis=1)
        width = int((last - first).max()) + 1
        first = np.minimum(first, matrix.shape[1] - width)
        weights = np.take_along_axis(matrix, first[:, None] + np.arange(width), axis=1)
        return cls(first.astype(np.int64), np.ascontiguousarray(weights))

    def __call__(self, values: Floats) -> Floats:
        """Return the product with values of shape (n_bins,)."""
        result = np.empty(len(self.first))
        _gather(values, self.first, self.weights, result)
        return result


@compiled
def _gather(values: Floats, first: NDArray[np.int64], weights: Floats, result: Floats) -> None:
    for point in range(first.shape[0]):
        total = 0.0
        for k in range(weights.shape[1]):
            total += weights[point, k] * values[first[point] + k]
        result[point] = total


@compiled
def _weigh(counts: Counts, by_pair: Floats, by_bin: Floats, channels: Floats) -> None:
    """Add weighted counts to the channels, each pair to its own, or all to the only one."""
    n_channels, n_bins = channels.shape
    for pair in range(by_pair.shape[0]):
        line, weight, channel = counts[pair], by_pair[pair], channels[pair if n_channels > 1 else 0]
        for k in range(n_bins):
            channel[k] += weight * line[k]
    for index in range(n_channels):
        channel = channels[index]
        for k in range(n_bins):
            channel[k] *= by_bin[k]


@compiled
def _products(counts: Counts, by_pair: Floats, first: Floats, second: Floats) -> tuple[float, float]:
    n_channels, n_bins = first.shape
    total, other = 0.0, 0.0
    weighted = np.zeros(n_bins)
    for pair in range(by_pair.shape[0]):
        line, weight = counts[pair, :n_bins], by_pair[pair]
        # Most moves leave some pairs of elements alone.
        any_change = line[0]
        for k in range(n_bins):
            any_change |= line[k]
        if any_change == 0:
            continue
        if n_channels == 1:
            for k in range(n_bins):
                weighted[k] += weight * line[k]
        else:
            for k in range(n_bins):
                weighted[k] = weight * line[k]
            total += np.dot(weighted, first[pair])
            other += np.dot(weighted, second[pair])
    if n_channels == 1:
        total, other = np.dot(weighted, first[0]), np.dot(weighted, second[0])
    return total, other


@compiled
def _add_up(sums: Floats, by_q: Floats, result: Floats) -> None:
    for channel in range(sums.shape[0]):
        line, weights = sums[channel], by_q[channel]
        for j in range(result.shape[0]):
            result[j] += line[j] * weights[j]
