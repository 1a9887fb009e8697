"""The nearest nets: an exact scan over the normalised vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carvsdb.catalogue.answer import Answer
from carvsdb.catalogue.names import NetRef, refs, resolve
from carvsdb.catalogue.searches import blocks_of, left_out, searches_of
from carvsdb.catalogue.storage import Storage
from carvsdb.compare.distance import distances_from
from carvsdb.compare.noise import BlockSums, distance_noise
from carvsdb.errors import InputError
from carvsdb.rings.carvs import Carvs

HITS = pa.schema(
    [
        ("label", pa.string()),
        ("name", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("distance", pa.float64()),
        ("noise", pa.float64()),
        ("noise_kind", pa.string()),
        ("symbol", pa.string()),
    ]
)
"""Columns of an answer."""

# Of several searches of one net, the complete one with the largest cut-off is held against the query. Few nets
# have several: only those are sorted, which keeps a scan of a million nets below a second or so.
_SCAN = """
WITH query(number, vector, complete, cut_off) AS (VALUES {values}),
several AS (SELECT net_id FROM carvs WHERE ring_kind = $kind GROUP BY net_id HAVING count(*) > 1 OR {many}),
scanned AS (
    SELECT carvs.id, net_id, number, array_distance(normalised, vector) AS span,
        completeness <> 'no' AND complete AS both_complete, max_ring_size, linker_aware,
        net_id IN (FROM several) AS is_one_of_several
    FROM carvs JOIN query ON (completeness <> 'no' AND complete) OR max_ring_size = cut_off
    WHERE ring_kind = $kind AND normalised IS NOT NULL
    AND net_id NOT IN (SELECT id FROM net WHERE structure_id = $structure::UUID)
),
chosen AS (
    SELECT id, net_id, number, span FROM scanned WHERE NOT is_one_of_several
    UNION ALL
    SELECT id, net_id, number, span FROM scanned WHERE is_one_of_several
    QUALIFY row_number() OVER (
        PARTITION BY net_id ORDER BY both_complete DESC, max_ring_size DESC, linker_aware DESC, id, number
    ) = 1
)
SELECT nearest.net_id::VARCHAR, nearest.id::VARCHAR, number, (SELECT count(*) FROM chosen), normalised, symbol
FROM (FROM chosen ORDER BY span, net_id LIMIT $k) AS nearest
JOIN carvs ON carvs.id = nearest.id
"""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What neighbours are sought of.

    Attributes
    ----------
    choices : tuple of Carvs
        Its ring searches, the best first; all of one ring kind.
    vectors : tuple of ndarrays of float64, shape (32,)
        The normalised vector of each search, in single precision like the stored ones.
    blocks : tuple of (BlockSums or None)
        Ring counts by blocks of space, for each search.
    structure_id : str or None
        Key of its structure, whose nets are not its neighbours; None if it is not in the catalogue.
    """

    choices: tuple[Carvs, ...]
    vectors: tuple[NDArray[np.float64], ...]
    blocks: tuple[BlockSums | None, ...]
    structure_id: str | None = None

    @classmethod
    def of_carvs(cls, carvs: Carvs, blocks: BlockSums | None) -> "Query":
        """Take what is not in the catalogue."""
        rounded = carvs.normalised.astype(np.float32).astype(np.float64)
        return cls((carvs,), (rounded,), (blocks,))

    @classmethod
    def of_entry(cls, storage: Storage, name: str, ring_kind: str) -> "Query":
        """Look up an entry."""
        ref = resolve(storage, name)
        searches = searches_of(storage, ref, ring_kind)
        return cls(
            tuple(search.carvs for search in searches),
            tuple(search.normalised for search in searches),
            tuple(blocks_of(storage, search.carvs_id) for search in searches),
            ref.structure_id,
        )


def nearest(storage: Storage, query: Query, k: int, *, seed: int = 0) -> Answer:
    """Find the nearest nets; see :meth:`Catalogue.similar`."""
    if k < 1:
        raise InputError(f"the number of neighbours must be 1 or more, got {k}")
    ring_kind = query.choices[0].ring_kind
    found = _scan(storage, query, ring_kind, k)
    ref_of = _refs_of(storage, [row[0] for row in found])
    hits = []
    for net_id, carvs_id, number, _, vector, symbol in found:
        ref = ref_of[net_id]
        noise, noise_kind = distance_noise(query.blocks[number], blocks_of(storage, carvs_id), seed=seed)
        hits.append(
            {
                "label": ref.label,
                "name": ref.name,
                "source": ref.source,
                "kind": ref.kind,
                # In double precision, as `distance` has it; the scan is in single precision.
                "distance": float(distances_from(query.vectors[number], np.array(vector, np.float64))),
                "noise": noise,
                "noise_kind": noise_kind,
                "symbol": symbol,
            }
        )
    hits.sort(key=lambda hit: (hit["distance"], hit["label"]))
    n_comparable = found[0][3] if found else 0
    return Answer(
        pa.Table.from_pylist(hits, schema=HITS),
        left_out(storage, ring_kind, n_comparable, query.structure_id),
    )


def _scan(storage: Storage, query: Query, ring_kind: str, k: int) -> list[tuple[str, str, int, int, list[float], str]]:
    values = []
    parameters: dict[str, object] = {"kind": ring_kind, "structure": query.structure_id, "k": k}
    for number, (carvs, vector) in enumerate(zip(query.choices, query.vectors, strict=True)):
        complete = "true" if carvs.is_complete else "false"
        values.append(f"({number}, $vector{number}::FLOAT[32], {complete}, {carvs.max_ring_size:d})")
        parameters[f"vector{number}"] = vector.tolist()
    many = "true" if len(values) > 1 else "false"
    return storage.rows(_SCAN.format(values=", ".join(values), many=many), parameters)


def _refs_of(storage: Storage, net_ids: Sequence[str]) -> dict[str, NetRef]:
    found = refs(storage, "net.id IN (SELECT unnest(?::UUID[]))", [list(net_ids)])
    return {ref.net_id: ref for ref in found}
