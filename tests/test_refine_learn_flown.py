"""A loop whose potential throws atoms apart: the run ends where `stop` would have ended it, and the loop goes on."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learn_folder import CONFIG, killed, make_folder, results
from program import carvsdb
from refine_folder import silicon

from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.active_learning import learn, read_learn_config
from carvsdb_refine.labels import read_frames
from carvsdb_refine.learning.active_set_file import read_active_set
from carvsdb_refine.learning.projections import Projector
from carvsdb_refine.potential import read_ace
from carvsdb_refine.run.trace import read_trace
from carvsdb_refine.run.watch import grades_of

CHAIN = "schedule = [{temperature = 1500, until = 300, moves = 400}]\ntrace_every = 50\ncheckpoint_every = 100"
HEATED = (
    'schedule = [{engine = "dynamics", temperature = 6000, moves = 100}, {temperature = 300, moves = 40}]\n'
    "trace_every = 100\ncheckpoint_every = 7"
)
INITIAL = CONFIG[CONFIG.index("[[learn.initial]]") : CONFIG.index("[labels]")]
# Crystals that are hardly shaken say nothing of what happens when atoms meet.
CRYSTALS = '[[learn.initial]]\nkind = "crystal"\nfile = "crystal.xyz"\nnumber = 8\nshaken = [0.05, 0.1]\n'
FLYING = CONFIG.replace(CHAIN, HEATED).replace(INITIAL, CRYSTALS).replace("functions = 30", "functions = 12")
FLYING += "[dynamics]\ntimestep = 4.0\n"
FLOWN = "after 32 steps the atoms fly apart"


def flying_folder(folder: Path, text: str = FLYING) -> Path:
    config = make_folder(folder, text)
    for name in ("start.xyz", "crystal.xyz"):
        write_model(silicon(cells=2), config.parent / name)
    return config


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    config = flying_folder(tmp_path_factory.mktemp("flown"))
    return config, carvsdb("refine", "learn", config, "--json")


def test_a_loop_learns_from_atoms_that_flew_apart(flown: tuple[Path, Any]) -> None:
    done = flown[1]
    assert f"the run of iteration 1 ended early: {FLOWN}; after " in done.err
    assert "above stop = 25" in done.err
    rows = done.json["iterations"]
    # Learned: the second run, hot as the first, has its whole length.
    assert done.code == 0
    assert [row["moves"] for row in rows[1:]] == [140]
    assert rows[0]["moves"] < 32
    assert rows[0]["added"] > 1


def test_it_ends_at_the_first_step_above_stop(flown: tuple[Path, Any]) -> None:
    folder = flown[0].parent / "si/iteration-01"
    potential = read_ace(folder / "potential.yaml")
    projector, active = Projector(potential.form), read_active_set(folder / "potential.asi", potential.form)
    kept = sorted((folder / "run/graded").glob("*.xyz"))
    grades = [grades_of(projector, active, read_model(path)).max() for path in kept]
    assert all(later >= 1.5 * earlier for earlier, later in pairwise(grades))
    assert max(grades[:-1]) < 25 < grades[-1] < 100
    trace = read_trace(folder / "run/trace.csv")
    assert trace["moves"].tolist() == [0, int(kept[-1].stem)]
    np.testing.assert_allclose(trace["gamma max"][-1], grades[-1], rtol=1e-9)
    # Labels are what a fit can follow, which those of atoms upon one another are not.
    frames = read_frames(folder.parent / "frames.xyz")
    assert max(np.abs(frame.forces).max() for frame in frames) < 100


@pytest.mark.parametrize("looks", [10, 11, 13])
def test_killed_before_atoms_fly_it_ends_the_same(flown: tuple[Path, Any], tmp_path: Path, looks: int) -> None:
    config = flying_folder(tmp_path / "killed")
    killed(config, looks)
    saved = config.parent / "si/iteration-01/run/checkpoint.npz"
    assert saved.exists()
    learn(read_learn_config(config))
    assert results(config) == results(flown[0])


def test_the_end_of_such_a_run_is_made_again(flown: tuple[Path, Any], tmp_path: Path) -> None:
    config, _ = flown
    before = results(config)
    (config.parent / "si/iteration-01/run/result.json").unlink()
    again = carvsdb("refine", "learn", config)
    assert again.code == 0, again.err
    assert FLOWN in again.err or "above stop = 25" in again.err
    assert results(config) == before


def test_a_run_that_is_seen_to_be_far_beyond_goes_back_too(tmp_path: Path) -> None:
    """At the line of its trace atoms lie upon one another: what they would teach is no physics."""
    text = FLYING.replace("timestep = 4.0", "timestep = 1.0").replace("temperature = 6000", "temperature = 12000")
    config = flying_folder(tmp_path / "beyond", text.replace("trace_every = 100", "trace_every = 50"))
    done = carvsdb("refine", "learn", config, "--json")
    first = done.json["iterations"][0]
    assert "the run of iteration 1 ended early: after 23 moves atom" in done.err
    assert first["moves"] == 23
    assert 25 < first["gamma_max"] < 100


def test_where_grades_say_nothing_it_ends_with_the_cause(tmp_path: Path) -> None:
    """They may be blind to what throws atoms apart; structures are labelled all the same."""
    text = FLYING.replace("iterations = 3", "iterations = 1\nselect = 1e7\nstop = 1e8")
    config = flying_folder(tmp_path / "blind", text)
    done = carvsdb("refine", "learn", config, "--json")
    assert done.code == 8, done.err
    assert done.json["cause"] == f"1 iterations are done, and the last run ended early: {FLOWN}"
    assert done.json["iterations"][0]["added"] == 3
    assert json.loads((config.parent / "si/learned.json").read_text())["cause"] == done.json["cause"]
