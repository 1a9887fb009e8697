"""Active sets and extrapolation grades: MaxVol, files of pacemaker, the commands on real data."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled_frames import known_form
from numpy.typing import NDArray
from program import carvsdb
from published_zif import MODEL, POTENTIAL
from test_learning_basis import few_atoms

from carvsdb.errors import InputError, VerificationError
from carvsdb_refine.learning.active_set import ActiveSet, check_that_it_rises, choose_active_set
from carvsdb_refine.learning.active_set_file import read_active_set, write_active_set
from carvsdb_refine.learning.graded_structures import read_structures
from carvsdb_refine.learning.maxvol import maxvol
from carvsdb_refine.learning.projections import Projector

Floats = NDArray[np.float64]


@given(seed=st.integers(0, 10_000), rank=st.integers(1, 5), more=st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_no_row_lies_beyond_the_chosen_ones(seed: int, rank: int, more: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(rank + more, rank))
    chosen = maxvol(rows)
    assert len(set(chosen.tolist())) == rank
    coefficients = rows @ np.linalg.inv(rows[chosen])
    assert np.abs(coefficients).max() <= 1.0001
    # No exchange of one row makes the determinant larger.
    volume = abs(np.linalg.det(rows[chosen]))
    for place in range(rank):
        for other in range(len(rows)):
            swapped = chosen.copy()
            swapped[place] = other
            assert abs(np.linalg.det(rows[swapped])) <= 1.0002 * volume + 1e-12


def blocks_of(projector: Projector, seeds: range) -> list[list[Floats]]:
    return [projector.values(*few_atoms(2, seed, 0.35)) for seed in seeds]


def test_training_is_interpolation_in_whatever_blocks() -> None:
    projector = Projector(known_form())
    rows = blocks_of(projector, range(120))
    active_set = choose_active_set(("O", "Si"), projector.n_functions, lambda: rows)
    largest = max(active_set.grades_of(element, some[element]).max() for some in rows for element in (0, 1))
    assert 0.999 < largest <= 1.0001
    far = projector.values(*few_atoms(2, 1, 1.2))
    grades = active_set.grades(far, few_atoms(2, 1)[0])
    assert grades.shape == (5,)
    assert grades.max() > 5
    check_that_it_rises(np.full(5, 0.5), grades)


def test_a_grade_that_does_not_rise_is_refused() -> None:
    with pytest.raises(VerificationError, match="does not rise where it must"):
        check_that_it_rises(np.full(5, 0.5), np.full(5, 0.9))
    blind = ActiveSet(("O",), (np.zeros((4, 0)),))
    assert np.isinf(blind.grades_of(0, np.ones((2, 4)))).all()


def test_null_directions_are_left_out() -> None:
    # The last function is always the sum of the first two: with it any inverse explodes.
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(200, 5))
    rows = np.column_stack([rows, rows[:, 0] + rows[:, 1]])
    active_set = choose_active_set(("O",), (6,), lambda: [[rows]])
    assert active_set.ranks == (5,)
    assert active_set.grades_of(0, rows).max() <= 1.0001
    assert active_set.grades_of(0, 3 * rows).max() == pytest.approx(3.0, rel=1e-3)


def test_too_few_rows_are_named() -> None:
    projector = Projector(known_form())
    with pytest.raises(InputError, match=r"too few rows for the active set of O: 6 environments for \d+ functions"):
        choose_active_set(("O", "Si"), projector.n_functions, lambda: blocks_of(projector, range(2)))


def test_a_file_reads_back_and_belongs_to_its_potential(tmp_path: Path) -> None:
    projector = Projector(known_form())
    form = projector.form
    rows = blocks_of(projector, range(120))
    active_set = choose_active_set(("O", "Si"), projector.n_functions, lambda: rows)
    write_active_set(active_set, form, tmp_path / "made.asi")
    again = read_active_set(tmp_path / "made.asi", form)
    for element in (0, 1):
        np.testing.assert_array_equal(again.grades_of(element, rows[0][element]),
                                      active_set.grades_of(element, rows[0][element]))  # fmt: skip
    # What pacemaker reads: one square matrix to an element, by its symbol.
    with np.load(tmp_path / "made.asi") as arrays:
        assert {name: arrays[name].shape for name in arrays.files} == {
            symbol: (count, count) for symbol, count in zip(("O", "Si"), projector.n_functions, strict=True)
        }
    for content, sentence in (
        ({"O": np.eye(3), "Si": np.eye(3)}, "belongs to another potential"),
        ({"O": np.eye(projector.n_functions[0])}, r"is an active set of O; the potential has O, Si"),
        ({"O": np.full((projector.n_functions[0],) * 2, np.nan), "Si": np.eye(3)}, "not finite"),
        ({"O": np.array([{}], dtype=object), "Si": np.eye(3)}, "is no active set"),
        ({"O": np.zeros((projector.n_functions[0],) * 2), "Si": np.eye(3)}, "has no environments"),
    ):
        with (tmp_path / "forged.asi").open("wb") as file:
            np.savez(file, **content)
        with pytest.raises(InputError, match=sentence):
            read_active_set(tmp_path / "forged.asi", form)
    # Coefficients may differ, functions may not, were they as many.
    assert read_active_set(tmp_path / "made.asi", known_form(scale=2.0)).ranks == again.ranks
    bonds = {pair: replace(bond, cutoff=bond.cutoff + 0.1) for pair, bond in form.bonds.items()}
    with pytest.raises(InputError, match="of another potential: as many functions, but other ones"):
        read_active_set(tmp_path / "made.asi", replace(form, bonds=bonds))
    (tmp_path / "text.asi").write_text("no archive")
    with pytest.raises(InputError, match="is no active set"):
        read_active_set(tmp_path / "text.asi", form)


@pytest.mark.parametrize(
    "comment",
    [
        "Properties=species:S:1:pos:R:3",
        'Lattice="4 0 0 0 4 0 0 0 4" pbc="F F F"',
        'Lattice="9 0 0 0 9 0 0 0 4" pbc="T T F"',
    ],
)
def test_molecules_and_slabs_are_graded_without_images(comment: str, tmp_path: Path) -> None:
    (tmp_path / "few.xyz").write_text(f"2\n{comment}\nSi 0 0 0\nO 1.2 0.7 0.9\n")
    doubts: list[str] = []
    (model,) = read_structures(tmp_path / "few.xyz", {}, 4.2, doubts)
    projector = Projector(known_form())
    kinds = projector.element_indices(model.elements)
    rows = projector.values(kinds, model.positions, model.cell)
    for some, other in zip(rows, projector.values(kinds, model.positions, 40 * np.eye(3)), strict=True):
        np.testing.assert_allclose(some, other, atol=1e-12)
    assert "none meets an image" in doubts[0]
    (tmp_path / "few.xyz").write_text("2\nno\nSi 0 0 0\n")
    with pytest.raises(InputError, match="declares 2 atoms"):
        read_structures(tmp_path / "few.xyz", {}, 4.2, doubts)


def test_fit_and_gamma_on_silicon(shared: Path, tmp_path: Path) -> None:
    train, test = shared / "data/si-sw/train.xyz", shared / "data/si-sw/test.xyz"
    few = tmp_path / "few.xyz"
    few.write_text("\n".join(train.read_text().splitlines()[: 24 * 66]) + "\n")
    potential = tmp_path / "si.yaml"
    fit = carvsdb("refine", "fit", few, "--hold-out", test, "-o", potential, "--functions", "60", "--json")
    assert fit.code == 0, fit.err
    answer = fit.json
    assert answer["labels"] == ["energy", "forces"]
    assert answer["n_functions"] == {"Si": 60}
    assert answer["n_labels"] == 24 * 193
    assert answer["held_out"]["energy_rms"] < 8
    assert answer["held_out"]["force_rms"] < 160
    assert [point["n_frames"] for point in answer["learning_curve"]] == [3, 6, 12, 24]
    assert 55 <= answer["active_set"]["Si"] <= 60  # null directions are truncated
    assert {Path(file).suffix for file in answer["files"]} == {".yaml", ".yace", ".asi", ".npz"}
    again = carvsdb("refine", "fit", few, "--hold-out", test, "-o", tmp_path / "b.yaml", "--functions", "60", "--json")
    assert (tmp_path / "b.yaml").read_bytes() == potential.read_bytes()
    assert again.json["held_out"] == answer["held_out"]

    graded = tmp_path / "gamma.xyz"
    gamma = carvsdb("refine", "gamma", few, test, "--potential", potential, "-o", graded, "--json")
    assert gamma.code == 0, gamma.err
    models = gamma.json["models"]
    assert len(models) == 48
    assert max(model["largest"] for model in models[:24]) <= 1.0001
    assert max(model["largest"] for model in models[24:]) > 1.5
    # Where the grade is largest, the second opinion is unsure, too.
    doubtful = max(models[24:], key=lambda model: model["largest"])["energy_deviation"]
    assert doubtful > 1.5 * np.median([model["energy_deviation"] for model in models[:24]])
    from ase.io import read

    frames: Any = read(graded, index=":")
    assert len(frames) == 48
    assert frames[30].arrays["gamma"].max() == pytest.approx(models[30]["largest"], rel=1e-12)
    table = carvsdb("refine", "gamma", test, "--potential", potential)
    assert table.code == 0
    assert table.out.splitlines()[0].split()[:3] == ["model", "atoms", "median"]


def test_sentences_of_the_commands(shared: Path, tmp_path: Path) -> None:
    train = shared / "data/si-sw/train.xyz"
    text = carvsdb("refine", "fit", train, "-o", tmp_path / "si.txt")
    assert (text.code, "written as .yaml" in text.err) == (3, True)
    for option, value, sentence in (
        ("--hold-out", "1.5", "a part from 0"),
        ("--nradmax", "8,x", "whole numbers"),
        ("--energy-sigma", "0", "scales of errors above 0, got 0"),
        ("--force-sigma", "nan", "scales of errors above 0, got nan"),
        ("--degree", "nan", "a largest degree, got nan"),
        ("--largest-force", "nan", "a largest force above 0 eV/Å, got nan"),
        ("--e0", "Si=nan", "energies such as Si=-0.8"),
    ):
        done = carvsdb("refine", "fit", train, "-o", tmp_path / "si.yaml", option, value)
        assert (done.code, sentence in done.err) == (3, True), done.err
    for name in ("si.yace", "si.posterior.npz", "si.asi"):
        (tmp_path / name).write_text("another")
        there = carvsdb("refine", "fit", train, "-o", tmp_path / "si.yaml", "--functions", "10")
        assert (there.code, f"{name}: exists already" in there.err) == (7, True)
        if name != "si.asi":
            (tmp_path / name).unlink()
    # Before the potential is read.
    there = carvsdb("refine", "gamma", train, "--potential", tmp_path / "si.yaml", "--make-from", train)
    assert (there.code, "si.asi: exists already" in there.err) == (7, True)
    missing = carvsdb("refine", "gamma", train, "--potential", (shared / POTENTIAL).with_suffix(".yaml"),
                      "--active-set", tmp_path / "no.asi")  # fmt: skip
    assert (missing.code, "no active set" in missing.err) == (4, True)


@pytest.mark.slow
def test_grades_of_the_published_model(shared: Path) -> None:
    from carvsdb_ingest.readers.models import read_model
    from carvsdb_refine.potential import read_ace

    form = read_ace((shared / POTENTIAL).with_suffix(".yaml")).form
    projector = Projector(form, "zif-ace-24.yaml")
    model = read_model(shared / MODEL)
    elements = projector.element_indices(model.elements)
    rows = projector.values(elements, model.positions, model.cell)
    active_set = choose_active_set(form.elements, projector.n_functions, lambda: [rows])
    assert active_set.ranks == (600, 600, 600, 579)
    assert active_set.grades(rows, elements).max() <= 1.0001
    for width, median in ((0.05, 0.71), (0.1, 2.26), (0.2, 21.0)):
        moved = model.positions + np.random.default_rng(0).normal(0, width, model.positions.shape)
        grades = active_set.grades(projector.values(elements, moved, model.cell), elements)
        assert np.median(grades) == pytest.approx(median, rel=0.15)
