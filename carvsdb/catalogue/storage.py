"""A DuckDB file, opened with our settings, for the ORM and for Arrow at once.

Both run on one connection: small tables go through SQLModel, bulk rows through Arrow, and one transaction
holds what both did.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pyarrow as pa
from duckdb_sqlalchemy import ConnectionWrapper
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel

from carvsdb.errors import CarvsdbError, InputError, NotFoundError, RefusedError

STORAGE_VERSION = "v1.4.0"
"""Format of new files: the oldest DuckDB that must be able to read them."""

SETTINGS: dict[str, str] = {
    # Variables of the caller must never answer for a table that is missing.
    "python_enable_replacements": "false",
    # A query reads this file and nothing else; bulk data comes and goes as Arrow.
    "enable_external_access": "false",
    "storage_compatibility_version": STORAGE_VERSION,
}


Parameters = Sequence[object] | dict[str, object]
"""Values for the ``?`` or the ``$name`` of a query."""


class Storage:
    """An open DuckDB database.

    Parameters
    ----------
    path : Path or None
        The file; None for one in memory.
    read_only : bool
        Whether to refuse writing.
    """

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self.duckdb = _connect(path, read_only)
        wrapped = ConnectionWrapper(self.duckdb)
        self._engine = create_engine("duckdb://", creator=lambda: wrapped, poolclass=StaticPool)
        self._connection = self._engine.connect()

    @property
    def name(self) -> str:
        """What to call the database in a sentence."""
        return "catalogue in memory" if self.path is None else str(self.path)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Hold all or nothing of what is written inside, whatever interrupts it.

        Raises
        ------
        RefusedError
            If the database is open for reading only.
        """
        if self.read_only:
            raise RefusedError("the catalogue is open for reading only", item=self.name)
        with self._connection.begin(), Session(self._connection) as session:
            yield session
            session.flush()

    def create_tables(self, models: Sequence[type[SQLModel]]) -> None:
        """Create tables, inside a transaction."""
        tables = [SQLModel.metadata.tables[str(model.__tablename__)] for model in models]
        SQLModel.metadata.create_all(self._connection, tables=tables)

    def insert(self, model: type[SQLModel], rows: pa.Table, *, skip_known: bool = False) -> None:
        """Insert rows from Arrow, inside a transaction.

        Parameters
        ----------
        model : type of SQLModel
            The table.
        rows : pyarrow.Table
            The rows; columns are matched by name.
        skip_known : bool
            Whether to leave out rows whose key is stored already.
        """
        known = "OR IGNORE " if skip_known else ""
        self.duckdb.register("incoming", rows)
        try:
            self.duckdb.execute(f'INSERT {known}INTO "{model.__tablename__}" BY NAME SELECT * FROM incoming')
        finally:
            self.duckdb.unregister("incoming")

    def rows(self, query: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.duckdb.execute(query, parameters).fetchall()

    def table(self, query: str, parameters: Parameters = ()) -> pa.Table:
        """Return the result of a query as an Arrow table."""
        return self.duckdb.execute(query, parameters).to_arrow_table()

    def close(self) -> None:
        """Write what is pending into the file and let go of it."""
        self._connection.close()
        self._engine.dispose()
        self.duckdb.close()

    def __enter__(self) -> "Storage":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def publish(draft: Path, path: Path) -> None:
    """Give a finished new file its name, unless somebody else was faster."""
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    except OSError:  # a file system without links
        if not path.exists():
            draft.rename(path)


def _connect(path: Path | None, read_only: bool) -> duckdb.DuckDBPyConnection:
    if path is None:
        return duckdb.connect(":memory:", config=dict(SETTINGS))
    if path.is_dir():
        raise InputError("is a folder, not a catalogue", path=path)
    if not path.exists() and read_only:
        raise NotFoundError("there is no such catalogue", item=str(path), hint="make one with `carvsdb ingest FILE...`")
    if not path.absolute().parent.is_dir():
        raise InputError(f"the folder {path.absolute().parent} does not exist", path=path)
    try:
        return duckdb.connect(str(path), read_only=read_only, config=dict(SETTINGS))
    except duckdb.Error as error:
        raise _why_not(path, str(error)) from error


def _why_not(path: Path, message: str) -> CarvsdbError:
    """Turn what DuckDB says into our sentence."""
    first = message.strip().splitlines()[0]
    if "set lock" in message or "being used by another process" in message:
        holder = re.search(r"\(PID (\d+)\)", message)
        who = f"process {holder[1]}" if holder else "another process"
        return RefusedError(f"the catalogue is in use by {who}", item=str(path), hint="wait until it has ended")
    if "different configuration" in message:
        return RefusedError(
            "the catalogue is open in this process already, in another mode",
            item=str(path),
            hint="close it first",
        )
    if "version number" in message or "newer version" in message:
        return RefusedError(
            f"the catalogue was written by a newer DuckDB than {duckdb.__version__}",
            item=str(path),
            hint="upgrade with `pip install -U carvsdb duckdb`",
        )
    if "not a valid DuckDB" in message:
        return InputError("is no DuckDB file, so it is no catalogue", path=path)
    return InputError(f"cannot be opened as a catalogue: {first}", path=path)
