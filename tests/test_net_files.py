"""`carvsdb net` and `carvsdb plot net`: the net that was found, with the atoms of each vertex, and its picture."""

import json
from collections import Counter
from pathlib import Path

import gemmi
import numpy as np
import pytest
from matplotlib.image import imread
from program import carvsdb

from carvsdb.net import Net, contract_linkers, library
from carvsdb.plots.net import NetStyle, plot_net
from carvsdb.plots.net_scene import net_scene
from carvsdb.rings import find_rings
from carvsdb.topology import key_of
from carvsdb_ingest.analysis import read_items, read_nets
from carvsdb_schemas.net_document import NetDocument

TWO = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n" * 2
STRANGE = ["$x_1$<script>alert(1)</script>\"'>", "\x1b[31mred日本🎉" + "x" * 10_000]


@pytest.fixture(scope="module")
def hkust(shared: Path) -> Path:
    return shared / "data" / "cifs" / "HKUST-1.cif"


def net_of(document: NetDocument) -> Net:
    return Net.from_edges(
        [(edge.src, edge.dst, *edge.offset) for edge in document.edges],
        len(document.vertices),
        is_node=[vertex.is_node for vertex in document.vertices],
    )


def test_json_says_which_atoms_make_which_vertex(hkust: Path, tmp_path: Path) -> None:
    """HKUST-1, Cu3(C9H3O6)2(H2O)3 (doi:10.1126/science.283.5405.1148): 24 pairs of copper, 32 trimesates."""
    target = tmp_path / "net.json"
    assert carvsdb("net", hkust, "-o", target).code == 0
    document = NetDocument.model_validate_json(target.read_text())
    assert document.names == ["tbo"]
    (item,) = read_items(hkust)
    assert net_of(document).same_as(item.net)
    assert document.atoms is not None
    elements = document.atoms.elements
    sorts = Counter(
        (vertex.coordination, *sorted(Counter(elements[atom] for atom in vertex.atoms or []).items()))
        for vertex in document.vertices
    )
    assert sorts == {(4, ("Cu", 2), ("O", 10)): 24, (3, ("C", 9), ("H", 3)): 32}
    listed = [atom for vertex in document.vertices for atom in vertex.atoms or []]
    assert len(listed) == len(set(listed))
    for number, vertex in enumerate(document.vertices):
        assert {document.atoms.vertex[atom] for atom in vertex.atoms or []} == {number}
    apart = [atom for atom, vertex in enumerate(document.atoms.vertex) if vertex is None]
    assert len(apart) + len(listed) == len(elements)


def test_cgd_and_cif_hold_the_same_net(hkust: Path, tmp_path: Path) -> None:
    (item,) = read_items(hkust)
    for suffix in ("cgd", "cif"):
        assert carvsdb("net", hkust, "-o", tmp_path / f"net.{suffix}").code == 0
    (back,) = read_nets(tmp_path / "net.cgd")
    assert key_of(back) == key_of(item.net)
    assert "# V1 = Cu1 " in (tmp_path / "net.cgd").read_text()
    block = gemmi.cif.read(str(tmp_path / "net.cif")).sole_block()
    assert len(block.find_values("_atom_site_label")) == item.net.n_vertices
    assert len(block.find_values("_geom_bond_distance")) == item.net.n_edges
    assert set(block.find_values("_atom_site_type_symbol")) == {"Cu", "C"}
    edges = zip(*(block.find_values(f"_carvsdb_edge_{name}") for name in ("src", "dst", "u", "v", "w")), strict=True)
    rows = [(int(src[1:]) - 1, int(dst[1:]) - 1, int(u), int(v), int(w)) for src, dst, u, v, w in edges]
    assert Net.from_edges(rows, item.net.n_vertices).same_as(item.net)


def test_linkers_are_lost_in_cgd_only_and_that_is_said(shared: Path, tmp_path: Path) -> None:
    file = shared / "data" / "cells" / "zif-sod-204.xyz"
    (item,) = read_items(file)
    outcome = carvsdb("net", file, "-o", tmp_path / "net.cgd")
    assert "CGD has no linkers: 24 of 24 became edges" in outcome.err
    (back,) = read_nets(tmp_path / "net.cgd")
    assert key_of(back) == key_of(contract_linkers(item.net))
    assert carvsdb("net", file, "-o", tmp_path / "net.json").code == 0
    document = NetDocument.model_validate_json((tmp_path / "net.json").read_text())
    assert Counter(vertex.is_node for vertex in document.vertices) == {True: 12, False: 24}
    assert net_of(document).same_as(item.net)


