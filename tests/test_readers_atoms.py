"""Files of atoms in all formats: the same structure however it is written, one sentence where it cannot be read."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.analysis import read_items, read_structures
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.analysis.read import read_parts
from carvsdb_ingest.files.text_file import TextFile

CELL = np.array([[7.16, 0, 0], [1.0, 7.0, 0], [-0.5, 0.7, 8.0]])
PLACES = np.array([[0, 0, 0], [0.25, 0.25, 0.25], [0.5, 0.1, 0.9], [0.125, 0.3, 1.2]])
ELEMENTS = ("Si", "Si", "O", "O")
TYPES = ((1, "Si"), (2, "O"))


def xyz(cell: np.ndarray = CELL) -> str:
    lattice = " ".join(f"{value:.10f}" for value in cell.ravel())
    rows = "".join(
        f"{symbol} {x:.10f} {y:.10f} {z:.10f}\n" for symbol, (x, y, z) in zip(ELEMENTS, PLACES @ cell, strict=True)
    )
    return f'4\nLattice="{lattice}" Properties=species:S:1:pos:R:3 energy=-1.5\n{rows}'


def poscar(direct: bool) -> str:
    cell = "".join(" ".join(f"{value:.10f}" for value in row) + "\n" for row in CELL)
    places = PLACES if direct else PLACES @ CELL
    rows = "".join(" ".join(f"{value:.10f}" for value in row) + "\n" for row in places)
    return f"quartz?\n1.0\n{cell}Si O\n2 2\n{'Direct' if direct else 'Cartesian'}\n{rows}"


def dump(columns: str, scaled: bool, *, mass: bool = False) -> str:
    low = np.array([-1.0, 0.5, 2.0])
    xy, xz, yz = CELL[1, 0], CELL[2, 0], CELL[2, 1]
    spread = ((min(0, xy, xz, xy + xz), max(0, xy, xz, xy + xz)), (min(0, yz), max(0, yz)), (0, 0))
    bounds = "".join(
        f"{low[axis] + spread[axis][0]:.10f} {low[axis] + CELL[axis, axis] + spread[axis][1]:.10f} {tilt:.10f}\n"
        for axis, tilt in enumerate((xy, xz, yz))
    )
    places = PLACES if scaled else PLACES @ CELL + low
    rows = []
    for number in (3, 1, 4, 2):
        symbol = ELEMENTS[number - 1]
        kind = {"Si": 1, "O": 2}[symbol]
        words = {"id": number, "type": kind, "element": symbol, "mol": 1, "mass": {"Si": 28.085, "O": 15.999}[symbol]}
        for name, value in zip(columns.split()[-3:], places[number - 1], strict=True):
            words[name] = f"{value:.10f}"
        rows.append(" ".join(str(words[name]) for name in columns.split()))
    return (
        f"ITEM: TIMESTEP\n100\nITEM: NUMBER OF ATOMS\n4\nITEM: BOX BOUNDS xy xz yz pp pp pp\n{bounds}"
        f"ITEM: ATOMS {columns}\n" + "\n".join(rows) + "\n"
    )


def data(masses: str = "\nMasses\n\n1 28.085\n2 15.999\n") -> str:
    xy, xz, yz = CELL[1, 0], CELL[2, 0], CELL[2, 1]
    atoms = "".join(
        f"{number} {7 + number} {1 if symbol == 'Si' else 2} 0.0 {x:.10f} {y:.10f} {z:.10f}\n"
        for number, (symbol, (x, y, z)) in enumerate(zip(ELEMENTS, PLACES @ CELL, strict=True), 1)
    )
    return (
        f"title\n\n4 atoms\n2 atom types\n\n0 {CELL[0, 0]} xlo xhi\n0 {CELL[1, 1]} ylo yhi\n0 {CELL[2, 2]} zlo zhi\n"
        f"{xy} {xz} {yz} xy xz yz\n{masses}\nAtoms # full\n\n{atoms}"
    )


SAME = {
    "a.xyz": (xyz(), ReadOptions()),
    "a.extxyz": (xyz(), ReadOptions()),
    "a.vasp": (poscar(direct=True), ReadOptions()),
    "POSCAR": (poscar(direct=False), ReadOptions()),
    "CONTCAR.end": (poscar(direct=True), ReadOptions()),
    "a.data": (data(), ReadOptions()),
    "b.data": (data(""), ReadOptions(elements=TYPES)),
    "c.data": (data("\nMasses\n\n1 500.0 # Si\n2 15.9994 # O\n"), ReadOptions()),
    "d.data": (data("\nMasses\n\n1 28.0855 # SI\n2 15.9994 # OW\n"), ReadOptions()),
    "a.dump": (dump("id type x y z", scaled=False), ReadOptions(elements=TYPES)),
    "b.dump": (dump("id element xs ys zs", scaled=True), ReadOptions()),
    "a.lammpstrj": (dump("id mol type mass xu yu zu", scaled=False), ReadOptions()),
    "c.dump": (dump("element id xsu ysu zsu", scaled=True), ReadOptions()),
}


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", SAME)
def test_every_format_holds_the_same_atoms(name: str, tmp_path: Path) -> None:
    text, options = SAME[name]
    (found,) = read_structures(write(tmp_path, name, text), options)
    assert found.elements == ELEMENTS
    np.testing.assert_allclose(found.cell, CELL, atol=1e-8)
    np.testing.assert_allclose(found.positions, PLACES, atol=1e-8)
    assert found.labels == ("1", "2", "3", "4")
    assert found.formula == "OSi"
    if "mol" in text or name.endswith(".data"):
        assert found.molecule_ids is not None


def test_frames_are_structures_of_their_own(tmp_path: Path) -> None:
    assert len(read_structures(write(tmp_path, "a.xyz", xyz() + xyz(CELL * 1.01)))) == 2
    frames = read_structures(
        write(tmp_path, "a.dump", 3 * dump("id type x y z", scaled=False)), ReadOptions(elements=TYPES)
    )
    assert len(frames) == 3


FRAMES = {
    "a.xyz": (xyz(), "4\n\nSi 0 0 0\nSi 1 1 1\nO 0 1 0\nO 0 0 1\n"),
    "a.dump": (dump("id element x y z", scaled=False), dump("id element x y w", scaled=False)),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_cannot_be_read_does_not_take_the_others_with_it(name: str, tmp_path: Path) -> None:
    good, bad = FRAMES[name]
    for text, kinds in (
        (good + bad + good, [False, True, False]),
        (good + good + good[:-40], [False, False, True]),
        (bad + good, [True, False]),
    ):
        parts = read_parts(TextFile.load(write(tmp_path, name, text)), ReadOptions())
        assert [isinstance(part, InputError) for part in parts] == kinds
        with pytest.raises(InputError, match=f"{name}(:\\d+)?: "):
            read_structures(tmp_path / name)
    with pytest.raises(InputError):
        read_parts(TextFile.load(write(tmp_path, name, bad + bad)), ReadOptions())


@pytest.mark.parametrize(
    ("comment", "volume"),
    [
        ("10 11 12", 1320),
        ("cell: 10, 11, 12", 1320),
        ("# CELL{abcABC}: 10 11 12 90 90 30", 660),
        ("10 0 0  1 11 0  0 2 12", 1320),
        ('Lattice="10 0 0 0 11 0 0 0 12"', 1320),
    ],
)
def test_a_plain_xyz_may_have_its_cell_in_the_comment(comment: str, volume: float, tmp_path: Path) -> None:
    (found,) = read_structures(write(tmp_path, "a.xyz", f"2\n{comment}\nZn 0 0 0\nN 2 0 0\n"))
    assert found.volume == pytest.approx(volume)
    assert found.elements == ("Zn", "N")


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        ("Z:I:1:pos:R:3", "30 1 2 3"),
        ("species:I:1:pos:R:3", "30 1 2 3"),
        ("Pos:R:3:Species:S:1", "1 2 3 Zn"),
        ("element:S:1:positions:R:3", "Zn 1 2 3"),
        ("Z:I:1:species:S:1:pos:R:3", "7 Zn 1 2 3"),
    ],
)
def test_columns_that_other_programs_call_otherwise(columns: str, row: str, tmp_path: Path) -> None:
    text = f'1\nLattice="9 0 0 0 9 0 0 0 9" Properties={columns}\n{row}\n'
    (found,) = read_structures(write(tmp_path, "a.xyz", text))
    assert found.elements == ("Zn",)
    assert found.cartesian is not None
    assert found.cartesian.tolist() == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize("comment", ["", "a frame", "1.5", "1 2 3 4", "10 11 twelve", "step 3"])
def test_other_comments_are_no_cell(comment: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no cell"):
        read_structures(write(tmp_path, "a.xyz", f"1\n{comment}\nZn 0 0 0\n"))


def test_bonds_of_an_all_atom_file_are_used(tmp_path: Path) -> None:
    text = data().replace("4 atoms\n", "4 atoms\n2 bonds\n") + "\nBonds\n\n1 1 1 3\n2 1 4 2\n"
    (found,) = read_structures(write(tmp_path, "a.data", text), ReadOptions(elements=TYPES))
    assert found.bonds is not None
    assert [sorted(row[:2]) for row in found.bonds.tolist()] == [[0, 2], [1, 3]]
    # Without elements such a file is a net, as before.
    (item,) = read_items(write(tmp_path, "a.data", text))
    assert item.structure is None
    assert item.bond_rule == "Bonds section"


BAD: dict[str, tuple[str, str | bytes, dict[str, Any], str]] = {
    "no cell": ("a.xyz", "1\n\nZn 0 0 0\n", {}, r'no cell.*Lattice="ax ay az'),
    "flat cell": ("a.xyz", xyz(CELL * [1, 1, 1e-9]), {}, "no volume"),
    "cut off": ("a.xyz", xyz()[:-60], {}, r"a\.xyz:1: the frame declares 4 atoms, but there are 3"),
    "count": ("a.xyz", xyz().replace("4\n", "many\n", 1), {}, r"a\.xyz:1: the number of atoms must be .* got 'many'"),
    "element": ("a.xyz", xyz().replace("Si ", "Qq ", 1), {}, "'Qq' is no chemical symbol"),
    "ghost": ("a.xyz", xyz().replace("Si ", "X ", 1), {}, "'X' is no chemical symbol"),
    "number": ("a.xyz", xyz().replace("0.0000000000 0.0000000000 0.0", "nan 0 0.0", 1), {}, "read as|finite"),
    "short": ("a.vasp", "x\n1\n", {}, "8 lines or more"),
    "species": ("a.vasp", poscar(direct=True).replace("2 2", "2 x"), {}, "number of atoms must be a whole number"),
    "no mass": ("a.data", data(""), {}, r"atom type 1 has no element.*--types 1=C"),
    "mass of none": ("a.data", data("\nMasses\n\n1 500\n2 16\n"), {}, "its mass 500 is that of none"),
    "name and mass": (
        "a.data",
        data("\nMasses\n\n1 1.008 # Si\n2 16\n"),
        {},
        r"atom type 1 is called Si, but its mass 1\.008 is that of H; say which: --types",
    ),
    "type left out": ("a.data", data(), {"elements": ((1, "Si"),)}, "--types 1=Si leaves it out"),
    "no box": ("a.dump", "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: ATOMS id\n1\n", {}, "no box"),
    "dump types": ("a.dump", dump("id type x y z", scaled=False), {}, "atom type 2 has no element, the file gives no"),
    "dump cut off": ("a.dump", dump("id element x y z", scaled=False)[:-30], {}, r"a\.dump:\d+: "),
    "dump columns": ("a.dump", dump("id element q w e", scaled=False), {}, "columns have no coordinates"),
    "dump twice": ("a.dump", dump("id element x y z", scaled=False).replace("\n3 ", "\n1 "), {}, "the same number"),
    "dump text": ("a.dump", "ITEM: TIMESTEP\n0\nhello\n", {}, r"a\.dump:3: expected a line 'ITEM: \.\.\.'"),
    "binary": ("a.xyz", b"4\n\0\0\0", {}, "binary"),
    "latin": ("a.xyz", b"1\n\xff\xfe\nZn 0 0 0", {}, "no UTF-8 text"),
    "empty": ("a.vasp", "", {}, "is empty"),
    "nets": ("a.cgd", "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n", {}, "holds nets and no atoms"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_gets_one_sentence(case: str, tmp_path: Path) -> None:
    name, text, options, sentence = BAD[case]
    path = write(tmp_path, name, text)
    with pytest.raises(InputError, match=sentence) as caught:
        read_structures(path, ReadOptions(**options))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_density_and_formula() -> None:
    # Quartz: 3 SiO2 in 113.0 Å³ weigh 2.65 g/cm³.
    quartz = Structure(
        ("Si",) * 3 + ("O",) * 6, np.zeros((9, 3)), np.diag([4.913, 4.913 * np.sqrt(3) / 2, 5.405]), ("",) * 9
    )
    assert quartz.density == pytest.approx(2.65, abs=0.005)
    heavy = Structure(("D", "D", "O"), np.zeros((3, 3)), 3.1 * np.eye(3), ("",) * 3)
    assert heavy.density == pytest.approx(20.028 / 6.02214076e23 / (3.1e-8) ** 3, rel=1e-3)
    assert heavy.formula == "D2O"
