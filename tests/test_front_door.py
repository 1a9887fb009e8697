"""What a new user types first: names with a dash, columns that are not there, narrow terminals, no catalogue."""

from pathlib import Path

import pytest
from program import carvsdb

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


def test_the_supporting_information_names_each_reference_in_a_line(empty: Path) -> None:
    (empty / "pcu.cgd").write_text(CUBIC)
    lines = carvsdb("describe", "--si", "pcu.cgd").out.splitlines()
    cited = lines[[line.startswith("  to cite") for line in lines].index(True) :]
    assert len(cited) == len(carvsdb("cite", "pcu.cgd").out.splitlines())


def test_help_is_not_cut() -> None:
    assert "..." not in carvsdb("-h").out.partition("Commands:")[2].replace("FILE...", "")


def test_what_is_no_file_is_told_from_what_is_no_name(empty: Path) -> None:
    assert "nor is there such a file" in carvsdb("similar", "missing.cif").err
    (empty / "net.cgd").write_text(CUBIC)
    assert "ingest the file first" in carvsdb("distance", "net.cgd", "dia").err
