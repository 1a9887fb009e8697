"""Putting entries in: each whole, once, and never in place of another."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from carvsdb.catalogue.batch import BatchBuilder
from carvsdb.catalogue.committing import commit
from carvsdb.catalogue.entry import Entry
from carvsdb.catalogue.storage import Storage


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
        builder = BatchBuilder()
        builder.add(entry)
        (row,) = commit(storage, builder.build(), strict=True).entries.to_pylist()
        (added if row["is_new"] else unchanged).append(row["label"])
        if row["label"] != entry.label:
            kept_as[entry.label] = row["label"]
    return AddReport(tuple(added), tuple(unchanged), kept_as)
