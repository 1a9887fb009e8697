"""What is known of a net by its key is what a search of the net as it is given finds, vertex by vertex."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import nets

from carvsdb.net import Net, library, relabel, shift, supercell
from carvsdb.rings import find_rings_within_budget
from carvsdb_ingest.analysis.searching import AnalysisOptions, Searched, Searcher, search_as_given

CUT_OFF = 8
OPTIONS = AnalysisOptions(max_ring_size=CUT_OFF)
FORTH = Searcher(OPTIONS)  # one for all examples, so that most nets are known


def check_same(one: Searched, other: Searched) -> None:
    assert np.array_equal(one.rings.node_counts, other.rings.node_counts)
    assert one.rings.ring_counts == other.rings.ring_counts
    assert one.rings.completeness == other.rings.completeness
    assert one.rings.max_ring_size == other.rings.max_ring_size
    assert (one.rings.ring_kind, one.rings.linker_aware) == (other.rings.ring_kind, other.rings.linker_aware)
    assert np.array_equal(one.sequences, other.sequences)
    assert (one.symbols, one.symbols_all) == (other.symbols, other.symbols_all)
    assert (one.point_symbols, one.longest_cycle) == (other.point_symbols, other.longest_cycle)
    assert one.max_rings == other.max_rings


def disguised(net: Net, generator: np.random.Generator) -> Net:
    """Give a net other numbers, other representatives and a larger cell."""
    repeats = [(1, 1, 1), (2, 1, 1), [[1, 1, 0], [0, 2, 0], [0, 0, 1]]][int(generator.integers(3))]
    larger = supercell(net, repeats)  # type: ignore[arg-type]
    moved = shift(larger, generator.integers(-2, 3, (larger.n_vertices, 3)))
    return relabel(moved, generator.permutation(moved.n_vertices))


def both(one: Net, other: Net) -> Net:
    """Put two nets into one cell, bonded to nothing of each other."""
    rows = other.edges.astype(np.int64)
    rows[:, :2] += one.n_vertices
    return Net.from_edges(np.vstack([one.edges, rows]), one.n_vertices + other.n_vertices)


@given(nets(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_a_net_is_what_its_key_says(net: Net, seed: int) -> None:
    if net.n_vertices:
        net = disguised(net, np.random.default_rng(seed))
        check_same(FORTH.search(net)[1], search_as_given(net, OPTIONS))


@given(nets(node_linker=True))
@settings(max_examples=15, deadline=None)
def test_nets_with_linkers_are_searched_as_given(net: Net) -> None:
    check_same(FORTH.search(net)[1], search_as_given(net, OPTIONS))


@pytest.mark.parametrize(
    "make",
    [
        lambda: both(library.load("sod"), library.load("dia")),
        lambda: both(library.load("pcu"), supercell(library.load("pcu"), (2, 1, 1))),
        lambda: both(library.load("hcb"), Net.from_edges([(0, 1, 0, 0, 0), (1, 2, 0, 0, 0)], 3)),
        lambda: both(library.load("ths"), Net.from_edges([], 2)),
        lambda: library.load("tbo"),
        lambda: library.load("mtn"),
    ],
    ids=["two sorts", "interpenetrating", "sheet and molecule", "net and lone vertices", "tbo", "mtn"],
)
def test_nets_of_several_parts(make: Callable[[], Net]) -> None:
    net = disguised(make(), np.random.default_rng(1))
    check_same(Searcher(OPTIONS).search(net)[1], search_as_given(net, OPTIONS))


def test_a_net_that_comes_again_is_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[Net] = []

    def counted(net: Net, cut_off: int, *, max_rings: int | None) -> object:
        searched.append(net)
        return find_rings_within_budget(net, cut_off, max_rings=max_rings)

    monkeypatch.setattr("carvsdb_ingest.analysis.searching.find_rings_within_budget", counted)
    searcher, generator = Searcher(OPTIONS), np.random.default_rng(0)
    for _ in range(4):
        searcher.search(disguised(library.load("sod"), generator))
    searcher.search(both(library.load("sod"), library.load("sod")))
    assert [net.n_vertices for net in searched] == [6]


def test_a_budget_that_is_met_is_met_in_every_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carvsdb.rings.census._LEAST_BUDGET", 5)
    monkeypatch.setattr("carvsdb.rings.census._BUDGET_A_NODE", 1)
    reached = set()
    for net in (library.load("pcu"), supercell(library.load("pcu"), (3, 3, 3))):
        _, found = Searcher(AnalysisOptions(max_ring_size=12)).search(net)
        reached.add((found.rings.max_ring_size, found.rings.completeness, found.max_rings))
    assert len(reached) == 1
    assert all(cut_off < 12 for cut_off, _, _ in reached)


def test_little_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carvsdb_ingest.analysis.searching._MOST_VERTICES", 7)
    searcher = Searcher(OPTIONS)
    for name in ("pcu", "sod", "dia", "mtn", "pcu", "sod"):
        found = searcher.search(library.load(name))[1]
        check_same(found, search_as_given(library.load(name), OPTIONS))
