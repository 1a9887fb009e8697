"""Putting entries in: each whole, once, and never in place of another."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from sqlmodel import Session

from carvsdb.catalogue import rows
from carvsdb.catalogue.entry import Entry
from carvsdb.catalogue.keys import content_key
from carvsdb.catalogue.rows import EntryKeys
from carvsdb.catalogue.storage import Storage
from carvsdb.errors import LabelTakenError, RefusedError
from carvsdb.version import VERSION
from carvsdb_schemas.arrow import arrow_table
from carvsdb_schemas.tables import (
    Attempt,
    CarvsRow,
    Environment,
    NetEnvironment,
    NetRow,
    NoiseBlock,
    Source,
    Structure,
)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the entries.

    Attributes
    ----------
    added : tuple of str
        Labels under which something new is stored: a structure, another net of it, or another search.
    unchanged : tuple of str
        Labels under which everything was stored already.
    kept_as : dict of str to str
        Where the same content was stored under another label: the label given, and the label kept.
    """

    added: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept_as: dict[str, str] = field(default_factory=dict)


def add(storage: Storage, entries: Iterable[Entry]) -> AddReport:
    """Store entries, each in its own transaction.

    Parameters
    ----------
    storage : Storage
    entries : iterable of Entry

    Raises
    ------
    RefusedError
        If a label belongs to other content, or a net is stored with other edges. Entries before it are
        stored, itself and those after it are not.
    """
    added: list[str] = []
    unchanged: list[str] = []
    kept_as: dict[str, str] = {}
    for entry in entries:
        label, is_new = _add_one(storage, entry)
        (added if is_new else unchanged).append(label)
        if label != entry.label:
            kept_as[entry.label] = label
    return AddReport(tuple(added), tuple(unchanged), kept_as)


def _add_one(storage: Storage, entry: Entry) -> tuple[str, bool]:
    keys = EntryKeys.of(entry)
    label = _label_of(storage, entry, keys)
    with storage.transaction() as session:
        is_new = False
        if label is None:
            if entry.source is not None:
                _add_source(session, entry)
            storage.insert(Structure, arrow_table(Structure, [rows.structure_row(entry, keys)]))
            is_new = True
        if not _is_stored(storage, "net", str(keys.net)):
            storage.insert(NetRow, arrow_table(NetRow, [rows.net_row(entry, keys)]))
            is_new = True
        else:
            _expect_same_net(storage, entry, keys)
        if not _is_stored(storage, "carvs", str(keys.carvs)):
            _add_search(storage, entry, keys)
            is_new = True
        if is_new:
            about = entry.description
            add_attempt(
                session,
                sha256=entry.content_hash,
                input=about.file or entry.label,
                label=label or entry.label,
                status=about.status,
                cause=about.cause,
                seconds=about.seconds,
            )
    return label or entry.label, is_new


def add_attempt(
    session: Session,
    *,
    sha256: str | None,
    input: str,
    label: str | None,
    status: str,
    cause: str | None,
    seconds: float,
) -> None:
    """Note that an input was tried, unless the same is noted already."""
    key = content_key("attempt", sha256, input, label, status, cause, VERSION)
    if session.get(Attempt, key) is None:
        session.add(
            Attempt(
                id=key,
                sha256=sha256,
                input=input,
                label=label,
                status=status,
                cause=cause,
                seconds=seconds,
                code_version=VERSION,
            )
        )


def _label_of(storage: Storage, entry: Entry, keys: EntryKeys) -> str | None:
    """Return the label under which an entry's structure is stored, or None if it is new."""
    stored = storage.rows("SELECT label FROM structure WHERE id = ?", [str(keys.structure)])
    if stored:
        return str(stored[0][0])
    other = storage.rows("SELECT file, sha256 FROM structure WHERE label = ?", [entry.label])
    if other:
        file, sha256 = other[0]
        raise LabelTakenError(
            f"the label {entry.label!r} belongs to other content, of {file or 'sha256 ' + sha256[:12]} "
            f"(new: {entry.description.file or 'sha256 ' + entry.content_hash[:12]})",
            item=entry.label,
            hint="give the new one another label with `--label`",
        )
    return None


def _add_source(session: Session, entry: Entry) -> None:
    assert entry.source is not None
    row = rows.source_row(entry.source)
    if session.get(Source, row.id) is None:
        session.add(row)


def _add_search(storage: Storage, entry: Entry, keys: EntryKeys) -> None:
    storage.insert(CarvsRow, arrow_table(CarvsRow, [rows.carvs_row(entry, keys)]))
    environments, net_environments = rows.environment_tables(entry, keys)
    storage.insert(Environment, environments, skip_known=True)
    storage.insert(NetEnvironment, net_environments)
    if entry.blocks is not None:
        storage.insert(NoiseBlock, rows.noise_table(entry.blocks, keys))


def _is_stored(storage: Storage, table: str, key: str) -> bool:
    return bool(storage.rows(f"SELECT 1 FROM {table} WHERE id = ?", [key]))


def _expect_same_net(storage: Storage, entry: Entry, keys: EntryKeys) -> None:
    edges = storage.rows("SELECT edges FROM net WHERE id = ?", [str(keys.net)])[0][0]
    if not np.array_equal(np.array(edges, np.int64).reshape(-1, 5), entry.net.edges):
        raise RefusedError(
            f"{entry.label!r} is stored with other edges ({len(edges)}, now {entry.net.n_edges}), "
            f"read from the same bytes by the rule {entry.description.bond_rule!r}",
            item=entry.label,
            hint="another version of carvsdb read it; ingest into a new catalogue to see what changed",
        )
