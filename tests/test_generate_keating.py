"""The Keating energy against a plain twin, the relaxations, and the bond switch."""

import itertools
from collections import Counter, deque

import numpy as np
import pytest
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb.generate import KeatingParameters, keating_energy, keating_forces
from carvsdb.generate.keating import energy_along, energy_and_gradient
from carvsdb.generate.network import TetrahedralNetwork, cells_for, diamond
from carvsdb.generate.relaxation import line_minimum, relax, relax_box
from carvsdb.generate.switching import (
    CHOICES_PER_NODE,
    choose_chain,
    closes_small_ring,
    switch_bonds,
    undo_switch,
)
from carvsdb.net import Net, library

SILICON = KeatingParameters()


def twin_energy(net: Net, positions: NDArray[np.float64], parameters: KeatingParameters) -> float:
    """Keating's sums, written out over the edges of the net."""
    assert net.cell is not None
    alpha, d = parameters.bond_stretching, parameters.bond_length
    beta = parameters.bending_ratio * alpha
    bonds: dict[int, list[NDArray[np.float64]]] = {vertex: [] for vertex in range(net.n_vertices)}
    energy = 0.0
    for src, dst, *offset in net.edges.tolist():
        bond = positions[dst] + np.array(offset) @ net.cell - positions[src]
        energy += float(3 / 16 * alpha / d**2 * (bond @ bond - d**2) ** 2)
        bonds[src].append(bond)
        bonds[dst].append(-bond)
    for vectors in bonds.values():
        for first, second in itertools.combinations(vectors, 2):
            energy += float(3 / 8 * beta / d**2 * (first @ second + d**2 / 3) ** 2)
    return energy


def shaken(cells: tuple[int, int, int] = (2, 2, 2), by: float = 0.2, switches: int = 0) -> TetrahedralNetwork:
    """Diamond with its nodes moved at random, after some random switches."""
    network = diamond(cells, 2.35)
    generator = np.random.default_rng(5)
    chain = np.zeros((5, 2), np.int64)
    for choice in generator.integers(CHOICES_PER_NODE * network.n_nodes, size=switches):
        if choose_chain(int(choice), network.neighbours, network.offsets, chain):
            switch_bonds(chain, network.neighbours, network.offsets)
    network.positions[:] += generator.normal(0, by, network.positions.shape)
    network.box[:] *= (0.97, 1.0, 1.04)
    return network


def edges_of(network: TetrahedralNetwork) -> Counter[tuple[int, ...]]:
    """All bonds, from both of their ends."""
    ends: Counter[tuple[int, ...]] = Counter()
    for vertex, slot in itertools.product(range(network.n_nodes), range(4)):
        cell = network.offsets[vertex, slot].astype(int).tolist()
        ends[(vertex, int(network.neighbours[vertex, slot]), *cell)] += 1
    return ends


@pytest.mark.parametrize("switches", [0, 6])
def test_energy_and_forces_equal_the_twin(switches: int) -> None:
    parameters = KeatingParameters(bond_stretching=3.1, bending_ratio=0.2, bond_length=2.4)
    net = shaken(switches=switches).to_net()
    assert net.positions is not None
    assert net.cell is not None
    positions = net.positions @ net.cell
    assert keating_energy(net, parameters) == pytest.approx(twin_energy(net, positions, parameters), rel=1e-12)
    forces = keating_forces(net, parameters)
    assert np.abs(forces.sum(0)).max() < 1e-9
    for vertex, axis in [(0, 0), (17, 1), (63, 2)]:
        step = np.zeros_like(positions)
        step[vertex, axis] = 1e-4
        ahead = twin_energy(net, positions + step, parameters)
        behind = twin_energy(net, positions - step, parameters)
        assert forces[vertex, axis] == pytest.approx(-(ahead - behind) / 2e-4, rel=1e-5, abs=1e-5)


def test_expansion_along_a_direction_is_exact() -> None:
    network = shaken(switches=3)
    everyone = np.arange(64)
    coefficients = SILICON.coefficients()
    gradient, bonds = np.zeros((64, 3)), np.zeros((64, 4, 3))
    direction = np.random.default_rng(2).normal(size=(64, 3))

    def energy() -> float:
        return energy_and_gradient(
            everyone, 64, network.positions, network.neighbours, network.offsets, network.box,
            coefficients, gradient, bonds,
        )  # fmt: skip

    start = energy()
    c1, c2, c3, c4 = energy_along(everyone, 64, direction, network.neighbours, coefficients, bonds)
    assert c1 == pytest.approx((gradient * direction).sum())
    step = 0.3
    network.positions[:] += step * direction
    assert energy() - start == pytest.approx(c1 * step + c2 * step**2 + c3 * step**3 + c4 * step**4)


def test_line_minimum() -> None:
    generator = np.random.default_rng(1)
    for _ in range(200):
        c1, c2, c3, c4 = generator.normal(size=4) * (1, 3, 5, 2)
        c1, c4 = -abs(c1), abs(c4) + 0.01
        step = line_minimum(c1, c2, c3, c4)
        assert step > 0
        assert c1 * step + c2 * step**2 + c3 * step**3 + c4 * step**4 < 0
        assert c1 + 2 * c2 * step + 3 * c3 * step**2 + 4 * c4 * step**3 == pytest.approx(0, abs=1e-5)


