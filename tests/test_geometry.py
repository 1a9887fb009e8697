"""Distances and angles against values known by construction, and against a naive twin."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import BondOptions, find_bonds
from carvsdb_ingest.clustering import Clustered, cluster
from carvsdb_ingest.geometry import Histogram, local_geometry


def cristobalite(bond: float = 1.55) -> Structure:
    """Ideal C9 cristobalite: straight Si-O-Si, and tetrahedra without a fault."""
    places = [(0, 0, 0), (2, 2, 2), (1, 1, 1), (5, 1, 1), (1, 5, 1), (1, 1, 5)]
    edge = bond * 8 / np.sqrt(3)
    cell = edge / 2 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]])
    return Structure(("Si", "Si", "O", "O", "O", "O"), np.array(places) / 8, cell, tuple("ABcdef"))


def test_ideal_cristobalite() -> None:
    structure = cristobalite()
    bonds = find_bonds(structure, BondOptions())
    found = {one.quantity: one for one in local_geometry(structure, bonds, cluster(structure, bonds, "node-linker"))}
    tetrahedral = np.degrees(np.arccos(-1 / 3))
    expected = {
        "coordination": (4, 2),
        "node-linker distance": (1.55, 8),
        "Si-O distance": (1.55, 8),
        "node-node distance": (3.1, 4),
        "linker-node-linker angle": (tetrahedral, 12),
        "node-linker-node angle": (180, 4),
        "node-node-node angle": (tetrahedral, 12),
    }
    assert {what: one.number for what, one in found.items()} == {what: number for what, (_, number) in expected.items()}
    for what, (value, _) in expected.items():
        assert found[what].mean == pytest.approx(value, abs=1e-4), what
        assert found[what].deviation == pytest.approx(0, abs=1e-4), what


def naive(clustered: Clustered) -> dict[str, list[float]]:
    """The same, one vertex after another."""
    net = clustered.net
    assert net.positions is not None
    assert net.cell is not None
    out: dict[int, list[tuple[int, np.ndarray]]] = {vertex: [] for vertex in range(net.n_vertices)}
    for src, dst, *cell in net.edges.tolist():
        vector = (net.positions[dst] + cell - net.positions[src]) @ net.cell
        out[src].append((dst, vector))
        out[dst].append((src, -vector))

    def angle(one: np.ndarray, other: np.ndarray) -> float:
        cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

    found: dict[str, list[float]] = {
        "coordination": [],
        "node-linker distance": [],
        "node-node distance": [],
        "linker-node-linker angle": [],
        "node-linker-node angle": [],
        "node-node-node angle": [],
    }
    for vertex, arms in out.items():
        if not net.is_node[vertex]:
            for (_, one), (_, other) in combinations(arms, 2):
                found["node-node distance"].append(float(np.linalg.norm(one - other)))
                found["node-linker-node angle"].append(angle(one, other))
            continue
        found["coordination"].append(len(arms))
        found["node-linker distance"] += [float(np.linalg.norm(arm)) for _, arm in arms]
        found["linker-node-linker angle"] += [angle(one, other) for (_, one), (_, other) in combinations(arms, 2)]
        beyond = []
        for linker, first in arms:
            ends = [second for _, second in out[linker]]
            here = next(place for place, second in enumerate(ends) if np.allclose(second, -first))
            beyond += [first + second for place, second in enumerate(ends) if place != here]
        found["node-node-node angle"] += [angle(one, other) for one, other in combinations(beyond, 2)]
    return found


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), reach=st.floats(0.05, 0.4))
def test_the_naive_twin_agrees(seed: int, reach: float) -> None:
    generator = np.random.default_rng(seed)
    one = cristobalite()
    rattled = one.positions @ one.cell + generator.normal(0, reach, (6, 3))
    structure = Structure(one.elements, rattled @ np.linalg.inv(one.cell), one.cell, one.labels)
    options = BondOptions(pairs=(("Si", "O", 2.2), ("O", "O", 0.0), ("Si", "Si", 0.0)))
    bonds = find_bonds(structure, options)
    clustered = cluster(structure, bonds, "node-linker")
    found = {one.quantity: one for one in local_geometry(structure, bonds, clustered)}
    for what, values in naive(clustered).items():
        if not values:
            assert what not in found
            continue
        assert found[what].number == len(values), what
        assert found[what].mean == pytest.approx(np.mean(values), abs=1e-4), what
        assert found[what].deviation == pytest.approx(np.std(values), abs=1e-4), what


@given(st.lists(st.floats(0, 200), min_size=1, max_size=50), st.sampled_from([0.05, 1.0, 2.0]))
def test_histograms_count_each_value_once_in_its_bin(values: list[float], width: float) -> None:
    one = Histogram.of("node-linker distance", "Å", np.array(values), width)
    assert one.number == len(values)
    assert one.counts[0] > 0
    assert one.counts[-1] > 0
    bins = Counter(int(np.floor(value / width)) for value in values)
    first = round(one.edges[0] / width)
    assert {first + place: count for place, count in enumerate(one.counts.tolist()) if count} == bins
