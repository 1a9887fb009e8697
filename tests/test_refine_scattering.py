"""Total scattering: plain twins and laws of histograms, transforms, conversions and cuts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.scattering import (
    Normalisation,
    Partials,
    SineTransform,
    cut_beyond,
    form_factors,
    neutron_f,
    neutron_level,
    pair_histogram,
    partial_distributions,
    scattering_lengths,
    species_pairs,
    structure_factors,
    xray_f,
)
from carvsdb_refine.scattering.totals import neutron_weights, xray_weights

Array = NDArray[np.float64]
TRICLINIC = np.array([[7.0, 0, 0], [1.5, 6.0, 0], [-2.0, 1.0, 8.0]])


# --- histograms


def naive_counts(model: AtomicModel, width: float, n_bins: int) -> NDArray[np.int64]:
    """Every pair, every image of the 27 cells around, one after the other."""
    pairs = species_pairs(model.species)
    counts = np.zeros((len(pairs), n_bins), np.int64)
    shifts = np.array([[u, v, w] for u in (-1, 0, 1) for v in (-1, 0, 1) for w in (-1, 0, 1)]) @ model.cell
    fractions = model.positions @ np.linalg.inv(model.cell)
    inside = (fractions - np.floor(fractions)) @ model.cell
    for i in range(model.n_atoms):
        for j in range(i):
            nearest = np.linalg.norm(inside[i] - inside[j] + shifts, axis=1).min()
            if nearest < width * n_bins:
                first, second = sorted((model.elements[i], model.elements[j]))
                counts[pairs.index((first, second)), int(nearest / width)] += 1
    return counts


@st.composite
def small_models(draw: st.DrawFn) -> AtomicModel:
    """Atoms on sixty-fourths of a triclinic cell, also outside of it."""
    elements = draw(st.lists(st.sampled_from(["H", "O", "Zn"]), min_size=1, max_size=9))
    place = st.integers(-100, 200)
    fractions = np.array([[draw(place) for _ in range(3)] for _ in elements]) / 64
    return AtomicModel(tuple(elements), fractions @ TRICLINIC, TRICLINIC)


# No distance between sixty-fourths of the cell comes near a multiple of this.
WIDTH = 0.1 * np.pi


@given(model=small_models())
def test_histogram_is_the_naive_count(model: AtomicModel) -> None:
    histogram = pair_histogram(model, WIDTH)
    n_bins = histogram.pair_counts.shape[1]
    assert n_bins == int(model.heights.min() / 2 / WIDTH)
    assert np.array_equal(histogram.pair_counts, naive_counts(model, WIDTH, n_bins))


@given(model=small_models(), data=st.data())
def test_histogram_is_invariant(model: AtomicModel, data: st.DataObject) -> None:
    expected = pair_histogram(model, WIDTH).pair_counts
    shift = np.array([data.draw(st.integers(-64, 64)) for _ in range(3)]) / 64 @ model.cell
    assert np.array_equal(pair_histogram(model.moved_to(model.positions + shift), WIDTH).pair_counts, expected)
    images = np.array([[data.draw(st.integers(-2, 2)) for _ in range(3)] for _ in model.elements]) @ model.cell
    assert np.array_equal(pair_histogram(model.moved_to(model.positions + images), WIDTH).pair_counts, expected)
    order = data.draw(st.permutations(range(model.n_atoms)))
    permuted = AtomicModel(tuple(model.elements[k] for k in order), model.positions[order], model.cell)
    assert np.array_equal(pair_histogram(permuted, WIDTH).pair_counts, expected)


def test_histogram_counts_more_atoms_than_a_block() -> None:
    generator = np.random.default_rng(7)
    cell = 3 * TRICLINIC
    model = AtomicModel(("O",) * 600 + ("Si",) * 530, generator.random((1130, 3)) @ cell, cell)
    histogram = pair_histogram(model, 0.05)
    fractions = model.positions @ np.linalg.inv(cell)
    delta = fractions[:, None] - fractions
    delta -= np.rint(delta)
    distances = np.linalg.norm(delta @ cell, axis=2)
    upper = np.triu(np.ones_like(distances, bool), 1)
    edges = np.arange(histogram.pair_counts.shape[1] + 1) * 0.05
    expected = np.histogram(distances[upper], edges)[0]
    # numpy bins by comparing with rounded edges: not one pair of these lies so close to one.
    assert np.array_equal(histogram.pair_counts.sum(axis=0), expected)


def test_histogram_says_what_it_cannot_do() -> None:
    model = AtomicModel(("Si",), np.zeros((1, 3)), np.eye(3) * 8)
    with pytest.raises(InputError, match=r"half the shortest height of the cell, 4.0000 Å; got r_max = 5"):
        pair_histogram(model, 0.02, 5.0)
    with pytest.raises(InputError, match="width above 0"):
        pair_histogram(model, 0.0)
    with pytest.raises(InputError, match=r"no bin of 0\.5 Å"):
        pair_histogram(model, 0.5, 0.3)
    assert pair_histogram(model, 0.02, 3.0).pair_counts.shape == (1, 150)


def test_ideal_gas_has_g_of_one() -> None:
    generator = np.random.default_rng(3)
    cell = 4 * TRICLINIC
    model = AtomicModel(("H",) * 500 + ("O",) * 2000, generator.random((2500, 3)) @ cell, cell)
    histogram = pair_histogram(model, 0.5)
    partials = partial_distributions(histogram)
    for counts, values in zip(histogram.pair_counts, partials.values, strict=True):
        enough = counts > 50
        assert enough.sum() > 10
        # Pairs are nearly independent: the error of a count is its square root.
        assert np.all(np.abs(values[enough] - 1) < 4 * values[enough] / np.sqrt(counts[enough]))


def test_few_like_atoms_have_g_of_one_on_average() -> None:
    """Four atoms normalised with N² instead of N(N - 1) would have 0.75."""
    generator = np.random.default_rng(3)
    values = []
    for _ in range(2000):
        model = AtomicModel(("H",) * 4, generator.random((4, 3)) @ TRICLINIC, TRICLINIC)
        values.append(partial_distributions(pair_histogram(model, 2.5)).values[0, 0])
    assert np.mean(values) == pytest.approx(1, abs=4 * np.std(values) / np.sqrt(2000))


def test_partials_by_name() -> None:
    model = AtomicModel(("Si", "O"), np.array([[0, 0, 0], [0, 0, 1.6]]), np.eye(3) * 8)
    partials = partial_distributions(pair_histogram(model))
    assert np.array_equal(partials.of("Si", "O"), partials.of("O", "Si"))
    assert (partials.of("O", "O") == 1).all()
    with pytest.raises(InputError, match="no pair Zn-O"):
        partials.of("Zn", "O")


# --- transforms, weights, conversions


def half_steps(n_points: int, step: float) -> Array:
    """Return a grid of equal steps that starts half a step from 0."""
    return np.asarray((np.arange(n_points) + 0.5) * step, np.float64)


@given(
    start=st.floats(0.01, 3),
    step=st.floats(0.005, 0.2),
    n_out=st.integers(2, 300),
    n_in=st.integers(2, 300),
)
def test_chirp_z_is_the_dense_transform(start: float, step: float, n_out: int, n_in: int) -> None:
    inputs = half_steps(n_in, 0.05)
    outputs = np.asarray(start + step * np.arange(n_out), np.float64)
    values = np.random.default_rng(n_in).normal(size=(3, n_in))
    fast, dense = (SineTransform.of(inputs, outputs, method) for method in ("chirp-z", "dense"))
    assert np.abs(fast(values) - dense(values)).max() < 1e-10
    assert np.allclose(fast(values[1]), fast(values)[1], rtol=0, atol=1e-12)


def test_grids_with_gaps_are_summed_densely() -> None:
    r = half_steps(2000, 0.02)
    q = np.linspace(0.4, 50, 2000)
    gaps = np.delete(q, 3)
    assert [SineTransform.of(r, grid).method for grid in (q, gaps)] == ["chirp-z", "dense"]
    with pytest.raises(InputError, match="two grids of equal steps"):
        SineTransform.of(r, gaps, "chirp-z")
    with pytest.raises(InputError, match="no sine transform 'fast'"):
        SineTransform.of(r, q, "fast")


def test_partial_structure_factors_add_up() -> None:
    generator = np.random.default_rng(11)
    cell = 2 * TRICLINIC
    model = AtomicModel(("H",) * 30 + ("O",) * 50, generator.random((80, 3)) @ cell, cell)
    partials = partial_distributions(pair_histogram(model, 0.1))
    q = np.linspace(0.5, 10, 96)
    factors = structure_factors(partials, q)
    lengths = scattering_lengths(partials.species)
    weights = neutron_weights(partials.concentrations, lengths)
    assert np.abs(neutron_f(partials, lengths, q) - weights @ (factors - 1)).max() < 1e-12
    assert weights.sum() == pytest.approx(neutron_level(partials.concentrations, lengths))
    atoms = form_factors(partials.species, q)
    assert xray_weights(partials.concentrations, atoms).sum(axis=0) == pytest.approx(1)
    # With one constant form factor for all, X-rays see the structure factor of points.
    plain = xray_f(partials, np.ones_like(atoms), q)
    points = AtomicModel(("O",) * 80, model.positions, cell)
    expected = structure_factors(partial_distributions(pair_histogram(points, 0.1)), q)[0] - 1
    assert np.abs(plain - expected).max() < 0.15
    with pytest.raises(InputError, match="Q must be above 0"):
        structure_factors(partials, np.array([0.0, 1.0]))


def test_a_sum_over_pairs_is_the_debye_sum() -> None:
    """One dimer: S(Q) is what Debye's formula says, but for the bin's width and the background."""
    model = AtomicModel(("Si", "Si"), np.array([[0, 0, 0], [0, 0, 2.345]]), np.eye(3) * 12)
    partials = partial_distributions(pair_histogram(model, 0.01))
    q = np.linspace(1, 20, 100)
    empty = Partials(
        partials.species,
        partials.concentrations,
        partials.number_density,
        partials.bin_width,
        np.zeros_like(partials.values),
    )
    found = structure_factors(partials, q) - structure_factors(empty, q)
    # Two atoms expect N(N - 1) = 2 ordered pairs where rho0 assumes N² = 4.
    debye = 2 * np.sin(q * 2.345) / (q * 2.345)
    assert np.abs(found[0] - debye).max() < 2e-3


FUNCTIONS_OF_Q = ("F(Q)", "i(Q)", "S(Q)", "Q[S(Q)-1]")
FUNCTIONS_OF_R = ("G(r)", "D(r)", "T(r)", "PDF")


@given(data=st.data(), level=st.floats(0.01, 5), density=st.floats(0.01, 0.2))
def test_conversions_round_trip(data: st.DataObject, level: float, density: float) -> None:
    sample = Normalisation(density, level)
    side = data.draw(st.sampled_from([FUNCTIONS_OF_Q, FUNCTIONS_OF_R]))
    source, target = data.draw(st.sampled_from(side)), data.draw(st.sampled_from(side))
    x = np.linspace(0.2, 20, 30)
    values = np.random.default_rng(0).normal(size=30)
    there = sample.convert(values, x, source, target)
    assert sample.convert(there, x, target, source) == pytest.approx(values, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("source", FUNCTIONS_OF_Q)
@pytest.mark.parametrize("target", FUNCTIONS_OF_R)
def test_conversions_round_trip_across(source: str, target: str) -> None:
    """On grids with dr dQ = pi/n, half a step from 0, the sums are a sine transform that is its own inverse."""
    n_points = 200
    r, q = half_steps(n_points, 0.1), half_steps(n_points, np.pi / n_points / 0.1)
    sample = Normalisation(0.07, 0.49)
    values = np.random.default_rng(1).normal(size=n_points)
    there = sample.convert(values, q, source, target, r)
    assert np.abs(sample.convert(there, r, target, source, q) - values).max() < 1e-9


def test_conversion_of_a_known_pair() -> None:
    """G = A exp(-r²/2s²) has F = 4 pi rho0 A sqrt(pi/2) s³ exp(-Q² s²/2)."""
    r, q = half_steps(1500, 0.01), np.linspace(0.1, 8, 80)
    sample = Normalisation(0.05, 0.3)
    width = 0.8
    expected = 4 * np.pi * 0.05 * -0.3 * np.sqrt(np.pi / 2) * width**3 * np.exp(-((q * width) ** 2) / 2)
    found = sample.convert(-0.3 * np.exp(-((r / width) ** 2) / 2), r, "G(r)", "F(Q)", q)
    assert np.abs(found - expected).max() < 1e-5
    assert sample.convert(found, q, "F(Q)", "S(Q)") == pytest.approx(1 + found / 0.3)
    assert sample.convert(np.zeros(1500), r, "G(r)", "T(r)") == pytest.approx(4 * np.pi * 0.05 * 0.3 * r)


def test_conversions_say_what_is_missing() -> None:
    sample = Normalisation(0.05)
    x = np.array([1.0, 2.0])
    with pytest.raises(InputError, match="without a grid"):
        sample.convert(x, x, "F(Q)", "G(r)")
    with pytest.raises(InputError, match="no scattering function 'H'"):
        sample.convert(x, x, "H", "G(r)")
    with pytest.raises(InputError, match="Q must be above 0"):
        sample.convert(x, x, "G(r)", "F(Q)", np.array([0.0, 1.0]))
    with pytest.raises(InputError, match="number_density must be a positive number"):
        Normalisation(0.0)


# --- the cut at the end of the box


def test_a_cut_is_the_way_to_r_and_back() -> None:
    sample = Normalisation(0.07)
    q = np.linspace(0.4, 12, 300)
    r = half_steps(4000, 0.005)
    f = np.random.default_rng(4).normal(size=300) * np.exp(-q / 4)
    back = sample.convert(sample.convert(f, q, "F(Q)", "G(r)", r), r, "G(r)", "F(Q)", q)
    assert np.abs(cut_beyond(f, q, 20.0) - back).max() < 1e-4
    # The steps need not be equal.
    uneven = np.delete(q, np.arange(50, 300, 7))
    assert cut_beyond(np.exp(-uneven), uneven, 20.0) == pytest.approx(
        np.interp(uneven, q, cut_beyond(np.exp(-q), q, 20.0)), abs=5e-3
    )


@pytest.mark.parametrize(("distance", "stays"), [(9.0, True), (15.0, False)])
def test_a_cut_keeps_near_shells_and_takes_far_ones(distance: float, stays: bool) -> None:
    sample = Normalisation(0.07)
    r, q = half_steps(4000, 0.005), half_steps(2000, 0.01)
    shell = np.exp(-(((r - distance) / 0.3) ** 2))
    f = sample.convert(shell, r, "G(r)", "F(Q)", q)
    assert np.abs(f).max() > 1
    assert np.abs(cut_beyond(f, q, 12.0) - (f if stays else 0 * f)).max() < 1e-6 * np.abs(f).max()


def test_a_cut_says_what_it_cannot_do() -> None:
    q = np.linspace(0.5, 10, 96)
    with pytest.raises(InputError, match=r"steps of at most 0\.0628"):
        cut_beyond(q, q, 50.0)
    with pytest.raises(InputError, match="r_max must be above 0"):
        cut_beyond(q, q, 0.0)
    with pytest.raises(InputError, match="above 0 and ascend"):
        cut_beyond(q, q[::-1], 5.0)
