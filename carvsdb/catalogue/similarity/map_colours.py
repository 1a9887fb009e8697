"""What the points of a map can be coloured by: columns of the view `entry`, and what follows from rings and bonds."""

import numpy as np

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.similarity.map_groups import groups_of
from carvsdb.catalogue.similarity.stored_map import StoredMap
from carvsdb.errors import InputError
from carvsdb.plots.colours import MapColours

COORDINATION, MEAN_RING_SIZE, CLUSTER = "coordination", "mean-ring-size", "cluster"


def colours_by(storage: Storage, stored: StoredMap, column: str) -> MapColours:
    """Return the values of a column for the nets of a map; see :meth:`Catalogue.map_colours`."""
    if column == COORDINATION:
        bonds = [net.most_frequent_bonds if net.coordination else None for net in stored.nets]
        return MapColours("bonds of most nodes", [None if one is None else f"{one}-coordinated" for one in bonds])
    if column == MEAN_RING_SIZE:
        means = stored.vectors @ np.arange(1, stored.vectors.shape[1] + 1)
        return MapColours("mean ring size (nodes)", means.tolist())
    if column == CLUSTER:
        return _clusters(stored)
    known = [row[0] for row in storage.rows("SELECT column_name FROM (DESCRIBE SELECT * FROM entry)")]
    if column not in known:
        choices = ", ".join((COORDINATION, MEAN_RING_SIZE, CLUSTER, *known))
        raise InputError(f"a map cannot be coloured by {column!r}; expected one of {choices}")
    # The name is one of the view's own columns.
    value_of = dict(storage.rows(f'SELECT label, "{column}" FROM entry'))
    nets = [held[0] for held in stored.holders] if stored.holders else stored.labels
    values = [value_of.get(net) for net in nets]
    shown: list[float | str | None] = [
        value if value is None or isinstance(value, str) else str(value) if _is_word(value) else float(value)
        for value in values
    ]
    return MapColours(column, shown)


def _clusters(stored: StoredMap) -> MapColours:
    """Return the clusters by HDBSCAN, each called by its number and what it has in common; grey are points in none."""
    words: dict[str, str] = {}
    for group in groups_of(stored):
        if group.number >= 0:
            words |= dict.fromkeys(group.labels, f"{group.number}: {group.summary}")
    return MapColours("cluster", [words.get(label) for label in stored.labels], nothing="in no cluster")


def _is_word(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, int | float)
