"""optimade.jsonl: the nets as OPTIMADE structures, one JSON object a line.

A net is a structure of nodes and linkers, which are no elements: its species have the symbol ``X``, and what follows
from elements is null. What is ours has the prefix ``_carvsdb_``.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from carvsdb.atomic_write import write_text
from carvsdb.catalogue import Catalogue
from carvsdb.catalogue.file.schema import HANDLES

PREFIX = "carvsdb"
PROPERTIES = {
    "label": ("string", "What the net is called in the release"),
    "name": ("string", "All names that its key has in the archive"),
    "key": ("string", "Canonical key: the primitive quotient graph in normal form"),
    "kind": ("string", "crystalline, amorphous or generated"),
    "source": ("string", "The collection that it comes from"),
    "clustering": ("string", "How atoms became vertices"),
    "n_nodes": ("integer", "Nodes per cell"),
    "coordination": ("list", "Numbers of bonds that nodes have, ascending"),
    "multiplicity": ("integer", "Number of interpenetrating nets"),
    "ring_sizes": ("list", "Sizes of its rings, ascending"),
    "carvs": ("list", "Mean number of rings through a node, by size from 1"),
    "carvs_symbol": ("string", "CARVS as it is written"),
    "sigma": ("float", "Spread of the ring counts of nodes"),
}
"""By name, type and meaning of the properties that are ours; all can be filtered by."""

_QUERY = f"""
SELECT net.id::VARCHAR AS id, handle.label, structure.kind, structure.cell, source.collection AS source, net.names,
    net.key, net.clustering, net.n_nodes, net.n_linkers, net.periodicity, net.positions, net.is_node, net.coordination,
    net.components, best.symbol, best.sigma, best.mean_counts::FLOAT[] AS mean_counts, best.ring_counts
FROM net JOIN ({HANDLES}) AS handle ON handle.net_id = net.id JOIN structure ON structure.id = net.structure_id
LEFT JOIN source ON source.id = structure.source_id
LEFT JOIN (
    SELECT * FROM carvs WHERE ring_kind = 'ring'
    QUALIFY row_number() OVER (PARTITION BY net_id ORDER BY completeness <> 'no' DESC, max_ring_size DESC, id) = 1
) AS best ON best.net_id = net.id
ORDER BY net.id
"""


def write_optimade_lines(catalogue: Catalogue, path: Path, modified: date) -> None:
    """Write all nets of a catalogue."""
    write_text(path, "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in _lines(catalogue, modified)))


def _lines(catalogue: Catalogue, modified: date) -> Iterator[dict[str, Any]]:
    yield {"x-optimade": {"meta": {"api_version": "1.1.0"}}}
    properties = {
        f"_{PREFIX}_{name}": {"type": kind, "description": what, "sortable": kind != "list"}
        for name, (kind, what) in PROPERTIES.items()
    }
    yield {"type": "info", "id": "structures", "description": "Nets of a release of carvsdb", "properties": properties}
    for batch in catalogue.storage.batches(_QUERY, 1000):
        for row in batch.to_pylist():
            yield {"type": "structures", "id": row["id"], "attributes": _attributes(row, modified)}


def _attributes(row: dict[str, Any], modified: date) -> dict[str, Any]:
    n_sites = row["n_nodes"] + row["n_linkers"]
    has_graph = len(row["is_node"]) == n_sites
    kinds = ["node" if is_node else "linker" for is_node in row["is_node"]] if has_graph else ["node"] * n_sites
    placed = row["positions"] is not None and row["cell"] is not None and row["periodicity"] == 3
    cell = np.array(row["cell"], np.float64).reshape(3, 3) if placed else None
    periodic = row["periodicity"]
    own = {
        "label": row["label"],
        "name": ", ".join(row["names"]) or None,
        "key": row["key"],
        "kind": row["kind"],
        "source": row["source"],
        "clustering": row["clustering"],
        "n_nodes": row["n_nodes"],
        "coordination": sorted(map(int, json.loads(row["coordination"]))),
        "multiplicity": sum(one["multiplicity"] for one in json.loads(row["components"])) or 1,
        "ring_sizes": sorted(map(int, json.loads(row["ring_counts"] or "{}"))),
        "carvs": [round(float(number), 6) for number in row["mean_counts"] or ()],
        "carvs_symbol": row["symbol"],
        "sigma": row["sigma"],
    }
    return {
        "immutable_id": row["id"],
        "last_modified": {"$date": f"{modified.isoformat()}T00:00:00Z"},
        "elements": None,
        "nelements": None,
        "elements_ratios": None,
        "chemical_formula_descriptive": f"X{n_sites}",
        "chemical_formula_reduced": None,
        "chemical_formula_anonymous": None,
        "dimension_types": [1] * periodic + [0] * (3 - periodic),
        "nperiodic_dimensions": periodic,
        "lattice_vectors": None if cell is None else cell.tolist(),
        "cartesian_site_positions": None if cell is None else (np.array(row["positions"]) @ cell).tolist(),
        "nsites": n_sites,
        "species": [
            {"name": kind, "chemical_symbols": ["X"], "concentration": [1.0]}
            for kind in sorted(set(kinds), reverse=True)
        ],
        "species_at_sites": kinds,
        "structure_features": [],
        **{f"_{PREFIX}_{name}": value for name, value in own.items()},
    }
