"""The points of the map, and which map it is: one that is kept in the catalogue, else one made now."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from carvsdb.catalogue import Catalogue, Filters, StoredMap
from carvsdb.catalogue.maintenance.checking import blame_content
from carvsdb.catalogue.similarity.made_alike import several_ways
from carvsdb.catalogue.similarity.map_groups import MapGroup, groups_of
from carvsdb.catalogue.similarity.stored_map import mapped_net
from carvsdb.compare.embedding import AXIS_NAMES, Embedding, EmbeddingOptions, Level, Method, fit_embedding
from carvsdb.compare.map_quality import trust
from carvsdb.errors import CarvsdbError, InputError, NotFoundError, RefusedError
from carvsdb.explorer.environment_points import environment_table

_POINTS = """
SELECT entry.*, net.components, carvs.id::VARCHAR AS shown_carvs, carvs.normalised, carvs.mean_counts,
    entry.label AS net_label, entry.net_id::VARCHAR AS point
FROM carvs JOIN entry ON entry.net_id = carvs.net_id JOIN net ON net.id = carvs.net_id
WHERE carvs.id IN (SELECT unnest(string_split(?, ',')::UUID[])) ORDER BY entry.label, carvs.id
"""
_PLACES = """
SELECT carvs_id::VARCHAR FROM embedding_point JOIN embedding ON embedding.id = embedding_id
WHERE number = ?
"""


_METHODS = AXIS_NAMES | {"pca": "PCA"}
_OF = {"nets": "of nets", "environments": "of node environments: a point is a sort of node of a net"}
MOST_CLUSTERED = 20_000
"""Clusters are looked for among so many points; the time grows with the square of their number."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The nets on the map.

    Attributes
    ----------
    table : pyarrow.Table
        A row per point, by label: the columns of the view `entry`, `components`, and `shown_carvs`, `normalised`,
        `mean_counts` of the ring search that it is shown by; `net_label` and the
        key `point` of what is on the map.
    coordinates : ndarray of float64, shape (n, 2)
    axes : tuple of str
        What the two axes are called.
    notes : tuple of str
        Which map it is, and what was left out.
    level : str
        ``nets``: a point is a net. ``environments``: a point is a sort of node of a net; see
        :func:`carvsdb.explorer.environment_points.environment_table`.
    clusters : tuple of int, length n
        The cluster of each point; -1 where it is in none.
    groups : tuple of MapGroup
        The clusters; empty where there are none, or too many points to find any.
    """

    table: pa.Table
    coordinates: NDArray[np.float64]
    axes: tuple[str, str]
    notes: tuple[str, ...]
    level: Level = "nets"
    clusters: tuple[int, ...] = ()
    groups: tuple[MapGroup, ...] = ()

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Normalised vectors, shape (n, 32)."""
        return _vectors(self.table)


def points_of(
    catalogue: Catalogue,
    *,
    number: int | None = None,
    method: Method | None = None,
    filters: Filters | None = None,
    seed: int = 0,
) -> Points:
    """Choose the map of a catalogue and read what is on it.

    Parameters
    ----------
    catalogue : Catalogue
    number : int, optional
        A map that is kept there; by default the newest, and if there is none, one is made by PCA.
    method : str, optional
        ``pca`` or ``umap``: make a map now, whatever is kept.
    filters : Filters, optional
        Only nets that meet these conditions; a map that is made is made of them alone.
    seed : int
        Seed of a map that is made.

    Raises
    ------
    NotFoundError
        If there is no map of that number.
    RefusedError
        If no net has rings, or none meets the conditions.
    """
    wanted = (
        None if filters is None or filters.is_empty else frozenset(catalogue.list(filters).table["label"].to_pylist())
    )
    stored = None
    if method is None:
        try:
            stored = catalogue.embedding(number)
        except NotFoundError:
            if number is not None:
                raise
    if stored is not None:
        embedding = stored.embedding
        places = dict(zip(stored.keys, embedding.coordinates.tolist(), strict=True))
        notes = [f"map {stored.number} of the catalogue, {_OF[stored.level]}, {_how(embedding)}"]
        table = environment_table(catalogue, stored) if stored.level == "environments" else _table(catalogue, stored)
    else:
        vectors = catalogue.normalised_vectors()
        chosen = [row for row, label in enumerate(vectors.labels) if wanted is None or label in wanted]
        if not chosen:
            raise RefusedError("there are no nets with rings to show", hint="`carvsdb list` shows what there is")
        embedding = fit_embedding(vectors.matrix[chosen], EmbeddingOptions(method or "pca", seed=seed))
        why = "" if method else "the catalogue keeps no map (`carvsdb embed fit` makes one), so this one was made: "
        notes = [f"{why}{_how(embedding)}", *vectors.notes]
        searches = [vectors.carvs_ids[row] for row in chosen]
        table = _searched(catalogue, searches)
        at = dict(zip(searches, embedding.coordinates.tolist(), strict=True))
        net_of = dict(zip(table["shown_carvs"].to_pylist(), table["point"].to_pylist(), strict=True))
        places = {net_of[search]: place for search, place in at.items() if search in net_of}
    groups, told = _groups(stored or _made_now(embedding, table, places))
    notes += told
    if wanted is not None:
        table = table.filter(pa.array([label in wanted for label in table["net_label"].to_pylist()], pa.bool_()))
    if not table.num_rows:
        raise RefusedError("no net of the map meets the conditions", hint="`carvsdb list` shows what meets them")
    keys = table["point"].to_pylist()
    coordinates = _plane([places[key] for key in keys], catalogue)
    if stored is not None:
        n_nets = len(set(table["net_id"].to_pylist()))
        missing = (len(catalogue) if wanted is None else len(wanted)) - n_nets
        if missing:
            notes.append(
                f"left out: {missing} {'net' if missing == 1 else 'nets'} that the map does not hold: without rings, "
                "searched to another ring size, or stored after it was made (`carvsdb embed fit` makes it again)"
            )
    made = (table[name].to_pylist() for name in ("net_label", "clustering", "bond_rule"))
    notes += several_ways(sorted(set(zip(*made, strict=True))))
    trusted, among = trust(_vectors(table).astype(np.float64), coordinates)
    if among:
        notes.append(
            f"how far to trust it: {trusted:.3f} of 1 (trustworthiness for {among} neighbours by topological distance)"
        )
    if embedding.lengths:
        notes.append(f"lengths along the axes show the {embedding.lengths}, as far as a plane can")
    else:
        notes.append("on this map neither distances between groups nor the sizes of groups mean anything")
    number_of = {key: group.number for group in groups for key in group.keys}
    return Points(
        table,
        coordinates,
        (f"{embedding.axis_name} 1", f"{embedding.axis_name} 2"),
        tuple(notes),
        embedding.level,
        tuple(number_of.get(key, -1) for key in keys),
        tuple(groups),
    )


