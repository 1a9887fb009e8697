"""What a chain samples is the Boltzmann distribution: for each move against exact sums, and a Lennard-Jones fluid."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.pairs import list_pairs
from carvsdb.net import Net
from carvsdb_refine.monte_carlo import (
    BOLTZMANN,
    AtomMove,
    Chain,
    ChainOptions,
    Move,
    RigidMove,
    SwapMove,
    VolumeMove,
    bend_move,
)
from carvsdb_refine.potential import Keating, LennardJones, LennardJonesPair, Morse, MorsePair, StillingerWeber
from carvsdb_refine.scattering import pair_histogram

Floats = NDArray[np.float64]

EPSILON, SIGMA = 0.01, 3.0


def chain_of(model: AtomicModel, potential: LennardJones | Morse, moves: list[Move], kt: float, seed: int) -> Chain:
    options = ChainOptions(temperature=kt / BOLTZMANN, check_every=0)
    return Chain(model, [potential], None, moves, [], options, np.random.default_rng(seed))


def argon(cutoff: float) -> LennardJones:
    return LennardJones({"Ar-Ar": LennardJonesPair(EPSILON, SIGMA)}, cutoff, shifted=False)


def pair_energy(distances: Floats, cutoff: float) -> Floats:
    """Return the Lennard-Jones energy, cut off and not shifted: written down once more."""
    sixth = (SIGMA / distances) ** 6
    energies: Floats = np.where(distances < cutoff, 4 * EPSILON * (sixth**2 - sixth), 0.0)
    return energies


def sample(chain: Chain, n_moves: int, measure: Callable[[Chain], float], every: int) -> Floats:
    """Return what is measured every so many moves, after a tenth of the moves."""
    chain.run(n_moves // 10)
    found = []
    for _ in range(n_moves // every):
        chain.run(every)
        found.append(measure(chain))
    return np.array(found)


def check_histogram(values: Floats, edges: Floats, expected: Floats, worst: float = 0.03) -> None:
    """Compare the fractions of values in bins with expected ones, within 4.5 standard errors of blocks."""
    blocks = np.array_split(values, 25)
    fractions = np.array([np.histogram(block, edges)[0] / len(block) for block in blocks])
    errors = fractions.std(axis=0, ddof=1) / 5
    # A bin that is hardly met has an error of its own.
    errors = np.maximum(errors, np.sqrt(np.maximum(expected, 1e-3) / len(values)))
    assert errors.max() < worst, "the run is too short to tell"
    assert np.abs(fractions.mean(axis=0) - expected).max() < 0.05
    assert np.abs((fractions.mean(axis=0) - expected) / errors).max() < 4.5


def test_atom_moves() -> None:
    edge, kt, cutoff = 9.0, 0.012, 4.5
    model = AtomicModel(("Ar", "Ar"), np.array([[0.0, 0, 0], [4.0, 0, 0]]), np.eye(3) * edge)
    chain = chain_of(model, argon(cutoff), [AtomMove(3.0)], kt, 1)

    def distance(chain: Chain) -> float:
        positions = chain.configuration.positions
        between = positions[1] - positions[0]
        return float(np.linalg.norm(between - edge * np.rint(between / edge)))

    # The exact distribution, by quadrature over an octant of the cell.
    axis = (np.arange(60) + 0.5) / 120 * edge
    distances = np.sqrt(axis[:, None, None] ** 2 + axis[:, None] ** 2 + axis**2).ravel()
    weights = np.exp(-pair_energy(distances, cutoff) / kt)
    edges = np.array([0, 3.0, 3.4, 3.8, 4.4, 5.0, 5.6, 6.4, 8.0])
    expected = np.histogram(distances, edges, weights=weights)[0] / weights.sum()
    check_histogram(sample(chain, 80_000, distance, 4), edges, expected)


def test_bending_moves() -> None:
    kt, pair = 0.05, MorsePair(0.8, 1.5, 2.0)
    model = AtomicModel(
        ("N", "O", "Ar"),
        np.array([[0.0, 0, 0], [2.0, 0, 0], [7, 7, 7]]),
        np.eye(3) * 14.0,
        molecule_ids=np.array([1, 1, 2]),
    )
    potential = Morse({"N-O": pair, "Ar-Ar": MorsePair(0.0, 1.0, 3.0)}, 6.0, shifted=False)
    chain = chain_of(model, potential, [bend_move(0.3)], kt, 2)

    def length(chain: Chain) -> float:
        positions = chain.configuration.positions
        return float(np.linalg.norm(positions[1] - positions[0]))

    r = np.linspace(0.5, 3.4, 5000)
    weights = r**2 * np.exp(-pair.depth * ((1 - np.exp(-pair.width * (r - pair.distance))) ** 2 - 1) / kt)
    edges = np.array([0.5, 1.8, 1.9, 2.0, 2.1, 2.2, 2.35, 3.4])
    expected = np.histogram(r, edges, weights=weights)[0] / weights.sum()
    values = sample(chain, 60_000, length, 4)
    assert values.max() < 3.4
    check_histogram(values, edges, expected)
    assert np.array_equal(chain.configuration.positions[2], model.positions[2])


def test_rigid_moves() -> None:
    # Two rigid molecules of two atoms. The reference draws both at random and weighs.
    edge, kt, cutoff, half = 9.0, 0.03, 4.5, 0.8
    start = np.array([[0.0, 0, -half], [0, 0, half], [4.5, 0, -half], [4.5, 0, half]])
    model = AtomicModel(("Ar",) * 4, start, np.eye(3) * edge, molecule_ids=np.array([1, 1, 2, 2]))
    chain = chain_of(model, argon(cutoff), [RigidMove(2.5, 90.0)], kt, 3)

    def measure(positions: Floats) -> tuple[Floats, Floats]:
        """Return the distance of the centres and the cosine between the axes, for configurations (n, 4, 3)."""
        centres = (positions[:, 0] + positions[:, 1] - positions[:, 2] - positions[:, 3]) / 2
        centres = centres - edge * np.rint(centres / edge)
        axes = (positions[:, 1] - positions[:, 0]) / (2 * half), (positions[:, 3] - positions[:, 2]) / (2 * half)
        return np.linalg.norm(centres, axis=1), np.abs((axes[0] * axes[1]).sum(axis=1))

    rng = np.random.default_rng(4)
    n_drawn = 300_000
    axes = rng.normal(size=(n_drawn, 2, 3))
    axes *= half / np.linalg.norm(axes, axis=2, keepdims=True)
    centre = rng.uniform(-edge / 2, edge / 2, (n_drawn, 3))
    drawn = np.stack([-axes[:, 0], axes[:, 0], centre - axes[:, 1], centre + axes[:, 1]], axis=1)
    between = drawn[:, :2, None] - drawn[:, None, 2:]
    between -= edge * np.rint(between / edge)
    energies = pair_energy(np.linalg.norm(between, axis=-1), cutoff).sum(axis=(1, 2))
    weights = np.exp(-energies / kt)
    found: list[Floats] = []

    def keep(chain: Chain) -> float:
        found.append(chain.configuration.positions.copy())
        return chain.energy

    # A molecule's own two atoms are within the cut-off: a constant.
    own = 2 * float(pair_energy(np.array([2 * half]), cutoff)[0])
    chain_energies = sample(chain, 60_000, keep, 4) - own
    distances, cosines = measure(np.array(found))
    reference = measure(drawn)
    for values, drawn_values, edges in (
        (distances, reference[0], np.array([0, 3.2, 3.8, 4.4, 5.0, 5.8, 8.0])),
        (cosines, reference[1], np.linspace(0, 1.000001, 6)),
        (chain_energies, energies, np.array([-np.inf, -0.02, -0.015, -0.01, -0.005, -0.001, 0.001, np.inf])),
    ):
        expected = np.histogram(drawn_values, edges, weights=weights)[0] / weights.sum()
        check_histogram(values, edges, expected)


def test_swaps() -> None:
    # Two Ar and two Kr on four places: all twelve arrangements of the two Ar, by their energies.
    kt = 0.01
    places = np.array([[0.0, 0, 0], [3.2, 0, 0], [0, 3.6, 0], [3.0, 3.4, 1.2]])
    potential = LennardJones(
        {
            "Ar-Ar": LennardJonesPair(0.012, 3.0),
            "Kr-Kr": LennardJonesPair(0.004, 3.1),
            "Ar-Kr": LennardJonesPair(0.02, 3.0),
        },
        6.0,
    )
    model = AtomicModel(("Ar", "Kr", "Ar", "Kr"), places, np.eye(3) * 13.0)
    arrangements = [order for order in permutations(range(4)) if order[0] < order[2] and order[1] < order[3]]
    energies = np.array([potential.energies(model.elements, places[list(o)], model.cell).sum() for o in arrangements])
    weights = np.exp(-energies / kt)
    chain = chain_of(model, potential, [SwapMove("Ar", "Kr")], kt, 5)

    def arrangement(chain: Chain) -> float:
        positions = chain.configuration.positions
        wrapped = positions - 13.0 * np.rint((positions[:, None] - places) / 13.0).min(axis=1)
        at = np.linalg.norm(wrapped[:, None] - places, axis=-1).argmin(axis=1)
        order = (*sorted((at[0], at[2])), *sorted((at[1], at[3])))
        return float([(o[0], o[2], o[1], o[3]) for o in arrangements].index(order))

    values = sample(chain, 30_000, arrangement, 3)
    check_histogram(values, np.arange(len(arrangements) + 1.0) - 0.5, weights / weights.sum())
    assert (weights / weights.sum()).max() > 1.5 / len(arrangements)


def test_volume_moves() -> None:
    # Two atoms under pressure: p(V) is V^2 exp(-PV/kT) times the mean Boltzmann factor over the cell.
    kt, pressure, cutoff = 0.012, 2.4e-5, 4.2
    model = AtomicModel(("Ar", "Ar"), np.array([[0.0, 0, 0], [4.0, 0, 0]]), np.eye(3) * 10.0)
    moves: list[Move] = [AtomMove(4.0), VolumeMove(0.8, pressure, weight=1.0)]
    chain = chain_of(model, argon(cutoff), moves, kt, 6)

    volumes = np.geomspace(20.0, 2e4, 240)
    axis = (np.arange(16) + 0.5) / 32
    fractions = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    images = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    lengths = np.linalg.norm(fractions[:, None] - images, axis=-1)
    own = np.linalg.norm(images[(images != 0).any(axis=1)], axis=-1)
    density = np.zeros(len(volumes))
    for index, volume in enumerate(volumes):
        edge = volume ** (1 / 3)
        energies = pair_energy(lengths * edge, cutoff).sum(axis=1) + pair_energy(own * edge, cutoff).sum()
        density[index] = np.exp(-energies / kt).mean() * volume**2 * np.exp(-pressure * volume / kt)
    edges = np.array([20.0, 300, 600, 900, 1300, 1800, 2500, 2e4])
    fine = np.geomspace(20.0, 2e4, 20_001)
    weights = np.interp(fine, volumes, density) * fine
    expected = np.histogram(fine, edges, weights=weights)[0] / weights.sum()
    values = sample(chain, 40_000, lambda chain: float(np.linalg.det(chain.configuration.cell)), 4)
    check_histogram(values, edges, expected)


@pytest.mark.parametrize("potential", [StillingerWeber.silicon(), Keating(bonds_within=2.6)], ids=["sw", "keating"])
def test_resumed_to_the_bit(potential: StillingerWeber | Keating) -> None:
    fcc = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
    corners = np.stack(np.unravel_index(np.arange(8), (2, 2, 2)), axis=1)
    sites = (corners[:, None] + np.concatenate([fcc, fcc + 0.25])).reshape(-1, 3) * 5.431
    # The last atom lies in another image than its neighbours: what a file may well say.
    sites[-1] -= [2 * 5.431, 0, 0]
    model = AtomicModel(("Si",) * 64, sites, np.eye(3) * 2 * 5.431)
    options = ChainOptions(temperature=3000.0, equilibration=300)
    moves: list[Move] = [AtomMove(0.2), VolumeMove(0.02, weight=0.1)]
    if isinstance(potential, Keating):
        # Bonds are those of the start; a resumed chain is told them by a net.
        potential = Keating(net=net_of_bonds(model, 2.6))
    through = Chain(model, [potential], None, moves, [], options, np.random.default_rng(11))
    through.run(300)
    state = through.state()
    through.run(300)
    resumed = Chain.from_state(state, model, [potential], None, moves, [], options)
    resumed.run(300)
    assert through.counts == resumed.counts
    assert np.array_equal(through.model.positions, resumed.model.positions)
    assert np.array_equal(through.atom_energies, resumed.atom_energies)
    assert resumed.check().energies < 1e-10


def net_of_bonds(model: AtomicModel, within: float) -> Net:
    pairs = list_pairs(model.positions, model.cell, within)
    inverse = np.linalg.inv(model.cell)
    between = pairs.vectors - model.positions[pairs.seconds] + model.positions[pairs.firsts]
    rows = np.column_stack([pairs.firsts, pairs.seconds, np.rint(between @ inverse).astype(np.int64)])
    edges = Net.from_edges(rows, model.n_atoms).edges
    return Net.from_edges(edges, model.n_atoms, positions=model.positions @ inverse, cell=model.cell)


def fluid(n_atoms: int, density: float, rng: np.random.Generator) -> AtomicModel:
    """Return atoms near the places of a simple cubic lattice."""
    side = round(n_atoms ** (1 / 3))
    assert side**3 == n_atoms
    edge = (n_atoms / density) ** (1 / 3) * SIGMA
    places = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) * edge / side
    return AtomicModel(("Ar",) * n_atoms, places + rng.uniform(-0.1, 0.1, places.shape), np.eye(3) * edge)


def naive_metropolis(
    model: AtomicModel, cutoff: float, kt: float, step: float, n_sweeps: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return energy and g(r) after each sweep, by a Monte Carlo that shares nothing with the chain."""
    positions, edge, n = model.positions.copy(), float(model.cell[0, 0]), model.n_atoms

    def energies_of(atom: int, place: Floats) -> float:
        between = positions - place
        between -= edge * np.rint(between / edge)
        square = (between * between).sum(axis=1)
        square[atom] = np.inf
        return float(pair_energy(np.sqrt(square[square < cutoff**2]), cutoff).sum())

    found, distributions = [], []
    energy = sum(energies_of(atom, positions[atom]) for atom in range(n)) / 2
    for _ in range(n_sweeps):
        for _ in range(n):
            atom = int(rng.integers(n))
            place = positions[atom] + rng.uniform(-step, step, 3)
            change = energies_of(atom, place) - energies_of(atom, positions[atom])
            if change <= 0 or rng.random() < np.exp(-change / kt):
                positions[atom] = place
                energy += change
        found.append(energy)
        distributions.append(radial_counts(model.moved_to(positions)))
    return np.array(found), np.array(distributions)


