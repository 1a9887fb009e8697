"""Real files of one kind each: labels and types, tolerance of readers, listed bonds."""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from program import carvsdb

from carvsdb.errors import InputError, NoNetError
from carvsdb_ingest.analysis import read_items, read_structures
from carvsdb_ingest.analysis.analyse import AnalysisOptions, analyse
from carvsdb_ingest.readers.models import read_model


@dataclass(frozen=True)
class Expected:
    """What a case must give: one of its names or its cause or its refusal, and what stands in quality and notes."""

    name: str = ""
    flag: str = ""
    note: str = ""
    atoms: str = ""
    no_net: str = ""
    refused: str = ""


FLAGGED_RINGS = "C atoms of rings in several places"
EXPECTED = {
    "cation-sodalite.cif": Expected("SOD", note="guests left out: 8 Na, 2 Cl"),
    "cation-natrolite.cif": Expected("NAT", note="guests left out: 16 O, 16 Na"),
    "cation-sodalite-Ag.cif": Expected("SOD", note="guests left out: 8 Ag"),
    "superposed-noocc.cif": Expected("pcu", FLAGGED_RINGS),
    "superposed-occ.cif": Expected("pcu", FLAGGED_RINGS),
    "superposed-p1-5050.cif": Expected("pcu", FLAGGED_RINGS),
    "bonds-labels-only.cif": Expected("dia", "listed bonds are not used"),
    "bonds-to-symmetry-copy.cif": Expected("qtz"),
    "hall-ignored-diamond.cif": Expected("dia", atoms="C8"),
    "number-only-origin2.cif": Expected("dia", "does not say the origin", atoms="C8"),
    "name-P2_1_n-paren.cif": Expected(),
    "name-origin-choice-1.cif": Expected("dia"),
    "name-full-symbol.cif": Expected("pcu", atoms="Cl4Na4"),
    "coordinate-system-code.cif": Expected("dia", atoms="C8"),
    "name-HM_ref.cif": Expected("dia", "does not say the origin", atoms="Si8"),
    "origin-unsaid.cif": Expected("dia", "does not say the origin"),
    "ops-no-group.cif": Expected("dia", "which are no group"),
    "ops-identity-only.cif": Expected(no_net="the file names F m -3 m, of 192 operations, and lists 1 operation"),
    "label-Wat.cif": Expected("sql"),
    "label-upper.cif": Expected("qtz", atoms="O6Si3"),
    "type-mixed.cif": Expected("qtz", "is mixed (0.75Si + 0.25Al), taken for Si", atoms="O6Si3"),
    "trailing-loop.cif": Expected("qtz", "a loop without values is left out"),
    "angles-missing.cif": Expected("dia", "3 of the cell's angles are not given", atoms="C8"),
    "garbage-tail.cif": Expected(refused="garbage-tail.cif:16: "),
    "cof-ctf.cif": Expected("hcb"),
    "s01_dia_noedges.cgd": Expected("dia"),
    "s05_quoted_group_pcu.cgd": Expected("pcu"),
    "s07_synonyms.cgd": Expected("pcu"),
    "s06b_edge_center_as_node.cgd": Expected("dia"),
    "l06_type_labels.data": Expected("qtz"),
    "x03_pbcFFF.xyz": Expected("qtz", "does not repeat along a, b, c"),
    "x12_D_atoms.xyz": Expected("qtz", "isolated hydrogen atoms"),
}


def rows() -> list[str]:
    """Return the cases of the table where it is at hand, and those of this file."""
    table = Path(os.environ.get("CARVSDB_SHARED", "none")) / "cases" / "atoms" / "expected.tsv"
    listed = table.read_text(encoding="utf-8").splitlines()[1:] if table.is_file() else []
    return sorted({line.split("\t")[0] for line in listed} | set(EXPECTED))


def formula(elements: tuple[str, ...]) -> str:
    return "".join(f"{element}{number}" for element, number in sorted(Counter(elements).items()))


@pytest.mark.parametrize("name", rows())
def test_every_case(shared: Path, name: str) -> None:
    folder = shared / "cases" / "atoms"
    assert name in EXPECTED, "nobody wrote down what this case must give"
    assert name in (folder / "expected.tsv").read_text(encoding="utf-8"), "the table has no such case"
    expected, file = EXPECTED[name], folder / name
    if expected.refused or expected.no_net:
        error = InputError if expected.refused else NoNetError
        with pytest.raises(error) as caught:
            read_items(file)
        assert expected.refused + expected.no_net in str(caught.value)
        outcome = carvsdb("describe", file)
        assert outcome.code == 3
        assert expected.refused + expected.no_net in outcome.err
        return
    (item,) = read_items(file)
    found = analyse(item, AnalysisOptions(max_ring_size=6)).description
    assert found.status == ("named" if expected.name else "keyed")
    assert not expected.name or expected.name in found.names
    assert expected.flag in "; ".join(found.quality)
    assert expected.note in "; ".join(item.notes)
    if expected.flag:
        assert expected.flag in carvsdb("describe", file, "--max-ring-size", "4").err
    if expected.atoms:
        (structure,) = read_structures(file)
        assert formula(structure.elements) == expected.atoms


def test_a_name_in_brackets_means_the_group_without(shared: Path, tmp_path: Path) -> None:
    text = (shared / "cases" / "atoms" / "name-P2_1_n-paren.cif").read_text(encoding="utf-8")
    plain = tmp_path / "plain.cif"
    assert "P2(1)/n" in text
    plain.write_text(text.replace("P2(1)/n", "P 1 21/n 1"))
    keys = [
        analyse(item, AnalysisOptions(max_ring_size=6)).description.key
        for file in (plain, shared / "cases" / "atoms" / "name-P2_1_n-paren.cif")
        for item in read_items(file)
    ]
    assert keys[0] == keys[1]
    assert keys[0]


def test_elements_of_labels_and_types(shared: Path) -> None:
    folder = shared / "cases" / "atoms"
    (water,) = read_structures(folder / "label-Wat.cif")
    assert {element for element, label in zip(water.elements, water.labels, strict=True) if label[:3] == "Wat"} == {"O"}
    (upper,) = read_structures(folder / "label-upper.cif")
    assert "SI1 is taken" not in "".join(upper.quality)
    (heavy,) = read_structures(folder / "x12_D_atoms.xyz")
    assert "D" in heavy.elements


def test_a_refinement_moves_no_mixture(shared: Path) -> None:
    with pytest.raises(InputError, match="is mixed"):
        read_model(shared / "cases" / "atoms" / "type-mixed.cif")


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
