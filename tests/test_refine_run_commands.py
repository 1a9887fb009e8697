"""The commands of a refinement: what they print, report and take into a catalogue; the score of the published model."""

import json
from pathlib import Path

import pytest
from program import carvsdb
from refine_folder import CONFIG, finished_run, make_folder, naive_distances

from carvsdb.catalogue import Catalogue
from carvsdb.errors import RefusedError
from carvsdb_ingest.readers.models import read_model
from carvsdb_refine.report import make
from carvsdb_refine.run import prepare, read_config
from carvsdb_refine.run.trace import read_trace


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the config of a run that nothing disturbed."""
    return finished_run(tmp_path_factory.mktemp("undisturbed"))


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
    assert "stillinger-weber" in text


def test_a_report_of_a_run_that_has_not_begun_needs_a_place(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    done = carvsdb("refine", "report", config)
    assert done.code == 7
    assert done.err.endswith("there is no such folder for the page; name one with -o\n")
    assert carvsdb("refine", "report", config, "-o", tmp_path / "start.html", "--no-rings").code == 0


def test_a_report_that_failed_can_be_written_again(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.html"

    def full(path: Path, content: bytes) -> None:
        raise RefusedError("cannot be written (No space left on device)", item=str(path))

    with monkeypatch.context() as patched:
        patched.setattr(make, "write_bytes", full)
        assert carvsdb("refine", "report", finished, "--no-rings", "-o", page).code == 7
    assert carvsdb("refine", "report", finished, "--no-rings", "-o", page, "--force").code == 0


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
