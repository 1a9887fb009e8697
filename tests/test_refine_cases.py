"""The cases of refinement from the field: each is run as it came, and laws of its kind on inputs made here."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from program import carvsdb

from carvsdb.atoms.model import AtomicModel
from carvsdb.atoms.molecules import atoms_of_molecules, check_molecules, shifts_of_molecules
from carvsdb.atoms.pairs import list_pairs
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model

OBLIQUE = np.array([[12.0, 0, 0], [-5.0, 13.0, 0], [3.0, 4.0, 14.0]])
Case = Callable[[str], Path]


@pytest.fixture
def case(shared: Path, tmp_path: Path) -> Case:
    """Return what copies the folder of a case to where it may be run."""

    def copied(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file in (shared / "cases/refine" / name).iterdir():
            shutil.copyfile(file, folder / file.name)
        return folder

    return copied


# --- molecules


def test_molecule_0_is_no_molecule(case: Case) -> None:
    folder = case("mol0")
    start = read_model(folder / "mol0.data")
    assert [atoms.tolist() for atoms in atoms_of_molecules(start)] == [[2], [3], [4], [5], [0, 1]]
    assert carvsdb("refine", "run", folder / "mol0.toml").code == 0
    last = read_model(folder / "mol0/model.data")
    moved = last.positions - start.positions
    apart = np.linalg.norm(moved[2:, None] - moved[2:], axis=2)[np.triu_indices(4, 1)]
    assert apart.min() > 0.5
    assert np.linalg.norm(last.positions[0] - last.positions[1]) == pytest.approx(1.2, abs=1e-9)
    assert last.molecule_ids is not None
    assert last.molecule_ids.tolist() == [1, 1, 0, 0, 0, 0]


def test_a_file_without_a_molecule_has_none(case: Case) -> None:
    folder = case("mol0")
    text = (folder / "mol0.data").read_text()
    (folder / "mol0.data").write_text(text.replace("1 1 1 1 1 1", "1 0 1 1 1 1").replace("2 1 1 2.2", "2 0 1 2.2"))
    found = carvsdb("refine", "run", folder / "mol0.toml")
    assert found.code == 3
    assert "mol0.data: has no molecules; expected molecules = 'bonds' or 'none'" in found.err


@pytest.mark.parametrize("molecules", ["bonds", "file"])
def test_a_wide_piece_keeps_its_shape(case: Case, molecules: str) -> None:
    folder = case("rod")
    start = read_model(folder / "rod.xyz")
    if molecules == "file":
        wrapped = AtomicModel(start.elements, start.positions, start.cell, molecule_ids=np.array([7] * 7 + [0] * 4))
        write_model(wrapped, folder / "rod.xyz")
    config = (folder / "rod.toml").read_text().replace('"bonds"', f'"{molecules}"')
    (folder / "rod.toml").write_text(config)
    assert carvsdb("refine", "run", folder / "rod.toml").code == 0
    last = read_model(folder / "rod/model.xyz")
    carbons = last.positions[:7]
    assert np.linalg.norm(np.diff(carbons, axis=0), axis=1) == pytest.approx(1.4, abs=1e-9)
    assert np.linalg.norm(carbons[6] - carbons[0]) == pytest.approx(8.4, abs=1e-9)
    assert np.abs(carbons - start.positions[:7]).max() > 0.5


def rod(n_atoms: int, flags: bool = False, step: float = 1.4) -> AtomicModel:
    """Return a rod through an oblique cell, its atoms wrapped into it."""
    direction = np.array([1.0, 0.3, -0.2])
    whole = np.array([2.0, 3.0, 5.0]) + np.arange(n_atoms)[:, None] * step * direction / np.linalg.norm(direction)
    cells = np.floor(whole @ np.linalg.inv(OBLIQUE)).astype(int)
    return AtomicModel(
        ("C",) * n_atoms,
        whole - cells @ OBLIQUE,
        OBLIQUE,
        molecule_ids=np.ones(n_atoms, int),
        images=cells if flags else None,
    )


@given(n_atoms=st.integers(2, 12), flags=st.booleans(), order=st.randoms(use_true_random=False))
def test_molecules_stand_together(n_atoms: int, flags: bool, order: Random) -> None:
    """For rods of any length, any order of atoms, with and without image flags."""
    model = rod(n_atoms, flags)
    places = list(range(n_atoms))
    order.shuffle(places)
    mixed = AtomicModel(
        model.elements,
        model.positions[places],
        model.cell,
        molecule_ids=model.molecule_ids,
        images=None if model.images is None else model.images[places],
    )
    check_molecules(mixed)
    whole = mixed.positions + shifts_of_molecules(mixed) @ OBLIQUE
    apart = np.linalg.norm(whole[:, None] - whole, axis=2)
    assert apart == pytest.approx(np.abs(np.subtract.outer(places, places)) * 1.4, abs=1e-9)


def test_flags_decide_where_contacts_do_not() -> None:
    """Two halves of one molecule, as far from each other through the cell as within it."""
    positions = np.array([[0.0, 5, 5], [1.0, 5, 5], [6.2, 5, 5], [7.2, 5, 5]])
    cell = np.diag([12.0, 10, 10])
    for cells, length in (([0, 0, 0, 0], 7.2), ([0, 0, -1, -1], 6.8)):
        flags = np.array([[one, 0, 0] for one in cells])
        model = AtomicModel(("C",) * 4, positions, cell, molecule_ids=np.ones(4, int), images=flags)
        check_molecules(model)
        whole = model.positions + shifts_of_molecules(model) @ cell
        assert np.ptp(whole[:, 0]) == pytest.approx(length)
    # Flags that tear it are not believed: nothing but contacts then tells its shape, and they cannot.
    torn = AtomicModel(
        ("C",) * 4,
        positions,
        cell,
        molecule_ids=np.ones(4, int),
        images=np.array([[0, 0, 0], [3, 0, 0], [0] * 3, [0] * 3]),
    )
    with pytest.raises(InputError, match=r"molecule 1 \(4 atoms\) reaches beyond half the cell, and a contact of"):
        check_molecules(torn)


@pytest.mark.parametrize("flags", [True, False])
def test_what_has_no_end_is_no_molecule(flags: bool, case: Case) -> None:
    """A chain through the cell, and a framework, both called molecule 1 by their files."""
    positions = np.array([[0.7 + 1.4 * number, 5, 5] for number in range(10)])
    images = np.zeros((10, 3), int) if flags else None
    cell = np.diag([14.0, 14.0, 14.0])
    chain = AtomicModel(("C",) * 10, positions, cell, molecule_ids=np.ones(10, int), images=images)
    with pytest.raises(InputError, match=r"a contact of 1\.400 Å joins it to its own image"):
        check_molecules(chain)
    folder = case("rod")
    write_model(chain, folder / "rod.xyz")
    (folder / "rod.toml").write_text((folder / "rod.toml").read_text().replace('"bonds"', '"file"'))
    found = carvsdb("refine", "run", folder / "rod.toml")
    assert found.code == 3
    assert "rod.xyz: molecule 1 (10 atoms) reaches beyond half the cell" in found.err


# --- LAMMPS files


def test_type_labels_and_charges_without_a_style(case: Case) -> None:
    folder = case("lammps")
    for name in ("typelabels", "charge0"):
        model = read_model(folder / f"{name}.data")
        assert model.elements == ("Si", "O", "O") * 2
        assert model.charges is not None
        assert not model.charges.any()
        assert (model.molecule_ids is None) is (name == "charge0")


def test_general_boxes_and_type_labels_are_refined(case: Case) -> None:
    """A box of any directions and labels for types: read, run, and written as LAMMPS reads them, to the last bit."""
    folder = case("lammps")
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    cell = OBLIQUE @ (turn * np.linalg.det(turn))
    labelled = (folder / "typelabels.data").read_text()
    box = "".join(
        f"{' '.join(map(repr, row))} {name}\n"
        for row, name in zip(cell.tolist(), ("avec", "bvec", "cvec"), strict=True)
    )
    head, _, rest = labelled.partition("0 10 xlo xhi\n0 10 ylo yhi\n0 10 zlo zhi\n")
    (folder / "start.data").write_text(f"{head}{box}0.5 -0.25 1 abc origin\n{rest}")
    start = read_model(folder / "start.data")
    assert start.elements == ("Si", "O", "O") * 2
    assert np.array_equal(start.cell, cell)
    assert start.origin.tolist() == [0.5, -0.25, 1]
    write_model(start, folder / "again.data")
    assert read_model(folder / "again.data").equals(start)
    (folder / "run.toml").write_text(
        '[start]\nmodel = "start.data"\n[potential]\nkind = "lennard-jones"\ncutoff = 4.0\n[potential.pairs]\n'
        + "".join(f'"{pair}" = {{epsilon = 1e-3, sigma = 1.0}}\n' for pair in ("O-O", "O-Si", "Si-Si"))
        + "[run]\nmoves = 50\n"
    )
    assert carvsdb("refine", "run", folder / "run.toml").code == 0
    last = read_model(folder / "run/model.data")
    assert np.array_equal(last.cell, cell)
    assert 0 < np.abs(last.positions - start.positions).max() < 3


@pytest.mark.parametrize(
    ("columns", "kinds", "sentence"),
    [
        ("1 0|2 0|2 0|1 0|2 0|2 0", "charge", None),
        ("1 2|2 -1|2 -1|1 2|2 -1|2 -1", "charge", None),
        ("1 2.0|2 -1.0|2 -1.0|1 2.0|2 -1.0|2 -1.0", "charge", None),
        ("0 1|0 2|0 2|0 1|0 2|0 2", "molecular", None),
        ("1 1|1 2|1 2|2 1|2 2|2 2", "molecular", None),
        ("7 1|7 2|7 2|9 1|9 2|9 2", "molecular", None),
        ("1 1|2 1|2 1|1 1|2 1|2 1", "", "the second and the third column can both be atom types; name the style"),
        ("1 3|2 3|2 3|1 3|2 3|2 3", "charge", None),
    ],
)
def test_six_columns_are_told_apart(case: Case, columns: str, kinds: str, sentence: str | None) -> None:
    folder = case("lammps")
    text = (folder / "charge0.data").read_text()
    head, _, body = text.partition("Atoms\n\n")
    rows = [line.split() for line in body.splitlines() if line.strip()]
    lines = [" ".join([row[0], two, *row[3:]]) for row, two in zip(rows, columns.split("|"), strict=True)]
    (folder / "new.data").write_text(head + "Atoms\n\n" + "\n".join(lines) + "\n")
    if sentence is not None:
        with pytest.raises(InputError, match=sentence):
            read_model(folder / "new.data")
        return
    model = read_model(folder / "new.data")
    assert model.elements == ("Si", "O", "O") * 2
    assert (model.charges is None) is (kinds == "molecular")
    assert (model.molecule_ids is None) is (kinds == "charge")


# --- data


def test_wide_steps_are_compared_with_averages(case: Case) -> None:
    """G(r) of each step from the pairs themselves: the mean of (sum over pairs of 1/r) in the step, without bins."""
    folder = case("alias")
    answer = carvsdb("refine", "score", folder / "a0.1.toml", "--json")
    assert answer.code == 0
    model = read_model(folder / "start.xyz")
    r, measured = np.loadtxt(folder / "g0.1.txt").T
    distances = list_pairs(model.positions, model.cell, 11.0).distances
    edges = np.append(r - 0.05, r[-1] + 0.05)
    sums = np.histogram(distances, edges, weights=1 / distances)[0]
    n_atoms = model.n_atoms
    calculated = sums / (n_atoms - 1) / 0.1 - 4 * np.pi * model.number_density * r
    expected = np.sqrt(((calculated - measured) ** 2).sum() / (measured**2).sum())
    assert answer.json["data"][0]["rw"] == pytest.approx(expected, abs=5e-4)


def test_null_alloys_have_an_f(case: Case) -> None:
    folder = case("null")
    answer = carvsdb("refine", "score", folder / "null_F.toml", "--json")
    assert answer.code == 0
    assert answer.json["data"][0]["rw"] > 0.5
    config = folder / "null_F.toml"
    config.write_text(config.read_text().replace("F(Q)", "S(Q)"))
    refused = carvsdb("refine", "score", config)
    assert refused.code == 3
    assert "mean scattering length" in refused.err


def test_complex_lengths_are_named(case: Case) -> None:
    folder = case("scatt")
    warned = carvsdb("refine", "score", folder / "gd.toml")
    assert warned.code == 0
    assert "Gd scatters neutrons with a complex length" in warned.err
    assert carvsdb("refine", "score", folder / "gd.toml", "--strict").code == 3


# --- CIF


def test_a_group_by_its_number_alone(case: Case) -> None:
    folder = case("cif")
    with pytest.raises(InputError, match="origin"):
        read_model(folder / "z_it.cif")
    answer = carvsdb("describe", folder / "z_it.cif", "--json")
    assert answer.code == 0
    assert answer.json["n_nodes"] == 8
    assert answer.json["names"] == ["dia"]


def test_vacancies_are_no_atoms(case: Case) -> None:
    folder = case("cif")
    with pytest.raises(InputError, match="vacant sites, left out: 1"):
        read_model(folder / "z_va.cif")
    assert carvsdb("describe", folder / "z_va.cif").code == 3