def test_relaxation_brings_the_crystal_back() -> None:
    network = shaken((2, 2, 3), by=0.1)
    assert relax(network, SILICON, force=1e-6) == pytest.approx(0, abs=1e-9)
    assert network.box == pytest.approx(np.array([2, 2, 3]) * 4 * 2.35 / np.sqrt(3), rel=1e-5)


def test_box_relaxation_is_the_minimum() -> None:
    network = shaken(by=0.1, switches=2)
    relax_box(network, SILICON)
    best = keating_energy(network.to_net())
    for axis, factor in itertools.product(range(3), (0.999, 1.001)):
        scale = np.ones(3)
        scale[axis] = factor
        scaled = TetrahedralNetwork(network.positions * scale, network.neighbours, network.offsets, network.box * scale)
        assert keating_energy(scaled.to_net()) > best


def test_switch_swaps_two_edges() -> None:
    network = diamond((2, 2, 2), 2.35)
    chain = np.zeros((5, 2), np.int64)
    generator = np.random.default_rng(3)
    for choice in generator.integers(CHOICES_PER_NODE * 64, size=60):
        before = edges_of(network)
        if not choose_chain(int(choice), network.neighbours, network.offsets, chain):
            continue
        a, b, c, d = chain[:4, 0].tolist()
        switch_bonds(chain, network.neighbours, network.offsets)
        after = edges_of(network)
        gone, new = before - after, after - before
        assert sorted(end[:2] for end in gone) == sorted([(a, b), (b, a), (c, d), (d, c)])
        assert sorted(end[:2] for end in new) == sorted([(a, c), (c, a), (b, d), (d, b)])
        assert all(after[(dst, src, -u, -v, -w)] == count for (src, dst, u, v, w), count in after.items())
        neighbours, offsets = network.neighbours.copy(), network.offsets.copy()
        undo_switch(chain, network.neighbours, network.offsets)
        assert edges_of(network) == before
        switch_bonds(chain, network.neighbours, network.offsets)
        assert np.array_equal(neighbours, network.neighbours)
        assert np.array_equal(offsets, network.offsets)


def test_choices_of_a_node_are_all_its_chains() -> None:
    network = diamond((2, 2, 2), 2.35)
    chain = np.zeros((5, 2), np.int64)
    chains = set()
    for choice in range(CHOICES_PER_NODE):
        assert choose_chain(choice, network.neighbours, network.offsets, chain)
        a, b, c, d = chain[:4, 0].tolist()
        assert b == 0
        assert a in network.neighbours[b]
        assert c in network.neighbours[b]
        assert d in network.neighbours[c]
        chains.add((a, b, c, d))
    assert len(chains) == CHOICES_PER_NODE


def test_small_rings_are_seen() -> None:
    network = diamond((2, 2, 2), 2.35)
    chain = np.zeros((5, 2), np.int64)
    seen: Counter[int] = Counter()
    # Switches that close small cycles are kept, others and double bonds taken back.
    for choice in np.random.default_rng(4).integers(CHOICES_PER_NODE * 64, size=300):
        if not choose_chain(int(choice), network.neighbours, network.offsets, chain):
            continue
        switch_bonds(chain, network.neighbours, network.offsets)
        sizes = []
        for vertex, slot in chain[1:3].tolist():
            size = shortest_cycle(network, vertex, slot)
            sizes.append(min(size, 6))
            for smallest in (3, 4, 5):
                found = closes_small_ring(vertex, slot, smallest, network.neighbours, network.offsets)
                assert found == (size < smallest)
        seen.update(sizes)
        if min(sizes) in (2, 6):
            undo_switch(chain, network.neighbours, network.offsets)
    assert set(seen) == {2, 3, 4, 5, 6}


def shortest_cycle(network: TetrahedralNetwork, vertex: int, slot: int) -> int:
    """Find the shortest cycle through a bond by a search that leaves the bond out."""

    def ends(place: tuple[int, ...]) -> list[tuple[int, ...]]:
        cells = network.offsets[place[0]].astype(int) + place[1:]
        return [(int(n), *cell) for n, cell in zip(network.neighbours[place[0]], cells.tolist(), strict=True)]

    start: tuple[int, ...] = (vertex, 0, 0, 0)
    goal = ends(start)[slot]
    distance = {start: 0}
    queue = deque([start])
    while queue:
        place = queue.popleft()
        others = ends(place)
        if place == start:
            del others[slot]
        for other in others:
            if other == goal:
                return distance[place] + 2
            if other not in distance and distance[place] < 5:
                distance[other] = distance[place] + 1
                queue.append(other)
    return 99


def test_diamond_box() -> None:
    net = diamond((2, 3, 2), 2.35).to_net()
    assert set(net.degrees().tolist()) == {4}
    assert keating_energy(net) == pytest.approx(0, abs=1e-12)
    assert cells_for(64) == (2, 2, 2)
    assert cells_for(512) == (4, 4, 4)
    assert cells_for(8 * 6 * 5 * 4) == (4, 5, 6)


def test_nets_without_keating_energy() -> None:
    with pytest.raises(InputError, match="needs 4 at each"):
        keating_energy(library.load("pcu"))
    with pytest.raises(InputError, match="positions and a cell"):
        keating_energy(library.load("dia"))
    dia = library.load("dia")
    cell = [(0, 2.7, 2.7), (2.7, 0, 2.7), (2.7, 2.7, 0)]
    oblique = Net.from_edges(dia.edges, 2, positions=[(0, 0, 0), (0.25, 0.25, 0.25)], cell=cell)
    with pytest.raises(InputError, match="rectangular cell"):
        keating_forces(oblique)
