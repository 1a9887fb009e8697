"""Linkers from files, and mixtures of linkers on one net."""

from math import cos, pi, sin
from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.backmap import backmap, imidazolate, linker_of_file, molecule_of_file


def write_xyz(path: Path, elements: str, positions: np.ndarray, comment: str = "no cell") -> Path:
    rows = [f"{symbol} {x:.6f} {y:.6f} {z:.6f}" for symbol, (x, y, z) in zip(elements, positions.tolist(), strict=True)]
    path.write_text("\n".join([str(len(rows)), comment, *rows, ""]))
    return path


def benzimidazolate() -> tuple[str, np.ndarray]:
    """Return C7H5N2, somewhere in space: imidazolate's ring and a hexagon on its C-C bond."""
    ring = imidazolate()
    four, five = ring.positions[3], ring.positions[4]
    side = np.linalg.norm(four - five)
    centre = (four + five) / 2 + np.array([0, -side * cos(pi / 6), 0])
    corners = np.array([centre + side * np.array([sin(a), cos(a), 0]) for a in np.radians([90, 150, 210, 270])])
    outward = corners - centre
    hydrogens = corners + 1.08 * outward / np.linalg.norm(outward, axis=1)[:, None]
    positions = np.vstack([ring.positions[:6], corners, hydrogens])
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    return "NCNCCH" + "C" * 4 + "H" * 4, positions @ (turn * np.linalg.det(turn)) + [3.0, -7.0, 11.0]


@pytest.fixture
def bim(tmp_path: Path) -> Path:
    return write_xyz(tmp_path / "bim.xyz", *benzimidazolate())


def test_a_file_of_imidazolate_is_imidazolate(tmp_path: Path) -> None:
    """Whatever its place and the order of its atoms, and with or without names of the binding atoms."""
    known = imidazolate()
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    order = np.random.default_rng(3).permutation(8)
    positions = (known.positions @ (turn * np.linalg.det(turn)) + 4.0)[order]
    path = write_xyz(tmp_path / "im.xyz", "".join(known.elements[atom] for atom in order), positions)
    nitrogens = [str(int(np.flatnonzero(order == atom)[0]) + 1) for atom in known.binding]
    for binding in (None, ["N1", "N2"], nitrogens, nitrogens[::-1]):
        read = linker_of_file(path, binding)
        assert {read.elements[atom] for atom in read.binding} == {"N"}
        assert read.positions[list(read.binding)] == pytest.approx(np.array([[-1.11, 0, 0], [1.11, 0, 0]]), abs=0.01)
        assert read.metal_distance == pytest.approx(6.0, abs=0.01)
        own = np.linalg.norm(read.metal_sites(2.0)[:, None] - read.positions, axis=2)
        theirs = np.linalg.norm(known.metal_sites(2.0)[:, None] - known.positions, axis=2)
        assert np.sort(own.ravel()) == pytest.approx(np.sort(theirs.ravel()), abs=1e-4)
    by_file = backmap("sod", linker_of_file(path), rng=np.random.default_rng(1))
    assert (by_file.missing, by_file.extra) == (0, 0)


def test_a_molecule_that_its_cell_tears(tmp_path: Path) -> None:
    elements, positions = benzimidazolate()
    cell = 14 * np.eye(3)
    torn = (positions - positions.mean(axis=0)) % 14
    assert np.ptp(torn, axis=0).max() > 10
    write_model(AtomicModel(tuple(elements), torn, cell), tmp_path / "bim.cif")
    read = molecule_of_file(tmp_path / "bim.cif")
    apart = np.linalg.norm(positions[:, None] - positions, axis=2)
    assert np.linalg.norm(read.positions[:, None] - read.positions, axis=2) == pytest.approx(apart, abs=1e-9)


