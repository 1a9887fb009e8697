"""Which rows of a catalogue a release holds, and what of them: by a condition, and by the licences of their sources."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
from sqlmodel import SQLModel

from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions import sql
from carvsdb.errors import InputError, RefusedError
from carvsdb.releases.rows import key_order, rows_of_query
from carvsdb_schemas.card import DatasetCard, Redistribution
from carvsdb_schemas.manifest import SourceManifest
from carvsdb_schemas.released import GRAPH_LEFT_OUT, released_schema

_NETS = "SELECT net_id FROM temp.released"
_STRUCTURES = "SELECT structure_id FROM temp.released"
_ENVIRONMENTS = f"SELECT environment_id FROM net_environment WHERE net_id IN ({_NETS})"
_ROWS = {
    "source": f"id IN (SELECT source_id FROM structure WHERE id IN ({_STRUCTURES}))",
    "structure": f"id IN ({_STRUCTURES})",
    "net": f"id IN ({_NETS})",
    "carvs": f"net_id IN ({_NETS})",
    "environment": f"id IN ({_ENVIRONMENTS})",
    "net_environment": f"net_id IN ({_NETS})",
    "noise_block": f"carvs_id IN (SELECT id FROM carvs WHERE net_id IN ({_NETS}))",
    "geometry": f"net_id IN ({_NETS})",
    "unit": f"id IN (SELECT unit_id FROM net_unit WHERE net_id IN ({_NETS}))",
    "net_unit": f"net_id IN ({_NETS})",
    "refinement": f"structure_id IN ({_STRUCTURES})",
    "embedding": "id IN (SELECT embedding_id FROM embedding_point WHERE carvs_id IN "
    f"(SELECT id FROM carvs WHERE net_id IN ({_NETS}))) OR id IN (SELECT embedding_id FROM embedding_environment "
    f"WHERE environment_id IN ({_ENVIRONMENTS}))",
    "embedding_point": f"carvs_id IN (SELECT id FROM carvs WHERE net_id IN ({_NETS}))",
    "embedding_environment": f"environment_id IN ({_ENVIRONMENTS})",
    "attempt": f"structure_id IN ({_STRUCTURES})",
}
"""By table, which rows belong to the nets of a release."""

_WITHOUT_STRUCTURE = ("refinement", "attempt")
"""Tables whose rows may belong to no structure; a release of a whole catalogue holds those, too."""

_LAST_PART = r"regexp_extract(input, '[^/\\]*$')"
_VALUES = {
    # Where a file lay on the machine that made the catalogue is nobody's business.
    "attempt": {"input": _LAST_PART, "cause": f"replace(cause, input, {_LAST_PART})"},
    # DuckDB chooses between lists, not between arrays.
    "structure": {"cell": '"cell"::DOUBLE[]'},
    "net": {"edges": '"edges"::INTEGER[][]', "positions": '"positions"::DOUBLE[][]'},
}
"""By table, columns of a release that are not as they are in the catalogue."""

_REDUCED = {
    "structure": ("id", {"atoms": "NULL", "cell": "NULL", "provenance": "'{}'"}),
    "net": (
        "structure_id",
        {
            "edges": "[]",
            "multiplicity": "[]",
            "is_node": "[]",
            "positions": "NULL",
            "vertex_labels": "NULL",
            "quality": f"list_append(quality, '{GRAPH_LEFT_OUT}')",
        },
    ),
}
"""By table, the column of the structure, and what stands for columns of a source whose licence is not open."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a catalogue goes into a release; holds as long as its block.

    Attributes
    ----------
    storage : Storage
    where : str or None
        The condition, as SQL on the view `entry`.
    sources : tuple of SourceManifest
        What is held of each source, and of how many nets.
    statuses : dict of str to int
        Number of nets by status.
    """

    storage: Storage
    where: str | None
    sources: tuple[SourceManifest, ...]
    statuses: dict[str, int]

    def pieces(self, model: type[SQLModel]) -> Iterator[pa.Table]:
        """Yield the rows of a table in the order of its key, piece by piece."""
        name = str(model.__tablename__)
        where = _ROWS[name]
        if self.where is None and name in _WITHOUT_STRUCTURE:
            where += " OR structure_id IS NULL"
        listed = ", ".join(f'{_value(name, column)} AS "{column}"' for column in released_schema(model).names)
        query = f'SELECT {listed} FROM "{name}" WHERE {where} ORDER BY {key_order(model)}'
        return rows_of_query(self.storage, model, query)


def _value(name: str, column: str) -> str:
    value = _VALUES.get(name, {}).get(column, f'"{column}"')
    structure, reduced = _REDUCED.get(name, ("", {}))
    if column not in reduced:
        return value
    hidden = "SELECT structure_id FROM temp.released WHERE allowed = 'derived'"
    return f'CASE WHEN "{structure}" IN ({hidden}) THEN {reduced[column]} ELSE {value} END'


@contextmanager
def selected(catalogue: Catalogue, card: DatasetCard, where: str | None = None) -> Iterator[Selection]:
    """Choose what of a catalogue goes into a release.

    Raises
    ------
    InputError
        If the condition is no SQL, or the card does not name a collection, or names it under another licence.
    RefusedError
        If nothing is left.
    """
    storage = catalogue.storage
    nets = _nets(storage, where)
    allowed = _allowed(storage, nets, card)
    with storage.registered("asked", nets), storage.registered("redistribution", _table(allowed)):
        storage.execute(
            "CREATE OR REPLACE TEMP TABLE released AS "
            "SELECT net.id AS net_id, structure_id, allowed, coalesce(source.collection, '') AS collection FROM net "
            "JOIN structure ON structure.id = structure_id LEFT JOIN source ON source.id = source_id "
            "JOIN redistribution ON redistribution.collection = coalesce(source.collection, '') "
            "WHERE net.id IN (SELECT net_id::UUID FROM asked)"
        )
    try:
        counted = dict(storage.rows("SELECT collection, count(*) FROM temp.released GROUP BY 1"))
        sources = tuple(
            SourceManifest(collection=name, redistribution=how, nets=counted.get(name, 0))
            for name, how in sorted(allowed.items())
        )
        storage.execute("DELETE FROM temp.released WHERE allowed = 'none'")
        statuses = dict(
            storage.rows(
                "SELECT status, count(*) FROM net WHERE id IN (SELECT net_id FROM temp.released) GROUP BY 1 ORDER BY 1"
            )
        )
        if not statuses:
            raise RefusedError("no net is left to release", hint="the card says `redistribution: none` of all sources")
        yield Selection(storage, where, sources, statuses)
    finally:
        storage.execute("DROP TABLE IF EXISTS temp.released")


def _nets(storage: Storage, where: str | None) -> pa.Table:
    condition = "true" if where is None else where
    # Its end may be a comment.
    table = sql.ask(storage, f"SELECT net_id::VARCHAR AS net_id FROM entry WHERE (\n{condition}\n)").table
    if table.column_names != ["net_id"]:
        raise InputError(f"--where is a condition on the columns of `entry`, got {where!r}")
    if not table.num_rows:
        if where is None:
            raise RefusedError(
                "the catalogue is empty, so there is nothing to release", hint="run `carvsdb ingest` first"
            )
        raise RefusedError(f"no net meets {where!r}, so there is nothing to release")
    return table


def _allowed(storage: Storage, nets: pa.Table, card: DatasetCard) -> dict[str, Redistribution]:
    """Say what of each source may be passed on; the name of what has no source is empty."""
    with storage.registered("asked", nets):
        found = storage.rows(
            "SELECT DISTINCT coalesce(collection, ''), licence FROM net JOIN structure ON structure.id = structure_id "
            "LEFT JOIN source ON source.id = source_id WHERE net.id IN (SELECT net_id::UUID FROM asked) ORDER BY ALL"
        )
    named = {source.collection: source for source in card.sources}
    allowed: dict[str, Redistribution] = {}
    for collection, licence in found:
        if not collection:
            allowed[""] = "full"
        elif collection not in named:
            raise InputError(
                f"the catalogue has nets of {collection!r}, which the card does not name among its sources",
                hint=f"add `- collection: {collection}` with its licence, or leave them out with --where",
            )
        elif licence and licence != named[collection].licence:
            raise InputError(
                f"the card has {collection!r} under {named[collection].licence}, the catalogue under {licence}",
                hint="correct the card",
            )
        else:
            allowed[collection] = named[collection].allowed()
    return allowed


def _table(allowed: dict[str, Redistribution]) -> pa.Table:
    return pa.table({"collection": pa.array(list(allowed)), "allowed": pa.array(list(allowed.values()))})
