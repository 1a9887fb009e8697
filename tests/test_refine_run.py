"""Runs: the same config gives the same bytes, whatever happens on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from program import carvsdb
from refine_folder import CONFIG, finished_run, make_folder, naive_distances, silicon

from carvsdb.errors import InputError, RefusedError
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.run import Hooks, prepare, read_config, resume, run, status
from carvsdb_refine.run.checkpoint import load_checkpoint
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.trace import read_trace
from carvsdb_refine.scattering import (
    Normalisation,
    neutron_f,
    neutron_g,
    neutron_level,
    pair_histogram,
    partial_distributions,
    scattering_lengths,
)

COMPARED = ("model.xyz", "trace.csv", "snapshots/0000000200.xyz", "snapshots/0000000400.xyz")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the config of a run that nothing disturbed."""
    return finished_run(tmp_path_factory.mktemp("undisturbed"))


def results(config: Path) -> dict[str, bytes]:
    folder = config.parent / config.stem
    return {name: (folder / name).read_bytes() for name in COMPARED}


def test_the_same_config_gives_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    answer = run(prepare(read_config(config)))
    assert results(config) == results(finished)
    assert answer.moves == 400
    assert answer.tried == {"molecule": 400}
    assert 0 < answer.accepted["molecule"] < 400
    # Step sizes, energies and curves kept up to date agree with what is evaluated afresh.
    assert "0 pairs in a wrong bin" in answer.drift
    trace = read_trace(config.parent / "si" / "trace.csv")
    assert trace["moves"].tolist() == list(range(0, 401, 50))
    assert trace["energy_per_atom"][-1] == pytest.approx(answer.energy_per_atom, abs=1e-9)
    assert trace["rw_1"][-1] == pytest.approx(answer.data[0].fitted.rw, abs=1e-9)
    assert trace["chi2"][-1] < trace["chi2"][0]
    kept = json.loads((config.parent / "si" / "result.json").read_text())
    assert kept["data"][0]["rw"] == answer.data[0].rw


def test_another_seed_gives_another_run(finished: Path, tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("seed = 7", "seed = 8"))
    run(prepare(read_config(config)))
    assert results(config)["model.xyz"] != results(finished)["model.xyz"]


@pytest.mark.parametrize("asked", [0, 3, 11])
def test_a_stopped_run_goes_on_as_if_nothing_happened(finished: Path, tmp_path: Path, asked: int) -> None:
    config = make_folder(tmp_path)
    questions = iter(range(1000))
    with pytest.raises(KeyboardInterrupt):
        run(prepare(read_config(config)), Hooks(stop=lambda: next(questions) == asked))
    stopped = status(read_config(config))
    assert stopped.state == "stopped"
    assert stopped.moves < 400
    resume(prepare(read_config(config)))
    assert results(config) == results(finished)
    assert status(read_config(config)).state == "finished"


def start_process(config: Path, *command: str) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-m", "carvsdb", "refine", *command, str(config)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_moves(config: Path, process: "subprocess.Popen[str]", moves: int) -> None:
    """Wait until a checkpoint after so many moves is there, or the process ends."""
    path = config.parent / config.stem / "checkpoint.npz"
    while process.poll() is None:
        if path.exists() and load_checkpoint(path).notes.moves >= moves:
            return
        time.sleep(0.01)


LONGER = CONFIG.replace("moves = 400", "moves = 6000").replace("checkpoint_every = 100", "checkpoint_every = 40")


@pytest.fixture(scope="module")
def longer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make_folder(tmp_path_factory.mktemp("longer"), LONGER)
    run(prepare(read_config(config)))
    return config


def test_killed_at_any_time_it_resumes_to_the_same_bytes(longer: Path, tmp_path: Path) -> None:
    config = make_folder(tmp_path, LONGER)
    process = start_process(config, "run")
    wait_for_moves(config, process, 200)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    between = status(read_config(config))
    assert between.state == "stopped"
    assert 200 <= between.moves < 6000
    process = start_process(config, "resume")
    wait_for_moves(config, process, between.moves + 400)
    process.kill()
    process.communicate()
    resume(prepare(read_config(config)))
    assert results(config) == results(longer)


