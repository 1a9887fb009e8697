"""Distances between entries and pools of entries, with their noise, and what that means in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.catalogue.file.storage import Storage
from carvsdb.catalogue.records.entry import Entry
from carvsdb.catalogue.similarity.comparable import Search, common_searches
from carvsdb.catalogue.similarity.made_alike import Made, several_ways, unlike
from carvsdb.catalogue.similarity.models import Model, together
from carvsdb.catalogue.similarity.stored_map import mean_shells
from carvsdb.compare.distance import distance_matrix, distances_from
from carvsdb.compare.metrics import (
    CARVS,
    METRICS,
    NODES,
    RING_SIZES,
    node_distance,
    ring_size_distances,
    shell_distance,
)
from carvsdb.compare.noise import BlockSums, distance_noise
from carvsdb.errors import InputError
from carvsdb.html_text import html_table
from carvsdb.optional_packages import load_optional
from carvsdb.progress import counted
from carvsdb.rings.carvs import LARGEST_CUT_OFF

_SHOWN = 6

BEYOND = 2.0
"""So many times its noise a distance must be to be called beyond noise."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DistanceTable:
    """Distances between entries.

    Attributes
    ----------
    labels : tuple of str, length n
        The entries; of a pool the labels of its models, joined by ``+``.
    matrix : ndarray of float64, shape (n, n)
        Distances, 0 to 1 for the metric ``carvs``.
    noise : ndarray of float64, shape (n, n)
        How far chance alone would put each pair apart; 0 where `noise_kind` is ``none``.
    noise_kind : tuple of tuples of str, shape (n, n)
        ``blocks`` (resampled blocks of space), ``models`` (the spread between the models of a pool) or ``none``.
    metric : str
        What was measured. Metrics other than ``carvs`` have no noise.
    notes : tuple of str
        Whether the nets were made in several ways.
    made : tuple of tuples of (label, clustering, bond rule), length n
        How the models of each entry were made of atoms.
    """

    labels: tuple[str, ...]
    matrix: NDArray[np.float64]
    noise: NDArray[np.float64]
    noise_kind: tuple[tuple[str, ...], ...]
    metric: str = CARVS
    notes: tuple[str, ...] = ()
    made: tuple[tuple[Made, ...], ...] = ()

    def df(self) -> Any:
        """Return the distances as a pandas DataFrame with the labels on both sides.

        Raises
        ------
        MissingExtraError
            If pandas is not installed.
        """
        pandas = load_optional("pandas", "pandas", "a DataFrame")
        return pandas.DataFrame(self.matrix, index=list(self.labels), columns=list(self.labels))

    def to_pandas(self) -> Any:
        """Do the same as :meth:`df`."""
        return self.df()

    def __repr__(self) -> str:
        shown = ", ".join(self.labels[:_SHOWN]) + (", ..." if len(self.labels) > _SHOWN else "")
        return f"<DistanceTable by {self.metric}, {len(self.labels)} entries: {shown}>"

    def _repr_html_(self) -> str:
        rows = [
            (label, *(f"{far:.3f}" for far in row))
            for label, row in zip(self.labels, self.matrix.tolist(), strict=True)
        ]
        return html_table(("", *self.labels), rows, caption=f"Distances by {self.metric}", notes=self.notes)

    def in_words(self, first: int, second: int) -> str:
        """Say whether two entries differ beyond noise, and whether they were made of atoms in different ways."""
        kind = self.noise_kind[first][second]
        words = in_words(float(self.matrix[first, second]), float(self.noise[first, second]), kind)
        differ = self.unlike(first, second)
        return f"{words}; but their {differ} differ" if differ else words

    def unlike(self, first: int, second: int) -> str:
        """Say in what two entries were made of atoms in different ways; empty if in nothing."""
        return unlike(self.made[first], self.made[second]) if self.made else ""


def in_words(distance: float, noise: float, noise_kind: str) -> str:
    """Say what a distance means, given its noise.

    Examples
    --------
    >>> in_words(0.2, 0.02, "blocks")
    'different beyond noise'
    >>> in_words(0.03, 0.02, "blocks")
    'not different beyond noise'
    >>> in_words(0.0, 0.0, "none")
    'equal ring statistics'
    """
    if noise_kind == "none":
        return "different" if distance else "equal ring statistics"
    return "different beyond noise" if distance > BEYOND * noise else "not different beyond noise"


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """One net, or several models of one material whose nodes are pooled."""

    label: str
    models: tuple[Model, ...]
    searches: tuple[Search, ...]
    normalised: NDArray[np.float64]
    blocks: tuple[BlockSums | None, ...]

    @classmethod
    def of(cls, storage: Storage, models: Sequence[Model], searches: Sequence[Search]) -> "_Pool":
        weights = np.array([search.carvs.n_nodes for search in searches], np.float64)
        if len(searches) == 1:
            normalised = searches[0].normalised
        else:
            mean = weights @ np.array([_padded(search.carvs.vector) for search in searches]) / weights.sum()
            normalised = mean / mean.sum()
        return cls(
            "+".join(model.ref.label for model in models),
            tuple(models),
            tuple(searches),
            normalised,
            tuple(model.blocks(storage, search) for model, search in zip(models, searches, strict=True)),
        )

    @property
    def together(self) -> BlockSums | None:
        """The blocks of all models."""
        known = [blocks for blocks in self.blocks if blocks is not None]
        if not known:
            return None
        return BlockSums(
            np.concatenate([blocks.n_nodes for blocks in known]), np.concatenate([blocks.counts for blocks in known])
        )

    @property
    def variance(self) -> float | None:
        """The variance of the pooled vector, from the spread between the models; None for a single net."""
        if len(self.searches) < 2:
            return None
        spans = [float(distances_from(a.normalised, b.normalised)) ** 2 for a, b in combinations(self.searches, 2)]
        return float(np.mean(spans)) / 2 / len(self.searches)


