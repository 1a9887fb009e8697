"""What follows a move: pair counts, calculated curves, chi², ACE energies; each against a full evaluation."""

from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from published_zif import MODEL, POTENTIAL, SODALITE

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.monte_carlo import Configuration, Fit, RigidMove, ScatteringData, ScatteringState
from carvsdb_refine.monte_carlo.data.fitting import Misfit
from carvsdb_refine.monte_carlo.data.pair_changes import PairChanges
from carvsdb_refine.monte_carlo.data.sine_sums import SineSums
from carvsdb_refine.potential import AcePotential, read_ace
from carvsdb_refine.potential.ace.product_plan import plan_products
from carvsdb_refine.scattering import DataSet, Scatterer, pair_histogram, read_data

Floats = NDArray[np.float64]

# Data measured on the material.
NEUTRON = "data/amorphous-mof/scattering/expt/neutron-fq.txt"
XRAY = "data/amorphous-mof/scattering/expt/xray-fq.txt"
# truth/refine.md: R of m1 against experiment, with the published conventions.
R_NEUTRON, R_XRAY = 0.1945, 0.2048

TRICLINIC = np.array([[9.0, 0, 0], [2.5, 8.0, 0], [-1.5, 2.0, 10.0]])


def mixture(n_atoms: int = 40, seed: int = 0, cell: Floats = TRICLINIC) -> AtomicModel:
    generator = np.random.default_rng(seed)
    elements = tuple(generator.choice(["H", "O", "Zn"], n_atoms).tolist())
    return AtomicModel(elements, generator.random((n_atoms, 3)) @ cell, cell, molecule_ids=np.arange(n_atoms) // 4 + 1)


@pytest.fixture(scope="module")
def potential(shared: Path) -> AcePotential:
    return read_ace(shared / POTENTIAL)


@pytest.fixture(scope="module")
def m1(shared: Path) -> AtomicModel:
    return read_model(shared / MODEL)


@pytest.fixture(scope="module")
def sodalite(shared: Path) -> AtomicModel:
    """Return a ZIF with 204 atoms, shaken by 0.05 Å; pieces of about eight atoms are its molecules."""
    model = read_model(shared / SODALITE)
    shaken = model.positions + np.random.default_rng(1).normal(0, 0.05, (model.n_atoms, 3))
    return AtomicModel(model.elements, shaken, model.cell, molecule_ids=np.arange(model.n_atoms) // 8 + 1)


def published_data(shared: Path, sigma: float = 0.01) -> ScatteringData:
    neutron = read_data(shared / NEUTRON, "neutron", sigma=sigma)
    xray = read_data(shared / XRAY, "xray", sigma=sigma, scale=None)
    return ScatteringData(
        (
            Fit(neutron, Scatterer(deuterium=0.933, beyond_box="nothing", bin_correction=False)),
            Fit(xray, Scatterer(form_factors="cromer-mann", beyond_box="nothing", bin_correction=False)),
        )
    )


# --- sums of sines


@pytest.mark.parametrize("method", ["dense", "coarse", "fourier", None])
@pytest.mark.parametrize(("n_bins", "q_max", "n_q"), [(1852, 50.0, 200), (300, 8.0, 147), (40, 0.6, 9), (37, 3.0, 30)])
def test_sine_sums(method: str | None, n_bins: int, q_max: float, n_q: int) -> None:
    generator = np.random.default_rng(n_bins)
    q = np.sort(generator.uniform(0.05, q_max, n_q))
    q[-1] = q_max
    values = generator.normal(size=(3, n_bins))
    expected = values @ np.sin(np.outer((np.arange(n_bins) + 0.5) * 0.02, q))
    sums = SineSums.of(n_bins, 0.02, q, method)
    assert np.abs(sums(values) - expected).max() < 1e-12 * np.abs(values).sum(axis=1).max()


def test_sine_sums_choose_the_cheaper_way() -> None:
    def method(n_bins: int, q: Floats) -> str:
        return SineSums.of(n_bins, 0.02, q).method

    assert method(1852, np.linspace(0.4, 50.04, 2483)) == "fourier"
    assert method(1852, np.linspace(0.675, 7.975, 147)) == "coarse"
    assert method(50, np.linspace(1, 100, 20)) == "dense"


# --- pair counts


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 5), step=st.sampled_from([1e-9, 0.05, 30.0]))
def test_counts_follow_moves(seed: int, size: int, step: float) -> None:
    generator = np.random.default_rng(seed)
    model = mixture(30, seed)
    pairs, positions = PairChanges(model, 0.03), model.positions.copy()
    for _ in range(4):
        atoms = generator.permutation(model.n_atoms)[:size]
        moved = positions[atoms] + generator.normal(0, step, (size, 3))
        before = pairs.histogram.pair_counts.copy()
        pairs.propose(atoms, moved)
        if generator.random() < 0.5:
            pairs.reject()
            assert np.array_equal(pairs.histogram.pair_counts, before)
        else:
            pairs.accept()
            positions[atoms] = moved
    fresh = pair_histogram(model.moved_to(positions), 0.03)
    assert np.array_equal(pairs.histogram.pair_counts, fresh.pair_counts)


