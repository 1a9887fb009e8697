"""Classical potentials: published energies, naive twins, ASE, forces, and energies kept up to date as atoms move."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from two_element_crystals import DIAMOND, FCC, SW_TRIPLES, TERSOFF_TRIPLES, bonds_of, evaluate, silicon

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb.generate import AnnealingSchedule, SwitchingOptions, keating_energy, keating_forces, wooten_winer_weaire
from carvsdb_refine.potential import (
    AseCalculator,
    Keating,
    LennardJones,
    LennardJonesPair,
    Morse,
    MorsePair,
    StillingerWeber,
    Tersoff,
)
from carvsdb_refine.potential.classical import reference as twin

Floats = NDArray[np.float64]

LJ_PAIRS = {"Ar-Ar": LennardJonesPair(0.0104, 3.4), "Kr-Kr": LennardJonesPair(0.0142, 3.65)}
MORSE_PAIRS = {"Ar-Ar": MorsePair(0.7, 1.7, 2.4), "Kr-Ar": MorsePair(1.1, 1.4, 2.6)}


Twin = Callable[[str, list[twin.Neighbour]], float]


@dataclass(frozen=True)
class Case:
    potential: Any
    twin: Twin
    reach: float


def half_pairs(energy: Callable[[str, float], float], cutoff: float) -> Twin:
    def of(centre: str, around: list[twin.Neighbour]) -> float:
        shifted = (energy(f"{centre}-{near.element}", near.distance) - energy(f"{centre}-{near.element}", cutoff)
                   for near in around)  # fmt: skip
        return sum(shifted) / 2

    return of


def lj_energy(pair: str, r: float) -> float:
    mixed = LennardJonesPair((0.0104 * 0.0142) ** 0.5, (3.4 + 3.65) / 2)
    numbers = LJ_PAIRS.get(pair, mixed)
    return 4 * numbers.epsilon * ((numbers.sigma / r) ** 12 - (numbers.sigma / r) ** 6)


def morse_energy(pair: str, r: float) -> float:
    pairs = {**MORSE_PAIRS, "Ar-Kr": MORSE_PAIRS["Kr-Ar"]}
    if pair not in pairs:
        return 0.0
    numbers = pairs[pair]
    return numbers.depth * ((1 - math.exp(-numbers.width * (r - numbers.distance))) ** 2 - 1)


CASES = {
    "lennard-jones": Case(LennardJones(LJ_PAIRS, 7.0), half_pairs(lj_energy, 7.0), 7.0),
    "morse": Case(Morse(MORSE_PAIRS, 5.0), half_pairs(morse_energy, 5.0), 5.0),
    "stillinger-weber": Case(
        StillingerWeber("ArKr.sw", SW_TRIPLES), lambda c, near: twin.stillinger_weber(SW_TRIPLES, c, near), 4.0
    ),
    "tersoff": Case(
        Tersoff("ArKr.tersoff", TERSOFF_TRIPLES), lambda c, near: twin.tersoff(TERSOFF_TRIPLES, c, near), 3.01
    ),
}
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def crystallite(seed: int) -> AtomicModel:
    """Return five atoms in an oblique cell that is smaller than most cut-offs."""
    generator = np.random.default_rng(seed)
    cell = np.array([[5.2, 0, 0], [1.3, 4.4, 0], [-0.9, 1.1, 4.9]])
    sites = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5], [0.5, 0.5, 0.5]])
    positions = sites @ cell + generator.uniform(-0.3, 0.3, (5, 3))
    return AtomicModel(tuple(generator.choice(["Ar", "Kr"], 5)), positions, cell)


@pytest.mark.parametrize(
    ("potential", "edge", "energy"),
    # Stillinger & Weber (1985): two epsilon per atom; Tersoff (1988), table II.
    [(StillingerWeber.silicon(), 5.431, -4.3366), (Tersoff.silicon(), 5.432, -4.63)],
)
def test_published_silicon(potential: Any, edge: float, energy: float) -> None:
    digits = 5e-5 if energy == -4.3366 else 5e-3
    # One primitive-like small cell and a larger one must agree: images are not forgotten.
    for times in (1, 2):
        assert evaluate(potential, silicon(times, edge)) == pytest.approx(energy, abs=digits)
    # The published lattice constant is that of the lowest energy.
    assert all(evaluate(potential, silicon(1, edge + by)).sum() > evaluate(potential, silicon(1, edge)).sum()
               for by in (-0.01, 0.01))  # fmt: skip


def test_published_lattice_sums_of_fcc() -> None:
    # Sums over the fcc lattice A12 = 12.13188, A6 = 14.45392 (Kittel, table 3.4): -8.610 epsilon at 1.09 sigma.
    sigma, epsilon, nearest = 1.0, 1.0, 1.0902
    cutoff, edge = 9.0, nearest * 2**0.5
    fluid = LennardJones({"Ar-Ar": LennardJonesPair(epsilon, sigma)}, cutoff, shifted=False)
    energies = fluid.energies(["Ar"] * 4, FCC * edge, np.eye(3) * edge)
    tail = -8 * np.pi / 3 * (4 / edge**3) * epsilon * sigma**6 / cutoff**3
    expected = 2 * epsilon * (12.13188 / nearest**12 - 14.45392 / nearest**6)
    assert energies + tail == pytest.approx(expected, abs=2e-4)


@each
@pytest.mark.parametrize("seed", [0, 1])
def test_naive_twin(case: Case, seed: int) -> None:
    model = crystallite(seed)
    energies = evaluate(case.potential, model)
    expected = [
        case.twin(element, twin.neighbours_of(model.elements, model.positions, model.cell, atom, case.reach))
        for atom, element in enumerate(model.elements)
    ]
    assert energies == pytest.approx(expected, abs=1e-10)
    assert np.abs(energies).min() > 1e-3


@each
def test_forces_are_slopes(case: Case) -> None:
    for model in (crystallite(2), silicon(1, 5.6, 0.15, ("Ar", "Kr"))):
        check_forces(case.potential, model)


def check_forces(potential: Any, model: AtomicModel) -> None:
    energies, forces = potential.energies_and_forces(model.elements, model.positions, model.cell)
    assert np.array_equal(energies, evaluate(potential, model))
    assert forces.sum(axis=0) == pytest.approx(0, abs=1e-9)
    step = 1e-4
    for atom, axis in product(range(min(model.n_atoms, 5)), range(3)):
        ends = []
        for by in (2, 1, -1, -2):
            moved = model.positions.copy()
            moved[atom, axis] += by * step
            ends.append(evaluate(potential, model, moved).sum())
        slope = (-ends[0] + 8 * ends[1] - 8 * ends[2] + ends[3]) / (12 * step)
        assert -slope == pytest.approx(forces[atom, axis], abs=1e-6)


@each
def test_nothing_depends_on_how_it_is_told(case: Case) -> None:
    model = silicon(1, 5.6, 0.1, ("Ar", "Kr"))
    expected = evaluate(case.potential, model)
    generator = np.random.default_rng(6)
    wrapped = model.positions + generator.integers(-2, 3, (8, 3)) @ model.cell
    assert evaluate(case.potential, model, wrapped) == pytest.approx(expected, abs=1e-10)
    order = generator.permutation(8)
    turned, _ = np.linalg.qr(generator.normal(size=(3, 3)))
    skew = np.array([[1, 0, 0], [1, 1, 0], [0, -1, 1]]) @ model.cell
    elements = [model.elements[index] for index in order]
    energies = case.potential.energies(elements, model.positions[order] @ turned, skew @ turned)
    assert energies == pytest.approx(expected[order], abs=1e-10)


def keating_case() -> tuple[Any, AtomicModel]:
    model = silicon(1, 5.45, 0.1)
    return Keating(bonds_within=2.95), model


BOUND = {
    **{name: (case.potential, silicon(2, 5.6, 0.1, ("Ar", "Kr"))) for name, case in CASES.items()},
    **{f"{name}, small": (case.potential, crystallite(4)) for name, case in CASES.items()},
    "keating": keating_case(),
}


@pytest.mark.parametrize(("potential", "model"), BOUND.values(), ids=BOUND)
def test_energy_changes_of_moves(potential: Any, model: AtomicModel) -> None:
    generator = np.random.default_rng(8)
    bound = potential.bind(model)
    fixed = potential
    if isinstance(potential, Keating):
        # Its bonds are those of the start: a net of them, for full evaluations later on.
        fixed = Keating(net=bonds_of(model, potential.bonds_within))
    positions, cell = model.positions.copy(), model.cell.copy()
    energies = fixed.energies(model.elements, positions, cell)
    assert bound.atom_energies == pytest.approx(energies, abs=1e-10)
    saved = None
    for turn in range(40):
        places, lattice = positions.copy(), cell
        if turn % 10 == 9:
            lattice = cell @ (np.eye(3) + generator.uniform(-0.01, 0.01, (3, 3)))
            places = positions @ np.linalg.inv(cell) @ lattice
            change = bound.propose_cell(lattice, places)
        else:
            atoms = generator.choice(model.n_atoms, 1 + turn % 3, replace=False)
            places[atoms] += generator.uniform(-0.2, 0.2, (len(atoms), 3))
            if turn % 3 == 1 and not isinstance(potential, Keating):
                # A swap of species is an exchange of places.
                places[atoms] = places[atoms[::-1]]
            # Where the chain wraps an atom is no matter.
            images = generator.integers(-1, 2, (len(atoms), 3)) @ cell
            change = bound.propose(atoms, places[atoms] + images)
        before, after = energies, fixed.energies(model.elements, places, lattice)
        assert change == pytest.approx((after - before).sum(), abs=1e-9)
        assert bound.atom_energies == pytest.approx(before, abs=1e-9)
        if generator.random() < 0.5:
            bound.accept()
            positions, cell, energies = places, lattice, after
        elif turn % 4:
            # A proposal that is not answered is rejected by the next one.
            bound.reject()
        if turn == 28:
            saved = (bound.state(), AtomicModel(model.elements, positions, cell))
    bound.reject()
    assert bound.atom_energies == pytest.approx(bound.recompute(), abs=1e-9)
    assert bound.recompute() == pytest.approx(energies, abs=1e-9)
    assert saved is not None
    check_resumed(fixed, *saved)


def check_resumed(potential: Any, state: dict[str, Any], model: AtomicModel) -> None:
    """Restore a state twice, with the same atoms, and go on: not a bit differs."""
    first, second = potential.bind(model), potential.bind(model)
    first.restore(state)
    second.restore(first.state())
    generator = np.random.default_rng(9)
    for _ in range(5):
        atom = generator.integers(model.n_atoms, size=1)
        place = model.positions[atom] + generator.uniform(-0.1, 0.1, (1, 3))
        assert first.propose(atom, place) == second.propose(atom, place)
        first.accept()
        second.accept()
    assert np.array_equal(first.atom_energies, second.atom_energies)


def test_atoms_upon_one_another() -> None:
    fluid = LennardJones(LJ_PAIRS, 7.0)
    with pytest.raises(InputError, match=r"atom 0 .* no finite energy"):
        fluid.energies(["Ar", "Ar"], np.zeros((2, 3)), np.eye(3) * 20)
    bound = fluid.bind(AtomicModel(("Ar", "Ar"), np.array([[0.0, 0, 0], [4, 0, 0]]), np.eye(3) * 20))
    assert bound.propose(np.array([1]), np.zeros((1, 3))) == np.inf
    bound.reject()
    assert bound.atom_energies == pytest.approx(bound.recompute(), abs=0)


def test_keating_is_the_generators() -> None:
    short = SwitchingOptions(AnnealingSchedule(temperatures=(0.5,), attempts_per_node=(20,)))
    net = wooten_winer_weaire(64, generator=np.random.default_rng(2), options=short).net
    assert net.positions is not None
    assert net.cell is not None
    rng = np.random.default_rng(1)
    shaken = net.positions + rng.normal(0, 0.01, net.positions.shape)
    from carvsdb.net import Net

    moved = Net.from_edges(net.edges, net.n_vertices, positions=shaken, cell=net.cell)
    potential = Keating(net=net)
    images = rng.integers(-1, 2, shaken.shape)
    energies, forces = potential.energies_and_forces(["Si"] * 64, (shaken + images) @ net.cell, net.cell)
    assert energies.sum() == pytest.approx(keating_energy(moved), abs=1e-9)
    assert forces == pytest.approx(keating_forces(moved), abs=1e-9)
    with pytest.raises(InputError, match="64 vertices, but there are 8 atoms"):
        potential.energies(["Si"] * 8, DIAMOND * 5.43, np.eye(3) * 5.43)


def test_ase_says_the_same() -> None:
    from ase.calculators import lj, morse, tersoff

    (row,) = Tersoff.silicon().triples.values()
    peer = tersoff.Tersoff({("Si", "Si", "Si"): tersoff.TersoffParameters(*row)})
    dimer = AtomicModel(("Ar", "Ar"), np.array([[0, 0, 0], [3.1, 0.4, 0.2]]), np.eye(3) * 30)
    ase_lj: Any = lj.LennardJones
    ase_morse: Any = morse.MorsePotential
    pairs = [
        (peer, Tersoff.silicon(), silicon(1, 5.5, 0.15)),
        (
            ase_lj(epsilon=0.0104, sigma=3.4, rc=7.0),
            LennardJones({"Si-Si": LJ_PAIRS["Ar-Ar"]}, 7.0),
            silicon(2, 8.5, 0.2),
        ),
        (
            ase_morse(epsilon=0.7, rho0=1.7 * 2.4, r0=2.4),
            Morse({"Ar-Ar": MORSE_PAIRS["Ar-Ar"]}, 8.0, shifted=False),
            dimer,
        ),
    ]
    for calculator, potential, model in pairs:
        term = AseCalculator(calculator)
        expected = term.energies_and_forces(model.elements, model.positions, model.cell)
        found = potential.energies_and_forces(model.elements, model.positions, model.cell)
        assert found[0].sum() == pytest.approx(expected[0].sum(), abs=1e-7)
        if calculator is not peer:  # which shares a bond's energy out in another way
            assert found[0] == pytest.approx(expected[0], abs=1e-8)
        assert found[1] == pytest.approx(expected[1], abs=1e-6)
    bound, ours = AseCalculator(peer).bind(pairs[0][2]), Tersoff.silicon().bind(pairs[0][2])
    for accepted in (True, False, True):
        atoms, places = np.array([3]), pairs[0][2].positions[[3]] + (0.1 if accepted else 0.2)
        assert bound.propose(atoms, places) == pytest.approx(ours.propose(atoms, places), abs=1e-7)
        for one in (bound, ours):
            one.accept() if accepted else one.reject()
    assert bound.atom_energies.sum() == pytest.approx(ours.atom_energies.sum(), abs=1e-7)
