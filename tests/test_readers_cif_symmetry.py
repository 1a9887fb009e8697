"""CIF files whose symmetry or contents are doubtful: what the file leaves unsaid, and what contradicts itself."""

import json
from pathlib import Path

import pytest

from carvsdb.atoms.structure import Structure
from carvsdb.cli.main import run
from carvsdb.errors import CarvsdbError, InputError, NoNetError
from carvsdb_ingest.analysis import read_each
from carvsdb_ingest.analysis.analyse import analyse
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cif.cif import read_cif

DIAMOND = """data_dia
_cell_length_a 3.567
_cell_length_b 3.567
_cell_length_c 3.567
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
{said}
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
C1 {place} {place} {place}
"""
SALT = """data_nacl
_cell_length_a 5.62
_cell_length_b 5.62
_cell_length_c 5.62
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
{said}
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Na1 0 0 0
Cl1 0.5 0.5 0.5
"""
IDENTITY = "_symmetry_space_group_name_H-M 'F m -3 m'\nloop_\n_symmetry_equiv_pos_as_xyz\nx,y,z"


def read(text: str, *, strict: bool = False) -> Structure:
    (structure,) = read_cif(TextFile.decode(text.encode(), "test.cif"), strict=strict)
    return structure


def case(shared: Path, name: str) -> list[NetItem | CarvsdbError]:
    return list(read_each(shared / "cases" / "atoms" / name))


def expected(shared: Path, *kinds: str) -> list[list[str]]:
    rows = (shared / "cases" / "atoms" / "expected.tsv").read_text().splitlines()[1:]
    return [cells for cells in (row.split("\t") for row in rows) if cells[3] in kinds]


def test_cases_of_space_groups(shared: Path) -> None:
    names = {
        "hall-ignored-diamond.cif": ("dia", 8),
        "number-only-origin2.cif": ("dia", 8),
        "name-P2_1_n-paren.cif": (None, 12),
        "name-origin-choice-1.cif": ("dia", 8),
        "name-full-symbol.cif": ("pcu", 8),
        "coordinate-system-code.cif": ("dia", 8),
        "name-HM_ref.cif": ("dia", 8),
        "origin-unsaid.cif": ("dia", 8),
    }
    rows = expected(shared, "space group")
    assert {row[0] for row in rows} == set(names)
    for file, (name, atoms) in names.items():
        (item,) = case(shared, file)
        assert isinstance(item, NetItem), file
        assert item.structure is not None
        assert item.structure.n_atoms == atoms, file
        assert name is None or name in analyse(item).description.names
    (item,) = case(shared, "origin-unsaid.cif")
    assert isinstance(item, NetItem)
    assert any("symmetry: the file does not say the origin" in text for text in item.quality)


def test_a_screw_in_brackets_is_the_screw(shared: Path) -> None:
    path = shared / "cases" / "atoms" / "name-P2_1_n-paren.cif"
    plain = path.read_text().replace("P2(1)/n", "P 1 21/n 1")
    same = read(path.read_text())
    other = read(plain)
    assert same.quality == other.quality == ()
    assert (same.positions == other.positions).all()


def test_cases_of_operations(shared: Path) -> None:
    assert {row[0] for row in expected(shared, "operations")} == {"ops-no-group.cif", "ops-identity-only.cif"}
    (item,) = case(shared, "ops-no-group.cif")
    assert isinstance(item, NetItem)
    assert any("96 operations, which are no group" in text for text in item.quality)
    assert item.structure is not None
    assert item.structure.formula == "SZn"
    (error,) = case(shared, "ops-identity-only.cif")
    assert isinstance(error, NoNetError)
    assert "no two atoms are bonded (read with doubts: symmetry: the file names F m -3 m" in str(error)


