"""Chains: the distributions they sample, their counters, and exact resumption."""

import doctest
from math import exp, inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from field_chains import CUBE, NOTHING, BoundField, Field, chain_of, crystal, random_model
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.monte_carlo import (
    BOLTZMANN,
    AtomMove,
    BondLengths,
    Chain,
    ChainOptions,
    Configuration,
    Coordination,
    Fit,
    HardSpheres,
    RigidMove,
    ScatteringData,
    SwapMove,
    Verdict,
    VolumeMove,
    bend_move,
)
from carvsdb_refine.potential import read_ace
from carvsdb_refine.scattering import DataSet, Scatterer

Floats = NDArray[np.float64]

KT = BOLTZMANN * 300.0


def sampled(chain: Chain, quantity: Any, n_moves: int, every: int = 1) -> tuple[float, float]:
    """Return the mean of a quantity along a chain, and its error from the means of 20 pieces."""
    chain.run(n_moves // 20)
    values = []
    for _ in range(n_moves // every):
        chain.run(every)
        values.append(quantity(chain.configuration))
    pieces = np.array([piece.mean() for piece in np.array_split(np.array(values), 20)])
    return float(pieces.mean()), float(pieces.std(ddof=1) / np.sqrt(20))


def assert_sampled(found: tuple[float, float], expected: float) -> None:
    mean, error = found
    assert abs(mean - expected) < 4 * error
    assert 4 * error < 0.16 * abs(expected)


# --- each move samples its distribution


def test_shifts_sample_a_harmonic_well() -> None:
    well = Field(lambda positions: 0.05 * float(((positions - 3.0) ** 2).sum()))
    chain = chain_of(AtomicModel(("Ar",), np.full((1, 3), 3.0), CUBE), AtomMove(1.2), energy=well)
    assert_sampled(sampled(chain, lambda c: 0.05 * ((c.positions - 3.0) ** 2).sum(), 12_000), 1.5 * KT)


def test_rotations_sample_a_dipole_in_a_field() -> None:
    """The mean cosine is Langevin's function."""
    model = AtomicModel(("C", "O"), np.array([[0, 0, 0], [0, 0, 1.2]]), CUBE, molecule_ids=np.array([1, 1]))
    strength = 2.0 * KT

    def cosine(positions: Floats) -> float:
        arm = positions[1] - positions[0]
        return float(arm[2] / np.linalg.norm(arm))

    chain = chain_of(model, RigidMove(0.1, 120.0), energy=Field(lambda positions: -strength * cosine(positions)))
    expected = 1 / np.tanh(2.0) - 1 / 2.0
    assert_sampled(sampled(chain, lambda c: cosine(c.positions), 12_000), expected)
    length = np.linalg.norm(chain.configuration.positions[1] - chain.configuration.positions[0])
    assert length == pytest.approx(1.2, abs=1e-10)


def test_bends_sample_a_bond() -> None:
    """The length r of a harmonic bond has the density r² exp(-k (r - r0)² / 2kT)."""
    model = AtomicModel(
        ("H", "H", "Ar"), np.array([[0, 0, 0], [0, 0, 1.0], [6, 6, 6]]), CUBE, molecule_ids=np.array([1, 1, 2])
    )

    def length(positions: Floats) -> float:
        return float(np.linalg.norm(positions[1] - positions[0]))

    chain = chain_of(model, bend_move(0.5), energy=Field(lambda positions: 0.3 * (length(positions) - 1.0) ** 2))
    r = np.linspace(1e-3, 4, 4000)
    density = r**2 * np.exp(-0.3 * (r - 1) ** 2 / KT)
    assert_sampled(sampled(chain, lambda c: length(c.positions), 12_000), float((r * density).sum() / density.sum()))
    assert np.array_equal(chain.configuration.positions[2], [6, 6, 6])


def test_swaps_sample_occupations() -> None:
    """Two A and two B on four sites, one of which A likes; all six arrangements are weighed."""
    sites = np.array([[1, 1, 1], [4, 1, 1], [1, 4, 1], [11.5, 11.5, 1]], float)
    model = AtomicModel(("Si", "Si", "Ge", "Ge"), sites, CUBE)

    def likes(positions: Floats) -> float:
        offset = (positions[:2] - sites[3] + 6) % 12 - 6
        return float((np.abs(offset) < 1e-6).all(axis=1).any())

    chain = chain_of(model, SwapMove("Si", "Ge"), energy=Field(lambda positions: -KT * likes(positions)))
    # Three of six arrangements have an A there.
    expected = exp(1) / (exp(1) + 1)
    assert_sampled(sampled(chain, lambda c: likes(c.positions), 6_000), expected)
    with pytest.raises(InputError, match="swap Si-O needs free atoms of two elements; O has 0"):
        chain_of(model, SwapMove("Si", "O")).run(1)


def test_volumes_of_an_ideal_gas() -> None:
    """Of N molecules under a pressure: <V> = (N + 1) kT / P; molecules keep their shape, also across the border."""
    n_molecules, pressure = 6, KT * 7 / 800.0
    generator = np.random.default_rng(2)
    centres = generator.random((n_molecules, 3)) * 9.0
    positions = (centres[:, None] + [[0, 0, 0], [0.9, 0.2, 0.1]]).reshape(-1, 3)
    # The second atom is listed in the cell, apart from its molecule.
    positions[1::2] %= 9.0
    model = AtomicModel(("C", "O") * n_molecules, positions, np.eye(3) * 9.0, molecule_ids=np.arange(12) // 2 + 1)
    chain = chain_of(model, VolumeMove(1.5, pressure), RigidMove(0.5, 30.0, weight=0.2))
    assert_sampled(sampled(chain, lambda c: abs(np.linalg.det(c.cell)), 12_000), 800.0)
    arms = chain.configuration.nearest(chain.configuration.positions[1::2] - chain.configuration.positions[::2])
    assert np.linalg.norm(arms, axis=1) == pytest.approx(np.sqrt(0.86), abs=1e-9)


def test_volume_needs_terms_that_follow() -> None:
    class Stiff(BoundField):
        propose_cell = None  # type: ignore[assignment]  # to a protocol as if there were none

    class StiffField(Field):
        def bind(self, model: AtomicModel) -> BoundField:
            return Stiff(self.function, model.positions.copy())

    with pytest.raises(InputError, match="stiff cannot follow a change of the cell"):
        chain_of(AtomicModel(("Ar",), np.zeros((1, 3)), CUBE), VolumeMove(), energy=StiffField(lambda p: 0.0, "stiff"))


# --- joint and delayed acceptance sample the same


def test_delayed_acceptance_samples_the_joint_distribution() -> None:
    """A harmonic well and data that pull apart; means of energy and chi² by all three ways of accepting."""
    model = AtomicModel(("Si", "Si"), np.array([[4.0, 6, 6], [7.0, 6, 6]]), CUBE)
    q = np.linspace(1, 6, 12)
    # Data of a pair at 2.2 Å; the well prefers 3 Å.
    source = AtomicModel(("Si", "Si"), np.array([[4.0, 6, 6], [6.21, 6, 6]]), CUBE)
    flat = Fit(DataSet("neutron", "F(Q)", q, np.ones(12), 1.0), Scatterer(beyond_box="nothing"))
    curve = ScatteringData((flat,), 0.1).bind(source).curves()[0]
    data = ScatteringData((Fit(DataSet("neutron", "F(Q)", q, curve, 0.05), Scatterer(beyond_box="nothing")),), 0.1)

    def distance(configuration: Configuration) -> float:
        return float(np.linalg.norm(configuration.positions[1] - configuration.positions[0]))

    well = Field(lambda positions: 0.1 * (float(np.linalg.norm(positions[1] - positions[0])) - 3.0) ** 2)
    found = {}
    for acceptance in ("joint", "energy first", "data first"):
        chain = chain_of(model, AtomMove(0.8), energy=well, data=data, acceptance=acceptance, chi2_factor=0.5)
        found[acceptance] = sampled(chain, distance, 8_000)
        assert chain.data is not None
        assert chain.chi2 == pytest.approx(chain.data.scores()[0].chi2, rel=1e-9)
    # The exact mean: bins of the histogram have a misfit each.
    distances = np.arange(0.005, 10.4, 0.01)
    state = data.bind(model)
    weights = []
    for separation in distances:
        change = state.propose(np.array([1]), model.positions[[0]] + [separation, 0, 0]) if separation < 6 else None
        shape = separation**2 if separation < 6 else 0.0
        if change is None:
            weights.append(0.0)
            continue
        weights.append(shape * np.exp(-0.5 * change - 0.1 * (separation - 3.0) ** 2 / KT))
        state.reject()
    expected = float((distances * weights).sum() / np.sum(weights))
    for acceptance, (mean, error) in found.items():
        assert abs(mean - expected) < 4 * error, acceptance
        assert error < 0.03


def test_what_is_hopeless_is_not_asked_twice() -> None:
    """A wall: its moves are rejected before the data are asked."""
    wall = Field(lambda positions: inf if positions[0, 0] > 6 else 0.0)
    fit = Fit(DataSet("neutron", "F(Q)", np.linspace(1, 6, 12), np.ones(12), 1.0), Scatterer(beyond_box="nothing"))
    model = AtomicModel(("Ar", "Ar"), np.array([[5.9, 6, 6], [2.0, 6, 6]]), CUBE)
    chain = chain_of(model, AtomMove(1.0), energy=wall, data=ScatteringData((fit,), 0.1))
    chain.run(300)
    assert chain.counts[0].rejected_first > 3
    assert chain.configuration.positions[0, 0] <= 6


# --- the chain


def test_steps_adapt_then_freeze() -> None:
    stiff = Field(lambda positions: 50.0 * float(((positions - 3.0) ** 2).sum()))
    model = AtomicModel(("Ar",), np.full((1, 3), 3.0), CUBE)
    chain = chain_of(model, AtomMove(1.0), energy=stiff, equilibration=1500, target_acceptance=0.3)
    chain.run(1500)
    scale = chain.counts[0].scale
    assert scale < 0.1
    before = chain.counts[0]
    chain.run(1500)
    after = chain.counts[0]
    assert after.scale == scale
    assert (after.accepted - before.accepted) / 1500 == pytest.approx(0.3, abs=0.08)


def test_counters_add_up() -> None:
    model = random_model(3)
    chain = chain_of(
        model, AtomMove(0.5, 2.0), RigidMove(0.5, 20, 1.0), constraints=(HardSpheres({"Si-O": 1.0}),), chi2_factor=0.0
    )
    verdicts = [chain.step() for _ in range(300)]
    atom, molecule = chain.counts
    assert chain.n_moves == atom.tried + molecule.tried == 300
    assert 150 < atom.tried < 250
    assert atom.accepted + molecule.accepted == verdicts.count(Verdict.ACCEPTED)
    assert atom.forbidden + molecule.forbidden == verdicts.count(Verdict.FORBIDDEN) > 0
    assert atom.acceptance == atom.accepted / atom.tried


def test_zero_kelvin_goes_downhill() -> None:
    well = Field(lambda positions: float(((positions - 3.0) ** 2).sum()))
    chain = chain_of(AtomicModel(("Ar",), np.full((1, 3), 5.0), CUBE), AtomMove(0.5), energy=well, temperature=0.0)
    energies = []
    for _ in range(200):
        chain.step()
        energies.append(chain.energy)
    assert (np.diff(energies) <= 0).all()
    assert energies[-1] < 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"acceptance": "eager"}, "there is no acceptance 'eager'; expected one of joint, energy first, data first"),
        ({"temperature": -1.0}, "temperature must be 0 or more, got -1"),
        ({"target_acceptance": 1.0}, "target_acceptance must be between 0 and 1"),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ChainOptions(**options)


def test_a_chain_needs_moves() -> None:
    model = random_model(0)
    with pytest.raises(InputError, match="at least one move with a weight above 0"):
        chain_of(model)
    with pytest.raises(InputError, match="two moves have the same name"):
        chain_of(model, AtomMove(), AtomMove())
    with pytest.raises(InputError, match="need a molecule of at least two atoms"):
        chain_of(crystal(), bend_move()).run(1)


# --- resumption


@pytest.mark.parametrize("acceptance", ["joint", "energy first"])
def test_a_resumed_chain_is_the_same_to_the_last_bit(shared: Path, tmp_path: Path, acceptance: str) -> None:
    """ACE, data, constraints, adaption, temperature: stopped, saved, loaded, gone on with."""
    start = read_model(shared / "data/cells/zif-sod-204.xyz")
    model = AtomicModel(start.elements, start.positions, start.cell, molecule_ids=np.arange(204) // 6 + 1)
    q = np.linspace(0.8, 12, 200)
    fits = (
        Fit(DataSet("neutron", "F(Q)", q, 0.1 * np.sin(q), 0.1), Scatterer(beyond_box="nothing")),
        Fit(DataSet("xray", "F(Q)", q, 0.1 * np.cos(q), 0.1, scale=None), Scatterer(beyond_box="nothing")),
    )
    parts: tuple[Any, ...] = (
        model,
        [read_ace(shared / "data/amorphous-mof/mlips/zif-ace-24.yace")],
        ScatteringData(fits),
        [RigidMove(0.02, 1.0), AtomMove(0.01)],
        [HardSpheres({"H-H": 1.5}), BondLengths({"C-H": (0.9, 1.3)}), Coordination("Zn", "N", 2.5, 4, 4)],
        ChainOptions(acceptance=acceptance, equilibration=40, check_every=25, temperature=5000.0),
    )
    through = Chain(*(*parts, np.random.default_rng(7)))
    through.temperature = 4000.0
    through.run(30)
    file = tmp_path / "state.npz"
    state: dict[str, Any] = through.state()
    np.savez(file, **state)
    through.run(40)
    with np.load(file) as saved:
        resumed = Chain.from_state(dict(saved), *parts)
    assert resumed.n_moves == 30
    resumed.run(40)
    assert 10 < sum(count.accepted for count in through.counts) < 65
    first, second = through.state(), resumed.state()
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert np.array_equal(array, second[name]), name
    assert (through.chi2, through.energy) == (resumed.chi2, resumed.energy)
    assert through.counts == resumed.counts
    # Moves 50: both checked, both exact.
    drift = resumed.drifts[-1]
    assert (drift.moves, drift.wrong_counts) == (50, 0)
    assert drift == through.drifts[-1]
    assert drift.chi2 < 1e-8
    assert drift.energies < 1e-11
    with pytest.raises(InputError, match="belongs to another model or to other moves"):
        Chain.from_state(first, parts[0], parts[1], parts[2], [AtomMove()], parts[4], parts[5])


@pytest.mark.parametrize("bits", ["PCG64", "Philox", "SFC64", "MT19937"])
def test_any_generator_is_resumed(bits: str) -> None:
    generator = np.random.Generator(getattr(np.random, bits)(3))
    chain = Chain(random_model(1), [NOTHING], None, [AtomMove()], [], ChainOptions(), generator)
    chain.run(5)
    state = chain.state()
    chain.run(5)
    again = Chain.from_state(state, random_model(1), [NOTHING], None, [AtomMove()], [], ChainOptions())
    again.run(5)
    assert np.array_equal(again.configuration.positions, chain.configuration.positions)


def test_the_seed_is_the_trajectory() -> None:
    model = random_model(2)
    runs = [chain_of(model, AtomMove(0.3), constraints=(HardSpheres({"O-O": 1.0}),), seed=seed) for seed in (5, 5, 6)]
    for chain in runs:
        chain.run(50)
    assert np.array_equal(runs[0].configuration.positions, runs[1].configuration.positions)
    assert not np.array_equal(runs[0].configuration.positions, runs[2].configuration.positions)


def test_images_stay_valid() -> None:
    """A molecule across the border moves as one, and each atom by less than the step."""
    positions = np.array([[11.8, 6, 6], [0.6, 6, 6], [0.2, 7, 6]])
    images = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 0]])
    model = AtomicModel(("C", "N", "C"), positions, CUBE, molecule_ids=np.ones(3, int), images=images)
    configuration = Configuration(model)
    inner = np.linalg.norm(
        configuration.connected(np.arange(3))[:, None] - configuration.connected(np.arange(3)), axis=2
    )
    generator = np.random.default_rng(0)
    for _ in range(50):
        proposal = RigidMove(0.1, 10.0).propose(configuration, 1.0, generator)
        assert np.abs(proposal.positions - configuration.positions).max() < 0.5
        configuration.change(proposal.atoms, proposal.positions)
    unwrapped = configuration.positions + images @ CUBE
    assert np.linalg.norm(unwrapped[:, None] - unwrapped, axis=2) == pytest.approx(inner, abs=1e-12)
    assert configuration.snapshot().images is not None


def test_the_page_runs() -> None:
    page = Path(__file__).resolve().parents[1] / "docs" / "monte_carlo.md"
    results = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert results.attempted > 8
    assert results.failed == 0
