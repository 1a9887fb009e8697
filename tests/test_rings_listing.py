"""The rings themselves, values per node, cut-offs that look after themselves, and symbols of any coordination."""

import signal
import time
import weakref
from collections import Counter, deque
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from changing_nets import with_linkers
from hypothesis import given, settings
from numpy.typing import NDArray
from program import carvsdb
from shipped import net_file
from strategies import nets

from carvsdb import read_nets
from carvsdb.errors import InputError, RingBudgetError
from carvsdb.net import Net, contract_linkers, library, supercell
from carvsdb.rings import (
    Carvs,
    extended_point_symbols,
    find_rings,
    find_rings_to_the_last,
    find_rings_within_budget,
    node_rings,
    point_symbols,
    reference,
    ring_table,
    search,
    select_sizes,
    vertex_symbols,
)
from carvsdb_ingest.writers import write_cgd, write_rings
from carvsdb_refine.backmap.node_net import node_net


def test_the_table_holds_the_rings() -> None:
    census = find_rings(library.load("lta"))
    table = ring_table(census)
    assert table.num_rows == census.n_rings
    row = table.slice(100, 1).to_pylist()[0]
    assert len(row["vertices"]) == len(row["offsets"]) == row["size"] == census.sizes[100]
    assert row["offsets"][0] == [0, 0, 0]
    assert table.column("size").to_pylist() == sorted(census.sizes.tolist())


def test_selection_by_size() -> None:
    census = find_rings(library.load("lta"))
    some = select_sizes(census, {6, 18})
    assert some.ring_counts == {6: 20, 18: 56}
    assert np.array_equal(some.node_counts[:, 17], census.node_counts[:, 17])
    assert not some.node_counts[:, 3].any()
    assert select_sizes(census, {5}).n_rings == 0


@settings(max_examples=30)
@given(nets())
def test_values_per_node_are_those_of_its_rings(net: Net) -> None:
    census = find_rings(net, 8)
    values = node_rings(census)
    sizes: list[list[int]] = [[] for _ in range(net.n_vertices)]
    for ring in range(census.n_rings):
        for vertex in census.vertices[census.starts[ring] : census.starts[ring + 1]].tolist():
            sizes[vertex].append(int(census.sizes[ring]))
    for vertex, own in enumerate(sizes):
        assert values.number[vertex] == len(own)
        if own:
            assert values.mean_size[vertex] == pytest.approx(np.mean(own))
            assert values.size_spread[vertex] == pytest.approx(np.std(own), abs=1e-6)
        else:
            assert np.isnan(values.mean_size[vertex])


def test_the_cut_off_rises_until_nothing_more_is_seen() -> None:
    for name, expected in (("sod", 20), ("dia", 16), ("lta", 26)):
        census = find_rings_to_the_last(library.load(name))
        assert (census.max_ring_size, census.completeness) == (expected, "observed")
    large = Net.from_edges([(v, (v + 1) % 40) for v in range(40)])
    assert find_rings_to_the_last(large).max_ring_size == 32


def test_a_budget_ends_the_search_at_a_smaller_cut_off() -> None:
    zni = library.load("zni")
    with pytest.raises(RingBudgetError, match="more than 100 rings"):
        find_rings(zni, 27, max_rings=100)
    census = find_rings_within_budget(zni, 27, max_rings=100)
    assert census.max_ring_size == 11
    assert census.ring_counts == find_rings(zni, 11).ring_counts
    assert find_rings(zni, 12).n_rings > 100 >= census.n_rings
    assert find_rings_within_budget(library.load("fcu"), 27, max_rings=8).ring_counts == {3: 8}
    with pytest.raises(RingBudgetError):
        find_rings_within_budget(library.load("fcu"), 27, max_rings=7)


def test_an_effort_ends_the_search_at_a_smaller_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    net = supercell(library.load("zni"), (2, 2, 1))
    monkeypatch.setattr(search, "largest_effort", lambda net: 60_000)
    found = [find_rings_within_budget(net, 27, n_threads=number) for number in (1, 2, 5)]
    size = found[0].max_ring_size
    assert [census.max_ring_size for census in found] == [size] * 3
    assert 3 < size < 20
    with pytest.raises(RingBudgetError):
        find_rings(net, size + 1)
    monkeypatch.undo()
    assert found[0].ring_counts == find_rings(net, size).ring_counts


