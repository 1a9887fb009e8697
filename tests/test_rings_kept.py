"""Rings that are kept from net to net equal those of a search of each."""

from pathlib import Path

import numpy as np
import pytest
from changing_nets import switched, with_linkers
from hypothesis import given, settings
from hypothesis import strategies as st

from carvsdb.net import Net, library, shift, supercell
from carvsdb.rings import find_rings, find_strong_rings
from carvsdb.rings.kept import KeptRings, series
from carvsdb.rings.kept.contracted import Window, contract, ends_of, reach_of
from carvsdb.rings.kept.distances import FAR, fill_rows, update_rows
from carvsdb_ingest.analysis import read_nets

BASES = {"dia": (2, 2, 2), "sod": (2, 1, 1), "pcu": (3, 3, 2), "sql": (3, 3, 1), "qtz": (2, 1, 1)}


def check(kept: KeptRings, net: Net, cut_off: int) -> None:
    census, counts = find_rings(net, cut_off), kept.counts(net)
    assert counts.ring_counts == census.ring_counts
    assert np.array_equal(counts.node_counts, census.node_counts)
    assert (counts.completeness, counts.max_ring_size) == (census.completeness, census.max_ring_size)
    ours, theirs = counts.carvs(), census.carvs()
    assert (ours.symbol, ours.sigma, ours.linker_aware) == (theirs.symbol, theirs.sigma, theirs.linker_aware)


@pytest.fixture(autouse=True)
def _small_nets_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "_MOST_CHANGED", 1.0)


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(BASES)),
    linkers=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
    changes=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    share=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_kept_rings_are_those_of_a_search(
    name: str, linkers: bool, seed: int, changes: list[int], share: float
) -> None:
    rng = np.random.default_rng(seed)
    net = supercell(library.load(name), BASES[name])
    net = with_linkers(net) if linkers else net
    kept = KeptRings(lambda one: find_rings(one, 9), 9)
    check(kept, net, 9)
    before = net
    for number in changes:
        net = switched(net, min(number, net.n_edges - 1), rng, share)
        check(kept, net, 9)
    check(kept, before, 9)
    assert kept.searched <= 1 + len(changes)


def test_a_net_is_searched_once_and_followed() -> None:
    rng = np.random.default_rng(5)
    net = with_linkers(supercell(library.load("dia"), (3, 3, 3)))
    kept = KeptRings(lambda one: find_rings(one, 12), 12)
    for _ in range(6):
        check(kept, net, 12)
        net = switched(net, 2, rng)
    assert kept.searched == 1


def test_parallel_linkers_and_linkers_on_three_nodes() -> None:
    """A linker more between two nodes, and one that gets a third node and loses it again."""
    net = with_linkers(supercell(library.load("dia"), (2, 2, 1)))
    rows, n = net.edges.tolist(), net.n_vertices
    linker = n - 1
    ends = [row for row in rows if row[1] == linker]
    others = sorted({row[0] for row in rows} - {row[0] for row in ends})
    spare = Net.from_edges(rows, n + 1, is_node=[*net.is_node, False])
    parallel = Net.from_edges([*rows, *([row[0], n, *row[2:]] for row in ends)], n + 1, is_node=[*net.is_node, False])
    triple = Net.from_edges([*rows, [others[0], linker, 0, 0, 0]], n + 1, is_node=[*net.is_node, False])
    kept = KeptRings(lambda one: find_rings(one, 10), 10)
    for one in (spare, parallel, spare, triple, parallel, triple, spare):
        check(kept, one, 10)
    assert 2 in find_rings(parallel, 10).ring_counts
    assert kept.searched == 1


def test_what_cannot_be_followed_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    net = supercell(library.load("dia"), (2, 2, 2))
    rng = np.random.default_rng(0)
    changed = switched(net, 3, rng)
    strong = KeptRings(lambda one: find_strong_rings(one, 8))
    assert [strong.counts(one).ring_kind for one in (net, changed, changed)] == ["strong"] * 3
    assert strong.searched == 2
    few = KeptRings(lambda one: find_rings(one, 9), 9, max_rings=1)
    check(few, net, 9)
    check(few, changed, 9)
    assert few.searched == 2
    monkeypatch.setattr(series, "_MOST_BYTES", 1000)
    large = KeptRings(lambda one: find_rings(one, 9), 9)
    check(large, net, 9)
    check(large, changed, 9)
    assert large.searched == 2
    far = shift(net, rng.integers(-100, 101, (net.n_vertices, 3)))
    kept = KeptRings(lambda one: find_rings(one, 7), 7)
    for one in (net, far, supercell(net, (2, 1, 1)), net):
        check(kept, one, 7)


def test_kept_distances_are_those_of_a_fresh_table() -> None:
    rng = np.random.default_rng(3)
    net = with_linkers(supercell(library.load("sod"), (2, 1, 1)))
    before = contract(net, {})
    for _ in range(5):
        net = switched(net, 3, rng)
        slots: dict[int, int] = {}
        after = contract(net, slots)
        if slots:
            continue
        n, radius = before.n_nodes, 9
        window = Window.of(reach_of(np.vstack([before.edges, after.edges]), n, radius + 2), n)
        tables = []
        for edges in (before, after):
            rows = np.full((n, window.size), FAR, np.uint8)
            fill_rows(rows, ends_of(edges, window, np.zeros(len(edges.edges), bool)), window.home, radius, 0, n)
            tables.append(rows)
        gone = np.array([row for row in before.edges.tolist() if row not in after.edges.tolist()], np.int64)
        is_new = np.array([row not in before.edges.tolist() for row in after.edges.tolist()])
        added = after.edges[is_new]
        was, now = tables[0].copy(), tables[1]
        apart = update_rows(
            tables[0],
            ends_of(after, window, is_new),
            window.both_ways(gone.reshape(-1, 6)),
            window.both_ways(added),
            window.home,
            radius,
            0,
            n,
        )
        assert np.array_equal(tables[0], now)
        expected = np.argwhere((now > was) & (now != FAR))
        assert sorted(map(tuple, apart.tolist())) == sorted(map(tuple, expected.tolist()))
        before = after


def test_a_glass_is_followed(shared: Path) -> None:
    net = read_nets(shared / "data" / "amorphous-mof" / "zif" / "m1-azif_ace_24-topology.data")[0]
    rng = np.random.default_rng(0)
    kept = KeptRings(lambda one: find_rings(one, 16), 16)
    for _ in range(3):
        check(kept, net, 16)
        net = switched(net, 17, rng)
    assert kept.searched == 1
