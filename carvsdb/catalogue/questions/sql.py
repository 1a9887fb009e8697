"""Questions in SQL, which read and nothing else."""

import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import PurePath

import duckdb
import numpy as np

from carvsdb.catalogue.file.storage import Parameters, Storage, check_text
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.errors import InputError, RefusedError

REFUSED = frozenset(
    {
        # memory of this process, by address
        "arrow_scan", "arrow_scan_dumb", "pandas_scan", "python_map_function",
        # the state of the database and of its log
        "checkpoint", "force_checkpoint", "enable_logging", "disable_logging", "enable_profiling", "disable_profiling",
        "truncate_duckdb_logs", "write_log", "set_log_level",
        # other statements, as text
        "query", "json_execute_serialized_sql",
        # files and secrets, which there is no access to anyway
        "duckdb_secrets", "which_secret", "glob", "sniff_csv", "read_blob", "read_text", "read_csv", "read_csv_auto",
        "read_json", "read_json_auto", "read_json_objects", "read_json_objects_auto", "read_ndjson", "read_ndjson_auto",
        "read_ndjson_objects", "read_parquet", "read_duckdb", "parquet_scan", "parquet_metadata", "parquet_schema",
        "parquet_file_metadata", "parquet_full_metadata", "parquet_kv_metadata", "parquet_bloom_probe",
    }
)  # fmt: skip
"""Functions that no question needs."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


def ask(storage: Storage, query: str, parameters: Iterable[object] | dict[str, object] = ()) -> Answer:
    """Answer one SELECT; see :meth:`Catalogue.sql`.

    Notes
    -----
    Four things keep it from writing: the kind of statement and the functions that it calls are looked at, the
    transaction is read-only, and the connection has no access to files, which cannot be changed.
    """
    if not isinstance(query, str):
        raise InputError(f"a query is a text of SQL, got {type(query).__name__}")
    values = _plain(parameters)
    check_text([query, values])
    try:
        # By our own connection: even to look at some statements, DuckDB opens files.
        with storage.connection() as parser:
            statements = parser.extract_statements(query)
    except duckdb.PermissionException as error:
        raise RefusedError(f"queries read this catalogue, no files: {_sentence(error)}") from error
    except duckdb.Error as error:
        raise InputError(f"the query is no SQL: {_sentence(error)}") from error
    if len(statements) != 1:
        raise RefusedError(f"one query at a time, got {len(statements)} statements")
    if statements[0].type not in _READING:
        kind = statements[0].type.name
        raise RefusedError(f"queries read (SELECT, FROM, SHOW, DESCRIBE, EXPLAIN), but this is {kind}")
    with storage.cursor() as reader:
        called = sorted(_functions(reader, query) & REFUSED)
        if called:
            raise RefusedError(f"queries read this catalogue and nothing else: they may not call {', '.join(called)}")
        reader.execute("BEGIN TRANSACTION READ ONLY")
        try:
            return _interruptible(reader, statements[0].query, values)
        except duckdb.PermissionException as error:
            raise RefusedError(f"queries read this catalogue, no files: {_sentence(error)}") from error
        except duckdb.Error as error:
            if "read-only" in str(error):
                raise RefusedError(f"queries read, but this one writes: {_sentence(error)}") from error
            raise InputError(f"the query cannot be answered: {_sentence(error)}") from error
        finally:
            reader.rollback()


def _plain(parameters: object) -> Parameters:
    """Return values as DuckDB takes them: numbers and lists of numpy, and paths, as those of Python."""
    if isinstance(parameters, Mapping):
        return {str(name): _plain_value(value) for name, value in parameters.items()}
    if isinstance(parameters, str | bytes) or not isinstance(parameters, Iterable):
        raise InputError(f"values for a query are given as a list or a dictionary, got {type(parameters).__name__}")
    return [_plain_value(value) for value in parameters]


def _plain_value(value: object) -> object:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return str(value) if isinstance(value, PurePath) else value


def _interruptible(reader: duckdb.DuckDBPyConnection, query: str, parameters: Parameters) -> Answer:
    """Answer in a thread, so that a signal that comes meanwhile ends the query: inside DuckDB none would be seen."""
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(_answer, reader, query, parameters)
        try:
            return answer.result()
        except KeyboardInterrupt:
            while not wait([answer], _SECONDS).done:  # between two statements an interrupt would be lost
                reader.interrupt()
            raise


def _answer(reader: duckdb.DuckDBPyConnection, query: str, parameters: Parameters) -> Answer:
    """Return what a query answers: no two columns of one name, and as text what Arrow has no type for."""
    result = reader.execute(query, parameters)
    described = [(str(column[0]), str(column[1])) for column in result.description or ()]
    if any(word in kind for _, kind in described for word in _NO_ARROW):
        names = [f"c{number}" for number in range(len(described))]
        columns = ", ".join(
            f"{name}::VARCHAR" if any(word in kind for word in _NO_ARROW) else name
            for name, (_, kind) in zip(names, described, strict=True)
        )
        # Its end may be a comment.
        inner = query.strip().rstrip(";")
        result = reader.execute(f"SELECT {columns} FROM (\n{inner}\n) AS answer({', '.join(names)})", parameters)
    table = result.to_arrow_table()
    given = [name for name, _ in described] or table.column_names
    apart = _told_apart(given)
    notes = tuple(
        f"several columns are called {old!r}: one is given as {new!r}"
        for old, new in zip(given, apart, strict=True)
        if old != new
    )
    return Answer(table.rename_columns(apart), notes)


_SECONDS = 0.05
_NO_ARROW = ("INTERVAL", "TIME WITH TIME ZONE", "TIMETZ", "BIT", "BIGNUM", "VARINT")
"""Types that travel by Arrow as something else."""


def _told_apart(names: list[str]) -> list[str]:
    """Give a number to names that stand twice.

    Examples
    --------
    >>> _told_apart(["id", "id", "id_2", "id"])
    ['id', 'id_3', 'id_2', 'id_4']
    """
    taken = set(names)
    seen: set[str] = set()
    apart = []
    for name in names:
        if name in seen:
            number = 2
            while f"{name}_{number}" in taken:
                number += 1
            name = f"{name}_{number}"
            taken.add(name)
        seen.add(name)
        apart.append(name)
    return apart


def _functions(reader: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    """Return the functions that a query calls; of what is no plain SELECT, all words."""
    (row,) = reader.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    tree = json.loads(row[0])
    if tree.get("error"):
        return {word.lower() for word in _WORD.findall(query)}
    found: set[str] = set()
    left: list[object] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if isinstance(node.get("function_name"), str):
                found.add(node["function_name"].lower())
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)
    return found


def _sentence(error: duckdb.Error) -> str:
    """Return the first line of what DuckDB says, and its suggestion if it has one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    hints = [line for line in lines[1:] if line.startswith(("Did you mean", "Candidate"))]
    return "; ".join([lines[0], *hints[:1]])
