# ruff: noqa: E501
"""TopoCIF: 20 files that use every data name that is written, and the older names that others write."""

import json
from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest
from program import carvsdb

from carvsdb.errors import InputError
from carvsdb.net import Net, components, library
from carvsdb.net.own_lattice import in_own_lattice
from carvsdb.topology import Archive, key_of
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.analysis.item import NetItem
from carvsdb_ingest.writers import write_topocif
from carvsdb_ingest.writers.topocif import LINK, NET, NODE, VERSION

PLACED = Net.from_edges(
    [(0, 0, 1, 0, 0), (0, 0, 0, 1, 0), (0, 0, 0, 0, 1)],
    positions=[[0.25, 0.5, 0.125]],
    cell=np.diag([3.0, 4.0, 5.0]),
    labels=["Zn 1'"],
    name="placed, with a cell",
)
SILICA = Net.from_edges(
    [(0, 2, 0, 0, 0), (1, 2, 0, 0, 0), (0, 3, 0, 0, 0), (1, 3, 1, 0, 0), (0, 4, 0, 0, 0), (1, 4, 0, 1, 0),
     (0, 5, 0, 0, 0), (1, 5, 0, 0, 1)],
    is_node=[True, True, False, False, False, False],
    name="node-linker",
)  # fmt: skip
PARALLEL = Net.from_edges([(0, 0, 1, 0), (0, 0, 0, 1)], multiplicity=[2, 1], name="parallel")
CHAIN = Net.from_edges([(0, 0, 1)], name="chain")
QUOTED = Net.from_edges(
    [(0, 1, 0, 0, 0), (0, 1, 1, 0, 0), (0, 1, 0, 1, 0), (0, 1, 0, 0, 1)],
    labels=["'it''s'", 'a "b" ;_x'],
    name="data_ # loop_ \u00c5",
)
TWO = Net.from_edges([(v, v, *step) for v in (0, 1) for step in np.eye(3, dtype=int).tolist()], name="two pcu")
LIBRARY = ("dia", "lon", "sod", "qtz", "pcu", "sql", "hcb", "bcu", "fcu", "nbo", "srs", "ths", "cds", "kgm")
NETS = [*(library.load(name) for name in LIBRARY), PLACED, SILICA, PARALLEL, CHAIN, QUOTED, TWO]
REFERENCE = Path(__file__).parent / "reference"


@pytest.mark.parametrize("net", NETS, ids=lambda net: net.name)
def test_what_is_written_is_read_back(net: Net, tmp_path: Path) -> None:
    path = tmp_path / "net.topocif"
    write_topocif(net, path)
    (item,) = read_items(path)
    assert item.net.edges.tolist() == net.edges.tolist()
    assert item.net.multiplicity.tolist() == net.multiplicity.tolist()
    assert item.net.is_node.tolist() == net.is_node.tolist()
    assert item.net.name == net.name
    if net.positions is not None and net.cell is not None:
        assert item.net.positions is not None
        assert item.net.cell is not None
        assert np.array_equal(item.net.positions, net.positions)
        assert np.allclose(item.net.cell, net.cell, atol=1e-9)
    text = path.read_text(encoding="utf-8")
    for category, names in (("net", NET), ("node", NODE), ("link", LINK)):
        assert all(f"_topol_{category}.{name}" in text for name in names)


def test_names_are_those_of_the_dictionary(tmp_path: Path) -> None:
    """Each data name that is written is one of version 0.9.7, or has our prefix and is not among them."""
    assert len(NETS) == 20
    known = json.loads((REFERENCE / "topocif_0.9.7.json").read_text(encoding="utf-8"))
    assert known["version"] == VERSION
    write_topocif(NETS, tmp_path / "all.topocif")
    text = (tmp_path / "all.topocif").read_text(encoding="utf-8")
    written = {word for word in text.split() if word.startswith("_topol_")}
    assert {word for word in written if "carvsdb" in word} == {
        "_topol_node.carvsdb_is_node",
        "_topol_link.carvsdb_parallel",
    }
    assert {word for word in written if "carvsdb" not in word} <= set(known["names"])
    assert f"_audit_conform.dict_name {known['title']}" in text
    block = gemmi.cif.read_string(text)[0]
    ids = [*block.find_values("_topol_link.id")]
    assert ids == [str(number + 1) for number in range(len(ids))]  # the dictionary wants whole numbers from 1
    assert [*block.find_values("_topol_net.period")] == ["3"]