def test_counts_on_the_edges_of_bins() -> None:
    """Distances that are whole multiples of the bin's width, where single precision says nothing."""
    model = AtomicModel(("Si",) * 27, np.array([[u, v, w] for u in range(3) for v in range(3) for w in range(3)]) * 2.0,
                        np.eye(3) * 6.0)  # fmt: skip
    pairs, positions = PairChanges(model, 0.25), model.positions.copy()
    for step in (0.25, -0.5, 2.0, 6.0):
        pairs.propose(np.array([4, 13]), positions[[4, 13]] + [step, 0, 0])
        pairs.accept()
        positions[[4, 13]] += [step, 0, 0]
        fresh = pair_histogram(model.moved_to(positions), 0.25)
        assert np.array_equal(pairs.histogram.pair_counts, fresh.pair_counts)


# --- curves and chi²


def wave(kind: str, function: str, x: Floats, sigma: float = 0.1, **more: Any) -> DataSet:
    return DataSet(kind, function, x, np.sin(x), sigma, **more)


WIDE, NEAR, AS_IT_IS = np.linspace(0.5, 25, 300), np.linspace(0.5, 3.5, 60), Scatterer(beyond_box="nothing")
FITS = {
    "F(Q)": Fit(wave("neutron", "F(Q)", WIDE), AS_IT_IS),
    "S(Q)": Fit(wave("xray", "S(Q)", WIDE, scale=None, offset=None), Scatterer(beyond_box="window", q_resolution=0.02)),
    "broadened": Fit(
        wave("neutron", "Q[S(Q)-1]", WIDE, fit_range=(2.0, 12.0)),
        Scatterer(beyond_box="nothing", broadening={"H-O": 0.1}),
    ),
    "G(r)": Fit(wave("neutron", "G(r)", NEAR, weight=3.0)),
    "PDF": Fit(wave("xray", "PDF", NEAR), Scatterer(q_max=20.0)),
}


@pytest.mark.parametrize("name", FITS)
def test_chi2_follows_moves(name: str) -> None:
    model, generator = mixture(), np.random.default_rng(5)
    state, positions = ScatteringData((FITS[name],)).bind(model), model.positions.copy()
    for _ in range(6):
        atoms = generator.permutation(model.n_atoms)[:3]
        moved = positions[atoms] + generator.normal(0, 0.3, (3, 3))
        before = state.chi2
        change = state.propose(atoms, moved)
        assert state.chi2 == before
        state.accept()
        positions[atoms] = moved
        assert state.chi2 == pytest.approx(before + change, rel=1e-12)
    fresh = ScatteringData((FITS[name],)).bind(model.moved_to(positions))
    assert state.chi2 == pytest.approx(fresh.chi2, rel=1e-9)
    assert np.abs(state.curves()[0] - fresh.curves()[0]).max() < 1e-9
    assert state.scores()[0].chi2 == pytest.approx(state.chi2, rel=1e-9)
    wrong, chi2 = state.drift()
    assert wrong == 0
    assert chi2 < 1e-7 * state.chi2


def test_rejected_moves_leave_no_trace() -> None:
    state = ScatteringData((FITS["F(Q)"],)).bind(mixture())
    chi2, curve = state.chi2, state.curves()[0]
    for _ in range(3):
        state.propose(np.array([1, 2]), np.zeros((2, 3)))
        state.reject()
    assert state.chi2 == chi2
    assert np.array_equal(state.curves()[0], curve)


