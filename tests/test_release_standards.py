"""Releases as others see them: the validators of the standards, plain tools, and whatever can go wrong on the way."""

import json
import random
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from program import carvsdb
from release_cards import NETS, card_of

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance import checksums
from carvsdb.errors import CarvsdbError, InputError, RefusedError, VerificationError
from carvsdb.releases import (
    BuildOptions,
    build_release,
    compare_releases,
    in_words,
    load_release,
    opened_release,
    opening,
    verify_release,
)
from carvsdb.releases.card import card_text
from carvsdb.releases.content_hash import TableHash
from carvsdb.releases.formats.facts import NEIGHBOURS
from carvsdb_ingest.analysis import read_items
from carvsdb_schemas.released import RELEASED


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    with Catalogue.in_memory() as opened:
        opened.add(NETS)
        yield opened


@pytest.fixture(scope="module")
def built(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_release(catalogue, card_of(keywords=["nets"]), tmp_path_factory.mktemp("built") / "release").folder


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "release"))


# The validators of the standards.


def test_frictionless(built: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(built / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "fieldName", "note"])
    assert len(report.tasks) == len(RELEASED)


def test_croissant(built: Path) -> None:
    croissant = pytest.importorskip("mlcroissant")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = croissant.Dataset(str(built / "croissant.json"))
        assert not dataset.metadata.ctx.issues.errors
        assert not dataset.metadata.ctx.issues.warnings
        nets = list(dataset.records("net"))
        (first, *_) = dataset.records("carvs")
    assert len(nets) == 4
    assert json.loads((built / "croissant.json").read_text())["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert len(first["carvs/mean_counts"]) == 32


def test_ro_crate(built: Path) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    crate = rocrate.ROCrate(str(built))
    assert crate.name == "Nets for tests"
    held = {entity.id for entity in crate.data_entities}
    assert {path.name for path in built.iterdir()} - held == {checksums.FILE, "ro-crate-metadata.json"}


def test_datacite(built: Path) -> None:
    schema = pytest.importorskip("datacite.schema45")
    content = json.loads((built / "datacite.json").read_text())
    schema.validator.validate(content)
    assert {"IsDerivedFrom"} == {one["relationType"] for one in content["relatedIdentifiers"]}
    assert content["creators"][0]["nameIdentifiers"][0]["nameIdentifier"] == "https://orcid.org/0000-0002-1825-0097"


def test_a_new_version_says_of_which(catalogue: Catalogue, built: Path, tmp_path: Path) -> None:
    card = card_of(version="2026.12", previous={"version": "2026.11", "doi": "10.5281/zenodo.1234567"})
    options = BuildOptions(where="label <> 'dia'", database=False, nets=False, previous=opened_release(built))
    new = build_release(catalogue, card, tmp_path / "new", options).folder
    related = json.loads((new / "datacite.json").read_text())["relatedIdentifiers"]
    assert ("IsNewVersionOf", "10.5281/zenodo.1234567") in {
        (one["relationType"], one["relatedIdentifier"]) for one in related
    }
    changes = (new / "CHANGES.md").read_text()
    assert "- `structure`: 1 rows removed" in changes
    assert "- removed: `dia`" in changes
    found = compare_releases(built, new)
    assert (found.tables["net"].added, found.tables["net"].removed, found.same_content) == (0, 1, False)
    assert compare_releases(new, new).same_content
    assert "no value of any table differs" in "\n".join(in_words(compare_releases(new, new)))
    verify_release(new)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="the program is one of Linux")