def test_the_budget_is_one_for_all_shares_of_roots() -> None:
    net = supercell(library.load("sod"), (2, 2, 2))
    number = find_rings(net, 12).n_rings
    for n_threads in (1, 3):
        assert find_rings(net, 12, max_rings=number, n_threads=n_threads).n_rings == number
        with pytest.raises(RingBudgetError):
            find_rings(net, 12, max_rings=number - 1, n_threads=n_threads)


def test_what_a_search_found_is_free_before_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[weakref.ref[np.ndarray]] = []

    def search_once(net: Net, longest: int, **how: Any) -> Any:
        if not held:
            rows = np.zeros(8)
            held.append(weakref.ref(rows))
            raise RingBudgetError(f"more than {len(rows)} rings")
        assert held[0]() is None
        return search.search(net, longest, **how)

    monkeypatch.setattr("carvsdb.rings.census.search", search_once)
    assert find_rings_within_budget(library.load("sod"), 8).max_ring_size == 8


@pytest.mark.parametrize("name", ["sod", "fcu", "zni", "node-linker"])
def test_size_by_size_a_search_finds_the_same_rings(name: str) -> None:
    net = with_linkers(library.load("sod")) if name == "node-linker" else library.load(name)
    edges = 2 if net.is_node_linker else 1
    whole = search.Budget(10**6, 10**9)
    lengths, vertices, cells = search.search(net, 12 * edges, budget=whole)
    parts = search.Budget(10**6, 10**9)
    found = [search.search(net, size * edges, budget=parts, shortest=(size - 1) * edges + 1) for size in range(3, 13)]
    assert parts.rings == whole.rings == len(lengths)
    assert parts.steps > 0
    ours = [one for part in found for one in _rows(*part)]
    assert sorted(ours) == sorted(_rows(lengths, vertices, cells))


def _rows(lengths: NDArray[np.int64], vertices: NDArray[np.int32], cells: NDArray[np.int32]) -> list[Any]:
    ends = np.cumsum(lengths)[:-1]
    rows = np.split(np.column_stack([vertices, cells]), ends)
    return [row.tolist() for row in rows if len(row)]


def test_a_net_beyond_its_budget_is_searched_once_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    net = library.load("zni")
    asked: list[tuple[int, int]] = []

    def noted(net: Net, longest: int, *, shortest: int = 3, **how: Any) -> Any:
        asked.append((shortest, longest))
        return search.search(net, longest, shortest=shortest, **how)

    monkeypatch.setattr("carvsdb.rings.census.search", noted)
    monkeypatch.setattr(search, "largest_effort", lambda net: 60_000)
    census = find_rings_within_budget(net, 27)
    assert 6 < census.max_ring_size < 20
    monkeypatch.undo()
    assert asked == [(3, 27), *((size, size) for size in range(3, census.max_ring_size + 2))]
    assert census.ring_counts == find_rings(net, census.max_ring_size).ring_counts


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="a timer of POSIX")
def test_an_interrupt_ends_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    edges = np.column_stack([generator.integers(0, 600, (1500, 2)), generator.integers(-1, 2, (1500, 3))])
    edges[:, 4] = 0  # a layer: few images, but more cycles than could ever be searched
    net = Net.from_edges(edges[edges[:, 0] != edges[:, 1]], 600)
    find_rings(net, 8)  # compiled by now
    monkeypatch.setattr(search, "largest_effort", lambda net: 10**15)

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 1.0)
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            find_rings(net, 27, max_rings=10**12)
        assert time.monotonic() - began < 30
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_pooling_counts_nodes_not_models(shared: Path) -> None:
    folder = shared / "data" / "amorphous-mof" / "zif"
    models = [read_nets(folder / f"m{number}-azif_ace_24-topology.data")[0] for number in (1, 2)]
    censuses = [find_rings(model) for model in models]
    pooled = Carvs.pooled([census.carvs() for census in censuses])
    together = Carvs.from_counts(np.concatenate([census.node_counts for census in censuses]), completeness="observed")
    assert np.allclose(pooled.vector, together.vector)
    assert pooled.sigma == pytest.approx(together.sigma)
    assert pooled.sigma == pytest.approx(5.74, abs=0.005)
    assert pooled.n_nodes == 3456


