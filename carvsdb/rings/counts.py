"""How many rings a net has, without the rings themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.net import Net, components
from carvsdb.rings.carvs import Carvs

OBSERVED_MARGIN = 8
"""How far beyond the largest ring found a search must go to be called complete."""


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
    def at_nodes(cls, net: Net, node_counts: NDArray[np.int64]) -> "RingCounts":
        """Take the counts of rings through each node of a net without linkers.

        Examples
        --------
        >>> from carvsdb.net import library
        >>> from carvsdb.rings import find_rings
        >>> sod = library.load("sod")
        >>> RingCounts.at_nodes(sod, find_rings(sod).node_counts).ring_counts
        {4: 3, 6: 4, 12: 16}
        """
        # A class that runs through several images of a node counts as often in its column.
        totals = node_counts.sum(axis=0) // np.arange(1, node_counts.shape[1] + 1)
        ring_counts = {size: number for size, number in enumerate(totals.tolist(), 1) if number}
        largest, max_ring_size = max(ring_counts, default=0), node_counts.shape[1]
        completeness = completeness_of(net, largest, max_ring_size)
        return cls(node_counts, ring_counts, max_ring_size, completeness, "ring", False)

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


def completeness_of(net: Net, largest_ring: int, max_ring_size: int) -> str:
    """Say whether a list of rings is complete: of a net, its largest ring (0: none), and the cut-off of the search."""
    if largest_ring:
        return "observed" if largest_ring + OBSERVED_MARGIN <= max_ring_size else "no"
    # Cycles of the net are what edges add beyond a spanning forest and the translations.
    found = components(net)
    cyclomatic = net.n_edges - net.n_vertices + len(found)
    return "proved" if cyclomatic == sum(component.periodicity for component in found) else "no"
