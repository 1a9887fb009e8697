# ruff: noqa: E501
"""TopoCIF: 20 files that use every data name that is written, and the older names that others write."""

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest
from program import carvsdb

from carvsdb.errors import InputError
from carvsdb.net import Net, library
from carvsdb.topology import Archive, key_of
from carvsdb_ingest.analysis import read_items
from carvsdb_ingest.writers import write_topocif
from carvsdb_ingest.writers.topocif import LINK, NODE

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
NETS = [*(library.load(name) for name in ("dia", "lon", "sod", "qtz", "pcu", "sql", "hcb")), PLACED, SILICA, PARALLEL]


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
    text = path.read_text()
    assert all(f"_topol_node.{name}" in text for name in NODE)
    assert all(f"_topol_link.{name}" in text for name in LINK)


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
