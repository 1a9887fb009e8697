"""`describe` on published files, to the last ring."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from program import carvsdb
from shipped import net_file

from carvsdb.rings import point_symbols
from carvsdb_ingest.analysis import read_nets
from carvsdb_schemas.description import Description

NODE_LINKER = {
    "m1_azif": "amorphous-mof/zif/m1-azif_ace_24-topology.data",
    "m2_azif": "amorphous-mof/zif/m2-azif_ace_24-topology.data",
    "a-SiO2_gap22": "amorphous-mof/sio2/asio2-gap_22-topology.data",
}
NODE_ONLY = ["cag", "crb", "dft", "gis", "neb", "sod", "dia", "lon", "qtz", "m1_azif", "a-SiO2_gap22"]
# The file lists the symbols and sequences of samples of the amorphous nets.
SAMPLED = {"m1_azif", "a-SiO2_gap22"}


def truth(shared: Path, name: str) -> dict:  # type: ignore[type-arg]
    known: dict = json.loads((shared / "truth" / name).read_text(encoding="utf-8"))  # type: ignore[type-arg]
    return known


@pytest.mark.parametrize("model", ["m1", "m2"])
def test_published_ring_counts_of_azif(shared: Path, model: str) -> None:
    header, *rows = (shared / "data/amorphous-mof/raw/azif_rings-m1-m2.txt").read_text().splitlines()
    counts = next(row.split()[1:] for row in rows if row.split()[0] == model)
    published = {size: int(n) for size, n in zip(header.split()[1:], counts, strict=True) if int(n)}
    done = carvsdb("describe", "--json", shared / "data" / NODE_LINKER[f"{model}_azif"])
    assert done.code == 0
    assert done.json["ring_counts"] == published


@pytest.mark.parametrize("name", NODE_LINKER)
def test_node_linker_nets(shared: Path, name: str) -> None:
    known = truth(shared, "node_linker.json")[name]
    done = carvsdb("describe", "--json", shared / "data" / NODE_LINKER[name])
    got = done.json
    assert got["ring_counts"] == known["ring_counts_by_nodes"]
    assert got["carvs"]["symbol"] == known["carvs"]
    assert got["carvs"]["sigma"] == pytest.approx(known["sigma"], abs=1e-9)
    assert (got["status"], got["cause"], got["names"], got["name"]) == ("keyed", None, [], None)
    assert got["key"].startswith("ck1:3 1 2 ")
    assert (got["linker_aware"], got["clustering"], got["completeness"]) == (True, "node-linker", "observed")
    assert "is taken for the linker" in done.err
    assert f"linkers on one node only: {known['linker_degrees']['1']}" in got["quality"]


@pytest.mark.parametrize("name", NODE_ONLY)
def test_node_only_nets(shared: Path, name: str) -> None:
    known = truth(shared, "nets.json")[name]
    path = shared / "data" / known["file"]
    got = carvsdb("describe", "--json", path).json
    assert (got["n_nodes"], got["n_edges"], got["periodicity"]) == (known["nodes"], known["edges"], 3)
    assert got["coordination"] == known["degrees"]
    assert got["ring_counts"] == known["ring_counts"]
    assert got["largest_ring"] == known["largest"]
    assert np.allclose(got["carvs"]["vector"], known["carvs_vector"], rtol=0, atol=1e-9)
    assert got["carvs"]["sigma"] == pytest.approx(known["sigma"], abs=1e-9)
    assert got["carvs"]["symbol"] == known["carvs"]
    assert got["td10"] == pytest.approx(known["td10_mean"], abs=1e-9)
    sequences = {str(tuple(one["sequence"])): one["multiplicity"] for one in got["coordination_sequences"]}
    assert {sequence: sequences[sequence] for sequence in known["cs"]} == known["cs"]
    if name in SAMPLED:
        # Symbols are listed of every 16th vertex, the most frequent six.
        sample = Counter(point_symbols(read_nets(path)[0])[::16])
        assert {symbol: sample[symbol] for symbol in known["point_symbols"]} == known["point_symbols"]
        return
    assert got["point_symbols"] == known["point_symbols"]
    assert got["vertex_symbols"] == known["vertex_symbols"]
    assert got["vertex_symbols_all"] == known["vertex_symbols_all"]
    assert sequences == known["cs"]


def test_the_answer_has_the_fields_of_its_schema(tmp_path: Path) -> None:
    got = carvsdb("describe", "--json", net_file(tmp_path, "sod")).json
    assert list(got) == list(Description.model_fields)
    assert len(got["carvs"]["vector"]) == got["max_ring_size"] == 27
    assert got["carvs"]["vector"][11] == 32


def test_one_object_a_line_per_net(tmp_path: Path) -> None:
    text = "\n".join(
        f"PERIODIC_GRAPH\n  NAME {name}\n  EDGES\n    1 1 1 0 0\n    1 1 0 1 0\n    1 1 0 0 1\nEND" for name in "ab"
    )
    (tmp_path / "two.cgd").write_text(text)
    done = carvsdb("describe", "--json", tmp_path / "two.cgd")
    assert [one["label"] for one in done.json_lines] == ["two#1", "two#2"]


def test_node_only_makes_the_three_rings_of_three_connected_linkers(shared: Path) -> None:
    path = shared / "data" / NODE_LINKER["m1_azif"]
    got = carvsdb("describe", "--json", "--node-only", path).json
    assert (got["n_linkers"], got["linker_aware"]) == (0, False)
    assert got["ring_counts"]["3"] == 132


def test_cut_off(tmp_path: Path) -> None:
    got = carvsdb("describe", "--json", "--max-ring-size", "12", net_file(tmp_path, "sod")).json
    assert (got["max_ring_size"], got["completeness"], len(got["carvs"]["vector"])) == (12, "no", 12)


def test_a_net_without_bonds_or_without_periodicity(tmp_path: Path) -> None:
    (tmp_path / "pair.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 2 0 0 0\nEND\n")
    got = carvsdb("describe", "--json", tmp_path / "pair.cgd").json
    assert (got["status"], got["cause"], got["carvs"]["symbol"]) == ("no net", "0-periodic", "{}")


def test_for_reading(tmp_path: Path) -> None:
    done = carvsdb("describe", net_file(tmp_path, "sod"))
    assert "6 nodes, 12 edges per cell, 3-periodic" in done.out
    assert "{4(2).6(4).12(32)}" in done.out
    assert "sod, sod-b" in done.out


@pytest.mark.parametrize("name", ["cag", "crb", "dft", "gis", "neb", "sod", "zni", "coi", "nog"])
def test_published_crystals_have_the_names_of_their_files(shared: Path, name: str) -> None:
    got = carvsdb("describe", "--json", shared / "data" / "amorphous-mof" / "zif" / f"{name}.cgd").json
    assert (got["status"], got["stable"]) == ("named", True)
    assert name in got["names"]
    assert got["name"] == ", ".join(got["names"])
    assert [part["multiplicity"] for part in got["components"]] == [1]


def test_interpenetrating_nets_are_counted(tmp_path: Path) -> None:
    (tmp_path / "twofold.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 1 2 0 0\n 1 1 0 1 0\n 1 1 0 0 1\nEND\n")
    got = carvsdb("describe", "--json", tmp_path / "twofold.cgd").json
    assert got["names"] == ["pcu"]
    assert got["components"] == [{"key": got["key"], "names": ["pcu"], "periodicity": 3, "multiplicity": 2}]
    assert "pcu, 2 x pcu interpenetrating" in carvsdb("describe", tmp_path / "twofold.cgd").out


# Two layers of squares, joined by bonds that go straight up and by others that go aside.
OWN_NET = " 1 1 1 0 0\n 1 1 0 1 0\n 2 2 1 0 0\n 2 2 0 1 1\n 1 2 0 0 0\n 1 2 1 2 1\n"


def test_names_of_ones_own(shared: Path, tmp_path: Path) -> None:
    names, sod = tmp_path / "names.tsv", shared / "data" / "amorphous-mof" / "zif" / "sod.cgd"
    done = carvsdb("archive", "import", shared / "data/rcsr/zeolites-sample.arc", "--names", names, "--json")
    assert (done.code, done.json["added"], done.json["known"], done.json["rejected"]) == (0, 0, 77, [])
    own = tmp_path / "own.cgd"
    own.write_text("PERIODIC_GRAPH\nNAME my-net\nEDGES\n" + OWN_NET + "END\n")
    for added in (1, 0):
        done = carvsdb("archive", "import", own, "--names", names, "--json")
        assert (done.code, done.json["added"], done.json["known"]) == (0, added, 1 - added)
    assert carvsdb("describe", "--names", names, "--json", own).json["name"] == "my-net"
    assert carvsdb("describe", "--names", names, "--json", sod).json["name"] == "sod, sod-b, SOD"
    assert carvsdb("archive", "show", "SOD", "--names", names, "--json").json["names"] == ["sod", "sod-b", "SOD"]
    found = carvsdb("archive", "search", "SO", "--names", names, "--json").json
    assert [one["name"] for one in found] == ["SOD", "SOF", "SOR", "SOS", "SOV"]
    clash = tmp_path / "clash.cgd"
    clash.write_text("PERIODIC_GRAPH\nNAME sod\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\nEND\n")
    refused = carvsdb("archive", "import", clash, "--names", names)
    assert refused.code == 3
    assert "another net is called 'sod'" in refused.err
    names.write_text("nonsense\n")
    assert carvsdb("describe", "--names", names, sod).code == 3
    assert carvsdb("archive", "show", "no-such-net").code == 4
