"""A DuckDB file, opened with our settings; rows come and go as tuples or, in bulk, as Arrow.

SQLModel says what the tables are (`carvsdb_schemas.tables`), DuckDB what a file has of them
(`carvsdb_schemas.stored_columns`): opening a catalogue loads DuckDB and nothing else.
"""

import os
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb

from carvsdb.catalogue.file.place import check_there, log_of
from carvsdb.errors import CarvsdbError, InputError, RefusedError
from carvsdb.escaping import is_text
from carvsdb_schemas.stored_columns import stored_columns

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlmodel import SQLModel

STORAGE_VERSION = "v1.4.0"
"""Format of new files: the oldest DuckDB that must be able to read them."""

SETTINGS: dict[str, str] = {
    # Variables of the caller must never answer for a table that is missing.
    "python_enable_replacements": "false",
    # A query reads this file and nothing else; bulk data comes and goes as Arrow.
    "enable_external_access": "false",
    # Nor does it fetch anything from the network.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "storage_compatibility_version": STORAGE_VERSION,
    # A write-ahead log of one shard or many entries, not folded into the file after every few.
    "checkpoint_threshold": "128MB",
    "lock_configuration": "true",
}

ROW_GROUP = 122_880
"""Rows that DuckDB compresses and writes together. A batch of a multiple of them is the fastest to store: what fills no
row group goes through the write-ahead log and is compressed again at the next checkpoint."""

_PIECE = 8192

_DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)


