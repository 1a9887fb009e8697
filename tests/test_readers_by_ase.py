"""Inputs of simulation programs, read by ASE: the same net as in CIF, and what is doubtful is said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.io import write

from carvsdb.errors import InputError
from carvsdb_ingest.analysis import read_items, read_structures
from carvsdb_ingest.readers.formats import is_taken_from_folders
from carvsdb_ingest.readers.models import read_model

# Ideal cristobalite in its primitive cell.
CELL = 3.58 * np.array([[0, 1.0, 1.0], [1.0, 0, 1.0], [1.0, 1.0, 0]])
PLACES = np.array([[0, 0, 0], [2, 2, 2], [1, 1, 1], [5, 1, 1], [1, 5, 1], [1, 1, 5]]) / 8
SILICA = Atoms("Si2O4", scaled_positions=PLACES, cell=CELL, pbc=True)
WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    "a.xsf": ("xsf", {}),
    "a.gen": ("gen", {}),
    "a.car": ("dmol-car", {}),
    "a.pwi": ("espresso-in", {"pseudopotentials": {"Si": "Si.UPF", "O": "O.UPF"}}),
    "pw.in": ("espresso-in", {"pseudopotentials": {"Si": "Si.UPF", "O": "O.UPF"}}),
    "CONFIG": ("dlp4", {}),
    "REVCON": ("dlp4", {}),
}


def written(folder: Path, name: str, atoms: Atoms = SILICA) -> Path:
    form, options = WRITTEN[name]
    write(folder / name, atoms, format=form, **options)
    return folder / name


@pytest.mark.parametrize("name", WRITTEN)
def test_the_same_net_in_every_format(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, name)
    (item,) = read_items(path)
    assert (item.net.n_nodes, item.net.n_linkers, item.net.n_edges) == (2, 4, 8)
    assert item.quality == ()
    assert read_model(path).elements == ("Si", "Si", "O", "O", "O", "O")
    assert not is_taken_from_folders(path)


def test_frames_of_an_animation(tmp_path: Path) -> None:
    write(tmp_path / "a.axsf", [SILICA, SILICA], format="xsf")
    assert len(read_structures(tmp_path / "a.axsf")) == 2


def test_names_of_dl_poly_that_may_be_others(tmp_path: Path) -> None:
    path = written(tmp_path, "CONFIG")
    path.write_text(path.read_text().replace("O ", "OW"))
    (structure,) = read_structures(path)
    assert structure.quality == ("elements read from the names of atoms: OW as O",)


def test_types_of_a_force_field_that_look_like_metals(tmp_path: Path) -> None:
    path = written(tmp_path, "CONFIG")
    path.write_text(path.read_text().replace("O ", "os"))
    (structure,) = read_structures(path)
    assert structure.quality == ("elements read from the names of atoms: os as Os",)


@pytest.mark.parametrize(
    ("species", "quality"),
    [
        ("Os 15.999 O.UPF", ("elements read from the names of atoms: Os as Os",)),
        ("Os 190.23 O.UPF", ()),
        ("Os 1.0 O.UPF", ()),
        ("os 1.0 O.UPF", ("elements read from the names of atoms: os as Os",)),
        ("Ow 15.999 O.UPF", ()),
        ("Ow 1.0 O.UPF", ("elements read from the names of atoms: Ow as O",)),
    ],
)
def test_masses_tell_what_species_of_espresso_are(species: str, quality: tuple[str, ...], tmp_path: Path) -> None:
    path = written(tmp_path, "a.pwi")
    label = species.split()[0]
    text = path.read_text().replace("O 15.999 O.UPF", species)
    path.write_text("\n".join(label + line[1:] if line[:2] == "O " else line for line in text.split("\n")))
    (structure,) = read_structures(path)
    assert structure.quality == quality


@pytest.mark.parametrize("name", ["a.xsf", "a.gen"])
def test_sites_that_are_no_element_are_left_out(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, name, Atoms("X", cell=CELL, pbc=True) + SILICA)
    (structure,) = read_structures(path)
    assert (structure.elements, structure.labels[0]) == (("Si", "Si", "O", "O", "O", "O"), "2")
    assert structure.quality == ("dummy sites, left out: 1",)
    with pytest.raises(InputError, match="all sites are dummies"):
        read_structures(written(tmp_path, name, Atoms("X", cell=CELL, pbc=True)))


def test_no_cell_and_open_directions(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no cell"):
        read_structures(written(tmp_path, "a.gen", Atoms("Si2", positions=[[0, 0, 0], [0, 0, 2.3]])))
    path = written(tmp_path, "CONFIG")
    path.write_text(path.read_text().replace("         3", "         6", 1))
    (structure,) = read_structures(path)
    assert "does not repeat along c" in structure.quality[0]
    with pytest.raises(InputError, match="not periodic in all directions"):
        read_model(path)


def test_an_asymmetric_unit_is_not_taken_for_all(tmp_path: Path) -> None:
    path = written(tmp_path, "a.car")
    lines = path.read_text().split("\n")
    lines[4] += " (FD-3M)"
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match="is in the space group FD-3M; expected P1"):
        read_structures(path)


@pytest.mark.parametrize(
    ("name", "n_lines", "sentence"), [("CONFIG", 2, "6 atoms, but there are 5"), ("a.car", 3, "`end`")]
)
def test_files_that_are_cut_off_behind_an_atom(name: str, n_lines: int, sentence: str, tmp_path: Path) -> None:
    path = written(tmp_path, name)
    path.write_text("\n".join(path.read_text().rstrip("\n").split("\n")[:-n_lines]))
    with pytest.raises(InputError, match=sentence):
        read_structures(path)


@pytest.mark.parametrize("name", ["a.xsf", "a.gen", "CONFIG", "a.pwi"])
def test_what_ase_cannot_read_is_one_sentence(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, name)
    path.write_text(path.read_text()[:-40])
    with pytest.raises(InputError) as error:
        read_structures(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


HINTS = {
    "a.mol2": "obabel",
    "a.xtc": "MDAnalysis",
    "OUTCAR": "XDATCAR",
    "a.res": "write it as CIF",
    "a.cube": "ase convert",
}


@pytest.mark.parametrize("name", HINTS)
def test_what_is_not_read_says_what_can_be_done(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("atoms\n")
    with pytest.raises(InputError, match=HINTS[name]):
        read_structures(tmp_path / name)
