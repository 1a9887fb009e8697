"""Consistency of the rows of a catalogue: every key and every sum worked out again.

What a row must be for itself is in :mod:`carvsdb.catalogue.records.laws`.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import duckdb
import numpy as np

from carvsdb.atoms.structure import Structure
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.records.keys import content_key
from carvsdb.catalogue.records.laws import UNREADABLE, Rows, broken_rows, listed
from carvsdb.catalogue.records.rows import environment_key
from carvsdb.catalogue.records.unit_rows import unit_key
from carvsdb.errors import CarvsdbError
from carvsdb.rings import LARGEST_CUT_OFF
from carvsdb.rings.carvs import Carvs

_SYMBOLS = 2000  # vectors whose symbol is written again
_AT_ONCE = 500  # structures whose atoms are read at once

REFERENCES = (
    ("structure", "source_id", "source"),
    ("net", "structure_id", "structure"),
    ("carvs", "net_id", "net"),
    ("net_environment", "carvs_id", "carvs"),
    ("net_environment", "net_id", "net"),
    ("net_environment", "environment_id", "environment"),
    ("noise_block", "carvs_id", "carvs"),
    ("geometry", "net_id", "net"),
    ("net_unit", "net_id", "net"),
    ("net_unit", "unit_id", "unit"),
    ("refinement", "structure_id", "structure"),
    ("embedding_point", "embedding_id", "embedding"),
    ("embedding_point", "carvs_id", "carvs"),
    ("embedding_environment", "embedding_id", "embedding"),
    ("embedding_environment", "environment_id", "environment"),
    ("attempt", "structure_id", "structure"),
    ("tag", "structure_id", "structure"),
)
"""Column by column, the table whose `id` it holds."""


def broken(storage: Storage, rows: Rows, *, whole: bool = True) -> list[str]:
    """Say what is wrong with rows, each for itself and with each other, but for their rings.

    Parameters
    ----------
    storage : Storage
    rows : mapping of str to str
        By table, which of its rows, in SQL.
    whole : bool
        Whether all that they name must be there; if not, maps and runs may name what is not.
    """
    problems = broken_each(storage, rows, whole=whole)
    if not problems:  # the numbers are numbers
        for check in (_hashes, _vectors, _symbols, _atoms):
            problems += guarded(partial(check, storage, rows))
    return problems


def broken_each(storage: Storage, rows: Rows, *, whole: bool = True) -> list[str]:
    """Say what is wrong with rows themselves, which rows they name, and how many nodes they count."""
    problems = guarded(lambda: broken_rows(storage, rows))
    problems += guarded(lambda: _references(storage, rows, whole))
    return problems + guarded(lambda: _nodes(storage, rows))


def guarded(check: Callable[[], Iterator[str]]) -> list[str]:
    """Return what a check finds, or why it cannot be made."""
    found: list[str] = []
    try:
        found.extend(check())
    except CarvsdbError as error:
        found.append(error.message)
    except (duckdb.Error, *UNREADABLE) as error:
        found.append(f"it cannot be checked: {str(error).strip().splitlines()[0] if str(error).strip() else error!r}")
    return found


def _references(storage: Storage, rows: Rows, whole: bool) -> Iterator[str]:
    for name, column, target in REFERENCES:
        if name not in rows or (not whole and name in ("embedding_point", "embedding_environment", "refinement")):
            continue
        missing = storage.rows(
            f'SELECT count(*) FROM "{name}" WHERE {column} IS NOT NULL '
            f'AND {column} NOT IN (SELECT id FROM "{target}") AND {rows[name]}'
        )[0][0]
        if missing:
            yield f"{name}.{column}: {missing} rows name no row of {target}"


def _nodes(storage: Storage, rows: Rows) -> Iterator[str]:
    """Count the nodes of searches: as many as the net has."""
    found = storage.rows(
        "SELECT carvs.id::VARCHAR FROM carvs JOIN net ON net.id = carvs.net_id LEFT JOIN (SELECT carvs_id, "
        "sum(multiplicity::BIGINT) AS n FROM net_environment GROUP BY carvs_id) AS summed "
        "ON summed.carvs_id = carvs.id "
        f"WHERE coalesce(n, 0) <> n_nodes AND carvs.id IN (SELECT id FROM carvs WHERE {rows['carvs']})"
    )
    if found:
        yield f"carvs: it has other nodes in its environments than its net: {listed([row[0] for row in found])}"


def _hashes(storage: Storage, rows: Rows) -> Iterator[str]:
    """Work all keys out again, from what they are the hashes of."""
    for name, query, key_of in (
        ("structure", "sha256, part", lambda sha256, part: content_key("structure", sha256, part)),
        (
            "net",
            "structure_id::VARCHAR, clustering, bond_rule, parameters",
            lambda structure, clustering, rule, parameters: content_key(
                "net", structure, clustering, rule, json.loads(parameters)
            ),
        ),
        (
            "carvs",
            "net_id::VARCHAR, ring_kind, linker_aware, max_ring_size",
            lambda *parts: content_key("carvs", *parts),
        ),
        (
            "environment",
            "counts, vertex_symbol, coordination",
            lambda counts, symbol, coordination: environment_key(np.array(counts, "<i4"), symbol, coordination),
        ),
        ("unit", "key, formula, smiles", unit_key),
        (
            "source",
            "collection, version, url, doi, licence, citation",
            lambda *parts: content_key("source", *parts),
        ),
    ):
        if name not in rows:
            continue
        wrong = []
        for batch in storage.table(f'SELECT id::VARCHAR AS id, {query} FROM "{name}" WHERE {rows[name]}').to_batches():
            columns = [column.to_pylist() for column in batch.columns]
            wrong += [key for key, *parts in zip(*columns, strict=True) if key != str(key_of(*parts))]
        if wrong:
            yield f"{name}: {len(wrong)} keys are not the hash of the content, such as {wrong[0]}"


def _vectors(storage: Storage, rows: Rows) -> Iterator[str]:
    """Hold vectors against the environments of the nodes, which are integers."""
    sizes = range(1, LARGEST_CUT_OFF + 1)
    sums = ", ".join(f"sum(multiplicity::BIGINT * counts[{size}])::DOUBLE AS s{size}" for size in sizes)
    squares = " + ".join(
        f"(sum(multiplicity) * sum(multiplicity * counts[{size}]::HUGEINT * counts[{size}]) "
        f"- pow(sum(multiplicity::BIGINT * counts[{size}]), 2))"
        for size in sizes
    )
    total = " + ".join(f"s{size}" for size in sizes)
    wrong = (
        ("it has rings beyond its cut-off", " OR ".join(f"(s{size} > 0 AND max_ring_size < {size})" for size in sizes)),
        (
            "mean_counts is not the mean over its nodes",
            " OR ".join(f"abs(mean_counts[{size}] - s{size} / n) > 1e-6 + 1e-5 * s{size} / n" for size in sizes),
        ),
        ("normalised must be null exactly where there are no rings", f"(normalised IS NULL) <> ({total} = 0)"),
        (
            "normalised is not mean_counts over its sum",
            " OR ".join(f"abs(normalised[{size}] - s{size} / ({total})) > 1e-6" for size in sizes),
        ),
        ("sigma is not that of its nodes", "abs(sigma - sqrt(greatest(v, 0)) / n) > 1e-6 + 1e-6 * sigma"),
        (
            "rings through nodes do not add up to size times ring_counts",
            " OR ".join(f"coalesce(CAST(ring_counts ->> '{size}' AS DOUBLE), 0) * {size} <> s{size}" for size in sizes),
        ),
    )
    flags = ", ".join(f"coalesce({condition}, false) AS wrong{number}" for number, (_, condition) in enumerate(wrong))
    found = storage.rows(
        f"WITH summed AS (SELECT carvs_id, sum(multiplicity)::DOUBLE AS n, {sums}, ({squares})::DOUBLE AS v "
        "FROM net_environment JOIN environment ON environment.id = environment_id GROUP BY carvs_id), "
        f"checked AS (SELECT carvs.id::VARCHAR AS id, {flags} FROM carvs JOIN summed ON summed.carvs_id = carvs.id "
        f"JOIN net ON net.id = carvs.net_id WHERE carvs.id IN (SELECT id FROM carvs WHERE {rows['carvs']})) "
        "SELECT * FROM checked WHERE " + " OR ".join(f"wrong{number}" for number in range(len(wrong)))
    )
    for number, (sentence, _) in enumerate(wrong):
        ids = [row[0] for row in found if row[1 + number]]
        if ids:
            yield f"carvs: {sentence}: {listed(ids)}"


def _symbols(storage: Storage, rows: Rows) -> Iterator[str]:
    wrong = []
    for key, mean, sigma, cut_off, largest, symbol in storage.rows(
        "SELECT id::VARCHAR, mean_counts, sigma, max_ring_size, largest_ring, symbol FROM carvs "
        f"WHERE {rows['carvs']} ORDER BY hash(id) LIMIT {_SYMBOLS}"
    ):
        carvs = Carvs(np.array(mean[:cut_off], np.float64), sigma, 1, cut_off, largest, "no", "ring", False)
        if carvs.symbol != symbol and _digits(carvs.symbol) != _digits(symbol):
            wrong.append(key)
    if wrong:
        yield f"carvs: the symbol is not that of its vector: {listed(wrong)}"


def _atoms(storage: Storage, rows: Rows) -> Iterator[str]:
    wrong = []
    keys = [
        key for (key,) in storage.rows(f"SELECT id FROM structure WHERE atoms IS NOT NULL AND ({rows['structure']})")
    ]
    for start in range(0, len(keys), _AT_ONCE):
        for key, packed in storage.rows(
            "SELECT id::VARCHAR, atoms FROM structure WHERE id IN (SELECT unnest(?::UUID[]))",
            [keys[start : start + _AT_ONCE]],
        ):
            try:
                Structure.unpacked(packed)
            except (zlib.error, CarvsdbError, *UNREADABLE):
                wrong.append(key)
    if wrong:
        yield f"structure: its atoms cannot be read: {listed(wrong)}"


def _digits(symbol: str) -> list[str]:
    """Return the ring sizes: mean counts in single precision may round the other way."""
    return [part.split("(")[0].strip("{}") for part in symbol.split(" ")[0].split(")")[:-1]]
