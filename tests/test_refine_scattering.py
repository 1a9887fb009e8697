"""Total scattering: the published curves of the a-ZIF models, plain twins, laws and bad files."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError, RefusedError
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.scattering import (
    DataSet,
    Normalisation,
    PairHistogram,
    Partials,
    SineTransform,
    best_scale,
    chi2,
    cut_beyond,
    form_factors,
    neutron_f,
    neutron_g,
    neutron_level,
    pair_histogram,
    partial_distributions,
    read_data,
    rw,
    scattering_lengths,
    species_pairs,
    structure_factors,
    xray_f,
)
from carvsdb_refine.scattering.totals import neutron_weights, xray_weights

Array = NDArray[np.float64]
# The published models: 6.7 % protium (truth/refine.md).
DEUTERIUM = 0.933
TRICLINIC = np.array([[7.0, 0, 0], [1.5, 6.0, 0], [-2.0, 1.0, 8.0]])


@cache
def m1_histogram(shared: Path) -> PairHistogram:
    return pair_histogram(read_model(shared / "data/amorphous-mof/zif/m1-zif_ace_24-anneal_1500K_5ns.data"))


@pytest.fixture(scope="module")
def m1(shared: Path) -> Partials:
    return partial_distributions(m1_histogram(shared))


@pytest.fixture(scope="module")
def curves(shared: Path) -> dict[str, DataSet]:
    folder = shared / "data/amorphous-mof/scattering"
    files = {
        "N experiment": "expt/neutron-fq",
        "N mlp": "mlp/neutron-fq-1500K",
        "N rmc": "rmc/neutron-fq",
        "X experiment": "expt/xray-fq",
        "X mlp": "mlp/xray-fq-1500K",
        "X rmc": "rmc/xray-fq",
    }
    kinds = {"N": "neutron", "X": "xray"}
    return {name: read_data(folder / f"{file}.txt", kinds[name[0]]) for name, file in files.items()}


def at_common_points(first: DataSet, second: DataSet) -> tuple[Array, Array, Array]:
    """Return Q and both curves where both have a point."""
    _, here, there = np.intersect1d(first.x.round(6), second.x.round(6), return_indices=True)
    return first.x[here], first.values[here], second.values[there]


# --- the published models (truth/refine.md, "Scattering of the published models")


def test_m1_histogram(shared: Path) -> None:
    histogram = m1_histogram(shared)
    assert histogram.pair_counts.shape == (10, 1852)
    assert histogram.distances[[0, -1]].tolist() == pytest.approx([0.01, 37.03])
    # Every pair within 37.04 Å, once: as many as scipy's cKDTree.count_neighbors finds.
    assert int(histogram.pair_counts.sum()) == 225875050


def test_m1_neutron(m1: Partials, curves: dict[str, DataSet]) -> None:
    lengths = scattering_lengths(m1.species, DEUTERIUM)
    q, experiment, mlp = at_common_points(curves["N experiment"], curves["N mlp"])
    assert (len(q), q[0], q[-1]) == (2483, 0.40, 50.04)
    calculated = neutron_f(m1, lengths, q)
    assert calculated[[0, 30, 55]].round(6).tolist() == [-0.306931, 0.123714, 0.659198]
    assert round(rw(calculated, mlp), 4) == 0.0201
    assert round(rw(calculated, experiment), 4) == 0.1945
    assert round(rw(mlp, experiment), 4) == 0.1936
    _, experiment, rmc = at_common_points(curves["N experiment"], curves["N rmc"])
    assert round(rw(rmc, experiment), 4) == 0.2496


def test_m1_xray(m1: Partials, curves: dict[str, DataSet]) -> None:
    q, experiment, mlp = at_common_points(curves["X experiment"], curves["X mlp"])
    assert (q[0], q[-1]) == (0.675, 7.975)
    calculated = xray_f(m1, form_factors(m1.species, q, "cromer-mann"), q)
    scale = best_scale(calculated, experiment)
    assert round(scale, 5) == 0.46887
    assert round(rw(scale * calculated, mlp), 4) == 0.0162
    assert round(rw(scale * calculated, experiment), 4) == 0.2048
    assert round(rw(mlp, experiment), 4) == 0.2043
    _, experiment, rmc = at_common_points(curves["X experiment"], curves["X rmc"])
    assert round(rw(rmc, experiment), 4) == 0.3598


def test_m1_scores_of_data_sets(m1: Partials, shared: Path) -> None:
    folder = shared / "data/amorphous-mof/scattering/expt"
    data = read_data(folder / "xray-fq.txt", "xray", scale=None, sigma=0.01, weight=2.0)
    calculated = xray_f(m1, form_factors(m1.species, data.x, "cromer-mann"), data.x)
    score = data.score(calculated)
    assert (round(score.scale, 5), round(score.rw, 4)) == (0.46887, 0.2048)
    assert score.chi2 == pytest.approx(2 * chi2(score.scale * calculated, data.values, 0.01))
    # Another table of form factors changes the fourth digit.
    other = data.score(xray_f(m1, form_factors(m1.species, data.x), data.x))
    assert other.rw == pytest.approx(score.rw, abs=2e-4)


def test_m1_low_r_limit(m1: Partials) -> None:
    assert 4 * np.pi * m1.number_density == pytest.approx(0.907901, abs=5e-7)
    lengths = scattering_lengths(m1.species, DEUTERIUM)
    total = neutron_g(m1, lengths)
    level = neutron_level(m1.concentrations, lengths)
    assert total[m1.distances < 0.8] == pytest.approx(-level, rel=1e-12)
    assert level == pytest.approx(0.4887, abs=5e-5)
    assert total[m1.distances > 30].mean() == pytest.approx(0, abs=1e-4)


def test_experimental_g_has_the_level_of_its_sample(shared: Path) -> None:
    data = read_data(shared / "data/amorphous-mof/scattering/expt/neutron-gr.txt", "neutron", "G(r)")
    species, counts = ("C", "H", "N", "Zn"), np.array([6, 6, 4, 1])
    level = neutron_level(counts / counts.sum(), scattering_lengths(species, 1 - 0.066))
    assert data.values[0] == pytest.approx(-level, abs=2e-4)


def test_chirp_z_is_the_dense_transform_on_m1(m1: Partials, curves: dict[str, DataSet]) -> None:
    for name in ("N experiment", "X experiment"):
        q = curves[name].x
        fast, dense = (SineTransform.of(m1.distances, q, method) for method in ("chirp-z", "dense"))
        difference = structure_factors(m1, q, fast) - structure_factors(m1, q, dense)
        assert np.abs(difference).max() < 1e-10
    # The short X-ray grid is summed faster as it is.
    methods = [SineTransform.of(m1.distances, curves[f"{kind} experiment"].x).method for kind in "NX"]
    assert methods == ["chirp-z", "dense"]


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


def test_a_cut_leaves_the_model_and_helps_the_data(m1: Partials, curves: dict[str, DataSet]) -> None:
    data = curves["N experiment"]
    lengths = scattering_lengths(m1.species, DEUTERIUM)
    calculated = neutron_f(m1, lengths, data.x)
    inside = (data.x > 1) & (data.x < 49)
    assert np.abs(cut_beyond(calculated, data.x, 37.04) - calculated)[inside].max() < 1e-3
    assert rw(calculated, cut_beyond(data.values, data.x, 37.04)) < rw(calculated, data.values)


def test_a_cut_says_what_it_cannot_do() -> None:
    q = np.linspace(0.5, 10, 96)
    with pytest.raises(InputError, match=r"steps of at most 0\.0628"):
        cut_beyond(q, q, 50.0)
    with pytest.raises(InputError, match="r_max must be above 0"):
        cut_beyond(q, q, 0.0)
    with pytest.raises(InputError, match="above 0 and ascend"):
        cut_beyond(q, q[::-1], 5.0)


# --- lengths and form factors


def test_lengths() -> None:
    species = ("C", "H", "N", "Zn")
    assert scattering_lengths(species, DEUTERIUM) == pytest.approx([6.646, 5.973, 9.36, 5.68], abs=5e-4)
    assert scattering_lengths(("H",)) == pytest.approx([-3.7390], abs=5e-5)
    assert scattering_lengths(("D", "H"), 1.0) == pytest.approx([6.671, 6.671])
    assert scattering_lengths(("H", "Zn"), given={"H": 1.0, "Zn": 2.0}).tolist() == [1.0, 2.0]
    assert scattering_lengths(("Ge",)) == pytest.approx([8.185], abs=1e-3)
    with pytest.raises(InputError, match="deuterium fraction must be from 0 to 1"):
        scattering_lengths(species, 93.3)
    with pytest.raises(InputError, match="Og has no tabulated"):
        scattering_lengths(("Og",))


def test_form_factors() -> None:
    numbers = {"H": 1, "C": 6, "N": 7, "O": 8, "Si": 14, "Zn": 30}
    species = tuple(numbers)
    q = np.linspace(0, 20, 50)
    for table in ("waasmaier-kirfel", "cromer-mann"):
        factors = form_factors(species, q, table)
        assert factors[:, 0] == pytest.approx(list(numbers.values()), abs=0.02)
        assert (np.diff(factors[:, :20], axis=1) < 0).all()
    both = [form_factors(species, q, table) for table in ("waasmaier-kirfel", "cromer-mann")]
    assert both[0] == pytest.approx(both[1], abs=0.03)
    assert np.array_equal(form_factors(("D",), q), form_factors(("H",), q))
    with pytest.raises(InputError, match=r"reach Q = 25\.1 Å⁻¹, got 30\.0"):
        form_factors(species, np.array([30.0]), "cromer-mann")
    with pytest.raises(InputError, match="no table of form factors"):
        form_factors(species, q, "thomson")
    for table in ("waasmaier-kirfel", "cromer-mann"):
        with pytest.raises(InputError, match="Og has no"):
            form_factors(("Og",), q, table)


# --- data sets and files


def test_goodness() -> None:
    measured, calculated = np.array([1.0, -2.0, 3.0]), np.array([1.5, -1.0, 1.0])
    sigma = np.array([0.1, 0.2, 0.4])
    scale = best_scale(calculated, measured, sigma, offset=0.3)
    for other in (scale - 1e-3, scale + 1e-3):
        assert chi2(other * calculated + 0.3, measured, sigma) > chi2(scale * calculated + 0.3, measured, sigma)
    assert best_scale(calculated, measured, bounds=(0.0, 0.5)) == 0.5
    assert rw(measured, measured) == 0
    assert rw(0 * measured, measured, sigma) == 1
    with pytest.raises(RefusedError, match="Rw has no value"):
        rw(calculated, 0 * measured)
    with pytest.raises(RefusedError, match="no scale can be fitted"):
        best_scale(0 * measured, measured)


def test_score_over_the_fit_range() -> None:
    x = np.linspace(0.1, 1.0, 10)
    data = DataSet("neutron", "F(Q)", x, np.ones(10), fit_range=(0.3, 0.6), offset=0.5, weight=2.0, sigma=0.1)
    assert data.in_range.sum() == 4
    score = data.score(np.where(data.in_range, 0.4, 99.0))
    assert (score.n_points, score.scale) == (4, 1.0)
    assert score.rw == pytest.approx(0.1)
    assert score.chi2 == pytest.approx(8)
    assert DataSet("neutron", "F(Q)", x, np.ones(10)).score(np.ones(10)).chi2 is None
    # Errors of points weigh Rw, one error for all does not.
    errors = np.where(x < 0.55, 0.1, 1.0)
    weighed = DataSet("neutron", "F(Q)", x, np.ones(10), sigma=errors).score(np.where(x < 0.55, 1.0, 0.0))
    assert weighed.rw == pytest.approx(np.sqrt(5 / 505))
    with pytest.raises(InputError, match=r"expected a curve of shape \(10,\)"):
        data.score(np.ones(9))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "electron"}, "data of kind 'electron'"),
        ({"function": "f"}, "no scattering function"),
        ({"x": [1.0, 1.0, 2.0]}, "ascend, got 1 as point 2"),
        ({"x": [0.0, 1.0, 2.0]}, "above 0"),
        ({"x": [1.0, 2.0]}, "got 2 and 3"),
        ({"values": [1.0, np.nan, 2.0]}, "finite"),
        ({"sigma": 0.0}, "above 0"),
        ({"sigma": [0.1, 0.1]}, "expected one error or 3"),
        ({"fit_range": (5.0, 9.0)}, "fewer than 2 points lie in the fit range 5 to 9 Å⁻¹; the data cover 1 to 3 Å⁻¹"),
        ({"weight": -1.0}, "weight"),
        ({"scale_bounds": (2.0, 1.0)}, "bounds"),
        ({"offset": np.inf}, "finite"),
    ],
)
def test_data_sets_check_themselves(changes: dict[str, object], words: str) -> None:
    good: dict[str, object] = {"kind": "xray", "function": "F(Q)", "x": [1.0, 2.0, 3.0], "values": [1.0, 2.0, 3.0]}
    with pytest.raises(InputError) as caught:
        DataSet(**(good | changes))  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_data_file_with_errors_comments_and_commas(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_text("# Q F error\n\n0.5, 1.0, 0.1\n1.0, 2.0, 0.2 # a comment\n")
    data = read_data(path, "neutron")
    assert isinstance(data.sigma, np.ndarray)
    assert data.sigma.tolist() == [0.1, 0.2]
    assert data.label == str(path)
    assert len(data.sha256) == 64
    assert read_data(path, "neutron", sigma=0.3).sigma == 0.3


def bad_files() -> Iterator[tuple[str, int, str]]:
    yield "0.5 1\n1.0 nan\n1.5 1\n", 2, "must be a finite number, got 'nan'"
    yield "0.5 1\n1.0 inf\n", 2, "must be a finite number, got 'inf'"
    yield "0.5 F\n0.6 1\n0.7 1\n", 1, "must be a finite number, got 'F'"
    yield "0.5 1\n1.0 1\n0.9 1\n", 3, "Q must ascend, got 0.9 after 1"
    yield "0.5 1\n0.5 1\n", 2, "Q must ascend"
    yield "-0.1 1\n0.5 1\n", 1, "Q must be above 0"
    yield "0 1\n0.5 1\n", 2, "at least 2 points, got 1"
    yield "0.5 1 0.1\n0.6 1\n", 2, "expected 3 columns as above, got 2"
    yield "0.5 1 0.1 7\n0.6 1 0.1 7\n", 1, "columns 3 and 4 could both be errors"
    yield "0.5 1 0.1 7 8\n0.6 1 0.1 7 8\n", 1, "expected 2 to 4 columns, got 5; say which: columns = [1, 2]"
    yield "0.5 1 0.1\n0.6 1 0\n", 2, "an error must be above 0"
    yield "0.5 1\n", 2, "at least 2 points, got 1"


@pytest.mark.parametrize(("text", "line", "words"), list(bad_files()))
def test_a_bad_data_file_says_where(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_data(path, "neutron")
    assert words in str(caught.value)
    assert caught.value.line == line


@given(
    text=st.text("0123456789.-+e \t\n,;#nafi", max_size=40) | st.text(max_size=30),
    kind=st.sampled_from(["neutron", "xray"]),
    function=st.sampled_from(["S(Q)", "G(r)"]),
)
def test_any_data_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, kind: str, function: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    sentence = f"{path} is read"
    try:
        assert len(read_data(path, kind, function).x) >= 2
    except InputError as error:
        sentence = str(error)
    assert sentence.startswith(str(path))


@pytest.mark.parametrize(("kind", "name"), [("neutron", "neutron-fq"), ("xray", "xray-fq")])
def test_q_in_inverse_nanometres_is_found_out(shared: Path, tmp_path: Path, kind: str, name: str) -> None:
    data = read_data(shared / f"data/amorphous-mof/scattering/expt/{name}.txt", kind)
    path = tmp_path / "nm.txt"
    rows = zip((data.x * 10).tolist(), data.values.tolist(), strict=True)
    path.write_text("".join(f"{q!r} {value!r}\n" for q, value in rows))
    with pytest.raises(InputError, match="looks like 1/nm, not 1/Å; say which"):
        read_data(path, kind)
    assert read_data(path, kind, q_unit="1/nm").x == pytest.approx(data.x)
    assert read_data(path, kind, q_unit="1/Å").x == pytest.approx(data.x * 10)
    with pytest.raises(InputError, match="no unit of Q"):
        read_data(path, kind, q_unit="1/pm")


@pytest.mark.parametrize("element", ["C", "N", "O", "Si", "Zn"])
def test_lengths_agree_with_another_table(element: str) -> None:
    # Tables differ in the last digits, as measurements were evaluated again.
    import periodictable

    other = periodictable.elements.symbol(element).neutron.b_c
    assert scattering_lengths((element,))[0] == pytest.approx(other, abs=0.005)
