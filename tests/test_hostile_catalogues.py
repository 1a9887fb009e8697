"""Catalogues of others, changed by SQL: each is answered, or ends with a sentence and exit 3, 4, 7 or 8, never 1."""

import os
import random
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from catalogue_entries import RCSR, amorphous_entry, chain_entry, library_entry
from program import Outcome, carvsdb

from carvsdb.atoms.histogram import Histogram
from carvsdb.atoms.structure import LARGEST_UNPACKED, Structure
from carvsdb.catalogue import Catalogue, RefinementRun
from carvsdb.catalogue.file.expected import foreign_objects
from carvsdb.catalogue.file.place import log_of
from carvsdb.catalogue.maintenance.checking import check_file
from carvsdb.catalogue.records.laws import JSON, LAWS
from carvsdb.compare.embedding import EmbeddingOptions, fit_embedding
from carvsdb_schemas.arrow import table_of
from carvsdb_schemas.tables import ALL_TABLES

ALLOWED = {0, 3, 4, 7, 8}

MAKE = {
    "VARCHAR": ("''", "'\x1b[31m' || chr(0)", "repeat('x', 100000)", "'=1+1'"),
    "INTEGER": ("-1", "0", "2147483647", "-2147483648"),
    "DOUBLE": ("'nan'", "'inf'", "'-inf'", "-1", "1e308"),
    "BOOLEAN": ("true", "false"),
    "UUID": ("uuid()", "'00000000-0000-0000-0000-000000000000'"),
    "BLOB": ("''", "'abc'", "'\\x78\\x9c'"),
    "JSON": (
        "'\"x\"'", "'[]'", "'{}'", "'null'", "'[null]'", "'{\"4\": \"x\"}'", "'{\"x\": 1}'", "'{\"4\": NaN}'",
        "'{\"4\": -1}'", "'{\"4\": 1e400}'", "'[' || repeat('[', 500) || repeat(']', 500) || ']'",
        "'{\"4\": ' || repeat('9', 5000) || '}'", "'{\"4\": 99999999999999999999}'", "'[{\"key\": 1}]'",
        "'[{\"sequence\": [1], \"multiplicity\": 0}]'",
    ),
    "FLOAT[32]": (
        "[x::FLOAT FOR x IN range(32)]", "[NULL::FLOAT FOR x IN range(32)]", "['nan'::FLOAT FOR x IN range(32)]",
    ),
    "INTEGER[32]": ("[-1 FOR x IN range(32)]", "[NULL::INTEGER FOR x IN range(32)]", "[2147483647 FOR x IN range(32)]"),
    "INTEGER[5][]": (
        "[]", "[NULL]", "[[0, 99, 0, 0, 0]]", "[[-1, 0, 0, 0, 1]]", "[[0, 0, NULL, 0, 0]]",
        "[[0, 0, 2147483647, 0, 0]]",
    ),
    "DOUBLE[3][]": ("[]", "[NULL]", "[['nan'::DOUBLE, 0, 0]]", "[[NULL, 0, 0]]"),
    "DOUBLE[9]": ("[0.0 FOR x IN range(9)]", "['nan'::DOUBLE FOR x IN range(9)]", "[NULL::DOUBLE FOR x IN range(9)]"),
    "DOUBLE[]": ("[]", "[NULL]", "['nan'::DOUBLE]", "[1e308, -1e308]"),
    "INTEGER[]": ("[]", "[NULL]", "[-1]", "[2147483647, 2147483647]"),
    "BOOLEAN[]": ("[]", "[NULL]", "[false]"),
    "VARCHAR[]": ("[]", "[NULL]", "['', NULL]", "['\x1b[2J']"),
}  # fmt: skip
"""By type, what is written into a column."""