def _table(catalogue: Catalogue, stored: StoredMap) -> pa.Table:
    """Return a row for each net of a map of nets."""
    searches = [key for (key,) in catalogue.storage.rows(_PLACES, [stored.number])]
    return _searched(catalogue, searches)


def _searched(catalogue: Catalogue, searches: Sequence[str]) -> pa.Table:
    # One text, since DuckDB looks at each item of a list as if it might be of another package.
    return catalogue.storage.table(_POINTS, [",".join(searches)])


def _made_now(embedding: Embedding, table: pa.Table, places: Mapping[str, list[float]]) -> StoredMap:
    """Return a map that is kept nowhere as one that is."""
    rows = table.to_pylist()
    return StoredMap(
        number=0,
        labels=tuple(row["label"] for row in rows),
        kinds=tuple(row["kind"] for row in rows),
        embedding=replace(embedding, coordinates=np.array([places[row["point"]] for row in rows], np.float64)),
        nets=tuple(
            mapped_net({**row, "is_complete": row["completeness"] != "no", "coordination_sequences": "[]"})
            for row in rows
        ),
        vectors=_vectors(table).astype(np.float64),
        keys=tuple(table["point"].to_pylist()),
    )


def _groups(stored: StoredMap) -> tuple[list[MapGroup], list[str]]:
    """Return the clusters, unless that would take minutes, and what is to be said of them."""
    if len(stored.labels) > MOST_CLUSTERED:
        return [], [f"clusters are looked for among up to {MOST_CLUSTERED:,} points: this map has no such colour"]
    found = groups_of(stored)
    return (found, []) if len(found) > 1 or (found and found[0].number >= 0) else ([], [])


def _vectors(table: pa.Table) -> NDArray[np.float32]:
    flat = table["normalised"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(flat, np.float32).reshape(table.num_rows, -1)


@contextmanager
def reading(catalogue: Catalogue) -> Iterator[None]:
    """Say in a sentence, where something fails, that the catalogue holds what cannot be read."""
    try:
        yield
    except CarvsdbError:
        raise
    except Exception as error:  # of any kind, since cells that were changed break whatever reads them
        blame_content(catalogue.storage, error)
        raise


def _plane(places: list[list[float]], catalogue: Catalogue) -> NDArray[np.float64]:
    """Return the first two coordinates; a map of one has all its points on a line."""
    if len({len(place) for place in places}) > 1 or not places[0]:
        raise InputError("the points of the map have different numbers of coordinates", path=catalogue.path)
    coordinates = np.array(places, np.float64)[:, :2]
    if not np.isfinite(coordinates).all():
        raise InputError("a coordinate of the map is no number", path=catalogue.path)
    return np.pad(coordinates, ((0, 0), (0, 2 - coordinates.shape[1])))


def _how(embedding: Embedding) -> str:
    shown = ("inputs", "n_neighbors", "min_dist", "distinct_vectors")
    told = [f"{name} {embedding.parameters[name]}" for name in shown if name in embedding.parameters]
    return ", ".join([f"by {_METHODS.get(embedding.method, embedding.method)}", *told, f"seed {embedding.seed}"])
