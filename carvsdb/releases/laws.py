"""What holds in every release, whoever built it."""

import json
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from carvsdb.catalogue.maintenance.recomputing import REFERENCES
from carvsdb.rings import LARGEST_CUT_OFF, Carvs

Tables = Mapping[str, pa.Table]

KEYS = {
    "source": ("id",),
    "structure": ("id",),
    "net": ("id",),
    "carvs": ("id",),
    "environment": ("id",),
    "net_environment": ("carvs_id", "environment_id"),
    "noise_block": ("carvs_id", "block"),
    "unit": ("id",),
    "net_unit": ("net_id", "unit_id", "kind", "role", "degree", "points_of_extension"),
    "embedding": ("id",),
    "embedding_point": ("embedding_id", "carvs_id"),
}
"""Columns that tell rows apart."""

LENGTHS = (
    ("structure", "cell", 9),
    ("carvs", "mean_counts", LARGEST_CUT_OFF),
    ("carvs", "normalised", LARGEST_CUT_OFF),
    ("environment", "counts", LARGEST_CUT_OFF),
    ("noise_block", "counts", LARGEST_CUT_OFF),
)
"""How many numbers a list holds, where it is not null."""


def broken_forms(tables: Tables) -> Iterator[str]:
    """Say, sentence by sentence, which keys repeat, which name nothing, and which lists have another length."""
    yield from _keys(tables)
    yield from _references(tables)
    yield from _lengths(tables)


def broken_laws(tables: Tables) -> Iterator[str]:
    """Say which numbers do not follow from others; the form of the tables and each row for itself are in order."""
    yield from _nets(tables)
    yield from _vectors(tables)


def _keys(tables: Tables) -> Iterator[str]:
    for name, columns in KEYS.items():
        table = tables[name].select(columns)
        distinct = table.group_by(list(columns)).aggregate([]).num_rows
        if distinct != table.num_rows:
            yield f"{name}: {table.num_rows - distinct} rows repeat the key ({', '.join(columns)})"
    labels = tables["structure"]["label"]
    if pc.count_distinct(labels).as_py() != len(labels):
        yield "structure: labels are not unique"


def _references(tables: Tables) -> Iterator[str]:
    for name, column, target in REFERENCES:
        if name not in tables or target not in tables:
            continue  # a release holds no refinements and no attempts
        values = tables[name][column].drop_null()
        missing = pc.sum(pc.invert(pc.is_in(values, value_set=tables[target]["id"].combine_chunks()))).as_py() or 0
        if missing:
            yield f"{name}.{column}: {missing} rows name no row of {target}"


def _lengths(tables: Tables) -> Iterator[str]:
    for name, column, expected in LENGTHS:
        wrong = pc.sum(pc.not_equal(pc.list_value_length(tables[name][column]), expected)).as_py() or 0
        if wrong:
            yield f"{name}.{column}: {wrong} rows have not {expected} numbers"


def _nets(tables: Tables) -> Iterator[str]:
    for net in tables["net"].select(["id", "edges", "is_node", "n_nodes", "n_linkers", "n_edges"]).to_pylist():
        edges = np.array(net["edges"], np.int64).reshape(-1, 5)
        n_vertices = len(net["is_node"])
        if len(edges) and not 0 <= edges[:, :2].min() <= edges[:, :2].max() < n_vertices:
            yield f"net {net['id']}: an edge names a vertex outside 0..{n_vertices - 1}"
        counted = (sum(net["is_node"]), n_vertices - sum(net["is_node"]), len(edges))
        if counted != (net["n_nodes"], net["n_linkers"], net["n_edges"]):
            yield f"net {net['id']}: nodes, linkers and edges are {counted}, but it says otherwise"


def _vectors(tables: Tables) -> Iterator[str]:
    counts_of = _node_counts(tables)
    n_nodes_of = dict(zip(tables["net"]["id"].to_pylist(), tables["net"]["n_nodes"].to_pylist(), strict=True))
    for row in tables["carvs"].to_pylist():
        where = f"carvs {row['id']}"
        counts = counts_of.get(row["id"], np.zeros((0, LARGEST_CUT_OFF), np.int64))
        if len(counts) != n_nodes_of[row["net_id"]]:
            yield f"{where}: {len(counts)} environments for {n_nodes_of[row['net_id']]} nodes"
            continue
        if counts[:, row["max_ring_size"] :].any() or row["largest_ring"] > row["max_ring_size"]:
            yield f"{where}: it has rings beyond its cut-off {row['max_ring_size']}"
        carvs = Carvs.from_counts(counts[:, : row["max_ring_size"]], completeness=row["completeness"])
        mean = np.array(row["mean_counts"], np.float64)
        if not np.allclose(mean[: row["max_ring_size"]], carvs.vector, rtol=1e-5, atol=1e-6):
            yield f"{where}: mean_counts is not the mean over its nodes"
        if (row["normalised"] is None) != (not mean.any()):
            yield f"{where}: normalised must be null exactly where there are no rings"
        elif row["normalised"] is not None and not np.allclose(row["normalised"], mean / mean.sum(), atol=1e-6):
            yield f"{where}: normalised is not mean_counts over its sum"
        if not np.isclose(row["sigma"], carvs.sigma, rtol=1e-9, atol=1e-9):
            yield f"{where}: sigma is {row['sigma']}, its nodes give {carvs.sigma}"
        if row["symbol"] != carvs.symbol:
            yield f"{where}: the symbol is {row['symbol']}, its nodes give {carvs.symbol}"
        if _through_nodes(json.loads(row["ring_counts"])) != _sums(counts):
            yield f"{where}: rings through nodes do not add up to size times ring_counts"


def _node_counts(tables: Tables) -> dict[str, NDArray[np.int64]]:
    """Return the ring counts of the nodes behind each vector."""
    environments = tables["environment"]
    vectors = (
        environments["counts"].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(-1, LARGEST_CUT_OFF)
    )
    place = {key: row for row, key in enumerate(environments["id"].to_pylist())}
    rows: dict[str, list[int]] = {}
    for link in tables["net_environment"].to_pylist():
        rows.setdefault(link["carvs_id"], []).extend([place[link["environment_id"]]] * link["multiplicity"])
    return {carvs_id: vectors[members].astype(np.int64) for carvs_id, members in rows.items()}


def _through_nodes(ring_counts: dict[str, int]) -> dict[int, int]:
    return {int(size): int(size) * count for size, count in ring_counts.items()}


def _sums(counts: NDArray[np.int64]) -> dict[int, int]:
    return {size: total for size, total in enumerate(counts.sum(axis=0).tolist(), start=1) if total}
