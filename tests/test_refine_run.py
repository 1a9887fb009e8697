"""Runs: the same config gives the same bytes, whatever happens on the way; and one sentence for what is wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from program import carvsdb
from refine_folder import CONFIG, make_folder, silicon, with_element

from carvsdb.atoms.model import AtomicModel
from carvsdb.catalogue import Catalogue
from carvsdb.errors import InputError, RefusedError
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.report import make
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
    config = make_folder(tmp_path_factory.mktemp("undisturbed"))
    run(prepare(read_config(config)))
    return config


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
        with pytest.raises((InputError, RefusedError), match="No space left on device") as caught:
            run(prepare(read_config(config)))
    assert "the last checkpoint is kept" in str(caught.value) or "cannot be" in str(caught.value)
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


# --- the command line


def test_score_status_and_progress(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    scored = carvsdb("refine", "score", config, "--json").json
    assert scored["energy_per_atom"] == pytest.approx(-4.2, abs=0.1)
    assert {"kind", "file", "rw", "chi2", "scale"} <= set(scored["data"][0])
    assert carvsdb("refine", "status", config, "--json").json["state"] == "new"
    done = carvsdb("refine", "run", config)
    assert done.code == 0
    assert "400 of 400 moves" in done.err
    assert "moves/s" in done.err
    assert "eV/atom" in done.err
    assert "accepted molecule" in done.err
    assert "checked after 400 moves: 0 pairs in a wrong bin" in done.err
    shown = carvsdb("refine", "status", config)
    assert "finished, 400 of 400 moves" in shown.out
    assert carvsdb("refine", "status", config, "--json").json["snapshots"] == 2


def test_a_start_that_breaks_a_limit_is_said_to(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace('"Si-Si" = 1.9', '"Si-Si" = 2.2'))
    scored = carvsdb("refine", "score", config, "--json").json
    distances = naive_distances(read_model(tmp_path / "start.xyz"))
    assert scored["violations"] == {"hard spheres": int((distances < 2.2).sum())}
    assert 0 < scored["violations"]["hard spheres"] < 64
    assert "hard spheres broken" in carvsdb("refine", "score", config).out


def naive_distances(model: AtomicModel) -> NDArray[np.float64]:
    """Return the distance of every pair to the nearest image."""
    fractions = model.positions @ np.linalg.inv(model.cell)
    delta = fractions[:, None] - fractions
    distances = np.linalg.norm((delta - np.rint(delta)) @ model.cell, axis=2)
    return np.asarray(distances[np.triu_indices(model.n_atoms, 1)], np.float64)


def test_the_report_holds_everything(finished: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = carvsdb("refine", "report", finished, "-o", page, "--json")
    assert done.code == 0
    names = [Path(name).name for name in done.json["figures"]]
    assert names == [
        "fits.png", "d-of-r.png", "partials.png", "traces.png", "coordination.png", "angles.png", "rings.png",
    ]  # fmt: skip
    for name in done.json["figures"]:
        assert Path(name).read_bytes().startswith(b"\x89PNG")
    text = page.read_text()
    assert text.count("data:image/png;base64,") == 7
    assert 'src="http' not in text
    assert "cut at r_max = 5.42" in text
    assert "Stillinger" in text or "stillinger-weber" in text


def test_a_report_that_failed_can_be_written_again(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.html"

    def full(path: Path, content: bytes) -> None:
        raise RefusedError("cannot be written (No space left on device)", item=str(path))

    with monkeypatch.context() as patched:
        patched.setattr(make, "write_bytes", full)
        assert carvsdb("refine", "report", finished, "--no-rings", "-o", page).code == 7
    assert carvsdb("refine", "report", finished, "--no-rings", "-o", page).code == 0


def test_models_go_into_a_catalogue(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    db = tmp_path / "si.duckdb"
    done = carvsdb("refine", "run", config, "--db", db, "--json")
    assert done.code == 0
    assert done.json["entries"] == ["si", "si-after-200"]
    with Catalogue.open(db, read_only=True) as catalogue:
        rows = {row["model"]: row for row in catalogue.refinements().rows()}
        assert set(rows) == {"si", "si-after-200"}
        row = rows["si"]
        assert row["seed"] == 7
        assert row["data_sha256"] == [prepare(read_config(config)).data[0].sha256]
        assert json.loads(row["config"])["run"]["moves"] == 400
        stored = json.loads(row["results"])
        assert stored["energy_per_atom"] == done.json["energy_per_atom"]
        assert stored["data"][0]["rw"] == done.json["data"][0]["rw"]
        between = json.loads(rows["si-after-200"]["results"])
        trace = read_trace(tmp_path / "si" / "trace.csv")
        assert between["moves"] == 200
        assert between["energy_per_atom"] == trace["energy_per_atom"][4]
        assert between["data"][0]["fitted"]["rw"] == trace["rw_1"][4]
        entries = {entry["label"]: entry for entry in catalogue.list().rows()}
        assert set(entries) == {"si", "si-after-200"}
    # The same file by the ordinary road is the same entry.
    again = carvsdb("ingest", tmp_path / "si" / "model.xyz", "--label", "si", "--db", db, "--json")
    assert (again.json["added"], again.json["unchanged"]) == (0, 1)


def test_a_finished_run_can_be_taken_in_later(finished: Path, tmp_path: Path) -> None:
    db = tmp_path / "si.duckdb"
    db.write_text("no catalogue")
    refused = carvsdb("refine", "resume", finished, "--db", db)
    assert refused.code == 3
    assert "moves" not in refused.err
    db.unlink()
    for label in ("first", "first"):
        done = carvsdb("refine", "resume", finished, "--db", db, "--label", label, "--json")
        assert done.code == 0
        assert done.json["entries"] == ["first", "first-after-200"]
    with Catalogue.open(db, read_only=True) as catalogue:
        assert len(catalogue.refinements().rows()) == 2


# --- what is wrong is said in one sentence


def failing(config: Path, *words: str, command: str = "run", code: int = 3) -> None:
    done = carvsdb("refine", command, config, "--json")
    assert done.code == code
    assert done.json["error"]["code"] == code
    assert len(done.err.strip().splitlines()) == 1
    for word in words:
        assert word in done.err


def test_missing_files(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    (tmp_path / "neutron-sq.txt").unlink()
    failing(config, "neutron-sq.txt", "there is no such file")
    failing(tmp_path / "none.toml", "none.toml", "there is no such file", command="score")
    make_folder(tmp_path)
    (tmp_path / "start.xyz").unlink()
    failing(config, "start.xyz", "there is no such file")


def test_nan_in_data(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    path = tmp_path / "neutron-sq.txt"
    path.write_text(path.read_text().replace(path.read_text().splitlines()[4], "1.02 nan"))
    failing(config, "neutron-sq.txt:5", "number")


def test_wrong_units(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    path = tmp_path / "neutron-sq.txt"
    rows = [line.split() for line in path.read_text().splitlines()]
    path.write_text("".join(f"{10 * float(q)} {s}\n" for q, s in rows))
    failing(config, "looks like 1/nm, not 1/Å")
    config.write_text(CONFIG.replace("sigma = 0.05", 'sigma = 0.05\nq_unit = "1/nm"'))
    assert carvsdb("refine", "score", config).code == 0


def test_species_without_a_form_factor(tmp_path: Path) -> None:
    xray = 'kind = "xray"\nform_factors = "cromer-mann"'
    config = make_folder(tmp_path, CONFIG.replace('kind = "neutron"', xray))
    write_model(with_element(silicon(), "Fm"), tmp_path / "start.xyz")
    failing(config, "Fm has no Cromer-Mann form factor")


def test_potential_lacking_an_element(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    write_model(with_element(silicon(), "Ge"), tmp_path / "start.xyz")
    failing(config, "start.xyz", "has no element Ge")


def test_cell_smaller_than_twice_the_cut_off(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    write_model(silicon(cells=1), tmp_path / "start.xyz")
    failing(config, "start.xyz", "less than twice the cut-off")


def test_data_without_errors_cannot_be_refined(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("sigma = 0.05\n", ""))
    failing(config, "neutron-sq.txt", "a third column, or sigma")
    assert carvsdb("refine", "score", config, "--json").json["data"][0]["chi2"] is None


def test_unknown_potential(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("stillinger-weber", "stillinger"))
    failing(config, "si.toml", "got 'stillinger'", "stillinger-weber")


def test_a_format_that_cannot_hold_the_model_is_found_at_once(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("[outputs]", '[outputs]\nmodel = "last.data"'))
    turned = silicon()
    turned = replace(turned, positions=turned.positions[:, ::-1], cell=turned.cell[[1, 0, 2]])
    write_model(turned, tmp_path / "start.xyz")
    failing(config, "LAMMPS has no left-handed cells")
    assert not (tmp_path / "si").exists()


def test_molecules_that_are_not_there(tmp_path: Path) -> None:
    config = make_folder(tmp_path, CONFIG.replace("[[data]]", 'molecules = "file"\n[[data]]', 1))
    failing(config, "start.xyz", "has no molecules")
    config.write_text(CONFIG.replace("[[data]]", 'molecules = "bonds"\nbonds = {"Si-Si" = 2.6}\n[[data]]', 1))
    failing(config, "start.xyz", "64 atoms are held together by bonds without an end")


# --- the published model


def test_score_of_the_published_model(shared: Path, tmp_path: Path) -> None:
    """The numbers of truth/refine.md, from the file of the documentation."""
    data = shared / "data/amorphous-mof"
    config = tmp_path / "m1.toml"
    config.write_text(f"""
