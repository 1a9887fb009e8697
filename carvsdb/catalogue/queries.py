"""Questions in SQL, which read and nothing else."""

import duckdb

from carvsdb.catalogue.answer import Answer
from carvsdb.catalogue.storage import Storage
from carvsdb.errors import InputError, RefusedError

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


def ask(storage: Storage, query: str) -> Answer:
    """Answer one SELECT; see :meth:`Catalogue.sql`.

    Notes
    -----
    Three things keep it from writing: the kind of statement is looked at, the transaction is read-only, and
    the connection has no access to files.
    """
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise InputError(f"the query is no SQL: {_sentence(error)}") from error
    if len(statements) != 1:
        raise RefusedError(f"one query at a time, got {len(statements)} statements")
    if statements[0].type not in _READING:
        kind = statements[0].type.name
        raise RefusedError(f"queries read (SELECT, FROM, SHOW, DESCRIBE, EXPLAIN), but this is {kind}")
    # A connection of its own: no table that is just being filled, no transaction of somebody else.
    with storage.duckdb.cursor() as reader:
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


def _sentence(error: duckdb.Error) -> str:
    """Return the first line of what DuckDB says, and its suggestion if it has one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    hints = [line for line in lines[1:] if line.startswith(("Did you mean", "Candidate"))]
    return "; ".join([lines[0], *hints[:1]])
