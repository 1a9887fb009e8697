"""A hundred names and paths of somebody else: what is stored, what is refused, and that nothing of it is obeyed."""

import io
import os
import re
import socket
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from program import carvsdb

from carvsdb.catalogue import Catalogue
from carvsdb.cli.output import escaped_streams, say, table
from carvsdb.errors import InputError
from carvsdb.escaping import csv_text, escaped, escaped_json, escaped_lines, figure_text
from carvsdb.plots.rings import RingSeries, plot_rings
from carvsdb.regular_file import open_regular
from carvsdb.releases.card import read_card
from carvsdb.yaml_text import load_yaml
from carvsdb_ingest.readers.paths import net_files
from carvsdb_ingest.tasks.pipeline import ingest_files
from carvsdb_refine.report.page import Section, page

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not allow")

SQL = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

CONTROLS = [f"a{chr(code)}b" for code in (*range(1, 32), 127, *range(128, 160, 4))]
MARKS = [f"a{mark}b" for mark in "\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"]
MARKS += [f"a{mark}b" for mark in "\u2060\u2066\u2067\u2068\u2069\ufeff\ufff9\ufffb\xad\U000e0041\U0001d173"]
SEQUENCES = ["\x1b[2J", "\x1b]0;title\x07", "\x1b[31mred\x1b[0m", "\x1b]8;;http://x\x07link", "\x9b2J", "\x1bP+q\x1b\\"]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "=cmd|'/c calc'!A1"]
MARKUP = ["<script>alert(1)</script>", "a&b", "\"'>", "$x", "$\\frac{1}{2}$", "_hidden", "a_b^c", "{x}", "%s%n", "`id`"]
ORDINARY = ["Zn–Im 日本", "ñ", "e\u0301", "שלום", "-rf", "--help", " ", "a b", "~", "*", "?", "#1", "a#b", "con", "nul"]
BYTES = [b"\xff", b"caf\xe9", b"\xed\xa0\x80", b"\xc3\x28", b"\xf8\x88"]
NAMES = [*CONTROLS, *MARKS, *SEQUENCES, *FORMULAS, *MARKUP, *ORDINARY]


def clean(text: str) -> bool:
    return not OBEYED.search(text)


def test_a_hundred_names() -> None:
    assert len(NAMES) + len(BYTES) >= 100


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_shown_and_not_obeyed(name: str) -> None:
    for shown in (escaped(name), figure_text(name), escaped_lines(name), escaped_json(f'"{name}"')):
        assert clean(shown.replace("\n", "").replace("\t", ""))
    assert "\n" not in escaped(name)
    assert not csv_text(name).startswith(("=", "+", "-", "@"))
    assert not figure_text(name).startswith("_")
    assert clean(page(name, name, [Section(name, [name])]).replace("\n", ""))
    assert "<script" not in page(name, name, [Section(name, [name])])
    assert table([[name]], ["name"]).count("\n") == 1


def test_ordinary_names_stay_as_they_are() -> None:
    assert [escaped(name) for name in ORDINARY] == ORDINARY


def test_names_in_a_catalogue_and_on_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "nets"
    folder.mkdir()
    names = [name for name in NAMES if "/" not in name]
    for number, name in enumerate(names):
        (folder / f"{name}{number}.cgd").write_text(SQL + f"# {number}\n")
    for raw in BYTES:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + raw + b".cgd")).write_text(SQL)
    db = tmp_path / "a.duckdb"
    done = carvsdb("ingest", folder, "--db", db, "--json")
    assert done.code == 6
    assert (done.json["added"], len(done.json["rejected"])) == (len(names), len(BYTES))
    assert all("no UTF-8" in one["message"] for one in done.json["rejected"])
    assert clean((done.out + done.err).replace("\n", ""))
    for command in (("list",), ("list", "--json"), ("sql", "SELECT label FROM entry"), ("show", "_hidden")):
        shown = carvsdb(*command, "--db", db)
        assert shown.code in (0, 4)
        assert clean((shown.out + shown.err).replace("\n", ""))
    with Catalogue.open(db, read_only=True) as catalogue:
        assert len(catalogue) == len(names)
    again = carvsdb("ingest", folder, "--db", db, "--json")
    assert (again.json["added"], again.json["unchanged"]) == (0, len(names))


