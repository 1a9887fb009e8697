"""Taking entries out: into the trash first, from where they come back whole, and out of that for good."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
from sqlmodel import SQLModel

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.maintenance.checking import refuse_broken
from carvsdb.catalogue.maintenance.exporting import EXPORTED, SHARED, exported
from carvsdb.catalogue.maintenance.folders import folder_schema
from carvsdb.catalogue.questions.resolving import structures_named
from carvsdb.catalogue.storing.batch import Batch
from carvsdb.catalogue.storing.committing import CommitReport, commit
from carvsdb.errors import InputError, NotFoundError
from carvsdb.short_repr import short_repr
from carvsdb.version import VERSION
from carvsdb_schemas.arrow import arrow_schema, table_of
from carvsdb_schemas.tables import EmbeddingPoint, EmbeddingRow, Environment, SchemaInfo, Source, UnitRow

_KEPT = (Environment, UnitRow, Source, EmbeddingRow, SchemaInfo)
"""Tables of what entries share; their rows go along as copies."""


@dataclass(frozen=True, slots=True, repr=False)
class Removal:
    """Entries that were taken out, or would be.

    Attributes
    ----------
    number : int
        Under which the trash has them; 0 if nothing was done.
    labels : tuple of str
        The entries.
    rows : dict of str to int
        By table, how many rows hang on them: searches, refinement runs, points of maps.
    """

    number: int
    labels: tuple[str, ...]
    rows: dict[str, int]

    __repr__ = short_repr


def remove(storage: Storage, names: Sequence[str], *, dry: bool = False) -> Removal:
    """Move entries with all that hangs on them into the trash; see :meth:`Catalogue.remove`."""
    structures = structures_named(storage, names)
    if dry:
        _note(storage, list(structures))
        rows = _counted(storage)
        _forget(storage)
        return Removal(0, tuple(structures.values()), rows)
    with storage.transaction():
        _note(storage, list(structures))
        rows = _counted(storage)
        number = 1 + storage.rows("SELECT coalesce(max(number), 0) FROM trash")[0][0]
        content = _packed({name: storage.table(query) for name, query in _queries().items()})
        when = datetime.now(UTC).isoformat(timespec="seconds")
        storage.execute(
            "INSERT INTO trash VALUES (?, ?, ?, ?, ?)", [number, list(structures.values()), when, content, VERSION]
        )
        for model, condition in _conditions():
            storage.execute(f'DELETE FROM "{model.__tablename__}" WHERE {condition}')
        _forget(storage)
    return Removal(number, tuple(structures.values()), rows)


def restore(storage: Storage, number: int) -> CommitReport:
    """Bring back what was removed at one time; see :meth:`Catalogue.restore`."""
    found = storage.rows("SELECT content FROM trash WHERE number = ?", [number])
    if not found:
        raise NotFoundError(f"the trash has no number {number}", hint="`carvsdb db trash` shows what it has")
    content = _unpacked(found[0][0], number)
    points = content.pop("embedding_point", None)
    report = commit(storage, Batch.of_tables(content), check=refuse_broken)
    with storage.transaction():
        if points is not None:
            storage.insert(
                EmbeddingPoint,
                points,
                "embedding_id::UUID IN (SELECT id FROM embedding) AND carvs_id::UUID IN (SELECT id FROM carvs) AND "
                "(embedding_id::UUID, carvs_id::UUID) NOT IN (SELECT (embedding_id, carvs_id) FROM embedding_point)",
            )
        storage.execute("DELETE FROM trash WHERE number = ?", [number])
    return report


def purge(storage: Storage) -> int:
    """Empty the trash for good; returns how many entries that were."""
    (count,) = storage.rows("SELECT coalesce(sum(len(labels)), 0)::BIGINT FROM trash")[0]
    with storage.transaction():
        storage.execute("DELETE FROM trash")
        for name, (link, column) in SHARED.items():
            storage.execute(f"DELETE FROM {name} WHERE id NOT IN (SELECT {column} FROM {link})")
        storage.execute("DELETE FROM embedding_environment WHERE environment_id NOT IN (SELECT id FROM environment)")
    return int(count)


def number_of(storage: Storage, name: str) -> int:
    """Return under which number the trash has an entry, the newest removal first.

    Raises
    ------
    NotFoundError
        If it has none of that name.
    """
    if name.isdecimal() and len(name) < 10:
        return int(name)
    found = storage.rows("SELECT number FROM trash WHERE list_contains(labels, ?) ORDER BY number DESC LIMIT 1", [name])
    if not found:
        raise NotFoundError(f"the trash has no {name!r}", item=name, hint="`carvsdb db trash` shows what it has")
    return int(found[0][0])


def _conditions() -> Iterator[tuple[type[SQLModel], str]]:
    """Yield, by table, which rows hang on the structures that were noted; what others hang on comes last."""
    for model in reversed(EXPORTED):
        if model in _KEPT:
            continue
        columns = table_of(model).columns
        if str(model.__tablename__) == "structure":
            yield model, "id IN (SELECT structure_id FROM temp.leaving)"
        elif "structure_id" in columns:
            yield model, "structure_id IN (SELECT structure_id FROM temp.leaving)"
        elif "net_id" in columns:
            yield model, "net_id IN (SELECT net_id FROM temp.leaving_net)"
        elif "carvs_id" in columns:
            yield model, "carvs_id IN (SELECT carvs_id FROM temp.leaving_carvs)"


def _counted(storage: Storage) -> dict[str, int]:
    rows = {
        str(model.__tablename__): int(
            storage.rows(f'SELECT count(*) FROM "{model.__tablename__}" WHERE {condition}')[0][0]
        )
        for model, condition in _conditions()
    }
    return {name: rows[name] for name in reversed(rows) if rows[name]}


def _queries() -> dict[str, str]:
    """Return, by table, the query for the rows that leave, and for those that they name."""
    queries = exported()
    found = {str(model.__tablename__): condition for model, condition in _conditions()}
    for name, (link, column) in SHARED.items():
        found[name] = f"id IN (SELECT {column} FROM {link} WHERE net_id IN (SELECT net_id FROM temp.leaving_net))"
    found["source"] = "id IN (SELECT source_id FROM structure WHERE id IN (SELECT structure_id FROM temp.leaving))"
    return {name: f"{queries[name]} WHERE {condition}" for name, condition in found.items()}


def _note(storage: Storage, structures: list[str]) -> None:
    storage.execute("CREATE OR REPLACE TEMP TABLE leaving AS SELECT unnest(?::UUID[]) AS structure_id", [structures])
    storage.execute(
        "CREATE OR REPLACE TEMP TABLE leaving_net AS SELECT id AS net_id FROM net "
        "WHERE structure_id IN (SELECT structure_id FROM temp.leaving)"
    )
    storage.execute(
        "CREATE OR REPLACE TEMP TABLE leaving_carvs AS SELECT id AS carvs_id FROM carvs "
        "WHERE net_id IN (SELECT net_id FROM temp.leaving_net)"
    )


def _forget(storage: Storage) -> None:
    for name in ("leaving", "leaving_net", "leaving_carvs"):
        storage.execute(f"DROP TABLE temp.{name}")


def _packed(content: dict[str, pa.Table]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, table in content.items():
            if table.num_rows:
                sink = io.BytesIO()
                pq.write_table(table.cast(folder_schema(name)), sink, compression="zstd")
                packed.writestr(f"{name}.parquet", sink.getvalue())
    return archive.getvalue()


def _unpacked(content: bytes, number: int) -> dict[str, pa.Table]:
    tables: dict[str, pa.Table] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for model in EXPORTED:
                name = f"{model.__tablename__}.parquet"
                if name in packed.namelist():
                    if packed.getinfo(name).compress_type != zipfile.ZIP_STORED:
                        raise InputError(f"number {number} of the trash was not written by carvsdb")
                    table = pq.read_table(io.BytesIO(packed.read(name)))
                    known = arrow_schema(model)
                    lacking = [one for one in known.names if one not in table.column_names]
                    if set(table.column_names) - set(known.names) or any(
                        not known.field(one).nullable for one in lacking
                    ):
                        raise InputError(f"number {number} of the trash has other columns in {name}")
                    tables[str(model.__tablename__)] = table
    except (zipfile.BadZipFile, pa.ArrowException, OSError, EOFError) as error:
        raise InputError(f"number {number} of the trash cannot be read ({error})") from error
    return tables
