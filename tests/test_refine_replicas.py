"""Several models from one config: each as if run alone, pooled, and none the worse for one that fails."""

import csv
import errno
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import carvsdb
from refine_folder import CONFIG, make_folder

from carvsdb.errors import InputError
from carvsdb.rings import Carvs
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.run import ConfigFile, Setup, prepare, read_config, replica, replicas, run, seeds_of
from carvsdb_refine.run.net_of_model import BondedModel, rings_of_model

WORK = replicas._work
SEEDS = (7, 3, 11)
SEVERAL = CONFIG.replace("seed = 7", "seeds = [7,\n  3, 11]").replace("moves = 400", "moves = 200")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make_folder(tmp_path_factory.mktemp("several"), SEVERAL)
    done = carvsdb("refine", "run", config, "--json")
    assert done.code == 0, done.err
    (config.parent / "answer.json").write_text(json.dumps(done.json))
    return config


def test_each_model_is_that_of_its_seed_alone(finished: Path, tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("moves = 400", "moves = 200"))
    run(prepare(read_config(config)))
    alone, one = tmp_path / "si", finished.parent / "si" / "seed-7"
    for name in ("model.xyz", "trace.csv", "curves.csv", "snapshots/0000000200.xyz"):
        assert (one / name).read_bytes() == (alone / name).read_bytes()
    assert (one / "model.xyz").read_bytes() != (finished.parent / "si" / "seed-3" / "model.xyz").read_bytes()
    answer = json.loads((finished.parent / "answer.json").read_text())
    assert [model["seed"] for model in answer["replicas"]] == list(SEEDS)
    rw = [model["data"][0]["rw"] for model in answer["replicas"]]
    assert answer["rw_mean"] == pytest.approx([np.mean(rw)])
    assert answer["rw_deviation"] == pytest.approx([np.std(rw, ddof=1)])


def test_status_shows_all(finished: Path) -> None:
    runs = carvsdb("refine", "status", finished, "--json").json["runs"]
    assert [Path(one["folder"]).name for one in runs] == ["seed-7", "seed-3", "seed-11"]
    assert {one["state"] for one in runs} == {"finished"}
    assert len(carvsdb("refine", "status", finished.parent / "si", "--json").json["runs"]) == 3
    refused = carvsdb("refine", "run", finished)
    assert refused.code == 7
    assert "seed-7: holds a run already" in refused.err


def test_the_report_pools(finished: Path, tmp_path: Path) -> None:
    done = carvsdb("refine", "report", finished, "--json")
    assert done.code == 0, done.err
    page = finished.parent / "si" / "report.html"
    text = page.read_text()
    setup = prepare(replica(read_config(finished), 7))
    outputs = setup.file.config.outputs
    models = [read_model(finished.parent / "si" / f"seed-{seed}" / "model.xyz") for seed in SEEDS]
    carvs = [rings_of_model(BondedModel.of(model, outputs), outputs).census.carvs() for model in models]
    assert Carvs.pooled(carvs).symbol in text
    assert "Noise between models" in text
    with open(finished.parent / "si" / "report-figures" / "curves.csv", encoding="utf-8", newline="") as file:
        pooled = list(csv.DictReader(file))
    rows = []
    for seed in SEEDS:
        with open(finished.parent / "si" / f"seed-{seed}" / "curves.csv", encoding="utf-8", newline="") as file:
            rows.append(list(csv.DictReader(file)))
    for place in (0, 200):
        values = [float(table[place]["calculated_1 (1)"]) for table in rows]
        assert float(pooled[place]["calculated_1 (1)"]) == pytest.approx(np.mean(values))
        assert float(pooled[place]["deviation of calculated_1 (1)"]) == pytest.approx(np.std(values, ddof=1))
        assert pooled[place]["measured_1 (1)"] == rows[0][place]["measured_1 (1)"]
    one = carvsdb("refine", "report", finished, "--seed", "3", "--no-rings", "-o", tmp_path / "three.html")
    assert one.code == 0
    assert "200 of 200 moves" in (tmp_path / "three.html").read_text()
    assert carvsdb("refine", "report", finished, "--seed", "4").code == 4
    (tmp_path / "own-figures").mkdir()
    (tmp_path / "own-figures" / "curves.csv").write_text("mine\n")
    refused = carvsdb("refine", "report", finished, "--no-rings", "-o", tmp_path / "own.html")
    assert refused.code == 7
    assert "curves.csv: stands there already" in refused.err
    assert (tmp_path / "own-figures" / "curves.csv").read_text() == "mine\n"


