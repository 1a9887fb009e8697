"""The catalogue's tables: made in a new file, checked in an old one."""

from pathlib import Path

import duckdb

from carvsdb.atomic_write import draft_folder
from carvsdb.catalogue.file import expected, migrations
from carvsdb.catalogue.file.net_columns import degrees, interpenetration, point_symbol, vertex_symbols
from carvsdb.catalogue.file.place import check_place, log_of
from carvsdb.catalogue.file.storage import Storage, publish
from carvsdb.errors import CarvsdbError, InputError, RefusedError
from carvsdb.version import VERSION
from carvsdb_schemas.stored_columns import SCHEMA_VERSION, stored_columns

HANDLE = """
CASE
    WHEN count(*) OVER (PARTITION BY net.structure_id) = 1 THEN structure.label
    WHEN count(*) OVER (PARTITION BY net.structure_id, net.clustering) = 1
        THEN structure.label || '@' || net.clustering
    ELSE structure.label || '@' || left(net.id::VARCHAR, 8)
END
"""
"""What a net is called: its structure's label and, if that has several nets, what tells them apart."""

NAME = "nullif(array_to_string(net.names, ', '), '')"
"""All archive names of a net, or null."""

HANDLES = f"""
SELECT net.id AS net_id, {HANDLE} AS label FROM net JOIN structure ON structure.id = net.structure_id
"""
"""What all nets are called."""

BEST = "ring_kind = 'ring' DESC, completeness <> 'no' DESC, max_ring_size DESC, linker_aware DESC, id"
"""Order of the searches of a net; the first speaks for it: of rings rather than strong rings, complete, far."""


def entries(net: str, carvs: str) -> str:
    """Return the query for the entries of some nets and searches; what they are called is told apart among these nets.

    Parameters
    ----------
    net, carvs : str
        The tables, or what stands for them under their names.
    """
    return f"""
WITH best AS (
    SELECT * FROM {carvs}
    QUALIFY row_number() OVER (PARTITION BY net_id ORDER BY {BEST}) = 1
), named AS (
    SELECT {HANDLE} AS label, {NAME} AS name, structure.kind, source.collection AS source,
        structure.id_in_source, structure.formula, structure.density, structure.file, net.clustering, net.bond_rule,
        net.n_nodes, net.n_linkers, net.n_edges, net.coordination, net.periodicity, net.td10, net.key, net.names,
        net.status, net.cause, net.quality, net.structure_id, net.id AS net_id,
        {degrees("net")} AS degrees, {interpenetration("net")} AS interpenetration,
        {point_symbol("net")} AS point_symbol
    FROM {net}
    JOIN structure ON structure.id = net.structure_id
    LEFT JOIN source ON source.id = structure.source_id
)
SELECT named.*, best.id AS carvs_id, best.ring_kind, best.linker_aware, best.max_ring_size, best.completeness,
    best.largest_ring, best.symbol, best.sigma, {vertex_symbols("best")} AS vertex_symbol
FROM named LEFT JOIN best ON best.net_id = named.net_id
"""


ENTRY = entries("net", "carvs")
ENTRY_VIEW = f"CREATE VIEW {expected.VIEW} AS {ENTRY}"
"""One row per net, for reading: what `list` shows and `sql` mostly asks."""


def open_checked(path: Path, *, read_only: bool) -> Storage:
    """Open a catalogue, made first if it is missing and to be written.

    Raises
    ------
    NotFoundError
        If it is to be read and there is none.
    InputError
        If the file is no catalogue.
    RefusedError
        If another process holds it, a newer carvsdb wrote it, or an older one did and it cannot be written now.

    Notes
    -----
    A catalogue of an older schema is brought to the present one, in one transaction, whoever opens it first.
    """
    check_place(path)
    if not read_only and not path.exists() and not log_of(path).exists() and path.absolute().parent.is_dir():
        _make(path)
    storage = _opened(path, read_only)
    try:
        version = check(storage)
        if version != SCHEMA_VERSION:
            storage.close()
            _migrate(path, version)
            storage = _opened(path, read_only)
        problems = list(expected.wrong_tables(storage))
        if problems:
            raise InputError(f"is no catalogue of carvsdb: {_some(problems)}", path=path, hint=_FOREIGN)
        storage.show_view(expected.VIEW, ENTRY)
    except BaseException:
        storage.close()
        raise
    return storage


_FOREIGN = "`carvsdb db verify` lists all that is wrong; ask for an export of it, or ingest its files"


def _opened(path: Path, read_only: bool) -> Storage:
    """Open a file, unless it holds something that would run."""
    storage = Storage(path, read_only=read_only)
    try:
        problems = list(expected.foreign_objects(storage))
        if problems:
            raise InputError(f"is not read: {_some(problems)}", path=path, hint=_FOREIGN)
    except BaseException:
        storage.close()
        raise
    return storage


def _some(problems: list[str]) -> str:
    more = len(problems) - 3
    return "; ".join(problems[:3]) + (f"; and {more} more" if more > 0 else "")


def _migrate(path: Path, version: int) -> None:
    try:
        with Storage(path) as storage:
            migrations.migrate(storage, version, ENTRY_VIEW)
    except CarvsdbError as error:
        raise RefusedError(
            f"the catalogue has schema {version} and must be brought to {SCHEMA_VERSION}: {error.message}",
            item=str(path),
            hint="open it once where it can be written",
        ) from error


def _make(path: Path) -> None:
    # A name is given only to a finished file, so that an interrupt leaves no half-made catalogue.
    with draft_folder(path.absolute()) as folder:
        draft = folder / path.name
        try:
            with Storage(draft) as storage:
                create(storage)
                # Closing does so, too, but is silent where the disk is full: what is left then is no catalogue.
                storage.execute("CHECKPOINT")
        except CarvsdbError as error:
            error.item = str(path)
            raise
        publish(draft, path)


def create(storage: Storage) -> None:
    """Create all tables and views, and note the schema's version."""
    with storage.transaction():
        storage.create_tables(stored_columns())
        storage.execute(ENTRY_VIEW)
        storage.execute(
            "INSERT INTO schema_info VALUES ('schema_version', ?), ('created_by', ?)",
            [str(SCHEMA_VERSION), f"carvsdb {VERSION}"],
        )


def check(storage: Storage) -> int:
    """Check that a database is a catalogue whose schema is known, and return the version of that."""
    try:
        found = storage.rows("SELECT value FROM schema_info WHERE name = 'schema_version'")
        version = int(found[0][0])
    except (duckdb.Error, IndexError, TypeError, ValueError) as error:
        raise InputError(
            "is a DuckDB file, but no carvsdb catalogue",
            path=storage.path,
            hint=None
            if storage.path is None
            else f"if it was moved, its log {log_of(storage.path).name} belongs beside it",
        ) from error
    if version > SCHEMA_VERSION:
        raise RefusedError(
            f"the catalogue has schema {version}, this carvsdb {VERSION} knows up to {SCHEMA_VERSION}",
            item=storage.name,
            hint="upgrade with `pip install -U carvsdb`",
        )
    if version < migrations.OLDEST:
        raise RefusedError(
            f"the catalogue has schema {version}, this carvsdb {VERSION} knows {migrations.OLDEST} to {SCHEMA_VERSION}",
            item=storage.name,
            hint="ingest its files into a new catalogue",
        )
    return version