def test_several_nets_of_a_file(tmp_path: Path) -> None:
    write_topocif([library.load("dia"), library.load("sql")], tmp_path / "two.topocif")
    assert [item.net.name for item in read_items(tmp_path / "two.topocif")] == ["dia", "sql"]


def symmetric(group: str, nodes: str, links: str, cell: str = "1 1 1 90 90 90") -> str:
    operations = [operation.triplet() for operation in gemmi.SpaceGroup(group).operations()]
    keys = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    lines = ["data_net", *(f"_cell_{key} {value}" for key, value in zip(keys, cell.split(), strict=True))]
    lines += ["loop_", "_space_group_symop.id", "_space_group_symop.operation_xyz"]
    lines += [f"{number} '{operation}'" for number, operation in enumerate(operations, 1)]
    return "\n".join([*lines, "loop_", nodes, "loop_", links, ""])


ID = "_topol_node.id _topol_node.fract_x _topol_node.fract_y _topol_node.fract_z"
NEW = (
    "_topol_link.node_id_1 _topol_link.node_id_2 _topol_link.symop_id_1 _topol_link.translation_1 "
    "_topol_link.symop_id_2 _topol_link.translation_2"
)
OLD = (
    "_topol_link.node_label_1 _topol_link.node_label_2 _topol_link.site_symmetry_symop_1 "
    + " ".join(f"_topol_link.site_symmetry_translation_1_{axis}" for axis in "xyz")
    + " _topol_link.site_symmetry_symop_2 "
    + " ".join(f"_topol_link.site_symmetry_translation_2_{axis}" for axis in "xyz")
)
LABEL = "_topol_node.label _topol_node.fract_x _topol_node.fract_y _topol_node.fract_z"