def test_sha256sum(built: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=built, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


# Plain tools.


def test_pandas_polars_and_duckdb_read_it(built: Path) -> None:
    pandas = pytest.importorskip("pandas")
    assert len(pandas.read_parquet(built / "net.parquet")) == 4
    rows = duckdb.sql(f"SELECT label FROM '{built}/structure.parquet' ORDER BY label").fetchall()
    assert [row[0] for row in rows] == ["chain", "dia", "glass", "sod"]


def test_the_duckdb_file_is_a_catalogue(built: Path) -> None:
    with Catalogue(built / "catalogue.duckdb") as opened:
        assert opened.similar("sod", 1).rows()[0]["label"] in ("dia", "glass")
        assert opened.show("sod").description.carvs.symbol == "{4(2).6(4).12(32)}"


def test_the_archive_holds_all_nets(built: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(built / "nets.zip", tmp_path)
    items = read_items(tmp_path / "nets.cgd")
    assert [item.net.name for item in items] == ["chain", "dia", "glass", "sod"]
    assert [item.net.n_vertices for item in items] == [1, 2, 6, 6]


def test_the_hash_of_the_content_does_not_depend_on_the_writer(built: Path, tmp_path: Path) -> None:
    noted = json.loads((built / "release.json").read_text())["tables"]["carvs"]["content_sha256"]
    table = pq.read_table(built / "carvs.parquet")
    pq.write_table(table, tmp_path / "other.parquet", compression="none", row_group_size=1, use_dictionary=False)
    content = TableHash(table.schema)
    content.update(pq.read_table(tmp_path / "other.parquet"))
    assert content.hexdigest() == noted


def test_loading_gives_an_equal_catalogue(built: Path, tmp_path: Path) -> None:
    assert load_release(built, tmp_path / "loaded.duckdb").n_nets == 4
    with Catalogue.open(tmp_path / "loaded.duckdb") as loaded:
        again = build_release(loaded, card_of(keywords=["nets"]), tmp_path / "again").folder
    first, second = checksums.read(built), checksums.read(again)
    assert {name for name in first if first[name] != second[name]} == {"catalogue.duckdb"}


# Conditions.


@pytest.mark.parametrize(
    ("where", "kind", "sentence"),
    [
        ("n_nodes >", InputError, "no SQL"),
        ("no_such_column = 1", InputError, "cannot be answered"),
        ("n_nodes > 1e6", RefusedError, "no net meets"),
        ("EXISTS (FROM read_text('/etc/passwd'))", CarvsdbError, "read_text"),
        ("true); DELETE FROM net; SELECT (true", CarvsdbError, "no SQL|one query"),
    ],
)
def test_bad_conditions(where: str, kind: type[Exception], sentence: str, catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(kind, match=sentence):
        build_release(catalogue, card_of(), tmp_path / "release", BuildOptions(where=where))
    assert not list(tmp_path.iterdir())
    assert len(catalogue) == 4


# Whatever can go wrong on the way.


def test_any_flipped_byte_is_found(release: Path) -> None:
    dice = random.Random(0)
    for path in sorted(release.iterdir()):
        content = path.read_bytes()
        places = dice.sample(range(len(content)), min(len(content), 40 if path.name == checksums.FILE else 2))
        for place in {0, len(content) - 1, *places}:
            spoiled = bytearray(content)
            spoiled[place] ^= 1 << dice.randrange(8)
            path.write_bytes(spoiled)
            with pytest.raises(CarvsdbError) as failed:
                verify_release(release)
            assert failed.value.exit_code == 8, (path.name, place)
        path.write_bytes(content)


def test_any_missing_and_any_added_file_is_found(release: Path) -> None:
    for path in sorted(release.iterdir()):
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(VerificationError, match="missing"):
            verify_release(release)
        if path.name != checksums.FILE:  # nor does leaving it out of the list help
            listed = (release / checksums.FILE).read_bytes()
            checksums.write(release)
            with pytest.raises(VerificationError, match="missing"):
                verify_release(release)
            (release / checksums.FILE).write_bytes(listed)
        path.write_bytes(content)
    (release / "more.txt").write_text("x")
    with pytest.raises(VerificationError, match=r"more\.txt: not listed"):
        verify_release(release)
    checksums.write(release)
    with pytest.raises(VerificationError, match=r"more\.txt: no release has such a file"):
        verify_release(release)


def edited(values: list[Any]) -> list[Any]:
    """Change the first value of a column, whatever it is."""
    first = values[0]
    changed: Any
    if first is None:
        return [*values[1:], None] if any(value is not None for value in values) else []
    if isinstance(first, bool):
        changed = not first
    elif isinstance(first, str):
        changed = first + "x"
    elif isinstance(first, list):
        changed = [*first, first[0]] if first else []
    else:
        changed = first + 1
    return [] if changed == first else [changed, *values[1:]]


def test_any_edited_value_and_any_dropped_row_is_found(release: Path) -> None:
    number = 0
    for path in sorted(release.glob("*.parquet")):
        table = pq.read_table(path)
        if not table.num_rows:
            continue
        other = [table.slice(1)]
        for place, field in enumerate(table.schema):
            values = edited(table[field.name].to_pylist())
            if values and values != table[field.name].to_pylist():
                other.append(table.set_column(place, field, pa.array(values, field.type)))
        content = path.read_bytes()
        for spoiled in other:
            pq.write_table(spoiled, path)
            checksums.write(release)
            # The nearest nets are no table of the catalogue: first of all texts tell the hash of their file.
            of_catalogue = path.name != NEIGHBOURS
            with pytest.raises(VerificationError, match=path.name if of_catalogue else "croissant.json"):
                opened_release(release) if of_catalogue else verify_release(release)
            number += 1
        path.write_bytes(content)
    assert number > 50


@pytest.mark.parametrize("name", ["README.md", "datapackage.json", "croissant.json", "datacite.json", "CITATION.cff"])
def test_a_text_that_says_something_else_is_found(release: Path, name: str) -> None:
    path = release / name
    path.write_text(path.read_text(encoding="utf-8").replace("Nets for tests", "Nets for rest"), encoding="utf-8")
    checksums.write(release)
    with pytest.raises(VerificationError, match=f"{name}: does not say what the card and the tables do"):
        verify_release(release)


def test_a_database_with_other_values_is_found(release: Path) -> None:
    with duckdb.connect(str(release / "catalogue.duckdb")) as database:
        database.execute("UPDATE carvs SET sigma = sigma + 1")
    checksums.write(release)
    with pytest.raises(VerificationError, match=r"its table carvs has other values than carvs\.parquet"):
        verify_release(release)


# Hostile releases.


def put_link(release: Path) -> None:
    (release / "LICENSE").unlink()
    (release / "LICENSE").symlink_to("/etc/passwd")


def put_outside(release: Path) -> None:
    text = (release / checksums.FILE).read_text()
    (release / checksums.FILE).write_text(text + f"{'0' * 64}  ../outside.txt\n")


def put_tag(release: Path) -> None:
    (release / "card.yaml").write_text("!!python/object/apply:os.system ['touch /tmp/pwned']\n")
    checksums.write(release)


def put_columns(release: Path) -> None:
    pq.write_table(pa.table({"id": ["x"], "evil": ["y"]}), release / "net.parquet")
    checksums.write(release)


def with_zeros(release: Path) -> None:
    """Put compressed zeros where the atoms are."""
    table = pq.read_table(release / "structure.parquet")
    zeros = pa.array([b"\0" * 2**24] * table.num_rows, pa.binary())
    place, field = table.column_names.index("atoms"), table.schema.field("atoms")
    pq.write_table(table.set_column(place, field, zeros), release / "structure.parquet", compression="zstd")
    checksums.write(release)


def test_compressed_zeros_are_not_expanded(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_zeros(release)
    assert (release / "structure.parquet").stat().st_size < 2**20
    monkeypatch.setattr(opening, "LARGEST_GROUP", 2**23)  # 2 GiB, or the test would have to make as much
    with pytest.raises(VerificationError, match=r"structure\.parquet: a row group has"):
        verify_release(release)


@pytest.mark.parametrize("spoil", [put_link, put_outside, put_tag, put_columns])
def test_hostile_releases(release: Path, spoil: Callable[[Path], None], tmp_path: Path) -> None:
    spoil(release)
    before = sorted(tmp_path.rglob("*"))
    done = carvsdb("release", "verify", release)
    assert done.code == 8
    assert done.err.count("\n") == 1
    assert carvsdb("release", "load", release, "--db", tmp_path / "db.duckdb").code == 8
    assert sorted(tmp_path.rglob("*")) == before


def test_labels_with_html_are_text(catalogue: Catalogue, tmp_path: Path) -> None:
    card = card_of(title="<script>alert(1)</script> & nets")
    folder = build_release(catalogue, card, tmp_path / "release", BuildOptions(database=False, nets=False)).folder
    assert "<script>" not in (folder / "README.md").read_text()
    verify_release(folder)


def test_exit_codes(built: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    card.write_text("!!python/object/apply:os.system ['true']\n")
    db = built / "catalogue.duckdb"
    assert carvsdb("release", "build", "--db", db, "--card", card, "-o", tmp_path / "x").code == 3
    card.write_text(card_text(card_of()), encoding="utf-8")
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("x")
    assert carvsdb("release", "build", "--db", db, "--card", card, "-o", full).code == 7
    assert (full / "mine.txt").read_text() == "x"
    assert carvsdb("release", "build", "--db", db, "--card", card, "-o", tmp_path / "y", "--json").code == 0
    assert carvsdb("release", "diff", built, tmp_path / "y").code == 0
    assert carvsdb("release", "verify", tmp_path / "none").code == 4
    loaded = carvsdb("release", "load", tmp_path / "y", "--db", tmp_path / "l.duckdb", "--json")
    assert (loaded.code, loaded.json["nets"]) == (0, 4)