def test_one_that_fails_leaves_the_others(finished: Path, tmp_path: Path) -> None:
    config = tmp_path / "several" / finished.name
    shutil.copytree(finished.parent, config.parent)
    db = tmp_path / "si.duckdb"
    damaged = config.parent / "si" / "seed-3" / "checkpoint.npz"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    # One that has not begun is begun.
    begun_anew = config.parent / "si" / "seed-11"
    model = (begun_anew / "model.xyz").read_bytes()
    shutil.rmtree(begun_anew)
    done = carvsdb("refine", "resume", config, "--db", db)
    assert done.code == 6
    assert "seed 3 failed: " in done.err
    assert "2 models, 1 failed" in done.out
    assert f"entries  si-seed-7, si-seed-11 in {db}" in done.out
    assert (begun_anew / "model.xyz").read_bytes() == model
    # Pooled in the catalogue, too: two models of one material against one of them.
    answer = carvsdb("distance", "si-seed-7", "--pool", "si-seed-7,si-seed-11", "--db", db, "--json")
    assert answer.code == 0
    assert answer.json["labels"] == ["si-seed-7", "si-seed-7+si-seed-11"]
    assert answer.json["noise_kind"] == [["none", "models"], ["models", "none"]]
    assert answer.json["noise"][0][1] > 0
    shown = carvsdb("show", "si-seed-11", "--db", db, "--json").json["refinements"]
    assert shown[0]["seed"] == 11
    # One that is left has no spread.
    assert " ± " in done.out
    (begun_anew / "checkpoint.npz").write_bytes(b"")
    alone = carvsdb("refine", "resume", config)
    assert (alone.code, "1 models, 2 failed" in alone.out, " ± " in alone.out) == (6, True, False)


def with_a_bug(file: ConfigFile, *given: Any) -> None:
    """Run a replica in a process in which one seed meets a full disk, and another a bug."""

    def broken(file: ConfigFile, allowed: Sequence[str]) -> Setup:
        if file.config.run.seed == 11:
            raise OSError(errno.ENOSPC, "No space left on device", "trace.csv")
        raise ZeroDivisionError("of \x1b[31mseed 3")

    vars(replicas)["prepare"] = broken
    WORK(file, *given)


def test_a_bug_is_shown_and_what_the_system_refuses_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicas, "_work", with_a_bug)
    config = make_folder(tmp_path, CONFIG.replace("seed = 7", "seeds = [3, 11]"))
    done = carvsdb("refine", "run", config, "--json")
    assert done.code == 1  # as the first that failed, since none is left
    assert done.json["replicas"] == []
    assert [(one["seed"], one["code"]) for one in done.json["failed"]] == [(3, 1), (11, 7)]
    assert "Traceback (most recent call last):" in done.err
    assert 'raise ZeroDivisionError("of' in done.err
    assert "seed 3 failed: internal error, please report it: ZeroDivisionError: of \\x1b[31mseed 3\n" in done.err
    assert "seed 11 failed: trace.csv: cannot be read or written (No space left on device)\n" in done.err
    assert done.err.count("Traceback") == 1


def test_stopped_and_resumed(tmp_path: Path) -> None:
    two = SEVERAL.replace("seeds = [7,\n  3, 11]", "seeds = [7, 3]")
    config = make_folder(tmp_path, two.replace("moves = 200", "moves = 4_000_000"))
    command = [sys.executable, "-m", "carvsdb", "refine", "run", str(config)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (tmp_path / "si" / "seed-7" / "checkpoint-before.npz").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "stopped with checkpoints" in err
    done_by = [one["moves"] for one in carvsdb("refine", "status", config, "--json").json["runs"]]
    moves = max(filter(None, done_by))
    config.write_text(two.replace("moves = 200", f"moves = {moves + 100}"))
    done = carvsdb("refine", "resume", config, "--json")
    assert done.code == 0, done.err
    assert [(model["seed"], model["moves"]) for model in done.json["replicas"]] == [(7, moves + 100), (3, moves + 100)]


def test_seeds_from_the_command_line(tmp_path: Path) -> None:
    file = read_config(make_folder(tmp_path))
    assert seeds_of(file) == ()
    assert seeds_of(file, 3) == (7, 8, 9)
    assert replica(file, 8).outputs == tmp_path / "si" / "seed-8"
    assert "seed = 8" in replica(file, 8).text
    bare = read_config(make_folder(tmp_path, CONFIG[: CONFIG.index("[run]")] + "[outputs]\n"))
    assert replica(bare, 2).config.run.seed == 2
    odd = CONFIG.replace("seed = 7", "seeds = [1, 2] # not seeds = [3]")
    assert replica(read_config(make_folder(tmp_path, odd)), 2).config.run.seed == 2
    inline = CONFIG[: CONFIG.index("[run]")].replace("[start]", "run = {seeds = [1, 2]}\n[start]", 1)
    with pytest.raises(InputError, match="expected a plain list"):
        replica(read_config(make_folder(tmp_path, inline)), 2)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("seeds = [1, 1]", "names a seed twice"),
        ("seed = 1\nseeds = [1, 2]", "stands in place of seed"),
        ("seeds = [-1]", "at least 0"),
    ],
)
def test_seeds_that_make_no_sense(lines: str, words: str, tmp_path: Path) -> None:
    done = carvsdb("refine", "run", make_folder(tmp_path, CONFIG.replace("seed = 7", lines)))
    assert done.code == 3
    assert words in done.err
    assert not (tmp_path / "si").exists()
