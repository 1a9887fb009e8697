"""Atomic models: what they check, and that files lose nothing."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carvsdb.atoms.elements import element_of_mass, is_symbol
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model

COORDINATE = st.floats(-50, 50, allow_nan=False, allow_subnormal=False)
LENGTH = st.floats(3, 30)
TILT = st.floats(-2, 2)

GOOD = """a model

2 atoms
2 atom types
0 4 xlo xhi
0 5 ylo yhi
0 6 zlo zhi

Masses

1 28.0855 # Si
2 15.999

Atoms # full

1 1 1 0.5 0.1 0.2 0.3 0 0 1
2 1 2 -0.5 1.5 0.2 0.3 0 -1 0
"""


@st.composite
def models(draw: st.DrawFn) -> AtomicModel:
    """Small models, with or without each optional column."""
    size = draw(st.integers(1, 5))
    cell = np.diag([draw(LENGTH) for _ in range(3)])
    cell[1, 0], cell[2, 0], cell[2, 1] = (draw(TILT) for _ in range(3))
    whole = st.integers(0, 9)
    return AtomicModel(
        tuple(draw(st.lists(st.sampled_from(["H", "D", "Si", "Zn"]), min_size=size, max_size=size))),
        np.array([[draw(COORDINATE) for _ in range(3)] for _ in range(size)]),
        cell,
        atom_ids=np.array(draw(st.permutations(range(1, size + 1)))),
        molecule_ids=np.array([draw(whole) for _ in range(size)]) if draw(st.booleans()) else None,
        images=np.array([[draw(whole) for _ in range(3)] for _ in range(size)]) if draw(st.booleans()) else None,
        charges=np.array([draw(COORDINATE) for _ in range(size)]) if draw(st.booleans()) else None,
    )


@pytest.mark.parametrize("suffix", ["data", "xyz", "cif"])
@given(model=models())
def test_read_of_written_is_equal(tmp_path_factory: pytest.TempPathFactory, suffix: str, model: AtomicModel) -> None:
    path = tmp_path_factory.getbasetemp() / f"model.{suffix}"
    write_model(model, path)
    assert read_model(path).equals(model)


@pytest.mark.parametrize("suffix", ["lmp", "extxyz", "cif"])
def test_published_model_survives_files(shared: Path, tmp_path: Path, suffix: str) -> None:
    model = read_model(shared / "data/amorphous-mof/zif/m1-zif_ace_24-anneal_1500K_5ns.data")
    assert dict(zip(model.species, model.counts.tolist(), strict=True)) == {
        "C": 10368,
        "H": 10368,
        "N": 6912,
        "Zn": 1728,
    }
    assert model.number_density == pytest.approx(0.0722485, abs=5e-8)
    assert model.molecule_ids is not None
    assert np.unique(model.molecule_ids, return_counts=True)[1].tolist().count(8) == 3456
    assert model.images is not None
    write_model(model, tmp_path / f"m1.{suffix}")
    again = read_model(tmp_path / f"m1.{suffix}")
    assert again.equals(model)


def test_box_with_an_origin_survives(tmp_path: Path) -> None:
    path = tmp_path / "shifted.data"
    path.write_text(GOOD.replace("0 4 xlo", "-1.1 13.7000000000001 xlo"))
    model = read_model(path)
    write_model(model, tmp_path / "again.data")
    assert read_model(tmp_path / "again.data").equals(model)
    assert model.origin.tolist() == [-1.1, 0, 0]


def test_ase_reads_what_we_write(tmp_path: Path) -> None:
    ase_io: Any = import_module("ase.io")
    path = tmp_path / "good.data"
    path.write_text(GOOD)
    model = read_model(path)
    write_model(model, tmp_path / "good.xyz")
    atoms = ase_io.read(tmp_path / "good.xyz")
    assert tuple(atoms.symbols) == model.elements == ("Si", "O")
    assert np.array_equal(atoms.positions, model.positions)
    assert np.array_equal(np.array(atoms.cell), model.cell)


def test_published_xyz_files(shared: Path) -> None:
    model = read_model(shared / "data/cells/zif-sod-204.xyz")
    assert repr(model) == "AtomicModel(C72H72N48Zn12, cell 16.99 x 16.99 x 16.99 Å, 0.0416 atoms/Å³)"
    assert read_model(shared / "data/cells/zif4-272.xyz").n_atoms == 272


def test_given_types_win_over_masses(tmp_path: Path) -> None:
    path = tmp_path / "good.data"
    path.write_text(GOOD)
    assert read_model(path, {1: "Ge", 2: "S"}).elements == ("Ge", "S")
    write_model(read_model(path), tmp_path / "typed.data", {1: "O", 3: "Si"})
    assert "\n1 1 3 0.5 0.1" in (tmp_path / "typed.data").read_text()
    assert read_model(tmp_path / "typed.data").elements == ("Si", "O")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("2 atoms", "3 atoms", 14, "declares 3 atoms, but there are 2"),
        ("0.1 0.2 0.3 0 0 1", "0.1 nan 0.3 0 0 1", 16, "must be a finite number, got 'nan'"),
        ("1.5 0.2 0.3 0 -1 0", "1.5 0.2", 17, "needs 7 columns"),
        ("1.5 0.2 0.3 0 -1 0", "1.5 0.2 0.3", 17, "some atoms have image flags"),
        ("2 1 2 -0.5", "1 1 2 -0.5", 17, "atom 1 is given twice"),
        ("2 1 2 -0.5", "2 1 7 -0.5", 17, "atom type 7 has no element, the file gives no mass"),
        ("2 15.999", "2 5.0", 17, "its mass 5 is that of none"),
        ("# full", "# tdpd", 14, "atom style 'tdpd' is not supported"),
        ("0 6 zlo zhi", "6 6 zlo zhi", 7, "no length along z"),
    ],
)
def test_a_damaged_lammps_file_says_where(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    path = tmp_path / "bad.data"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_model(path)
    assert words in str(caught.value)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{path}:{line}: ")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("x\n", 1, "number of atoms must be a whole number"),
        ('1\nLattice="4 0 0 0 4 0 0 0 4 1"\nSi 0 0 0\n', 2, "Lattice must have 9 numbers, got 10"),
        ("1\nenergy=1\nSi 0 0 0\n", 2, "there is no cell"),
        ('1\nLattice="4 0 0 0 4 0 0 0 4" pbc="T T F"\nSi 0 0 0\n', 2, "not periodic in all directions"),
        ('1\nLattice="4 0 0 0 4 0 4 4 0"\nSi 0 0 0\n', 2, "no volume"),
        ('1\nLattice="4 0 0 0 4 0 0 0 4"\nSi 0 0\n', 3, "needs 4 columns, got 3"),
        ('1\nLattice="4 0 0 0 4 0 0 0 4"\nQx 0 0 0\n', 3, "'Qx' is no chemical symbol"),
        ('2\nLattice="4 0 0 0 4 0 0 0 4"\nSi 0 0 0\n', 1, "declares 2 atoms, but there are 1"),
        ('1\nLattice="4 0 0 0 4 0 0 0 4"\nSi 0 0 0\n1\n', 4, "declares 1 atoms, but there are 0"),
        ('1\nLattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1\nSi\n', 2, "has no column pos"),
        ('1\nLattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:2\nSi 0 0\n', 2, "must have pos:R:3"),
    ],
)
def test_a_damaged_xyz_file_says_where(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    path = tmp_path / "bad.xyz"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_model(path)
    assert words in str(caught.value)
    assert caught.value.line == line


GOOD_XYZ = """2
Lattice="4 0 0 0 5 0 1 0 6" Origin="0 0 1" pbc="T T T" Properties=id:I:1:species:S:1:pos:R:3:molecule:I:1
1 Si 0.1 0.2 0.3 1
2 O 1.5 0.2 0.3 2
"""


GOOD_CIF = """data_quartz
_cell_length_a 4.9
_cell_length_b 4.9
_cell_length_c 5.4
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
_space_group_name_H-M_alt 'P 32 2 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Si1 Si 0.47 0 0.666667
O1 O 0.413 0.267 0.785
"""


def test_a_cif_file_is_expanded_by_its_symmetry(tmp_path: Path) -> None:
    path = tmp_path / "quartz.cif"
    path.write_text(GOOD_CIF)
    model = read_model(path)
    assert (model.species, model.counts.tolist()) == (("O", "Si"), [6, 3])
    assert model.volume == pytest.approx(4.9**2 * 5.4 * np.sqrt(3) / 2)
    silicon, oxygen = (model.positions[model.atom_to_species == index] for index in (1, 0))
    delta = (oxygen[None] - silicon[:, None]) @ np.linalg.inv(model.cell)
    lengths = np.linalg.norm((delta - np.rint(delta)) @ model.cell, axis=2)
    assert ((lengths < 1.8).sum(axis=1) == 4).all()
    import gemmi

    write_model(model, tmp_path / "again.cif")
    again = gemmi.read_small_structure(str(tmp_path / "again.cif"))
    assert len(again.sites) == 9
    assert again.cell.parameters == pytest.approx((4.9, 4.9, 5.4, 90, 90, 120))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Si1 Si 0.47", "Si1 Qq 0.47", "'Qq' is no chemical symbol"),
        ("Si1 Si 0.47", "Si1 Si ?", "a coordinate of atom 'Si1' must be a number"),
        ("_cell_length_a 4.9", "", "has no _cell_length_a"),
        ("P 32 2 1", "P 99", "space group P 99 is unknown"),
        ("_atom_site_fract_z\n", "_atom_site_occupancy\n_atom_site_fract_z\n", "is no CIF"),
        (GOOD_CIF.partition("loop_")[2], "\n_other\n1\n", "has no data block with atoms"),
    ],
)
def test_a_damaged_cif_file_says_what(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "bad.cif"
    path.write_text(GOOD_CIF.replace(old, new, 1))
    with pytest.raises(InputError, match=words) as caught:
        read_model(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_partly_occupied_sites_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "part.cif"
    text = GOOD_CIF.replace("_atom_site_fract_z\n", "_atom_site_fract_z\n_atom_site_occupancy\n")
    path.write_text(text.replace("0.666667", "0.666667 1").replace("0.785", "0.785 0.5"))
    with pytest.raises(InputError, match=r"site O1 is occupied by 0\.5"):
        read_model(path)


@pytest.mark.parametrize(("suffix", "text"), [("data", GOOD), ("xyz", GOOD_XYZ), ("cif", GOOD_CIF)])
@given(data=st.data())
def test_damage_is_read_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, text: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / f"damaged.{suffix}"
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 8)))
        piece = data.draw(st.sampled_from(["", "0", "-", "9e9", "1" * 20, "nan", "\n", " ", '"', "=", "Atoms\n", "é"]))
        text = text[:start] + piece + text[end:]
    path.write_text(text, encoding="utf-8")
    sentence = ""
    try:
        model = read_model(path)
    except InputError as error:
        sentence = str(error)
    if sentence:
        assert sentence.startswith(str(path))
        assert "\n" not in sentence
    else:
        write_model(model.in_standard_frame(), path)
        assert read_model(path).elements == model.elements


def test_models_check_themselves() -> None:
    cell = np.eye(3) * 4
    with pytest.raises(InputError, match="positions must have shape"):
        AtomicModel(("Si",), np.zeros((2, 3)), cell)
    with pytest.raises(InputError, match="finite"):
        AtomicModel(("Si",), np.full((1, 3), np.nan), cell)
    with pytest.raises(InputError, match="at least one atom"):
        AtomicModel((), np.zeros((0, 3)), cell)
    with pytest.raises(InputError, match="no volume"):
        AtomicModel(("Si",), np.zeros((1, 3)), np.ones((3, 3)))
    with pytest.raises(InputError, match="no volume"):
        AtomicModel(("Si",), np.zeros((1, 3)), np.zeros((3, 3)))
    with pytest.raises(InputError, match="given twice"):
        AtomicModel(("Si", "Si"), np.zeros((2, 3)), cell, atom_ids=np.array([3, 3]))
    model = AtomicModel(("Si",), np.zeros((1, 3)), cell)
    with pytest.raises(ValueError, match="read-only"):
        model.positions[0] = 1
    assert model.moved_to(np.ones((1, 3))).positions.tolist() == [[1, 1, 1]]


def test_files_by_their_names(tmp_path: Path) -> None:
    model = AtomicModel(("Si",), np.zeros((1, 3)), np.eye(3) * 4)
    with pytest.raises(InputError, match="no model file"):
        write_model(model, tmp_path / "model.pdf")
    with pytest.raises(InputError, match="cannot be written"):
        write_model(model, tmp_path / "nowhere" / "model.xyz")
    with pytest.raises(InputError, match="there is no such file"):
        read_model(tmp_path / "none.data")
    with pytest.raises(InputError, match="no atom type"):
        write_model(model, tmp_path / "model.data", {1: "O"})
    assert list(tmp_path.iterdir()) == []


@given(angle=st.floats(0, 6.28))
def test_the_standard_frame_keeps_all_distances(angle: float) -> None:
    generator = np.random.default_rng(0)
    turn = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    cell = np.array([[6.0, 0, 0], [1, 5, 0], [0.5, -1, 7]]) @ turn @ np.eye(3)[[2, 0, 1]]
    model = AtomicModel(("Si",) * 5, generator.random((5, 3)) @ cell, cell)
    turned = model.in_standard_frame()
    assert turned.volume == pytest.approx(model.volume)
    assert turned.heights == pytest.approx(model.heights)
    assert not np.triu(turned.cell, 1).any()
    before, after = (np.linalg.norm(one.positions[:, None] - one.positions, axis=2) for one in (model, turned))
    assert after == pytest.approx(before)
    with pytest.raises(InputError, match="in_standard_frame"):
        write_model(AtomicModel(("Si",), np.zeros((1, 3)), cell[[1, 0, 2]]), "model.data")


def test_symbols_and_masses() -> None:
    assert [element_of_mass(mass) for mass in (1.0079, 12.0107, 14.0067, 65.38, 28.0855, 15.9994)] == [
        "H",
        "C",
        "N",
        "Zn",
        "Si",
        "O",
    ]
    assert not is_symbol("zn")
