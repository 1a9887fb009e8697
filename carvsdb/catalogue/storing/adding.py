"""Putting entries in: each whole, once, and never in place of another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.questions.resolving import resolve
from carvsdb.catalogue.records.entry import Entry
from carvsdb.catalogue.records.refinement_run import RefinementRun
from carvsdb.catalogue.storing.batch import BatchBuilder
from carvsdb.catalogue.storing.committing import commit
from carvsdb.errors import InputError
from carvsdb.short_repr import short_repr


@dataclass(frozen=True, slots=True, repr=False)
class AddReport:
    """The outcome for the entries.

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

    __repr__ = short_repr


def add(storage: Storage, entries: Iterable[Entry], at_once: int = 1) -> AddReport:
    """Store entries, so many in each transaction; see :meth:`Catalogue.add`."""
    if at_once < 1:
        raise InputError(f"the number of entries of a transaction must be 1 or more, got {at_once}")
    added: list[str] = []
    unchanged: list[str] = []
    kept_as: dict[str, str] = {}
    left = iter(entries)
    while window := list(islice(left, at_once)):
        builder = BatchBuilder()
        keys = [str(builder.add(entry).carvs) for entry in window]
        rows = {row["carvs_id"]: row for row in commit(storage, builder.build(), strict=True).entries.to_pylist()}
        seen: set[str] = set()
        for entry, key in zip(window, keys, strict=True):
            label = rows[key]["label"]
            (added if rows[key]["is_new"] and key not in seen else unchanged).append(label)
            seen.add(key)
            if label != entry.label:
                kept_as[entry.label] = label
    return AddReport(tuple(added), tuple(unchanged), kept_as)


def add_refinement(storage: Storage, run: RefinementRun, entries: Sequence[Entry]) -> str:
    """Store a run and its models in one transaction; see :meth:`Catalogue.add_refinement`."""
    builder = BatchBuilder()
    made = {entry.label: builder.add(entry).structure for entry in entries}
    structure = made.get(run.model or "")
    if run.model is not None and structure is None:
        structure = UUID(resolve(storage, run.model).structure_id)
    key = builder.add_refinement(run, structure)
    commit(storage, builder.build(), strict=True)
    return str(key)


def refinements(storage: Storage, structure_id: str | None) -> Answer:
    """List runs, or those that made a structure."""
    return Answer(
        storage.table(
            "SELECT refinement.id::VARCHAR AS id, label AS model, seed, config, data_sha256, potential_sha256, "
            "results, files, refinement.code_version FROM refinement "
            "LEFT JOIN structure ON structure.id = structure_id "
            "WHERE $key IS NULL OR structure_id = $key::UUID ORDER BY model, refinement.id",
            {"key": structure_id},
        )
    )
