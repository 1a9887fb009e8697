"""Read-only questions."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from catalogue_entries import library_entry
from program import carvsdb

from carvsdb.catalogue import Catalogue
from carvsdb.errors import InputError, RefusedError


@pytest.fixture(scope="module", params=["memory", "file", "read-only file"])
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    path = tmp_path_factory.mktemp("sql") / "nets.duckdb"
    opened = Catalogue.in_memory() if request.param == "memory" else Catalogue.open(path)
    opened.add([library_entry("dia"), library_entry("sod")])
    if request.param == "read-only file":
        opened.close()
        opened = Catalogue.open(path, read_only=True)
    with opened:
        yield opened


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sql") / "nets.duckdb"
    with Catalogue.open(path) as opened:
        opened.add([library_entry("dia")])
    return path


@pytest.mark.parametrize(
    "query",
    [
        "SELECT label FROM entry",
        "FROM entry SELECT label",
        "WITH a AS (SELECT 1) SELECT * FROM a;",
        "SHOW TABLES",
        "DESCRIBE carvs",
        "EXPLAIN SELECT * FROM net",
        "SELECT coordination->>'4' FROM entry",
        "SELECT 1 AS query, 'checkpoint()' AS text",
        "FROM query_table('net')",
        "SUMMARIZE net",
        "SELECT current_setting('lock_configuration')",
    ],
)
def test_answered(catalogue: Catalogue, query: str) -> None:
    assert len(catalogue.query(query)) > 0


ATTEMPTS = [
    "DELETE FROM net",
    "INSERT INTO source (id, collection) VALUES (uuid(), 'x')",
    "CREATE TABLE t (i INTEGER)",
    "DROP VIEW entry",
    "SELECT 1; DROP TABLE net",
    "EXPLAIN ANALYZE DELETE FROM net",
    "SET threads = 1",
    "SET enable_external_access = true",
    "PRAGMA database_size; SELECT 1",
    "CHECKPOINT",
    "COPY net TO 'net.parquet'",
    "ATTACH 'other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/secrets.csv'",
    "SELECT * FROM glob('/*')",
    "FROM checkpoint()",
    'FROM "CheckPoint"/**/()',
    "FROM force_checkpoint()",
    "FROM query('FROM check' || 'point()')",
    "SELECT (SELECT write_log('x'))",
    "WITH a AS (FROM enable_logging()) SELECT 1",
    "EXPLAIN ANALYZE FROM checkpoint()",
    "FROM arrow_scan(1::BIGINT, 2, 3)",
    "FROM pandas_scan(1)",
    "FROM duckdb_secrets()",
    "FROM read_json('https://example.org/x.json')",
    "EXPORT DATABASE 'x'",
    "IMPORT DATABASE 'x'",
    "CALL checkpoint()",
    "USE temp",
    "VACUUM",
    "PREPARE p AS SELECT 1",
    "SET VARIABLE x = 1",
    "RESET threads",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE SECRET s (TYPE s3)",
    "PRAGMA add_parquet_key('a', 'b')",
    "BEGIN",
    "",
]


@pytest.mark.parametrize("query", ATTEMPTS)
def test_refused_by_the_command(file: Path, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = file.read_bytes()
    done = carvsdb("sql", query, "--db", file, "--json")
    assert (done.code, done.json["error"]["code"]) == (7, 7)
    assert not list(tmp_path.iterdir())
    assert file.read_bytes() == before


@pytest.mark.parametrize("query", ATTEMPTS)
def test_refused(catalogue: Catalogue, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RefusedError):
        catalogue.query(query)
    assert len(catalogue.sql("FROM net")) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("SELEC 1", "is no SQL: Parser Error"),
        ("SELECT nothing FROM net", "cannot be answered: Binder Error"),
        ("FROM nets", "Did you mean"),
    ],
)
def test_mistakes(catalogue: Catalogue, query: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        catalogue.sql(query)


@pytest.mark.parametrize(("query", "parameters"), [("SELECT ?", ["\udcff"]), ("SELECT $a", {"a": ["\udcff"]})])
def test_parameters_are_text(catalogue: Catalogue, query: str, parameters: list[object] | dict[str, object]) -> None:
    with pytest.raises(InputError, match="no text in UTF-8"):
        catalogue.query(query, parameters)


def test_variables_of_the_caller_are_no_tables(catalogue: Catalogue) -> None:
    secret = catalogue.list().table
    with pytest.raises(InputError):
        catalogue.sql("FROM secret")
    assert secret.num_rows == 2


def test_an_interrupt_ends_a_long_query() -> None:
    query = "SELECT count(*) FROM range(100000) a, range(100000) b, range(1000) c WHERE a.range + b.range + c.range = 7"
    # A process that was started in the background of a script ignores the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Catalogue.in_memory() as catalogue:
            later = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
            later.start()
            with pytest.raises(KeyboardInterrupt):
                catalogue.query(query)
            assert catalogue.query("SELECT 1 AS one").rows() == [{"one": 1}]
    finally:
        signal.signal(signal.SIGINT, before)
