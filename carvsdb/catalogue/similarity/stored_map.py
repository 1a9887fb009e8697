"""What a map in the catalogue holds: its points, and the nets that they are or belong to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.compare.embedding import LEVELS, Embedding, Level, map_features
from carvsdb.compare.map_quality import trust
from carvsdb.compare.umap_graph import neighbours_with_self
from carvsdb.rings.carvs import LARGEST_CUT_OFF

N_SHELLS = 10


@dataclass(frozen=True, slots=True, eq=False)
class MappedNet:
    """A net on a map, or the net after which a node environment on it is called.

    Attributes
    ----------
    names : tuple of str
        Archive names of its key.
    clustering, bond_rule : str
        How it was made of atoms.
    coordination : dict of int to int
        Numbers of nodes by their bonds; of an environment, of that node.
    ring_kind : str
    max_ring_size : int
    is_complete : bool
        Of the ring search that is mapped.
    shells : ndarray of float64, shape (10,)
        Mean coordination sequence.
    """

    names: tuple[str, ...]
    clustering: str
    bond_rule: str
    coordination: dict[int, int]
    ring_kind: str
    max_ring_size: int
    is_complete: bool
    shells: NDArray[np.float64]

    @property
    def most_frequent_bonds(self) -> int:
        """Bonds of most of its nodes; of two numbers that are as frequent, the larger; 0 without nodes."""
        return max(self.coordination, key=lambda bonds: (self.coordination[bonds], bonds), default=0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StoredMap:
    """A map and what is on it: nets, or node environments.

    Attributes
    ----------
    number : int
        Maps count up from 1.
    labels : tuple of str, length n
        The nets, sorted. An environment is called after a net that has it, ``zni sort 1`` where that has several.
    kinds : tuple of str, length n
        ``crystalline``, ``amorphous`` or ``generated``; an environment that crystals have is crystalline.
    embedding : Embedding
        Points in the order of `labels`, and how they were made.
    nets : tuple of MappedNet, length n
        What is known of each.
    vectors : ndarray of float64, shape (n, 32)
        Their normalised vectors.
    keys : tuple of str, length n
        Keys of the nets, or of the environments.
    holders : tuple of tuple of str
        Of environments, which nets have each; empty for a map of nets.
    """

    number: int
    labels: tuple[str, ...]
    kinds: tuple[str, ...]
    embedding: Embedding
    nets: tuple[MappedNet, ...] = ()
    vectors: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, LARGEST_CUT_OFF)))
    keys: tuple[str, ...] = ()
    holders: tuple[tuple[str, ...], ...] = ()

    def __repr__(self) -> str:
        return f"<StoredMap {self.number} by {self.embedding.method}: {len(self.labels):,} {self.noun}s>"

    @property
    def level(self) -> Level:
        """What its points are: ``nets`` or ``environments``."""
        return self.embedding.level

    @property
    def noun(self) -> str:
        """What a point is, in words: ``net`` or ``node environment``."""
        return LEVELS[self.level]

    def points_of(self, label: str) -> tuple[str, ...]:
        """Return what the points of a net are called: itself, or all its environments."""
        if self.level == "nets":
            return (label,)
        return tuple(point for point, nets in zip(self.labels, self.holders, strict=True) if label in nets)

    @property
    def features(self) -> NDArray[np.float64]:
        """The points that the map shows, before they were put into a plane."""
        shells = np.array([net.shells for net in self.nets]) if self.embedding.inputs == "shells" else None
        return map_features(self.vectors, self.embedding.inputs, shells)

    def trust(self) -> tuple[float, int]:
        """Return how far the map can be trusted; see :func:`carvsdb.compare.map_quality.trust`."""
        return trust(self.features, self.embedding.coordinates)

    def nearest(self, k: int) -> list[list[tuple[str, float]]]:
        """Return the truly nearest nets of each net, with their distances in what the map shows."""
        if k < 1:
            return [[] for _ in self.labels]
        rows, distances = neighbours_with_self(self.features, min(k + 1, len(self.labels)))
        return [
            [(self.labels[row], float(far)) for row, far in zip(near[1:], spans[1:], strict=True)]
            for near, spans in zip(rows.tolist(), distances.tolist(), strict=True)
        ]


def mean_shells(sequences: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Average coordination sequences as descriptions have them, shape (10,)."""
    total, nodes = np.zeros(N_SHELLS), 0
    for one in sequences:
        total += one["multiplicity"] * np.array(one["sequence"], np.float64)
        nodes += one["multiplicity"]
    return np.asarray(total / max(nodes, 1), np.float64)


def mapped_net(row: Mapping[str, Any]) -> MappedNet:
    """Return what is known of a net by a row of its columns."""
    return MappedNet(
        names=tuple(row["names"]),
        clustering=row["clustering"],
        bond_rule=row["bond_rule"],
        coordination={int(bonds): number for bonds, number in json.loads(row["coordination"]).items()},
        ring_kind=row["ring_kind"],
        max_ring_size=row["max_ring_size"],
        is_complete=row["is_complete"],
        shells=mean_shells(json.loads(row["coordination_sequences"])),
    )