Incoming: TypeAlias = "pa.Table | pa.RecordBatchReader"
"""Rows on their way in."""

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
        # What was worked out from the rows and holds until the next transaction.
        self.cache: dict[str, Any] = {}
        self._view = ""
        self._lock = threading.RLock()
        self.duckdb = _connect(path, read_only)

    @property
    def name(self) -> str:
        """What to call the database in a sentence."""
        return "catalogue in memory" if self.path is None else str(self.path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold all or nothing of what is written inside, whatever interrupts it.

        Raises
        ------
        RefusedError
            If the database is open for reading only.
        """
        if self.read_only:
            raise RefusedError("the catalogue is open for reading only", item=self.name)
        self.cache.clear()
        with self._readable():
            self.duckdb.execute("BEGIN")
            try:
                yield
                self.duckdb.execute("COMMIT")
            except BaseException:
                with suppress(duckdb.Error):  # a failed commit has rolled back already
                    self.duckdb.execute("ROLLBACK")
                raise

    def show_view(self, name: str, query: str) -> None:
        """Put a view of our own in front of what the file calls so, for all connections."""
        self._view = f'CREATE OR REPLACE TEMP VIEW "{name}" AS {query}'
        self.duckdb.execute(self._view)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hold a connection of its own: no table that is just being filled, no transaction of somebody else."""
        with self.connection() as connection:
            if self._view:
                connection.execute(self._view)
            yield connection

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own to the same database, without our view."""
        with self._readable():
            return self.duckdb.cursor()

    def create_tables(self, names: Iterable[str]) -> None:
        """Create tables of the present schema, inside a transaction."""
        for name in names:
            columns = ", ".join(f'"{column}" {kind}' for column, kind in stored_columns()[name].items())
            self.duckdb.execute(f'CREATE TABLE "{name}" ({columns})')

    def insert(self, model: "type[SQLModel]", rows: Incoming, where: str = "true") -> None:
        """Insert rows from Arrow, inside a transaction.

        Parameters
        ----------
        model : type of SQLModel
            The table.
        rows : pyarrow.Table or RecordBatchReader
            The rows; columns are matched by name.
        where : str
            Which of the rows, as SQL on the table `incoming`.
        """
        # A thread fills row groups of its own with the pieces that it is given: small ones would leave them half empty.
        with self.registered("incoming", rows, piece=ROW_GROUP):
            self.execute(f'INSERT INTO "{model.__tablename__}" BY NAME SELECT * FROM incoming WHERE {where}')

    @contextmanager
    def registered(self, name: str, rows: Incoming, piece: int = _PIECE) -> Iterator[None]:
        """Let queries see Arrow data as a table."""
        import pyarrow as pa

        if isinstance(rows, pa.Table):  # in pieces, so that all cores take part
            rows = pa.Table.from_batches(rows.combine_chunks().to_batches(max_chunksize=piece), rows.schema)
        self.duckdb.register(name, rows)
        try:
            yield
        finally:
            self.duckdb.unregister(name)

    def execute(self, statement: str, parameters: Parameters = ()) -> None:
        """Run a statement that answers nothing."""
        with self._readable():
            self._run(statement, parameters)

    def rows(self, query: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._readable():
            return self._run(query, parameters).fetchall()

    def table(self, query: str, parameters: Parameters = ()) -> "pa.Table":
        """Return the result of a query as an Arrow table."""
        with self._readable():
            return self._run(query, parameters).to_arrow_table()

    def _run(self, statement: str, parameters: Parameters) -> duckdb.DuckDBPyConnection:
        check_text(parameters)
        return self.duckdb.execute(statement, parameters)

    def batches(self, query: str, rows_at_once: int = 20_000) -> "pa.RecordBatchReader":
        """Return the result of a query as a stream of Arrow batches, with bounded memory."""
        with self._readable():
            return self.duckdb.cursor().execute(query).to_arrow_reader(rows_at_once)

    def stream(self, query: str, rows_at_once: int) -> Iterator["pa.RecordBatch"]:
        """Yield the result of a query in Arrow batches; as `batches`, but temporary tables are seen.

        One such query at a time, and no other before it has ended.
        """
        with self._readable():
            yield from self.duckdb.execute(query).to_arrow_reader(rows_at_once)

    @property
    def is_closed(self) -> bool:
        """Whether the file was let go of."""
        try:
            self.duckdb.cursor().close()
        except duckdb.ConnectionException:
            return True
        return False

    def close(self) -> None:
        """Write what is pending into the file and let go of it."""
        with self._readable():
            self.duckdb.close()

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Say in one sentence that the file is damaged, or that the disk is full; one thread at a time.

        A connection has one result: a question of another thread would take it away before it is fetched.
        """
        try:
            with self._lock:
                yield
        except duckdb.Error as error:
            if isinstance(error, _DAMAGE) or any(word in str(error) for word in _FULL_WORDS):
                raise _broken(self.path, str(error)) from error
            if "already closed" in str(error):
                raise RefusedError("is closed", item=self.name, hint="open it again with Catalogue(PATH)") from error
            raise

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
    check_there(path, read_only=read_only)
    check_text(str(path))
    try:
        # Absolute, since `md:a` and `:memory:` alone are no files to DuckDB.
        connection = duckdb.connect(str(path.absolute()), read_only=read_only, config=dict(SETTINGS))
        # Of a table in CSV, JSON or Parquet DuckDB makes views in memory, where nothing would be stored.
        (file,) = connection.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchone() or (None,)
    except duckdb.Error as error:
        raise _why_not(path, str(error)) from error
    if file is None:
        connection.close()
        raise _no_duckdb_file(path)
    return connection


def _no_duckdb_file(path: Path) -> InputError:
    return InputError("is no DuckDB file, so it is no catalogue", path=path)


def check_text(value: object) -> None:
    """Raise for text that no catalogue holds, be it a value or in a list or a dictionary of values.

    Raises
    ------
    InputError
        If it is a text with halves of characters, as names of files have that are no UTF-8.
    """
    if isinstance(value, str):
        if not is_text(value):
            raise InputError(f"{value[:200]!a} is no text in UTF-8, so no catalogue holds it")
    elif isinstance(value, (list, tuple, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            check_text(one)


def _why_not(path: Path, message: str) -> CarvsdbError:
    """Turn what DuckDB says into our sentence."""
    first = message.strip().splitlines()[0]
    if "set lock" in message or "being used by another process" in message:
        holder = re.search(r"\(PID (\d+)\)", message)
        who = f"process {holder[1]}" if holder else "another process"
        return RefusedError(
            f"the catalogue is in use by {who}",
            item=str(path),
            hint=f"wait until it has ended, or read a copy: `carvsdb db snapshot COPY --db {path}`",
        )
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
    if "WAL does not match" in message:
        return InputError(
            f"its log {log_of(path).name} is of another catalogue, or of another state of this one",
            path=path,
            hint="bring back the log that it had, or move this one away, with what it holds",
        )
    if any(words in message for words in _OTHER_FILE):
        return _no_duckdb_file(path)
    if any(word in message for word in (*_DAMAGE_WORDS, *_FULL_WORDS)):
        return _broken(path, message)
    closed = _CLOSED.search(message)
    if closed:
        return RefusedError(f"cannot be opened ({closed[0]})", item=str(path))
    return InputError(f"cannot be opened as a catalogue: {first}", path=path)


_OTHER_FILE = ("not a valid DuckDB", "Cannot launch in-memory database", "Loading external extensions is disabled")
"""What DuckDB says of text, of tables in other formats, and of databases of others."""
_DAMAGE_WORDS = ("Corrupt", "corrupt", "checksum", "deserializ", "INTERNAL")
_CLOSED = re.compile("Permission denied|Read-only file system|Operation not permitted|Too many open files")
_FULL = re.compile("No space left on device|File too large|Disk quota exceeded|[Oo]ut of disk space")
_FULL_WORDS = ("No space left", "File too large", "Disk quota", "Could not write", "out of disk")


def _broken(path: Path | None, message: str) -> CarvsdbError:
    first = next(line for line in message.strip().splitlines() if line)
    if any(word in message for word in _FULL_WORDS):
        full = _FULL.search(message)
        return RefusedError(
            f"cannot be written ({full[0] if full else first})",
            item=None if path is None else str(path),
            hint="make room and run the same command again: what was stored is kept",
        )
    return InputError(
        f"is damaged or cut off ({first})", path=path, hint="restore it from a backup, or import its shards or export"
    )