@pytest.mark.parametrize("place", ["0", "0.125"])
@pytest.mark.parametrize(
    "evidence",
    ["", "_chemical_formula_sum C\n_cell_formula_units_Z 8", "_exptl_crystal_density_diffrn 3.516"],
)
@pytest.mark.parametrize("group", ["_symmetry_space_group_name_H-M 'F d -3 m'", "_symmetry_Int_Tables_number 227"])
def test_the_contents_decide_on_the_origin(place: str, evidence: str, group: str) -> None:
    structure = read(DIAMOND.format(place=place, said=f"{group}\n{evidence}"))
    assert structure.n_atoms == 8
    (doubt,) = structure.quality
    origin = "1" if place == "0" else "2"
    assert doubt.startswith(f"symmetry: the file does not say the origin of F d -3 m; F d -3 m:{origin} was taken, ")


def test_strict_refuses_doubtful_symmetry() -> None:
    good = SALT.format(said="_symmetry_space_group_name_H-M 'F m -3 m'")
    assert read(good, strict=True).n_atoms == 8
    for said in ("", "_symmetry_space_group_name_H-M 'Q 7'", IDENTITY, "_symmetry_Int_Tables_number 62"):
        text = SALT.format(said=said)
        assert any(one.startswith("symmetry: ") for one in read(text).quality), said
        with pytest.raises(InputError, match=r"^test.cif: symmetry: "):
            read(text, strict=True)


@pytest.mark.parametrize(
    ("evidence", "atoms"),
    [
        ("_chemical_formula_sum 'Cl Na'\n_cell_formula_units_Z 4", 8),
        ("_exptl_crystal_density_diffrn 2.187", 8),
        ("_chemical_formula_sum 'Cl Na'\n_cell_formula_units_Z 1", 2),
        ("", 2),
    ],
)
def test_contents_decide_between_list_and_name(evidence: str, atoms: int) -> None:
    structure = read(SALT.format(said=f"{evidence}\n{IDENTITY}"))
    assert structure.n_atoms == atoms
    assert structure.quality[0].startswith(
        "symmetry: the file names F m -3 m, of 192 operations, and lists 1 operation; "
    )


def test_all_atoms_beside_the_name_of_their_group_are_no_contradiction() -> None:
    full = read(SALT.format(said="_symmetry_space_group_name_H-M 'F m -3 m'"))
    rows = [f"{one} {x:.5f} {y:.5f} {z:.5f}" for one, (x, y, z) in zip(full.elements, full.positions, strict=True)]
    head = SALT.format(said=IDENTITY).partition("Na1")[0]
    assert read(head + "\n".join(rows)).quality == ()


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("_chemical_formula_sum 'Cl Na'\n_cell_formula_units_Z 4", None),
        ("_chemical_formula_sum 'Cl1 Na1'", None),
        ("_chemical_formula_sum 'ClNa'\n_cell_formula_units_Z 4", None),
        ("_chemical_formula_sum '(Na Cl)x'", None),
        ("_chemical_formula_sum '(Na Cl)2'\n_cell_formula_units_Z 2", None),
        ("_chemical_formula_sum '(Na Cl)2'\n_cell_formula_units_Z 4", "the cell holds 0.5 times the atoms"),
        ("_chemical_formula_structural ClNa\n_chemical_formula_sum 'Cl4 Na4'\n_cell_formula_units_Z 4", None),
        (
            "_chemical_formula_structural NaCl\n_chemical_formula_sum 'Cl8 Na8'\n_cell_formula_units_Z 8",
            "the cell holds 0.5 times the atoms",
        ),
        ("_chemical_formula_sum ?\n_cell_formula_units_Z ?", None),
        (
            "_chemical_formula_sum 'Cl Na'\n_cell_formula_units_Z 2",
            "the cell holds 2 times the atoms of the formula and Z",
        ),
        (
            "_chemical_formula_sum 'Cl Na O2'\n_cell_formula_units_Z 4",
            "holds less than the formula says: O 0 instead of 8",
        ),
        ("_chemical_formula_sum 'H4 Cl Na'\n_cell_formula_units_Z 4", "hydrogens are missing: 0 of 16"),
        ("_chemical_formula_sum 'Na'\n_cell_formula_units_Z 4", "holds more than the formula says: Cl 4 instead of 0"),
        ("_exptl_crystal_density_diffrn 4.37", "density 2.187 g/cm³ by the atoms, 4.370 in the file"),
        ("_exptl_crystal_density_diffrn 2.165(2)", None),
    ],
)
def test_contents_against_formula_and_density(said: str, doubt: str | None) -> None:
    quality = read(SALT.format(said=f"_symmetry_space_group_name_H-M 'F m -3 m'\n{said}")).quality
    if doubt is None:
        assert quality == ()
    else:
        assert len(quality) == 1
        assert quality[0].startswith("contents: ")
        assert doubt in quality[0]


