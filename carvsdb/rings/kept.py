"""The rings of nets that follow each other, such as the frames of a trajectory: what has not changed is kept."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.net import Net
from carvsdb.rings.carvs import Carvs
from carvsdb.rings.census import RingCensus

Search = Callable[[Net], RingCensus]


@dataclass(frozen=True, slots=True, eq=False)
class RingCounts:
    """How many rings a net has, without the rings themselves.

    Attributes
    ----------
    node_counts : ndarray of int64, shape (n_nodes, max_ring_size)
        Rings through each node by size; column `k` is size ``k + 1``.
    ring_counts : dict of int to int
        Ring classes in a cell, by size.
    max_ring_size, completeness, ring_kind, linker_aware
        As in `RingCensus`.
    """

    node_counts: NDArray[np.int64]
    ring_counts: dict[int, int]
    max_ring_size: int
    completeness: str
    ring_kind: str
    linker_aware: bool

    @classmethod
    def of(cls, census: RingCensus) -> "RingCounts":
        """Take the counts of a census."""
        return cls(
            census.node_counts,
            census.ring_counts,
            census.max_ring_size,
            census.completeness,
            census.ring_kind,
            census.linker_aware,
        )

    @property
    def largest_ring(self) -> int:
        """Size of the largest ring, in nodes; 0 if there is none."""
        return max(self.ring_counts, default=0)

    def carvs(self) -> Carvs:
        """Average the node counts into the net's CARVS."""
        return Carvs.from_counts(
            self.node_counts,
            completeness=self.completeness,
            ring_kind=self.ring_kind,
            linker_aware=self.linker_aware,
        )


class KeptRings:
    """The ring counts of one net after another.

    Parameters
    ----------
    search : callable
        Searches all rings of a net; it is asked where nothing can be kept.

    Attributes
    ----------
    searched : int
        How many nets were searched as a whole.
    """

    def __init__(self, search: Search) -> None:
        self.searched = 0
        self._search = search
        self._net: Net | None = None
        self._counts: RingCounts | None = None

    def counts(self, net: Net) -> RingCounts:
        """Return the ring counts of a net: those that a search of its own gives."""
        if self._net is None or self._counts is None or not self._net.same_as(net):
            self._counts = RingCounts.of(self._search(net))
            self._net = net
            self.searched += 1
        return self._counts
