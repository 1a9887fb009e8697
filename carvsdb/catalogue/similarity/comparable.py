"""Choosing, among the stored ring searches, vectors that may be compared.

Two vectors are comparable if their ring kind is the same and both are complete, or were searched to the
same ring size. A net may have been searched several times; a set of nets is compared by its complete
vectors, else by those of a common cut-off, else not at all.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.resolving import NetRef
from carvsdb.compare.distance import comparable
from carvsdb.compare.noise import BlockSums
from carvsdb.errors import RefusedError
from carvsdb.optional_packages import load_optional
from carvsdb.rings.carvs import LARGEST_CUT_OFF, Carvs

DEFAULT_PATH = "carvsdb.duckdb"
"""The catalogue that commands use unless told otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A stored ring search of a net.

    Attributes
    ----------
    ref : NetRef
        The net.
    carvs_id : str
        Key of the search.
    carvs : Carvs
        What it found.
    normalised : ndarray of float64, shape (32,)
        Its normalised vector as it is stored, in single precision; empty without rings.
    """

    ref: NetRef
    carvs_id: str
    carvs: Carvs
    normalised: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Vectors:
    """Normalised vectors that may be compared with each other.

    Attributes
    ----------
    labels : tuple of str, length n
        Labels of the nets, sorted.
    kinds : tuple of str, length n
        ``crystalline``, ``amorphous`` or ``generated``.
    carvs_ids : tuple of str, length n
        Keys of the searches.
    matrix : ndarray of float64, shape (n, 32)
        ``matrix[i, k]`` is the share of rings of size ``k + 1`` in net `i`.
    notes : tuple of str
        What was left out, and why.
    ring_kind : str
        ``ring`` or ``strong``.
    max_ring_size : int or None
        Up to which size all were searched; None where all are complete.
    """

    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    carvs_ids: tuple[str, ...]
    matrix: NDArray[np.float64]
    notes: tuple[str, ...] = ()
    ring_kind: str = "ring"
    max_ring_size: int | None = None

    def df(self) -> Any:
        """Return the vectors as a pandas DataFrame: a row for each label, a column for each size of rings.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        pandas = load_optional("pandas", "pandas", "a DataFrame")
        sizes = [f"{size}-rings" for size in range(1, self.matrix.shape[1] + 1)]
        return pandas.DataFrame(self.matrix, index=list(self.labels), columns=sizes)

    def to_pandas(self) -> Any:
        """Do the same as :meth:`df`."""
        return self.df()

    def __repr__(self) -> str:
        first = ", ".join(self.labels[:4]) + (", ..." if len(self.labels) > 4 else "")
        return f"<Vectors of {len(self.labels):,} nets by {self.ring_kind}s: {first}>"


def searches_of(storage: Storage, ref: NetRef, ring_kind: str) -> list[Search]:
    """Return the ring searches of a net that has rings, the best first.

    Raises
    ------
    RefusedError
        If the net has no rings, or was not searched for rings of this kind.
    """
    rows = storage.rows(
        "SELECT carvs.id::VARCHAR, normalised, mean_counts, sigma, n_nodes, max_ring_size, largest_ring, completeness, "
        "linker_aware FROM carvs JOIN net ON net.id = net_id WHERE net_id = ? AND ring_kind = ? "
        "ORDER BY completeness <> 'no' DESC, max_ring_size DESC, linker_aware DESC, carvs.id",
        [ref.net_id, ring_kind],
    )
    if not rows:
        raise RefusedError(
            f"{ref.label!r} was not searched for {'strong rings' if ring_kind == 'strong' else 'rings'}",
            item=ref.label,
            hint=f"run `{_ingest(storage, ref, f'--rings {ring_kind}')}`",
        )
    found = [Search(ref, row[0], _carvs(row[2:], ring_kind), np.array(row[1] or (), np.float64)) for row in rows]
    with_rings = [search for search in found if search.carvs.has_rings]
    if not with_rings:
        raise RefusedError(f"{ref.label!r} has no rings, so it has no distance to any net", item=ref.label)
    return with_rings