def inversion(group: str) -> int:
    return [operation.triplet() for operation in gemmi.SpaceGroup(group).operations()].index("-x,-y,-z") + 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dia", symmetric("F d -3 m:2", f"{ID}\n1 0.125 0.125 0.125", f"{NEW}\n1 1 1 [0 0 0] {inversion('F d -3 m:2')} [0 0 0]")),
        ("pcu", symmetric("P m -3 m", f"{ID}\n1 0 0 0", f"{NEW}\n1 1 1 [0 0 0] 1 [1 0 0]")),
        ("bcu", symmetric("I m -3 m", f"{ID}\n1 0 0 0", f"{NEW}\n1 1 1 [0,0,0] {[o.triplet() for o in gemmi.SpaceGroup('I m -3 m').operations()].index('x+1/2,y+1/2,z+1/2') + 1} [0,0,0]")),
        ("pcu", symmetric("P 1", f"{LABEL}\nZA1 0.1 0.2 0.3", f"{OLD}\nZA1 ZA1 1 0 0 0 1 1 0 0\nZA1 ZA1 1 0 0 0 1 0 1 0\nZA1 ZA1 1 0 1 0 1 0 1 1")),
        ("hcb", "data_x\nloop_ _topol_node.id\n1\n2\nloop_ _topol_link.node_id_1 _topol_link.node_id_2 _topol_link.translation_2_x _topol_link.translation_2_y\n1 2 0 0\n1 2 1 0\n1 2 0 1\n"),
        ("sql", "data_x\nloop_ _topol_link_node_id_1 _topol_link_node_id_2 _topol_link_translation_2_x _topol_link_translation_2_y\n1 1 1 0\n1 1 0 1\n"),
    ],
)  # fmt: skip
def test_files_of_others(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "net.cif"  # without atoms, so it is the net that is read
    path.write_text(text)
    (item,) = read_items(path)
    assert key_of(item.net) == Archive.load_default().key_of(name)


def test_nodes_lie_where_their_atoms_do(tmp_path: Path) -> None:
    path = tmp_path / "net.topocif"
    path.write_text(
        "data_x\n_cell.length_a 3\n_cell.length_b 3\n_cell.length_c 3\n_cell.angle_alpha 90\n_cell.angle_beta 90\n"
        "_cell.angle_gamma 90\nloop_ _atom_site.label _atom_site.fract_x _atom_site.fract_y _atom_site.fract_z\n"
        "Po1 0.5 0.25 0\nloop_ _topol_node.id _topol_node.net_id\n1 1\nloop_ _topol_atom.id _topol_atom.node_id "
        "_topol_atom.atom_label\n1 1 Po1\nloop_ _topol_net.id _topol_net.overall_topology_RCSR\n1 pcu\n"
        "loop_ _topol_link.node_id_1 _topol_link.node_id_2 _topol_link.translation_2\n1 1 [1 0 0]\n1 1 [0 1 0]\n1 1 [0 0 1]\n"
    )
    (item,) = read_items(path)
    assert item.net.positions is not None
    assert item.net.positions.tolist() == [[0.5, 0.25, 0.0]]
    assert (item.net.name, item.provenance["names"]) == ("pcu", ["pcu"])


FUBYUW = "_topol_node.id _topol_node.net_id _topol_node.fract_x _topol_node.fract_y _topol_node.fract_z"
ATOMS = "_topol_atom.id _topol_atom.node_id _topol_atom.atom_label"
SITES = "\nloop_\n_atom_site.label _atom_site.fract_x _atom_site.fract_y _atom_site.fract_z\n"


def numbers_of(group: str, *triplets: str) -> list[int]:
    """Return the identifiers of operations in the list that `symmetric` writes."""
    known = [operation.triplet() for operation in gemmi.SpaceGroup(group).operations()]
    return [known.index(triplet) + 1 for triplet in triplets]


def read(text: str, tmp_path: Path) -> list[NetItem]:
    path = tmp_path / "net.topocif"
    path.write_text(text)
    return read_items(path)


def test_cuprite(tmp_path: Path) -> None:
    """Example 4 of COMCIFS: operations that are not said are the identity, wherever that stands in the list."""
    (inverted,) = numbers_of("P n -3 m:2", "-y,-x,-z")
    text = symmetric(
        "P n -3 m:2",
        "_topol_node.id\n1",
        f"_topol_link.node_id_1 _topol_link.node_id_2 _topol_link.symop_id_2\n1 1 {inverted}",
    )
    text += f"loop_ {ATOMS} _topol_atom.link_id\n1 1 O1 .\n2 . Cu1 1{SITES}O1 .25 .25 .25\nCu1 0 0 0\n"
    first, identity = "1 'x,y,z'\n", "\nloop_\n_topol_node.id"
    for one in (text, text.replace(first, "").replace(identity, f"\n{first}{identity[1:]}", 1)):
        (item,) = read(one, tmp_path)
        (part,) = components(item.net)
        assert part.multiplicity == 2
        assert key_of(in_own_lattice(item.net, part)) == Archive.load_default().key_of("dia")


def test_several_nets_of_one_structure(tmp_path: Path) -> None:
    """Example 2 of COMCIFS: LiCo(CO)4 by atoms, and with carbonyl in the middle of its atoms."""
    nodes = f"{FUBYUW}\n1 1 . . .\n2 1 . . .\n3 1 . . .\n4 1 . . .\n5 2 . . .\n6 2 . . .\n7 2 . . ."
    links = "_topol_link.node_id_1 _topol_link.node_id_2\n1 3\n2 3\n2 4\n5 6\n6 7"
    atoms = "1 1 Li1\n2 2 C1\n3 3 O1\n4 4 Co1\n5 5 Li1\n6 6 C1\n7 6 O1\n8 7 Co1"
    sites = "Li1 0 0 0\nC1 .3185 .3185 .3185\nO1 .1992 .1992 .1992\nCo1 .5 .5 .5\n"
    atomic, underlying = read(f"{symmetric('P -4 3 m', nodes, links)}loop_\n{ATOMS}\n{atoms}{SITES}{sites}", tmp_path)
    assert (atomic.net.n_vertices, atomic.net.n_edges) == (10, 12)
    assert (underlying.net.n_vertices, underlying.net.n_edges) == (6, 8)
    assert underlying.net.positions is not None
    assert np.allclose(underlying.net.positions[1], 0.25885)
    assert underlying.quality == ("nodes without coordinates lie in the middle of their atoms: 1",)


def test_calcite(tmp_path: Path) -> None:
    """Example 3 of COMCIFS: carbonate lies where the images of its atoms have their middle, which is its carbon."""
    group = "R -3 c:H"
    turned, back, linked = numbers_of(group, "-y,x-y,z", "-x+y,-x,z", "x-y+1/3,-y+2/3,-z+1/6")
    links = f"_topol_link.node_id_1 _topol_link.node_id_2 _topol_link.symop_id_2 _topol_link.translation_2\n1 2 {linked} [-1 -1 0]"
    for carbon in ("1 1 C1 1\n", ""):  # nor is it needed
        atoms = f"{carbon}2 1 O1 1\n3 1 O1 {turned}\n4 1 O1 {back}\n5 2 Ca1 1"
        text = symmetric(group, "_topol_node.id\n1\n2", links, "4.989 4.989 17.062 90 90 120")
        text += f"loop_\n{ATOMS} _topol_atom.symop_id\n{atoms}{SITES}C1 0 0 .25\nO1 .2593 0 .25\nCa1 0 0 0\n"
        (item,) = read(text, tmp_path)
        assert (item.net.n_vertices, item.net.n_edges) == (12, 36)
        assert key_of(item.net) == Archive.load_default().key_of("pcu")


MOF_5 = {
    1: "x,y,z", 5: "z,x,y", 6: "y,z,x", 14: "y,x,-z", 26: "x,y,-z", 37: "y,x,z", 41: "x,z,y", 42: "z,y,x",
    55: "x,-y+1/2,-z+1/2", 59: "-x+1/2,y,-z+1/2", 69: "-z+1/2,-x+1/2,y", 78: "-y+1/2,-z+1/2,x", 80: "-z+1/2,x,-y+1/2",
    82: "y,-z+1/2,-x+1/2",
}  # fmt: skip
"""Operations that the example names."""

MOF_5_ATOMS = {
    8: "C1 1 55 78 5 69 6, O2 55 80 6 59 42 78 41 69 5 82 1 37, O1 1, Zn1 6 55 5 1",
    9: "O2 14 26 1 37, C1 14 1, C3 14 1, C2 14 37 26 1, H1 14 37 26 1",
    10: "O1 1",
    11: "Zn1 1",
}


def test_clusters_and_linkers_of_mof_5(tmp_path: Path) -> None:
    """Example 5 of COMCIFS: its nets of clusters, pcu, and of zinc, oxygen and linkers, fff, have no coordinates."""
    group = "F m -3 m"
    number = dict(zip(MOF_5, numbers_of(group, *MOF_5.values()), strict=True))
    nodes = "_topol_node.id _topol_node.net_id\n8 2\n9 3\n10 3\n11 3"
    links = "_topol_link.node_id_1 _topol_link.node_id_2 _topol_link.symop_id_2\n"
    links += f"8 8 {number[26]}\n9 11 {number[5]}\n10 11 ."
    atoms = [
        f"{node} {label} {number[int(operation)]}"
        for node, listed in MOF_5_ATOMS.items()
        for label, *operations in map(str.split, listed.split(", "))
        for operation in operations
    ]
    sites = "H1 .3059 .1941 .0452\nC1 .25 .25 .1105\nC2 .2831 .2169 .0263\nC3 .25 .25 .0538\nO1 .25 .25 .25\n"
    sites += "O2 .2818 .2182 .1339\nZn1 .2935 .2065 .2065\n"
    text = symmetric(group, nodes, links, "25.669 25.669 25.669 90 90 90")
    text += (
        "loop_\n_topol_atom.node_id _topol_atom.atom_label _topol_atom.symop_id\n" + "\n".join(atoms) + SITES + sites
    )
    found = read(text, tmp_path)
    assert [(item.net.n_vertices, item.net.n_edges) for item in found] == [(8, 24), (64, 128)]
    assert [key_of(item.net) for item in found] == [Archive.load_default().key_of(name) for name in ("pcu", "fff")]
    assert found[0].quality == found[1].quality == ("nodes without coordinates lie in the middle of their atoms: 1",)


@pytest.mark.parametrize(
    "names", ["_topol_node.symop_id _topol_node.translation", "_topol_node.symop _topol_node.translation"]
)
def test_a_node_is_an_image_of_its_atom(names: str, tmp_path: Path) -> None:
    (inverted,) = numbers_of("P -1", "-x,-y,-z")
    links = "_topol_link.node_id_1 _topol_link.node_id_2 _topol_link.translation_2\n1 1 [1 0 0]"
    text = symmetric("P -1", f"_topol_node.id _topol_node.atom_label {names}\n1 A {inverted} [0 0 1]", links)
    (item,) = read(f"{text}{SITES}A .1 .2 .3\n", tmp_path)
    assert item.net.positions is not None
    assert np.allclose(item.net.positions[0], [0.9, 0.8, 0.7])


def cut(text: str) -> str:
    return text.replace("\n1 1 1 [0 0 0] 1 [1 0 0]", "\n1 2 1 [0 0 0] 1 [1 0 0]")


GOOD = symmetric("P m -3 m", f"{ID}\n1 0 0 0", f"{NEW}\n1 1 1 [0 0 0] 1 [1 0 0]")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (cut, "link 1 names the node '2', which is not listed"),
        (lambda text: text.replace("] 1 [1", "] 999 [1"), "names the symmetry operation '999', which is not listed"),
        (lambda text: text.replace("[1 0 0]", "'[1 0]'"), "not three whole numbers"),
        (lambda text: text.replace("[1 0 0]", "[0 0 0]"), "linked to itself in the same cell"),
        (lambda text: text.replace("\n1 0 0 0", "\n1 ? ? ?"), "has no coordinates"),
        (lambda text: text.replace("[1 0 0]", "[99999999 0 0]"), "translations must be at most"),
        (lambda text: "loop_ _topol_link.node_id_1\n", "is no CIF file|no data block"),
        (lambda text: text.replace("\n1 'x,y,z'", ""), "symmetry operations lack x,y,z"),
        (lambda text: f"{text}loop_ {ATOMS}\n1 1 Po1\n", "node '1' has the atom 'Po1', which is not listed"),
        (
            lambda text: (
                "data_x loop_ _topol_link.net_id _topol_link.atom_label_1 _topol_link.atom_label_2\n1 A B\n2 A B\n"
            ),
            "links are of 2 nets",
        ),
    ],
)
def test_damage_gets_a_sentence(spoil: Callable[[str], str], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.topocif"
    path.write_text(spoil(GOOD))
    with pytest.raises(InputError, match=sentence):
        read_items(path)


def test_the_command_line_reads_it(tmp_path: Path) -> None:
    write_topocif(library.load("sod"), tmp_path / "sod.topocif")
    done = carvsdb("describe", tmp_path / "sod.topocif", "--json")
    assert done.json["names"] == ["sod", "sod-b", "SOD"]
