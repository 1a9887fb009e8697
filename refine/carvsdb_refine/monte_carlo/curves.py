"""Calculated curves as linear functions of pair counts: a constant, and what each counted pair adds."""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.sine_sums import SineSums
from carvsdb_refine.scattering import DataSet, Normalisation, PairHistogram
from carvsdb_refine.scattering.functions import Q_FUNCTIONS
from carvsdb_refine.scattering.partials import pair_numbers, shell_volumes
from carvsdb_refine.scattering.totals import neutron_level, neutron_weights, xray_weights

Floats = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int32] | NDArray[np.int64]


class Curve(Protocol):
    """A calculated curve: ``constant + of(counts)``."""

    @property
    def constant(self) -> Floats:
        """The curve of a model without any pair, shape (n_points,)."""

    def of(self, counts: Counts) -> Floats:
        """Return what counts, or their change, shape (n_pairs, at least n_bins), add: linear, shape (n_points,)."""


# How a curve is made for the bins, the composition and the density of a histogram (its counts are not looked at).
CurveMaker: TypeAlias = Callable[[PairHistogram], Curve]


@dataclass(frozen=True, slots=True, eq=False)
class QCurve:
    """F(Q): pair counts, weighted by bin, summed into channels, transformed, weighted by Q, and added up."""

    constant: Floats
    _by_bin: Floats
    _by_q: Floats
    _sums: SineSums

    def of(self, counts: Counts) -> Floats:
        """Return what counts add."""
        channels = np.zeros((len(self._by_q), self._by_bin.shape[1]))
        _weigh(counts, self._by_bin, channels)
        result = np.zeros(self._by_q.shape[1])
        _add_up(self._sums(channels), self._by_q, result)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class RCurve:
    """G(r) at points between the bins' centres: pair counts, weighted, interpolated linearly."""

    constant: Floats
    _by_bin: Floats
    _first: NDArray[np.int64]
    _fraction: Floats

    def of(self, counts: Counts) -> Floats:
        """Return what counts add."""
        channels = np.zeros((1, self._by_bin.shape[1]))
        _weigh(counts, self._by_bin, channels)
        total = channels[0]
        result: Floats = total[self._first] * (1 - self._fraction) + total[self._first + 1] * self._fraction
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """Another curve, times a factor at each point, plus a term at each point."""

    curve: Curve
    factor: Floats
    term: Floats

    @property
    def constant(self) -> Floats:
        """The curve without pairs."""
        constant: Floats = self.curve.constant * self.factor + self.term
        return constant

    def of(self, counts: Counts) -> Floats:
        """Return what counts add."""
        added: Floats = self.curve.of(counts) * self.factor
        return added


def neutron_curve(data: DataSet, lengths: dict[str, float]) -> CurveMaker:
    """Return how the curve of a neutron data set is calculated; scattering lengths by element in fm."""

    def make(histogram: PairHistogram) -> Curve:
        amounts = histogram.atom_counts / histogram.atom_counts.sum()
        missing = [symbol for symbol in histogram.species if symbol not in lengths]
        if missing:
            raise InputError(f"no scattering length is given for {', '.join(missing)}", path=data.label)
        b = np.array([lengths[symbol] for symbol in histogram.species])
        sample = Normalisation(_density(histogram), neutron_level(amounts, b))
        weights = neutron_weights(amounts, b)
        if data.axis == "r":
            return _as_function(_r_curve(histogram, data, weights), data, sample)
        return _as_function(_q_curve(histogram, data.x, weights[:, None], np.ones((1, len(data.x)))), data, sample)

    return make


def xray_curve(data: DataSet, factors: Callable[[tuple[str, ...], Floats], Floats]) -> CurveMaker:
    """Return how the curve of an X-ray data set is calculated.

    Parameters
    ----------
    data : DataSet
        A function of Q.
    factors : callable
        Form factors of species at Q, shape (n_species, n_q): `form_factors`.
    """
    if data.axis == "r":
        raise InputError("X-ray data must be a function of Q: form factors have no meaning in r", path=data.label)

    def make(histogram: PairHistogram) -> Curve:
        amounts = histogram.atom_counts / histogram.atom_counts.sum()
        weights = xray_weights(amounts, factors(histogram.species, data.x))
        sample = Normalisation(_density(histogram), 1.0)
        return _as_function(_q_curve(histogram, data.x, np.eye(len(weights)), weights), data, sample)

    return make


