"""What else is written for looking: pages of single nets, data sets for chemiscope."""

import gzip
import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from catalogue_entries import RCSR, library_entry
from program import carvsdb

from carvsdb.atoms.structure import Structure
from carvsdb.catalogue import Catalogue
from carvsdb.explorer import ExplorerOptions, net_page, write_chemiscope
from carvsdb.net import library
from carvsdb.plots.net_scene import net_scene
from carvsdb.rings import find_rings


def assert_is_data_set(document: dict[str, Any]) -> None:
    """Hold a document against what chemiscope accepts (its src/dataset.ts, `validateDataset`)."""
    assert isinstance(document["meta"]["name"], str)
    assert isinstance(document["meta"]["description"], str)
    assert all(isinstance(one, str) for one in document["meta"]["references"])
    for structure in document["structures"]:
        assert structure["size"] > 0
        assert all(len(structure[name]) == structure["size"] for name in ("names", "x", "y", "z"))
        assert len(structure["cell"]) == 9
    n = len(document["structures"]) or len(document["properties"]["Label"]["values"])
    for one in document["properties"].values():
        assert one["target"] == "structure"
        assert len(one["values"]) == n
        assert {type(value) for value in one["values"]} in ({str}, {float}, {int})


def test_a_data_set_for_chemiscope(tmp_path: Path) -> None:
    catalogue = Catalogue.in_memory()
    salt = Structure(("Cs", "Cl"), np.array([[0, 0, 0], [0.5, 0.5, 0.5]]), 4.12 * np.eye(3))
    catalogue.add([library_entry("bcu", atoms=salt, formula="ClCs", density=3.99, source=RCSR)])
    catalogue.add([library_entry(name) for name in ("dia", "sod", "srs")])
    n, notes = write_chemiscope(catalogue, tmp_path / "map.json")
    document = json.loads((tmp_path / "map.json").read_bytes())
    assert_is_data_set(document)
    assert n == 4
    assert any("Density" in note for note in notes)  # nets that came without atoms have none
    labels = document["properties"]["Label"]["values"]
    bcu, sod = (document["structures"][labels.index(name)] for name in ("bcu", "sod"))
    assert bcu["names"] == ["Cs", "Cl"]
    assert bcu["x"] == [0, 2.06]
    assert sod["names"] == ["X"] * 12
    # Each node of sod has four neighbours at the length of an edge, which is 1 where a net has no coordinates.
    places, cell = np.array([sod["x"], sod["y"], sod["z"]]).T, np.array(sod["cell"]).reshape(3, 3)
    cells = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3), axis=-1).reshape(-1, 3) @ cell
    apart = np.linalg.norm(places[:, None, None] - places[None, :, None] - cells, axis=-1)
    assert (np.abs(apart - 1) < 1e-3).sum(axis=(1, 2)).tolist() == [4] * 12
    write_chemiscope(catalogue, tmp_path / "map.json.gz", ExplorerOptions(structures=False))
    bare = json.loads(gzip.decompress((tmp_path / "map.json.gz").read_bytes()))
    assert_is_data_set(bare)
    assert bare["structures"] == []
    assert bare["properties"] == document["properties"]


def net_of(page: str) -> dict[str, Any]:
    (text,) = re.findall(r'id="net">([^<]*)</script>', page)
    document: dict[str, Any] = json.loads(gzip.decompress(b64decode(text)))
    return document


def test_the_page_of_a_net_holds_its_rings() -> None:
    census = find_rings(library.load("sod"), 12)
    page = net_page(net_scene(census.net.with_name("</script><b>"), census, {4, 6}), light=4)
    rings = net_of(page)["rings"]
    assert {size: len(found["vertices"]) for size, found in rings.items()} == {"4": 6, "6": 8}
    assert "<b>" not in page
    assert "<title>&lt;/script&gt;&lt;b&gt;</title>" in page


@pytest.mark.parametrize("suffix", ["html", "HTM"])
def test_plot_net_writes_a_page(tmp_path: Path, suffix: str) -> None:
    net = tmp_path / "pcu.cgd"
    net.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\nEND\n")
    done = carvsdb("plot", "net", net, "-o", tmp_path / f"net.{suffix}", "--rings", "4", "--cells", "2x2x1")
    assert done.code == 0, done.err
    drawn = net_of((tmp_path / f"net.{suffix}").read_text("utf-8"))
    assert drawn["repeats"] == [2, 2, 1]
    assert list(drawn["rings"]) == ["4"]
