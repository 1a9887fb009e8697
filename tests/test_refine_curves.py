"""Curves that leave as CSV, curves of models without data, and what folders and catalogues say of a run."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from debye_sums import crystal, debye, totals
from numpy.typing import NDArray
from program import carvsdb
from refine_folder import CONFIG, make_folder, silicon, write_curve

from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.run import prepare, read_config, run
from carvsdb_refine.scattering import pair_histogram, partial_distributions
from carvsdb_refine.scattering.form_factors import form_factors

XRAY = '[[data]]\nkind = "xray"\nfile = "neutron-sq.txt"\nfunction = "S(Q)"\nsigma = 0.05\nfit_range = [1, 10]\n'


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make_folder(
        tmp_path_factory.mktemp("curves"), CONFIG.replace("[potential]", f"{XRAY}scale = 'free'\n[potential]")
    )
    carvsdb("refine", "score", config)
    run(prepare(read_config(config)))
    return config


def columns(path: Path) -> dict[str, NDArray[np.float64]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows if row[name]]) for name in rows[0]}


def test_curves_are_what_the_scores_rest_on(finished: Path) -> None:
    folder = finished.parent / "si"
    found = columns(folder / "curves.csv")
    assert list(found)[:5] == ["Q_1 (Å⁻¹)", "measured_1 (1)", "sigma_1 (1)", "calculated_1 (1)", "residual_1 (1)"]
    assert len(found["Q_2 (Å⁻¹)"]) < len(found["Q_1 (Å⁻¹)"]) == 571
    scored = carvsdb("refine", "resume", finished, "--json").json
    for number, data in enumerate(scored["data"], 1):
        for prefix, numbers in (("", data), ("fitted_", data["fitted"])):
            measured = found[f"{prefix}measured_{number} (1)"]
            residual = measured - found[f"{prefix}calculated_{number} (1)"]
            assert residual == pytest.approx(found[f"{prefix}residual_{number} (1)"], abs=1e-10)
            assert numbers["rw"] == pytest.approx(math.sqrt((residual**2).sum() / (measured**2).sum()), rel=1e-6)
            freedom = len(residual) - (number == 2)
            assert numbers["reduced_chi2"] == pytest.approx(((residual / 0.05) ** 2).sum() / freedom, rel=1e-6)
    file = np.loadtxt(finished.parent / "neutron-sq.txt")
    assert found["measured_1 (1)"] == pytest.approx(file[:, 1])
    partials = columns(folder / "partials.csv")
    expected = partial_distributions(pair_histogram(read_model(folder / "model.xyz")))
    assert list(partials) == ["r (Å)", "g_Si-Si (1)"]
    assert partials["g_Si-Si (1)"] == pytest.approx(expected.values[0], rel=1e-11)


def test_a_score_leaves_the_curves_of_a_run_alone(finished: Path) -> None:
    folder = finished.parent / "si"
    before = (folder / "curves.csv").read_bytes()
    scored = carvsdb("refine", "score", finished, "--json").json
    assert [Path(path).name for path in scored["tables"]] == ["start-curves.csv", "start-partials.csv"]
    assert (folder / "curves.csv").read_bytes() == before != (folder / "start-curves.csv").read_bytes()


def test_curves_overwrite_no_file_of_others(tmp_path: Path) -> None:
    config = make_folder(tmp_path)
    own = tmp_path / "si" / "curves.csv"
    own.parent.mkdir()
    own.write_text("mine\n")
    scored = carvsdb("refine", "score", config)
    assert scored.code == 0
    assert "curves.csv: stands there already" in scored.err
    assert carvsdb("refine", "run", config).code == 7
    assert carvsdb("refine", "calculate", tmp_path / "start.xyz", "-o", own).code == 7
    assert own.read_text() == "mine\n"
    assert carvsdb("refine", "calculate", tmp_path / "start.xyz", "-o", own, "--force").code == 0
    assert own.read_text().startswith("Q (Å⁻¹),F(Q) (barn/sr)\n0.5,")


def test_the_report_has_the_same_curves(finished: Path, tmp_path: Path) -> None:
    done = carvsdb("refine", "report", finished, "-o", tmp_path / "page.html", "--no-rings", "--json")
    names = [Path(path).name for path in done.json["tables"]]
    assert names == ["curves.csv", "partials.csv", "angles.csv"]
    written = Path(done.json["tables"][0]).read_bytes()
    assert written == (finished.parent / "si" / "curves.csv").read_bytes()
    angles = columns(tmp_path / "page-figures" / "angles.csv")
    assert angles["Si-Si-Si (1/°)"].sum() * 2 == pytest.approx(1)
    text = (tmp_path / "page.html").read_text()
    for word in ("moves/s", "run from 20", "reported 20", "reduced χ²", "Bond angles"):
        assert word in text
    assert {"d-of-r.png", "angles.png"} <= {path.name for path in (tmp_path / "page-figures").iterdir()}


def test_a_report_overwrites_no_file_of_others(finished: Path, tmp_path: Path) -> None:
    page, figures = tmp_path / "page.html", tmp_path / "page-figures"
    figures.mkdir()
    again = ("refine", "report", finished, "-o", page, "--no-rings")
    for name, ours in (("angles.csv", "angle (°),"), ("curves.csv", "Q_1 (Å⁻¹),")):
        (figures / name).write_text("mine\n")
        refused = carvsdb(*again)
        assert refused.code == 7
        assert f"{name}: stands there already" in refused.err
        assert not page.exists()
        (figures / name).write_text(f"{ours}of an earlier report\n")
    assert carvsdb(*again).code == 0
    assert "earlier" not in (figures / "angles.csv").read_text()


@pytest.mark.parametrize("kind", ["neutron", "xray"])
def test_curves_without_data(kind: str, tmp_path: Path) -> None:
    model = silicon(jitter=0.1)
    write_model(model, tmp_path / "si.xyz")
    write_curve(tmp_path / "s.txt", model)
    options = ["--bin-width", "0.02", "--kind", kind, "--q-min", "0.9", "--q-max", "18", "--q-step", "0.03", "--json"]
    done = carvsdb("refine", "calculate", tmp_path / "si.xyz", "--function", "S(Q)", "--function", "PDF", *options)
    q, s = np.loadtxt(tmp_path / "s.txt").T
    # One element: neutrons and X-rays see the same S(Q). The file's has what counting in bins takes away.
    assert done.json["columns"]["Q (Å⁻¹)"] == pytest.approx(q)
    assert done.json["columns"]["S(Q) (1)"] == pytest.approx(1 + (s - 1) / np.sinc(q * 0.01 / np.pi), abs=1e-7)
    r, pdf = (np.array(done.json["columns"][name]) for name in ("r (Å)", "PDF (Å⁻²)"))
    assert r[np.argmax(np.where(r < 3, pdf, 0))] == pytest.approx(2.35, abs=0.1)
    level = -4 * np.pi * model.number_density
    near = (r > 1) & (r < 1.8)
    assert (pdf[near] / r[near]).mean() == pytest.approx(level, rel=0.2)


def test_curves_without_data_are_sums_over_pairs(tmp_path: Path) -> None:
    model = crystal("triclinic")
    write_model(model, tmp_path / "t.xyz")
    options = ["--kind", "xray", "--q-max", "24.5", "--json"]
    done = carvsdb("refine", "calculate", tmp_path / "t.xyz", *options).json
    q, f = (np.array(done["columns"][name]) for name in ("Q (Å⁻¹)", "F(Q) (1)"))
    r_max = pair_histogram(model, 0.002).pair_counts.shape[1] * 0.002
    expected, _ = totals(model, "xray", q, debye(model, q, r_max))
    assert np.abs(f - expected).max() < 1e-4 * np.ptp(expected)


def test_curves_of_ions_over_the_mean_square(tmp_path: Path) -> None:
    model = crystal("NaCl")
    write_model(model, tmp_path / "t.xyz")
    ions = {"Na": "Na1+", "Cl": "Cl1-"}
    options = ["--kind", "xray", "--q-max", "8", "--json", *(f"--ion={name}={ion}" for name, ion in ions.items())]
    over_mean, over_square = (
        carvsdb("refine", "calculate", tmp_path / "t.xyz", *options, "--normalisation", how).json
        for how in ("<f>^2", "<f^2>")
    )
    assert over_mean["scattering"]["Cl"] == "waasmaier-kirfel (Cl1-)"
    q, f = (np.array(over_mean["columns"][name]) for name in ("Q (Å⁻¹)", "F(Q) (1)"))
    factors = form_factors(model.species, q, "waasmaier-kirfel", ions)
    ratio = factors.mean(axis=0) ** 2 / (factors**2).mean(axis=0)
    assert over_square["columns"]["F(Q) (1)"] == pytest.approx((f * ratio).tolist(), rel=1e-9)
    refused = carvsdb("refine", "calculate", tmp_path / "t.xyz", "--kind", "xray", "--ion", "Na=")
    assert refused.code == 2


def test_what_cannot_be_calculated_is_said(tmp_path: Path) -> None:
    write_model(silicon(), tmp_path / "si.xyz")
    for options, words in (
        (["--function", "H(Q)"], "there is no scattering function 'H(Q)'"),
        (["--kind", "xray", "--function", "PDF"], "need q_max"),
        (["--q-step", "0"], "fewer than 2 points"),
        (["--kind", "xray", "--form-factors", "cromer-mann", "--q-max", "40"], "reach Q = 25.1"),
    ):
        done = carvsdb("refine", "calculate", tmp_path / "si.xyz", *options)
        assert done.code == 3
        assert words in done.err


def test_status_of_folders(finished: Path) -> None:
    of_config = carvsdb("refine", "status", finished, "--json").json
    assert of_config["moves_per_second"] > 0
    for place in (finished.parent, finished.parent / "si"):
        (one,) = carvsdb("refine", "status", place, "--json").json["runs"]
        assert {**one, "config": ""} == {**of_config, "config": ""}
    assert carvsdb("refine", "status", finished.parent / "si" / "snapshots").code == 4


def test_a_stored_model_says_how_it_was_made(finished: Path, tmp_path: Path) -> None:
    db = tmp_path / "si.duckdb"
    done = carvsdb("refine", "resume", finished, "--db", db, "--json").json
    shown = carvsdb("show", "si", "--db", db, "--json").json["refinements"][0]
    assert (shown["seed"], shown["moves"], shown["potential"]) == (7, 400, "stillinger-weber Si")
    assert [data["rw"] for data in shown["data"]] == [data["rw"] for data in done["data"]]
    assert [data["file"] for data in shown["data"]] == ["neutron-sq.txt"] * 2
    assert len(shown["data"][0]["sha256"]) == 64
    text = carvsdb("show", "si", "--db", db).out
    assert "seed 7, 400 moves, 600 K" in text
    assert f"neutron S(Q) Rw {done['data'][0]['rw']:.4f}" in text
