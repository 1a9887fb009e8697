"""Answers as files and tables: each form holds what the JSON holds, and no cell is obeyed by anybody."""

import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from program import carvsdb

from carvsdb.catalogue import Catalogue
from carvsdb.cli.row_formats import flat
from carvsdb.escaping import csv_text, escaped
from carvsdb_ingest import ingest_collection, source_named
from carvsdb_ingest.writers.cgd import write_cgd

SQUARE = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"
CUBIC = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\nEND\n"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("answers") / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        ingest_collection(catalogue, source_named("exact-nets"))
    return path


QUESTIONS: dict[str, tuple[tuple[str, ...], Callable[[Any], Any]]] = {
    "list": (("list", "--max-nodes", "4"), lambda document: document),
    "similar": (("similar", "sod", "-k", "4"), lambda document: document["hits"]),
    "containing": (("containing", "mtn"), lambda document: document["nets"]),
    "sorts": (("containing", "mtn", "--sorts"), lambda document: document["sorts"]),
    "duplicates": (("duplicates", "--by", "vector"), lambda document: document),
    "nets": (("duplicates", "--nets"), lambda document: document),
    "show": (("show", "tbo"), lambda document: [_shown(document)]),
    "describe": (("describe", "."), lambda document: document),
    "distance": (("distance", "dia", "lon", "sod"), lambda document: _pairs(document)),
    "cite": (("cite", "dia"), lambda document: document),
    "environments": (("similar", "mtn", "--environments"), lambda document: document["environments"]),
    "nothing": (("list", "--max-nodes", "1", "--min-nodes", "9"), lambda document: document),
    "sql": (("sql", "SELECT label, sigma, names, NULL AS nothing FROM entry ORDER BY 1"), lambda document: document),
}


def _shown(document: dict[str, Any]) -> dict[str, Any]:
    return {**document["description"], **{name: one for name, one in document.items() if name != "description"}}


def _pairs(document: dict[str, Any]) -> list[dict[str, Any]]:
    labels = document["labels"]
    return [
        {"first": labels[a], "second": labels[b]} | {name: document[field][a][b] for name, field in PAIR.items()}
        for a in range(len(labels))
        for b in range(a + 1, len(labels))
    ]


def _from_parquet(kept: Any, value: Any) -> Any:
    """Return what Parquet holds of a value: what nests deeper than a list is JSON there."""
    return json.loads(kept) if isinstance(kept, str) and not isinstance(value, str) else kept


