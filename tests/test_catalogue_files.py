"""Catalogues on disk: made, opened, locked, killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from catalogue_entries import library_entry

from carvsdb.catalogue import Catalogue
from carvsdb.errors import CarvsdbError, InputError, NotFoundError, RefusedError
from carvsdb_schemas.tables import SCHEMA_VERSION


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nets.duckdb"


def test_made_by_the_first_writer(path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        assert catalogue.add([library_entry("dia")]).added == ("dia",)
    with Catalogue.open(path, read_only=True) as catalogue:
        assert catalogue.path == path
        assert catalogue.list().table["label"].to_pylist() == ["dia"]
        with pytest.raises(RefusedError, match="reading only"):
            catalogue.add([library_entry("sod")])
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_storage_version_is_explicit(path: Path) -> None:
    Catalogue.open(path).close()
    with duckdb.connect(str(path), read_only=True) as connection:
        (tags,) = connection.execute("SELECT tags FROM duckdb_databases() WHERE path IS NOT NULL").fetchall()[0]
    assert tags["storage_version"].startswith("v1.4.0")


def test_missing_to_read(path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such catalogue; make one with `carvsdb ingest"):
        Catalogue.open(path, read_only=True)
    assert not path.exists()


def test_missing_folder(path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        Catalogue.open(path / "nets.duckdb")


@pytest.mark.parametrize("name", ["table.csv", "table.json", "database.sqlite"])
@pytest.mark.parametrize("read_only", [True, False])
def test_a_table_that_duckdb_would_read_is_no_catalogue(name: str, read_only: bool, tmp_path: Path) -> None:
    content = b"SQLite format 3\0" + bytes(4000) if name.endswith("sqlite") else b'{"label": "sod"}\n'
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="no DuckDB file"):
        Catalogue.open(tmp_path / name, read_only=read_only)
    assert (tmp_path / name).read_bytes() == content


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        Catalogue.open(tmp_path)


@pytest.mark.parametrize("content", [b"", b"CRYSTAL\n NAME dia\n" * 1000, bytes(range(256)) * 64])
@pytest.mark.parametrize("read_only", [True, False])
def test_other_file(path: Path, content: bytes, read_only: bool) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError, match="no DuckDB file"):
        Catalogue.open(path, read_only=read_only)
    assert path.read_bytes() == content


def test_other_database(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine (i INTEGER)")
    for read_only in (True, False):
        with pytest.raises(InputError, match="no carvsdb catalogue"):
            Catalogue.open(path, read_only=read_only)


@pytest.mark.parametrize(("version", "sentence"), [(SCHEMA_VERSION + 1, "upgrade"), (0, "into a new catalogue")])
def test_other_schema(path: Path, version: int, sentence: str) -> None:
    Catalogue.open(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE schema_info SET value = ? WHERE name = 'schema_version'", [str(version)])
    with pytest.raises(RefusedError, match=f"schema {version}.*{sentence}"):
        Catalogue.open(path)


def test_two_modes_in_one_process(path: Path) -> None:
    with Catalogue.open(path), pytest.raises(RefusedError, match="open in this process"):
        Catalogue.open(path, read_only=True)


def child(code: str, path: Path) -> "subprocess.Popen[str]":
    preamble = "import sys\nfrom carvsdb.catalogue import Catalogue\nfrom catalogue_entries import *\n"
    return subprocess.Popen(
        [sys.executable, "-c", preamble + code, str(path)],
        cwd=Path(__file__).resolve().parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_locked_by_another_process(path: Path) -> None:
    with child(
        "with Catalogue.open(sys.argv[1]):\n    print('open', flush=True)\n    sys.stdin.read()", path
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        try:
            with pytest.raises(RefusedError, match=f"in use by process {holder.pid}"):
                Catalogue.open(path)
        finally:
            holder.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_stopped_while_writing(path: Path, name: str) -> None:
    code = """
import signal
from itertools import count
signal.signal(signal.SIGINT, signal.default_int_handler)
with Catalogue.open(sys.argv[1]) as catalogue:
    for number in count():
        catalogue.add([entry_of(census("sod"), f"n{number}", content=str(number))])
        print(number, flush=True)
"""
    with child(code, path) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 5:
                break
        os.kill(writer.pid, getattr(signal, name))
        last = max([5, *(int(line) for line in writer.stdout if line.endswith("\n"))])
    # A reader first: it must cope with the log that a killed writer left.
    with Catalogue.open(path, read_only=True) as catalogue:
        labels = set(catalogue.list().table["label"].to_pylist())
    assert {f"n{number}" for number in range(last + 1)} <= labels
    with Catalogue.open(path) as catalogue:
        orphans = catalogue.sql(
            "SELECT (SELECT count(*) FROM structure) AS structures, (SELECT count(*) FROM net) AS nets, "
            "(SELECT count(*) FROM carvs) AS searches, (SELECT count(*) FROM attempt) AS attempts, "
            "(SELECT sum(multiplicity) FROM net_environment) // 6 AS nodes"
        ).rows()[0]
        assert set(orphans.values()) == {len(labels)}
        assert catalogue.add([library_entry("dia")]).added == ("dia",)


def test_interrupted_while_it_is_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("carvsdb.catalogue.file.schema.publish", interrupted)
        with pytest.raises(KeyboardInterrupt):
            Catalogue.open(path)
    assert not path.exists()
    Catalogue.open(path).close()


def test_no_database_error_gets_out(tmp_path: Path) -> None:
    path = tmp_path / "cut.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add([library_entry("dia")])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CarvsdbError):
        Catalogue.open(path).list()
