"""Writing a release: a folder of Parquet tables, its card, licence, citation and checksums."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlmodel import SQLModel

from carvsdb.atomic_write import draft_folder
from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.maintenance import checksums
from carvsdb.errors import InputError, RefusedError
from carvsdb.releases.card import card_text
from carvsdb.releases.texts import citation_text, licence_text, manifest_text, readme_text
from carvsdb.version import VERSION
from carvsdb_schemas.arrow import arrow_schema, plain_lists, table_of
from carvsdb_schemas.card import DatasetCard
from carvsdb_schemas.manifest import ReleaseManifest, TableManifest
from carvsdb_schemas.tables import (
    ADDED_COLUMNS,
    SCHEMA_VERSION,
    CarvsRow,
    EmbeddingPoint,
    EmbeddingRow,
    Environment,
    NetEnvironment,
    NetRow,
    NetUnit,
    NoiseBlock,
    Source,
    StructureRow,
    UnitRow,
)

RELEASED: tuple[type[SQLModel], ...] = (
    Source,
    StructureRow,
    NetRow,
    CarvsRow,
    Environment,
    NetEnvironment,
    NoiseBlock,
    UnitRow,
    NetUnit,
    EmbeddingRow,
    EmbeddingPoint,
)
"""Tables of a release: all but what is about one file and its making."""

UNRELEASED_COLUMNS = {"carvs": ("seconds",), "structure": ("file",)}
"""Columns about the machine that made a catalogue: the same data must give the same bytes elsewhere."""

CARD, MANIFEST = "card.yaml", "release.json"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was written.

    Attributes
    ----------
    folder : Path
        The release.
    rows : dict of str to int
        Number of rows by table.
    """

    folder: Path
    rows: dict[str, int]


def build_release(catalogue: Catalogue, card: DatasetCard, folder: str | Path) -> BuildReport:
    """Write a release; the same catalogue and card give the same bytes.

    Parameters
    ----------
    catalogue : Catalogue
        What to release.
    card : DatasetCard
        What it is; see :func:`carvsdb.releases.read_card`.
    folder : str or Path
        Where to; it must not exist, and appears only when all is written.

    Raises
    ------
    RefusedError
        If the folder exists, or the catalogue is empty.
    InputError
        If its parent does not exist, or the card has a unit for a column that no table has.
    """
    folder = Path(folder)
    if folder.exists() or folder.is_symlink():
        raise RefusedError("exists already", item=str(folder), hint="a release is never changed; choose a new name")
    if not folder.absolute().parent.is_dir():
        raise InputError(f"the folder {folder.absolute().parent} does not exist", path=folder)
    if not len(catalogue):
        raise RefusedError("the catalogue is empty, so there is nothing to release", hint="run `carvsdb ingest` first")
    _check_properties(card)
    with draft_folder(folder.absolute()) as draft:
        manifest = _write(catalogue, card, draft)
        draft.rename(folder)
    return BuildReport(folder, {name: about.rows for name, about in manifest.tables.items()})


def released_schema(model: type[SQLModel], version: int = SCHEMA_VERSION) -> pa.Schema:
    """Return the Arrow schema of a table in a release; vectors are plain lists, of 32 numbers each."""
    name = str(model.__tablename__)
    later = [column for since, added in ADDED_COLUMNS.items() if since > version for column in added.get(name, ())]
    hidden = {*UNRELEASED_COLUMNS.get(name, ()), *later}
    fields = [field for field in arrow_schema(model) if field.name not in hidden]
    return pa.schema([field.with_type(plain_lists(field.type)) for field in fields])


def _write(catalogue: Catalogue, card: DatasetCard, draft: Path) -> ReleaseManifest:
    tables = {}
    for model in RELEASED:
        name = str(model.__tablename__)
        table = _read(catalogue, model)
        path = draft / f"{name}.parquet"
        pq.write_table(table, path, compression="zstd", compression_level=9, version="2.6")
        tables[name] = TableManifest(file=path.name, rows=table.num_rows, columns=table.column_names)
    manifest = ReleaseManifest(
        name=card.name,
        version=card.version,
        schema_version=SCHEMA_VERSION,
        code_version=VERSION,
        tables=tables,
    )
    for file, text in (
        (CARD, card_text(card)),
        (MANIFEST, manifest_text(manifest)),
        ("LICENSE", licence_text(card)),
        ("CITATION.cff", citation_text(card)),
        ("README.md", readme_text(card, manifest)),
    ):
        (draft / file).write_text(text, encoding="utf-8", newline="\n")
    checksums.write(draft)
    return manifest


def _read(catalogue: Catalogue, model: type[SQLModel]) -> pa.Table:
    """Return a table in the order of its key."""
    schema = released_schema(model)
    columns = ", ".join(f'"{field.name}"' for field in schema)
    order = ", ".join(f'"{column.name}"' for column in table_of(model).primary_key.columns)
    table = catalogue.storage.table(f'SELECT {columns} FROM "{model.__tablename__}" ORDER BY {order}')
    # DuckDB hands texts and lists over under other names of the same types, and knows no "not null".
    return table.cast(pa.schema([field.with_nullable(True) for field in schema])).cast(schema)


def _check_properties(card: DatasetCard) -> None:
    known = {f"{model.__tablename__}.{column}" for model in RELEASED for column in released_schema(model).names}
    for name in card.properties:
        if name not in known:
            raise InputError(
                f"the card gives a unit for {name!r}, but a release has no such column",
                hint="name it as table.column, such as carvs.sigma",
            )
