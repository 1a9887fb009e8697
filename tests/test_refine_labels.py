"""Labels: energies and forces by reference methods, kept, failed, and made elsewhere."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write
from learn_folder import CONFIG
from program import carvsdb

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.models import read_models
from carvsdb_ingest.tasks.isolated_process import end_spare
from carvsdb_refine.labels import (
    Frame,
    LabelStore,
    Oracle,
    frames_text,
    import_labels,
    label,
    read_frames,
    structure_key,
    write_structures,
)
from carvsdb_refine.labels.config_file import read_labels_config
from carvsdb_refine.labels.worker import label_one
from carvsdb_refine.potential.ase_calculator import AseCalculator
from carvsdb_refine.potential.calculators import make_calculator
from carvsdb_refine.potential.usual_calculators import USUAL
from carvsdb_schemas.potential_tables import AseTable, StillingerWeberTable

SILICON = Oracle.of(StillingerWeberTable(kind="stillinger-weber"))
_EMT: Any = EMT
_SINGLE_POINT: Any = SinglePointCalculator


def copper(seed: int) -> AtomicModel:
    atoms: Any = bulk("Cu", cubic=True)
    atoms.rattle(0.05, seed=seed)
    return AtomicModel(tuple(atoms.get_chemical_symbols()), atoms.positions, np.array(atoms.cell))


def test_labels_are_those_of_the_shared_set(shared: Path, tmp_path: Path) -> None:
    file = shared / "data/si-sw/test.xyz"
    expected = read_frames(file)[:5]
    done = label(read_models(file)[:5], SILICON, tmp_path)
    assert not done.failed
    for ours, theirs in zip(done.frames, expected, strict=True):
        # Its places are rounded to 1e-8 Å.
        assert ours.energy == pytest.approx(theirs.energy, abs=1e-5)
        np.testing.assert_allclose(ours.forces, theirs.forces, atol=1e-5)


def test_what_is_labelled_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = [copper(1), copper(2), copper(1)]
    oracle = Oracle.of(AseTable(kind="ase", calculator="EMT"))
    first = label(models, oracle, tmp_path, processes=1)
    assert [one.number for one in first.labelled] == [0, 1, 2]
    assert first.n_kept == 0
    monkeypatch.setattr("carvsdb_refine.labels.labelling.in_processes", None)
    again = label(models, oracle, tmp_path)
    assert again.n_kept == 2
    for one, other in zip(first.frames, again.frames, strict=True):
        assert one.energy == other.energy
        np.testing.assert_array_equal(one.forces, other.forces)
    # Other parameters, other labels.
    assert (
        Oracle.of(AseTable.model_validate({"kind": "ase", "calculator": "EMT", "asap_cutoff": True})).key != oracle.key
    )
    (file,) = [path for path in (tmp_path / oracle.key).glob("*.json") if path.stem == structure_key(models[0])]
    file.write_text(file.read_text().replace('"energy": ', '"energy": 1'))
    with pytest.raises(InputError, match="checksum"):
        label(models, oracle, tmp_path)


def test_failures_are_kept_apart_with_their_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end_spare()  # one of another test would not see the path
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    table = AseTable.model_validate({"kind": "ase", "calculator": "bad_calculators:Bad"})
    oracle = Oracle.of(table, allowed=("bad_calculators:Bad",))
    grid: Any = 3.0 * np.stack(np.meshgrid(*[np.arange(2)] * 3), axis=-1).reshape(-1, 3)
    models = [AtomicModel(("Ar",) * count, grid[:count], 12 * np.eye(3)) for count in (7, 1, 2, 3, 4, 5, 6, 8)]
    done = label(models, oracle, tmp_path, processes=2, time_limit=5)
    assert [one.number for one in done.labelled] == [0, 7]
    causes = [one.cause for one in done.failed]
    expected = ("SCF", "energy is nan", "a force is not a number", "time limit", "did not converge", "code 3")
    assert all(word in cause for word, cause in zip(expected, causes, strict=True)), causes
    # They are not tried again unless asked to, and have no label.
    store = LabelStore(tmp_path / oracle.key)
    assert label(models[:2], oracle, tmp_path).n_kept == 2
    assert store.frame(models[1]) is None
    assert len(list((store.folder / "failed").iterdir())) == 6


def test_a_calculator_that_changes_the_folder_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = "bad_calculators:Wandering"
    calculator = AseCalculator(make_calculator(place, {}, tmp_path, [place]), place)
    assert Path.cwd() == tmp_path
    calculator.energies(("Ar",), [[0, 0, 0]], 12 * np.eye(3))
    assert Path.cwd() == tmp_path


def test_names_that_are_not_known_say_which_class_it_is() -> None:
    with pytest.raises(InputError, match=r"none of EMT.* --allow-calculator mace.calculators:MACECalculator"):
        make_calculator("MACE", {}, Path())
    with pytest.raises(InputError, match=r"no_such_package.*PYTHONPATH"):
        make_calculator("no_such_package:Calculator", {}, Path(), ["no_such_package:Calculator"])
    for place, install in USUAL.values():
        if not install:  # a part of ASE
            module, _, name = place.partition(":")
            assert isinstance(getattr(import_module(module), name), type)


def test_a_calculator_that_has_failed_is_made_anew() -> None:
    """ASE's own EMT is left half set up by an element that it lacks, and says something else the next time."""
    oracle = Oracle.of(AseTable(kind="ase", calculator="EMT"))
    germanium = [replace(copper(seed), elements=("Ge",) * 4) for seed in (1, 2, 3)]
    causes = [content["cause"] for model in germanium for content in label_one(oracle, model)]
    assert len(causes) == 3
    assert all("No EMT-potential for Ge" in cause for cause in causes)
    (content,) = label_one(oracle, copper(1))
    assert np.isfinite(content["energy"])


