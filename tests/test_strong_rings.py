"""Strong rings against published counts, against the naive twin, and against their laws."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import sorted_rows
from strategies import nets

from carvsdb.errors import InputError
from carvsdb.net import Net, library, relabel, shift, supercell
from carvsdb.rings import RingCensus, find_rings
from carvsdb.rings.reference_strong import strong_counts
from carvsdb.rings.strong import find_strong_rings, strong_rings
from carvsdb_ingest.analysis import read_nets


def check_strong_laws(net: Net, max_ring_size: int, generator: np.random.Generator) -> None:
    """Compare the strong rings of a net with its rings, and with those of isomorphic forms of it."""
    strong, check = strong_rings(net, max_ring_size)
    assert check.undecided == 0
    assert _images(strong) <= _images(find_rings(net, max_ring_size))
    counts = strong.node_counts
    for size in range(1, max_ring_size + 1):
        assert counts[:, size - 1].sum() == size * strong.ring_counts.get(size, 0)

    order = generator.permutation(net.n_vertices)
    renumbered = find_strong_rings(relabel(net, order), max_ring_size)
    number_of_node = np.cumsum(net.is_node) - 1
    assert np.array_equal(renumbered.node_counts, counts[number_of_node[order[net.is_node[order]]]])

    moved = find_strong_rings(shift(net, generator.integers(-2, 3, (net.n_vertices, 3))), max_ring_size)
    assert np.array_equal(moved.node_counts, counts)

    repeats = [(2, 1, 1), (1, 3, 1), [[1, 1, 0], [0, 2, 0], [0, 0, 1]]][int(generator.integers(3))]
    larger = supercell(net, np.array(repeats))
    factor = larger.n_vertices // net.n_vertices
    enlarged = find_strong_rings(larger, max_ring_size)
    assert enlarged.ring_counts == {size: factor * number for size, number in strong.ring_counts.items()}
    assert sorted_rows(enlarged.node_counts) == sorted(sorted_rows(counts) * factor)

    assert {renumbered.completeness, moved.completeness, enlarged.completeness} == {strong.completeness}


def _images(census: RingCensus) -> set[tuple[tuple[int, ...], ...]]:
    rows = [tuple(row) for row in np.column_stack([census.vertices, census.offsets]).tolist()]
    bounds = census.starts.tolist()
    return {tuple(rows[first:last]) for first, last in pairwise(bounds)}


# Strong rings per node: nets.json of the published data; lta per cell: tests of PeriodicGraphs.jl.
PUBLISHED = {
    "cag": "{4.6(6)}",
    "crb": "{4.6(6).8(12)}",
    "dft": "{4(2).6(6).8(10)}",
    "dia": "{6(12)}",
    "gis": "{4(3).8(4)}",
    "lon": "{6(12)}",
    "mer": "{4(3).8(4)}",
    "qtz": "{6(6).8(40)}",
    "sod": "{4(2).6(4)}",
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_nets(name: str) -> None:
    strong, check = strong_rings(library.load(name))
    assert strong.carvs().symbol == PUBLISHED[name]
    assert strong.ring_kind == strong.carvs().ring_kind == "strong"
    assert strong.completeness == "proved"
    assert check.generates
    assert check.rank == check.full_rank


def test_lta() -> None:
    assert find_strong_rings(library.load("lta")).ring_counts == {4: 18, 6: 8, 8: 3}


@pytest.mark.parametrize("name", library.names())
def test_the_library_is_decided(name: str) -> None:
    strong, check = strong_rings(library.load(name))
    assert strong.completeness == "proved"
    assert check.undecided == 0


def test_the_house_has_nine_strong_rings() -> None:
    # A cube with a pyramid on one face (documentation of PeriodicGraphs.jl).
    cube = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)]
    roof = [(8, 0), (8, 1), (8, 2), (8, 3)]
    strong = find_strong_rings(Net.from_edges(cube + roof))
    assert strong.n_rings == 9
    assert strong.completeness == "proved"


def _repeats(net: Net, most_edges: int = 700) -> tuple[int, int, int]:
    """Return a torus for the naive twin: six cells along each direction in which edges lead, or fewer."""
    directions = net.edges[:, 2:].any(axis=0)
    length = 6
    while length > 3 and net.n_edges * length ** int(directions.sum()) > most_edges:
        length -= 1
    repeats = np.where(directions, length, 1).tolist()
    return repeats[0], repeats[1], repeats[2]


@settings(max_examples=100)
@given(nets(max_degree=5))
def test_fast_equals_naive(net: Net) -> None:
    strong, check = strong_rings(net, 6)
    assert check.undecided == 0
    assert strong.ring_counts == strong_counts(net, 6, _repeats(net))


@settings(max_examples=50)
@given(nets(node_linker=True, max_vertices=6, max_edges=12))
def test_fast_equals_naive_through_linkers(net: Net) -> None:
    strong, check = strong_rings(net, 3)
    assert check.undecided == 0
    assert strong.ring_counts == strong_counts(net, 3, _repeats(net))


@settings(max_examples=40)
@given(nets(), st.integers(0, 2**32 - 1))
def test_laws(net: Net, seed: int) -> None:
    check_strong_laws(net, 9, np.random.default_rng(seed))


@settings(max_examples=20)
@given(nets(node_linker=True, max_vertices=6, max_edges=12), st.integers(0, 2**32 - 1))
def test_laws_through_linkers(net: Net, seed: int) -> None:
    check_strong_laws(net, 5, np.random.default_rng(seed))


@pytest.mark.parametrize("name", ["qtz", "sod", "tbo", "lta", "ftw", "sql", "zni"])
def test_laws_on_known_nets(name: str) -> None:
    check_strong_laws(library.load(name), 14, np.random.default_rng(5))


def test_amorphous_zif(shared: Path) -> None:
    # nets.json of the published data.
    net = read_nets(shared / "data/amorphous-mof/zif/m1_ace_24-anneal_1500K_5ns.cgd")[0]
    strong = find_strong_rings(net)
    assert strong.ring_counts == {3: 132, 4: 333, 5: 419, 6: 583, 7: 644, 8: 361, 9: 22}
    assert strong.carvs().symbol == "{5(1.2).6(2.0).7(2.6).8(1.7)} σ=3.6"
    assert strong.carvs().sigma == pytest.approx(3.6035194695178117)
    assert strong.completeness == "proved"


def test_amorphous_silica(shared: Path) -> None:
    # nets.json of the published data.
    net = read_nets(shared / "data/amorphous-mof/sio2/asio2-gap_22-topology.cgd")[0]
    strong = find_strong_rings(net)
    assert strong.ring_counts == {3: 148, 4: 316, 5: 559, 6: 650, 7: 487, 8: 153}
    assert strong.carvs().sigma == pytest.approx(3.1319473315458484)
    assert strong.completeness == "proved"


def test_amorphous_silicon_needs_more_than_its_own_torus(shared: Path) -> None:
    net = read_nets(shared / "data/amorphous-mof/si/asi-gap_18-topology.cgd")[0]
    strong, check = strong_rings(net)
    # The cell closed upon itself keeps 107 of the 7-rings.
    assert strong.ring_counts == {3: 11, 4: 47, 5: 1645, 6: 3522, 7: 137}
    assert strong.completeness == "proved"
    assert check.undecided == 0
    assert max(check.torus) > 1


def test_without_patches_nothing_is_called_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carvsdb.rings.strong._MARGINS", ())
    strong, check = strong_rings(library.load("sod"), 12)
    assert (strong.ring_counts, strong.completeness) == ({4: 3, 6: 4}, "no")
    assert (check.undecided, check.generates, check.rank) == (16, False, check.full_rank)


def test_a_full_rank_is_needed_for_completeness() -> None:
    # A cycle of 40 vertices is its own only ring, a strong one; the search does not reach it.
    strong, check = strong_rings(Net.from_edges([(vertex, (vertex + 1) % 40) for vertex in range(40)]))
    assert (strong.n_rings, strong.completeness) == (0, "no")
    assert (check.rank, check.full_rank) == (0, 1)
    # A 4-ring on one edge of a cycle of 30 vertices.
    ladder = [(vertex, (vertex + 1) % 30) for vertex in range(30)] + [(0, 30), (30, 31), (31, 1)]
    strong, check = strong_rings(Net.from_edges(ladder))
    assert (strong.ring_counts, strong.completeness) == ({4: 1}, "no")


@pytest.mark.parametrize(
    "net",
    [
        Net.from_edges([], 0),
        Net.from_edges([], 3),
        Net.from_edges([(0, 1), (1, 2)]),
        Net.from_edges([(0, 0, 1, 0, 0)]),
        Net.from_edges([(0, 0, 2, 0, 0), (0, 0, 3, 0, 0)]),
    ],
    ids=["empty", "no edges", "tree", "chain", "chain of two loops"],
)
def test_nets_of_few_cycles(net: Net) -> None:
    assert find_strong_rings(net).completeness == "proved"


def test_interlocking_components() -> None:
    two = supercell(library.load("dia"), (1, 1, 1)).edges
    other = two.copy()
    other[:, :2] += 2
    net = Net.from_edges(np.concatenate([two, other]))
    strong = find_strong_rings(net)
    assert strong.ring_counts == {6: 8}
    assert strong.completeness == "proved"
    # Every second image of pcu's vertex along one direction is joined: two nets in one.
    assert find_strong_rings(Net.from_edges([(0, 0, 2, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1)])).ring_counts == {4: 3}


@pytest.mark.parametrize("cut_off", [2, 33])
def test_cut_offs_out_of_range(cut_off: int) -> None:
    with pytest.raises(InputError, match="3 to 32"):
        find_strong_rings(library.load("dia"), cut_off)
