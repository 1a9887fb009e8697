"""`carvsdb db`: checked, copied, exported, merged."""

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from catalogue_entries import RCSR, amorphous_entry, chain_entry, entry_of, library_entry
from program import carvsdb

from carvsdb import Catalogue, find_rings, library
from carvsdb.catalogue import Entry
from carvsdb.compare import EmbeddingOptions, fit_embedding

ENTRIES = ("dia", "lon", "sod", "pcu", "sql", "qtz", "gis")


def entries() -> list[Entry]:
    found = [library_entry(name, source=RCSR if name != "sod" else None) for name in ENTRIES]
    return [*found, amorphous_entry("glass", 1), amorphous_entry("glass2", 2), chain_entry()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("db") / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add(entries())
        catalogue.record_attempt("bad.cgd", "error", "bad.cgd:3: unknown group", content_hash="0" * 64)
        vectors = catalogue.normalised_vectors()
        catalogue.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions("pca")))
    return path


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "own.duckdb"))


def everything(path: Path) -> dict[str, list[str]]:
    with Catalogue.open(path, read_only=True) as catalogue:
        names = [row["name"] for row in catalogue.sql("SHOW TABLES").rows()]
        return {
            name: sorted(map(repr, catalogue.sql(f"FROM {name}").rows()))
            for name in names
            if name not in ("shard", "schema_info", "entry")
        }


def test_verify(made: Path) -> None:
    done = carvsdb("db", "verify", "--db", made, "--json")
    assert done.code == 0
    assert done.json["rows"]["net"] == 10
    assert done.json["searched_again"] == 10
    assert "10 nets" in carvsdb("db", "verify", "--sample", "0", "--db", made).out


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE carvs SET mean_counts = list_transform(mean_counts, x -> x + 1)::FLOAT[32]", "mean_counts"),
        ("UPDATE carvs SET sigma = sigma + 1", "sigma"),
        ("UPDATE carvs SET normalised = NULL", "normalised must be null"),
        ("UPDATE carvs SET symbol = '{5}' WHERE symbol <> '{}'", "symbol"),
        ("UPDATE carvs SET ring_counts = '{}'", "do not add up"),
        ("UPDATE environment SET counts = list_transform(counts, x -> x + 1)::INTEGER[32]", "keys are not the hash"),
        ("UPDATE net SET n_edges = n_edges + 1", "numbers of nodes"),
        ("UPDATE net SET edges = list_transform(edges, x -> [x[1], x[2] + 99, x[3], x[4], x[5]])", "vertex"),
        ("UPDATE net SET bond_rule = 'other'", "keys are not the hash"),
        ("DELETE FROM structure WHERE label = 'dia'", "name no row of structure"),
        ("UPDATE structure SET label = 'x'", "labels are not unique"),
        ("INSERT INTO carvs FROM carvs", "repeat the key"),
        ("DELETE FROM net_environment", "other nodes in its environments"),
        (
            "UPDATE net SET edges = [[0, 0, 1, 0, 0], [0, 0, 0, 1, 0]], multiplicity = [1, 1], n_edges = 2 "
            "WHERE n_nodes = 1 AND n_edges = 3",
            "another search finds other rings in 'pcu'",
        ),
    ],
)
def test_verify_finds_what_a_program_did_wrong(own: Path, change: str, sentence: str) -> None:
    with duckdb.connect(str(own)) as connection:
        connection.execute(change)
    done = carvsdb("db", "verify", "--db", own)
    assert done.code == 8
    assert sentence in done.err


