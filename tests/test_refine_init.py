"""`carvsdb refine init`: what curves are, by name, header and values; and files that run at once."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from program import carvsdb
from refine_folder import silicon

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.readers.models import read_model
from carvsdb_ingest.writers.models import write_model
from carvsdb_refine.beginning.evidence import evidence_of
from carvsdb_refine.beginning.pieces import find_pieces
from carvsdb_refine.beginning.spheres import NO_BOND, OVERLAP, spheres_of
from carvsdb_refine.run.setup import composition_of
from carvsdb_refine.scattering import (
    Calculation,
    DataSet,
    Scatterer,
    neutron_level,
    pair_histogram,
    partial_distributions,
    scattering_lengths,
)

Q = np.arange(20, 600) * 0.03
R = np.arange(1, 400) * 0.02


def salt(jitter: float, seed: int) -> AtomicModel:
    """Return NaCl of 216 ions, shaken."""
    places = np.array([(x, y, z) for x in range(6) for y in range(6) for z in range(6)])
    elements = tuple("Na" if sum(place) % 2 else "Cl" for place in places.tolist())
    shaken = places * 2.8 + np.random.default_rng(seed).normal(0, jitter, places.shape)
    return AtomicModel(elements, shaken, 16.8 * np.eye(3))


def curve(model: AtomicModel, kind: str, function: str, **how: Any) -> tuple[np.ndarray, np.ndarray]:
    x = np.asarray(Q if "Q" in function else R, np.float64)
    if kind == "xray" and "Q" not in function:
        how["q_max"] = 25.0
    scatterer = Scatterer(beyond_box="nothing", **how)
    data = DataSet(kind, function, x, np.ones(len(x)))
    calculation = Calculation.of(data, composition_of(model, 0.02), scatterer)
    partials = partial_distributions(pair_histogram(model, 0.02))
    points = calculation.measured.x
    return points, calculation.curve(np.asarray(partials.values - 1, np.float64))


def write(path: Path, x: np.ndarray, values: np.ndarray, header: str = "") -> Path:
    path.write_text(header + "".join(f"{a:.4f} {b:.6f}\n" for a, b in zip(x, values, strict=True)))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_model(salt(0.12, 1), tmp_path / "start.xyz")
    return tmp_path


@pytest.mark.parametrize("kind", ["neutron", "xray"])
@pytest.mark.parametrize("function", ["F(Q)", "S(Q)", "Q[S(Q)-1]", "G(r)", "D(r)", "T(r)", "PDF"])
def test_values_tell_what_nothing_else_does(folder: Path, kind: str, function: str) -> None:
    """Of a like model, under a name that says nothing; the D(r) of X-rays is the PDF."""
    write(folder / "data.txt", *curve(salt(0.1, 2), kind, function))
    made = carvsdb("refine", "init", folder / "start.xyz", folder / "data.txt", "-o", folder / "run.toml", "--json")
    assert made.code == 0
    (data,) = made.json["data"]
    expected = "PDF" if (kind, function) == ("xray", "D(r)") else function
    assert (data["kind"], data["function"]) == (kind, expected)
    assert "neither name nor header says whether it is of neutrons or X-rays" in made.err
    assert data["rw"] < 0.5
    config = tomllib.loads((folder / "run.toml").read_text())
    assert config["data"][0] | {"kind": kind, "function": expected, "file": "data.txt"} == config["data"][0]
    assert config["start"] == {"model": "start.xyz", "molecules": "none"}


@pytest.mark.parametrize("reading", ["S(Q)-1", "g(r)"])
def test_functions_over_the_mean_length(folder: Path, reading: str) -> None:
    """What `[[data]]` has no name for is a function with a scale and an offset."""
    model = salt(0.1, 2)
    level = neutron_level(composition_of(model, 0.02).concentrations, scattering_lengths(model.species))
    x, values = curve(model, "neutron", "F(Q)" if reading == "S(Q)-1" else "G(r)")
    write(folder / "neutron.txt", x, values / level + (reading == "g(r)"), f"# {reading}\n")
    made = carvsdb("refine", "init", folder / "start.xyz", folder / "neutron.txt", "-o", folder / "run.toml", "--json")
    assert made.code == 0
    assert made.json["data"][0]["reading"] == reading
    (data,) = tomllib.loads((folder / "run.toml").read_text())["data"]
    assert data["scale"] == pytest.approx(1 / level, rel=1e-5)
    assert data.get("offset", 0.0) == (1.0 if reading == "g(r)" else 0.0)
    scored = carvsdb("refine", "score", folder / "run.toml", "--json").json["data"][0]
    assert scored["rw"] < 0.5


NAMES = [
    ("SiO2_xFQ.txt", "", ("xray",), "F(Q)"),
    ("nsq.dat", "", ("neutron",), "S(Q)"),
    ("GEM-12345.mint01", "", ("neutron",), "i(Q)"),
    (
        "run7.gr",
        "[DEFAULT]\nmode = neutron\noutputtype = gr\nqmax = 22.5\n#### start data\n#L r G\n",
        ("neutron",),
        "PDF",
    ),
    ("a.txt", "230\nNeutron F(Q) of a-SiO2\n", ("neutron",), "F(Q)"),
    ("a.txt", "# X-ray Q * [S(Q) - 1]\n", ("xray",), "Q[S(Q)-1]"),
    ("pdf.txt", "##### PDFgui\nstype=X  qmax=30 qdamp=0.01\n#L r($\\AA$) G(r)\n", ("xray",), "PDF"),
    ("tr.dat", "", ("neutron", "xray"), "T(r)"),
    ("i15-1-scan.dat", "", ("xray",), None),
    ("nothing.dat", "", ("neutron", "xray"), None),
]


@pytest.mark.parametrize(("name", "header", "kinds", "reading"), NAMES)
def test_names_and_headers(tmp_path: Path, name: str, header: str, kinds: tuple[str, ...], reading: str | None) -> None:
    said = evidence_of(write(tmp_path / name, Q, np.sin(Q), header.replace("230", str(len(Q)))))
    assert said.kinds == kinds
    assert (said.readings[0] if said.readings else None) == reading
    assert said.q_max == {"run7.gr": 22.5, "pdf.txt": 30.0}.get(name)


def test_what_is_said_against_the_values_is_told(folder: Path) -> None:
    write(folder / "neutron-sq.txt", *curve(salt(0.1, 2), "neutron", "F(Q)"))
    write(folder / "neutron-tr.txt", *curve(salt(0.1, 2), "xray", "PDF"), "# X-rays\n")
    files = (folder / "neutron-sq.txt", folder / "neutron-tr.txt")
    made = carvsdb("refine", "init", folder / "start.xyz", *files, "-o", folder / "run.toml", "--json")
    assert made.code == 0
    # Of what `sq` can mean S(Q)-1 fits better.
    assert [data["reading"] for data in made.json["data"]] == ["S(Q)-1", "T(r)"]
    assert "said to be neutron S(Q)-1, but its values are rather those of neutron F(Q)" in made.err
    assert "its name says neutrons, its header X-rays; the header was believed" in made.err
    assert "said to be X-ray T(r), but its values are rather those of X-ray PDF" in made.err
    written = (folder / "run.toml").read_text()
    assert written.count("# CHECK: ") == len(made.json["data"][0]["doubts"]) + len(made.json["data"][1]["doubts"])


def test_scaled_curves_are_known_by_their_shape(folder: Path) -> None:
    """Half of an F(Q), which no scale of 1 fits: the scale is free, and it is no other function for that."""
    x, values = curve(salt(0.1, 2), "xray", "F(Q)")
    write(folder / "xray.fq", x, 0.5 * values)
    made = carvsdb("refine", "init", folder / "start.xyz", folder / "xray.fq", "-o", folder / "run.toml", "--json")
    assert made.code == 0
    (data,) = made.json["data"]
    assert (data["kind"], data["reading"], data["scale"]) == ("xray", "F(Q)", "free")
    assert len(data["doubts"]) == 1
    assert "the start fits best with a scale of 0.5" in data["doubts"][0]


@pytest.mark.parametrize(("n_more", "words"), [(2, "columns 3 and 4 could both be errors"), (3, "got 5")])
def test_columns_that_are_not_plain(folder: Path, n_more: int, words: str) -> None:
    x, values = curve(salt(0.1, 2), "xray", "F(Q)")
    rows = zip(x.tolist(), values.tolist(), strict=True)
    text = "".join(f"{q:.4f} {f:.6f} {' '.join(f'0.{k + 1}' for k in range(n_more))}\n" for q, f in rows)
    (folder / "xray.fq").write_text(text)
    made = carvsdb("refine", "init", folder / "start.xyz", folder / "xray.fq", "-o", folder / "run.toml")
    assert made.code == 0
    assert made.err.count("only the first two columns were taken") == 1
    assert words in made.err
    (data,) = tomllib.loads((folder / "run.toml").read_text())["data"]
    assert data["columns"] == [1, 2]


def test_deuterium_is_asked_for(shared: Path, tmp_path: Path) -> None:
    """Of a deuterated ZIF; its imidazolates are found by their bonds, and hard spheres leave these out."""
    start = read_model(shared / "data/cells/zif-sod-204.xyz")
    shaken = start.moved_to(start.positions + np.random.default_rng(0).normal(0, 0.03, (204, 3)))
    write(tmp_path / "neutron.fq", *curve(shaken, "neutron", "F(Q)", deuterium=0.9))
    write(tmp_path / "neutron.gr", *curve(shaken, "neutron", "G(r)", deuterium=0.9))
    write_model(start, tmp_path / "zif.cif")
    made = carvsdb(
        *("refine", "init", tmp_path / "zif.cif", tmp_path / "neutron.fq", tmp_path / "neutron.gr"),
        *("-o", tmp_path / "run.toml", "--json"),
    )
    assert made.code == 0
    config = tomllib.loads((tmp_path / "run.toml").read_text())
    assert [data["deuterium"] for data in config["data"]] == [0.9, 0.9]
    assert made.err.count("deuterium = 0.90 suits the start best") == 1
    assert config["start"]["molecules"] == "bonds"
    assert set(config["start"]["bonds"]) == {"C-H", "C-N"}
    assert made.json["molecules_found"] == "24 C3H3N2; 12 atoms move alone"
    assert config["constraints"]["hard_spheres"]["N-Zn"] > 1.7
    assert config["constraints"]["hard_spheres"]["C-C"] > 2.5


def test_a_beginning_runs_at_once_and_gives_its_curves(tmp_path: Path) -> None:
    """As a new user: a model, two curves, four commands."""
    write_model(silicon(jitter=0.05), tmp_path / "si.xyz")
    other = silicon(jitter=0.1, seed=3)
    write(tmp_path / "si neutron sq.txt", *curve(other, "neutron", "S(Q)"))
    write(tmp_path / "si-\u00fc-xray.gr", *curve(other, "xray", "PDF"), "mode = xray\noutputtype = gr\nqmax = 25\n")
    (tmp_path / "runs").mkdir()
    config = tmp_path / "runs" / "first.toml"
    files = (tmp_path / "si neutron sq.txt", tmp_path / "si-\u00fc-xray.gr")
    made = carvsdb("refine", "init", tmp_path / "si.xyz", *files, "-o", config)
    assert made.code == 0
    assert f"run it: carvsdb refine run {config}" in made.out
    before = carvsdb("refine", "score", config, "--json").json
    config.write_text(
        config.read_text().replace("moves = 2000\nequilibration = 200", "moves = 300\nequilibration = 30")
    )
    ended = carvsdb("refine", "run", config, "--json")
    assert ended.code == 0
    assert ended.json["chi2"] < before["chi2"]
    assert not any(ended.json["violations"].values())
    assert (tmp_path / "runs/first/model.xyz").exists()


def test_nothing_is_overwritten(folder: Path) -> None:
    write(folder / "neutron.fq", *curve(salt(0.1, 2), "neutron", "F(Q)"))
    config = folder / "run.toml"
    config.write_text("mine")
    refused = carvsdb("refine", "init", folder / "start.xyz", folder / "neutron.fq", "-o", config)
    assert refused.code == 7
    assert "run.toml: exists already" in refused.err
    assert "--force" in refused.err
    assert config.read_text() == "mine"
    assert carvsdb("refine", "init", folder / "start.xyz", folder / "neutron.fq", "-o", config, "--force").code == 0
    assert tomllib.loads(config.read_text())["data"]


def test_potentials_and_what_cannot_be_begun(folder: Path, shared: Path) -> None:
    def sentence(*arguments: str | Path, code: int = 3) -> str:
        found = carvsdb("refine", "init", *arguments, "-o", folder / "no.toml")
        assert found.code == code
        assert not (folder / "no.toml").exists()
        return found.err

    start = folder / "start.xyz"
    potential = shared / "data/amorphous-mof/mlips/zif-ace-24.yace"
    assert "neither a curve nor a potential" in sentence(start)
    assert "is a second model" in sentence(start, start)
    assert "potential zif-ace-24.yace has no element Cl, Na" in sentence(start, potential)
    assert "there is no such file" in sentence(start, folder / "nothing.fq")
    electrons = write(folder / "e.gr", R, R, "[DEFAULT]\nmode = electrons\n")
    assert "electron diffraction" in sentence(start, electrons)
    cell = shared / "data/cells/zif-sod-204.xyz"
    made = carvsdb("refine", "init", cell, "--potential", potential, "-o", folder / "ace.toml", "--json")
    assert made.code == 0
    config = tomllib.loads((folder / "ace.toml").read_text())
    assert config["potential"]["kind"] == "ace"
    assert "data" not in config


def test_hard_spheres_of_packings_and_overlaps() -> None:
    """A random packing has no bonds: its contacts are not to keep them from being made."""
    cell = 10 * np.eye(3)
    loose = AtomicModel(("Si", "O", "O"), np.array([[0, 0, 0], [0, 0, 2.5], [0, 2.5, 0]], np.float64), cell)
    found = {sphere.pair: sphere for sphere in spheres_of(loose, 0.95)}
    assert found["O-Si"].doubt == NO_BOND
    assert found["O-Si"].distance == 1.5
    assert found["O-O"].doubt == ""
    near = AtomicModel(("Si", "O", "O"), np.array([[0, 0, 0], [0, 0, 1.6], [0, 0, 2.0]], np.float64), cell)
    found = {sphere.pair: sphere for sphere in spheres_of(near, 0.95)}
    assert found["O-O"].doubt == OVERLAP
    assert (found["O-Si"].distance, found["O-Si"].doubt) == (1.52, "")
    assert (
        spheres_of(AtomicModel(("Ar", "Ar"), np.array([[0, 0, 0], [0, 0, 3.7]], np.float64), cell), 0.95)[0].doubt == ""
    )


@pytest.mark.parametrize(
    ("elements", "found", "molecules"),
    [
        (("O", "H", "H"), "1 H2O", "bonds"),
        (("O", "D", "D"), "1 D2O", "bonds"),
        (("Zn", "H", "H"), "none", "none"),
    ],
)
def test_pieces(elements: tuple[str, ...], found: str, molecules: str) -> None:
    model = AtomicModel(elements, np.array([[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]], np.float64), 9 * np.eye(3))
    pieces = find_pieces(model)
    assert (pieces.found, pieces.molecules) == (found, molecules)


def test_names_of_files_are_text_and_no_toml(tmp_path: Path, folder: Path) -> None:
    """Quotes, backslashes and brackets of names stay in their string, and those of headers in their comment."""
    name = 'a "quoted" \\ name]].txt'
    header = '# Neutron F(Q)\x07"]]\n# [outputs]\n'
    write(folder / name, *curve(salt(0.1, 2), "neutron", "F(Q)"), header)
    made = carvsdb("refine", "init", folder / "start.xyz", folder / name, "-o", folder / "run.toml")
    assert made.code == 0
    config = tomllib.loads((folder / "run.toml").read_text())
    assert config["data"][0]["file"] == name
    assert set(config) == {"start", "data", "constraints", "moves", "run"}