def test_operations_of_magnetic_structures() -> None:
    said = (
        "loop_\n_space_group_symop_magn_operation.xyz\nx,y,z,+1\n-x,-y,-z,+1\n"
        "loop_\n_space_group_symop_magn_centering.xyz\nx,y,z,+1\nx,y+1/2,z+1/2,-1\nx+1/2,y,z+1/2,-1\nx+1/2,y+1/2,z,+1"
    )
    assert read(SALT.format(said=said)).n_atoms == 8


def test_doubts_stand_in_the_answer_without_a_net(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "salt.cif"
    file.write_text(SALT.format(said="_symmetry_space_group_name_H-M 'Q 7'"))
    with pytest.raises(SystemExit) as ended:
        run(["describe", str(file), "--json"])
    assert ended.value.code == 3
    out, err = capsys.readouterr()
    sentence = "symmetry: space group Q 7 is unknown: read without symmetry"
    error = json.loads(out)["error"]
    assert error["quality"] == [sentence]
    assert f"no two atoms are bonded (read with doubts: {sentence})" in error["message"]
    assert sentence in err


def test_doubts_stand_in_the_catalogue_without_a_net(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, db = tmp_path / "salt.cif", tmp_path / "c.duckdb"
    file.write_text(SALT.format(said="_symmetry_space_group_name_H-M 'Q 7'"))
    net = tmp_path / "sql.cgd"  # a catalogue that holds no net is not made
    net.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    with pytest.raises(SystemExit):
        run(["ingest", str(file), str(net), "--db", str(db)])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        run(["sql", "--db", str(db), "--json", "SELECT status, cause FROM attempt WHERE status <> 'named'"])
    (row,) = json.loads(capsys.readouterr().out)
    assert row["status"] == "no net"
    assert "space group Q 7 is unknown: read without symmetry" in row["cause"]
    assert "no two atoms are bonded" in row["cause"]


def test_strict_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "salt.cif"
    file.write_text(SALT.format(said="_symmetry_space_group_name_H-M 'Q 7'"))
    with pytest.raises(SystemExit) as ended:
        run(["describe", str(file), "--strict"])
    assert ended.value.code == 3
    assert "symmetry: space group Q 7 is unknown" in capsys.readouterr().err
    assert ReadOptions().strict is False


def test_doubtful_readings_can_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = tmp_path / "c.duckdb"
    sure, unsure = tmp_path / "sure.cif", tmp_path / "unsure.cif"
    sure.write_text(DIAMOND.format(place="0", said="_symmetry_space_group_name_H-M 'F d -3 m :1'"))
    unsure.write_text(DIAMOND.format(place="0", said="_symmetry_space_group_name_H-M 'F d -3 m'"))
    with pytest.raises(SystemExit):
        run(["ingest", str(sure), str(unsure), "--db", str(db)])
    capsys.readouterr()

    def labels(*arguments: str) -> set[str]:
        with pytest.raises(SystemExit):
            run([*arguments, "--db", str(db), "--json"])
        answer = json.loads(capsys.readouterr().out)
        return {one["label"] for one in (answer if isinstance(answer, list) else answer["hits"])}

    assert labels("list") == {"sure", "unsure"}
    assert labels("list", "--doubt", "symmetry:") == {"unsure"}
    assert labels("list", "--without-doubt", "symmetry:") == {"sure"}
    assert labels("similar", str(sure), "--without-doubt", "symmetry:") == {"sure"}
    assert labels("similar", str(sure), "--doubt", "symmetry:") == {"unsure"}
    assert labels("list", "--without-doubt", "contents:") == {"sure", "unsure"}
