"""Catalogues of every released schema, opened by the present carvsdb."""

import gzip
import json
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest
from catalogue_entries import RCSR, amorphous_entry, library_entry

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.file.storage import Storage
from carvsdb.errors import RefusedError
from carvsdb_schemas.tables import SCHEMA_VERSION

FOLDER = Path(__file__).parent / "catalogues"
RELEASED = sorted(FOLDER.glob("schema-*.duckdb.gz"))


@pytest.fixture(params=RELEASED, ids=lambda path: path.name.split(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"old-{request.param.name.split('.')[0].removeprefix('schema-')}.duckdb"
    path.write_bytes(gzip.decompress(request.param.read_bytes()))
    return path


def test_every_older_schema_is_kept() -> None:
    versions = {int(path.name.split(".")[0].removeprefix("schema-")) for path in RELEASED}
    assert versions >= set(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize("read_only", [True, False])
def test_opens_with_all_it_held(old: Path, read_only: bool) -> None:
    version = int(old.stem.removeprefix("old-"))
    with Catalogue.open(old, read_only=read_only) as catalogue:
        assert catalogue.sql("SELECT value FROM schema_info WHERE name = 'schema_version'").rows() == [
            {"value": str(SCHEMA_VERSION)}
        ]
        assert len(catalogue) == 12
        assert catalogue.list().table["label"].to_pylist() == [
            "chain", "dia", "gis", "glass", "glass2", "lon", "m@all-node", "m@single-node", "pcu", "qtz", "sod", "sql",
        ]  # fmt: skip
        (first, _, *_rest) = catalogue.similar("dia").rows()
        assert (first["label"], first["distance"]) == ("lon", 0)
        shown = catalogue.show("sod")
        assert shown.description.carvs.symbol == "{4(2).6(4).12(32)}"
        assert len(shown.searches) == 2
        stored = catalogue.embedding()
        assert len(stored.labels) == 11
        assert np.isfinite(stored.embedding.coordinates).all()
        assert catalogue.sql("SELECT count(*) AS n FROM attempt WHERE status = 'error'").rows() == [{"n": 1}]
        assert catalogue.sql("SELECT count(*) AS n FROM noise_block").rows() == [{"n": 54}]
        assert catalogue.sql("SELECT label, density FROM entry WHERE density IS NOT NULL").rows() == (
            [] if version == 1 else [{"label": "sod", "density": 2.2}]
        )
        assert [len(catalogue.geometry(label)) for label in ("sod", "dia")] == [int(version > 1), 0]
        assert catalogue.refinements("glass").table["seed"].to_pylist() == [1] * (version > 1)
        assert not catalogue.sql("FROM duckdb_indexes()").rows()
        json.dumps(catalogue.show("qtz").model_dump())


def test_goes_on_from_there(old: Path) -> None:
    with Catalogue.open(old) as catalogue:
        assert catalogue.add([library_entry("dia", source=RCSR), amorphous_entry("glass", 1)]).unchanged == (
            "dia",
            "glass",
        )
        assert catalogue.add([library_entry("nbo")]).added == ("nbo",)


def test_a_migration_that_fails_leaves_it_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from carvsdb.catalogue.file import migrations

    with monkeypatch.context() as patched:
        step = migrations._add_columns

        def broken(storage: Storage, tables: Collection[str]) -> None:
            step(storage, tables)
            raise KeyError("as a defect would")

        patched.setattr(migrations, "_add_columns", broken)
        with pytest.raises(KeyError):
            Catalogue.open(old)
    with Catalogue.open(old) as catalogue:
        assert len(catalogue) == 12


def test_where_it_cannot_be_written_it_says_so(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from carvsdb.catalogue.file import schema

    class ReadOnly(Storage):
        def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
            super().__init__(path, read_only=True)

    monkeypatch.setattr(schema, "Storage", ReadOnly)
    with pytest.raises(RefusedError, match="must be brought to"):
        Catalogue.open(old, read_only=True)
