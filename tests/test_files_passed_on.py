"""Files as they reach people: types for elements, dummy sites, blank lines, archives, signs of word processors."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

from carvsdb.errors import CarvsdbError, InputError
from carvsdb_ingest.analysis import read_each, read_structures
from carvsdb_ingest.analysis.item import NetItem, ReadOptions

# Ideal cristobalite: Si on the corners of diamond, O halfway.
CORNERS = np.array([[0, 0, 0], [0, 4, 4], [4, 0, 4], [4, 4, 0]])
STEPS = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
PLACES = np.concatenate([CORNERS, CORNERS + 2, (CORNERS[:, None] + STEPS).reshape(-1, 3)]) / 8 * 7.16
TYPES = [1] * 8 + [2] * 16
LATTICE = 'Lattice="7.16 0 0 0 7.16 0 0 0 7.16"'
BOX = "ITEM: BOX BOUNDS pp pp pp\n0 7.16\n0 7.16\n0 7.16\n"


def rows(names: list[str], end: str = "\n") -> str:
    return "".join(f"{name} {x} {y} {z}{end}" for name, (x, y, z) in zip(names, PLACES.tolist(), strict=True))


def xyz(first: str, second: str, more: str = "", n_more: int = 0) -> str:
    return f"{24 + n_more}\n{LATTICE}\n{rows([(first, second)[kind - 1] for kind in TYPES])}{more}"


def dump(column: str, first: str, second: str) -> str:
    names = [f"{number} {(first, second)[kind - 1]}" for number, kind in enumerate(TYPES, 1)]
    return f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n24\n{BOX}ITEM: ATOMS id {column} x y z\n{rows(names)}"


def data(masses: str) -> str:
    names = [f"{number} {kind}" for number, kind in enumerate(TYPES, 1)]
    box = "".join(f"0 7.16 {axis}lo {axis}hi\n" for axis in "xyz")
    return f"quartz\n\n24 atoms\n2 atom types\n{box}\nMasses\n\n{masses}\n\nAtoms # atomic\n\n{rows(names)}"


def net(path: Path, options: ReadOptions | None = None) -> NetItem:
    (item,) = read_each(path, options)
    assert isinstance(item, NetItem), item
    return item


POSCAR = f"silica\n1\n7.16 0 0\n0 7.16 0\n0 0 7.16\nSi O ! from a script\n8 16 # of each\nCartesian\n{rows([''] * 24)}"
READ = {
    "elements with numbers.dump": dump("element", "Si1", "O2"),
    "labels in the column of types.dump": dump("type", "Si", "O"),
    "typelabel.dump": dump("typelabel", "Si", "O"),
    "blank lines.xyz": "\n\n" + xyz("Si", "O"),
    "comments.vasp": POSCAR,
}


@pytest.mark.parametrize("name", READ)
def test_read_as_meant(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(READ[name])
    item = net(path)
    assert (item.net.n_nodes, item.net.n_linkers, item.net.n_edges) == (8, 16, 32)
    assert not item.quality


def test_types_are_no_atomic_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text(xyz("1", "2"))
    (error,) = read_each(path)
    assert isinstance(error, InputError)
    assert "the numbers 1, 2, which look like types of a simulation" in str(error)
    assert net(path, ReadOptions(elements=((1, "Si"), (2, "O")))).net.n_nodes == 8
    (error,) = read_each(path, ReadOptions(elements=((1, "Si"),)))
    assert "atom type 2 has no element" in str(error)
    path.write_text(xyz("14", "8"))
    assert net(path).net.n_nodes == 8


@pytest.mark.parametrize("name", ["MW", "Du"])
def test_sites_without_mass_are_left_out(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text(xyz("Si", "O", f"{name} 3.58 3.58 3.58\n", 1))
    item = net(path)
    assert item.net.n_nodes == 8
    assert item.quality == ("dummy sites, left out: 1",)
    path.write_text(f"1\n{LATTICE}\n{name} 0 0 0\n")
    with pytest.raises(InputError, match="all sites of the frame are dummies"):
        read_structures(path)


def test_a_data_file_says_the_types_of_a_dump(tmp_path: Path) -> None:
    (tmp_path / "a.dump").write_text(dump("type", "1", "2"))
    (tmp_path / "a.data").write_text(data("1 28.085\n2 15.999"))
    done = carvsdb("describe", str(tmp_path / "a.dump"), "--types", str(tmp_path / "a.data"), "--json")
    alone = carvsdb("describe", str(tmp_path / "a.data"), "--json")
    assert (done.code, alone.code) == (0, 0)
    assert done.json["ring_counts"] == alone.json["ring_counts"]
    (tmp_path / "a.data").write_text(data("1 28.085\n2 67.07"))
    done = carvsdb("describe", str(tmp_path / "a.dump"), "--types", str(tmp_path / "a.data"))
    assert done.code == 3
    assert "atom type 2 has no element, its mass 67.07 is that of none" in done.err


def test_a_poscar_that_is_cut_off_says_how_much_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.vasp").write_text("\n".join(POSCAR.split("\n")[:20]))
    with pytest.raises(InputError, match=r"declares 24 atoms, but there are 12 \(is the file cut off\?\)"):
        read_structures(tmp_path / "a.vasp")


def test_blank_lines_between_frames(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text(xyz("Si", "O") + "\n\n" + xyz("Si", "O"))
    assert len(read_structures(tmp_path / "a.xyz")) == 2


CIF = """data_a
_cell_length_a 3.57\n_cell_length_b 3.57\n_cell_length_c 3.57
_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90
loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\nx,y+1/2,z+1/2\nx+1/2,y,z+1/2\nx+1/2,y+1/2,z
loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z
C1\u00a00 0\u2009\u200b0\nC2 \u22120.75 .25 .25
"""


def test_spaces_and_signs_of_pages(tmp_path: Path) -> None:
    (tmp_path / "a.cif").write_text(CIF, "utf-8")
    assert net(tmp_path / "a.cif").net.n_edges == 16


def test_cif_2_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.cif").write_text("#\\#CIF_2.0\ndata_a\n_b '''c\nd'''\n")
    (error,) = read_each(tmp_path / "a.cif")
    assert isinstance(error, CarvsdbError)
    assert "write CIF 1.1" in str(error)


def test_zip_archives_are_read_like_others(tmp_path: Path) -> None:
    path = tmp_path / "si.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("si/a.xyz", "an older version of it, which is not read")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("si/a.xyz", xyz("Si", "O"))
        archive.writestr("__MACOSX/si/._a.xyz", "\0\0")
        archive.writestr("si/readme.txt", "atoms")
        archive.writestr("si/inner.zip", "PK")
        link = zipfile.ZipInfo("si/z.cif")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    found = list(read_each(path))
    assert [type(one).__name__ for one in found] == ["NetItem", "InputError", "InputError"]
    assert "archive within an archive" in str(found[1])
    assert "is a link" in str(found[2])
    path.write_bytes(path.read_bytes()[:-30])
    (error,) = read_each(path)
    assert "cannot be read as a zip archive" in str(error)


@pytest.mark.parametrize(
    ("head", "name"), [(b"\x28\xb5\x2f\xfd", "zstd"), (b"7z\xbc\xaf", "7-Zip"), (b"PK\x03\x04", "zip")]
)
def test_what_is_compressed_otherwise_is_named(head: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / "a.cif").write_bytes(head + b"\0\1\2\3")
    (error,) = read_each(tmp_path / "a.cif")
    assert f"is compressed by {name}, which is not read here; expand it first" in str(error)


def test_sites_that_leave_no_atom_are_counted(tmp_path: Path) -> None:
    text = CIF.replace("_atom_site_fract_z\n", "_atom_site_fract_z\n_atom_site_occupancy\n")
    (tmp_path / "a.cif").write_text(text.replace("\u200b0\n", "0 0\n").replace(".25 .25\n", ".25 .25 0\n"), "utf-8")
    (error,) = read_each(tmp_path / "a.cif")
    assert "has no atom with coordinates (dummy or unoccupied sites, left out: 2)" in str(error)


def test_multiplicities_in_the_place_of_occupancies_are_doubted(tmp_path: Path) -> None:
    text = CIF.replace("_atom_site_fract_z\n", "_atom_site_fract_z\n_atom_site_occupancy\n")
    (tmp_path / "a.cif").write_text(text.replace("\u200b0\n", "0 4\n").replace(".25 .25\n", ".25 .25 4\n"), "utf-8")
    item = net(tmp_path / "a.cif")
    assert item.net.n_edges == 16
    assert "occupancies beyond 1 (multiplicities of sites?), taken for 1: 2" in item.quality


def test_pdb_without_its_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.pdb").write_text(
        "CRYST1    9.000    9.000    9.000  90.00  90.00  90.00 P 1\nATOM 1 Si MOL 1 0 0 0\n"
    )
    (error,) = read_each(tmp_path / "a.pdb")
    assert "a.pdb:2: an atom is not in the columns of PDB" in str(error)


def test_the_cell_of_xyz_that_says_none(tmp_path: Path) -> None:
    path = tmp_path / "run-pos-1.xyz"
    bare = xyz("Si", "O").replace(LATTICE, " i = 5, time = 2.5, E = -17.1")
    path.write_text(bare + xyz("Si", "O"))
    done = carvsdb("describe", path, "--cell", "7.16,7.16,7.16", "--frames", "::", "--json")
    assert done.code == 0
    assert [(row["n_nodes"], row["step"]) for row in done.json] == [(8, 5), (8, None)]
    told = "the file says no cell: that of the options was taken"
    assert [told in row["quality"] for row in done.json] == [True, False]
    assert "--cell" in carvsdb("describe", path, "--frames", "0").err
    path.write_text(bare)
    assert net(path, ReadOptions(cell=(7.16, 7.16, 7.16, 90, 90, 90))).net.n_nodes == 8
    for wrong in ("7,7", "7,7,x", "0,1,1"):
        assert carvsdb("describe", path, "--cell", wrong).code == 2