def shortest_cycles(net: Net, vertex: int, longest: int) -> Counter[tuple[int, int]]:
    """Count angles by (length, number) of their shortest cycles, by walking all shortest paths naively."""
    infinite = reference._InfiniteNet(net)
    start = (vertex, 0, 0, 0)
    ends = infinite.neighbours(start)
    found: Counter[tuple[int, int]] = Counter()
    for first in range(len(ends)):
        levels, ways, queue = {start: -1, ends[first]: 0}, Counter({ends[first]: 1}), deque([ends[first]])
        while queue:
            here = queue.popleft()
            if levels[here] > longest - 3:
                continue
            for there in infinite.neighbours(here):
                if there not in levels:
                    levels[there] = levels[here] + 1
                    queue.append(there)
                if levels[there] == levels[here] + 1:
                    ways[there] += ways[here]
        for second in range(first + 1, len(ends)):
            known = ends[second] in levels
            found[(levels[ends[second]] + 2, ways[ends[second]]) if known else (0, 0)] += 1
    return found


@settings(max_examples=40)
@given(nets())
def test_point_symbols_against_all_shortest_paths(net: Net) -> None:
    plain, extended = point_symbols(net, 9), extended_point_symbols(net, 9)
    for vertex in range(net.n_vertices):
        cycles = shortest_cycles(net, vertex, 9)
        sizes: Counter[int] = Counter()
        for (size, _), number in cycles.items():
            sizes[size] += number
        parts = [(str(size), sizes[size]) for size in sorted(sizes) if size]
        parts += [("*", sizes[0])] if sizes[0] else []
        expected = "{" + ".".join(size if n == 1 else f"{size}^{n}" for size, n in parts) + "}"
        assert plain[vertex] == expected
        written = Counter(
            ("*" if not size else f"{size}" if ways == 1 else f"{size}({ways})")
            for (size, ways), number in cycles.items()
            for _ in range(number)
        )
        inner = extended[vertex].strip("[]")
        assert Counter(inner.split(".") if inner else []) == written


def test_published_extended_point_symbols() -> None:
    # NbO: Blatov, O'Keeffe & Proserpio, CrystEngComm 12, 44 (2010), doi:10.1039/b910671e.
    assert set(extended_point_symbols(library.load("nbo"))) == {"[6(2).6(2).6(2).6(2).8(6).8(6)]"}


def test_nodes_of_high_degree_and_nets_of_many_loops() -> None:
    hub = Net.from_edges(
        [(0, 0, u, v, w) for u in (0, 1) for v in (-1, 0, 1) for w in (-1, 0, 1) if (u, v, w) > (0, 0, 0)]
    )
    assert hub.degrees().tolist() == [26]
    assert find_rings(hub, 5).ring_counts == reference.ring_counts(hub, 5)
    assert contract_linkers(hub) is hub
    assert len(vertex_symbols(find_rings(hub, 5))[0].split(".")) == 26 * 25 // 2


def test_a_path_that_leaves_the_numbered_cells_is_not_taken_for_another() -> None:
    # Found by hypothesis: neighbours one step beyond the search took the numbers of images within it.
    sheared = Net.from_edges([(0, 0, 0, 1, 0), (0, 0, 1, -1, 0)])
    assert find_rings(sheared, 7).ring_counts == {4: 1}