PAIR = {"distance": "matrix", "noise": "noise", "noise_kind": "noise_kind", "words": "words"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_form_holds_what_the_json_holds(
    question: str, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, rows_of = QUESTIONS[question]
    if question == "describe":
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a.cgd").write_text(SQUARE)
        (tmp_path / "b.cgd").write_text(CUBIC)
        arguments = (*arguments, "--columns", "label,name,n_nodes,carvs,point_symbols,key,quality,ring_counts,td10")
    else:
        arguments = (*arguments, "--db", str(stored))
    rows = [flat(row) for row in rows_of(carvsdb(*arguments, "--json").json)]
    if question == "nothing":
        for form in ("csv", "jsonl", "markdown", "latex", "parquet"):
            assert carvsdb(*arguments, "--format", form, "-o", tmp_path / form).code == 0
        return
    assert rows
    assert carvsdb(*arguments, "--format", "json").json == carvsdb(*arguments, "--json").json
    assert carvsdb(*arguments, "--format", "jsonl").json_lines == rows
    read = list(csv.reader(io.StringIO(carvsdb(*arguments, "--format", "csv").out)))
    assert read[0] == list(rows[0])
    for cells, row in zip(read[1:], rows, strict=True):
        for cell, value in zip(cells, row.values(), strict=True):
            if isinstance(value, str):
                assert cell == csv_text(value)  # with an apostrophe where a spreadsheet would obey
            elif isinstance(value, bool):
                assert cell == str(value)
            else:
                assert (json.loads(cell) if cell else None) == value
    file = tmp_path / "answer.parquet"
    assert carvsdb(*arguments, "-o", file).code == 0
    kept = pq.read_table(file).to_pylist()
    assert [
        {name: _from_parquet(one[name], value) for name, value in row.items()}
        for one, row in zip(kept, rows, strict=True)
    ] == rows
    for form, cells_of in (("markdown", _markdown_cells), ("latex", _latex_cells)):
        # What is printed has the columns that are read; all are there on request.
        all_columns = () if "--columns" in arguments else ("--columns", ",".join(rows[0]))
        assert set(cells_of(carvsdb(*arguments, "--format", form).out)[0]) <= set(rows[0])
        head, *body = cells_of(carvsdb(*arguments, "--format", form, *all_columns).out)
        assert head == list(rows[0])
        for cells, row in zip(body, rows, strict=True):
            assert [_read_back(cell, value) for cell, value in zip(cells, row.values(), strict=True)] == [*row.values()]


def _markdown_cells(text: str) -> list[list[str]]:
    lines = [re.split(r"(?<!\\) \| ", line[2:-2]) for line in text.splitlines()]
    assert lines.pop(1) == ["---"] * len(lines[0])
    return [[re.sub(r"\\([\\|`*_^~$&<>\[\]])", r"\1", cell) for cell in line] for line in lines]


LATEX = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\AA{}": "Å",
    r"$\sigma$": "σ",
    r"$\pm$": "±",
    r"$\times$": "×",
    r"\textsuperscript{2}": "²",
    r"\textsuperscript{3}": "³",
    r"\textsuperscript{-}": "⁻",
    r"\textsuperscript{1}": "¹",
    r"\textbar{}": "|",
    r"\char34{}": '"',
    **{f"\\{character}": character for character in "&%$#_{}"},
    "{}": "",
}


def _latex_cells(text: str) -> list[list[str]]:
    begin, *lines, end = [line for line in text.splitlines() if line != r"\hline"]
    assert re.fullmatch(r"\\begin\{tabular\}\{l+\}", begin)
    assert end == r"\end{tabular}"
    command = re.compile("|".join(map(re.escape, LATEX)))
    cells = [re.split(r"(?<!\\) & ", line.removesuffix(r" \\")) for line in lines]
    return [[command.sub(lambda found: LATEX[found[0]], cell) for cell in line] for line in cells]


def _read_back(cell: str, value: Any) -> Any:
    """Return the value that is read in a cell, where one of that kind stands in the JSON."""
    if isinstance(value, str):
        return value if cell == escaped(value) else cell  # line ends and the like are written as escapes
    if value is None:
        return cell or None
    if isinstance(value, bool):
        return {"True": True, "False": False}[cell]
    if isinstance(value, int | float) or (cell[:1] in ("[", "{") and not value):
        return json.loads(cell)
    try:
        return json.loads(cell)
    except ValueError:
        parts = cell.split(", ")
    if isinstance(value, dict):
        return {name: int(number) for name, _, number in (part.rpartition(" x") for part in parts)}
    return [part if isinstance(one, str) else json.loads(part) for part, one in zip(parts, value, strict=True)]


def test_distances_are_a_row_a_pair(stored: Path) -> None:
    document = carvsdb("distance", "dia", "lon", "sod", "--db", stored, "--json").json
    pairs = carvsdb("distance", "dia", "lon", "sod", "--db", stored, "--format", "jsonl").json_lines
    assert [(pair["first"], pair["second"]) for pair in pairs] == [("dia", "lon"), ("dia", "sod"), ("lon", "sod")]
    assert [pair["distance"] for pair in pairs] == [document["matrix"][a][b] for a, b in ((0, 1), (0, 2), (1, 2))]


def test_a_folder_becomes_one_table(tmp_path: Path) -> None:
    nets = tmp_path / "nets"
    nets.mkdir()
    (nets / "a.cgd").write_text(SQUARE)
    (nets / "b.cgd").write_text(CUBIC)
    (nets / "c.cgd").write_text("nonsense")
    done = carvsdb("describe", nets, "-o", tmp_path / "table.csv")
    assert done.code == 6
    assert "c.cgd" in done.err
    rows = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text())))
    assert [(row["label"], row["name"], row["carvs.symbol"]) for row in rows] == [
        ("a", "sql", "{4(4)}"),
        ("b", "pcu", "{4(12).6(24)}"),
    ]
    chosen = carvsdb("describe", nets, "--format", "markdown", "--columns", "label,name").out
    assert chosen == "| label | name |\n| --- | --- |\n| a | sql |\n| b | pcu |\n"
    document = carvsdb("describe", nets, "--format", "json", "-o", tmp_path / "table.json")
    assert document.code == 6
    assert [one["name"] for one in json.loads((tmp_path / "table.json").read_text())] == ["sql", "pcu"]