OBJECTS = (
    "CREATE MACRO count(x) AS 7",
    'CREATE MACRO "+"(a, b) AS 7',
    "CREATE MACRO json_serialize_sql(q) AS '{}'",
    "CREATE MACRO starts_with(a, b) AS true",
    "CREATE MACRO duckdb_functions() AS TABLE SELECT 'x' AS function_name, true AS internal",
    "CREATE MACRO unnest(x) AS TABLE SELECT 1",
    "CREATE VIEW mine AS SELECT * FROM net",
    "CREATE TABLE mine (i INTEGER)",
    "CREATE SCHEMA mine",
    "CREATE SEQUENCE mine",
    "CREATE TYPE mine AS ENUM ('a')",
    "ALTER TABLE net ADD COLUMN more INTEGER",
    "ALTER TABLE net ADD COLUMN more INTEGER DEFAULT 7",
    "ALTER TABLE net ALTER COLUMN td10 SET DEFAULT 7",
    "DROP VIEW entry; CREATE VIEW entry AS SELECT 'forged' AS label, * EXCLUDE (label) FROM structure",
    "DROP TABLE schema_info",
    "DELETE FROM schema_info",
    "UPDATE schema_info SET value = 'x'",
    "ALTER TABLE schema_info ALTER COLUMN value DROP NOT NULL; UPDATE schema_info SET value = NULL",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "nets.duckdb"
    atoms = Structure(("Si",), np.zeros((1, 3)), 5 * np.eye(3))
    histogram = Histogram("node-node distance", "Å", np.linspace(0, 1, 3), np.array([1, 2]))
    with Catalogue.open(path) as catalogue:
        catalogue.add([library_entry(name, source=RCSR) for name in ("dia", "sod", "pcu")])
        catalogue.add([amorphous_entry("glass", 1), chain_entry()])
        catalogue.add([library_entry("qtz", formula="O2Si", density=2.65, atoms=atoms, geometry=(histogram,))])
        catalogue.add_refinement(RefinementRun({"a": 1}, 1, ("0" * 64,), "1" * 64, {"chi2": 1.0}, ("x",), "qtz"))
        catalogue.record_attempt("x.cif", "no net", "no bonds")
        catalogue.add([library_entry("nbo")])
        catalogue.tag("nbo", "mine")
        catalogue.remove("nbo")
        catalogue.tag("qtz", "mine")
        vectors = catalogue.normalised_vectors()
        catalogue.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions(method="pca")))
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO shard VALUES (uuid(), 1, 1, 1, 'x')")
    return path


def changed(made: Path, folder: Path, *statements: str) -> Path:
    """Return a copy on which SQL was run that carvsdb would never run."""
    path = Path(shutil.copy(made, folder / "hostile.duckdb"))
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def few(path: Path, folder: Path) -> dict[str, tuple[str | Path, ...]]:
    """Return commands that ask a catalogue, by what they do."""
    return {
        "verify": ("db", "verify", "--sample", "2", "--db", path),
        "merge": ("db", "merge", path, "--db", folder / "empty.duckdb"),
        "show": ("show", "qtz", "--json", "--db", path),
        "list": ("list", "--json", "--db", path),
        "similar": ("similar", "sod", "--json", "--min-nodes", "1", "--db", path),
    }


