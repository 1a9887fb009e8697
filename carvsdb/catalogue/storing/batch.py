"""Rows on their way into a catalogue: what belongs together, by table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import pyarrow as pa
from sqlmodel import SQLModel

from carvsdb.catalogue.file.storage import Incoming
from carvsdb.catalogue.records import rows
from carvsdb.catalogue.records.entry import Entry
from carvsdb.catalogue.records.keys import content_key
from carvsdb.catalogue.records.refinement_run import RefinementRun
from carvsdb.catalogue.records.rows import EntryKeys
from carvsdb.catalogue.records.unit_rows import unit_rows
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.escaping import with_whole_characters
from carvsdb.version import VERSION
from carvsdb_schemas.arrow import arrow_schema, arrow_table
from carvsdb_schemas.tables import (
    STATUSES,
    Attempt,
    CarvsRow,
    Environment,
    GeometryRow,
    NetEnvironment,
    NetRow,
    NetUnit,
    NoiseBlock,
    Refinement,
    Source,
    StructureRow,
    UnitRow,
)

BATCHED: tuple[type[SQLModel], ...] = (
    Source,
    StructureRow,
    NetRow,
    CarvsRow,
    Environment,
    NetEnvironment,
    NoiseBlock,
    GeometryRow,
    UnitRow,
    NetUnit,
    Refinement,
    Attempt,
)
"""Tables of a batch of analysed nets."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows of several tables, that are stored together or not at all.

    Attributes
    ----------
    tables : mapping of str to callable
        By the name of a table, what opens a stream (or a table) of its rows in the columns of
        :func:`carvsdb_schemas.arrow.arrow_schema`; it may be called several times. A table that is missing is empty.
        Keys may be of Arrow's type `uuid` instead of text, which is much faster.
    """

    tables: Mapping[str, Callable[[], Incoming]]

    @classmethod
    def of_tables(cls, tables: Mapping[str, pa.Table]) -> "Batch":
        """Take tables that are held in memory."""
        return cls({name: _always(table) for name, table in tables.items()})

    def open(self, model: type[SQLModel]) -> Incoming:
        """Return the rows of a table."""
        name = str(model.__tablename__)
        return self.tables[name]() if name in self.tables else arrow_schema(model).empty_table()


class BatchBuilder:
    """Collects entries and failures, and makes a batch of them."""

    def __init__(self) -> None:
        self._models: dict[type[SQLModel], list[SQLModel]] = {model: [] for model in BATCHED}
        self._tables: dict[type[SQLModel], list[pa.Table]] = {
            model: [] for model in (Environment, NetEnvironment, NoiseBlock, GeometryRow)
        }
        self._seen: set[UUID] = set()
        self.n_nets = 0

    def add(self, entry: Entry, *, task: UUID | None = None, item: int = 0) -> EntryKeys:
        """Add an entry and the note that it was tried."""
        keys = EntryKeys.of(entry)
        if entry.source is not None:
            self._once(rows.source_row(entry.source))
        # A structure comes once for each of its clusterings; its atoms are packed once.
        if keys.structure not in self._seen:
            self._once(rows.structure_row(entry, keys))
        if self._once(rows.net_row(entry, keys)):
            self.n_nets += 1
            if entry.geometry:
                self._tables[GeometryRow].append(rows.geometry_table(entry, keys))
            units, links = unit_rows(entry.description.units or [], keys.net)
            for unit in units:
                self._once(unit)
            self._models[NetUnit].extend(links)
        if self._once(rows.carvs_row(entry, keys)):
            environments, net_environments = rows.environment_tables(entry, keys)
            self._tables[Environment].append(environments)
            self._tables[NetEnvironment].append(net_environments)
            if entry.blocks is not None:
                self._tables[NoiseBlock].append(rows.noise_table(entry.blocks, keys))
        about = entry.description
        self._once(
            _attempt(
                entry.content_hash,
                about.file or entry.label,
                about.status,
                about.cause,
                label=entry.label,
                task=task,
                item=item,
                structure_id=keys.structure,
                seconds=about.seconds,
            )
        )
        return keys

    def add_failure(
        self,
        input: str,
        cause: str,
        *,
        status: str = "error",
        sha256: str | None = None,
        label: str | None = None,
        task: UUID | None = None,
        item: int = 0,
        error: CarvsdbError | None = None,
        seconds: float = 0.0,
    ) -> None:
        """Add the note that an input gave no entry."""
        if status not in STATUSES:
            raise InputError(f"status must be one of {', '.join(STATUSES)}, got {status!r}")
        self._once(
            _attempt(
                sha256,
                input,
                status,
                cause,
                label=label,
                task=task,
                item=item,
                line=error.line if isinstance(error, InputError) else None,
                error=None if error is None else type(error).__name__,
                seconds=seconds,
            )
        )

    def add_refinement(self, run: RefinementRun, structure_id: UUID | None = None) -> UUID:
        """Add a refinement run and return its key; its model is given by its key."""
        row = rows.refinement_row(run, structure_id)
        self._once(row)
        return row.id

    def build(self) -> Batch:
        """Return the batch."""
        return Batch.of_tables(self.arrow_tables())

    def arrow_tables(self) -> dict[str, pa.Table]:
        """Return the rows by the name of their table."""
        tables = {str(model.__tablename__): arrow_table(model, models) for model, models in self._models.items()}
        for model, parts in self._tables.items():
            if parts:
                tables[str(model.__tablename__)] = pa.concat_tables(parts)
        return tables

    def _once(self, row: Source | StructureRow | NetRow | CarvsRow | UnitRow | Refinement | Attempt) -> bool:
        if row.id in self._seen:
            return False
        self._seen.add(row.id)
        self._models[type(row)].append(row)
        return True


def _always(table: pa.Table) -> Callable[[], Incoming]:
    return lambda: table


def _attempt(
    sha256: str | None,
    input: str,
    status: str,
    cause: str | None,
    *,
    label: str | None,
    task: UUID | None,
    item: int,
    seconds: float,
    structure_id: UUID | None = None,
    line: int | None = None,
    error: str | None = None,
) -> Attempt:
    # What was refused may hold anything; halves of characters are stored as their escapes.
    input = with_whole_characters(input)
    label, cause, error = (None if one is None else with_whole_characters(one) for one in (label, cause, error))
    return Attempt(
        id=content_key(
            "attempt", sha256, input, label, status, cause, VERSION, None if task is None else str(task), item
        ),
        task=task,
        item=item,
        structure_id=structure_id,
        sha256=sha256,
        input=input,
        label=label,
        status=status,
        cause=cause,
        line=line,
        error=error,
        seconds=seconds,
        code_version=VERSION,
    )
