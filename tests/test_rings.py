"""Rings against published counts, against the naive twin, and against their laws."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import check_ring_laws, check_rings_are_rings
from strategies import nets

from carvsdb.errors import InputError
from carvsdb.net import Net, library, supercell
from carvsdb.rings import coordination_sequences, find_rings, point_symbols, reference, td10, vertex_symbols
from carvsdb.rings.vertex_symbols import in_order

KNOWN = json.loads((Path(__file__).parent / "reference" / "nets.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [name for name in KNOWN if not name.startswith("_")])
def test_published_nets(name: str) -> None:
    net, known = library.load(name), KNOWN[name]
    census = find_rings(net)
    assert census.completeness == "observed"
    if "carvs" in known:
        assert census.carvs().symbol == known["carvs"]
        assert census.carvs().sigma == pytest.approx(0, abs=1e-12)
    if "ring_counts" in known:
        assert census.ring_counts == {int(size): number for size, number in known["ring_counts"].items()}
    if "vertex_symbol" in known:
        assert set(vertex_symbols(census)) == {known["vertex_symbol"]}
        assert set(point_symbols(net)) == {known["point_symbol"]}
        assert td10(coordination_sequences(net)) == known["td10"]


def test_per_node_counts_of_mtn() -> None:
    totals = find_rings(library.load("mtn")).node_counts.sum(axis=1)
    assert Counter(totals.tolist()) == {12: 24, 15: 8, 18: 2}


def test_the_house_has_fourteen_rings() -> None:
    # A cube with a pyramid on one face (documentation of PeriodicGraphs.jl).
    cube = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)]
    roof = [(8, 0), (8, 1), (8, 2), (8, 3)]
    assert find_rings(Net.from_edges(cube + roof)).n_rings == 14


@settings(max_examples=150)
@given(nets())
def test_fast_equals_naive(net: Net) -> None:
    census = find_rings(net, 7)
    assert census.ring_counts == reference.ring_counts(net, 7)
    naive = np.array([[count[size] for size in range(1, 8)] for count in reference.node_counts(net, 7)])
    assert np.array_equal(census.node_counts, naive)


@settings(max_examples=150)
@given(nets(node_linker=True, max_vertices=6, max_edges=12))
def test_fast_equals_naive_through_linkers(net: Net) -> None:
    assert find_rings(net, 4).ring_counts == reference.ring_counts(net, 4)


@settings(max_examples=60)
@given(nets(max_vertices=3, max_edges=30, max_degree=30))
def test_fast_equals_naive_at_high_degrees(net: Net) -> None:
    assert find_rings(net, 4).ring_counts == reference.ring_counts(net, 4)


@settings(max_examples=50)
@given(nets(), st.integers(0, 2**32 - 1))
def test_laws(net: Net, seed: int) -> None:
    check_ring_laws(net, 10, np.random.default_rng(seed))
    check_rings_are_rings(net, 10)


@pytest.mark.parametrize("name", ["qtz", "sod", "tbo", "lta", "ftw", "sql"])
def test_laws_on_known_nets(name: str) -> None:
    check_ring_laws(library.load(name), 20, np.random.default_rng(5))
    check_rings_are_rings(library.load(name), 20)


@settings(max_examples=30)
@given(nets(node_linker=True, max_vertices=6, max_edges=12), st.integers(0, 2**32 - 1))
def test_laws_through_linkers(net: Net, seed: int) -> None:
    check_ring_laws(net, 6, np.random.default_rng(seed))
    check_rings_are_rings(net, 6)


def test_roots_with_more_neighbours_than_mask_bits() -> None:
    # A wheel with 70 spokes.
    spokes = [(0, rim) for rim in range(1, 71)]
    rim = [(rim, rim % 70 + 1) for rim in range(1, 71)]
    wheel = Net.from_edges(spokes + rim)
    assert find_rings(wheel, 5).ring_counts == reference.ring_counts(wheel, 5)


def test_the_number_of_threads_changes_nothing() -> None:
    net = supercell(library.load("zni"), (3, 3, 3))
    one, two = find_rings(net, 14, n_threads=1), find_rings(net, 14, n_threads=2)
    assert np.array_equal(one.vertices, two.vertices)
    assert np.array_equal(one.offsets, two.offsets)


def test_two_linkers_on_one_pair_are_a_two_ring() -> None:
    net = Net.from_edges([(0, 2), (1, 2), (0, 3), (1, 3)], is_node=[True, True, False, False])
    assert find_rings(net).ring_counts == {2: 1}
    chelate = Net.from_edges([(0, 1), (0, 1)], is_node=[True, False])
    assert find_rings(chelate).ring_counts == {}


def test_a_linker_on_three_nodes_makes_no_three_ring() -> None:
    net = Net.from_edges([(0, 3), (1, 3), (2, 3)], is_node=[True, True, True, False])
    assert find_rings(net).n_rings == 0
    assert find_rings(net).completeness == "proved"


def test_completeness() -> None:
    sod = library.load("sod")
    assert find_rings(sod, 20).completeness == "observed"
    assert find_rings(sod, 19).completeness == "no"
    chain = Net.from_edges([(0, 0, 1, 0, 0)])
    assert find_rings(chain).completeness == "proved"
    assert not find_rings(chain).carvs().has_rings
    large = Net.from_edges([(v, (v + 1) % 40) for v in range(40)])
    assert find_rings(large).completeness == "no"


@pytest.mark.parametrize("cut_off", [2, 33, -1])
def test_cut_offs_out_of_range(cut_off: int) -> None:
    with pytest.raises(InputError, match="3 to 32"):
        find_rings(library.load("dia"), cut_off)


def test_point_symbols_of_angles_without_cycles() -> None:
    star = Net.from_edges([(0, 1), (0, 2), (0, 3)])
    assert point_symbols(star) == ["{*^3}", "{}", "{}", "{}"]
    assert point_symbols(library.load("sql")) == ["{4^4.6^2}"]


@settings(max_examples=60)
@given(nets(node_linker=True, max_vertices=6, max_edges=12))
def test_coordination_sequences_count_nodes_two_steps_at_a_time(net: Net) -> None:
    infinite = reference._InfiniteNet(net)
    expected = []
    for vertex in np.flatnonzero(net.is_node).tolist():
        start = (vertex, 0, 0, 0)
        infinite.distance(start, start, 6)
        reached = infinite._distances[(vertex, 6)]
        shells = Counter(distance for image, distance in reached.items() if net.is_node[image[0]])
        expected.append([shells[2], shells[4], shells[6]])
    assert coordination_sequences(net, 3).tolist() == expected


@given(st.lists(st.lists(st.integers(3, 6), max_size=5).map(sorted), min_size=2, max_size=5))
def test_angles_are_in_the_order_of_their_rings_written_out(lists: list[list[int]]) -> None:
    angles = [tuple(sorted(Counter(one).items())) for one in lists]
    naive = sorted(lists, key=lambda one: one or [99])
    assert in_order(angles, all_rings=True) == [tuple(sorted(Counter(one).items())) for one in naive]


def test_shells_of_a_random_graph_end_with_a_sentence() -> None:
    random = np.random.default_rng(1)
    ends = random.integers(0, 400, (1200, 2))
    offsets = random.integers(-3, 4, (1200, 3))
    edges = np.column_stack([ends, offsets])
    net = Net.from_edges(edges[(ends[:, 0] != ends[:, 1])], 400)
    with pytest.raises(InputError, match="no net of a material"):
        coordination_sequences(net)
    ends, offsets = random.integers(0, 100, (3000, 2)), random.integers(-30, 31, (3000, 3))
    many_bonds = Net.from_edges(np.column_stack([ends, offsets]), 100)
    with pytest.raises(InputError, match="within 4 edges of vertex 0"):  # five would be 10^8 images
        coordination_sequences(many_bonds)
    assert coordination_sequences(library.load("dia"), 40)[0, -1] == 4002


@pytest.mark.parametrize("name", ["tbo", "mtn"])
def test_shells_around_some_nodes(name: str) -> None:
    net = library.load(name)
    some = [0, 1, *range(5, net.n_vertices, 3)]
    found = coordination_sequences(net, nodes=some)
    assert np.array_equal(found[some], coordination_sequences(net)[some])
    assert not np.delete(found, some, axis=0).any()
