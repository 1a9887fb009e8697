"""Real files of one kind each: labels and types, tolerance of readers, listed bonds."""

from pathlib import Path

import pytest

from carvsdb.errors import InputError
from carvsdb_ingest.analysis import read_items, read_structures
from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse
from carvsdb_ingest.readers.models import read_model

NAMED = [
    ("label-Wat.cif", "sql", ""),
    ("trailing-loop.cif", "qtz", "a loop without values is left out"),
    ("angles-missing.cif", "dia", "3 of the cell's angles are not given"),
    ("type-mixed.cif", "qtz", "is mixed (0.75Si + 0.25Al), taken for Si"),
    ("bonds-labels-only.cif", "dia", "listed bonds are not used"),
    ("bonds-to-symmetry-copy.cif", "qtz", ""),
    ("l06_type_labels.data", "qtz", ""),
    ("x03_pbcFFF.xyz", "qtz", "does not repeat along a, b, c"),
]


@pytest.mark.parametrize(("name", "net", "flag"), NAMED)
def test_a_real_file_gives_its_net_and_its_doubts(shared: Path, name: str, net: str, flag: str) -> None:
    (item,) = read_items(shared / "cases" / "atoms" / name)
    found = analyse(item, AnalysisOptions(max_ring_size=6)).description
    assert net in found.names
    assert flag in "; ".join(found.quality)


def test_elements_of_labels_and_types(shared: Path) -> None:
    folder = shared / "cases" / "atoms"
    (water,) = read_structures(folder / "label-Wat.cif")
    assert {element for element, label in zip(water.elements, water.labels, strict=True) if label[:3] == "Wat"} == {"O"}
    (upper,) = read_structures(folder / "label-upper.cif")
    assert set(upper.elements) == {"Si", "O"}
    assert "SI1 is taken" not in "".join(upper.quality)
    (heavy,) = read_structures(folder / "x12_D_atoms.xyz")
    assert "D" in heavy.elements
    (diamond,) = read_structures(folder / "angles-missing.cif")
    assert diamond.elements == ("C",) * 8


def test_a_refinement_moves_no_mixture(shared: Path) -> None:
    with pytest.raises(InputError, match="is mixed"):
        read_model(shared / "cases" / "atoms" / "type-mixed.cif")


def test_a_tail_of_garbage_is_refused_with_its_line(shared: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_structures(shared / "cases" / "atoms" / "garbage-tail.cif")
    assert caught.value.line == 16


BONDS = """data_q
_cell_length_a 3.567 _cell_length_b 3.567 _cell_length_c 3.567
_symmetry_space_group_name_H-M 'F d -3 m :1'
loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z
C1 0 0 0
loop_ _geom_bond_atom_site_label_1 _geom_bond_atom_site_label_2 _geom_bond_distance _geom_bond_site_symmetry_2
C1 C1 1.5446 {code}
"""


@pytest.mark.parametrize("code", ["'-x+1/4,-y+1/4,-z+1/4'", "'x+1/2, y, z'"])
def test_a_symmetry_code_may_be_written_out(code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.cif"
    path.write_text(BONDS.format(code=code))
    (found,) = read_structures(path)
    if "1/4" in code:
        assert found.bonds is not None
        assert len(found.bonds) == 16
    else:
        assert found.bonds is None
        assert "listed bonds are not used" in "".join(found.quality)


def test_an_incomplete_list_of_bonds_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "a.cif"
    path.write_text(
        "data_q\n_cell_length_a 4.0 _cell_length_b 12 _cell_length_c 12\n_symmetry_space_group_name_H-M 'P 1'\n"
        "loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z\n"
        "O1 0 0 0\nSi1 0.4 0 0\n"
        "loop_ _geom_bond_atom_site_label_1 _geom_bond_atom_site_label_2 _geom_bond_distance\nO1 Si1 1.6\n"
    )
    (found,) = read_structures(path)
    assert found.bonds is not None  # the other way is 2.4 Å: no bond
    path.write_text(path.read_text().replace("_cell_length_a 4.0", "_cell_length_a 3.3").replace("0.4 0 0", "0.5 0 0"))
    path.write_text(path.read_text().replace("O1 Si1 1.6", "O1 Si1 1.65"))
    (found,) = read_structures(path)
    assert found.bonds is None
    assert "1 that follow from the distances are missing" in "".join(found.quality)


@pytest.mark.parametrize(
    ("formula", "labels", "elements", "flagged"),
    [
        ("'C2 Ca'", ("CA1", "C1", "C2"), ("Ca", "C", "C"), False),
        ("'C3'", ("CA1", "C1", "C2"), ("C", "C", "C"), False),
        ("?", ("CA1", "C1", "C2"), ("C", "C", "C"), True),
        ("?", ("CU1", "O1", "SI1"), ("Cu", "O", "Si"), False),
    ],
)
def test_the_formula_settles_labels(
    formula: str, labels: tuple[str, ...], elements: tuple[str, ...], flagged: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.cif"
    rows = "".join(f"{label} {index / 4} 0 0\n" for index, label in enumerate(labels))
    path.write_text(
        f"data_q\n_chemical_formula_sum {formula}\n_cell_length_a 20 _cell_length_b 9 _cell_length_c 9\n"
        "_symmetry_space_group_name_H-M 'P 1'\n"
        f"loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z\n{rows}"
    )
    (found,) = read_structures(path)
    assert found.elements == elements
    assert ("CA1 is taken for C, it could be Ca" in "".join(found.quality)) is flagged
