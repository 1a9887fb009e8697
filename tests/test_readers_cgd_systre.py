"""CGD files as Systre reads them: dialects of its manual, of the RCSR, ToposPro and EPINET."""

from pathlib import Path

import numpy as np
import pytest

from carvsdb.net import Net
from carvsdb.topology import identify
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cgd.cgd import read_cgd
from carvsdb_ingest.readers.cgd.nearest import NearestError, nearest_edges
from carvsdb_ingest.readers.item import FileOptions, FoundNet

PCU = "NODE 1 6 0 0 0\nEDGE 1 1 0 0"
DIA = "GROUP Fd-3m\nCELL 2.3094 2.3094 2.3094 90 90 90\n"

DIALECTS = {
    "no edges": ("dia", DIA + "ATOM 1 4 5/8 5/8 5/8"),
    "no edges, origin 1": ("dia", DIA.replace("Fd-3m", "Fd-3m:1") + "ATOM 1 4 0 0 0"),
    "no edges, cubic": ("pcu", "GROUP Pm-3m\nCELL 1 1 1 90 90 90\nNODE V 6 0 0 0"),
    "no edges, dense": ("fcu", "GROUP Fm-3m\nCELL 1 1 1 90 90 90\nNODE V 12 0 0 0"),
    "no edges, two nodes": ("flu", "GROUP Fm-3m\nCELL 4 4 4 90 90 90\nNODE A 8 0 0 0\nNODE B 4 1/4 1/4 1/4"),
    "no edges, hexagonal": (
        "lon",
        "GROUP P63/mmc\nCELL 1.6330 1.6330 2.6667 90 90 120\nNODE 1 4 1/3 2/3 0.0625",
    ),
    "no edges, plane group": ("hcb", "GROUP p6mm\nCELL 1.732 1.732 120\nNODE 1 3 1/3 2/3"),
    "no edges, square": ("sql", "GROUP p4mm\nCELL 1 1 90\nNODE 1 4 0 0"),
    "no edges, centres": ("dia", DIA + "NODE 1 4 1/8 1/8 1/8\nEDGE_CENTER 2 2 0 0 0"),
    "quoted group": ("pcu", 'NAME "my net"\nGROUP "P m -3 m"\nCELL 1 1 1 90 90 90\n' + PCU),
    "quoted labels": ("pcu", 'GROUP Pm-3m\nCELL 1 1 1 90 90 90\nATOM "A 1" 6 0 0 0\nEDGE "A 1" 1 0 0'),
    "full symbol": ("pcu", "GROUP P4/m-32/m\nCELL 1 1 1 90 90 90\n" + PCU),
    "no cell": ("pcu", "GROUP Pm-3m\n" + PCU),
    "no cell, hexagonal": ("acs", "GROUP P63/mmc\nNODE 1 6 1/3 2/3 1/4\nEDGE 1/3 2/3 1/4 2/3 1/3 3/4"),
    "no cell, plane group": ("hcb", "GROUP p6mm\nNODE 1 3 1/3 2/3\nEDGE 1/3 2/3 2/3 1/3"),
    "no cell, no group": ("pcu", "NODE 1 6 0 0 0\nEDGE 1 1 0 0\nEDGE 1 0 1 0\nEDGE 1 0 0 1"),
    "vertex, bond": ("pcu", "SPACEGROUP Pm-3m\nCELL 1 1 1 90 90 90\nVERTEX 1 6 0 0 0\nBOND 1 1 0 0"),
    "plurals": ("pcu", "SPACE_GROUP Pm-3m\nCELL 1 1 1 90 90 90\nVERTICES\n1 6 0 0 0\nBONDS\n1 1 0 0"),
    "any case": ("pcu", "Group Pm-3m\ncell 1 1 1 90 90 90\nNode 1 6 0 0 0\nEdge 1 1 0 0"),
    "commas": ("pcu", "GROUP Pm-3m\nCELL 1, 1, 1, 90, 90, 90\nNODE 1 6 0, 0, 0\nEDGE 1 1, 0, 0"),
    "centre as an end": ("dia", DIA + "NODE 1 4 .125 .125 .125\nEDGE_CENTER 2 2 0 0 0\nEDGE 1 2"),
    "centres, another spelling": ("dia", DIA + "NODE 1 4 .125 .125 .125\nEDGECENTRES 2 2 0 0 0\nEDGE 1 2"),
    "centres beside edges": (
        "dia",
        DIA + "NODE 1 4 1/8 1/8 5/8\nEDGE 1/8 1/8 5/8  3/8 3/8 3/8\nEDGE_CENTER c 2 1/4 1/4 1/2",
    ),
    "RCSR": (
        "dia",
        "  NAME dia\n  GROUP Fd-3m:2\n  CELL 2.30940 2.30940 2.30940 90.0000 90.0000 90.0000\n"
        "  NODE 1 4  0.12500 0.12500 0.12500\n  EDGE  0.12500 0.12500 0.12500   -0.12500 -0.12500 -0.12500\n"
        "# EDGE_CENTER 2  0.00000 0.00000 0.00000",
    ),
    "EPINET": ("pcu", "ID sqc1\n  GROUP Pm-3m\n  CELL 1.0 1.0 1.0 90.0 90.0 90.0\n" + PCU),
    "ToposPro": (
        "pcu",
        "  NAME TOPOS_net\n  GROUP P1\n  CELL 3.5 3.5 3.5 90.0 90.0 90.0\n  NODE Zn1 6 0.1 0.2 0.3\n"
        "  EDGE Zn1 1.1 0.2 0.3\n  EDGE Zn1 -0.9 0.2 0.3\n  EDGE Zn1 0.1 1.2 0.3\n  EDGE Zn1 0.1 -0.8 0.3\n"
        "  EDGE Zn1 0.1 0.2 1.3\n  EDGE Zn1 0.1 0.2 -0.7",
    ),
    "coordination sequence": ("pcu", "GROUP Pm-3m\nCELL 1 1 1 90 90 90\n" + PCU + "\nCS 6 18 38 66"),
    "ENDCRYSTAL": ("pcu", "GROUP Pm-3m\nCELL 1 1 1 90 90 90\n" + PCU + "\nENDCRYSTAL"),
    "comments": ("pcu", 'GROUP Pm-3m # "P1"\nCELL 1 1 1 90 90 90# a b c\n' + PCU),
    "rhombohedral": ("pcu", "GROUP R-3m:R\nCELL 1 1 1 90 90 90\n" + PCU),
    "first setting": ("sql", "GROUP P112\nCELL 1 1 4 90 90 90\nNODE 1 4 0 0 0\nEDGE 1 1 0 0\nEDGE 1 0 1 0"),
}


