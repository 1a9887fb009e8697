"""CIF files: symmetry, disorder, listed bonds; and damaged ones, which end in one sentence."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError, InputError, NoNetError
from carvsdb_ingest.bonds import find_bonds
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cif.cif import read_cif

HEAD = """data_{name}
_cell_length_a {a}
_cell_length_b {a}
_cell_length_c {a}
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M '{group}'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_occupancy
_atom_site_disorder_assembly
_atom_site_disorder_group
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
"""


def cif(sites: str, a: str = "10", group: str = "P 1", tail: str = "") -> str:
    return HEAD.format(name="test", a=a, group=group) + sites + tail


def read(text: str | bytes) -> Structure:
    (structure,) = read_cif(TextFile.decode(text if isinstance(text, bytes) else text.encode(), "test.cif"))
    return structure


QUARTZ = """data_quartz
_cell_length_a 4.9137(2)
_cell_length_b 4.9137(2)
_cell_length_c 5.4047
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
{symmetry}
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Si1 0.4697 0 0.6667
O1 0.4135(3) 0.2669 0.7858
"""
LISTED = (
    "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-y,x-y,z+2/3\n-x+y,-x,z+1/3\ny,x,-z\nx-y,-y,-z+1/3\n-x,-x+y,-z+2/3\n"
)


@pytest.mark.parametrize(
    "symmetry",
    [
        LISTED,
        LISTED.replace("_symmetry_equiv_pos_as_xyz", "_space_group_symop_operation_xyz").replace(
            "x,y,z\n", "'x, y, z'\n"
        ),
        "_space_group_name_H-M_alt 'P 32 2 1'",
        "_symmetry_Int_Tables_number 154",
        "_space_group_name_Hall ' P 32 2\"'",
    ],
)
def test_symmetry_from_any_of_its_tags(symmetry: str) -> None:
    quartz = read(QUARTZ.format(symmetry=symmetry))
    assert quartz.formula == "O2Si"
    assert quartz.n_atoms == 9
    bonds = find_bonds(quartz)
    assert len(bonds.edges) == 12
    assert bonds.lengths == pytest.approx(1.61, abs=0.02)


def test_atoms_on_special_positions_stand_once() -> None:
    # 1/3 with four digits: images differ by 0.0001 of a cell, and are one atom.
    text = QUARTZ.format(symmetry="_symmetry_Int_Tables_number 154").replace("0.4697 0 0.6667", "0.4697 0.0001 0.667")
    assert read(text).n_atoms == 9


def test_elements_from_symbols_and_labels() -> None:
    sites = "Zn1 Zn2+ 1 . . 0 0 0\nCA1 C 1 . . 0.2 0 0\nDa D 1 . . 0.4 0 0\nOW2 ? 1 . . 0.6 0 0\nCu1A . 1 . . 0.8 0 0\n"
    assert read(cif(sites)).elements == ("Zn", "C", "D", "O", "Cu")
    with pytest.raises(InputError, match=r"atom 'Q1' of type '' is of no element"):
        read(cif("Q1 ? 1 . . 0 0 0\n"))


def test_cartesian_coordinates() -> None:
    text = cif("C1 C 1 . . 2.5 0 0\n").replace("fract_", "Cartn_")
    assert read(text).positions.tolist() == [[0.25, 0, 0]]


def test_what_is_not_there_is_left_out() -> None:
    structure = read(cif("C1 C 1 . . 0 0 0\nC2 C 0 . . 0.3 0 0\nC3 C 1 . . ? ? ?\n"))
    assert structure.labels == ("C1",)
    assert set(structure.quality) == {
        "dummy or unoccupied sites, left out: 1",
        "atoms without coordinates, left out: 1",
    }


def test_near_atoms_are_merged_with_a_flag() -> None:
    structure = read(cif("C1 C 1 . . 0 0 0\nC2 C 1 . . 0.03 0 0\nC3 C 1 . . 0.99 0.5 0\nC4 C 1 . . 0.01 0.5 0\n"))
    assert structure.n_atoms == 2
    assert structure.quality == ("atoms less than 0.4 Å apart, merged: 2",)


def test_alternatives_by_group_and_by_occupancy() -> None:
    groups = read(
        cif("C1 C .4 A 1 0 0 0\nC2 C .6 A 2 .08 0 0\nO1 O .4 A 1 .1 .1 0\nO2 O .6 A 2 .2 0 0\nN1 N 1 . . .5 .5 .5\n")
    )
    assert groups.labels == ("C2", "O2", "N1")
    assert "partly occupied atoms: 4" in groups.quality
    # Groups that do not meet stay, also in one assembly.
    apart = read(cif("O1 O .9 . 1 0 0 0\nO2 O .5 . 3 .3 0 0\nO3 O .45 . 4 .36 0 0\n"))
    assert apart.labels == ("O1", "O2")
    plain = read(cif("O1 O .4 . . 0 0 0\nO2 O .6 . . .07 0 0\nO3 O .3 . . .5 0 0\n"))
    assert plain.labels == ("O2", "O3")
    hydrogens = read(cif("C1 C 1 . . 0 0 0\nH1 H .5 . . .1 .02 0\nH2 H .5 . . .1 -.05 0\n"))
    assert hydrogens.labels == ("C1", "H1")


BONDS = """loop_
_geom_bond_atom_site_label_1
_geom_bond_atom_site_label_2
_geom_bond_distance
_geom_bond_site_symmetry_2
"""


def test_listed_bonds_with_symmetry_codes() -> None:
    # Inversion makes a chain of C at -0.1, 0.1, 0.4, 0.6: the bonds are longer than any rule would make them.
    text = cif("C1 C 1 . . .1 0 0\nC2 C 1 . . .4 0 0\n", group="P -1").replace("'P -1'", "'P -1'")
    listed = BONDS + "C1 C2 3.0 .\nC1 C1 2.0 2\nC2 C2 2.000(4) 2_655\n"
    structure = read(text + listed)
    assert structure.bonds is not None
    bonds = find_bonds(structure)
    assert bonds.rule == "bonds of the file"
    assert sorted(bonds.lengths.round(6).tolist()) == [2.0, 2.0, 3.0, 3.0]
    assert structure.quality == ()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("C1 C2 1.5 .\n", "one of 1.5 Å is 3.00 Å long"),
        ("C1 C2 3.0 99_555\n", "a symmetry code cannot be read"),
        ("C1 C1 2.0 2\n", "they reach 2 of 4 atoms"),
    ],
)
def test_lists_of_bonds_that_cannot_be_trusted(rows: str, sentence: str) -> None:
    structure = read(cif("C1 C 1 . . .1 0 0\nC2 C 1 . . .4 0 0\n", group="P -1") + BONDS + rows)
    assert structure.bonds is None
    assert structure.quality == (f"listed bonds are not used: {sentence}",)


def test_duplicate_labels_are_read_but_name_no_bonds() -> None:
    structure = read(cif("C1 C 1 . . .1 0 0\nC1 C 1 . . .4 0 0\n") + BONDS + "C1 C1 3.0 .\n")
    assert structure.n_atoms == 2
    assert structure.quality == ("listed bonds are not used: several atoms have one label",)


def test_several_blocks_and_duplicate_tags() -> None:
    one = cif("C1 C 1 . . 0 0 0\n")
    text = one + "\n" + one.replace("data_test", "data_two") + "\ndata_empty\n_audit_creation_date 2020\n"
    names = [structure.name for structure in read_cif(TextFile.decode(text.encode(), "test.cif"))]
    assert names == ["test", "two"]
    assert read(one.replace("_cell_length_a 10", "_cell_length_a 10\n_cell_length_a 10")).n_atoms == 1


def test_a_group_without_quotes_is_read() -> None:
    assert read(GOOD.replace("'F m -3 m'", "F m -3 m")).n_atoms == read(GOOD).n_atoms


@pytest.mark.parametrize(
    "line",
    [
        "_citation_author_name 'M. Eddaoudi, and O.M. Yaghi',",
        '_chemical_name_common "a MOF",',
        "_chemical_formula_sum C8 H4 O5 Zn2",
        "_audit_creation_method generated by hand",
        "_publ_section_title 'A title whose quote is open",
        "loop_\n_citation_id\n_citation_year\n1 2007\n2",
        "loop_\n_publ_author_name\n_publ_author_address\n'A. Author'",
    ],
)
def test_what_is_broken_beside_the_structure_does_not_matter(line: str) -> None:
    text = GOOD.replace("data_test", f"data_test\n{line}\n", 1)
    assert read(text).n_atoms == read(GOOD).n_atoms
    assert read(text.replace("'F m -3 m'", "F m -3 m")).n_atoms == read(GOOD).n_atoms


def test_latin_1_is_read() -> None:
    assert read(cif("C1 C 1 . . 0 0 0\n").replace("data_test", "data_test # 3 Å").encode("latin-1")).n_atoms == 1


GOOD = cif("C1 C 1 . . 0 0 0\nO1 O 1 . . .12 0 0\n", group="F m -3 m")
BAD = {
    "empty": ("", InputError, "is empty"),
    "binary": ("data_\0", InputError, "is a binary file"),
    "words": ("hello world", InputError, r":1: is no CIF file"),
    "no atoms": ("data_x\n_cell_length_a 3\n", InputError, "has no data block with atoms"),
    "cut in a loop": (GOOD[: GOOD.index("O1 O") + 7], InputError, "Wrong number of values|is no CIF file"),
    "short row": (GOOD.replace("C1 C 1 . .", "C1 C 1 ."), InputError, "is no CIF file"),
    "open quote": (GOOD.replace("'F m -3 m'", "'F m -3 m"), InputError, r":8: is no CIF file"),
    "text coordinate": (
        GOOD.replace(".12 0 0", "zero 0 0"),
        InputError,
        "coordinate of atom 'O1' must be a number, got 'zero'",
    ),
    "text cell": (
        GOOD.replace("length_a 10", "length_a ten"),
        InputError,
        "_cell_length_a must be a number, got 'ten'",
    ),
    "no cell": (GOOD.replace("_cell_length_a 10\n", ""), NoNetError, "has no _cell_length_a"),
    "zero cell": (GOOD.replace("length_a 10", "length_a 0"), NoNetError, "cell lengths must be"),
    "flat cell": (
        GOOD.replace("alpha 90", "alpha 60").replace("beta 90", "beta 60").replace("gamma 90", "gamma 120"),
        NoNetError,
        "the cell has no volume",
    ),
    "far away": (GOOD.replace(".12 0 0", "1e9 0 0"), InputError, "atom 'O1' lies more than 1000 cells away"),
    "no symmetry operation": (
        GOOD.replace("_symmetry_space_group_name_H-M 'F m -3 m'", "loop_\n_symmetry_equiv_pos_as_xyz\n'x,y'"),
        InputError,
        "'x,y' is no symmetry operation",
    ),
    "crowded": (GOOD.replace("10", "1.1").replace(".12", ".4"), NoNetError, "are no material"),
}


@pytest.mark.parametrize("name", BAD)
def test_damaged_files_end_in_one_sentence(name: str) -> None:
    text, leaf, sentence = BAD[name]
    with pytest.raises(leaf, match=sentence) as caught:
        find_bonds(read(text))
    assert "\n" not in str(caught.value)
    if leaf is NoNetError:
        assert isinstance(caught.value, NoNetError)
        assert caught.value.cause == "bad cell"


def test_a_million_atoms_are_refused_at_once() -> None:
    sites = "".join(f"C{i} C 1 . . 0.{i:05d} 0.1 0.2\n" for i in range(6000))
    with pytest.raises(InputError, match="has 1152000 atoms with symmetry; carvsdb reads at most 500000"):
        read(cif(sites, group="F m -3 m"))
    with pytest.raises(InputError, match="has 500001 atom sites; carvsdb reads at most 500000"):
        read(cif("C C 1 . . 0 0 0\n" * 500_001))


def test_unknown_groups_are_said() -> None:
    structure = read(GOOD.replace("F m -3 m", "Q 7"))
    assert structure.n_atoms == 2
    assert structure.quality == ("symmetry: space group Q 7 is unknown: read without symmetry",)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.text(max_size=8))
@example(0, 0, "\u2028Å")
@example(GOOD.index("Fm") if "Fm" in GOOD else 0, 3, "'")
def test_any_damage_ends_in_an_error_of_ours_or_none(at: int, length: int, put: str) -> None:
    text = GOOD[:at] + put + GOOD[at + length :]
    with contextlib.suppress(CarvsdbError):
        for structure in read_cif(TextFile.decode(text.encode("utf-8", "replace"), "test.cif")):
            bonds = find_bonds(structure)
            assert np.isfinite(bonds.lengths).all()


def test_moganite_and_the_frameworks_of_the_shared_folder(shared: Path) -> None:
    atoms = {}
    for file in sorted((shared / "data" / "cifs").glob("*.cif")):
        (structure,) = read_cif(TextFile.load(file))
        atoms[file.stem] = (structure.n_atoms, structure.formula)
    assert len(atoms) == 14
    assert atoms["Moganite"] == (36, "O2Si")
    assert atoms["ABW"][0] == 24
    assert atoms["HKUST-1_sym"] == (624, "C6H2CuO4")
