"""All rings of a net up to a cut-off, and what they prove."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError, RingBudgetError
from carvsdb.net import Net
from carvsdb.net.graph import check_net
from carvsdb.rings.carvs import DEFAULT_CUT_OFF, LARGEST_CUT_OFF, Carvs
from carvsdb.rings.counts import OBSERVED_MARGIN, RingCounts, completeness_of
from carvsdb.rings.search import Budget, FoundRings, search

_LEAST_BUDGET = 2_000_000
_BUDGET_A_NODE = 50

SMALLEST_CUT_OFF = 3
_FIRST_CUT_OFF = 16

_FIRST_STEPS, _FIRST_STEPS_A_NODE = 5_000_000, 100_000
"""Steps that a search of all sizes at once may take: most nets need fewer, and it is wasted if it does not end.

Size by size the far tables of large nets are made again and again, so that these have half of all steps.
"""


def check_census(thing: object, function: str) -> None:
    """Refuse to take for the rings of a net what they are not, such as the net.

    Raises
    ------
    InputError
    """
    if not isinstance(thing, RingCensus):
        raise InputError(
            f"{function} takes the rings of a net (RingCensus), got {type(thing).__name__}",
            hint="find_rings(NET) gives them",
        )


@dataclass(frozen=True, eq=False, repr=False)
class RingCensus:
    """All rings of a net up to a cut-off; each translation class stands once.

    Attributes
    ----------
    net : Net
        The net that was searched.
    max_ring_size : int
        Cut-off, in nodes.
    sizes : ndarray of int32, shape (n_rings,)
        Size of each ring in nodes, ascending.
    starts : ndarray of int64, shape (n_rings + 1,)
        Ring `i` has the rows ``starts[i]:starts[i + 1]`` of `vertices` and `offsets`.
    vertices : ndarray of int32, shape (n_rows,)
        Vertices in the order of the ring; those of a node-linker net include its linkers.
    offsets : ndarray of int32, shape (n_rows, 3)
        The cell of each vertex; the first vertex of a ring is in cell 0.
    ring_kind : str
        ``ring``: cycles without short-cut; ``strong``: those that are no sum of any number of smaller cycles.
    completeness : str
        ``proved``: of rings where the net has no cycle at all, of strong rings where those found make up every cycle;
        ``observed`` where the search went at least 8 beyond the largest ring found; else ``no``.

    Notes
    -----
    The order of rings of one size carries no meaning but is the same in every run. A class that visits
    several images of a vertex counts that often in its ``node_counts``, so that the counts of size `s` add up
    to `s` times the number of rings of that size.

    References
    ----------
    .. [1] Delgado-Friedrichs & O'Keeffe, J. Solid State Chem. 178, 2480 (2005), doi:10.1016/j.jssc.2005.06.011
    """

    net: Net
    max_ring_size: int
    sizes: NDArray[np.int32]
    starts: NDArray[np.int64]
    vertices: NDArray[np.int32]
    offsets: NDArray[np.int32]
    ring_kind: str
    completeness: str

    @property
    def n_rings(self) -> int:
        """Number of translation classes of rings."""
        return len(self.sizes)

    @property
    def linker_aware(self) -> bool:
        """True if linkers were part of the graph searched."""
        return self.net.is_node_linker

    @property
    def largest_ring(self) -> int:
        """Size of the largest ring found, in nodes; 0 if there is none."""
        return int(self.sizes[-1]) if self.n_rings else 0

    @property
    def ring_counts(self) -> dict[int, int]:
        """Number of ring classes in a cell, by size."""
        sizes, counts = np.unique(self.sizes, return_counts=True)
        return dict(zip(sizes.tolist(), counts.tolist(), strict=True))

    @cached_property
    def node_counts(self) -> NDArray[np.int64]:
        """Rings through each node by size, shape (n_nodes, max_ring_size); column `k` is size ``k + 1``."""
        counts = np.zeros((self.net.n_vertices, self.max_ring_size), np.int64)
        lengths = np.diff(self.starts)
        np.add.at(counts, (self.vertices, np.repeat(self.sizes, lengths) - 1), 1)
        return counts[self.net.is_node]

    def counts(self) -> RingCounts:
        """Return how many rings there are, without the rings."""
        return RingCounts(
            node_counts=self.node_counts,
            ring_counts=self.ring_counts,
            max_ring_size=self.max_ring_size,
            completeness=self.completeness,
            ring_kind=self.ring_kind,
            linker_aware=self.linker_aware,
        )

    def carvs(self) -> Carvs:
        """Average the node counts into the net's CARVS."""
        return self.counts().carvs()

    def __repr__(self) -> str:
        kind = "strong ring" if self.ring_kind == "strong" else "ring"
        found = f"{self.n_rings} {kind} classes up to {self.max_ring_size}"
        return f"<RingCensus of {self.net!r}: {found}, {self.completeness}>"