@pytest.mark.slow
def test_killed_at_random_times_it_resumes_to_the_same_bytes(longer: Path, tmp_path: Path) -> None:
    """A dozen kills, also in the middle of writing a checkpoint, a snapshot or the trace."""
    text = LONGER.replace("checkpoint_every = 40", "checkpoint_every = 2")
    config = make_folder(tmp_path, text)
    generator = np.random.default_rng(11)
    process, kills = start_process(config, "run"), 0
    wait_for_moves(config, process, 0)
    while process.poll() is None:
        time.sleep(generator.uniform(0, 4))
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
        if kills >= 12 or process.returncode == 0:
            break
        process = start_process(config, "resume")
    resume(prepare(read_config(config)))
    assert kills > 0
    assert results(config) == results(longer)
    assert not list((tmp_path / "si").glob(".*.part"))


def test_ctrl_c_leaves_a_checkpoint_and_130(longer: Path, tmp_path: Path) -> None:
    config = make_folder(tmp_path, LONGER)
    process = start_process(config, "run")
    wait_for_moves(config, process, 40)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert "carvsdb refine resume" in err
    assert "Traceback" not in err
    assert status(read_config(config)).state == "stopped"
    done = carvsdb("refine", "resume", config, "--json")
    assert done.code == 0
    assert done.json["moves"] == 6000
    assert results(config) == results(longer)


def test_a_full_disk_keeps_the_last_checkpoint(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = make_folder(tmp_path)
    real, written = os.fsync, []

    def full(file: int) -> None:
        written.append(file)
        if len(written) > 12:
            raise OSError(28, "No space left on device")
        real(file)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(RefusedError, match=r"cannot be written \(No space left on device\)"):
            run(prepare(read_config(config)))
    folder = config.parent / "si"
    assert not list(folder.glob(".*.part"))
    assert 0 < load_checkpoint(folder / "checkpoint.npz").notes.moves < 400
    resume(prepare(read_config(config)))
    assert results(config) == results(finished)


def test_a_damaged_checkpoint_is_no_checkpoint(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    with pytest.raises(InputError, match="there is no checkpoint; start with `carvsdb refine run`"):
        resume(prepare(read_config(config)))
    (tmp_path / "si").mkdir()
    (tmp_path / "si" / "checkpoint.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match="is no whole checkpoint"):
        resume(prepare(read_config(config)))


def test_a_run_can_go_on_longer_than_planned(finished: Path, tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("moves = 400", "moves = 200"))
    run(prepare(read_config(config)))
    config.write_text(CONFIG)
    resume(prepare(read_config(config)))
    assert results(config) == results(finished)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("seed = 7", "seed = 8", "[run]"),
        ("translation = 0.1", "translation = 0.2", "[moves]"),
        ("sigma = 0.05", "sigma = 0.1", "[[data]] 1"),
    ],
)
def test_another_config_cannot_go_on(finished: Path, old: str, new: str, what: str) -> None:
    other = finished.with_name("other.toml")
    text = CONFIG.replace(old, new).replace("[outputs]", '[outputs]\nfolder = "si"')
    other.write_text(text)
    with pytest.raises(RefusedError, match="the checkpoint belongs to another run") as caught:
        resume(prepare(read_config(other)))
    assert what in str(caught.value)


def test_a_folder_holds_one_run(finished: Path) -> None:
    done = carvsdb("refine", "run", finished)
    assert done.code == 7
    assert "holds a run already" in done.err


def test_a_run_can_begin_again(finished: Path, tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("seed = 7", "seed = 8").replace("moves = 400", "moves = 600"))
    run(prepare(read_config(config)))
    config.write_text(CONFIG)
    assert carvsdb("refine", "run", config, "--overwrite").code == 0
    assert results(config) == results(finished)
    assert len(list((tmp_path / "si" / "snapshots").iterdir())) == 2


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("moves = 400", "moves = 200"))
    run(prepare(read_config(config)))
    config.write_text(CONFIG)
    with RunFolder(tmp_path / "si").owned():
        assert status(read_config(config)).state == "running"
        with pytest.raises(RefusedError, match="another process runs in this folder"):
            resume(prepare(read_config(config)))
    assert status(read_config(config)).state == "stopped"


