"""Written nets, read again, are the same nets."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carvsdb.errors import InputError
from carvsdb.net import Net, library
from carvsdb_ingest.analysis import read_items, read_nets
from carvsdb_ingest.writers import write_cgd


@pytest.mark.parametrize("name", library.names())
def test_exact_nets_come_back(name: str, tmp_path: Path) -> None:
    net = library.load(name)
    write_cgd(net, tmp_path / "net.cgd")
    (back,) = read_nets(tmp_path / "net.cgd")
    assert back.same_as(net)
    assert back.name == name


def test_published_nets_come_back(shared: Path, tmp_path: Path) -> None:
    for file in sorted((shared / "data").rglob("*.cgd")):
        (net,) = read_nets(file)
        write_cgd(net, tmp_path / "net.cgd")
        (item,) = read_items(tmp_path / "net.cgd")
        assert item.net.same_as(net), file.name
        assert item.net.labels == net.labels
        assert item.net.name == net.name
        assert item.quality == ()
        assert net.positions is not None
        assert net.cell is not None
        assert item.net.positions is not None
        assert item.net.cell is not None
        assert np.allclose(item.net.positions, net.positions, rtol=0, atol=1e-9)
        assert np.allclose(item.net.cell, net.cell, rtol=0, atol=1e-7)


@st.composite
def placed_nets(draw: st.DrawFn) -> Net:
    """Draw a net with positions in a skewed cell, with loops, parallel edges and links, and lone vertices."""
    count = draw(st.integers(1, 5))
    small = st.integers(-2, 2)
    rows = draw(
        st.lists(st.tuples(*[st.integers(0, count - 1)] * 2, small, small, small), max_size=12).map(
            lambda drawn: [row for row in drawn if row[0] != row[1] or any(row[2:])]
        )
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    cell = np.diag(rng.uniform(3, 12, 3)) + rng.uniform(-1, 1, (3, 3))
    return Net.from_edges(
        np.array(rows, np.int64).reshape(-1, 5),
        count,
        positions=rng.uniform(-2, 2, (count, 3)) if draw(st.booleans()) else np.zeros((count, 3)),
        cell=cell,
        labels=[draw(st.sampled_from(["Si", "Zn1", "1", "END", "a b", "#", "Å"])) for _ in range(count)],
        name=draw(st.sampled_from(["", "net", "end", "a # b", ' "x" ', "two\nlines"])),
    )


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(net=placed_nets())
def test_any_net_comes_back_or_is_refused(net: Net, tmp_path: Path) -> None:
    assert net.positions is not None
    at_one_place = net.n_vertices > 1 and not net.positions.any()
    if at_one_place and (net.degrees() == 0).any():
        with pytest.raises(InputError, match="without edges and no coordinates"):
            write_cgd(net, tmp_path / "net.cgd")
        return
    write_cgd(net, tmp_path / "net.cgd")
    (item,) = read_items(tmp_path / "net.cgd")
    assert item.net.same_as(net)
    assert item.quality == ()


def test_vertices_at_one_place_are_written_as_a_graph(tmp_path: Path) -> None:
    rows = [(0, 1, 0, 0, 0), (0, 1, 1, 0, 0), (0, 1, 0, 1, 0), (0, 1, 0, 0, 1)]
    net = Net.from_edges(rows, positions=[(0, 0, 0), (1, 0, 0)], cell=np.eye(3) * 5)
    write_cgd(net, tmp_path / "net.cgd")
    assert "PERIODIC_GRAPH" in (tmp_path / "net.cgd").read_text()
    assert read_nets(tmp_path / "net.cgd")[0].same_as(net)


def test_header_comes_back(tmp_path: Path) -> None:
    provenance = {"command": "generate wooten-winer-weaire", "seed": 1, "note": "σ in Å\nand #"}
    nets = [library.load("dia"), library.load("sql")]
    write_cgd(nets, tmp_path / "two.cgd", kind="generated", provenance=provenance)
    text = (tmp_path / "two.cgd").read_text()
    assert json.loads(text.splitlines()[0].removeprefix("# carvsdb:"))["kind"] == "generated"
    items = read_items(tmp_path / "two.cgd")
    assert [item.label for item in items] == ["two#1", "two#2"]
    for item, net in zip(items, nets, strict=True):
        assert item.kind == "generated"
        assert item.provenance == provenance
        assert item.net.same_as(net)
    (tmp_path / "two.cgd").write_text(text.replace('"kind"', '"kind'))
    assert "cannot be read and was skipped" in read_items(tmp_path / "two.cgd")[0].quality[0]
    assert read_items(tmp_path / "two.cgd")[0].kind is None


def test_what_cgd_cannot_hold_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "net.cgd"
    linker = Net.from_edges([(0, 1, 0, 0, 0), (0, 1, 1, 0, 0)], is_node=[True, False], name="chain")
    with pytest.raises(InputError, match="chain has linkers, which a CGD file cannot tell from nodes"):
        write_cgd(linker, file)
    with pytest.raises(InputError, match="without edges and no coordinates"):
        write_cgd(Net.from_edges([(0, 0, 1)], 2), file)
    with pytest.raises(InputError, match="no vertices"):
        write_cgd(Net.from_edges([], 0), file)
    with pytest.raises(InputError, match="no nets"):
        write_cgd([], file)
    with pytest.raises(InputError, match="kind must be one of"):
        write_cgd(library.load("dia"), file, kind="unknown")
    with pytest.raises(InputError, match="JSON"):
        write_cgd(library.load("dia"), file, provenance={"file": file})
    with pytest.raises(InputError, match="cannot be written"):
        write_cgd(library.load("dia"), tmp_path / "nowhere" / "net.cgd")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "net.cgd"
    write_cgd(library.load("dia"), file)
    before = file.read_bytes()

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("carvsdb.atomic_write.os.fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        write_cgd(library.load("pcu"), file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