def test_zif_62(tmp_path: Path, bim: Path) -> None:
    """1.75 imidazolates to 0.25 benzimidazolates on the net cag, seeded: net and shares are what was asked for."""
    command = (
        "refine",
        "backmap",
        "cag",
        "--repeat",
        "1x1x2",
        "--linker",
        "imidazolate=1.75",
        "--linker",
        f"{bim}=0.25",
    )
    made = carvsdb(*command, "--binding", "N1,N2", "-o", tmp_path / "a.data", "--json")
    assert made.code == 0
    assert made.json["linkers"] == {"imidazolate": 28, "bim": 4}
    assert (made.json["n_metals"], made.json["missing"], made.json["extra"]) == (16, 0, 0)
    assert made.json["largest_overlap"] < 0.5
    model = read_model(tmp_path / "a.data")
    assert model.molecule_ids is not None
    sizes = np.bincount(model.molecule_ids)[1:].tolist()
    assert sorted(sizes) == [1] * 16 + [8] * 28 + [14] * 4
    assert "cag" in carvsdb("describe", tmp_path / "a.data", "--json").json["names"]
    # The shape of each linker is that of its file.
    _, positions = benzimidazolate()
    wanted = np.sort(np.linalg.norm(positions[:, None] - positions, axis=2).ravel())
    for number in np.flatnonzero(np.array(sizes) == 14) + 1:
        own = model.positions[model.molecule_ids == number]
        assert np.sort(np.linalg.norm(own[:, None] - own, axis=2).ravel()) == pytest.approx(wanted, abs=1e-5)
    again = carvsdb(*command, "--binding", "N1,N2", "-o", tmp_path / "b.data")
    assert "(28 imidazolate, 4 bim)" in again.out
    assert (tmp_path / "a.data").read_bytes() == (tmp_path / "b.data").read_bytes()
    carvsdb(*command, "-o", tmp_path / "c.data", "--seed", "1")
    other = read_model(tmp_path / "c.data").molecule_ids
    assert other is not None
    assert np.bincount(other)[1:].tolist() != sizes


def test_linkers_that_are_straight_and_molecules_that_are_packed(tmp_path: Path) -> None:
    """Pyrazine binds along its axis; a file of a molecule is packed rigid."""
    angles = np.radians([0, 60, 120, 180, 240, 300])
    ring = 1.39 * np.column_stack([np.cos(angles), np.sin(angles), np.zeros(6)])
    outer = ring[[1, 2, 4, 5]] * (1 + 1.08 / 1.39)
    path = write_xyz(tmp_path / "pyrazine.xyz", "NCCNCCHHHH", np.vstack([ring, outer]))
    linker = linker_of_file(path)
    assert linker.metal_distance == pytest.approx(2 * 1.39 + 4.0, abs=0.01)
    assert linker.metal_sites(2.0)[:, 1:] == pytest.approx(np.zeros((2, 2)), abs=1e-9)
    made = carvsdb("refine", "backmap", "pcu", "--repeat", "2", "--linker", path, "-o", tmp_path / "a.xyz", "--json")
    assert (made.code, made.json["missing"], made.json["extra"]) == (0, 0, 0)
    packed = carvsdb("refine", "pack", f"{path}=4", "Ar=3", "--density", "0.03", "-o", tmp_path / "p.xyz")
    assert packed.code == 0
    assert read_model(tmp_path / "p.xyz").n_atoms == 43


def test_linkers_that_cannot_be_used(tmp_path: Path, bim: Path) -> None:
    water = write_xyz(tmp_path / "water.xyz", "OHH", np.array([[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]]))
    two = write_xyz(tmp_path / "near.xyz", "NN", np.array([[0, 0, 0], [0.1, 0, 0]]))
    with pytest.raises(InputError, match=r"its binding atoms are not plain: none could be; name two: --binding N1,N2"):
        linker_of_file(water)
    with pytest.raises(InputError, match=r"two atoms of the molecule are 0\.10 Å apart"):
        linker_of_file(two)
    for binding, sentence in {
        "N1": "expected two binding atoms",
        "N1,N1": "expected two binding atoms",
        "N1,N3": "there is no atom 'N3'",
        "1,99": "there is no atom '99'; expected a number from 1 to 14",
    }.items():
        with pytest.raises(InputError, match=sentence):
            linker_of_file(bim, binding.split(","))
    for arguments, code, sentence in (
        (("--linker", "nothing.xyz"), 3, "there is no such file"),
        (("--linker", "imidazolate=-1", "--linker", "oxygen=2"), 3, "shares of linkers must be 0 or more"),
        (("--linker", "imidazolate", "--binding", "N1,N2"), 2, "more than linker files"),
    ):
        done = carvsdb("refine", "backmap", "sod", *arguments, "-o", tmp_path / "x.data")
        assert done.code == code
        assert sentence in done.err