def test_a_config_runs_no_code_that_was_not_allowed(tmp_path: Path) -> None:
    (tmp_path / "labels.toml").write_text('[labels]\nmethod = {kind = "ase", calculator = "bad_calculators:Bad"}\n')
    (tmp_path / "cu.xyz").write_text(frames_text([copper(1)]))
    done = carvsdb("refine", "label", tmp_path / "labels.toml", tmp_path / "cu.xyz")
    assert done.code == 3
    assert "--allow-calculator bad_calculators:Bad" in done.err


def test_frames_are_written_to_the_last_digit(tmp_path: Path) -> None:
    model = copper(3)
    stress = np.array([[0.1, 0.2, 0.3], [0.2, 0.4, 0.5], [0.3, 0.5, 0.6]]) / 3
    frame = Frame(model, -1 / 3, model.positions / 7, stress, 'run "1"')
    (tmp_path / "frames.xyz").write_text(frames_text([frame, frame]))
    for found in read_frames(tmp_path / "frames.xyz"):
        assert found.energy == frame.energy
        np.testing.assert_array_equal(found.forces, frame.forces)
        np.testing.assert_array_equal(found.model.positions, model.positions)
        np.testing.assert_array_equal(found.model.cell, model.cell)
        assert found.stress is not None
        np.testing.assert_array_equal(found.stress, stress)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2\nno\nCu 0 0\n", "declares 2 atoms, but there are 1"),
        ("1\nno\nCu 0 0\n", "cannot be read"),
        ('1\nLattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3 energy=1.0\nCu 0 0 0\n', "no forces"),
        ('1\nLattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:forces:R:3\nCu 0 0 0 0 0 0\n', "no energy"),
        (
            '1\nLattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:forces:R:3 energy=nan\nCu 0 0 0 0 0 0\n',
            "energy is not finite",
        ),
        ("1\nProperties=species:S:1:pos:R:3:forces:R:3 energy=1.0\nCu 0 0 0 0 0 0\n", "repeat in all directions"),
    ],
)
def test_frames_that_are_no_labels(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "frames.xyz").write_text(text)
    with pytest.raises(InputError, match=said):
        read_frames(tmp_path / "frames.xyz")


def test_results_of_a_cluster_come_back_in_any_order(tmp_path: Path) -> None:
    models = [copper(seed) for seed in range(3)]
    store = LabelStore(tmp_path / "labels")
    assert write_structures(models, store, tmp_path / "wait.xyz") == 3
    results = []
    generator = np.random.default_rng(0)
    waiting: Any = read(tmp_path / "wait.xyz", index=":")
    for atoms in reversed(waiting):
        moved: Any = atoms[generator.permutation(len(atoms))]
        moved.positions = moved.positions.round(5) + moved.cell[1]
        moved.calc = _EMT()
        found = {"energy": moved.get_potential_energy(), "forces": moved.get_forces()}
        moved.calc = _SINGLE_POINT(moved, **found)
        results.append(moved)
    stranger: Any = Atoms("Cu", cell=[5, 5, 5], pbc=True)
    stranger.calc = _SINGLE_POINT(stranger, energy=0.0, forces=np.zeros((1, 3)))
    write(tmp_path / "done.xyz", [*results[:2], stranger])
    imported = import_labels(models, store, [tmp_path / "done.xyz"])
    assert (imported.taken, len(imported.strangers), imported.waiting) == (2, 1, 1)
    assert write_structures(models, store, tmp_path / "rest.xyz") == 1
    for model in models[1:]:
        frame = store.frame(model)
        assert frame is not None
        again: Any = Atoms(model.elements, positions=model.positions, cell=model.cell, pbc=True)
        again.calc = _EMT()
        assert frame.energy == pytest.approx(again.get_potential_energy(), abs=1e-3)
        np.testing.assert_allclose(frame.forces, again.get_forces(), atol=1e-3)


