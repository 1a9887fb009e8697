"""One structure, MOF-5, as programs write it: alternatives, labels, symmetry and syntax; the net stays."""

from collections.abc import Callable
from pathlib import Path

import gemmi
import numpy as np
import pytest

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb.topology import identify
from carvsdb_ingest.analysis import read_items, read_structures

# Li et al., Nature 402, 276 (1999), doi:10.1038/46248, with hydrogen at 0.93 Å.
SITES = """Zn1 Zn 0.2934 0.2066 0.2066
O1 O 0.25 0.25 0.25
O2 O 0.2819 0.2181 0.1340
C1 C 0.25 0.25 0.1113
C2 C 0.25 0.25 0.0538
C3 C 0.2829 0.2171 0.0269
H1 H 0.3049 0.1951 0.0448
"""
RING = "C3B C 0.2829 0.2829 0.0269\nH1B H 0.3049 0.3049 0.0448\n"
HEAD = """data_mof5
_cell_length_a 25.832
_cell_length_b 25.832
_cell_length_c 25.832
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
"""
GROUP = "_symmetry_space_group_name_H-M 'F m -3 m'\n"
COLUMNS = ("label", "type_symbol", "fract_x", "fract_y", "fract_z")
OPERATIONS = [operation.triplet() for operation in gemmi.SpaceGroup("F m -3 m").operations()]


def cif(sites: str = SITES, columns: tuple[str, ...] = COLUMNS, said: str = GROUP, more: str = "") -> str:
    return HEAD + said + "loop_\n" + "".join(f"_atom_site_{name}\n" for name in columns) + sites + more


def with_each(sites: str, *values: str) -> str:
    """Put values behind each site; those behind a ring in its second place are given after a bar."""
    lines = []
    for line in sites.splitlines():
        here = [value.split("|") for value in values]
        place = 2 if line[:3] in ("C3B", "H1B") else 1 if line[:2] in ("C3", "H1") else 0
        lines.append(" ".join([line, *(one[min(place, len(one) - 1)] for one in here)]))
    return "\n".join(lines) + "\n"


def listed(operations: list[str], write: Callable[[str], str] = "'{}'".format, name: str = GROUP) -> str:
    return name + "loop_\n_symmetry_equiv_pos_as_xyz\n" + "".join(f"{write(one)}\n" for one in operations)


OCCUPIED, GROUPED = (*COLUMNS, "occupancy"), (*COLUMNS, "disorder_group")
LABELLED = ("label", *COLUMNS[2:])
BARE = "".join(" ".join(line.split()[:1] + line.split()[2:]) + "\n" for line in SITES.splitlines())
AS_IT_IS = {
    "by name": cif(),
    "wrapped": cif(SITES.replace("0.2066 0.2066", "1.2066 -0.7934")),
    "fractions": cif(SITES.replace("0.25 0.25 0.25", "1/4 1/4 +1/4")),
    "no quotes": cif(said="_symmetry_space_group_name_H-M F m -3 m\n"),
    "block with spaces": cif().replace("data_mof5", "data_MOF 5 at 100 K"),
    "DOS": cif().replace("\n", "\r\n") + "\x1a",
    "operations": cif(said=listed(OPERATIONS)),
    "operations, no quotes": cif(said=listed(OPERATIONS, lambda one: one.replace(",", ", "))),
    "operations, decimals": cif(said=listed(OPERATIONS, lambda one: f"'{one.replace('1/2', '0.5')}'")),
    "capitals": cif(BARE.replace("Zn1", "ZN1"), LABELLED),
    "numbers first": cif("".join(f"{i}{line}\n" for i, line in enumerate(BARE.splitlines(), 1)), LABELLED),
    "no place": cif(SITES + "H9 H ? ? ?\n"),
}
WITH_A_FLAG = {
    "no data line": (cif().replace("data_mof5\n", "# by hand\n"), "no line data_"),
    "operations without centring": (
        cif(said=listed(OPERATIONS[:48])),
        "without its centring; F m -3 m was taken",
    ),
    "one operation lost": (cif(said=listed(OPERATIONS[:-1])), "which are no group"),
    "ring in two places": (cif(SITES + RING), "rings in several places"),
    "with occupancies": (cif(with_each(SITES + RING, "1|0.5|0.5"), OCCUPIED), "partly occupied"),
    "unequal": (cif(with_each(SITES + RING, "1|0.6|0.4"), OCCUPIED), "partly occupied"),
    "with groups": (
        cif(with_each(SITES + RING, "1|0.5|0.5", ".|1|2"), (*OCCUPIED, "disorder_group")),
        "too near to better occupied ones, left out",
    ),
    "groups without occupancies": (cif(with_each(SITES + RING, ".|1|2"), GROUPED), "rings in several places"),
    "metals in one place": (
        cif(with_each(SITES + "Co1 Co 0.2934 0.2066 0.2066\n", "1").replace("0.2066 1", "0.2066 0.5"), OCCUPIED),
        "merged",
    ),
    "metals on each other": (cif(SITES + "Zn2 Zn 0.306 0.194 0.194\n"), "overlapping metal atoms"),
    "dummies": (cif(SITES + "Du1 Du 0 0 0\n"), "dummy or unoccupied sites, left out: 1"),
}


