"""Releases: built, verified, and found out when they are wrong."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from catalogue_entries import RCSR, amorphous_entry, chain_entry, library_entry
from program import carvsdb
from release_cards import card_of, good_card, sealed

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance import checksums
from carvsdb.compare import EmbeddingOptions, fit_embedding
from carvsdb.errors import InputError, NotFoundError, RefusedError, VerificationError
from carvsdb.releases import BuildOptions, build_release, read_card, verify_release
from carvsdb.releases.card import card_text
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.tables import SCHEMA_VERSION

ENTRIES = (
    *(library_entry(name, source=RCSR, names=(name,)) for name in ("dia", "lon", "sod", "qtz")),
    library_entry("sod", max_ring_size=12, source=RCSR, names=("sod",)),
    chain_entry(),
    amorphous_entry("glass"),
)


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    with Catalogue.in_memory() as opened:
        opened.add(ENTRIES)
        vectors = opened.normalised_vectors()
        opened.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions("pca")))
        yield opened


@pytest.fixture(scope="module")
def card() -> DatasetCard:
    return card_of()


@pytest.fixture(scope="module")
def built(catalogue: Catalogue, card: DatasetCard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_release(catalogue, card, tmp_path_factory.mktemp("releases") / "test-nets-2026.11").folder


@pytest.fixture
def release(built: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may spoil."""
    return Path(shutil.copytree(built, tmp_path / built.name))


def test_a_release_is_verified(release: Path) -> None:
    report = verify_release(release)
    assert (report.name, report.version, report.files) == ("test-nets", "2026.11", 30)
    assert report.recomputed == 6
    assert report.rows == {
        "source": 1,
        "structure": 6,
        "net": 6,
        "carvs": 7,
        "environment": 4,
        "net_environment": 7,
        "noise_block": 27,
        "unit": 0,
        "net_unit": 0,
        "embedding": 1,
        "embedding_point": 5,
        "embedding_environment": 0,
        "geometry": 0,
        "refinement": 0,
        "attempt": 6,
    }


def test_nothing_else_is_left(built: Path) -> None:
    assert list(built.parent.iterdir()) == [built]


def test_same_catalogue_and_card_give_the_same_bytes(release: Path, card: DatasetCard, tmp_path: Path) -> None:
    with Catalogue.in_memory() as other:
        other.add(reversed(ENTRIES))  # in another order
        vectors = other.normalised_vectors()
        other.store_embedding(vectors, fit_embedding(vectors.matrix, EmbeddingOptions("pca")))
        again = build_release(other, card, tmp_path / "again").folder
    first, second = checksums.read(release), checksums.read(again)
    assert first.pop("catalogue.duckdb")
    assert second.pop("catalogue.duckdb")
    assert first == second


