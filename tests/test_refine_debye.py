"""Calculated curves against sums over pairs of atoms: the naive twin of the histogram and its transform."""

from math import pi

import numpy as np
import pytest
from debye_sums import crystal, debye, totals
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.scattering import (
    Calculation,
    Composition,
    DataSet,
    Normalisation,
    Scatterer,
    pair_histogram,
    partial_distributions,
)
from carvsdb_refine.scattering.functions import Q_FUNCTIONS, R_FUNCTIONS

Floats = NDArray[np.float64]
Q = np.arange(0.5, 25.0, 0.05)
Q_MAX = 25.0
BIN = 0.0001


@pytest.mark.parametrize("kind", ["neutron", "xray"])
@pytest.mark.parametrize("name", ["NaCl", "quartz", "triclinic"])
def test_curves_are_those_of_sums_over_pairs(name: str, kind: str) -> None:
    model = crystal(name)
    histogram = pair_histogram(model, BIN)
    h = partial_distributions(histogram).values - 1
    n_bins = h.shape[1]
    composition = Composition(model.species, model.counts / model.n_atoms, model.number_density, BIN, n_bins)
    f, level = totals(model, kind, Q, debye(model, Q, n_bins * BIN))
    sample = Normalisation(model.number_density, level)
    step = pi / (4 * n_bins * BIN)
    fine = np.asarray((np.arange(round(Q_MAX / step)) + 0.5) * step)
    f_fine, _ = totals(model, kind, fine, debye(model, fine, n_bins * BIN))
    r = np.arange(2.0, n_bins * BIN - 0.2, 0.05)
    for function in (*Q_FUNCTIONS, *R_FUNCTIONS):
        if function in Q_FUNCTIONS:
            x, expected = Q, sample.convert(f, Q, "F(Q)", function)
        else:
            # The transform of a curve measured to Q_MAX, as a sum.
            plain = np.sin(np.outer(r, fine)) @ (fine * f_fine) * step / (2 * pi**2 * model.number_density * r)
            x, expected = r, sample.convert(plain, r, "G(r)", function)
        data = DataSet(kind, function, x, np.ones(len(x)))
        how = Scatterer(beyond_box="nothing", q_max=None if function in Q_FUNCTIONS else Q_MAX)
        curve = Calculation.of(data, composition, how).curve(h)
        assert np.abs(curve - expected).max() < 1e-4 * np.ptp(expected), function


def test_wide_bins_are_corrected() -> None:
    # A peak that is broader than the bins, counted in bins of 0.05 Å and in others that are 100 times finer.
    density, width, finer = 0.05, 0.05, 100
    r = (np.arange(120 * finer) + 0.5) * width / finer
    pairs = np.exp(-(((r - 2) / 0.06) ** 2) / 2)
    shells = r**2 + (width / finer) ** 2 / 12
    coarse = pairs.reshape(-1, finer).sum(axis=1) / shells.reshape(-1, finer).sum(axis=1)
    data = DataSet("neutron", "F(Q)", Q, np.ones(len(Q)))

    def curve(h: Floats, bin_width: float, correction: bool) -> Floats:
        composition = Composition(("Si",), np.ones(1), density, bin_width, len(h))
        how = Scatterer(beyond_box="nothing", bin_correction=correction)
        return Calculation.of(data, composition, how).curve(h[None])

    exact = curve(pairs / shells, width / finer, True)
    assert np.abs(curve(coarse, width, True) - exact).max() < 1e-3 * np.ptp(exact)
    lost = exact * np.sinc(Q * width / (2 * pi))
    assert np.abs(curve(coarse, width, False) - lost).max() < 1e-3 * np.ptp(exact)


def test_bins_that_are_too_wide_are_refused() -> None:
    composition = Composition(("Si",), np.ones(1), 0.05, 0.2, 40)
    data = DataSet("neutron", "F(Q)", Q, np.ones(len(Q)))
    with pytest.raises(InputError, match=r"bins of 0.2 Å are too wide .* bin_width of at most 0.13 Å"):
        Calculation.of(data, composition)


def test_points_in_wide_steps_stand_for_their_steps() -> None:
    model = crystal("quartz")
    fine = partial_distributions(pair_histogram(model, 0.02)).values - 1
    coarse = partial_distributions(pair_histogram(model, 0.1)).values - 1
    n_bins = coarse.shape[1]
    r: Floats = np.asarray((np.arange(10, n_bins) + 0.5) * 0.1, np.float64)
    shares = model.counts / model.n_atoms
    data = DataSet("neutron", "G(r)", r, np.ones(len(r)))
    composition = Composition(model.species, shares, model.number_density, 0.02, fine.shape[1])
    curve = Calculation.of(data, composition).curve(fine)
    wide = Composition(model.species, shares, model.number_density, 0.1, n_bins)
    expected = Calculation.of(data, wide).curve(coarse)
    # Averages of g and of counts differ by how a shell's volume grows within a bin.
    assert np.abs(curve - expected).max() < 0.03 * np.ptp(expected)


def test_a_null_alloy_has_no_level_and_needs_none() -> None:
    sample = Normalisation(0.05, 0.0)
    r, g = np.array([1.0, 2.0]), np.array([0.1, -0.2])
    assert sample.convert(g, r, "G(r)", "D(r)") == pytest.approx(4 * pi * 0.05 * r * g)
    assert sample.convert(g, r, "F(Q)", "i(Q)") == pytest.approx(g)
    for function in ("S(Q)", "Q[S(Q)-1]"):
        with pytest.raises(InputError, match="null alloy"):
            sample.convert(g, r, "F(Q)", function)
        with pytest.raises(InputError, match="null alloy"):
            sample.convert(g, r, function, "F(Q)")
    with pytest.raises(InputError, match="null alloy"):
        sample.convert(g, r, "G(r)", "PDF")