def radial_counts(model: AtomicModel) -> Floats:
    """Return numbers of pairs in bins of 0.3 Å from 2.7 to 6 Å, per atom."""
    counts = pair_histogram(model, bin_width=0.3, r_max=6.0).pair_counts[0]
    return np.asarray(counts[9:20] / model.n_atoms, np.float64)


def error_of(values: Floats) -> Floats:
    blocks = np.array([block.mean(axis=0) for block in np.array_split(values, 12)])
    return np.asarray(blocks.std(axis=0, ddof=1) / np.sqrt(12), np.float64)


def test_lennard_jones_fluid() -> None:
    # T* = 2, rho* = 0.5, 64 atoms, cut off at 2.4 sigma.
    kt, cutoff = 2 * EPSILON, 2.4 * SIGMA
    start = fluid(64, 0.5, np.random.default_rng(7))
    naive, naive_counts = naive_metropolis(start, cutoff, kt, 1.2, 400, np.random.default_rng(8))
    chain = chain_of(start, argon(cutoff), [AtomMove(1.2)], kt, 9)
    chain.run(64 * 60)
    energies, counts = [], []
    for _ in range(900):
        chain.run(64)
        energies.append(chain.energy)
        counts.append(radial_counts(chain.model))
    ours, theirs = np.array(energies) / 64 / EPSILON, naive[60:] / 64 / EPSILON
    errors = error_of(ours), error_of(theirs)
    assert max(errors) < 0.03
    assert abs(ours.mean() - theirs.mean()) < 4 * float(np.hypot(*errors))
    # Far from an ideal gas, and from the crystal it began as.
    assert -3.2 < ours.mean() < -2.5
    found, expected = np.array(counts), naive_counts[60:]
    error = np.hypot(error_of(found), error_of(expected))
    assert error.max() < 0.03
    assert np.abs((found.mean(axis=0) - expected.mean(axis=0)) / error).max() < 4.5
    assert chain.check().energies < 1e-10


@pytest.mark.slow
def test_lennard_jones_fluid_of_nist() -> None:
    # NIST Standard Reference Simulation Website, Lennard-Jones fluid, NVT Monte Carlo: T* = 0.85, rho* = 0.776, cut off
    # at 3 sigma with the long-range correction, 500 atoms: U* = -5.5121 +- 0.0005.
    kt, density, cutoff = 0.85 * EPSILON, 0.776, 3 * SIGMA
    chain = chain_of(fluid(343, density, np.random.default_rng(1)), argon(cutoff), [AtomMove(0.4)], kt, 10)
    values = sample(chain, 343 * 2500, lambda chain: chain.energy / 343 / EPSILON, 343)
    beyond = 8 / 3 * np.pi * density * (3.0**-9 / 3 - 3.0**-3)
    error = float(error_of(values))
    assert error < 0.012
    assert values.mean() + beyond == pytest.approx(-5.5121, abs=4 * error + 0.005)