def test_texts(release: Path) -> None:
    readme = (release / "README.md").read_text(encoding="utf-8")
    assert "| carvs | 7 | `carvs.parquet` |" in readme
    assert "https://doi.org/10.5281/zenodo.1234567" in readme
    assert "| `carvs.sigma` | 1 | Spread of the nodes' vectors. |" in readme
    assert (release / "LICENSE").read_text(encoding="utf-8").startswith("SPDX-License-Identifier: CC-BY-4.0\n")
    citation = yaml.safe_load((release / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["authors"] == [
        {"family-names": "Zimmer", "given-names": "Åsa", "orcid": "https://orcid.org/0000-0002-1825-0097"},
        {"name": "The carvsdb developers"},
    ]
    assert read_card(release / "card.yaml") == card_of()


def test_tables_are_plain_parquet(release: Path) -> None:
    carvs = pq.read_table(release / "carvs.parquet")
    assert pa.types.is_list(carvs.schema.field("normalised").type)
    assert "seconds" not in carvs.column_names
    assert carvs["id"].to_pylist() == sorted(carvs["id"].to_pylist())
    assert pq.ParquetFile(release / "carvs.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


def test_an_existing_folder_is_refused(release: Path, catalogue: Catalogue, card: DatasetCard) -> None:
    before = checksums.files_in(release)
    with pytest.raises(RefusedError, match="exists already"):
        build_release(catalogue, card, release)
    assert checksums.files_in(release) == before


def test_an_empty_catalogue_is_refused(card: DatasetCard, tmp_path: Path) -> None:
    with Catalogue.in_memory() as empty, pytest.raises(RefusedError, match="nothing to release"):
        build_release(empty, card, tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_missing_parent(catalogue: Catalogue, card: DatasetCard, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        build_release(catalogue, card, tmp_path / "no" / "x")


def test_a_unit_for_no_column(catalogue: Catalogue, tmp_path: Path) -> None:
    properties = {"carvs.energy": {"unit": "eV", "description": "none"}}
    card = card_of(properties=properties)
    with pytest.raises(InputError, match=r"'carvs\.energy', but a release has no such column"):
        build_release(catalogue, card, tmp_path / "x")


def test_an_interrupt_leaves_nothing(
    catalogue: Catalogue, card: DatasetCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checksums, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_release(catalogue, card, tmp_path / "x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["carvs.parquet", "card.yaml", "release.json", "LICENSE", "README.md"])
def test_a_flipped_byte_is_found(release: Path, name: str) -> None:
    content = bytearray((release / name).read_bytes())
    content[len(content) // 2] ^= 1
    (release / name).write_bytes(content)
    with pytest.raises(VerificationError, match=f"1 thing is wrong: {name}: the SHA-256 is not the one listed"):
        verify_release(release)


@pytest.mark.parametrize("name", ["net.parquet", "CITATION.cff"])
def test_a_missing_file_is_found(release: Path, name: str) -> None:
    (release / name).unlink()
    with pytest.raises(VerificationError, match=f"{name}: missing"):
        verify_release(release)
    checksums.write(release)  # nor does leaving it out of the list help
    with pytest.raises(VerificationError, match=f"{name}: missing"):
        verify_release(release)


def test_an_unlisted_file_is_found(release: Path) -> None:
    (release / "notes").mkdir()
    (release / "notes" / "extra.txt").write_text("x")
    (release / "LICENSE").unlink()
    with pytest.raises(VerificationError, match=r"2 things are wrong: notes/extra\.txt: not listed.*LICENSE: missing"):
        verify_release(release)


def test_no_release(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        verify_release(tmp_path / "x")
    with pytest.raises(VerificationError, match="SHA256SUMS"):
        verify_release(tmp_path)
    (tmp_path / checksums.FILE).write_text("hello\n")
    with pytest.raises(VerificationError, match="expected a SHA-256"):
        verify_release(tmp_path)


def changed(release: Path, name: str, column: str, change: Callable[[list[object]], list[object]]) -> None:
    """Change a column of a release, and make its checksums right again."""
    path = release / f"{name}.parquet"
    table = pq.read_table(path)
    index = table.column_names.index(column)
    values = pa.array(change(table[column].to_pylist()), table.schema.field(column).type)
    pq.write_table(table.set_column(index, table.schema.field(column), values), path)
    sealed(release)


@pytest.mark.parametrize(
    ("name", "column", "change", "sentence"),
    [
        ("carvs", "normalised", lambda values: [[1.0] + [0.0] * 31] * len(values), "normalised is not mean_counts"),
        ("carvs", "normalised", lambda values: [None] * len(values), "null exactly where there are no rings"),
        ("carvs", "mean_counts", lambda values: [np.ones(32).tolist()] * len(values), "not the mean over its nodes"),
        ("carvs", "normalised", lambda values: [[0.5, 0.5]] * len(values), "Cannot cast list with length 2"),
        ("carvs", "sigma", lambda values: [2.0] * len(values), "sigma is not that of its nodes"),
        ("carvs", "symbol", lambda values: ["{6(12)}"] * len(values), "the symbol is not that of its vector"),
        ("carvs", "ring_counts", lambda values: ["{}"] * len(values), "do not add up"),
        ("carvs", "ring_counts", lambda values: ["{"] * len(values), "Malformed JSON"),
        ("carvs", "max_ring_size", lambda values: [5] * len(values), "largest_ring is not 0 to max_ring_size"),
        ("carvs", "id", lambda values: [values[0]] * len(values), "6 rows repeat the key"),
        ("net", "structure_id", lambda values: ["x"] * len(values), "Could not convert string"),
        (
            "net",
            "n_edges",
            lambda values: [99] * len(values),
            "the numbers of nodes, linkers and edges are not those of its lists",
        ),
        ("net", "edges", lambda values: [[[0, 9, 0, 0, 0]]] * len(values), "an edge names a vertex that it has not"),
        ("net_environment", "multiplicity", lambda values: [7] * len(values), "other nodes in its environments"),
        ("structure", "label", lambda values: ["same"] * len(values), "labels are not unique"),
    ],
)
def test_broken_laws_are_found(
    release: Path, name: str, column: str, change: Callable[[list[object]], list[object]], sentence: str
) -> None:
    changed(release, name, column, change)
    with pytest.raises(VerificationError, match=sentence):
        verify_release(release)


def test_rows_and_columns_are_checked(release: Path) -> None:
    path = release / "structure.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    pq.write_table(pq.read_table(release / "source.parquet").drop_columns(["url"]), release / "source.parquet")
    (release / "net.parquet").write_text("no Parquet")
    checksums.write(release)
    with pytest.raises(VerificationError) as failed:
        verify_release(release)
    sentence = str(failed.value)
    assert "structure.parquet: 5 rows, but release.json says 6" in sentence
    assert f"source.parquet: its columns are not those of schema {SCHEMA_VERSION}" in sentence
    assert "net.parquet: cannot be read" in sentence


def test_card_and_manifest_are_checked(release: Path) -> None:
    card = (release / "card.yaml").read_text(encoding="utf-8")
    (release / "card.yaml").write_text(card.replace("version: '2026.11'", "version: '2026.12'"), encoding="utf-8")
    checksums.write(release)
    with pytest.raises(VerificationError, match=r"release\.json is of test-nets 2026\.11, card\.yaml of"):
        verify_release(release)
    (release / "card.yaml").write_text("name: 5", encoding="utf-8")
    manifest = (release / "release.json").read_text(encoding="utf-8")
    (release / "release.json").write_text("{}", encoding="utf-8")
    checksums.write(release)
    with pytest.raises(VerificationError, match=r"card\.yaml: field name.*release\.json: name: Field required"):
        verify_release(release)
    newer = manifest.replace(f'"schema_version": {SCHEMA_VERSION}', '"schema_version": 99')
    (release / "release.json").write_text(newer, encoding="utf-8")
    checksums.write(release)
    with pytest.raises(RefusedError, match="schema 99"):
        verify_release(release)


def test_cards_are_read(card: DatasetCard, tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(card_text(card), encoding="utf-8")
    assert read_card(path) == card


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "expected fields"),
        (b"- a\n- b\n", "expected fields"),
        (b"name: [", "card.yaml:1: is no YAML"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"name: \x00", "is no YAML"),
        (b"name: test-nets", r"card\.yaml: field version: field required \(also wrong: title, .*, properties\)"),
        (b"name: Test Nets", "card.yaml: field name: string should match pattern .*got 'Test Nets'"),
    ],
)
def test_bad_cards(text: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_bytes(text)
    with pytest.raises(InputError, match=sentence):
        read_card(path)


def test_a_card_that_is_begun_builds_once_it_is_filled_in(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path / "My nets!.duckdb") as catalogue:
        catalogue.add(ENTRIES[:1])
    card = tmp_path / "card.yaml"
    command = ("release", "card", "--db", tmp_path / "My nets!.duckdb", "-o", card)
    assert carvsdb(*command).code == 0
    assert carvsdb(*command).code == 7
    begun = card.read_text()
    assert begun == carvsdb(*command[:-2]).out
    with pytest.raises(
        InputError, match=r"field title: .* \(also wrong: description, licence, authors\[0\].name, citation.text\)"
    ):
        read_card(card)
    filled = begun.replace("title: ''", "title: T").replace(
        "description: ''\nlicence: ''", "description: Twenty letters long.\nlicence: MIT"
    )
    card.write_text(filled.replace("name: ''", "name: Me").replace("text: ''", "text: Me 2026"))
    read = read_card(card)
    assert (read.name, [source.collection for source in read.sources]) == ("my-nets", [RCSR.collection])
    with Catalogue.open(tmp_path / "My nets!.duckdb", read_only=True) as catalogue:
        build_release(catalogue, read, tmp_path / "made", BuildOptions(nets=False))


def test_a_bad_field_deep_in_a_card(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(yaml.safe_dump({**good_card(), "authors": [{"name": "A"}, {"orcid": "0000"}]}))
    with pytest.raises(
        InputError, match=r"card\.yaml: field authors\[1\]\.name: field required \(also wrong: authors\[1\]\.orcid\)"
    ):
        read_card(path)
    with pytest.raises(InputError, match="there is no such file"):
        read_card(tmp_path / "none.yaml")
