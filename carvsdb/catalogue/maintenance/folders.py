"""Folders of Parquet tables: shards of an ingestion, and exports of a catalogue.

A folder holds ``TABLE.parquet`` for each table that has rows, ``tables.json`` (schema, code version, rows) and
``SHA256SUMS``. The SHA-256 of that list is the folder's identity: its first half is the key under which a shard is
noted, and the name that a shard's folder has. A folder appears under its name only when all of it is on the disk.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from carvsdb.atomic_write import draft_folder, sync
from carvsdb.catalogue.file.storage import Incoming
from carvsdb.catalogue.maintenance import checksums
from carvsdb.catalogue.storing.batch import Batch
from carvsdb.errors import InputError, NotFoundError, RefusedError, VerificationError
from carvsdb.regular_file import read_text, sha256_of
from carvsdb.version import VERSION
from carvsdb_schemas.arrow import arrow_schema, plain_lists
from carvsdb_schemas.tables import ALL_TABLES, SCHEMA_VERSION

MANIFEST = "tables.json"

_NAME = re.compile(r"[0-9a-f]{32}")
_ROWS_AT_ONCE = 20_000
_MODELS = {str(model.__tablename__): model for model in ALL_TABLES}


class TablesManifest(BaseModel):
    """What a folder of tables holds."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int
    code_version: str
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class TableFolder:
    """A folder of tables that was checked.

    Attributes
    ----------
    path : Path
    key : UUID
        Its identity.
    manifest : TablesManifest
    """

    path: Path
    key: UUID
    manifest: TablesManifest

    def batch(self) -> Batch:
        """Return what it holds, read when it is asked for."""
        return Batch({name: _Reader(self.path / f"{name}.parquet") for name in self.manifest.rows})


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path

    def __call__(self) -> Incoming:
        file = pq.ParquetFile(self.path)
        return pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(_ROWS_AT_ONCE))


def folder_schema(name: str) -> pa.Schema:
    """Return the Arrow schema that a table has in a folder: keys as text, vectors as plain lists."""
    schema = arrow_schema(_MODELS[name])
    return pa.schema([field.with_type(plain_lists(field.type)) for field in schema])