def test_an_entry_gives_what_its_file_gave(shared: Path, tmp_path: Path) -> None:
    file, db = shared / "data" / "cells" / "zif-sod-204.xyz", tmp_path / "c.duckdb"
    assert carvsdb("ingest", file, "--db", db).code == 0
    by_file, by_name = (carvsdb("net", asked, "--json", "--db", db).json for asked in (file, "zif-sod-204"))
    for part in ("vertices", "edges", "key", "names", "clustering", "bond_rule"):
        assert by_name[part] == by_file[part]
    assert by_name["atoms"]["vertex"] == by_file["atoms"]["vertex"]
    picture = tmp_path / "net.png"
    assert carvsdb("plot", "net", "zif-sod-204", "-o", picture, "--atoms", "--rings", "4", "--db", db).code == 0
    assert (imread(picture)[..., :3].min(axis=2) < 0.9).mean() > 0.02


def test_a_name_of_the_archive_needs_no_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = carvsdb("net", "sod", "--json")
    assert outcome.json["names"][0] == "sod"
    assert outcome.json["atoms"] is None
    assert "archive that comes with carvsdb" in outcome.err
    assert carvsdb("net", "no such net").code == 4


def test_refusals_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    two = tmp_path / "two.cgd"
    two.write_text(TWO)
    for arguments, code, words in (
        (("net", two), 3, "holds 2 nets"),
        (("net", two, "--number", "3"), 3, "no number 3"),
        (("net", two, "--number", "2"), 0, "sql"),
        (("net", two, "-o", tmp_path / "net.xyz"), 3, ".cgd, .cif, .json"),
        (("net", two, "--number", "1", "-o", tmp_path / "net.cif"), 3, "no coordinates"),
        (("plot", "net", two, "-o", tmp_path / "net.png"), 3, "holds 2 nets"),
        (("plot", "net", two, "--number", "1", "-o", tmp_path / "net.gif"), 3, ".png, .svg, .pdf"),
        (("plot", "net", "sod", "-o", tmp_path / "net.png", "--rings", "5"), 3, "no 5-rings to light up"),
        (("plot", "net", "sod", "-o", tmp_path / "net.png", "--atoms"), 3, "without atoms"),
        (("plot", "net", "sod", "-o", tmp_path / "net.png", "--cells", "0x1x1"), 2, "1 to 9 cells"),
    ):
        outcome = carvsdb(*arguments)
        assert outcome.code == code, outcome.err
        assert words in outcome.err + outcome.out
    assert not list(tmp_path.glob("net.*"))


def test_lit_rings_and_the_same_bytes(tmp_path: Path) -> None:
    net = library.load("sod")
    scene = net_scene(net, find_rings(net, 6))
    for name in ("a.png", "b.png", "a.svg", "b.svg"):
        plot_net(scene, tmp_path / name, NetStyle(rings=(6,)))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    plot_net(scene, tmp_path / "plain.png")
    lit, plain = imread(tmp_path / "a.png"), imread(tmp_path / "plain.png")
    assert orange(lit) > 0.05 > orange(plain)


def orange(picture: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    red, green, blue = (picture[..., channel] for channel in range(3))
    return float(((red > green + 0.1) & (green > blue + 0.05)).mean())


@pytest.mark.parametrize("name", STRANGE)
def test_strange_names_are_text(name: str, tmp_path: Path) -> None:
    net = library.load("pcu").with_name(name)
    plot_net(net_scene(net), tmp_path / "net.svg")
    text = (tmp_path / "net.svg").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "\x1b" not in text
    file = tmp_path / "net.json"
    file.write_text(json.dumps(net_scene(net).document()))
    assert json.loads(file.read_text())["name"] == name


def test_a_catalogue_that_is_named_must_be_there(tmp_path: Path) -> None:
    done = carvsdb("net", "sod", "--db", tmp_path / "none.duckdb")
    assert (done.code, "there is no such catalogue" in done.err) == (4, True)
