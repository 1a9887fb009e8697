"""Calculated curves of data sets: each function, window, resolution and broadening against a plain twin."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError, RefusedError
from carvsdb_refine.scattering import (
    Calculation,
    Composition,
    DataSet,
    Normalisation,
    Partials,
    Scatterer,
    best_fit,
    composition_of_partials,
    form_factors,
    neutron_f,
    neutron_level,
    pair_histogram,
    partial_distributions,
    scattering_lengths,
    window,
    xray_f,
)

Array = NDArray[np.float64]
CELL = np.array([[16.0, 0, 0], [2.0, 15.0, 0], [-1.0, 1.5, 17.0]])
Q = np.linspace(0.5, 25, 491)
R = np.linspace(0.05, 7.0, 140)


@pytest.fixture(scope="module")
def partials() -> Partials:
    """Return the g_ab(r) of a silica-like gas."""
    generator = np.random.default_rng(5)
    model = AtomicModel(("Si",) * 60 + ("O",) * 120, generator.random((180, 3)) @ CELL, CELL)
    return partial_distributions(pair_histogram(model, 0.05))


def curve(partials: Partials, data: DataSet, how: Scatterer) -> Array:
    # The plain twin has no correction of its bins either; tests/test_refine_debye.py has.
    how = replace(how, bin_correction=False)
    return Calculation.of(data, composition_of_partials(partials), how).curve(
        np.asarray(partials.values - 1, np.float64)
    )


def plain(kind: str, partials: Partials, q: Array) -> tuple[Array, Normalisation]:
    """Return F(Q) and the normalisation, without `Calculation`."""
    if kind == "xray":
        return xray_f(partials, form_factors(partials.species, q), q), Normalisation(partials.number_density)
    lengths = scattering_lengths(partials.species)
    level = neutron_level(partials.concentrations, lengths)
    return neutron_f(partials, lengths, q), Normalisation(partials.number_density, level)


@pytest.mark.parametrize("kind", ["neutron", "xray"])
@pytest.mark.parametrize("function", ["F(Q)", "i(Q)", "S(Q)", "Q[S(Q)-1]"])
def test_functions_of_q(partials: Partials, kind: str, function: str) -> None:
    f, sample = plain(kind, partials, Q)
    expected = sample.convert(f, Q, "F(Q)", function)
    data = DataSet(kind, function, Q, expected, 0.1, fit_range=(2.0, 20.0))
    found = curve(partials, data, Scatterer(beyond_box="nothing"))
    inside = (Q >= 2 - 1e-9) & (Q <= 20 + 1e-9)
    assert found.shape == (inside.sum(),)
    assert np.abs(found - expected[inside]).max() < 1e-10


@pytest.mark.parametrize("kind", ["neutron", "xray"])
@pytest.mark.parametrize("function", ["G(r)", "D(r)", "T(r)", "PDF"])
def test_functions_of_r_have_the_ripples_of_q_max(partials: Partials, kind: str, function: str) -> None:
    step = 0.005
    q = np.asarray((np.arange(4400) + 0.5) * step, np.float64)
    f, sample = plain(kind, partials, q)
    expected = sample.convert(f, q, "F(Q)", function, R)
    found = curve(partials, DataSet(kind, function, R, expected), Scatterer(q_max=22.0))
    # The steps of Q are not the same ones: what is left is the difference of two sums for one integral.
    assert np.abs(found - expected).max() < 2e-2 * np.abs(expected).max()


def test_functions_of_r_as_they_are(partials: Partials) -> None:
    lengths = scattering_lengths(partials.species)
    weights = np.array([1, 2, 1]) * np.array([lengths[0] ** 2, lengths[0] * lengths[1], lengths[1] ** 2]) / 100
    amounts = np.array([4, 2, 1]) / 9
    total = np.asarray((weights * amounts) @ (partials.values - 1), np.float64)
    data = DataSet("neutron", "G(r)", partials.distances, np.asarray(total, np.float64))
    found = curve(partials, data, Scatterer())
    assert np.abs(found - total).max() < 1e-12
    # Beyond the model's end there is nothing to compare.
    longer = DataSet("neutron", "G(r)", np.linspace(0.5, 19.5, 39), np.zeros(39))
    calculation = Calculation.of(longer, composition_of_partials(partials))
    assert calculation.data.x[-1] <= calculation.r_max < 8
    with pytest.raises(InputError, match="all points lie beyond the model's r_max"):
        Calculation.of(
            DataSet("neutron", "G(r)", np.array([20.0, 30.0]), np.zeros(2)), composition_of_partials(partials)
        )


@pytest.mark.parametrize("kind", ["step", "lorch", "cosine"])
def test_windows(partials: Partials, kind: str) -> None:
    windowed = replace(partials, values=1 + (partials.values - 1) * window(partials.distances, 6.0, kind))
    f, _ = plain("neutron", windowed, Q)
    found = curve(partials, DataSet("neutron", "F(Q)", Q, f), Scatterer(beyond_box="window", window=kind, r_max=6.0))
    assert np.abs(found - f).max() < 1e-10


def test_resolution_is_a_convolution_of_q_f(partials: Partials) -> None:
    sigma, step = 0.1, 0.02
    fine = np.asarray((np.arange(1500) + 0.5) * step, np.float64)
    f, _ = plain("neutron", partials, fine)
    # Q F(Q) is odd: the grid goes on to the other side of 0.
    both, odd = np.concatenate((-fine[::-1], fine)), np.concatenate((-(fine * f)[::-1], fine * f))
    q = np.linspace(1.0, 20.0, 39)
    kernel = np.exp(-(((q[:, None] - both) / sigma) ** 2) / 2)
    expected = (kernel @ odd) / kernel.sum(axis=1) / q
    found = curve(
        partials, DataSet("neutron", "F(Q)", q, expected), Scatterer(beyond_box="nothing", q_resolution=sigma)
    )
    assert np.abs(found - expected).max() < 1e-6 * np.abs(f).max()


def test_broadening_is_a_convolution_of_r_h(partials: Partials) -> None:
    widths = {"O-Si": 0.2, "Si-Si": 0.3}
    # Room for what is smeared out beyond the last bin.
    beyond = 60
    h = np.pad(partials.values - 1, ((0, 0), (0, beyond)))
    r = np.asarray((np.arange(h.shape[1]) + 0.5) * partials.bin_width, np.float64)
    both = np.concatenate((-r[::-1], r))
    for row, width in ((1, 0.2), (2, 0.3)):
        odd = np.concatenate((-(r * h[row])[::-1], r * h[row]))
        kernel = np.exp(-(((r[:, None] - both) / width) ** 2) / 2)
        h[row] = kernel @ odd * partials.bin_width / (width * np.sqrt(2 * np.pi)) / r
    q = np.linspace(1, 12, 60)
    for kind in ("neutron", "xray"):
        expected, _ = plain(kind, replace(partials, values=1 + h), q)
        how = Scatterer(beyond_box="nothing", broadening=widths)
        found = curve(partials, DataSet(kind, "F(Q)", q, expected), how)
        unbroadened, _ = plain(kind, partials, q)
        assert np.abs(found - expected).max() < 1e-4 * np.abs(unbroadened - expected).max()


def test_one_broadening_for_all_pairs(partials: Partials) -> None:
    f, _ = plain("neutron", partials, Q)
    how = Scatterer(beyond_box="nothing", broadening=0.1)
    assert curve(partials, DataSet("neutron", "F(Q)", Q, f), how) == pytest.approx(f * np.exp(-((0.1 * Q) ** 2) / 2))


def test_data_are_cut_where_the_model_ends(partials: Partials) -> None:
    """Data of a sample that goes on: a cut leaves what a model of this size can have."""
    calculation = Calculation.of(DataSet("neutron", "F(Q)", Q, np.zeros(len(Q))), composition_of_partials(partials))
    end, rho0 = calculation.r_max, partials.number_density
    assert end == pytest.approx(partials.values.shape[1] * 0.05)
    # A peak of G(r) at 5 Å, inside, and one at 12 Å, outside.
    r = np.asarray((np.arange(4000) + 0.5) * 0.005, np.float64)
    sample = Normalisation(rho0, 1.0)
    inner, outer = (np.exp(-(((r - place) / 0.3) ** 2) / 2) for place in (5.0, 12.0))
    near, both = (sample.f_of_g(g, r, Q) for g in (inner, inner + outer))
    cut = Calculation.of(DataSet("neutron", "F(Q)", Q, both), composition_of_partials(partials))
    away = (Q > 2) & (Q < 23)
    assert np.abs(both - near)[away].max() > 0.01
    assert np.abs(cut.data.values - near)[away].max() < 0.1 * np.abs(both - near)[away].max()
    assert np.array_equal(cut.measured.values, both)


def test_isotopes() -> None:
    nickel = scattering_lengths(("Ni",), isotopes={"Ni": {"58": 1.0}})
    assert nickel.tolist() == pytest.approx([14.4], abs=0.1)
    zero = scattering_lengths(("Ni",), isotopes={"Ni": {"58": 0.377, "62": 0.623}})
    assert zero[0] == pytest.approx(0.377 * 14.4 + 0.623 * -8.7, abs=0.1)
    assert scattering_lengths(("H",), isotopes={"H": {"2": 1.0}})[0] == pytest.approx(6.671)
    assert scattering_lengths(("Ni",), given={"Ni": 1.0}, isotopes={"Ni": {"58": 1.0}})[0] == 1.0
    with pytest.raises(InputError, match=r"must add up to 1, got 0\.5"):
        scattering_lengths(("Ni",), isotopes={"Ni": {"58": 0.5}})
    with pytest.raises(InputError, match="no tabulated neutron scattering length of 99Ni"):
        scattering_lengths(("Ni",), isotopes={"Ni": {"99": 1.0}})


@given(scale=st.floats(0.1, 3), offset=st.floats(-2, 2), errors=st.booleans())
def test_free_scale_and_offset_are_found(scale: float, offset: float, errors: bool) -> None:
    calculated = np.sin(np.arange(40.0))
    sigma = 0.5 + np.arange(40.0) if errors else None
    measured = scale * calculated + offset
    assert best_fit(calculated, measured, sigma, None, None) == pytest.approx((scale, offset), abs=1e-9)
    assert best_fit(calculated, measured, sigma, None, offset) == pytest.approx((scale, offset), abs=1e-9)
    assert best_fit(calculated, measured, sigma, scale, None) == pytest.approx((scale, offset), abs=1e-9)
    assert best_fit(calculated, measured, sigma, 2.0, 1.0) == (2.0, 1.0)


def test_a_scale_at_its_bound_has_the_best_offset_for_it() -> None:
    calculated, measured = np.array([0.0, 1.0, 2.0]), np.array([1.0, 4.0, 7.0])
    scale, offset = best_fit(calculated, measured, None, None, None, bounds=(0.0, 2.0))
    assert [scale, offset] == pytest.approx([2.0, 2.0])
    around = [((2.0 * calculated + offset + step - measured) ** 2).sum() for step in (-0.1, 0.0, 0.1)]
    assert min(around) == around[1]
    with pytest.raises(RefusedError, match="no scale can be fitted"):
        best_fit(np.ones(3), measured, None, None, None)


@pytest.mark.parametrize(
    ("data", "how", "sentence"),
    [
        (DataSet("xray", "PDF", R, R), Scatterer(), "X-ray data of PDF need q_max"),
        (DataSet("neutron", "G(r)", R, R), Scatterer(broadening=0.1), "broadening of data of G.r. need q_max"),
        (DataSet("neutron", "F(Q)", Q, Q), Scatterer(broadening={"Zn-O": 0.1}), "no such pair; expected one of O-O"),
        (DataSet("neutron", "F(Q)", np.array([1.0, 2.0, 3.0]), np.zeros(3)), Scatterer(), 'beyond_box = "nothing"'),
        (DataSet("neutron", "F(Q)", Q, Q), Scatterer(beyond_box="mirror"), "there is no way 'mirror'"),
        (DataSet("neutron", "F(Q)", Q, Q), Scatterer(beyond_box="window", window="box"), "no window 'box'"),
        (DataSet("neutron", "F(Q)", Q, Q), Scatterer(r_max=0.0), "r_max must be above 0"),
    ],
)
def test_what_cannot_be_calculated(partials: Partials, data: DataSet, how: Scatterer, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Calculation.of(data, composition_of_partials(partials), how)


def test_species_without_a_form_factor() -> None:
    made_up = Composition(("Og",), np.ones(1), 0.05, 0.05, 100)
    with pytest.raises(InputError, match="Og has no Cromer-Mann form factor"):
        Calculation.of(DataSet("xray", "F(Q)", Q, Q), made_up, Scatterer(form_factors="cromer-mann"))
    with pytest.raises(InputError, match="Og has no Waasmaier-Kirfel form factor"):
        Calculation.of(DataSet("xray", "F(Q)", Q, Q), made_up)
    with pytest.raises(InputError, match="Og has no tabulated neutron scattering length"):
        Calculation.of(DataSet("neutron", "F(Q)", Q, Q), made_up)
