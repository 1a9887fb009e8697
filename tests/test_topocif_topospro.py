# ruff: noqa: E501
"""TopoCIF as ToposPro writes it: names of the drafts of the dictionary, nodes among the atoms.

The numbers are those of its files beside the dictionary (https://github.com/COMCIFS/TopoCif, examples/old).
"""

from pathlib import Path

import gemmi
import pytest
from program import carvsdb
from test_topocif import ID, read, symmetric

from carvsdb.errors import InputError
from carvsdb.net import components
from carvsdb.net.own_lattice import in_own_lattice
from carvsdb.topology import Archive, key_of
from carvsdb_ingest.analysis import read_items

LINKS = (
    "_topol_link.node_label_1 _topol_link.node_label_2 _topol_link.distance "
    + " ".join(
        f"_topol_link.site_symmetry_symop_{end} "
        + " ".join(f"_topol_link.site_symmetry_translation_{end}_{axis}" for axis in "xyz")
        for end in (1, 2)
    )
    + " _topol_link.type _topol_link.multiplicity"
)


def topospro(group: str, cell: str, sites: list[str], links: list[str]) -> str:
    """Write a file as ToposPro does; an operation of a link is named by its triplet."""
    known = [operation.triplet() for operation in gemmi.SpaceGroup(group).operations()]
    rows = []
    for link in links:
        a, b, distance, first, second, kind, number = link.split("|")
        moves = [f"{known.index(one.split()[0]) + 1} {' '.join(one.split()[1:])}" for one in (first, second)]
        rows.append(f"{a} {b} {distance} {moves[0]} {moves[1]} {kind} {number}")
    atoms = "_atom_site_label _atom_site_type_symbol _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z\n"
    text = symmetric(group, atoms + "\n".join(sites), LINKS + "\n" + "\n".join(rows), cell)
    old = text.replace("_space_group_symop.id", "_symmetry_equiv_pos_site_id")
    return "_audit_creation_method ToposPro\n".join(
        old.replace("_space_group_symop.operation_xyz", "_symmetry_equiv_pos_as_xyz").split("data_net\n")
    ).replace("_audit", "data_net\n_audit", 1)


X = "x,y,z 0 0 0"
FOXNUB = topospro(
    "R 3 m:H", "7.40437 7.40437 8.7577 90 90 120",
    ["Sc1 Sc 0.66667 0.33333 0.69165", "Ti1 Ti 0.00000 0.00000 0.76760"],
    [f"Sc1|Ti1|4.3263|{X}|x,y,z 1 1 0|v|9"],
)  # fmt: skip
SAYMUB = topospro(
    "P b c a", "19.27 19.906 25.249 90 90 90",
    ["ZA1 ZA 0.60057(2) 0.25452 0.35726", "ZA2 ZA 0.87255 0.26362 0.59890(12)"],
    [f"ZA1|ZA2|20.7675(3)|{X}|x+1/2,-y+1/2,-z -1 -1 1|v|8", f"ZA1|ZA2|?|{X}|x,y,z 0 0 -1|v|8",
     f"ZA1|ZA2|.|{X}|-x+1/2,-y,z+1/2 1 1 0|hb|8"],
)  # fmt: skip
CDS = topospro(
    "P 42/m m c", "1.5 1.5 3 90 90 90", ["C1 C 0 0 0"],
    [f"C1|C1|1.5|{X}|-y,-x,-z+1/2 0 0 -1.0|v|2", f"C1|C1|1.5|{X}|x,y,z 0 -1 0|v|2"],
)  # fmt: skip
CALCITE = topospro(
    "R -3 c:H", "4.989 4.989 17.062 90 90 120",
    ["C1 C4+ 0 0 0.25", "O1 O2- 0.25930 0 0.25", "Ca1 Ca2+ 0 0 0", "ZA1 ZA0+ 0 0 0.25", "ZB1 ZB0+ 0 0 0"],
    [f"C1|O1|1.2936|{X}|-x+y,-x,z 0 0 0|v|18", f"C1|O1|3.4063|{X}|-x+1/3,-y+2/3,-z+2/3 0 -1 0|vw|36",
     f"O1|Ca1|2.3533|{X}|x-y+1/3,-y+2/3,-z+1/6 0 -1 0|v|36",
     f"ZA1|ZB1|3.2122|{X}|x-y+1/3,-y+2/3,-z+1/6 -1 -1 0|v|36"],
)  # fmt: skip


@pytest.mark.parametrize(("name", "text", "multiplicity"), [("hcb", FOXNUB, 3), ("srs", SAYMUB, 18), ("cds", CDS, 1)])
def test_nets_of_topospro(name: str, text: str, multiplicity: int, tmp_path: Path) -> None:
    (item,) = read(text, tmp_path)
    parts = components(item.net)
    assert {key_of(in_own_lattice(item.net, part)) for part in parts} == {Archive.load_default().key_of(name)}
    assert sum(part.multiplicity for part in parts) == multiplicity
    assert item.quality == ()


def test_atoms_and_groups_in_one_file_of_topospro(tmp_path: Path) -> None:
    atomic, underlying = read(CALCITE, tmp_path)
    assert (atomic.net.n_vertices, atomic.net.n_edges) == (30, 18 + 36)  # without contacts of van der Waals
    assert atomic.quality[0] == "links of the type vw (van der Waals contacts) that are left out: 1"
    assert "'ZA1' stands at the place of 'C1': read as several nets" in atomic.quality[1]
    assert key_of(underlying.net) == Archive.load_default().key_of("pcu")


def test_a_cif_of_topospro_is_read_as_nets_where_groups_are_its_atoms(tmp_path: Path) -> None:
    (tmp_path / "saymub.cif").write_text(SAYMUB)
    (item,) = read_items(tmp_path / "saymub.cif")
    assert item.structure is None
    assert item.net.n_vertices == 16
    (tmp_path / "cds.cif").write_text(CDS)
    done = carvsdb("describe", tmp_path / "cds.cif", "--json")
    assert "the links that the file lists (TopoCIF) are not used" in done.out + done.err


def test_operations_that_are_named_by_their_group_alone(tmp_path: Path) -> None:
    text = (
        "data_x\n_cell_length_a 1\n_cell_length_b 1\n_cell_length_c 1\n_cell_angle_alpha 90\n_cell_angle_beta 90\n"
        "_cell_angle_gamma 90\n_space_group.name_H-M_alt 'P m -3 m'\nloop_\n"
        f"{ID.replace('fract', 'FRACT')}\n1 0 0 0\nloop_\n_TOPOL_LINK.node_id_1 _topol_link.node_id_2 _topol_link.translation_2\n1 1 [1 0 0]\n"
    )
    (item,) = read(text, tmp_path)
    assert key_of(item.net) == Archive.load_default().key_of("pcu")
    assert item.quality == ("its symmetry operations are not listed; those of P m -3 m were taken",)
    more = text.replace(
        "_topol_link.translation_2\n1 1 [1 0 0]", "_topol_link.symop_id_2 _topol_link.translation_2\n1 1 7 [1 0 0]"
    )
    with pytest.raises(InputError, match="names the symmetry operation '7', which is not listed"):
        read(more, tmp_path)
    (tmp_path / "iza.topocif").write_text(
        text.replace("loop_", "loop_ _topol_net.id _topol_net.overall_topology_IZA\n1 XYZ\nloop_", 1)
    )
    assert read_items(tmp_path / "iza.topocif")[0].provenance["names"] == ["XYZ"]
