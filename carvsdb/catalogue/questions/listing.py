"""Listing entries: those that meet some conditions, not more than are wanted."""

from typing import Any

from carvsdb.catalogue.file.schema import entries
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.answer import Answer
from carvsdb.catalogue.questions.conditions import condition as condition_of
from carvsdb.errors import InputError
from carvsdb_schemas.filters import Filters, check_filters

LISTED = (
    "label, name, kind, source, n_nodes, symbol, sigma, status, interpenetration, degrees AS coordination, "
    "point_symbol, vertex_symbol, clustering, bond_rule, formula"
)
"""Columns of a list."""

_JOINED = (
    "FROM net JOIN structure ON structure.id = net.structure_id LEFT JOIN source ON source.id = structure.source_id"
)


def listed(storage: Storage, filters: Filters | None = None, limit: int | None = None) -> Answer:
    """List entries by label; see :meth:`Catalogue.list`."""
    query, values, notes = _asked(storage, filters, limit)
    return Answer(storage.table(query, values), notes)


def listed_rows(
    storage: Storage, filters: Filters | None = None, limit: int | None = None
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the rows and the notes of :func:`listed`, without Arrow."""
    query, values, notes = _asked(storage, filters, limit)
    names = [name.rpartition(" AS ")[2] for name in LISTED.split(", ")]
    return [dict(zip(names, row, strict=True)) for row in storage.rows(query, values)], notes


def _asked(
    storage: Storage, filters: Filters | None, limit: int | None
) -> tuple[str, dict[str, object], tuple[str, ...]]:
    """Return the query for a list, its parameters, and a word on what is left out."""
    if limit is not None and limit < 1:
        raise InputError(f"the number of entries must be 1 or more, got {limit}")
    check_filters(filters)
    condition, values = condition_of(filters or Filters())
    if limit is None:
        among = f"WHERE net_id IN (SELECT net.id {_JOINED} WHERE {condition})" if values else ""
        return f"SELECT {LISTED} FROM entry {among} ORDER BY label", values, ()
    chosen = storage.rows(
        f"SELECT net.id::VARCHAR, net.structure_id::VARCHAR {_JOINED} WHERE {condition} "
        f"ORDER BY structure.label, net.id LIMIT {int(limit)}",
        values,
    )
    nets = [net for net, _ in chosen]
    total = len(nets)
    if total == limit:
        total = storage.rows(f"SELECT count(*) {_JOINED} WHERE {condition}", values)[0][0]
    notes = (f"{total - limit} more",) if total > limit else ()
    query = f"SELECT {LISTED} FROM ({some_entries()}) WHERE net_id IN (SELECT unnest($nets::UUID[])) ORDER BY label"
    return query, {"nets": nets, "structures": list({structure for _, structure in chosen})}, notes


def some_entries() -> str:
    """Return the query for the entries of the structures `$structures`: as of the view `entry`, but much faster."""
    nets = "(SELECT * FROM net WHERE structure_id IN (SELECT unnest($structures::UUID[])))"
    return entries(f"{nets} AS net", f"(SELECT * FROM carvs WHERE net_id IN (SELECT id FROM {nets})) AS carvs")
