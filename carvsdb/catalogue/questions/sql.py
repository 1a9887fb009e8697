"""Questions in SQL, which read and nothing else."""

import json
import re

import duckdb

from carvsdb.catalogue.file.storage import Storage
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


def ask(storage: Storage, query: str) -> Answer:
    """Answer one SELECT; see :meth:`Catalogue.sql`.

    Notes
    -----
    Four things keep it from writing: the kind of statement and the functions that it calls are looked at, the
    transaction is read-only, and the connection has no access to files, which cannot be changed.
    """
    try:
        # By our own connection: even to look at some statements, DuckDB opens files.
        with storage.duckdb.cursor() as parser:
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
    # A connection of its own: no table that is just being filled, no transaction of somebody else.
    with storage.duckdb.cursor() as reader:
        called = sorted(_functions(reader, query) & REFUSED)
        if called:
            raise RefusedError(f"queries read this catalogue and nothing else: they may not call {', '.join(called)}")
        reader.execute("BEGIN TRANSACTION READ ONLY")
        try:
            return Answer(reader.execute(query).to_arrow_table())
        except duckdb.PermissionException as error:
            raise RefusedError(f"queries read this catalogue, no files: {_sentence(error)}") from error
        except duckdb.Error as error:
            if "read-only" in str(error):
                raise RefusedError(f"queries read, but this one writes: {_sentence(error)}") from error
            raise InputError(f"the query cannot be answered: {_sentence(error)}") from error
        finally:
            reader.rollback()


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