def _density(histogram: PairHistogram) -> float:
    return float(histogram.atom_counts.sum()) / histogram.volume


def _per_pair(histogram: PairHistogram) -> tuple[Floats, Floats]:
    """Return what one counted pair adds to g_ab in each bin, and the g_ab - 1 without pairs; shapes (n_pairs, n_bins)."""
    n_bins = histogram.pair_counts.shape[1]
    shells = shell_volumes(n_bins, histogram.bin_width)
    numbers = pair_numbers(histogram.atom_counts)[:, None]
    # As in partial_distributions: an element with a single atom has no like pairs and adds nothing.
    none = numbers == 0
    per_pair = np.where(none, 0.0, histogram.volume / (np.where(none, 1.0, numbers) * shells))
    empty = np.broadcast_to(np.where(none, 0.0, -1.0), per_pair.shape)
    return per_pair, empty


def _q_curve(histogram: PairHistogram, q: Floats, by_pair: Floats, by_q: Floats) -> Curve:
    """Return ``sum_c by_q[c] sum_p by_pair[p, c] 4 pi rho0 integral r² (g_p - 1) sin(Qr)/(Qr) dr``."""
    if not (q > 0).all():
        raise InputError(f"Q must be above 0 Å⁻¹, got {q.min():g}")
    n_pairs, n_channels = by_pair.shape
    per_pair, empty = _per_pair(histogram)
    sums = SineSums.of(per_pair.shape[1], histogram.bin_width, q)
    scale = 4 * pi * _density(histogram) * histogram.bin_width
    by_q = by_q * scale / q
    if n_channels == 1:
        by_bin = by_pair * per_pair * histogram.distances
    else:
        assert n_channels == n_pairs
        by_bin = per_pair * histogram.distances
    constant = (by_q * sums(by_pair.T @ (empty * histogram.distances))).sum(axis=0)
    return QCurve(constant, by_bin, by_q, sums)


def _r_curve(histogram: PairHistogram, data: DataSet, weights: Floats) -> Curve:
    centres = histogram.distances
    if data.x[-1] > centres[-1] or data.x[0] < centres[0]:
        covered = f"{centres[0]:.4g} to {centres[-1]:.4g} Å"
        raise InputError(f"the model knows distances from {covered}, the data reach {data.x[-1]:.4g} Å", path=data.label)
    per_pair, empty = _per_pair(histogram)
    place = np.clip(data.x / histogram.bin_width - 0.5, 0, len(centres) - 1)
    first = np.minimum(place.astype(np.int64), len(centres) - 2)
    empty_curve = RCurve(np.zeros(len(data.x)), weights[:, None] * per_pair, first, place - first)
    total = weights @ empty
    constant = total[first] * (1 - empty_curve._fraction) + total[first + 1] * empty_curve._fraction
    return RCurve(constant, empty_curve._by_bin, first, empty_curve._fraction)


def _as_function(curve: Curve, data: DataSet, sample: Normalisation) -> Curve:
    """Return F(Q) or G(r) as the function of the data; every conversion on one side is linear."""
    plain = "F(Q)" if data.function in Q_FUNCTIONS else "G(r)"
    if data.function in (plain, "i(Q)"):
        return curve
    zero, one = np.zeros(len(data.x)), np.ones(len(data.x))
    term = sample.convert(zero, data.x, plain, data.function)
    return Scaled(curve, sample.convert(one, data.x, plain, data.function) - term, term)


@compiled
def _weigh(counts: NDArray[np.int32], by_bin: Floats, channels: Floats) -> None:
    """Add weighted counts to the channels: to their own, or all to the only one."""
    n_pairs, n_bins = by_bin.shape
    for pair in range(n_pairs):
        line, weights, channel = counts[pair], by_bin[pair], channels[pair if channels.shape[0] > 1 else 0]
        for k in range(n_bins):
            channel[k] += line[k] * weights[k]


@compiled
def _add_up(sums: Floats, by_q: Floats, result: Floats) -> None:
    for channel in range(sums.shape[0]):
        line, weights = sums[channel], by_q[channel]
        for j in range(result.shape[0]):
            result[j] += line[j] * weights[j]