def test_what_was_written_is_not_overwritten(stored: Path, tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    file.write_text("mine")
    assert carvsdb("list", "--db", stored, "-o", file).code == 7
    assert file.read_text() == "mine"
    assert carvsdb("list", "--db", stored, "-o", file, "--force").code == 0
    assert file.read_text().startswith("label,")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-o", "answer.csv", "--format", "json"),
        ("-o", "answer.png"),
        ("--json", "--format", "csv"),
        ("--format", "excel"),
    ],
)
def test_what_disagrees_is_usage(
    arguments: tuple[str, ...], stored: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert carvsdb("list", "--db", stored, *arguments).code == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "options", ["--same-coordination", "--environments --metric ring-sizes", "--environments --kind crystalline"]
)
def test_what_would_be_passed_over_is_usage(options: str, stored: Path) -> None:
    assert carvsdb("similar", "sod", *options.split(), "--db", stored).code == 2


def test_a_column_that_is_not_there_is_named(stored: Path) -> None:
    done = carvsdb("list", "--db", stored, "--columns", "label,colour")
    assert done.code == 3
    assert "no column 'colour'; it has label, name" in done.err


def test_cells_are_text_to_everybody(stored: Path) -> None:
    query = """SELECT '=cmd|x' AS a, 'b|<i>_%' AS b, chr(27) || '[31m' AS c"""
    assert carvsdb("sql", query, "--db", stored, "--format", "csv").out.splitlines()[1].startswith("'=cmd|x,b|<i>_%,")
    markdown = carvsdb("sql", query, "--db", stored, "--format", "markdown").out
    assert r"| =cmd\|x | b\|\<i\>\_% |" in markdown
    latex = carvsdb("sql", query, "--db", stored, "--format", "latex").out
    assert r"b\textbar{}\textless{}i\textgreater{}\_\%" in latex
    for form in ("csv", "markdown", "latex", "table", "json", "jsonl"):
        assert "\x1b" not in carvsdb("sql", query, "--db", stored, "--format", form).out


def test_symbols_are_not_set_as_marks_of_the_text_around(stored: Path) -> None:
    query = "SELECT '[4.6]' AS a, '{6^2.8~2_}$&' AS b UNION ALL SELECT '*--', ''"
    latex = carvsdb("sql", query, "--db", stored, "--format", "latex").out
    # An end of line takes what follows in brackets, or a star, for its option.
    assert "\n{}[4.6] & " in latex
    assert "\n{}*-{}- & " in latex
    markdown = carvsdb("sql", query, "--db", stored, "--format", "markdown").out
    assert r"{6\^2.8\~2\_}\$\&" in markdown


def test_names_that_are_no_text_stand_escaped_in_parquet(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"latin\xe9.cgd")).write_text(SQUARE)
    done = carvsdb("describe", tmp_path, "--columns", "label,names,n_nodes", "-o", tmp_path / "a.parquet")
    assert done.code == 0
    assert pq.read_table(tmp_path / "a.parquet").column("label").to_pylist() == [r"latin\udce9"]


def test_nothing_is_cut_where_no_terminal_is(stored: Path) -> None:
    done = carvsdb("sql", "SELECT range AS n FROM range(1500)", "--db", stored)
    assert len(done.out.splitlines()) == 1501
    cut = carvsdb("sql", "SELECT range AS n FROM range(1500)", "--db", stored, "--limit", "3", "--json")
    assert cut.json == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert "1497 more rows" in cut.err


