"""Releases hold what their sources may be passed on as: whole, as derived values, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from catalogue_entries import library_entry
from release_cards import NETS, card_of

from carvsdb.catalogue import Catalogue, SourceInfo
from carvsdb.catalogue.maintenance import checksums
from carvsdb.errors import InputError, NotFoundError, VerificationError
from carvsdb.releases import BuildOptions, build_release, load_release, verify_release
from carvsdb.releases.card import card_text
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.released import GRAPH_LEFT_OUT

CLOSED = SourceInfo("closed", licence="LicenseRef-closed", id_in_source="ABCDEF")


def two_sources(**closed: object) -> DatasetCard:
    """Return a card that names the closed source, too."""
    sources: list[object] = [
        {"collection": "RCSR", "licence": "CC-BY-4.0", "doi": "10.1021/ar800124u"},
        {"collection": "closed", "licence": "LicenseRef-closed", "url": "https://example.org", **closed},
    ]
    return card_of(sources=sources)


@pytest.fixture
def mixed() -> Iterator[Catalogue]:
    with Catalogue.in_memory() as opened:
        opened.add([*NETS, library_entry("qtz", source=CLOSED, names=("qtz",))])
        yield opened


def test_what_may_not_be_passed_on_is_reduced(mixed: Catalogue, tmp_path: Path) -> None:
    report = build_release(mixed, two_sources(), tmp_path / "release")
    assert {one.collection: (one.redistribution, one.nets) for one in report.sources} == {
        "": ("full", 2),
        "RCSR": ("full", 2),
        "closed": ("derived", 1),
    }
    verify_release(report.folder)
    rows = {row["label"]: row for row in pq.read_table(report.folder / "structure.parquet").to_pylist()}
    nets = {row["structure_id"]: row for row in pq.read_table(report.folder / "net.parquet").to_pylist()}
    qtz = nets[rows["qtz"]["id"]]
    assert (qtz["edges"], qtz["is_node"], qtz["n_nodes"]) == ([], [], 3)
    assert GRAPH_LEFT_OUT in qtz["quality"]
    assert "closed: LicenseRef-closed (only what is derived" in (report.folder / "LICENSE").read_text()
    load_release(report.folder, tmp_path / "loaded.duckdb")
    with Catalogue(tmp_path / "loaded.duckdb") as loaded:
        assert loaded.similar("qtz", 1).rows()
        with pytest.raises(NotFoundError, match="stored without its graph"):
            loaded.net("qtz")


def test_what_may_not_be_passed_on_is_left_out(mixed: Catalogue, tmp_path: Path) -> None:
    report = build_release(mixed, two_sources(redistribution="none"), tmp_path / "release")
    assert report.rows["structure"] == report.rows["net"] == 4
    assert [one.nets for one in report.sources if one.redistribution == "none"] == [1]
    verify_release(report.folder)


def test_more_than_the_card_allows_is_found(mixed: Catalogue, tmp_path: Path) -> None:
    folder = build_release(mixed, two_sources(redistribution="full"), tmp_path / "release").folder
    card = two_sources()
    (folder / "card.yaml").write_text(card_text(card), encoding="utf-8")
    checksums.write(folder)
    with pytest.raises(VerificationError, match="source closed: the card allows derived, the release holds full"):
        verify_release(folder)


def test_a_collection_that_the_card_does_not_name(mixed: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'closed', which the card does not name"):
        build_release(mixed, card_of(), tmp_path / "release")
    report = build_release(mixed, card_of(), tmp_path / "some", BuildOptions(where="source IS DISTINCT FROM 'closed'"))
    assert report.rows["net"] == 4
