"""Exit codes, sentences, help, and what a command imports."""

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from program import carvsdb

from carvsdb.catalogue import Catalogue
from carvsdb.compiled import is_our_way

HEAVY = ("duckdb", "numpy", "sqlmodel", "sqlalchemy", "numba", "sklearn", "umap", "matplotlib", "gemmi", "pyarrow")
SMALL = "CRYSTAL\nNAME a\nGROUP P1\nCELL 1 1 1 90 90 90\nNODE 1 6 0 0 0\nEDGE 1 {edge}\nEND\n"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from carvsdb.cli.main import run\n"
        "try:\n    run(['--help'])\n"
        "except SystemExit as ended:\n    assert ended.code == 0\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_describe_loads_no_database(tmp_path: Path) -> None:
    file = tmp_path / "a.cgd"
    file.write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    unneeded = ["duckdb", "sqlmodel", "sqlalchemy", "sklearn", "umap", "matplotlib", "pyarrow", "ase"]
    if is_our_way():
        unneeded.append("numba")
    code = (
        "import sys\n"
        "from carvsdb.cli.main import run\n"
        f"try:\n    run(['describe', {str(file)!r}])\n"
        "except SystemExit as ended:\n    assert ended.code == 0\n"
        f"print('LOADED', [name for name in {unneeded!r} if name in sys.modules])"
    )
    said: list[str] = []
    while len(said) < 3 and said[-1:] != ["LOADED []"]:  # the first run compiles, for which numba is needed
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        said.append(done.stdout.splitlines()[-1])
    assert said[-1] == "LOADED []"


def loaded_by(*arguments: str, of: tuple[str, ...]) -> tuple[int, list[str]]:
    """Return the exit code of a command in a process of its own, and which packages it loaded."""
    code = (
        "import sys\n"
        "from carvsdb.cli.main import run\n"
        f"try:\n    run({list(arguments)!r})\n"
        "except SystemExit as ended:\n"
        f"    print('LOADED', ended.code, *[name for name in {of!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    _, ended, *names = done.stdout.splitlines()[-1].split()
    return int(ended), names


def test_a_list_loads_duckdb_alone_and_no_catalogue_nothing(tmp_path: Path) -> None:
    unneeded = ("numpy", "numba", "scipy", "sqlmodel", "sqlalchemy", "pyarrow")
    path = tmp_path / "nets.duckdb"
    assert loaded_by("list", "--db", str(path), of=(*unneeded, "duckdb")) == (4, [])
    assert loaded_by("show", "x", "--db", str(path), of=(*unneeded, "duckdb")) == (4, [])
    Catalogue.open(path).close()
    assert loaded_by("list", "--db", str(path), of=(*unneeded, "duckdb")) == (0, ["duckdb"])


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("describe",),
        ("ingest",),
        ("sources",),
        ("list",),
        ("show",),
        ("sql",),
        ("similar",),
        ("distance",),
        ("containing",),
        ("duplicates",),
        *(("db", command) for command in ("verify", "backup", "snapshot", "export", "import", "merge", "index")),
        ("embed", "fit"),
        ("embed", "plot"),
        ("embed", "show"),
        ("rings",),
        ("plot", "rings"),
        ("archive", "import"),
        ("archive", "apply"),
        ("archive", "show"),
        ("archive", "search"),
        ("crosscheck",),
        ("julia", "setup"),
        ("release", "build"),
        ("release", "verify"),
        ("generate", "wooten-winer-weaire"),
        *(("refine", command) for command in ("score", "run", "resume", "status", "report", "backmap", "pack")),
    ],
)
def test_every_help_has_an_example(command: tuple[str, ...]) -> None:
    done = carvsdb(*command, "--help")
    assert done.code == 0
    assert "Example: carvsdb" in " ".join(done.out.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("describe",),
        ("describe", "--no-such-option", "x"),
        ("ingest",),
        ("distance", "one"),
        ("describe", "x.data", "--node-types", "two"),
        ("similar", "m1", "-k", "0"),
    ],
)
def test_usage_errors(arguments: tuple[str, ...]) -> None:
    assert carvsdb(*arguments).code == 2


