"""Conditions on nets as a mask of the search index; what they are stands in `carvsdb_schemas.filters`."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from carvsdb.catalogue.file.schema import HANDLES, NAME
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.conditions import compared
from carvsdb_schemas.filters import FILTERS, Comparison, Filters

_ARROW = {
    Comparison.EQUAL: pc.equal,
    Comparison.AT_LEAST: pc.greater_equal,
    Comparison.AT_MOST: pc.less_equal,
    Comparison.BEGINS: pc.starts_with,
}
_OF_LISTS = {
    Comparison.AMONG: pc.equal,
    Comparison.MENTIONED: pc.match_substring,
    Comparison.NOT_MENTIONED: pc.match_substring,
}

_COLUMNS = ", ".join(f"{one.column} AS filter_{one.name}" for one in FILTERS if one.comparison != Comparison.BEGINS)
# What labels begin with is asked of the whole handle, `label@clustering`.
ABOUT = f"""
SELECT {{label}} AS label, {NAME} AS name, source.collection AS source, structure.kind, carvs.symbol,
    net.clustering, net.bond_rule, {{label}} AS filter_labels, {_COLUMNS}
FROM carvs JOIN net ON net.id = carvs.net_id JOIN structure ON structure.id = net.structure_id
LEFT JOIN source ON source.id = structure.source_id
WHERE ring_kind = ? AND normalised IS NOT NULL ORDER BY carvs.net_id, carvs.id
"""
"""What is known of each vector of the search index, in its order."""


def mask(filters: Filters, known: pa.Table) -> NDArray[np.bool_]:
    """Return which rows of a table of :func:`about` meet the conditions."""
    held = np.ones(known.num_rows, bool)
    for one, wanted in filters.asked():
        column = known[f"filter_{one.name}"]
        if one.comparison in _OF_LISTS:
            some = _some(column.combine_chunks(), compared(one, wanted), _OF_LISTS[one.comparison])
            held &= ~some if one.comparison == Comparison.NOT_MENTIONED else some
        else:
            held &= pc.fill_null(_ARROW[one.comparison](column, compared(one, wanted)), False).to_numpy()
    return held


def about(storage: Storage, ring_kind: str) -> pa.Table:
    """Return what is known of each vector of the search index, in its order."""
    repeated = storage.rows("SELECT count(*) - count(DISTINCT structure_id) FROM net")[0][0]
    label = "structure.label"
    if repeated:
        label = f"(SELECT label FROM ({HANDLES}) AS handles WHERE handles.net_id = net.id)"
    return storage.table(ABOUT.format(label=label), [ring_kind]).combine_chunks()


def _some(lists: pa.Array | pa.ChunkedArray, wanted: str, compare: Callable[..., pa.Array]) -> NDArray[np.bool_]:
    """Tell which lists have a text that compares with what is wanted."""
    held = np.zeros(len(lists), bool)
    if isinstance(lists, pa.ChunkedArray):
        lists = pa.concat_arrays(lists.chunks)
    same = compare(pc.list_flatten(lists), wanted).to_numpy(zero_copy_only=False).astype(bool)
    held[pc.list_parent_indices(lists).to_numpy()[same]] = True
    return held