[start]
model = "{data}/zif/m1-zif_ace_24-anneal_1500K_5ns.data"
types = {{1 = "C", 2 = "H", 3 = "N", 4 = "Zn"}}
molecules = "file"
[[data]]
kind = "neutron"
file = "{data}/scattering/expt/neutron-fq.txt"
function = "F(Q)"
deuterium = 0.933
sigma = 0.01
scale = "fixed"
[[data]]
kind = "xray"
file = "{data}/scattering/expt/xray-fq.txt"
sigma = 0.01
scale = "free"
form_factors = "cromer-mann"
[potential]
kind = "ace"
file = "{data}/mlips/zif-ace-24.yace"
[run]
bin_correction = false
""")
    scored = carvsdb("refine", "score", config, "--json").json
    assert scored["energy_per_atom"] == pytest.approx(-6.733474398079, abs=1e-11)
    means = {"C": -6.443304, "H": -5.439786, "N": -8.152734, "Zn": -10.559593}
    assert scored["energy_by_element"] == pytest.approx(means, abs=6e-7)
    neutron, xray = scored["data"]
    assert round(neutron["rw"], 4) == 0.1945
    assert round(xray["rw"], 4) == 0.2048
    assert round(xray["scale"], 5) == 0.46887
    assert (neutron["kind"], neutron["scale"], neutron["n_points"]) == ("neutron", 1.0, 2483)
    # Cut where the model ends: no worse than the data as they are.
    assert neutron["fitted"]["rw"] < neutron["rw"]
    assert neutron["fitted"]["r_max"] == pytest.approx(37.04)
    # With the correction of the bins, which the published numbers lack.
    text = config.read_text()
    config.write_text(text[: text.index("[potential]")])
    corrected = carvsdb("refine", "score", config, "--json").json
    assert [round(one["rw"], 4) for one in corrected["data"]] == [0.1947, 0.2049]
    assert round(corrected["data"][1]["scale"], 5) == 0.46882
    assert "nothing keeps atoms apart" in corrected["doubts"][0]