def read(body: str) -> FoundNet:
    end = "" if "ENDCRYSTAL" in body else "\nEND\n"
    (found,) = read_cgd(TextFile.decode(f"CRYSTAL\n{body}{end}".encode(), "a.cgd"), FileOptions())
    return found


def names(net: Net) -> set[str]:
    return {name for part in identify(net).components for name in part.names}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialects(dialect: str) -> None:
    name, body = DIALECTS[dialect]
    found = read(body)
    assert name in names(found.net), (found.net, found.quality)
    doubts = [one for one in found.quality if "no CELL" not in one and "no GROUP" not in one]
    assert doubts == []
    assert found.bond_rule == (
        "nearest neighbours by degree" if dialect.startswith("no edges") else "edges of the file"
    )
    assert any("no CELL" in one for one in found.quality) == dialect.startswith("no cell")


def test_cases(shared: Path) -> None:
    for file, name in (
        ("s01_dia_noedges", "dia"),
        ("s05_quoted_group_pcu", "pcu"),
        ("s06b_edge_center_as_node", "dia"),
        ("s07_synonyms", "pcu"),
    ):
        (item,) = read_items(shared / "cases" / "atoms" / f"{file}.cgd")
        assert name in names(item.net)


def test_numbers_before_any_keyword_are_edges() -> None:
    text = "PERIODIC_GRAPH # the diamond net\n 1 2  0 0 0\n 1 2  1 0 0\n 1 2  0 1 0\n 1 2  0 0 1\nEND\n"
    (found,) = read_cgd(TextFile.decode(text.encode(), "a.cgd"), FileOptions())
    assert "dia" in names(found.net)


def test_unknown_keywords_are_said() -> None:
    found = read("GROUP Pm-3m\nCELL 1 1 1 90 90 90\nCOLOUR red\n" + PCU)
    assert found.quality == ("line 4: the keyword 'COLOUR' is not known and was skipped",)


def test_names_in_quotes() -> None:
    assert read('NAME "my net"\nGROUP Pm-3m\n' + PCU).net.name == "my net"
    assert read("ID sqc1\nGROUP Pm-3m\n" + PCU).net.name == "sqc1"


def test_equally_near_neighbours_are_joined_all_or_none() -> None:
    corner, one = np.zeros((1, 3)), np.array([False])
    with pytest.raises(NearestError) as caught:
        nearest_edges(corner, np.eye(3), np.array([4]), one, 3)
    assert (caught.value.atom, caught.value.found) == (0, 6)
    assert len(nearest_edges(corner, np.diag([1.0, 1.0, 1.1]), np.array([4]), one, 3)) == 2
    assert len(nearest_edges(corner, 50 * np.eye(3), np.array([18]), one, 3)) == 9