def distances(
    storage: Storage,
    entries: Iterable[str | Entry | Sequence[str | Entry]],
    *,
    ring_kind: str = "ring",
    metric: str = CARVS,
    seed: int = 0,
    progress: bool | None = None,
) -> DistanceTable:
    """Measure the distances between entries; see :meth:`Catalogue.distance`."""
    if metric not in METRICS:
        raise InputError(f"metric must be one of {', '.join(METRICS)}, got {metric!r}")
    if isinstance(entries, str) or not isinstance(entries, Iterable):
        raise InputError(f"distances are asked of several names, got {type(entries).__name__}", hint="give a list")
    groups: list[list[Any]] = [list(one) if isinstance(one, list | tuple | set) else [one] for one in entries]
    models = [[Model.of(storage, one, ring_kind) for one in group] for group in groups]
    left = iter(common_searches(storage, [model.searches for group in models for model in group]))
    pools = [_Pool.of(storage, group, [next(left) for _ in group]) for group in models]
    count = len(pools)
    noise = np.zeros((count, count))
    kinds = [["none"] * count for _ in range(count)]
    pairs = combinations(range(count), 2) if metric == CARVS else ()
    for first, second in counted(pairs, "noise of pairs", progress, count * (count - 1) // 2):
        if _same(pools[first], pools[second]):
            continue
        spread, kind = _noise(pools[first], pools[second], seed)
        noise[first, second] = noise[second, first] = spread
        kinds[first][second] = kinds[second][first] = kind
    return DistanceTable(
        labels=tuple(pool.label for pool in pools),
        matrix=_matrix(storage, pools, metric, seed, progress),
        noise=noise,
        noise_kind=tuple(tuple(row) for row in kinds),
        metric=metric,
        notes=several_ways(sorted({model.ref.made for group in models for model in group})),
        made=tuple(tuple(model.ref.made for model in group) for group in models),
    )


def _same(a: _Pool, b: _Pool) -> bool:
    return {search.ref.net_id for search in a.searches} == {search.ref.net_id for search in b.searches}


def _noise(a: _Pool, b: _Pool, seed: int) -> tuple[float, str]:
    """Return how far apart two nets would be by chance: by the spread of models where there are models."""
    variances = [pool.variance for pool in (a, b)]
    if variances == [None, None]:
        return distance_noise(a.together, b.together, seed=seed)
    total = 0.0
    for pool, variance in zip((a, b), variances, strict=True):
        if variance is not None:
            total += variance
        elif pool.together is not None:
            total += distance_noise(pool.together, None, seed=seed)[0] ** 2
    return float(np.sqrt(total)), "models"


def _matrix(
    storage: Storage, pools: Sequence[_Pool], metric: str, seed: int, progress: bool | None
) -> NDArray[np.float64]:
    vectors = np.array([pool.normalised for pool in pools]).reshape(-1, LARGEST_CUT_OFF)
    if metric == CARVS:
        return distance_matrix(vectors)
    if metric == RING_SIZES:
        return np.array([ring_size_distances(vector, vectors) for vector in vectors])
    clouds = [_nodes(storage, pool) if metric == NODES else (_shells(storage, pool), None) for pool in pools]
    matrix = np.zeros((len(pools), len(pools)))
    pairs = combinations(range(len(pools)), 2)
    for first, second in counted(pairs, "pairs", progress, len(pools) * (len(pools) - 1) // 2):
        (a, weights_a), (b, weights_b) = clouds[first], clouds[second]
        if weights_a is None or weights_b is None:
            span = shell_distance(a, b)
        else:
            span = node_distance(a, weights_a, b, weights_b, seed=seed)
        matrix[first, second] = matrix[second, first] = span
    return matrix


def _nodes(storage: Storage, pool: _Pool) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    return together([model.nodes(storage, search) for model, search in zip(pool.models, pool.searches, strict=True)])


def _shells(storage: Storage, pool: _Pool) -> NDArray[np.float64]:
    return mean_shells([one for model in pool.models for one in model.shells(storage)])


def _padded(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.pad(vector, (0, LARGEST_CUT_OFF - len(vector)))
