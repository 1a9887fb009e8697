"""What can go wrong in a loop of active learning: each is a sentence, and the loop goes on or stops cleanly."""

import re
from pathlib import Path

import pytest
from learn_folder import CONFIG, make_folder
from program import carvsdb
from refine_folder import silicon, with_element

from carvsdb_ingest.tasks.isolated_process import end_spare
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.labels import read_frames

HOT = CONFIG[CONFIG.index('[[learn.initial]]\nkind = "hot"') : CONFIG.index("[labels]")]
QUICK = CONFIG.replace(HOT, "").replace("moves = 400", "moves = 100").replace("iterations = 3", "iterations = 1")
MOODY = QUICK.replace("number = 3", "number = 6").replace(
    '{kind = "stillinger-weber"}', '{kind = "ase", calculator = "bad_calculators:Moody"}'
)
ALLOWED = ("--allow-calculator", "bad_calculators:Moody")


@pytest.fixture(autouse=True)
def _path_of_the_calculators(monkeypatch: pytest.MonkeyPatch) -> None:
    end_spare()  # one of another test would not see the path
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


def test_a_loop_goes_on_without_what_has_no_label(tmp_path: Path) -> None:
    done = carvsdb("refine", "learn", make_folder(tmp_path / "moody", MOODY), *ALLOWED, "--json")
    assert done.code in (0, 8), done.err
    assert "no SCF convergence" in done.err
    assert "a force is not a number" in done.err
    first = read_frames(tmp_path / "moody/si/initial.xyz")
    assert 0 < len(first) < 6
    without = done.err.count("has no label") + sum(map(int, re.findall(r"(\d+) have no label", done.err)))
    assert len(first) + without - done.json["iterations"][0]["failed"] == 6


def test_labels_made_elsewhere_take_the_loop_on(tmp_path: Path) -> None:
    """As on a cluster: the method of the config gives nothing here, its results are imported."""
    method = '{kind = "ase", calculator = "bad_calculators:Moody", always = "raise"}'
    config = make_folder(
        tmp_path / "far", QUICK.replace("number = 3", "number = 6").replace('{kind = "stillinger-weber"}', method)
    )
    waiting, results = config.parent / "si/unlabelled.xyz", tmp_path / "results.xyz"
    done = carvsdb("refine", "learn", config, *ALLOWED)
    assert done.code == 3
    assert f"{waiting} --import RESULTS" in done.err
    (tmp_path / "sw.toml").write_text('[labels]\nmethod = {kind = "stillinger-weber"}\n')
    assert carvsdb("refine", "label", tmp_path / "sw.toml", waiting, "-o", results).code == 0
    imported = carvsdb("refine", "label", config, waiting, "--import", results, *ALLOWED, "--json")
    assert imported.code == 0, imported.err
    assert imported.json["imported"] == 6
    done = carvsdb("refine", "learn", config, *ALLOWED, "--json")
    assert done.code in (0, 8), done.err
    assert done.json["iterations"][0]["frames"] == 6


@pytest.mark.parametrize("mood", ["raise", "nan"])
def test_a_hot_run_whose_method_fails(tmp_path: Path, mood: str) -> None:
    text = QUICK.replace("[labels]", HOT + "[labels]").replace(
        '{kind = "stillinger-weber"}', f'{{kind = "ase", calculator = "bad_calculators:Moody", always = "{mood}"}}'
    )
    done = carvsdb("refine", "learn", make_folder(tmp_path / "hot", text), *ALLOWED)
    assert done.code == 3
    assert "[[learn.initial]] 2, a hot run" in done.err
    assert "Traceback" not in done.err


def test_an_element_that_nothing_initial_has(tmp_path: Path) -> None:
    config = make_folder(tmp_path / "ge", QUICK)
    write_model(with_element(silicon(cells=2), "Ge"), config.parent / "start.xyz")
    done = carvsdb("refine", "learn", config)
    assert done.code == 3
    assert "start.xyz" in done.err
    assert "Ge" in done.err
    assert not (config.parent / "labels").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("data.txt", "none.txt", "none.txt: there is no such file"),
        ('"F(Q)"', '"G(Q)"', "'function'"),
        ("cutoff = 3.8", "cutoff = 5.0", "less than twice the cut-off of the potential ([learn], cutoff), 5 Å"),
    ],
)
def test_what_runs_would_find_is_found_before_anything_is_labelled(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    config = make_folder(tmp_path / "si", QUICK.replace(old, new))
    done = carvsdb("refine", "learn", config)
    assert done.code == 3
    assert said in done.err
    assert not (config.parent / "labels").exists()


def test_fits_that_lack_directions_say_so(tmp_path: Path) -> None:
    """All atoms of a strained crystal have one environment: most combinations of functions are never seen."""
    crystal = '[[learn.initial]]\nkind = "crystal"\nfile = "crystal.xyz"\nnumber = 20\nshaken = [0.0]\nstrain = 0.03\n'
    packing = QUICK[QUICK.index("[[learn.initial]]") : QUICK.index("[labels]")]
    config = make_folder(tmp_path / "same", QUICK.replace(packing, crystal))
    write_model(silicon(cells=2), config.parent / "crystal.xyz")
    done = carvsdb("refine", "learn", config)
    assert "Traceback" not in done.err
    assert done.code in (0, 8), done.err
    assert "of 30 directions" in done.err


@pytest.mark.parametrize("kind", ["hot", "chain"])
def test_a_method_that_hangs_in_a_run_is_left_after_its_time(tmp_path: Path, kind: str) -> None:
    """A hot run of the loop, and runs with the method as their potential: code of others may wait for ever."""
    method = 'kind = "ase", calculator = "bad_calculators:Moody", always = "hang-later"'
    config = make_folder(tmp_path / kind, QUICK)
    if kind == "hot":
        text = QUICK.replace("[labels]", HOT + "[labels]\ntime_limit = 1.0")
        command, text = "learn", text.replace('{kind = "stillinger-weber"}', f"{{{method}}}")
    else:
        potential = "[potential]\ntime_limit = 1.0\n" + method.replace(", ", "\n") + "\n"
        command, text = "run", QUICK[: QUICK.index("[learn]")] + potential
    config.write_text(text)
    done = carvsdb("refine", command, config, *ALLOWED)
    assert done.code == 3, done.err
    assert "took longer than 1 s for one evaluation, the time limit" in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_a_method_that_hangs_is_left_after_its_time(tmp_path: Path) -> None:
    text = MOODY.replace(':Moody"}', ':Moody", always = "hang"}').replace("number = 6", "number = 2")
    config = make_folder(tmp_path / "hang", text.replace("[labels]", "[labels]\ntime_limit = 5.0"))
    done = carvsdb("refine", "learn", config, *ALLOWED)
    assert done.code == 3
    assert "2 have no label (packing 1, packing 2): took longer than 5 s" in done.err
    assert "no initial structure could be labelled" in done.err
