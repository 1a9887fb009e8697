"""Checking a catalogue: every column is read, every key and every sum is worked out again, a sample of rings, too."""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from carvsdb.atoms.structure import Structure
from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.resolving import refs
from carvsdb.catalogue.questions.showing import load_net
from carvsdb.catalogue.records.keys import content_key
from carvsdb.catalogue.records.rows import environment_key
from carvsdb.errors import CarvsdbError
from carvsdb.rings import LARGEST_CUT_OFF, find_rings
from carvsdb.rings.carvs import Carvs
from carvsdb_schemas.arrow import table_of
from carvsdb_schemas.tables import ALL_TABLES

SAMPLE = 20
"""Nets whose rings are searched again."""

LARGEST_SAMPLED = 300
"""Vertices of a net of the sample, at most."""

_SYMBOLS = 2000  # vectors whose symbol is written again
_STRUCTURES = 500  # structures whose atoms are read
_SHOWN = 3

REFERENCES = (
    ("structure", "source_id", "source"),
    ("net", "structure_id", "structure"),
    ("carvs", "net_id", "net"),
    ("net_environment", "carvs_id", "carvs"),
    ("net_environment", "net_id", "net"),
    ("net_environment", "environment_id", "environment"),
    ("noise_block", "carvs_id", "carvs"),
    ("geometry", "net_id", "net"),
    ("refinement", "structure_id", "structure"),
    ("embedding_point", "embedding_id", "embedding"),
    ("embedding_point", "carvs_id", "carvs"),
    ("attempt", "structure_id", "structure"),
)
"""Column by column, the table whose `id` it holds."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes
    ----------
    rows : dict of str to int
        Number of rows by table, as far as they could be read.
    searched_again : int
        Number of nets whose rings were searched again.
    problems : tuple of str
        What is wrong, a sentence each; empty if all is in order.
    """

    rows: dict[str, int]
    searched_again: int
    problems: tuple[str, ...]


def check_catalogue(storage: Storage, *, sample: int = SAMPLE, seed: int = 0) -> CheckReport:
    """Read all of a catalogue and say what is wrong with it.

    Parameters
    ----------
    storage : Storage
    sample : int
        How many nets are searched for rings again.
    seed : int
        Chooses them.

    Notes
    -----
    DuckDB holds a checksum of each of its blocks and looks at it when it reads the block: reading all columns of all
    rows finds whatever was changed on the disk. The rest finds what a program did wrong.
    """
    rows: dict[str, int] = {}
    problems: list[str] = []
    for model in ALL_TABLES:
        name = str(model.__tablename__)
        problems += _guarded(lambda name=name: _read(storage, name, rows))  # type: ignore[misc]
    searched = 0
    if not problems:
        for check in (_keys, _references, _hashes, _nets, _vectors, _symbols, _atoms):
            problems += _guarded(lambda check=check: check(storage))  # type: ignore[misc]
    if not problems and sample:
        ids = [
            str(net)
            for (net,) in storage.rows(
                "SELECT id FROM (SELECT id FROM net WHERE n_nodes + n_linkers <= ? ORDER BY id) "
                "ORDER BY hash(id::VARCHAR || ?) LIMIT ?",
                [LARGEST_SAMPLED, str(seed), sample],
            )
        ]
        searched = len(ids)
        problems += _guarded(lambda: _rings(storage, ids))
    return CheckReport(rows, searched, tuple(problems))


def _guarded(check: Callable[[], Iterator[str]]) -> list[str]:
    found: list[str] = []
    try:
        found.extend(check())
    except CarvsdbError as error:
        found.append(error.message)
    return found


def _read(storage: Storage, name: str, rows: dict[str, int]) -> Iterator[str]:
    try:
        rows[name] = int(storage.rows(f'SELECT count(*), bit_xor(hash(t)) FROM "{name}" AS t')[0][0])
    except CarvsdbError as error:
        yield f"{name}: {error.message}"


def _keys(storage: Storage) -> Iterator[str]:
    for model in ALL_TABLES:
        name = str(model.__tablename__)
        columns = ", ".join(f'"{column.name}"' for column in table_of(model).primary_key.columns)
        came, distinct = storage.rows(f'SELECT count(*), count(DISTINCT ({columns})) FROM "{name}"')[0]
        if came != distinct:
            yield f"{name}: {came - distinct} rows repeat the key ({columns})"
    repeated = storage.rows("SELECT label FROM structure GROUP BY label HAVING count(*) > 1 LIMIT 3")
    if repeated:
        yield f"structure: labels are not unique, such as {repeated[0][0]!r}"


def _references(storage: Storage) -> Iterator[str]:
    for name, column, target in REFERENCES:
        missing = storage.rows(
            f'SELECT count(*) FROM "{name}" WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM "{target}")'
        )[0][0]
        if missing:
            yield f"{name}.{column}: {missing} rows name no row of {target}"


def _hashes(storage: Storage) -> Iterator[str]:
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
        (
            "source",
            "collection, version, url, doi, licence, citation",
            lambda *parts: content_key("source", *parts),
        ),
    ):
        wrong = []
        for batch in storage.batches(f'SELECT id::VARCHAR AS id, {query} FROM "{name}"'):
            columns = [column.to_pylist() for column in batch.columns]
            wrong += [key for key, *parts in zip(*columns, strict=True) if key != str(key_of(*parts))]
        if wrong:
            yield f"{name}: {len(wrong)} keys are not the hash of the content, such as {wrong[0]}"


