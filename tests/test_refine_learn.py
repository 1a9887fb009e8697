"""Active learning: the loop, what it watches, what it picks, and that it ends the same however often it is killed."""

import json
import shutil
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learn_folder import CONFIG, killed, make_folder, results
from program import carvsdb
from refine_folder import silicon

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.active_learning import learn, read_learn_config
from carvsdb_refine.active_learning.candidates import Candidate, choose
from carvsdb_refine.active_learning.fitting import fit_and_write, fit_frame
from carvsdb_refine.active_learning.loop import read_learned
from carvsdb_refine.active_learning.record import read_rows
from carvsdb_refine.active_learning.run_config import toml_text
from carvsdb_refine.labels import Frame, read_frames
from carvsdb_refine.learning.active_set_file import read_active_set
from carvsdb_refine.learning.basis import BasisLimits, functions_of
from carvsdb_refine.learning.basis_choice import choose_candidates
from carvsdb_refine.learning.data_set import make_data_set
from carvsdb_refine.learning.fit import FitOptions
from carvsdb_refine.learning.new_potential import NewPotential
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import StillingerWeber, read_ace
from carvsdb_refine.run.watch import grades_of
from carvsdb_schemas.learning import InitialTable, LearnTable, PackingTable


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, int]:
    config = make_folder(tmp_path_factory.mktemp("whole"))
    done = carvsdb("refine", "learn", config, "--json")
    return config, done.json, done.code


def test_a_loop_from_nothing(whole: tuple[Path, Any, int]) -> None:
    config, said, code = whole
    rows = said["iterations"]
    assert code == (0 if said["converged"] else 8)
    assert rows[0]["frames"] == 3 + 1 + 5
    for before, after in pairwise(rows):
        assert after["frames"] == before["frames"] + before["added"]
        assert 0 < before["added"] <= 3
    assert [row["converged"] for row in rows[:-1]] == [False] * (len(rows) - 1)
    folder = config.parent / "si"
    # Every label is what the reference says.
    frames = read_frames(folder / "frames.xyz")
    assert len(frames) == sum(row["added"] for row in rows) + 9
    for frame in frames:
        _, forces = StillingerWeber.silicon().energies_and_forces(
            frame.model.elements, frame.model.positions, frame.model.cell
        )
        np.testing.assert_allclose(frame.forces, forces, atol=1e-9)
    # What is written beside an atom is its grade, and the training itself has none above 1.
    potential = read_ace(folder / "iteration-01/potential.yaml")
    projector = Projector(potential.form)
    active = read_active_set(folder / "iteration-01/potential.asi", potential.form)
    kept = sorted((folder / "iteration-01/run/graded").glob("*.xyz"))[-1]
    written = np.loadtxt(kept, skiprows=2, usecols=5)
    np.testing.assert_allclose(written, grades_of(projector, active, read_model(kept)), rtol=1e-9)
    assert max(grades_of(projector, active, frame.model).max() for frame in frames[:9]) < 1.001
    # Each iteration is an ordinary run, with an ordinary folder.
    assert carvsdb("refine", "status", folder / "iteration-01/run").code == 0


def test_once_more_changes_nothing(whole: tuple[Path, Any, int]) -> None:
    config, said, code = whole
    before = results(config)
    again = carvsdb("refine", "learn", config, "--json")
    assert again.code == code
    assert again.json == said
    assert results(config) == before


@pytest.mark.parametrize("looks", [3, 12, 30])
def test_killed_anywhere_it_ends_the_same(whole: tuple[Path, Any, int], tmp_path: Path, looks: int) -> None:
    config = make_folder(tmp_path / "killed")
    killed(config, looks)
    learn(read_learn_config(config))
    assert results(config) == results(whole[0])