def write_shard(tables: Mapping[str, pa.Table], folder: Path) -> Path:
    """Write tables as a new folder, named by its content, in another folder; returns it.

    Whatever stops it, there is the whole shard afterwards or none of it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with draft_folder(folder / "shard") as draft:
            rows = {}
            for name, table in tables.items():
                if table.num_rows:
                    write_table(draft / f"{name}.parquet", name, [table])
                    rows[name] = table.num_rows
            final = folder / seal(draft, rows).hex
            _put(draft, final)
    except OSError as error:
        raise RefusedError(
            f"a shard cannot be written: {error.strerror or error}",
            item=str(folder),
            hint="make room and run the same command again: what was stored is kept",
        ) from error
    return final


def write_table(path: Path, name: str, parts: Iterator[pa.Table] | list[pa.Table]) -> int:
    """Write the rows of a table, part by part; returns their number."""
    schema = folder_schema(name)
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd", version="2.6") as writer:
        for part in parts:
            # DuckDB hands texts and lists over under other names of the same types, and knows no "not null".
            nullable = pa.schema([field.with_nullable(True) for field in schema])
            writer.write_table(part.select(schema.names).cast(nullable).cast(schema))
            rows += part.num_rows
    return rows


def seal(draft: Path, rows: Mapping[str, int]) -> UUID:
    """Write the manifest and the checksums, see that all is on the disk, and return the folder's key."""
    manifest = TablesManifest(schema_version=SCHEMA_VERSION, code_version=VERSION, rows=dict(rows))
    (draft / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    checksums.write(draft)
    for path in (*draft.iterdir(), draft):
        sync(path)
    return _key(draft)


def open_folder(path: Path) -> TableFolder:
    """Check every byte of a folder of tables.

    Raises
    ------
    NotFoundError
        If there is none.
    VerificationError
        If a file is missing, was added or was changed; the sentence says which.
    RefusedError
        If a newer carvsdb wrote it.
    """
    if not path.is_dir():
        raise NotFoundError("there is no such folder", item=str(path))
    try:
        listed = checksums.read(path)
    except InputError as error:
        raise VerificationError(error.message, item=error.item) from error
    problems = checksums.differences(path, listed)
    key = _key(path)
    if _NAME.fullmatch(path.name) and path.name != key.hex:
        problems.append(f"its name is not that of its content, {key.hex}")
    try:
        manifest = TablesManifest.model_validate_json(read_text(path / MANIFEST))
    except (InputError, ValidationError) as error:
        raise VerificationError(f"{MANIFEST} cannot be read", item=str(path)) from error
    if manifest.schema_version > SCHEMA_VERSION:
        raise RefusedError(
            f"the tables have schema {manifest.schema_version}, this carvsdb {VERSION} knows up to {SCHEMA_VERSION}",
            item=str(path),
            hint="upgrade with `pip install -U carvsdb`",
        )
    problems += [f"{name}.parquet: missing" for name in manifest.rows if f"{name}.parquet" not in listed]
    problems += [f"{name}: no such table" for name in manifest.rows if name not in _MODELS]
    if problems:
        raise VerificationError("; ".join(problems), item=str(path))
    return TableFolder(path, key, manifest)


def check_tables(folder: TableFolder) -> None:
    """Read all tables of a folder that somebody else may have written.

    Raises
    ------
    InputError
        If one cannot be read, or has other columns, other types or another number of rows than it must.

    Notes
    -----
    A checksum vouches for the bytes and not for whoever wrote them: texts, lists and dictionaries are looked at in
    full before anything else sees them.
    """
    for name, number in folder.manifest.rows.items():
        path = folder.path / f"{name}.parquet"
        try:
            with pq.ParquetFile(path) as file:
                problem = _wrong_columns(file.schema_arrow, folder_schema(name))
                if problem is None and file.metadata.num_rows != number:
                    problem = f"it has {file.metadata.num_rows} rows, {MANIFEST} says {number}"
                if problem is None:
                    for batch in file.iter_batches(_ROWS_AT_ONCE):
                        batch.validate(full=True)
        except (OSError, MemoryError, OverflowError, NotImplementedError, ValueError, pa.ArrowException) as error:
            problem = f"cannot be read: {next(iter(str(error).splitlines()), repr(error))}"
        if problem is not None:
            raise InputError(problem, path=path, hint="nothing of it was stored; ask for another export")


def _wrong_columns(found: pa.Schema, expected: pa.Schema) -> str | None:
    if len(set(found.names)) < len(found.names):
        return "two of its columns have one name"
    for field in found:
        if field.name not in expected.names:
            return f"it has the column {field.name!r}, which no catalogue has"
        if field.type != expected.field(field.name).type:
            return f"its column {field.name!r} is {field.type}, not {expected.field(field.name).type}"
    missing = [field.name for field in expected if not field.nullable and field.name not in found.names]
    return f"it has no column {missing[0]!r}" if missing else None


def folders_in(path: Path) -> list[Path]:
    """Return a folder of tables, or all that are in a folder, by name.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    if (path / MANIFEST).exists() or (path / checksums.FILE).exists():
        return [path]
    inside = (
        sorted(one for one in path.iterdir() if one.is_dir() and not one.name.startswith(".")) if path.is_dir() else []
    )
    if not inside:
        raise NotFoundError(
            "holds no tables", item=str(path), hint="give a folder of shards, or one that `db export` wrote"
        )
    return inside


def _put(draft: Path, final: Path) -> None:
    # Somebody else may have written the same content: then the name is taken by a folder with the same bytes.
    with suppress(OSError):
        draft.rename(final)
    if not final.is_dir():
        raise InputError("the shard cannot be given its name", path=final)
    sync(final.parent)


def _key(path: Path) -> UUID:
    return UUID(hex=sha256_of(path / checksums.FILE)[:32])