def distinct_nodes(node_counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct numbers of rings through nodes, shape (n, 32), in order, and how many nodes have each."""
    padded = np.pad(node_counts, ((0, 0), (0, LARGEST_CUT_OFF - node_counts.shape[1])))
    return np.unique(padded, axis=0, return_counts=True)


def common_searches(storage: Storage, choices: Sequence[Sequence[Search]]) -> list[Search]:
    """Choose one search per net, so that all may be compared with each other.

    Parameters
    ----------
    storage : Storage
    choices : sequence of sequences of Search
        The searches of each net, the best first.

    Raises
    ------
    RefusedError
        If there is no such choice; the sentence names two nets and the command that repairs it.
    """
    cut_offs = sorted({search.carvs.max_ring_size for searches in choices for search in searches}, reverse=True)
    for cut_off in [None, *cut_offs]:
        chosen = [_first(searches, cut_off) for searches in choices]
        if None not in chosen:
            return [search for search in chosen if search is not None]
    best = [searches[0] for searches in choices]
    pairs = [(first, second) for position, first in enumerate(best) for second in best[position + 1 :]]
    clash = next(
        (pair for pair in pairs if comparable(pair[0].carvs, pair[1].carvs) is not None),
        (best[0], best[1]),
    )
    shorter, longer = sorted(clash, key=lambda search: search.carvs.max_ring_size)
    reason = comparable(*(search.carvs for search in clash), labels=(clash[0].ref.label, clash[1].ref.label))
    size = longer.carvs.max_ring_size
    raise RefusedError(
        reason or "the nets were searched to several ring sizes: they cannot be compared",
        hint=f"run `{_ingest(storage, shorter.ref, f'--max-ring-size {size}')}`",
    )


def all_vectors(storage: Storage, ring_kind: str, max_ring_size: int | None) -> Vectors:
    """Return the vectors of as many nets as may be compared with each other.

    Parameters
    ----------
    storage : Storage
    ring_kind : str
        ``ring`` or ``strong``.
    max_ring_size : int, optional
        Take the searches to this cut-off. Default: the complete ones or those of one cut-off, whichever
        has more nets.
    """
    counted = storage.rows(
        "SELECT count(DISTINCT net_id) FILTER (completeness <> 'no') AS complete, max_ring_size, "
        "count(DISTINCT net_id) FROM carvs WHERE ring_kind = ? AND normalised IS NOT NULL "
        "GROUP BY GROUPING SETS ((), (max_ring_size))",
        [ring_kind],
    )
    complete = next((row[0] for row in counted if row[1] is None), 0)
    by_cut_off = sorted(((row[2], row[1]) for row in counted if row[1] is not None), reverse=True)
    if max_ring_size is None and by_cut_off and by_cut_off[0][0] > complete:
        max_ring_size = by_cut_off[0][1]
    table = storage.table(
        f"SELECT label, kind, id::VARCHAR AS id, normalised FROM ({chosen_searches(max_ring_size)}) AS best "
        "JOIN entry ON entry.net_id = best.net_id ORDER BY label",
        [ring_kind],
    )
    flat = table["normalised"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return Vectors(
        labels=tuple(table["label"].to_pylist()),
        kinds=tuple(table["kind"].to_pylist()),
        carvs_ids=tuple(table["id"].to_pylist()),
        matrix=np.asarray(flat, np.float64).reshape(-1, LARGEST_CUT_OFF),
        notes=left_out(storage, ring_kind, table.num_rows),
        ring_kind=ring_kind,
        max_ring_size=max_ring_size,
    )


def chosen_searches(max_ring_size: int | None) -> str:
    """Return the query for one search a net, so that all may be compared; its parameter is the ring kind."""
    condition = "completeness <> 'no'" if max_ring_size is None else f"carvs.max_ring_size = {int(max_ring_size)}"
    return (
        "SELECT id, net_id, normalised FROM carvs "
        f"WHERE ring_kind = ? AND normalised IS NOT NULL AND {condition} "
        "QUALIFY row_number() OVER (PARTITION BY net_id ORDER BY completeness <> 'no' DESC, "
        "max_ring_size DESC, linker_aware DESC, id) = 1"
    )


def left_out(storage: Storage, ring_kind: str, n_used: int, structure_id: str | None = None) -> tuple[str, ...]:
    """Say how many nets took no part in a comparison, and why.

    Parameters
    ----------
    storage : Storage
    ring_kind : str
    n_used : int
        How many nets took part.
    structure_id : str, optional
        A structure whose nets were not meant to take part.
    """
    with_rings, without, unsearched = _counts(storage, ring_kind, structure_id)
    kind = "strong rings" if ring_kind == "strong" else "rings"
    return tuple(
        f"left out: {number} {'net' if number == 1 else 'nets'} {reason}"
        for number, reason in (
            (with_rings - n_used, "searched to another ring size"),
            (without, "without rings"),
            (unsearched, f"not searched for {kind}"),
        )
        if number > 0
    )


def _counts(storage: Storage, ring_kind: str, structure_id: str | None) -> tuple[int, int, int]:
    """Count nets with rings, without, and not searched, all but those of one structure."""
    query = (
        "SELECT count(*) FILTER (rings), count(*) FILTER (NOT rings), count(*) FILTER (rings IS NULL) FROM ("
        "SELECT bool_or(CASE WHEN carvs.id IS NOT NULL THEN normalised IS NOT NULL END) AS rings FROM net "
        "LEFT JOIN carvs ON carvs.net_id = net.id AND ring_kind = ? {where} GROUP BY net.id)"
    )
    key = f"counts {ring_kind}"
    if key not in storage.cache:
        storage.cache[key] = storage.rows(query.format(where=""), [ring_kind])[0]
    counts: tuple[int, int, int] = storage.cache[key]
    if structure_id is None:
        return counts
    own = storage.rows(query.format(where="WHERE structure_id = ?"), [ring_kind, structure_id])[0]
    return counts[0] - own[0], counts[1] - own[1], counts[2] - own[2]


def blocks_of(storage: Storage, carvs_id: str) -> BlockSums | None:
    """Return the ring counts of a search by blocks of space; None for a crystal."""
    rows = storage.rows("SELECT n_nodes, counts FROM noise_block WHERE carvs_id = ? ORDER BY block", [carvs_id])
    if not rows:
        return None
    return BlockSums(np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.int64))


def blocks_of_many(storage: Storage, carvs_ids: Sequence[str]) -> dict[str, BlockSums]:
    """Return the ring counts of several searches by blocks of space, without those of crystals."""
    if "has blocks" not in storage.cache:
        storage.cache["has blocks"] = bool(storage.rows("SELECT 1 FROM noise_block LIMIT 1"))
    if not carvs_ids or not storage.cache["has blocks"]:
        return {}
    rows = storage.rows(
        "SELECT carvs_id::VARCHAR, list(n_nodes ORDER BY block), list(counts ORDER BY block) FROM noise_block "
        "WHERE carvs_id IN (SELECT unnest(?::UUID[])) GROUP BY carvs_id",
        [list(carvs_ids)],
    )
    return {key: BlockSums(np.array(nodes, np.int64), np.array(counts, np.int64)) for key, nodes, counts in rows}


def _first(searches: Sequence[Search], cut_off: int | None) -> Search | None:
    """Return the first search to a cut-off, or the first complete one."""
    for search in searches:
        if search.carvs.is_complete if cut_off is None else search.carvs.max_ring_size == cut_off:
            return search
    return None


def _carvs(row: tuple[list[float], float, int, int, int, str, bool], ring_kind: str) -> Carvs:
    mean, sigma, n_nodes, max_ring_size, largest_ring, completeness, linker_aware = row
    return Carvs(
        vector=np.array(mean[:max_ring_size], np.float64),
        sigma=sigma,
        n_nodes=n_nodes,
        max_ring_size=max_ring_size,
        largest_ring=largest_ring,
        completeness=completeness,
        ring_kind=ring_kind,
        linker_aware=linker_aware,
    )


def _ingest(storage: Storage, ref: NetRef, option: str) -> str:
    """Return the command that searches the rings of a net again."""
    command = ["carvsdb", "ingest", *option.split(), ref.file or ref.label]
    if storage.path is not None and str(storage.path) != DEFAULT_PATH:
        command += ["--db", str(storage.path)]
    return shlex.join(command)