@pytest.mark.parametrize("lost", ["iteration-01/errors.json", "iteration-01/run/result.json", "frames.xyz"])
def test_what_is_lost_is_made_again(whole: tuple[Path, Any, int], lost: str) -> None:
    config, _, code = whole
    before = results(config)
    (config.parent / "si" / lost).unlink()
    assert carvsdb("refine", "learn", config).code == code
    assert results(config) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("iterations = 3", "iterations = 3\nselect = 30.0"), "select must be below stop"),
        (("functions = 30", "functions = 900"), "too few rows for the active set"),
        (
            ('{kind = "stillinger-weber"}', '{kind = "ase", calculator = "EMT"}'),
            "no initial structure could be labelled",
        ),
        (('{kind = "stillinger-weber"}', '{kind = "ase", calculator = "os:system"}'), "--allow-calculator"),
        (('formula = "Si"', 'formula = "Xx"'), "Xx"),
        (("[run]", '[outputs]\nfolder = "../elsewhere"\n[run]'), "below the config's own folder"),
        (("functions = 30", "functions = 30\nfunktions = 3"), "did you mean 'functions'"),
    ],
)
def test_what_cannot_be_is_a_sentence(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    text = CONFIG.replace(*change)
    if "EMT" in text:
        text = text[: text.index('[[learn.initial]]\nkind = "hot"')] + text[text.index("[labels]") :]
    done = carvsdb("refine", "learn", make_folder(tmp_path / "bad", text))
    assert done.code == 3
    assert said in done.err
    assert "Traceback" not in done.err


def test_the_last_model_is_in_a_catalogue_with_its_run(whole: tuple[Path, Any, int], tmp_path: Path) -> None:
    config, _, code = whole
    done = carvsdb("refine", "learn", config, "--db", tmp_path / "si.duckdb", "--label", "learned", "--json")
    assert done.code == code
    rows = carvsdb("sql", "SELECT config, results FROM refinement", "--db", tmp_path / "si.duckdb", "--json").out
    assert "potential.yaml" in rows
    assert "potential.asi" in rows


def test_another_config_is_not_gone_on_with(whole: tuple[Path, Any, int], tmp_path: Path) -> None:
    config = whole[0]
    other = config.with_name("other.toml")
    other.write_text(CONFIG.replace("sigma = 0.1", "sigma = 0.2"))
    assert carvsdb("refine", "learn", other, "-o", config.parent / "si").code == 7


def test_a_run_ends_where_an_atom_is_beyond_stop(whole: tuple[Path, Any, int], tmp_path: Path) -> None:
    config = whole[0].parent / "si/iteration-01/run.toml"
    text = config.read_text().replace("stop = 25.0", "stop = 0.05").replace("select = 5.0", "select = 0.01")
    near = config.with_name("watched.toml")
    near.write_text(text.replace('folder = "run"', 'folder = "watched"'))
    done = carvsdb("refine", "run", near, "--json")
    assert done.code == 8
    assert "above stop = 0.05" in done.json["stopped"]
    assert done.json["moves"] < 400
    near.write_text(text.replace("potential.asi", "potential.yaml").replace('folder = "run"', 'folder = "other"'))
    assert carvsdb("refine", "run", near).code == 3


def test_structures_are_those_that_span_most() -> None:
    def one(*rows: list[float]) -> Candidate:
        return Candidate(AtomicModel(("Si",), np.zeros((1, 3)), 5 * np.eye(3)), "", [np.array(rows)])

    known, far, farther, same = one([0.5, 0.5]), one([9.0, 0.0], [0.0, 8.0]), one([0.0, 30.0]), one([8.9, 0.0])
    chosen = choose([known, far, farther, same], 5.0, 2)
    assert [id(item) for item in chosen] in ([id(farther), id(far)], [id(far), id(farther)])
    assert choose([known], 5.0, 2) == []
    assert choose([far, same], 5.0, 1) == [far]


def test_tables_are_written_as_toml() -> None:
    tables: dict[str, Any] = {
        "start": {"model": 'a "b" \\ \u00e5\n.xyz', "types": {"1": "Si"}},
        "data": [{"fit_range": [0.5, 20.0]}, {"scale": "free", "on": True}],
        "constraints": {"hard_spheres": {"Si-Si": 1.9}},
        "run": {"schedule": [{"temperature": 1e-7, "moves": 3}]},
    }
    assert tomllib.loads(toml_text(tables)) == tables


def test_the_result_says_why(whole: tuple[Path, Any, int]) -> None:
    said = json.loads((whole[0].parent / "si/learned.json").read_text())
    assert said["converged"] == whole[1]["converged"]
    assert bool(said["cause"]) != said["converged"]


def test_the_page_of_a_loop(whole: tuple[Path, Any, int], tmp_path: Path) -> None:
    folder, rows = whole[0].parent / "si", whole[1]["iterations"]
    done = carvsdb("refine", "report", folder, "-o", tmp_path / "loop.html", "--json")
    assert done.code == 0, done.err
    text = (tmp_path / "loop.html").read_text()
    assert "http" not in text
    assert text.count("data:image/png;base64,") == len(done.json["figures"]) >= 6
    for row in rows:
        assert f"{row['gamma_max']:.3g}" in text
        assert f"{row['force_error_held_out']:.0f}" in text
    assert [path.name for path in map(Path, done.json["tables"])] == ["curves.csv", "partials.csv"]
    # Of a loop that has not ended, its rows are those of the table.
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy / "si")
    for name in ("start.xyz", "data.txt"):
        shutil.copy(folder.parent / name, copy)
    (copy / "si/learned.json").unlink()
    assert read_rows(copy / "si/iterations.csv") == read_learned(folder)[0]
    assert carvsdb("refine", "report", copy / "si", "--no-rings").code == 0
    assert "has not ended" in (copy / "si/report.html").read_text()
    (copy / "si/iterations.csv").write_text("iteration\n1\n")
    assert carvsdb("refine", "report", copy / "si").code == 3
    assert carvsdb("refine", "report", tmp_path).code == 3


@pytest.mark.parametrize("weights", [None, [1.5, 6.0]])
def test_functions_are_those_that_the_config_or_the_training_says(tmp_path: Path, weights: list[float] | None) -> None:
    generator = np.random.default_rng(4)
    frames = []
    for number in range(12):
        places = silicon().positions + generator.normal(0, 0.05 + 0.005 * number, (64, 3))
        energies, forces = StillingerWeber.silicon().energies_and_forces(("Si",) * 64, places, silicon().cell)
        frames.append(Frame(AtomicModel(("Si",) * 64, places, silicon().cell), float(energies.sum()), forces))
    initial: list[InitialTable] = [PackingTable(kind="packing", formula="Si", units=8, densities=[0.05])]
    table = LearnTable(initial=initial, functions=12, cutoff=4.0, held_out=0.0, degree_weights=weights)
    made = fit_and_write(frames, table, tmp_path / "potential.yaml", tmp_path / "potential.asi")
    if weights is None:
        data = make_data_set([fit_frame(frame) for frame in frames], 0.0, table.seed, table.largest_force)
        limits = choose_candidates(NewPotential(4.0, BasisLimits(functions=12)), data, FitOptions())[0].limits
    else:
        limits = BasisLimits(functions=12, angular_weight=1.5, rank_step=6.0)
    expected = [(function.n, function.l) for function in functions_of(1, limits)]
    assert [(function.n, function.l) for function in made.form.centres[0].functions] == expected
