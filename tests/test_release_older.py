"""A release of an older schema is verified, loaded and compared: it lacks the tables that came since."""

import json
from pathlib import Path

import pytest
from catalogue_entries import RCSR, library_entry
from release_cards import card_of

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance import checksums
from carvsdb.errors import VerificationError
from carvsdb.releases import BuildOptions, build_release, compare_releases, load_release, verify_release
from carvsdb.releases.content_hash import release_hash
from carvsdb_schemas.tables import ADDED_TABLES, ALL_TABLES, SCHEMA_VERSION

CARD = card_of()


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Return a release as schema 4 wrote it."""
    with Catalogue.in_memory() as catalogue:
        catalogue.add([library_entry(name, source=RCSR, names=(name,)) for name in ("dia", "sod")])
        folder = build_release(catalogue, CARD, tmp_path / "older", BuildOptions(database=False)).folder
        build_release(catalogue, CARD, tmp_path / "newer", BuildOptions(database=False))
    manifest = json.loads((folder / "release.json").read_text())
    later = {name for since, added in ADDED_TABLES.items() if since > 4 for name in added}
    for name in later:
        del manifest["tables"][name]
        (folder / f"{name}.parquet").unlink()
    manifest["schema_version"] = 4
    manifest["code_version"] = "0.0.9"
    manifest["content_sha256"] = release_hash(
        {name: about["content_sha256"] for name, about in manifest["tables"].items()}
    )
    (folder / "release.json").write_text(json.dumps(manifest))
    checksums.write(folder)
    return folder


def test_it_is_verified_loaded_and_compared(older: Path, tmp_path: Path) -> None:
    verify_release(older)
    load_release(older, tmp_path / "loaded.duckdb")
    with Catalogue(tmp_path / "loaded.duckdb") as loaded:
        assert sorted(loaded) == ["dia", "sod"]
    found = compare_releases(older, tmp_path / "newer")
    assert (found.added, found.removed) == ((), ())


def test_a_table_that_its_schema_has_must_be_there(older: Path) -> None:
    (older / "geometry.parquet").unlink()
    checksums.write(older)
    with pytest.raises(VerificationError, match=r"geometry\.parquet"):
        verify_release(older)


def test_every_table_has_a_schema_that_brought_it() -> None:
    names = {str(model.__tablename__) for model in ALL_TABLES}
    assert {name for added in ADDED_TABLES.values() for name in added} <= names
    assert max(ADDED_TABLES) <= SCHEMA_VERSION