@pytest.mark.parametrize("suffix", ["parquet", "xyz", "dump"])
def test_files_of_rings(suffix: str, tmp_path: Path) -> None:
    target, net = tmp_path / f"rings.{suffix}", tmp_path / "dia.cgd"
    write_cgd(node_net(library.load("dia"), 2.35), net)
    done = carvsdb("rings", net, "-o", target, "--json")
    assert done.code == 0
    assert (done.json["rings"], done.json["ring_counts"]) == (4, {"6": 4})
    if suffix == "parquet":
        table = pq.read_table(target)
        assert table.num_rows == 4
        assert table.schema.metadata[b"max_ring_size"] == b"27"
    elif suffix == "xyz":
        lines = target.read_text().splitlines()
        assert lines[0] == "2"
        assert "c_arpn:R:1:c_srpn:R:1" in lines[1]
        assert all(line.split()[4:7] == ["12", "6.000000", "0.000000"] for line in lines[2:])
    else:
        lines = target.read_text().splitlines()
        assert lines[8] == "ITEM: ATOMS id type x y z n_rings c_arpn c_srpn"
        assert len(lines) == 11


def test_a_dump_keeps_distances_in_an_oblique_cell(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    rotation = np.linalg.qr(generator.normal(size=(3, 3)))[0]
    cell = np.array([[4.0, 0, 0], [1.0, 5.0, 0], [-1.0, 0.5, 6.0]]) @ rotation
    pcu = library.load("pcu")
    placed = Net.from_edges(pcu.edges, positions=[[0.1, 0.2, 0.3]], cell=cell)
    write_rings(find_rings(supercell(placed, (2, 2, 2)), 6), tmp_path / "o.dump")
    lines = (tmp_path / "o.dump").read_text().splitlines()
    points = np.array([line.split()[2:5] for line in lines[9:]], float)
    got = np.linalg.norm(points[:, None] - points[None], axis=2)
    shifts = np.stack(np.unravel_index(np.arange(8), (2, 2, 2)), axis=1) @ cell
    expected = np.linalg.norm(shifts[:, None] - shifts[None], axis=2)
    assert np.allclose(np.sort(got.ravel()), np.sort(expected.ravel()), atol=1e-6)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    census = find_rings(library.load("dia"))
    with pytest.raises(InputError, match="no positions"):
        write_rings(census, tmp_path / "dia.xyz")
    with pytest.raises(InputError, match="parquet"):
        write_rings(census, tmp_path / "dia.csv")
    assert not list(tmp_path.iterdir())


def test_plot_rings(tmp_path: Path) -> None:
    for name in ("dia", "sod"):
        write_cgd([library.load(name)], tmp_path / f"{name}.cgd")
    dia, sod = tmp_path / "dia.cgd", tmp_path / "sod.cgd"
    assert carvsdb("plot", "rings", f"{dia}+{sod}", sod, "-o", tmp_path / "one.png").code == 0
    assert carvsdb("plot", "rings", f"{dia}+{sod}", sod, "-o", tmp_path / "two.png").code == 0
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert carvsdb("plot", "rings", dia, "-o", tmp_path / "one.gif").code == 3


def test_describe_with_strong_rings_auto_and_pool(tmp_path: Path) -> None:
    sod, zni = (net_file(tmp_path, name) for name in ("sod", "zni"))
    strong = carvsdb("describe", "--rings", "strong", "--max-ring-size", "auto", "--json", sod).json
    assert (strong["ring_kind"], strong["ring_counts"], strong["completeness"]) == (
        "strong",
        {"4": 3, "6": 4},
        "proved",
    )
    auto = carvsdb("describe", "--max-ring-size", "auto", "--json", zni).json
    assert (auto["max_ring_size"], auto["completeness"]) == (22, "observed")
    budget = carvsdb("describe", "--max-rings", "100", "--json", zni)
    assert budget.json["max_ring_size"] == 11
    assert "the search ended at 11-rings" in budget.err
    pooled = carvsdb("describe", "--pool", "--json", sod, zni).json_lines[-1]
    assert (pooled["pooled"], pooled["n_nodes"]) == (2, 22)
    both = carvsdb("describe", "--clustering", "node-linker", "--clustering", "node-only", "--json", sod)
    assert len(both.json_lines) == 2
    assert carvsdb("describe", "--max-ring-size", "many", sod).code == 2
    assert carvsdb("describe", "--max-ring-size", "40", sod).code == 3
