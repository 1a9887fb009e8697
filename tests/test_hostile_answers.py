"""Answers of `sql` that Python or JSON has no value for, closed pipes, full disks, drafts of killed runs."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pytest
from catalogue_entries import library_entry
from program import carvsdb

from carvsdb.atomic_write import draft_beside
from carvsdb.catalogue import Catalogue
from carvsdb.cli.answered import Output
from carvsdb.compare.embedding import EmbeddingOptions, fit_embedding
from carvsdb.errors import InputError
from carvsdb.topology import net_of_key
from carvsdb.topology.names_file import read_names


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("answers") / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add([library_entry("dia"), library_entry("sod")])
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("answers") / "large.duckdb"
    with Catalogue.open(path) as catalogue:
        noise = {"bytes": np.random.default_rng(0).bytes(200_000).hex()}
        catalogue.add([library_entry("dia", provenance=noise), library_entry("sod")])
        vectors = catalogue.normalised_vectors()
        catalogue.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions("pca")))
    return path


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT 1 AS a, 2 AS a", {"a": 1, "a_2": 2}),
        ("SELECT 1 AS a, 2 AS a_2, 3 AS a", {"a": 1, "a_2": 2, "a_3": 3}),
        ("SELECT 'nan'::DOUBLE AS a, 'inf'::FLOAT AS b", {"a": "NaN", "b": "Infinity"}),
        ("SELECT '-inf'::DOUBLE AS a", {"a": "-Infinity"}),
        ("SELECT ['nan'::DOUBLE, 1] AS a", {"a": ["NaN", 1.0]}),
        ("SELECT DATE 'infinity' AS a, TIMESTAMP '-infinity' AS b", {"a": "infinity", "b": "-infinity"}),
        ("SELECT DATE '290000-01-01' AS a", {"a": "290000-01-01"}),
        ("SELECT DATE '2026-11-29' AS a", {"a": "2026-11-29"}),
        ("SELECT [DATE '290000-01-01'] AS a", {"a": "[290000-01-01]"}),
        ("SELECT TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS a", {"a": "2020-01-01 00:00:00.123456789"}),
        ("SELECT INTERVAL 14 MONTH AS a", {"a": "1 year 2 months"}),
        ("SELECT '12:00:00+05'::TIMETZ AS a, 2 AS a", {"a": "12:00:00+05", "a_2": 2}),
        ("SELECT '101'::BIT AS a -- the end", {"a": "101"}),
        ("SELECT 123456789012345678901234567890::VARINT AS a;", {"a": "123456789012345678901234567890"}),
        ("SELECT sum(1) AS a, 2::HUGEINT ** 0 AS b", {"a": 1, "b": 1.0}),
        ("SELECT 170141183460469231731687303715884105727::HUGEINT AS a", {"a": 2**127 - 1}),
        ("SELECT 1.50::DECIMAL(10, 2) AS a", {"a": 1.5}),
        ("SELECT '\\xAA'::BLOB AS a", {"a": "aa"}),
        ("SELECT MAP {'x': 1} AS a", {"a": [["x", 1]]}),
        ("SELECT NULL AS a", {"a": None}),
    ],
)  # fmt: skip
def test_every_value(db: Path, query: str, expected: dict[str, object]) -> None:
    done = carvsdb("sql", query, "--json", "--db", db)
    assert (done.code, done.err if done.code else "") == (0, "")
    assert json.loads(done.out, parse_constant=pytest.fail) == [expected]
    table = carvsdb("sql", query, "--db", db)
    assert table.code == 0
    assert table.out.split()[0] == next(iter(expected))


def test_a_join_with_two_ids(db: Path) -> None:
    done = carvsdb("sql", "SELECT * FROM net JOIN structure ON structure.id = structure_id", "--json", "--db", db)
    assert done.code == 0
    assert {"id", "id_2", "structure_id"} <= done.json[0].keys()
    assert "several columns are called 'id'" in done.err
    assert carvsdb("sql", "SELECT * FROM net a JOIN net b ON a.id = b.id", "--db", db).code == 0


def test_a_pipe_that_breaks_inside_is_told(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "a worker has gone")

    monkeypatch.setattr(Output, "answer", broken)
    done = carvsdb("list", "--json", "--db", db)
    assert done.code == 1
    assert "internal error, please report it" in done.err


def program(*arguments: str | Path, **more: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "carvsdb", *map(str, arguments)]
    return subprocess.run(command, text=True, stderr=subprocess.PIPE, check=False, timeout=120, **more)  # type: ignore[call-overload, no-any-return]


def test_a_reader_that_has_seen_enough(db: Path) -> None:
    here, there = os.pipe()
    os.close(here)
    with os.fdopen(there, "w") as closed:
        done = program("list", "--json", "--db", db, stdout=closed)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes streams")
def test_streams_that_are_closed(db: Path, tmp_path: Path) -> None:
    for words in ("list", "list --format parquet"):
        done = program(*words.split(), "--db", db, preexec_fn=lambda: os.close(1))
        assert (done.returncode, done.stderr) == (0, "")
    with open(tmp_path / "answer", "w") as answer:  # where nothing is told instead
        done = program("list", "--db", tmp_path / "none.duckdb", stdout=answer, preexec_fn=lambda: os.close(2))
    assert (done.returncode, (tmp_path / "answer").read_text()) == (4, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that only Linux has")
def test_a_full_disk_behind_stdout(db: Path) -> None:
    with open("/dev/full", "w") as full:
        done = program("list", "--json", "--db", db, stdout=full)
    assert done.returncode == 7
    assert "Traceback" not in done.stderr
    assert "No space left" in done.stderr


def test_a_backup_of_what_is_no_catalogue(tmp_path: Path) -> None:
    text = tmp_path / "text.duckdb"
    text.write_text("no database" * 100)
    other = tmp_path / "other.duckdb"

    duckdb.connect(str(other)).close()
    for path, sentence in ((text, "is no DuckDB file"), (other, "no carvsdb catalogue")):
        begin = time.perf_counter()
        done = carvsdb("db", "backup", tmp_path / "copy.duckdb", "--db", path)
        assert (done.code, sentence in done.err, str(path) in done.err) == (3, True, True), done
        assert time.perf_counter() - begin < 10
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other.duckdb", "text.duckdb"]


def test_drafts_of_killed_runs_are_taken_away(db: Path, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    for number, (target, command) in enumerate(
        (("copy.duckdb", "snapshot"), ("tables", "export"), ("kept.duckdb", "backup"))
    ):
        left = draft_beside(tmp_path / target)
        left = left.with_name(left.name.replace(f"-{os.getpid()}-", f"-{ended.stdout.strip()}-"))
        left.mkdir()
        (left / f"{number}.duckdb").write_bytes(b"0" * 1000)
        assert carvsdb("db", command, tmp_path / target, "--db", db).code == 0
        assert not left.exists()
    assert {one.name for one in tmp_path.iterdir()} == {"copy.duckdb", "tables", "kept.duckdb", "kept.duckdb.sha256"}


def _small_files() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of POSIX")
@pytest.mark.parametrize(
    "command",
    [
        ("db", "export", "tables"),
        ("db", "backup", "copy.duckdb"),
        ("db", "snapshot", "copy.duckdb"),
        ("embed", "plot", "map.png"),
        ("db", "merge"),
    ],
    ids=" ".join,
)
def test_a_full_disk(large: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    if command == ("db", "merge"):
        arguments: list[str | Path] = [*command, large, "--db", tmp_path / "new.duckdb"]
    else:
        arguments = [*command[:-1], tmp_path / command[-1], "--db", large]
    done = program(*arguments, preexec_fn=_small_files)
    assert done.returncode == 7, done.stderr
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr
    assert str(tmp_path / arguments[-1]) in done.stderr or command[-1] in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a file of POSIX")
def test_a_pipe_in_the_place_of_a_catalogue(db: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.duckdb"
    os.mkfifo(pipe)
    for arguments in (("list", "--db", pipe), ("db", "verify", "--db", pipe), ("db", "merge", pipe, "--db", db)):
        done = carvsdb(*arguments)
        assert (done.code, "is a device, a pipe or a socket" in done.err) == (3, True), done
    assert carvsdb("db", "backup", tmp_path / "copy.duckdb", "--db", pipe).code == 4


@pytest.mark.parametrize(
    "key",
    ["ck1:3 1 1 1 0 99999999999999999999", f"ck1:2 1 1 0 {'9' * 5000}", "ck1:2 1 2000000000 0 1", "ck1:2 0 1 0 1"],
)
def test_huge_integers_in_keys(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError):
        net_of_key(key)
    file = tmp_path / "names.tsv"
    file.write_text(f"net\t{key}\n")
    with pytest.raises(InputError, match=r"names\.tsv:1: expected a name, a tab and a key"):
        read_names(file)
