"""What a new user types first: names with a dash, columns that are not there, narrow terminals, no catalogue."""

import io
from pathlib import Path

import numpy as np
import pytest
from program import Outcome, carvsdb

from carvsdb.cli.output import table
from carvsdb.net import library
from carvsdb_ingest.writers import write_cgd

CUBIC = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\nEND\n"


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "-CLO"),
        ("cite", "dia"),
        ("similar", "-CLO", "-k", "2"),
        ("distance", "-CLO", "sod", "--metric", "ring-sizes"),
        ("containing", "mtn", "--sorts"),
    ],
)
def test_without_a_catalogue_the_nets_that_come_along_are_asked(arguments: tuple[str, ...]) -> None:
    done = carvsdb(*arguments)
    assert done.code == 0
    assert "no catalogue: among the" in done.err
    assert "(reference-nets)" in done.err


def test_names_with_a_dash_keep_their_order_and_options_stay_options() -> None:
    rows = carvsdb("distance", "-CLO", "sod", "-ITV", "--json").json
    assert rows["labels"] == ["-CLO", "sod", "-ITV"]
    assert carvsdb("show", "-CLO", "--json").json["label"] == carvsdb("show", "--json", "--", "-CLO").json["label"]
    for wrong in (("show", "--clo"), ("show", "sod", "-o"), ("describe", "--", "a.cgd", "-o", "b.csv")):
        done = carvsdb(*wrong)
        assert done.code == 2
        assert done.out == ""
    assert "options stand before it" in done.err


def test_a_column_that_is_not_there_is_said_before_any_work(empty: Path) -> None:
    (empty / "a.cgd").write_text("nonsense")
    done = carvsdb("describe", "a.cgd", "--columns", "label,topology", "-o", "a.csv")
    assert done.code == 3
    assert done.err.startswith("the answer has no column 'topology'; it has file, label,")
    assert "a.cgd" not in done.err


@pytest.mark.parametrize("columns", [60, 40])
def test_tables_fit_narrow_terminals(columns: int, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    wide = carvsdb("similar", "sod", "-k", "2").out
    monkeypatch.setattr("carvsdb.cli.output.is_terminal", lambda: True)
    narrow = carvsdb("similar", "sod", "-k", "2").out
    assert max(map(len, wide.splitlines())) > 60
    assert max(map(len, narrow.splitlines())) <= columns
    if columns == 40:
        assert "label     nox" in narrow


def test_two_columns_lose_nothing_and_wide_letters_keep_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    assert table([["骨架", "1"], ["sod", "2"]], ["net", "n"]).splitlines() == ["net   n", "骨架  1", "sod   2"]
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setattr("carvsdb.cli.output.is_terminal", lambda: True)
    assert table([["folder", "/a/long/path/of/code"]], ["what", "here"]).splitlines() == [
        "what    here",
        "folder  /a/long/path",
        "        /of/code",
    ]
    assert table([["a", "骨架材料結構の名前", "c"]], ["x", "y", "z"]).splitlines()[1] == "a  骨架材料結構…   c"


def test_the_supporting_information_names_each_reference_in_a_line(empty: Path) -> None:
    (empty / "pcu.cgd").write_text(CUBIC)
    lines = carvsdb("describe", "--si", "pcu.cgd").out.splitlines()
    cited = lines[[line.startswith("  to cite") for line in lines].index(True) :]
    assert len(cited) == len(carvsdb("cite", "pcu.cgd").out.splitlines())


def test_help_is_not_cut() -> None:
    assert "..." not in carvsdb("-h").out.partition("Commands:")[2].replace("FILE...", "")


def test_what_is_no_file_is_told_from_what_is_no_name(empty: Path) -> None:
    assert (missing := carvsdb("MOF-5.cif")).code == 3
    assert missing.err == "MOF-5.cif: there is no such file\n"
    assert carvsdb("describe", "SOD").err == (
        "SOD: there is no such file; `carvsdb show SOD` tells of the net of that name\n"
    )
    assert "nor is there such a file" in carvsdb("similar", "missing.cif").err
    assert "nor is there such a file" in carvsdb("distance", "missing.cif", "sod").err
    (empty / "nets.cgd").write_text(2 * CUBIC)
    for command in ("distance", "similar"):
        done = carvsdb(command, "nets.cgd", *(["sod"] if command == "distance" else []))
        assert "nets.cgd: holds 2 nets; ask about one at a time; ingest the file first" in done.err


@pytest.mark.parametrize("metric", ["carvs", "ring-sizes", "nodes", "shells"])
def test_distances_of_files_are_those_of_their_nets(metric: str, empty: Path) -> None:
    for name in ("mtn", "pcu"):
        write_cgd(library.load(name), empty / f"{name}.cgd")
    names = [("mtn", "mtn.cgd"), ("pcu", "pcu.cgd"), ("lta", "lta")]
    stored, of_files = (
        carvsdb("distance", *(pair[side] for pair in names), "--metric", metric, "--json").json for side in (0, 1)
    )
    assert of_files["matrix"] == pytest.approx(np.array(stored["matrix"]), abs=1e-12)
    assert np.array(stored["matrix"]).max() > 0.1
    assert of_files["labels"] == ["mtn", "pcu", "lta"]
    assert carvsdb("distance", "mtn.cgd", "mtn", "--json").json["labels"] == ["mtn.cgd", "mtn"]


def test_a_net_on_standard_input_is_one_of_the_two(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def given(*arguments: str) -> Outcome:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CUBIC.encode())))
        return carvsdb(*arguments)

    assert given("distance", "-", "pcu", "--input-format", "cgd", "--json").json["matrix"] == [[0, 0], [0, 0]]
    assert given("similar", "-", "-k", "1", "--input-format", "cgd", "--json").json["hits"][0]["label"] == "pcu"
    done = given("distance", "-", "pcu")
    assert done.code == 2
    assert "say what it holds, such as cif" in done.err


def test_files_of_several_clusterings_and_bond_rules_are_said_to_be_so(empty: Path, shared: Path) -> None:
    done = carvsdb("distance", shared / "data" / "cifs" / "HKUST-1.cif", shared / "data" / "cifs" / "ZIF-8.cif")
    assert "nets of several clusterings are compared: single-node (HKUST-1), node-linker (ZIF-8)" in done.err
    assert "HKUST-1 and ZIF-8: different; but their clusterings" in done.out