def test_temperatures_follow_the_schedule(tmp_path: Path) -> None:
    stages = "schedule = [{temperature = 900, until = 300, moves = 200}, {temperature = 300, moves = 100}]"
    config = make_folder(tmp_path, CONFIG.replace("temperature = 600\nmoves = 400", stages))
    run(prepare(read_config(config)))
    trace = read_trace(tmp_path / "si" / "trace.csv")
    assert trace["temperature"].tolist() == [900, 900, 900, 300, 300, 300, 300]


def test_pure_reverse_monte_carlo(tmp_path: Path) -> None:
    text = CONFIG.replace('[potential]\nkind = "stillinger-weber"', "")
    config = make_folder(tmp_path, text)
    answer = run(prepare(read_config(config)))
    assert answer.energy_per_atom is None
    assert answer.data[0].fitted.rw < 0.9
    model = read_model(tmp_path / "si" / "model.xyz")
    assert naive_distances(model).min() >= 1.9


def write_g(path: Path, q_max: float | None) -> None:
    """Write the neutron G(r) of a disordered model, with the ripples of a finite Q range or without."""
    partials = partial_distributions(pair_histogram(silicon(jitter=0.12, seed=2)))
    lengths = scattering_lengths(partials.species)
    g, r = neutron_g(partials, lengths), partials.distances
    if q_max is not None:
        q = np.asarray((np.arange(round(q_max / 0.05)) + 0.5) * 0.05, np.float64)
        sample = Normalisation(partials.number_density, neutron_level(partials.concentrations, lengths))
        r = np.asarray(np.arange(10, 100) * 0.05, np.float64)
        g = sample.g_of_f(neutron_f(partials, lengths, q), q, r)
    path.write_text("".join(f"{x:.6f} {y:.8f}\n" for x, y in zip(r, g, strict=True)))


@pytest.mark.parametrize(
    "lines",
    [
        'kind = "neutron"\nfunction = "G(r)"',
        'kind = "neutron"\nfunction = "G(r)"\nq_max = 25\nbroadening = {"Si-Si" = 0.05}\nfit_range = [1.5, 5.0]',
        'kind = "neutron"\nfunction = "S(Q)"\nscale = "free"\nscale_bounds = [0.8, 1.2]\noffset = "free"',
        'kind = "xray"\nfunction = "Q[S(Q)-1]"\nbeyond_box = "window"\nq_resolution = 0.05\nbroadening = 0.03',
        'kind = "xray"\nfunction = "F(Q)"\nbeyond_box = "nothing"\nscale = 0.9\noffset = 0.01\nfit_range = [1, 15]',
    ],
)
def test_what_the_chain_keeps_up_to_date_is_what_score_says(tmp_path: Path, lines: str) -> None:
    text = CONFIG.replace('kind = "neutron"\n', "").replace('function = "S(Q)"\n', f"{lines}\n")
    config = make_folder(tmp_path, text.replace("moves = 400", "moves = 100"))
    if "G(r)" in lines:
        write_g(tmp_path / "neutron-sq.txt", 25 if "q_max" in lines else None)
    answer = run(prepare(read_config(config)))
    assert answer.accepted["molecule"] > 0
    trace = read_trace(tmp_path / "si" / "trace.csv")
    fitted = answer.data[0].fitted
    assert fitted.chi2 == pytest.approx(trace["chi2"][-1], rel=1e-9)
    for name in ("rw", "chi2", "scale", "offset"):
        assert trace[f"{name}_1"][-1] == pytest.approx(getattr(fitted, name), rel=1e-9, abs=1e-9)


def test_energy_alone(tmp_path: Path) -> None:
    data = CONFIG[CONFIG.index("[[data]]") : CONFIG.index("[potential]")]
    config = make_folder(tmp_path, CONFIG.replace(data, ""))
    answer = run(prepare(read_config(config)))
    assert answer.data == []
    assert answer.energy_per_atom == pytest.approx(-4.2, abs=0.2)
