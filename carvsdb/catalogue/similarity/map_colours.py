"""What the points of a map can be coloured by: columns of the view `entry`, and what follows from rings and bonds."""

import numpy as np

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.similarity.maps import StoredMap
from carvsdb.errors import InputError
from carvsdb.plots.colours import MapColours

COORDINATION, MEAN_RING_SIZE = "coordination", "mean-ring-size"


def colours_by(storage: Storage, stored: StoredMap, column: str) -> MapColours:
    """Return the values of a column for the nets of a map; see :meth:`Catalogue.map_colours`."""
    if column == COORDINATION:
        bonds = [net.most_frequent_bonds if net.coordination else None for net in stored.nets]
        return MapColours("bonds of most nodes", [None if one is None else f"{one}-coordinated" for one in bonds])
    if column == MEAN_RING_SIZE:
        means = stored.vectors @ np.arange(1, stored.vectors.shape[1] + 1)
        return MapColours("mean ring size (nodes)", means.tolist())
    known = [row[0] for row in storage.rows("SELECT column_name FROM (DESCRIBE SELECT * FROM entry)")]
    if column not in known:
        choices = ", ".join((COORDINATION, MEAN_RING_SIZE, *known))
        raise InputError(f"a map cannot be coloured by {column!r}; expected one of {choices}")
    # The name is one of the view's own columns.
    value_of = dict(storage.rows(f'SELECT label, "{column}" FROM entry'))
    values = [value_of.get(label) for label in stored.labels]
    shown: list[float | str | None] = [
        value if value is None or isinstance(value, str) else str(value) if _is_word(value) else float(value)
        for value in values
    ]
    return MapColours(column, shown)


def _is_word(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, int | float)