def _nets(storage: Storage) -> Iterator[str]:
    for sentence, condition in (
        (
            "the numbers of nodes, linkers and edges are not those of its lists",
            "n_nodes <> len(list_filter(is_node, one -> one)) OR n_nodes + n_linkers <> len(is_node) "
            "OR n_edges <> len(edges) OR len(multiplicity) <> len(edges)",
        ),
        (
            "an edge names a vertex that it has not",
            "len(edges) > 0 AND (list_min(list_transform(edges, one -> least(one[1], one[2]))) < 0 "
            "OR list_max(list_transform(edges, one -> greatest(one[1], one[2]))) >= len(is_node))",
        ),
        ("positions do not fit its vertices", "positions IS NOT NULL AND len(positions) <> len(is_node)"),
    ):
        found = storage.rows(f"SELECT id::VARCHAR FROM net WHERE {condition}")
        if found:
            yield f"net: {sentence}: {_listed([row[0] for row in found])}"


def _vectors(storage: Storage) -> Iterator[str]:
    """Hold vectors against the environments of the nodes, which are integers."""
    sizes = range(1, LARGEST_CUT_OFF + 1)
    sums = ", ".join(f"sum(multiplicity * counts[{size}])::DOUBLE AS s{size}" for size in sizes)
    squares = " + ".join(
        f"(sum(multiplicity) * sum(multiplicity * counts[{size}]::HUGEINT * counts[{size}]) "
        f"- pow(sum(multiplicity * counts[{size}]), 2))"
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
            " OR ".join(f"coalesce(CAST(ring_counts ->> '{size}' AS BIGINT), 0) * {size} <> s{size}" for size in sizes),
        ),
        ("it has other nodes than its net", "n <> n_nodes"),
    )
    flags = ", ".join(f"coalesce({condition}, false) AS wrong{number}" for number, (_, condition) in enumerate(wrong))
    found = storage.rows(
        f"WITH summed AS (SELECT carvs_id, sum(multiplicity)::DOUBLE AS n, {sums}, ({squares})::DOUBLE AS v "
        "FROM net_environment JOIN environment ON environment.id = environment_id GROUP BY carvs_id), "
        f"checked AS (SELECT carvs.id::VARCHAR AS id, {flags} FROM carvs JOIN summed ON summed.carvs_id = carvs.id "
        "JOIN net ON net.id = carvs.net_id) SELECT * FROM checked WHERE "
        + " OR ".join(f"wrong{number}" for number in range(len(wrong)))
    )
    for number, (sentence, _) in enumerate(wrong):
        ids = [row[0] for row in found if row[1 + number]]
        if ids:
            yield f"carvs: {sentence}: {_listed(ids)}"
    bare = storage.rows(
        "SELECT carvs.id::VARCHAR FROM carvs JOIN net ON net.id = net_id "
        "WHERE n_nodes > 0 AND carvs.id NOT IN (SELECT carvs_id FROM net_environment)"
    )
    if bare:
        yield f"carvs: it has no environments: {_listed([row[0] for row in bare])}"


def _symbols(storage: Storage) -> Iterator[str]:
    wrong = []
    for key, mean, sigma, cut_off, largest, symbol in storage.rows(
        "SELECT id::VARCHAR, mean_counts, sigma, max_ring_size, largest_ring, symbol FROM carvs "
        f"ORDER BY hash(id) LIMIT {_SYMBOLS}"
    ):
        carvs = Carvs(np.array(mean[:cut_off], np.float64), sigma, 1, cut_off, largest, "no", "ring", False)
        if carvs.symbol != symbol and _digits(carvs.symbol) != _digits(symbol):
            wrong.append(key)
    if wrong:
        yield f"carvs: the symbol is not that of its vector: {_listed(wrong)}"


def _atoms(storage: Storage) -> Iterator[str]:
    wrong = []
    for key, packed in storage.rows(
        f"SELECT id::VARCHAR, atoms FROM structure WHERE atoms IS NOT NULL ORDER BY hash(id) LIMIT {_STRUCTURES}"
    ):
        try:
            Structure.unpacked(packed)
        except (zlib.error, ValueError, KeyError, IndexError, TypeError, CarvsdbError):
            wrong.append(key)
    if wrong:
        yield f"structure: its atoms cannot be read: {_listed(wrong)}"


def _digits(symbol: str) -> list[str]:
    """Return the ring sizes: mean counts in single precision may round the other way."""
    return [part.split("(")[0].strip("{}") for part in symbol.split(" ")[0].split(")")[:-1]]


def _rings(storage: Storage, net_ids: list[str]) -> Iterator[str]:
    for ref in refs(storage, "net.id IN (SELECT unnest(?::UUID[]))", [net_ids]):
        net = load_net(storage, ref)
        for key, cut_off, aware in storage.rows(
            "SELECT id::VARCHAR, max_ring_size, linker_aware FROM carvs WHERE net_id = ? AND ring_kind = 'ring'",
            [ref.net_id],
        ):
            census = find_rings(net, cut_off)
            if census.linker_aware != aware:
                continue
            stored = storage.rows(
                "SELECT counts, sum(multiplicity)::BIGINT FROM net_environment "
                "JOIN environment ON environment.id = environment_id WHERE carvs_id = ? GROUP BY counts",
                [key],
            )
            now: dict[tuple[int, ...], int] = {}
            for counts in census.node_counts.tolist():
                padded = (*counts, *[0] * (LARGEST_CUT_OFF - len(counts)))
                now[padded] = now.get(padded, 0) + 1
            if now != {tuple(counts): number for counts, number in stored}:
                yield f"carvs: another search finds other rings in {ref.label!r} ({key})"


def _listed(ids: list[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more
