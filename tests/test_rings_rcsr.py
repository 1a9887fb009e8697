"""Rings of RCSR nets that other programs have counted, from the graphs of the archive that ships."""

import json
from pathlib import Path

import pytest

from carvsdb import read_nets
from carvsdb.rings import (
    coordination_sequences,
    find_rings,
    find_strong_rings,
    point_symbols,
    td10,
    vertex_symbols,
)
from carvsdb.topology.archive import shipped

# Tests of PeriodicGraphs.jl (github.com/Liozou/PeriodicGraphs.jl): net, cut-off, ring classes, rings per node.
COUNTED_BY_PERIODICGRAPHS = [
    ("nab", 27, {3: 2, 4: 1, 8: 1, 9: 8}, 18),
    ("lta", 27, {4: 18, 6: 20, 8: 3, 12: 16, 18: 56}, 59),
    ("cai", 27, {4: 10, 5: 4}, None),
    ("wno", 13, {3: 12, 4: 3, 5: 6, 6: 2, 7: 12}, 29),
]
STRONG_BY_PERIODICGRAPHS = [
    ("lta", 27, {4: 18, 6: 8, 8: 3}),
    ("sny", 7, {3: 8, 4: 6}),
    ("sny", 32, {3: 8, 4: 6, 12: 20}),
]


@pytest.mark.parametrize(("name", "cut_off", "expected", "per_node"), COUNTED_BY_PERIODICGRAPHS)
def test_rings(name: str, cut_off: int, expected: dict[int, int], per_node: int | None) -> None:
    census = find_rings(shipped().get(name), cut_off)
    assert census.ring_counts == expected
    if per_node is not None:
        assert set(census.node_counts.sum(axis=1).tolist()) == {per_node}


@pytest.mark.parametrize(("name", "cut_off", "expected"), STRONG_BY_PERIODICGRAPHS)
def test_strong_rings(name: str, cut_off: int, expected: dict[int, int]) -> None:
    assert find_strong_rings(shipped().get(name), cut_off).ring_counts == expected


def test_published_numbers_of_rcsr_nets(shared: Path) -> None:
    known = json.loads((shared / "truth" / "rcsr.json").read_text(encoding="utf-8"))
    for name, truth in known.items():
        net = shipped().get(name)
        census = find_rings(net, min(32, truth["nmax"]))
        carvs = census.carvs()
        assert carvs.symbol.split(" ")[0] == truth["carvs"], name
        assert carvs.sigma == pytest.approx(truth["sigma"], abs=1e-9)
        assert census.largest_ring == truth["largest"]
        assert set(point_symbols(net)) == set(truth["point_symbols"])
        assert td10(coordination_sequences(net)) == pytest.approx(truth["td10"])
        if truth.get("vertex_symbols"):
            assert set(vertex_symbols(census)) == set(truth["vertex_symbols"])


@pytest.mark.parametrize("name", ["eld", "stp", "rht", "fcu", "ftw", "reo-e", "moo"])
def test_nets_that_strain_a_search(name: str) -> None:
    # Many loops (eld), thousands of rings through a vertex (stp, rht), high degrees, many vertices.
    census = find_rings(shipped().get(name), 16)
    for size, number in census.ring_counts.items():
        assert census.node_counts[:, size - 1].sum() == size * number
    again = find_rings(shipped().get(name), 16, n_threads=1)
    assert again.ring_counts == census.ring_counts


def test_amorphous_silicon_as_matscipy_counts_it(shared: Path) -> None:
    # matscipy 1.3.1, find_sp_rings with a limit of 17 on the same graph; `make bench` repeats the comparison.
    net = read_nets(shared / "data" / "amorphous-mof" / "si" / "asi-gap_18-topology.cgd")[0]
    expected = {3: 11, 4: 47, 5: 1645, 6: 3535, 7: 2397, 8: 494, 9: 83, 10: 1}
    assert find_rings(net, 17).ring_counts == expected
    assert find_strong_rings(net, 17).ring_counts == {3: 11, 4: 47, 5: 1645, 6: 3522, 7: 137}