@pytest.mark.parametrize("written", ["learn", '"learn"'])
def test_the_config_of_a_loop_is_known_by_its_tables(written: str, tmp_path: Path) -> None:
    (tmp_path / "si.toml").write_text(CONFIG.replace("[learn", f"[{written}"))
    table, folder = read_labels_config(tmp_path / "si.toml")
    assert (table.method.kind, folder) == ("stillinger-weber", tmp_path / "labels")


def test_results_come_back_displaced_and_turned_and_some_not_at_all(tmp_path: Path) -> None:
    models = [copper(seed) for seed in range(6)]
    store = LabelStore(tmp_path / "labels")
    generator = np.random.default_rng(0)
    turn = np.linalg.qr(generator.normal(size=(3, 3)))[0]
    results = []
    for number, model in enumerate(models):
        atoms: Any = Atoms(model.elements, positions=model.positions, cell=model.cell, pbc=True)
        if number in (1, 2):
            atoms.positions += [0.7, 1.1, -0.4]
        if number in (2, 3):
            atoms.set_cell(atoms.cell[:] @ turn)
            atoms.positions = atoms.positions @ turn
        atoms = atoms[generator.permutation(len(atoms))]
        atoms.wrap()
        atoms.calc = _EMT()
        found = {name: atoms.calc.get_property(name, atoms) for name in ("energy", "forces", "stress")}
        if number == 4:
            del found["forces"]
        if number == 5:
            found["energy"] = np.nan
        atoms.calc = _SINGLE_POINT(atoms, **found)
        results.append(atoms)
    write(tmp_path / "done.xyz", results[::-1])
    imported = import_labels(models, store, [tmp_path / "done.xyz"])
    assert (imported.taken, imported.strangers, imported.waiting) == (4, (), 2)
    assert [sentence.partition(", ")[2] for sentence in imported.left_out] == [
        "frame 1 is left out: energy is not finite",
        "frame 2 is left out: it has no forces",
    ]
    for model in models[:4]:
        frame = store.frame(model)
        assert frame is not None
        assert frame.stress is not None
        again: Any = Atoms(model.elements, positions=model.positions, cell=model.cell, pbc=True)
        again.calc = _EMT()
        assert frame.energy == pytest.approx(again.get_potential_energy(), abs=1e-5)
        np.testing.assert_allclose(frame.forces, again.get_forces(), atol=1e-5)
        np.testing.assert_allclose(frame.stress, again.get_stress(voigt=False), atol=1e-6)


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "labels.toml").write_text('[labels]\nmethod = {kind = "ase", calculator = "EMT"}\n')
    silicon: Any = bulk("Si", cubic=True)
    strange = AtomicModel(tuple(silicon.get_chemical_symbols()), silicon.positions, np.array(silicon.cell))
    (tmp_path / "all.xyz").write_text(frames_text([copper(1), strange, copper(2)]))
    command = ("refine", "label", tmp_path / "labels.toml", tmp_path / "all.xyz", "-o", tmp_path / "out.xyz")
    partly = carvsdb(*command, "--json")
    assert partly.code == 6
    assert partly.json["labelled"] == 2
    assert "all.xyz#2" in partly.json["failed"][0]["structure"]
    assert len(read_frames(tmp_path / "out.xyz")) == 2
    assert carvsdb(*command).code == 7
    dry = carvsdb(*command, "--force", "--dry", tmp_path / "wait.xyz", "--json")
    assert dry.code == 0
    assert dry.json["waiting"] is not None
    (tmp_path / "labels.toml").write_text("[labels]\nmethod = {kind = 'none'}\n")
    assert "needs a method" in carvsdb(*command, "--force").err
    (tmp_path / "labels.toml").write_text("[labels]\nmethod = {kind = 'stillinger-weber'}\nfolder = '../out'\n")
    assert "below the config's own folder" in carvsdb(*command, "--force").err


def test_a_structure_has_one_key_wherever_it_is_hashed() -> None:
    model = copper(1)
    again = AtomicModel(model.elements, model.positions.copy(order="F"), model.cell)
    assert structure_key(model) == structure_key(again)
    for changed in (model.positions + 1e-12, model.positions[::-1]):
        assert structure_key(AtomicModel(model.elements, changed, model.cell)) != structure_key(model)
