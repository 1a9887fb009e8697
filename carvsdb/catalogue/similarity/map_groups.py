"""Groups of the nets on a map, each described in a sentence."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.similarity.maps import StoredMap
from carvsdb.compare.map_quality import clusters

_MAIN_SIZES = 3
_NAMED = 4
_MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class MapGroup:
    """Nets that are alike, by HDBSCAN on what the map shows.

    Attributes
    ----------
    number : int
        The largest group is 0; -1 are the nets in no group.
    labels : tuple of str
    description : str
        What they have in common, for reading.
    """

    number: int
    labels: tuple[str, ...]
    description: str


def groups_of(stored: StoredMap, min_size: int = 5) -> list[MapGroup]:
    """Group the nets of a map by true distances, the largest group first, those in none last.

    Parameters
    ----------
    stored : StoredMap
    min_size : int
        The fewest nets that make a group.
    """
    found = clusters(stored.features, min_size=min_size)
    numbers = [*range(int(found.max(initial=-1)) + 1), *([-1] if (found < 0).any() else [])]
    return [
        MapGroup(
            number,
            tuple(stored.labels[row] for row in np.flatnonzero(found == number)),
            _described(stored, np.flatnonzero(found == number)),
        )
        for number in numbers
    ]


def _described(stored: StoredMap, rows: NDArray[np.intp]) -> str:
    """Say what nets have in common: coordination, rings, kind, names."""
    parts = [f"{len(rows)} {'net' if len(rows) == 1 else 'nets'}"]
    bonds = [stored.nets[row].most_frequent_bonds for row in rows]
    most, number = Counter(bonds).most_common(1)[0]
    parts.append(
        f"{_share(number, len(rows))} {most}-coordinated" if number >= _MOSTLY * len(rows) else "of mixed bonds"
    )
    mean = stored.vectors[rows].mean(axis=0)
    main = [place for place in np.argsort(-mean, kind="stable")[:_MAIN_SIZES] if mean[place] > 0]
    rings = ", ".join(f"{100 * mean[place]:.0f} % {place + 1}-rings" for place in main)
    parts.append(f"{rings}, mean ring size {mean @ np.arange(1, len(mean) + 1):.1f}")
    kinds = Counter(stored.kinds[row] for row in rows)
    parts.append(" and ".join(kind for kind, _ in kinds.most_common()))
    names = Counter(stored.nets[row].names[0] for row in rows if stored.nets[row].names)
    if names:
        parts.append("such as " + ", ".join(name for name, _ in names.most_common(_NAMED)))
    return "; ".join(parts)


def _share(number: int, total: int) -> str:
    return "all" if number == total else f"{100 * number / total:.0f} %"