def test_another_cell() -> None:
    model = mixture()
    data = ScatteringData((FITS["F(Q)"],), r_max=3.5)
    state = data.bind(model)
    cell, positions = model.cell * 1.02, model.positions * 1.02
    change = state.propose_cell(cell, positions)
    fresh = data.bind(AtomicModel(model.elements, positions, cell))
    assert change == pytest.approx(fresh.chi2 - state.chi2, rel=1e-9)
    state.accept()
    assert state.chi2 == fresh.chi2
    # A cell too small for the bins cannot be compared.
    assert state.propose_cell(model.cell * 0.5, model.positions * 0.5) == inf


def test_data_without_errors_are_refused() -> None:
    data = DataSet("neutron", "F(Q)", np.array([1.0, 2.0]), np.zeros(2), label="curve.txt")
    with pytest.raises(InputError, match="a refinement needs errors") as caught:
        ScatteringState(mixture(), [Fit(data, AS_IT_IS)])
    assert "curve.txt" in str(caught.value)
    with pytest.raises(InputError, match="at least one data set"):
        ScatteringState(mixture(), [])


@settings(max_examples=50)
@given(
    seed=st.integers(0, 1000),
    scale=st.sampled_from([1.0, 0.3, None]),
    offset=st.sampled_from([0.0, 0.2, None]),
    bounds=st.sampled_from([(0.0, inf), (0.9, 1.1)]),
    own_errors=st.booleans(),
)
def test_closed_form_is_the_best_fit(
    seed: int, scale: float | None, offset: float | None, bounds: tuple[float, float], own_errors: bool
) -> None:
    generator = np.random.default_rng(seed)
    curve, change, measured = generator.normal(size=(3, 20))
    sigma = generator.uniform(0.5, 2, 20) if own_errors else 0.7
    data = DataSet("xray", "F(Q)", np.arange(1.0, 21), measured, sigma, (0, inf), 2.0, scale, bounds, offset)
    expected = data.score(curve + change).chi2
    assert expected is not None
    assert Misfit.of(data)(curve, change) == pytest.approx(expected, rel=1e-12)


# --- ACE


def test_plan_shares_products(potential: AcePotential) -> None:
    plan = plan_products(potential.tables)
    # Every function of this potential has one coupling: its terms have common weights.
    assert np.diff(plan.first_sum).tolist() == [600] * 4
    assert len(plan.coupling) == len(potential.tables.rank)
    # 436 products of rank 3 of an element need a pair each, 76 of rank 4 two: about 150 pairs are enough.
    assert np.diff(plan.first_part).max() < 200


def test_bound_energies_are_those_of_all_atoms(potential: AcePotential, sodalite: AtomicModel) -> None:
    # Forces are evaluated another way.
    expected, _ = potential.energies_and_forces(sodalite.elements, sodalite.positions, sodalite.cell)
    assert np.abs(potential.bind(sodalite).atom_energies - expected).max() < 1e-11


def test_bound_energies_in_an_oblique_cell(potential: AcePotential, sodalite: AtomicModel) -> None:
    """Two cells side by side, sheared and turned, atoms listed in other images."""
    shear = np.array([[1.0, 0, 0], [0.25, 1.02, 0], [-0.2, 0.15, 0.98]])
    turn, _ = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))
    cell = np.diag([2.0, 1, 1]) @ sodalite.cell
    positions = np.concatenate([sodalite.positions, sodalite.positions + sodalite.cell[0]])
    fractions = positions @ np.linalg.inv(cell) + np.random.default_rng(5).integers(-1, 2, (408, 3))
    cell = cell @ shear @ turn
    model = AtomicModel(sodalite.elements * 2, fractions @ cell, cell)
    bound = potential.bind(model)
    expected, _ = potential.energies_and_forces(model.elements, model.positions, model.cell)
    assert np.abs(bound.atom_energies - expected).max() < 1e-10
    atoms = np.arange(100, 108)
    moved = model.positions[atoms] + np.random.default_rng(6).normal(0, 0.2, (8, 3))
    change = bound.propose(atoms, moved)
    bound.accept()
    after = model.positions.copy()
    after[atoms] = moved
    fresh, _ = potential.energies_and_forces(model.elements, after, model.cell)
    assert change == pytest.approx(float((fresh - expected).sum()), abs=1e-9)
    assert np.abs(bound.atom_energies - fresh).max() < 1e-10