def asked(path: Path, folder: Path, *, everything: bool) -> Iterator[tuple[str, Outcome]]:
    """Ask a catalogue, in all the ways there are."""
    empty = folder / "empty.duckdb"
    empty.unlink(missing_ok=True)
    for name, arguments in few(path, folder).items():
        yield name, carvsdb(*arguments)
    if everything:
        yield "show glass", carvsdb("show", "glass", "--json", "--db", path)
        yield "distance", carvsdb("distance", "sod", "qtz", "glass", "--json", "--db", path)
        yield "environments", carvsdb("similar", "glass", "--environments", "--db", path)
        yield "containing", carvsdb("containing", "qtz", "--within", "0.2", "--json", "--db", path)
        yield "duplicates", carvsdb("duplicates", "--json", "--db", path)
        yield "sql", carvsdb("sql", "SELECT * FROM entry", "--json", "--db", path)
        yield "embed", carvsdb("embed", "show", "--json", "--db", path)
        yield "explore", carvsdb("explore", "-o", folder / "map.html", "--db", path)
        yield "tagged", carvsdb("list", "--tag", "mine", "--json", "--db", path)
        yield "trash", carvsdb("db", "trash", "--db", path)
        yield "restore", carvsdb("restore", "nbo", "--db", shutil.copy(path, folder / "own.duckdb"))
        yield "snapshot", carvsdb("db", "snapshot", folder / "copy.duckdb", "--db", path)
        shutil.rmtree(folder / "tables", ignore_errors=True)
        (folder / "copy.duckdb").unlink(missing_ok=True)
        done = carvsdb("db", "export", folder / "tables", "--db", path)
        yield "export", done
        if done.code == 0:
            yield "import", carvsdb("db", "import", folder / "tables", "--db", empty)


def mutations(type_of_column: str | None = None) -> list[tuple[str, str, str]]:
    """Return all values that are written, with their table and column; those of one type, or all."""
    return [
        (str(model.__tablename__), column.name, value)
        for model in ALL_TABLES
        for column in table_of(model).columns
        if type_of_column in (None, _kind(column.type))
        for value in ("NULL", *MAKE[_kind(column.type)])
    ]


def _kind(kind: object) -> str:
    name = type(kind).__name__
    special = getattr(kind, "sql", None)
    if special:
        return str(special)
    return {
        "AutoString": "VARCHAR",
        "Uuid": "UUID",
        "Integer": "INTEGER",
        "Double": "DOUBLE",
        "Boolean": "BOOLEAN",
    }.get(name, "BLOB")


def with_value(made: Path, folder: Path, table: str, column: str, value: str) -> Path:
    """Return a copy with a value in all rows of a column."""
    nullable = f'ALTER TABLE "{table}" ALTER COLUMN "{column}" DROP NOT NULL; '
    return changed(made, folder, (nullable if value == "NULL" else "") + f'UPDATE "{table}" SET "{column}" = {value}')


@pytest.mark.parametrize("kind", MAKE)
def test_a_value_of_every_type(made: Path, tmp_path: Path, kind: str) -> None:
    generator = random.Random(kind)
    table, column, value = generator.choice(mutations(kind))
    path = with_value(made, tmp_path, table, column, value)
    commands = few(path, tmp_path)
    for name in generator.sample(list(commands), 2):
        done = carvsdb(*commands[name])
        assert done.code in ALLOWED, f"{table}.{column} = {value[:40]}: {name} ends with {done.code}: {done.err}"


@pytest.mark.slow
def test_every_value_in_every_column_of_every_table(made: Path, tmp_path: Path) -> None:
    wrong = []
    for table, column, value in mutations():
        path = with_value(made, tmp_path, table, column, value)
        for command, done in asked(path, tmp_path, everything=True):
            if done.code not in ALLOWED:
                last = done.err.strip().splitlines()[-1]
                wrong.append(f"{table}.{column} = {value[:40]}: {command} ends with {done.code}: {last}")
    assert wrong == []


