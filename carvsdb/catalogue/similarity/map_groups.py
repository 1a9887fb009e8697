"""Groups of what is on a map, each described in a sentence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.similarity.stored_map import MappedNet, StoredMap
from carvsdb.compare.map_quality import clusters

_MAIN_SIZES = 3
_NAMED = 4
_MOSTLY = 0.6
_LEAST = 0.005


@dataclass(frozen=True, slots=True)
class MapGroup:
    """Points that are alike, by HDBSCAN on what the map shows.

    Attributes
    ----------
    number : int
        The largest group is 0; -1 are the points in no group.
    labels : tuple of str
    keys : tuple of str
        Of the nets or environments.
    summary : str
        What they have in common, in a few words.
    description : str
        The same with numbers, kinds and names.
    """

    number: int
    labels: tuple[str, ...]
    keys: tuple[str, ...]
    summary: str
    description: str


def groups_of(stored: StoredMap, min_size: int = 5) -> list[MapGroup]:
    """Group the points of a map by true distances, the largest group first, those in none last.

    Parameters
    ----------
    stored : StoredMap
    min_size : int
        The fewest points that make a group.
    """
    found = clusters(stored.features, min_size=min_size)
    numbers = [*range(int(found.max(initial=-1)) + 1), *([-1] if (found < 0).any() else [])]
    groups = []
    for number in numbers:
        rows = np.flatnonzero(found == number).tolist()
        here = [_Member(stored.nets[row], stored.kinds[row]) for row in rows]
        mean = stored.vectors[rows].mean(axis=0)
        groups.append(
            MapGroup(
                number,
                tuple(stored.labels[row] for row in rows),
                tuple(stored.keys[row] for row in rows),
                _summary(here, mean) if number >= 0 else "in no cluster",
                _described(here, mean, stored.noun),
            )
        )
    return groups


class _Member(NamedTuple):
    net: MappedNet
    kind: str

    @property
    def bonds(self) -> int:
        return self.net.most_frequent_bonds

    @property
    def name(self) -> str:
        return self.net.names[0] if self.net.names else ""


def _summary(members: Sequence[_Member], mean: NDArray[np.float64]) -> str:
    """Say coordination and main rings."""
    sizes = "-, ".join(str(place + 1) for place in _main(mean))
    return f"{_bonds(members)}, {sizes}-rings"


def _described(members: Sequence[_Member], mean: NDArray[np.float64], noun: str) -> str:
    """Say what points have in common: coordination, rings, kind, names."""
    most, number = Counter(one.bonds for one in members).most_common(1)[0]
    bonds = f"{_share(number, len(members))} {most}-coordinated" if _is_mostly(number, members) else _bonds(members)
    rings = ", ".join(f"{100 * mean[place]:.0f} % {place + 1}-rings" for place in _main(mean))
    kinds = Counter(one.kind for one in members)
    names = Counter(one.name for one in members if one.name)
    parts = [
        f"{len(members)} {noun}{'' if len(members) == 1 else 's'}",
        bonds,
        f"{rings}, mean ring size {mean @ np.arange(1, len(mean) + 1):.1f}",
        " and ".join(kind for kind, _ in kinds.most_common()),
    ]
    if names:
        parts.append("such as " + ", ".join(name for name, _ in names.most_common(_NAMED)))
    return "; ".join(parts)


def _bonds(members: Sequence[_Member]) -> str:
    most, number = Counter(one.bonds for one in members).most_common(1)[0]
    return f"{most}-coordinated" if _is_mostly(number, members) else "of mixed bonds"


def _is_mostly(number: int, members: Sequence[_Member]) -> bool:
    return number >= _MOSTLY * len(members)


def _main(mean: NDArray[np.float64]) -> list[int]:
    """Return the places of the most frequent ring sizes."""
    return [int(place) for place in np.argsort(-mean, kind="stable")[:_MAIN_SIZES] if mean[place] >= _LEAST]


def _share(number: int, total: int) -> str:
    return "all" if number == total else f"{100 * number / total:.0f} %"