@pytest.mark.parametrize(
    "kind", ["pipe", "socket", "device", "folder", "missing", "dangling", "loop", "long", "longer"]
)
def test_what_is_no_file_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.cgd"
    with socket.socket(socket.AF_UNIX) as server:
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "socket":
            server.bind(os.path.relpath(path))
        elif kind == "device":
            path = Path("/dev/zero")
        elif kind == "folder":
            path = tmp_path
        elif kind == "dangling":
            path.symlink_to(tmp_path / "nothing")
        elif kind == "loop":
            path.symlink_to(path)
        elif kind in ("long", "longer"):
            path = tmp_path / ("a" * (300 if kind == "long" else 5000) + ".cgd")
        began = time.monotonic()
        with pytest.raises(InputError):
            open_regular(path)
        with Catalogue.in_memory() as catalogue:
            if kind == "folder":
                with pytest.raises(InputError, match="holds no file"):
                    net_files([path])
            else:
                ((_, error),) = ingest_files(catalogue, net_files([path])).rejected
                assert isinstance(error, InputError)
        assert time.monotonic() - began < 5


def test_odd_files_of_a_folder_do_not_stop_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.cgd")
    (tmp_path / "dangling.cif").symlink_to("nothing")
    (tmp_path / "folder.cgd").mkdir()
    (tmp_path / "good.cgd").write_text(SQL)
    with Catalogue.in_memory() as catalogue:
        report = ingest_files(catalogue, net_files([tmp_path]))
    assert (report.added, len(report.rejected)) == (["good"], 2)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_that_knows_few_characters(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(written, encoding=encoding))
    with escaped_streams():
        say("σ 日本 \x1b[2J \udcff")
        print("Å\u202e", file=sys.stderr)
        sys.stderr.flush()
    text = written.getvalue().decode(encoding)
    assert clean(text.replace("\n", ""))
    assert text.endswith("\n")
    assert "\\x1b[2J \\udcff" in text


@pytest.mark.parametrize("label", [*MARKUP, "\x1b[2J", "a\nb"], ids=ascii)
def test_figures_draw_names_letter_by_letter(label: str, tmp_path: Path) -> None:
    plot_rings([RingSeries(label, [np.array([0.0, 0.0, 1.0, 2.0])])], tmp_path / "a.svg", title=label)
    assert (tmp_path / "a.svg").stat().st_size > 1000


