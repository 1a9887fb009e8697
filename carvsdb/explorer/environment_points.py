"""The points of a map of node environments: every sort of node of every net on it."""

import numpy as np
import pyarrow as pa

from carvsdb.catalogue import Catalogue, StoredMap
from carvsdb.catalogue.similarity.environment_maps import searches_on
from carvsdb.rings.carvs import LARGEST_CUT_OFF

_SORTS = """
WITH chosen AS ({chosen}), sorted AS (
    SELECT environment_id, carvs_id, multiplicity, counts, vertex_symbol, environment.coordination AS bonds,
        row_number() OVER (PARTITION BY carvs_id ORDER BY multiplicity DESC, vertex_symbol, environment_id) - 1 AS sort,
        count(*) OVER (PARTITION BY carvs_id) AS n_sorts
    FROM net_environment JOIN environment ON environment.id = environment_id
    WHERE carvs_id IN (SELECT id FROM chosen)
)
SELECT entry.* REPLACE (
        CASE WHEN n_sorts = 1 THEN entry.label ELSE entry.label || ' sort ' || sort END AS label,
        bonds::VARCHAR AS degrees, sorted.vertex_symbol AS vertex_symbol
    ), net.components, sorted.carvs_id::VARCHAR AS shown_carvs, entry.label AS net_label, sort,
    sorted.multiplicity, bonds, sorted.counts, environment_id::VARCHAR AS point
FROM sorted JOIN carvs ON carvs.id = sorted.carvs_id JOIN entry ON entry.net_id = carvs.net_id
JOIN net ON net.id = carvs.net_id
WHERE environment_id IN (SELECT unnest(string_split(?, ',')::UUID[])) ORDER BY entry.label, sort
"""


def environment_table(catalogue: Catalogue, stored: StoredMap) -> pa.Table:
    """Return a row for each sort of node of each net, its environment being on the map.

    Beside the columns of points there are `net_label`, `sort`, `multiplicity` (nodes of this sort), `bonds`, and
    `point`, the key of the environment.
    """
    chosen, ring_kind = searches_on(stored.embedding)
    table = catalogue.storage.table(_SORTS.format(chosen=chosen), [ring_kind, ",".join(stored.keys)])
    flat = table["counts"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    counts = np.asarray(flat, np.float64).reshape(-1, LARGEST_CUT_OFF)
    shares = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)).astype(np.float32)
    for name, rows in (("normalised", shares), ("mean_counts", counts)):
        table = table.append_column(name, pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), LARGEST_CUT_OFF))
    return table
