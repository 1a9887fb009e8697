"""Networks by bond switching: what a continuous random network is, and that the crystal is gone."""

import hashlib
import itertools
import json
import subprocess
import sys
from collections import Counter, deque
from typing import Any

import numpy as np
import pytest

from carvsdb.errors import InputError, VerificationError
from carvsdb.generate import (
    AnnealingSchedule,
    GeneratedNetwork,
    KeatingParameters,
    Progress,
    SwitchingOptions,
    keating_forces,
    wooten_winer_weaire,
)
from carvsdb.net import Adjacency, Net, library, periodicity, supercell

# Enough to anneal 216 nodes to about 13 degrees in some seconds.
SHORT = SwitchingOptions(AnnealingSchedule(temperatures=(1.0, 0.5, 0.35, 0.25), attempts_per_node=(20, 80, 80, 80)))
SMOKE = SwitchingOptions(AnnealingSchedule(temperatures=(0.5,), attempts_per_node=(20,)))

Place = tuple[int, int, int, int]


def neighbours_of(net: Net) -> list[list[Place]]:
    adjacency = Adjacency.of(net)
    rows = np.column_stack([adjacency.neighbours, adjacency.offsets]).tolist()
    return [
        [(n, u, v, w) for n, u, v, w in rows[adjacency.starts[vertex] : adjacency.starts[vertex + 1]]]
        for vertex in range(net.n_vertices)
    ]


def around(neighbours: list[list[Place]], place: Place) -> list[Place]:
    vertex, u, v, w = place
    return [(n, u + x, v + y, w + z) for n, x, y, z in neighbours[vertex]]


def distances_from(neighbours: list[list[Place]], vertex: int, radius: int) -> dict[Place, int]:
    found = {(vertex, 0, 0, 0): 0}
    queue = deque(found)
    while queue:
        place = queue.popleft()
        if found[place] < radius:
            for other in around(neighbours, place):
                if other not in found:
                    found[other] = found[place] + 1
                    queue.append(other)
    return found