@pytest.mark.parametrize("statement", OBJECTS)
def test_what_no_catalogue_holds(made: Path, tmp_path: Path, statement: str) -> None:
    path = changed(made, tmp_path, statement)
    for command, done in asked(path, tmp_path, everything=False):
        if "VIEW entry" in statement and command != "verify":  # ours stands in front of it
            assert done.code == 0, (command, done)
            assert "forged" not in done.out
        else:
            assert done.code in ({8, 3} if command == "verify" else {3}), (command, done)


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE net SET components = '[{\"key\": 7}]' WHERE key IS NULL", "net: components"),
        ("UPDATE net SET names = [NULL]", "net: a null in"),
        ("UPDATE carvs SET sigma = 'nan'", "carvs: sigma"),
        ("UPDATE structure SET kind = 'liquid'", "structure: kind is none of"),
        ("UPDATE net SET edges = [[0, 99, 0, 0, 0]]", "net: an edge names a vertex"),
        ("UPDATE net_environment SET multiplicity = 2147483647", "carvs: it has other nodes in"),
        ("UPDATE structure SET cell = ['nan'::DOUBLE FOR x IN range(9)]", "structure: a null, NaN"),
        ("ALTER TABLE net DROP COLUMN td10", "net.td10: the column is missing"),
        ("DROP TABLE geometry", "geometry: the table is missing"),
        (
            "ALTER TABLE net ALTER COLUMN n_nodes TYPE VARCHAR",
            "net.n_nodes: it is VARCHAR NOT NULL, not INTEGER",
        ),
    ],
)
def test_verify_names_table_and_row(made: Path, tmp_path: Path, statement: str, where: str) -> None:
    path = changed(made, tmp_path, statement)
    done = carvsdb("db", "verify", "--db", path)
    assert done.code == 8, done
    assert where in done.err
    empty = tmp_path / "empty.duckdb"
    refused = carvsdb("db", "merge", path, "--db", empty)
    assert refused.code == 3, refused
    with Catalogue.open(empty, read_only=True) as catalogue:
        assert len(catalogue) == 0, "nothing of it was stored"


def test_atoms_that_unpack_to_gigabytes(made: Path, tmp_path: Path) -> None:
    bomb = zlib.compress(b" " * (LARGEST_UNPACKED + 1), 1)
    path = Path(shutil.copy(made, tmp_path / "hostile.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE structure SET atoms = ? WHERE atoms IS NOT NULL", [bomb])
    assert "structure: its atoms cannot be read" in carvsdb("db", "verify", "--db", path).err


def test_a_catalogue_of_ours_is_in_order(made: Path) -> None:
    report = check_file(made)
    assert report.problems == ()
    with Catalogue.open(made, read_only=True) as catalogue:
        assert list(foreign_objects(catalogue.storage)) == []


def test_every_json_column_and_every_table_has_laws() -> None:
    names = {str(model.__tablename__) for model in ALL_TABLES}
    assert LAWS.keys() | {"schema_info", "source"} == names
    for model in ALL_TABLES:
        name = str(model.__tablename__)
        columns = {column.name for column in table_of(model).columns if _kind(column.type) == "JSON"}
        assert JSON.get(name, {}).keys() == columns


def test_the_log_of_another_catalogue(tmp_path: Path) -> None:
    code = (
        "import os, sys; from catalogue_entries import library_entry; from carvsdb.catalogue import Catalogue; "
        "held = Catalogue.open(sys.argv[1]); held.add([library_entry(sys.argv[2])]); os._exit(9)"
    )
    paths = [tmp_path / "one.duckdb", tmp_path / "two.duckdb"]
    for path, name in zip(paths, ("sod", "dia"), strict=True):
        run = [sys.executable, "-c", code, str(path), name]
        subprocess.run(run, check=False, env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)}, timeout=120)
    moved = Path(shutil.copy(paths[0], tmp_path / "moved.duckdb"))
    assert "its log" in carvsdb("list", "--db", moved).err
    shutil.copy(log_of(paths[1]), log_of(moved))
    done = carvsdb("list", "--db", moved)
    assert done.code == 3
    assert "its log moved.duckdb.wal is of another catalogue" in done.err
    assert len(carvsdb("list", "--json", "--db", paths[0]).json) == 1


def test_a_log_without_its_catalogue(made: Path, tmp_path: Path) -> None:
    log = tmp_path / "gone.duckdb.wal"
    log.write_bytes(b"left over")
    for command in (("list",), ("db", "merge", made)):
        done = carvsdb(*command, "--db", tmp_path / "gone.duckdb")
        assert done.code == 7
        assert "its log gone.duckdb.wal is there" in done.err
    assert not (tmp_path / "gone.duckdb").exists()