def test_backup(made: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.duckdb"
    assert carvsdb("db", "backup", copy, "--db", made).code == 0
    assert everything(copy) == everything(made)
    assert carvsdb("db", "verify", "--backup", copy).code == 0
    assert carvsdb("db", "backup", copy, "--db", made).code == 7
    assert carvsdb("db", "verify", "--backup", tmp_path / "none.duckdb").code == 4


@pytest.mark.parametrize("partitions", [1, 3])
def test_export_and_import(made: Path, tmp_path: Path, partitions: int) -> None:
    folder, again = tmp_path / "tables", tmp_path / "again.duckdb"
    assert carvsdb("db", "export", folder, "--partitions", str(partitions), "--db", made).code == 0
    done = carvsdb("db", "import", folder, "--db", again, "--json")
    assert done.code == 0
    assert (done.json["nets"], done.json["folders"]) == (10, partitions)
    assert everything(again) == everything(made)
    once_more = carvsdb("db", "import", folder, "--db", again, "--json").json
    assert (once_more["nets"], once_more["known"]) == (0, partitions)
    assert carvsdb("db", "verify", "--db", again).code == 0
    assert carvsdb("db", "export", folder, "--db", made).code == 7


def test_a_hundred_partitions_are_read_as_one(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    assert carvsdb("db", "export", folder, "--partitions", "100", "--db", made).code == 0
    assert len(list(folder.iterdir())) == 100
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT label, symbol FROM read_parquet($folder || '/*/structure.parquet', union_by_name = true) structure "
            "JOIN read_parquet($folder || '/*/net.parquet', union_by_name = true) net ON structure_id = structure.id "
            "JOIN read_parquet($folder || '/*/carvs.parquet', union_by_name = true) AS carvs ON net_id = net.id "
            "ORDER BY label",
            {"folder": str(folder)},
        ).fetchall()
    with Catalogue.open(made, read_only=True) as catalogue:
        assert found == [(row["label"], row["symbol"]) for row in catalogue.list().rows()]


def test_merge(tmp_path: Path) -> None:
    first, second = tmp_path / "first.duckdb", tmp_path / "second.duckdb"
    with Catalogue.open(first) as catalogue:
        catalogue.add([library_entry("dia"), library_entry("lon"), library_entry("sod", label="x")])
    with Catalogue.open(second) as catalogue:
        catalogue.add([library_entry("dia", label="diamond"), library_entry("pcu", label="x", source=RCSR)])
        vectors = catalogue.normalised_vectors()
        catalogue.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions("pca")))
    done = carvsdb("db", "merge", second, "--db", first, "--json")
    assert done.code == 0
    assert done.json["relabelled"] == {"x": "x@RCSR"}
    assert "'x@RCSR'" in done.err
    with Catalogue.open(first, read_only=True) as catalogue:
        assert catalogue.list().table["label"].to_pylist() == ["dia", "lon", "x", "x@RCSR"]
        assert catalogue.embedding().number == 1
    before = everything(first)
    assert carvsdb("db", "merge", second, "--db", first, "--json").json["nets"] == 0
    assert everything(first) == before
    assert carvsdb("db", "verify", "--db", first).code == 0


def test_merge_keeps_nets_that_are_stored_with_other_edges(tmp_path: Path) -> None:
    first, second = tmp_path / "first.duckdb", tmp_path / "second.duckdb"
    for path, name in ((first, "dia"), (second, "sod")):
        with Catalogue.open(path) as catalogue:
            catalogue.add([entry_of(find_rings(library.load(name)), "a", content="one file")])
    done = carvsdb("db", "merge", second, "--db", first)
    assert done.code == 6
    assert "other edges (4, now 12)" in done.err
    with Catalogue.open(first, read_only=True) as catalogue:
        assert catalogue.list().rows()[0]["symbol"] == "{6(12)}"
    assert carvsdb("db", "verify", "--db", first).code == 0


def test_snapshot_while_somebody_writes(tmp_path: Path) -> None:
    path = tmp_path / "nets.duckdb"
    code = """
import sys
from itertools import count
from catalogue_entries import *
from carvsdb.catalogue import Catalogue
with Catalogue.open(sys.argv[1]) as catalogue:
    for number in count():
        catalogue.add([entry_of(census("sod"), f"n{number}", content=str(number))])
        print(number, flush=True)
"""
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout is not None
        for number in range(3):
            acknowledged = int(writer.stdout.readline())
            assert carvsdb("list", "--db", path).code == 7
            copy = tmp_path / f"copy{number}.duckdb"
            assert carvsdb("db", "snapshot", copy, "--db", path).code == 0
            with Catalogue.open(copy, read_only=True) as catalogue:
                assert len(catalogue) > acknowledged
            assert carvsdb("db", "verify", "--sample", "1", "--db", copy).code == 0
    finally:
        writer.kill()
        writer.communicate()


def test_an_ingest_that_stores_nothing_leaves_no_catalogue(tmp_path: Path) -> None:
    file, db = tmp_path / "bad.cif", tmp_path / "nets.duckdb"
    file.write_text("junk\n", encoding="utf-8")
    done = carvsdb("ingest", file, "--db", db)
    assert (done.code, "not made, since it would hold no net" in done.err) == (3, True)
    assert not list(tmp_path.glob("nets*"))
    assert carvsdb("ingest", "--source", "core-mof", "--from", tmp_path, "--db", db).code != 0
    assert not list(tmp_path.glob("nets*"))
    for number in range(12):
        (tmp_path / f"bad-{number}.cif").write_text("junk\n", encoding="utf-8")
    (tmp_path / "sql.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n", encoding="utf-8")
    done = carvsdb("ingest", tmp_path, "--workers", "2", "--db", db)
    assert done.code == 6
    assert "8 more: rejected: is no CIF file" in done.err
    assert done.err.count("rejected: ") == 6
    assert [path.name for path in tmp_path.glob("nets*")] == ["nets.duckdb"]  # the shards are gone
    again = carvsdb("ingest", tmp_path, "--verbose", "--db", db)
    assert again.err.count("rejected: ") == 13