def test_show_as_a_row(stored: Path) -> None:
    document = carvsdb("show", "sod", "--db", stored, "--json").json
    (row,) = carvsdb("show", "sod", "--db", stored, "--format", "jsonl").json_lines
    assert row["kind"] == document["kind"]
    assert row["carvs.sigma"] == document["description"]["carvs"]["sigma"]


def test_standard_input_and_a_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SQUARE.encode())))
    assert carvsdb("describe", "-", "--input-format", "cgd", "--json").json["name"] == "sql"
    assert carvsdb("describe", "-").code == 2
    file = tmp_path / "net.cgd"
    file.write_text(CUBIC)
    alone = carvsdb(file, "--json")
    assert alone.code == 0
    assert alone.json["name"] == "pcu"
    assert "carvsdb describe" in alone.err
    assert carvsdb("describe", "-h").code == 0


def test_supporting_information_of_tbo_and_of_two_nets(tmp_path: Path, stored: Path) -> None:
    with Catalogue(stored) as catalogue:
        net = catalogue.net("tbo")
    write_cgd(net, tmp_path / "tbo.cgd")
    lines = carvsdb("describe", "--si", tmp_path / "tbo.cgd").out.splitlines()
    assert "  point symbol        {6^2.8^2.10^2}3{6^3}4" in lines
    assert "  nodal coordination  3,4-c" in lines
    assert "  interpenetration    none" in lines
    assert any("doi:10.1021/ar800124u" in line for line in lines)
    twice = tmp_path / "twice.cgd"
    twice.write_text(
        "PERIODIC_GRAPH\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\n 2 2 1 0 0\n 2 2 0 1 0\n 2 2 0 0 1\nEND\n"
    )
    assert "  interpenetration    twofold" in carvsdb("describe", "--si", twice).out
    unnamed = tmp_path / "unnamed.cgd"
    unnamed.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0 0\n 1 1 0 1 0\n 1 1 0 0 1\n 1 1 1 2 3\n 1 1 3 1 2\nEND\n")
    assert "  underlying net      none; ck1:" in carvsdb("describe", "--si", unnamed).out
    piece = tmp_path / "piece.cgd"
    piece.write_text("PERIODIC_GRAPH\nEDGES\n 1 2 0 0 0\n 2 3 0 0 0\nEND\n")
    assert "  transitivity        none\n" in carvsdb("describe", "--si", piece).out


def test_sentences_about_many_files_fold_into_counts(tmp_path: Path, shared: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.cif").write_bytes((shared / "data" / "cifs" / "ZIF-8.cif").read_bytes())
    done = carvsdb("describe", str(tmp_path), "--format", "csv")
    assert done.err.count("guests left out: 16 O") == 5
    assert "2 more: guests left out\n" in done.err
    assert carvsdb("describe", str(tmp_path), "--verbose", "--format", "csv").err.count("guests left out: 16 O") == 7


def test_formula_and_density_stand_without_guests(shared: Path) -> None:
    done = carvsdb("describe", shared / "data" / "cifs" / "MOF-5.cif")
    assert "C6H2CuO5, 0.949 g/cm³ without guests; C6H2CuO7, 1.088 g/cm³ with them" in done.out
    one = carvsdb("describe", shared / "data" / "cifs" / "MOF-5.cif", "--json").json
    # 96 O fewer in the cell, and nothing else.
    mass = {"C6H2CuO5": 72.066 + 2.016 + 63.546 + 79.995, "C6H2CuO7": 72.066 + 2.016 + 63.546 + 111.993}
    assert one["framework_density"] / one["density"] == pytest.approx(
        mass[one["framework_formula"]] / mass[one["formula"]], rel=1e-3
    )
    none = carvsdb("describe", shared / "data" / "cifs" / "HKUST-1.cif", "--json").json
    assert (none["framework_formula"], none["framework_density"]) == (None, None)
