"""Checking a release: its bytes, its card, its tables, its laws."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from pydantic import ValidationError

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.maintenance import checksums
from carvsdb.catalogue.maintenance.recomputing import broken_each
from carvsdb.catalogue.records.laws import UNREADABLE
from carvsdb.errors import CarvsdbError, InputError, NotFoundError, RefusedError, VerificationError
from carvsdb.regular_file import read_text
from carvsdb.releases.build import CARD, MANIFEST, RELEASED, released_schema
from carvsdb.releases.card import LARGEST_CARD, read_card
from carvsdb.releases.laws import broken_forms, broken_laws
from carvsdb.yaml_text import load_yaml
from carvsdb_schemas.manifest import ReleaseManifest
from carvsdb_schemas.tables import ADDED_TABLES, SCHEMA_VERSION

REQUIRED = (
    *(CARD, MANIFEST, "LICENSE", "CITATION.cff", "README.md"),
    *(f"{model.__tablename__}.parquet" for model in RELEASED if model.__tablename__ not in ADDED_TABLES),
)
"""Files of every release, whatever its schema."""

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found in order.

    Attributes
    ----------
    folder : Path
        The release.
    name, version : str
        From its card.
    files : int
        Number of files whose SHA-256 was compared.
    rows : dict of str to int
        Number of rows by table.
    """

    folder: Path
    name: str
    version: str
    files: int
    rows: dict[str, int]


def verify_release(folder: str | Path) -> VerifyReport:
    """Check a release.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    RefusedError
        If it was built with a newer schema.
    VerificationError
        If anything is wrong; the sentences say what, all of them.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise NotFoundError("there is no such release", item=str(folder))
    try:
        listed = checksums.read(folder)
    except InputError as error:
        raise VerificationError(error.message, item=error.item) from error
    problems = checksums.differences(folder, listed, REQUIRED)
    _stop(folder, problems)
    card = None
    try:
        card = read_card(folder / CARD)
    except CarvsdbError as error:
        problems.append(str(error))
    manifest = _manifest(folder, problems)
    if manifest is None or card is None:
        _stop(folder, problems)
        raise AssertionError("a card or manifest that is missing is a problem")
    if (manifest.name, manifest.version) != (card.name, card.version):
        problems.append(f"{MANIFEST} is of {manifest.name} {manifest.version}, {CARD} of {card.name} {card.version}")
    problems += _wrong_citation(folder, card.version)
    tables = _tables(folder, manifest, problems)
    _stop(folder, problems)
    problems += broken_forms(tables)
    _stop(folder, problems)
    problems += _broken_rows(tables)
    _stop(folder, problems)
    problems += broken_laws(tables)
    _stop(folder, problems)
    rows = {name: table.num_rows for name, table in tables.items()}
    return VerifyReport(folder, card.name, card.version, len(listed), rows)


def _manifest(folder: Path, problems: list[str]) -> ReleaseManifest | None:
    try:
        manifest = ReleaseManifest.model_validate_json(read_text(folder / MANIFEST))
    except ValidationError as error:
        problems.append(f"{MANIFEST}: {error.errors()[0]['msg']}")
        return None
    if manifest.schema_version > SCHEMA_VERSION:
        raise RefusedError(
            f"the release has schema {manifest.schema_version}, this carvsdb knows up to {SCHEMA_VERSION}",
            item=str(folder),
            hint="upgrade with `pip install -U carvsdb`",
        )
    return manifest


def _wrong_citation(folder: Path, version: str) -> list[str]:
    try:
        citation = load_yaml(read_text(folder / "CITATION.cff", LARGEST_CARD))
    except (yaml.YAMLError, InputError):
        return ["CITATION.cff: is no YAML"]
    if not isinstance(citation, dict) or citation.get("version") != version:
        return [f"CITATION.cff: is not of version {version}"]
    return []


def _tables(folder: Path, manifest: ReleaseManifest, problems: list[str]) -> dict[str, pa.Table]:
    tables = {}
    for model in RELEASED:
        name = str(model.__tablename__)
        if manifest.schema_version < ADDED_TABLES.get(name, 0):
            tables[name] = released_schema(model).empty_table()
            continue
        about = manifest.tables.get(name)
        if about is None or about.file != f"{name}.parquet":
            problems.append(f"{MANIFEST}: {name}.parquet is not in it")
            continue
        try:
            with pq.ParquetFile(folder / about.file) as file:
                if file.metadata.num_rows != about.rows:
                    problems.append(f"{about.file}: {file.metadata.num_rows} rows, but {MANIFEST} says {about.rows}")
                    continue
                table = file.read()
            table.validate(full=True)
        except (OSError, *UNREADABLE) as error:
            problems.append(f"{about.file}: cannot be read: {next(iter(str(error).splitlines()), repr(error))}")
            continue
        tables[name] = table
        if not table.schema.equals(released_schema(model, manifest.schema_version)):
            problems.append(f"{about.file}: its columns are not those of schema {manifest.schema_version}")
    return tables


def _broken_rows(tables: dict[str, pa.Table]) -> list[str]:
    """Look at the rows as at those of a catalogue."""
    with Storage(None) as storage:
        storage.create_tables(RELEASED)
        try:
            for model in RELEASED:
                name = str(model.__tablename__)
                more = ", 0 AS seconds" if name == "carvs" else ""
                with storage.registered("incoming", tables[name]):
                    storage.execute(f'INSERT INTO "{name}" BY NAME SELECT *{more} FROM incoming')
            return broken_each(storage, {str(model.__tablename__): "true" for model in RELEASED})
        except duckdb.Error as error:
            return [f"{name}.parquet: {next(iter(str(error).splitlines()), repr(error))}"]


def _stop(folder: Path, problems: list[str]) -> None:
    if problems:
        shown = problems[:_SHOWN]
        if len(problems) > _SHOWN:
            shown.append(f"and {len(problems) - _SHOWN} more")
        number = "1 thing is" if len(problems) == 1 else f"{len(problems)} things are"
        raise VerificationError(f"{number} wrong: {'; '.join(shown)}", item=str(folder))
