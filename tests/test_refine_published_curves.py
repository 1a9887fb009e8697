"""Total scattering of the published a-ZIF models (truth/refine.md, "Scattering of the published models")."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from published_zif import DEUTERIUM, MODEL

from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.scattering import (
    DataSet,
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
    structure_factors,
    xray_f,
)

Array = NDArray[np.float64]


@cache
def m1_histogram(shared: Path) -> PairHistogram:
    return pair_histogram(read_model(shared / MODEL))


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


def test_a_cut_leaves_the_model_and_helps_the_data(m1: Partials, curves: dict[str, DataSet]) -> None:
    data = curves["N experiment"]
    lengths = scattering_lengths(m1.species, DEUTERIUM)
    calculated = neutron_f(m1, lengths, data.x)
    inside = (data.x > 1) & (data.x < 49)
    assert np.abs(cut_beyond(calculated, data.x, 37.04) - calculated)[inside].max() < 1e-3
    assert rw(calculated, cut_beyond(data.values, data.x, 37.04)) < rw(calculated, data.values)