def ring_budget(net: Net) -> int:
    """Return how many ring classes the search of a net may find unless told otherwise: 2,000,000, or 50 a node."""
    return max(_LEAST_BUDGET, _BUDGET_A_NODE * net.n_nodes)


def find_rings(
    net: Net,
    max_ring_size: int = DEFAULT_CUT_OFF,
    *,
    max_rings: int | None = None,
    n_threads: int | None = None,
) -> RingCensus:
    """Find all rings of a net up to a size.

    Parameters
    ----------
    net : Net
        In a node-linker net rings are searched through the linkers and sizes count nodes.
    max_ring_size : int
        Cut-off in nodes, 3 to 32.
    max_rings : int, optional
        How many ring classes may be found; default: :func:`ring_budget`.
    n_threads : int, optional
        Default: one per core. The result does not depend on it.

    Raises
    ------
    InputError
        For a cut-off out of range.
    RingBudgetError
        If there are more than `max_rings`.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> census = find_rings(library.load("sod"))
    >>> census.ring_counts
    {4: 3, 6: 4, 12: 16}
    >>> census.carvs().symbol
    '{4(2).6(4).12(32)}'
    """
    check_net(net, "find_rings")
    _check(max_ring_size)
    edges = max_ring_size * _edges_per_node(net)
    return _census(net, max_ring_size, search(net, edges, budget=_budget(net, max_rings), n_threads=n_threads))


def _check(max_ring_size: int) -> None:
    if not SMALLEST_CUT_OFF <= max_ring_size <= LARGEST_CUT_OFF:
        raise InputError(f"max_ring_size must be {SMALLEST_CUT_OFF} to {LARGEST_CUT_OFF} nodes, got {max_ring_size}")


def _budget(net: Net, max_rings: int | None) -> Budget:
    return Budget.of(net, ring_budget(net) if max_rings is None else max_rings)


def _edges_per_node(net: Net) -> int:
    return 2 if net.is_node_linker else 1


def _census(net: Net, max_ring_size: int, found: FoundRings) -> RingCensus:
    """Put the rings of a search in order of their size."""
    lengths, vertices, cells = found
    order = np.argsort(lengths, kind="stable")
    starts = np.concatenate([[0], np.cumsum(lengths[order])])
    begins = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    rows = np.repeat(begins[order] - starts[:-1], lengths[order]) + np.arange(starts[-1])
    sizes = (lengths[order] // _edges_per_node(net)).astype(np.int32)
    return RingCensus(
        net=net,
        max_ring_size=max_ring_size,
        sizes=sizes,
        starts=starts,
        vertices=vertices[rows],
        offsets=cells[rows],
        ring_kind="ring",
        completeness=completeness_of(net, int(sizes[-1]) if len(sizes) else 0, max_ring_size),
    )


def find_rings_to_the_last(net: Net, *, max_rings: int | None = None, n_threads: int | None = None) -> RingCensus:
    """Raise the cut-off until the list of rings is complete as far as observed, or 32 or the budget is met.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> find_rings_to_the_last(library.load("sod")).max_ring_size
    20
    """
    census = find_rings_within_budget(net, _FIRST_CUT_OFF, max_rings=max_rings, n_threads=n_threads)
    asked = _FIRST_CUT_OFF
    while census.completeness == "no" and census.max_ring_size == asked < LARGEST_CUT_OFF:
        asked = min((census.largest_ring or asked) + OBSERVED_MARGIN, LARGEST_CUT_OFF)
        try:
            census = find_rings(net, asked, max_rings=max_rings, n_threads=n_threads)
        except RingBudgetError:
            return census
    return census


def find_rings_within_budget(
    net: Net, max_ring_size: int = DEFAULT_CUT_OFF, *, max_rings: int | None = None, n_threads: int | None = None
) -> RingCensus:
    """Find the rings up to a cut-off, or up to the largest one that has no more than `max_rings` ring classes.

    The census says by its `max_ring_size` how far the search went. A net that seems to go beyond its budget is
    searched size by size, each size once.
    """
    _check(max_ring_size)
    edges = _edges_per_node(net)
    budget = _budget(net, max_rings)
    # Not within an except clause: the error holds what that search had found, up to gigabytes.
    with suppress(RingBudgetError):
        first = replace(budget, max_steps=min(budget.max_steps, max(_FIRST_STEPS, _FIRST_STEPS_A_NODE * net.n_nodes)))
        return _census(net, max_ring_size, search(net, max_ring_size * edges, budget=first, n_threads=n_threads))
    found: list[FoundRings] = []
    for size in range(SMALLEST_CUT_OFF, max_ring_size + 1):
        shortest = size * edges if found else SMALLEST_CUT_OFF
        try:
            found.append(search(net, size * edges, budget=budget, shortest=shortest, n_threads=n_threads))
        except RingBudgetError:
            if not found:
                raise
            break
    lengths, vertices, cells = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return _census(net, len(found) + SMALLEST_CUT_OFF - 1, (lengths, vertices, cells))