def test_cards_of_others(tmp_path: Path, shared: Path) -> None:
    path = tmp_path / "card.yaml"
    for text, sentence in (
        ((shared / "cases/hostile/lol_title.yaml").read_text(), "aliases expanded"),
        ("created: 2026-13-45\n", "'2026-13-45' is no value of its kind"),
        ("name: " + "9" * 10**5, "no value of its kind"),
        ("[" * 10**4, "nested more than 50"),
        ("a: &a [*a]\n", "stands for nothing that is complete"),
        ("a: !!python/object/apply:os.system [id]\n", "could not determine a constructor"),
        ("{" * 60, "nested more than 50"),
        ("- 1\n", "is no card"),
        ("a: 1e999999\nb: .inf\n", "field"),
        ("a: \x1b[2J\n", "is no YAML"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=re.escape(sentence)) as refused:
            read_card(path)
        assert len(str(refused.value)) < 600
    assert load_yaml("a: &x {b: 1}\nc: *x\n") == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_in_folders_of_others(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever lies in the place of a file that a command opens is refused, and nothing waits."""
    monkeypatch.chdir(tmp_path)
    names = ["card.yaml", "names.tsv", "run.toml", "a.zip", "a.whl", "a.tar.gz", "p.yace", "d.data", "r/run.json"]
    names += ["r/checkpoint.npz", "t/SHA256SUMS", "t/manifest.json", "x.arc", "x.ivf"]
    for name in names:
        Path(name).parent.mkdir(exist_ok=True)
        if kind == "pipe":
            os.mkfifo(name)
        elif kind == "device":
            Path(name).symlink_to("/dev/zero")
        else:
            Path(name).mkdir()
    began = time.monotonic()
    for arguments, codes in (
        (("describe", "d.data"), {3}),
        (("rings", "d.data", "-o", "o.parquet"), {3}),
        (("ingest", "a.tar.gz", "d.data", "--db", "n.duckdb"), {3, 6}),
        (("ingest", "--source", "rcsr", "--from", "a.zip", "--db", "n.duckdb"), {3, 4}),
        (("ingest", "--source", "rcsr", "--from", "a.whl", "--db", "n.duckdb"), {3, 4}),
        (("ingest", "--source", "core-mof", "--from", "a.tar.gz", "--db", "n.duckdb"), {3, 4}),
        (("archive", "import", "x.arc", "--names", "o.tsv"), {3, 6}),
        (("archive", "apply", "--names", "names.tsv", "--db", "n.duckdb"), {3, 4}),
        (("crosscheck", "x.arc"), {3, 5}),
        (("release", "build", "card.yaml", "-o", "o", "--db", "n.duckdb"), {2, 3, 4}),
        (("release", "verify", "t"), {8}),
        (("db", "import", "t", "--db", "n.duckdb"), {3, 8}),
        (("refine", "score", "run.toml"), {3}),
        (("refine", "status", "r"), {3, 4}),
        (("refine", "resume", "run.toml"), {3}),
    ):
        done = carvsdb(*arguments)
        assert done.code in codes, (arguments, done)
        assert "Traceback" not in done.err
    assert time.monotonic() - began < 60


HEADERS = [
    '{"provenance": {"a": "\\ud800"}}', '{"provenance": {"\\udfff": 1}}', '{"provenance": {"a": NaN, "b": 1e999}}',
    '{"provenance": {"a": ' + "9" * 5000 + "}}", '{"provenance": {"a": ' + "[" * 900 + "]" * 900 + "}}",
    "[" * 10**5, '{"kind": "\\ud800"}', '{"provenance": [1]}', '"\\ud800"', "null",
]  # fmt: skip


def test_comments_of_others_stop_nothing(tmp_path: Path) -> None:
    """Halves of characters and nesting ended an ingest of many files."""
    for number, text in enumerate(HEADERS):
        (tmp_path / f"{number}.cgd").write_text(f"# carvsdb: {text}\n{SQL}")
    (tmp_path / "good.cgd").write_text('# carvsdb: {"provenance": {"a": "\\u0000\\u001b[2J"}}\n' + SQL)
    db = tmp_path / "n.duckdb"
    done = carvsdb("ingest", tmp_path, "--verbose", "--db", db, "--json")
    assert (done.code, done.json["added"]) == (0, len(HEADERS) + 1)
    assert done.err.count("cannot be read and was skipped") == len(HEADERS)
    assert clean(done.err.replace("\n", ""))
    assert carvsdb("db", "verify", "--db", db).code == 0
    shown = carvsdb("show", "good", "--db", db)
    assert clean(shown.out.replace("\n", ""))


def test_words_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.cgd").write_text(SQL)
    db, half = tmp_path / "n.duckdb", "a\udcff"
    refused = carvsdb("ingest", tmp_path / "a.cgd", "--label", half, "--db", db)
    assert (refused.code in (3, 6), "halves of characters" in refused.err) == (True, True), refused
    assert carvsdb("ingest", tmp_path / "a.cgd", "--retry", "--db", db).code == 0
    for arguments in (
        ("show", half), ("similar", half), ("distance", "a", half), ("list", "--name", half), ("containing", half),
        ("sql", f"SELECT '{half}'"), 
        ("db", "export", tmp_path / half), ("db", "backup", tmp_path / half), ("db", "snapshot", tmp_path / half),
    ):  # fmt: skip
        done = carvsdb(*arguments, "--db", db)
        assert done.code in (3, 4, 6), (arguments, done)
        assert clean(done.err.replace("\n", ""))
    assert carvsdb("list", "--db", tmp_path / half).code == 4
    assert carvsdb("ingest", tmp_path / "a.cgd", "--db", tmp_path / half).code == 3
    assert {one.name for one in tmp_path.iterdir()} == {"a.cgd", "n.duckdb"}


@pytest.mark.parametrize("name", ["x" * 300, "a.cgd/x", "x" * 250])
def test_places_that_are_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.cgd").write_text(SQL)
    for arguments in (
        ("rings", "a.cgd", "-o", f"{name}.parquet"),
        ("generate", "wooten-winer-weaire", "--nodes", "8", "-o", f"{name}.cgd"),
        ("ingest", "a.cgd", "--db", f"{name}.duckdb"),
        ("archive", "import", "a.cgd", "--names", name),
    ):
        done = carvsdb(*arguments)
        assert done.code in ((0, 2, 3, 7) if name == "x" * 250 else (2, 3, 7)), (arguments, done)
        assert "Traceback" not in done.err
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "name", ["a#b%20;'\" ü.duckdb", "-x.duckdb", "a\x1b[2J.duckdb", ":memory:", "md:a", "sqlite:a"]
)
def test_a_catalogue_may_have_any_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.cgd").write_text(SQL)
    assert carvsdb("ingest", "net.cgd", f"--db={name}").code == 0
    assert [row["label"] for row in carvsdb("list", "--json", f"--db={name}").json] == ["net"]
    assert carvsdb("db", "snapshot", "md:copy", f"--db={name}").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"net.cgd", name, "md:copy"}


@pytest.mark.parametrize("path", ["a?b.duckdb", "a?access_mode=READ_ONLY", "what?/a.duckdb"])
def test_what_duckdb_takes_for_options_is_refused(path: str, tmp_path: Path) -> None:
    (tmp_path / "what?").mkdir()
    (tmp_path / "net.cgd").write_text(SQL)
    for command in (("ingest", tmp_path / "net.cgd"), ("list",)):
        done = carvsdb(*command, "--db", tmp_path / path)
        assert (done.code, done.out) == (3, ""), done.err
        assert "a catalogue cannot lie where its path has a question mark" in done.err
    assert not list(tmp_path.glob("a*"))