def test_energy_follows_moves(potential: AcePotential, sodalite: AtomicModel) -> None:
    """dE of moves of all sizes equals the difference of full sums; rejected moves leave no trace."""
    generator = np.random.default_rng(3)
    bound, positions = potential.bind(sodalite), sodalite.positions.copy()
    energies = bound.atom_energies.copy()
    for index in range(60):
        atoms = generator.permutation(sodalite.n_atoms)[: generator.integers(1, 9)]
        moved = positions[atoms] + generator.normal(0, 0.1 if index else 20.0, (len(atoms), 3))
        change = bound.propose(atoms, moved)
        assert np.array_equal(bound.atom_energies, energies)
        if index % 3:
            bound.accept()
            positions[atoms] = moved
        else:
            bound.reject()
            continue
        fresh, _ = potential.energies_and_forces(sodalite.elements, positions, sodalite.cell)
        assert change == pytest.approx(float((fresh - energies).sum()), abs=1e-9)
        assert np.abs(bound.atom_energies - fresh).max() < 1e-10
        energies = bound.atom_energies.copy()
    assert np.abs(bound.recompute() - energies).max() < 1e-11


def test_atoms_upon_one_another_have_no_energy(potential: AcePotential, sodalite: AtomicModel) -> None:
    bound = potential.bind(sodalite)
    energies = bound.atom_energies.copy()
    assert bound.propose(np.array([3]), sodalite.positions[[50]]) == inf
    bound.reject()
    assert bound.propose(np.array([3, 9]), np.zeros((2, 3))) == inf
    bound.reject()
    assert bound.propose(np.array([3]), sodalite.positions[[3]]) == pytest.approx(0, abs=1e-12)
    bound.accept()
    assert np.abs(bound.atom_energies - energies).max() < 1e-12
    with pytest.raises(InputError, match="another lies upon it"):
        potential.bind(sodalite.moved_to(np.zeros((sodalite.n_atoms, 3))))


def test_energy_of_another_cell(potential: AcePotential, sodalite: AtomicModel) -> None:
    bound = potential.bind(sodalite)
    cell, positions = sodalite.cell * 1.01, sodalite.positions * 1.01
    before = bound.atom_energies.sum()
    change = bound.propose_cell(cell, positions)
    assert bound.atom_energies.sum() == before
    bound.accept()
    expected, _ = potential.energies_and_forces(sodalite.elements, positions, cell)
    assert before + change == pytest.approx(expected.sum(), abs=1e-9)
    assert np.abs(bound.atom_energies - expected).max() < 1e-11
    assert bound.propose_cell(np.eye(3) * 5, positions) == inf


def test_small_cells_are_refused(potential: AcePotential) -> None:
    model = AtomicModel(("Zn",), np.zeros((1, 3)), np.eye(3) * 11.9)
    with pytest.raises(InputError, match=r"11\.9 Å, less than twice the cut-off of zif-ace-24\.yace, 6 Å"):
        potential.bind(model)


# --- m1


def test_m1_follows_moves(shared: Path, m1: AtomicModel, potential: AcePotential) -> None:
    """The published R; dE and dchi² of moves of molecules; 1,000 accepted moves leave the counts exact."""
    data, bound, configuration = published_data(shared).bind(m1), potential.bind(m1), Configuration(m1)
    assert [round(score.rw, 4) for score in data.scores()] == [R_NEUTRON, R_XRAY]
    generator = np.random.default_rng(1)
    before, total = bound.atom_energies.copy(), 0.0
    move = RigidMove(0.1, 5.0)
    for _ in range(1000):
        proposal = move.propose(configuration, 1.0, generator)
        data.propose(proposal.atoms, proposal.positions)
        data.accept()
        total += bound.propose(proposal.atoms, proposal.positions)
        bound.accept()
        configuration.change(proposal.atoms, proposal.positions)
    after = bound.recompute()
    assert float((after - before).sum()) == pytest.approx(total, abs=1e-9)
    assert np.abs(after - bound.atom_energies).max() < 1e-11
    wrong, chi2 = data.drift()
    assert wrong == 0
    assert chi2 < 1e-8


@pytest.mark.slow
def test_energy_of_each_of_200_moves_of_m1(m1: AtomicModel, potential: AcePotential) -> None:
    bound, configuration, generator = potential.bind(m1), Configuration(m1), np.random.default_rng(2)
    before = bound.recompute()
    for _ in range(200):
        proposal = RigidMove(0.1, 5.0).propose(configuration, 1.0, generator)
        change = bound.propose(proposal.atoms, proposal.positions)
        bound.accept()
        configuration.change(proposal.atoms, proposal.positions)
        after = potential.energies(m1.elements, configuration.positions, m1.cell)
        assert change == pytest.approx(float((after - before).sum()), abs=1e-9)
        before = after