BAD = {
    "empty.cgd": (b"", "empty"),
    "truncated.cgd": (b"CRYSTAL\nGROUP P1\nCELL 1 1 1 90 90 90\nNODE 1 6 0 0", "truncated.cgd:"),
    "nowhere.cgd": (SMALL.format(edge="0.5 0 0").encode(), "meets no"),
    "group.cgd": (SMALL.format(edge="1 0 0").replace("P1", "Xyz").encode(), "group"),
    "loop.cgd": (SMALL.format(edge="0 0 0").encode(), "two ends"),
    "cell.cgd": (SMALL.format(edge="1 0 0").replace("CELL 1", "CELL 0").encode(), "cell"),
    "nan.cgd": (SMALL.format(edge="nan 0 0").encode(), "number"),
    "binary.cgd": (bytes(range(256)) * 4, "binary.cgd"),
    "nothing.xyz": (b"2\n\nH 0 0 0\nH 0 0 1\n", "Lattice"),
    "nothing.txt": (b"2\n\nH 0 0 0\nH 0 0 1\n", "reads"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_get_one_sentence(name: str, tmp_path: Path) -> None:
    content, word = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    done = carvsdb("describe", path)
    assert done.code == 3
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1
    assert name in done.err
    assert word.lower() in done.err.lower()
    assert "Traceback" not in done.err
    failed = carvsdb("describe", path, "--json")
    assert failed.code == 3
    assert failed.json["error"]["code"] == 3
    assert set(failed.json["error"]) == {"code", "item", "message", "hint"}


@pytest.mark.parametrize("name", ["missing.cgd", "."])
def test_missing_files_and_directories(name: str, tmp_path: Path) -> None:
    done = carvsdb("describe", tmp_path / name)
    assert done.code == 3
    assert len(done.err.strip().splitlines()) == 1


def test_some_good_some_bad(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.cgd", tmp_path / "bad.cgd"
    good.write_text(SMALL.format(edge="1 0 0").replace("END", "EDGE 1 0 1 0\nEDGE 1 0 0 1\nEND"))
    bad.write_text("")
    done = carvsdb("describe", bad, good, "--json")
    assert done.code == 6
    assert done.json["label"] == "good"
    assert "bad.cgd" in done.err


def test_version() -> None:
    assert carvsdb("--version").out.startswith("carvsdb 0.")


@pytest.mark.skipif(find_spec("juliacall") is not None, reason="juliacall is installed, so the extra is not missing")
def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    good = tmp_path / "good.cgd"
    good.write_text(SMALL.format(edge="1 0 0").replace("END", "EDGE 1 0 1 0\nEDGE 1 0 0 1\nEND"))
    for command in (["crosscheck", good], ["julia", "setup"]):
        done = carvsdb(*command)
        assert done.code == 5
        assert 'pip install "carvsdb[julia]"' in done.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupt_that_a_query_swallows_is_one(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "carvsdb.duckdb").touch()
    program = f"""
import os, signal, duckdb
from carvsdb.catalogue import Catalogue
from carvsdb.cli.main import run

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a script starts in the background

def interrupted(*_, **__):
    try:
        os.kill(os.getpid(), {int(number)})
    except KeyboardInterrupt:
        raise duckdb.InterruptException("INTERRUPT Error: Interrupted!") from None

Catalogue.open = interrupted
run(["sql", "SELECT 1"])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 130
    assert done.stderr.strip() == "interrupted"


def test_a_file_of_a_glob_that_looks_like_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-ITV.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n", encoding="utf-8")
    assert carvsdb("describe", "-ITV.cgd").out.startswith("-ITV: 1 nodes")
    assert carvsdb("-ITV.cgd").out.startswith("-ITV: 1 nodes")
    missing = carvsdb("describe", "-x.cgd")
    assert (missing.code, missing.err) == (3, "-x.cgd: there is no such file\n")
    assert carvsdb("describe", "-x").code == 2


def test_shells_complete_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "carvsdb"],
        env={**os.environ, "_CARVSDB_COMPLETE": "complete_bash", "COMP_WORDS": "carvsdb sim", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["similar"]


def test_an_interrupt_that_is_swallowed_comes_again() -> None:
    """One that comes while an object is finalised ends there, and the command would go on."""
    code = (
        "import os, signal, time\n"
        "from carvsdb.cli.main import _terminated_like_interrupted\n"
        "class Slow:\n"
        "    def __del__(self):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        time.sleep(0.01)\n"
        "try:\n"
        "    with _terminated_like_interrupted():\n"
        "        Slow()\n"
        "        time.sleep(5)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