@pytest.mark.parametrize("name", AS_IT_IS)
def test_as_it_is(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.cif"
    path.write_bytes(AS_IT_IS[name].encode())
    (item,) = read_items(path)
    assert identify(item.net).names == ("pcu",)
    assert all("left out" in sentence for sentence in item.quality)


@pytest.mark.parametrize("name", WITH_A_FLAG)
def test_with_a_flag(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.cif"
    text, flag = WITH_A_FLAG[name]
    path.write_text(text)
    (item,) = read_items(path)
    assert identify(item.net).names == ("pcu",)
    assert flag in "; ".join(item.quality)


def elements(text: str, tmp_path: Path) -> tuple[tuple[str, ...], str]:
    path = tmp_path / "a.cif"
    path.write_text(text)
    (structure,) = read_structures(path)
    return structure.elements, "; ".join(structure.quality)


@pytest.mark.parametrize(
    ("label", "kind", "formula", "element", "flag"),
    [
        ("W1", "?", "'Si H2 O'", "O", ""),
        ("W1", "?", "'W O3'", "W", ""),
        ("DOD", "?", "?", "O", ""),
        ("T1", "?", "?", "Si", "sites T (tetrahedral) are taken for Si"),
        ("T1", "T", "'Al P O4'", "Al", "sites T (tetrahedral) are taken for Al"),
        ("CO1", "?", "'Co O'", "Co", ""),
        ("D1", "D", "?", "D", ""),
        ("X1", "Mof", "?", "Mo", "'Mof' is no chemical symbol: it is taken for Mo"),
        ("Mof_Zn1", "?", "?", "Mo", "'Mof' is taken for Mo, but may be a word"),
        ("Mof_Zn1", "?", "'Mo O3'", "Mo", ""),
        ("X1", "os", "?", "Os", "'os' is taken for Os, but may be a word or a type of a force field"),
        ("ca1", "ca", "'C H'", "C", ""),
        ("zn1", "zn", "?", "Zn", ""),
    ],
)
def test_labels_and_types(label: str, kind: str, formula: str, element: str, flag: str, tmp_path: Path) -> None:
    said = f"_chemical_formula_sum {formula}\n_symmetry_space_group_name_H-M 'P 1'\n"
    found, quality = elements(cif(f"{label} {kind} 0 0 0\n", said=said), tmp_path)
    assert found == (element,)
    assert flag in quality
    assert ("taken for" in quality) == bool(flag)


def test_the_list_of_atom_types_settles_labels(tmp_path: Path) -> None:
    types = "loop_\n_atom_type_symbol\nCo\nO\n_symmetry_space_group_name_H-M 'P 1'\n"
    found, quality = elements(cif("CO1 0 0 0\nO1 0.1 0 0\n", LABELLED, types), tmp_path)
    assert found == ("Co", "O")
    assert "CO1" not in quality


def atoms(tmp_path: Path) -> Structure:
    path = tmp_path / "whole.cif"
    path.write_text(cif())
    (structure,) = read_structures(path)
    return structure


def test_xyz_and_poscar(tmp_path: Path) -> None:
    structure = atoms(tmp_path)
    cartesian = (structure.positions @ structure.cell).tolist()
    rows = [f"{one} {x} {y} {z}" for one, (x, y, z) in zip(structure.elements, cartesian, strict=True)]
    numbered = [row.replace(" ", f"{number} ", 1) for number, row in enumerate(rows)]
    count, vectors = len(rows), " ".join(map(str, structure.cell.ravel()))
    six = "25.832 25.832 25.832 90 90 90"
    for comment, body in (
        (f'Lattice="{vectors}"', numbered),
        (f'cell="{vectors}"', rows),
        (f"# CELL(abcABC): {six} cell{{angstrom}} positions{{angstrom}}", rows),
    ):
        path = tmp_path / "a.xyz"
        path.write_text(f"{count}\n{comment}\n" + "\n".join(body) + "\n")
        (item,) = read_items(path)
        assert identify(item.net).names == ("pcu",)
    kinds = list(dict.fromkeys(structure.elements))
    order = np.argsort([kinds.index(one) for one in structure.elements], kind="stable")
    text = f"MOF-5\n1.0\n25.832 0 0\n0 25.832 0\n0 0 25.832\n{' '.join(kinds).upper()}\n"
    text += " ".join(str(structure.elements.count(kind)) for kind in kinds) + "\nDirect\n"
    text += "".join(" ".join(map(str, structure.positions[index])) + "\n" for index in order.tolist())
    path = tmp_path / "POSCAR_mof5"
    path.write_text(text)
    (item,) = read_items(path)
    assert identify(item.net).names == ("pcu",)


def test_types_of_force_fields_in_xyz_are_doubted(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text("3\n9 9 9\nca 0 0 0\nzn 2 0 0\nca 4 0 0\n")
    (structure,) = read_structures(path)
    assert structure.elements == ("Ca", "Zn", "Ca")
    assert structure.quality == ("'ca' is taken for Ca, but may be a word or a type of a force field",)


def test_what_stays_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.cif"
    for site in ("X1 X 0 0 0", "O9 O 0,1 0 0", "O9 O 1/0 0 0"):
        path.write_text(cif(SITES + site + "\n"))
        with pytest.raises(InputError):
            read_structures(path)