def rings_per_node(net: Net, largest: int) -> dict[int, float]:
    """Count rings (cycles without a short-cut) by walking every path and checking every pair: slow and plain."""
    neighbours = neighbours_of(net)
    within = [distances_from(neighbours, vertex, largest // 2) for vertex in range(net.n_vertices)]

    def apart(a: Place, b: Place) -> int:
        return within[a[0]].get((b[0], b[1] - a[1], b[2] - a[2], b[3] - a[3]), largest)

    counts: Counter[int] = Counter()

    def walk(path: list[Place]) -> None:
        for place in around(neighbours, path[-1]):
            size = len(path)
            if place == path[0] and size > 2:
                pairs = itertools.combinations(range(size), 2)
                if all(apart(path[i], path[j]) == min(j - i, size - j + i) for i, j in pairs):
                    counts[size] += 1
            elif place not in path and size + apart(path[0], place) <= largest:
                walk([*path, place])

    for vertex in range(net.n_vertices):
        walk([(vertex, 0, 0, 0)])
    # Each ring through a vertex is walked in both directions.
    return {size: count / 2 / net.n_vertices for size, count in sorted(counts.items())}


def structure_factor(net: Net, index: tuple[int, int, int]) -> float:
    """Mean of S(Q) over the reflections that are equivalent to one in a cube."""
    assert net.positions is not None
    signed = itertools.product((1, -1), repeat=3)
    family = {tuple(np.multiply(p, s)) for s in signed for p in itertools.permutations(index)}
    phases = net.positions @ np.array(sorted(family)).T
    return float(np.mean(np.abs(np.exp(2j * np.pi * phases).sum(0)) ** 2) / net.n_vertices)


def closest_unbonded(net: Net) -> float:
    assert net.positions is not None
    assert net.cell is not None
    between = net.positions[:, None] - net.positions
    between -= np.rint(between)
    distances = np.linalg.norm(between @ net.cell, axis=2)
    distances[net.edges[:, 0], net.edges[:, 1]] = distances[net.edges[:, 1], net.edges[:, 0]] = np.inf
    np.fill_diagonal(distances, np.inf)
    return float(distances.min())


@pytest.fixture(scope="module")
def small() -> GeneratedNetwork:
    return wooten_winer_weaire(216, generator=np.random.default_rng(1), options=SHORT)


def check_network(generated: GeneratedNetwork, n_nodes: int) -> None:
    net, report = generated.net, generated.report
    assert net.n_vertices == n_nodes
    assert set(net.degrees().tolist()) == {4}
    assert (net.multiplicity == 1).all()
    assert periodicity(net) == 3
    assert net.name == f"wooten-winer-weaire-{n_nodes}"
    assert net.positions is not None
    assert net.positions.min() >= 0
    assert net.positions.max() <= 1
    assert np.abs(keating_forces(net)).max() < 1e-3
    assert report.geometry.bond_length == pytest.approx(2.3, abs=0.05)
    assert report.geometry.bond_length_spread < 0.06 * 2.35
    assert report.accepted > 2 * n_nodes
    assert report.closest_unbonded == pytest.approx(closest_unbonded(net), abs=1e-5)
    assert report.closest_unbonded > 0.85 * 2.35


def check_disorder(net: Net, cells: int) -> None:
    crystal = supercell(library.load("dia"), (2, 2, 2))
    assert rings_per_node(crystal, 7) == {6: 12}
    rings = rings_per_node(net, 7)
    assert 3 not in rings
    assert rings[6] < 7
    assert 0.4 < rings[5] / rings[7] < 1.2
    assert rings[5] > 1.2
    # In the crystal these two are n/2 and n.
    assert structure_factor(net, (cells, cells, cells)) < 10
    assert structure_factor(net, (2 * cells, 2 * cells, 0)) < 10


def test_network_of_216_nodes(small: GeneratedNetwork) -> None:
    check_network(small, 216)
    assert small.report.geometry.angle_spread < 15
    assert small.report.energy_per_node < 0.6


def test_crystal_is_gone(small: GeneratedNetwork) -> None:
    check_disorder(small.net, 3)


def test_diffraction_sees_a_crystal() -> None:
    cold = AnnealingSchedule(hot_switches_per_node=0, temperatures=(), attempts_per_node=())
    crystal = wooten_winer_weaire(216, generator=np.random.default_rng(1), options=SwitchingOptions(cold))
    assert crystal.report.energy_per_node == pytest.approx(0, abs=1e-12)
    assert structure_factor(crystal.net, (3, 3, 3)) == pytest.approx(108)
    assert structure_factor(crystal.net, (6, 6, 0)) == pytest.approx(216)


@pytest.mark.slow
def test_network_of_1000_nodes() -> None:
    generated = wooten_winer_weaire(1000, generator=np.random.default_rng(1))
    check_network(generated, 1000)
    check_disorder(generated.net, 5)
    assert 9 < generated.report.geometry.angle_spread < 14
    assert generated.report.energy_per_node < 0.5


def test_four_rings_can_be_forbidden() -> None:
    options = SwitchingOptions(SMOKE.schedule, smallest_ring=5)
    net = wooten_winer_weaire(64, generator=np.random.default_rng(3), options=options).net
    assert min(rings_per_node(net, 6)) == 5
    free = wooten_winer_weaire(64, generator=np.random.default_rng(3), options=SMOKE).net
    assert min(rings_per_node(free, 6)) == 4


def digest(seed: int) -> str:
    generated = wooten_winer_weaire(64, generator=np.random.default_rng(seed), options=SMOKE)
    net = generated.net
    assert net.positions is not None
    assert net.cell is not None
    report = json.dumps(generated.report.as_dict()).encode()
    return hashlib.sha256(net.edges.tobytes() + net.positions.tobytes() + net.cell.tobytes() + report).hexdigest()


def test_seed_decides() -> None:
    assert digest(1) == digest(1)
    assert digest(1) != digest(2)
    script = "from test_generate import digest; print(digest(1))"
    other = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=__file__.rpartition("/")[0],
    )
    assert other.stdout.strip() == digest(1)


def test_box_that_is_no_cube() -> None:
    generated = wooten_winer_weaire(96, generator=np.random.default_rng(1), options=SMOKE)
    assert generated.report.cells == (2, 2, 3)
    assert set(generated.net.degrees().tolist()) == {4}


def test_progress_and_report(small: GeneratedNetwork) -> None:
    told: list[Progress] = []
    generated = wooten_winer_weaire(64, generator=np.random.default_rng(1), options=SMOKE, progress=told.append)
    assert told[0].stage == 1
    assert (told[-1].stage, told[-1].n_stages, told[-1].fraction) == (2, 2, 1.0)
    plain: dict[str, Any] = generated.report.as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["options"]["keating"]["bond_stretching"] == 2.965
    assert plain["stages"][0]["accepted"] == 128
    assert small.report.attempted == sum(stage.attempted for stage in small.report.stages)


@pytest.mark.parametrize(("n_nodes", "nearest"), [(1, "64"), (63, "64"), (100, "96 or 128"), (1016, "1000 or")])
def test_counts_without_a_box(n_nodes: int, nearest: str) -> None:
    with pytest.raises(InputError, match=nearest):
        wooten_winer_weaire(n_nodes, generator=np.random.default_rng(1))


def test_bad_options() -> None:
    with pytest.raises(InputError, match="temperatures must be 0 or more"):
        AnnealingSchedule(temperatures=(-0.1,), attempts_per_node=(1,))
    with pytest.raises(InputError, match="hot temperature must be positive"):
        AnnealingSchedule(hot_temperature=-1)
    with pytest.raises(InputError, match="hot switches per node"):
        AnnealingSchedule(hot_switches_per_node=float("nan"))
    with pytest.raises(InputError, match="as many attempts_per_node as temperatures"):
        AnnealingSchedule(temperatures=(0.1,), attempts_per_node=())
    with pytest.raises(InputError, match="attempts per node must be"):
        AnnealingSchedule(temperatures=(0.1,), attempts_per_node=(-1,))
    with pytest.raises(InputError, match="bond_length of the Keating energy"):
        KeatingParameters(bond_length=0)
    with pytest.raises(InputError, match="smallest ring must be 3, 4 or 5"):
        SwitchingOptions(smallest_ring=6)
    with pytest.raises(InputError, match="closest_unbonded must be"):
        SwitchingOptions(closest_unbonded=2)
    with pytest.raises(InputError, match="1 shell or more"):
        SwitchingOptions(shells=0)


def test_cold_start_is_refused() -> None:
    options = SwitchingOptions(AnnealingSchedule(hot_temperature=0.01, hot_switches_per_node=0.1))
    with pytest.raises(VerificationError, match="the crystal is not randomised"):
        wooten_winer_weaire(64, generator=np.random.default_rng(1), options=options)
