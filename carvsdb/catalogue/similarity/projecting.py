"""Nets put onto a map that is kept: whether they may be, where they come to lie, and how far off the map they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.questions.resolving import resolve
from carvsdb.catalogue.records.entry import Entry
from carvsdb.catalogue.similarity.comparable import distinct_nodes, searches_of
from carvsdb.catalogue.similarity.similar import Query
from carvsdb.catalogue.similarity.stored_map import StoredMap
from carvsdb.compare.embedding import map_features
from carvsdb.compare.projection import project
from carvsdb.errors import RefusedError
from carvsdb.net.graph import Net
from carvsdb.rings import find_rings
from carvsdb.rings.carvs import Carvs

_AS_GIVEN = "as given"
_EDGE = 0.05
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Projected:
    """A net on a map that was made without it.

    Attributes
    ----------
    label : str
        What it is called.
    map_number : int
    coordinates : tuple of float
    nearest : str
        The net of the map that is truly nearest.
    distance : float
        From that one, in what the map shows: of normalised vectors, the topological distance.
    share_farther : float
        Share of the map's own different nets whose nearest neighbour is at least as far.
    words : str
        ``on the map``, ``at its edge``, or ``off the map``, with numbers.
    n_nodes : int or None
        On a map of node environments, how many nodes of the net are of this sort.
    """

    label: str
    map_number: int
    coordinates: tuple[float, ...]
    nearest: str
    distance: float
    share_farther: float
    words: str
    n_nodes: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class QueryNodes:
    """The distinct nodes of a net that is put onto a map, by each of its ring searches.

    Attributes
    ----------
    choices : tuple of Carvs
        The searches, the best first.
    counts : tuple of ndarray of int64, shape (n, 32)
        By search, the rings through each sort of node, the most frequent first.
    numbers : tuple of ndarray of int64, shape (n,)
        By search, how many nodes are of each sort.
    made : tuple of str, optional
        Label, clustering and bond rule.
    """

    choices: tuple[Carvs, ...]
    counts: tuple[NDArray[np.int64], ...]
    numbers: tuple[NDArray[np.int64], ...]
    made: tuple[str, str, str] | None = None


def project_onto(stored: StoredMap, query: Query, label: str, shells: NDArray[np.float64] | None) -> Projected:
    """Put a net onto a map.

    Parameters
    ----------
    stored : StoredMap
    query : Query
        The net; its `made` says how it was made of atoms.
    label : str
        What it is called.
    shells : ndarray of float64, shape (10,), optional
        Its mean coordination sequence.

    Raises
    ------
    RefusedError
        If it was made or searched in another way than the nets of the map.
    """
    _check_level(stored, "nets")
    if query.made is not None:
        _check_made(stored, query.made[1], query.made[2], label)
    vector = query.vectors[_comparable(stored, query.choices, label)]
    if stored.embedding.inputs == "shells" and shells is None:
        raise RefusedError(f"map {stored.number} is of coordination sequences, too, which {label!r} has none of")
    new = map_features(vector[None], stored.embedding.inputs, None if shells is None else shells[None])
    return _put(stored, new, [label], [None])[0]


def project_nodes_onto(stored: StoredMap, nodes: QueryNodes, label: str) -> list[Projected]:
    """Put the nodes of a net onto a map of node environments, each sort of node once; nodes without rings are not.

    Raises
    ------
    RefusedError
        If the net was made or searched in another way than those of the map, or has no rings.
    """
    _check_level(stored, "environments")
    if nodes.made is not None:
        _check_made(stored, nodes.made[1], nodes.made[2], label)
    which = _comparable(stored, nodes.choices, label)
    counts, numbers = nodes.counts[which], nodes.numbers[which]
    sorts = np.flatnonzero(counts.any(axis=1))
    if not len(sorts):
        raise RefusedError(f"{label!r} has no rings, so its nodes have no place on a map", item=label)
    shares = (counts[sorts] / counts[sorts].sum(axis=1, keepdims=True)).astype(np.float32)
    labels = [label if len(counts) == 1 else f"{label} sort {sort}" for sort in sorts.tolist()]
    return _put(stored, map_features(shares, stored.embedding.inputs), labels, numbers[sorts].tolist())


def nodes_of(storage: Storage, query: str | Net | Entry, ring_kind: str) -> QueryNodes:
    """Return the distinct nodes of an entry, or of what is not stored."""
    if isinstance(query, str):
        ref = resolve(storage, query)
        searches = searches_of(storage, ref, ring_kind)
        rows = [
            storage.rows(
                "SELECT counts, multiplicity FROM net_environment JOIN environment ON environment.id = environment_id "
                "WHERE carvs_id = ? ORDER BY multiplicity DESC, vertex_symbol, environment_id",
                [search.carvs_id],
            )
            for search in searches
        ]
        return QueryNodes(
            tuple(search.carvs for search in searches),
            tuple(np.array([counts for counts, _ in one], np.int64) for one in rows),
            tuple(np.array([number for _, number in one], np.int64) for one in rows),
            ref.made,
        )
    if isinstance(query, Entry):
        about = query.description
        carvs, each, made = query.carvs(), query.node_counts, (query.label, about.clustering, about.bond_rule)
    else:
        census = find_rings(query)
        carvs, each, made = census.carvs(), census.node_counts, None
    sorts, numbers = distinct_nodes(each)
    order = np.argsort(-numbers, kind="stable")
    return QueryNodes((carvs,), (sorts[order],), (numbers[order],), made)


def label_of(query: str | Net | Carvs | Entry) -> str:
    """Return what a query is called."""
    if isinstance(query, str):
        return query
    if isinstance(query, Entry):
        return query.label
    return (query.name or "the net") if isinstance(query, Net) else "the net"


def _put(
    stored: StoredMap, new: NDArray[np.float64], labels: Sequence[str], numbers: Sequence[int | None]
) -> list[Projected]:
    put = project(stored.embedding, stored.features, new)
    found = []
    for row, label in enumerate(labels):
        distance, share = float(put.distances[row]), float(put.shares_farther[row])
        nearest = stored.labels[int(put.nearest[row])]
        found.append(
            Projected(
                label=label,
                map_number=stored.number,
                coordinates=tuple(put.coordinates[row].tolist()),
                nearest=nearest,
                distance=distance,
                share_farther=share,
                words=_words(distance, share, nearest, stored.noun),
                n_nodes=numbers[row],
            )
        )
    return found


def _words(distance: float, share: float, nearest: str, noun: str) -> str:
    if distance < _SAME:
        return f"on the map: at {nearest}, whose rings are the same"
    far = f"{distance:.3g} from {nearest}"
    if share == 0:
        return f"off the map: {far}, farther than any {noun} of the map from its nearest"
    if share < _EDGE:
        return f"at the edge of the map: {far}, as far as {100 * share:.1f} % of its {noun}s from their nearest"
    return f"on the map: {far}"


def _check_level(stored: StoredMap, level: str) -> None:
    if stored.level != level:
        raise RefusedError(
            f"map {stored.number} is of {stored.noun}s, not of {'nets' if level == 'nets' else 'node environments'}",
            hint="choose another by its number, or make one by `carvsdb embed fit --level`",
        )
    if not stored.nets:
        raise RefusedError(f"map {stored.number} has no nets any more", hint="make one by `carvsdb embed fit`")


def _check_made(stored: StoredMap, clustering: str, bond_rule: str, label: str) -> None:
    """Refuse a net made of atoms in another way; nets of files have neither clustering nor bond rule."""
    of_atoms = [net for net in stored.nets if net.clustering != _AS_GIVEN]
    if clustering == _AS_GIVEN or not of_atoms:
        return
    for what, own, known in (
        ("clustering", clustering, {net.clustering for net in of_atoms}),
        ("bond rule", bond_rule, {net.bond_rule for net in of_atoms}),
    ):
        if own not in known:
            raise RefusedError(
                f"{label!r} was made by the {what} {own!r}, the nets of map {stored.number} by {_listed(known)}: "
                "their places cannot be compared",
                item=label,
                hint="read it as they were, or make a map of nets like it",
            )


def _comparable(stored: StoredMap, choices: Iterable[Carvs], label: str) -> int:
    """Return which ring search of a net the map's may be compared with."""
    searched = list(choices)
    kind = stored.nets[0].ring_kind
    complete = all(net.is_complete for net in stored.nets)
    cut_offs = {net.max_ring_size for net in stored.nets}
    for number, carvs in enumerate(searched):
        if carvs.ring_kind == kind and ((complete and carvs.is_complete) or {carvs.max_ring_size} == cut_offs):
            return number
    own = ", ".join(f"to {carvs.max_ring_size}-{_rings(carvs.ring_kind)}" for carvs in searched)
    how = "to the last ring" if complete else f"to {_listed(cut_offs)}-{_rings(kind)}"
    raise RefusedError(
        f"{label!r} was searched {own}, the nets of map {stored.number} {how}: they cannot be compared",
        item=label,
        hint=None if complete else f"search it with --max-ring-size {max(cut_offs)}",
    )


def _rings(kind: str) -> str:
    return "strong rings" if kind == "strong" else "rings"


def _listed(values: Iterable[object]) -> str:
    return ", ".join(sorted(map(str, values)))
