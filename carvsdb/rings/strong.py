"""Strong rings: those that no number of smaller cycles add up to.

Every cycle is a sum of rings no larger than itself, so a ring is strong iff it is not a sum of images of smaller rings.
Both answers can be proved. Rings that are independent of the smaller ones on a torus are so in the net, because a
relation of the net holds on every torus; a relation inside a finite patch is one of the net. Tori alone can be
wrong, for closed walls of small rings make relations that the net does not have, and so can patches, which may be too
small for a relation; so rings are tried on growing tori and in growing patches until each is decided.

Which rings are the last is proved in the same way: finitely many cycles generate all cycles of the net, and
if the rings found add up to each of them in a patch, then no larger ring is strong.

References
----------
.. [1] Delgado-Friedrichs & O'Keeffe, J. Solid State Chem. 178, 2480 (2005), doi:10.1016/j.jssc.2005.06.011
.. [2] Goetzke & Klein, J. Non-Cryst. Solids 127, 215 (1991), doi:10.1016/0022-3093(91)90145-V
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.net import Net
from carvsdb.net.graph import check_net
from carvsdb.rings.carvs import DEFAULT_CUT_OFF
from carvsdb.rings.census import RingCensus, find_rings
from carvsdb.rings.counts import OBSERVED_MARGIN
from carvsdb.rings.elimination import eliminate
from carvsdb.rings.regions import patch, rows_of, torus
from carvsdb.rings.spanning import Chains, SpanningTree

_FIRST_CUT_OFFS = (10, 16)
"""Most nets have all their strong rings below these sizes, and the search is the dearer part."""

_SMALLEST_TORUS = 300
"""A torus has at least so many edges, unless the net repeats in no direction."""

_ROUNDS = 5
"""How often the first torus is made one cell longer along each direction, at most."""

_MARGINS = (3, 6, 12, 20, 32, 48)
"""By how many edges patches reach beyond what is tested; in a-Si a 7-ring is a sum within 28 edges, not within 24."""

_MOST_EDGES = 50_000_000
"""Tori and patches with more edges than this are not tried, except the first torus."""

_UNDECIDED, _STRONG, _WEAK = 0, 1, 2


@dataclass(frozen=True, slots=True)
class StrongRingCheck:
    """How the strong rings of a net were told from its other rings.

    Attributes
    ----------
    torus : tuple of int
        Cells along each cell vector of the last torus on which rings were sought that are independent.
    margin : int
        Edges by which the last patch in which sums were sought reaches beyond what was tested; 0 if none was needed.
    rank, full_rank : int
        Rank of the rings found on the torus, and edges - vertices + components - periodicity, which it cannot exceed.
        A smaller rank proves that the net has larger strong rings.
    undecided : int
        Ring classes left out although nothing proves that they are sums: they are on each torus tried, which may
        mislead, but in no patch tried. All rings of the result are proved to be strong.
    generates : bool
        True if the rings found add up to a set of cycles that generates all cycles of the net, which proves that
        no strong ring is missing.
    """

    torus: tuple[int, int, int]
    margin: int
    rank: int
    full_rank: int
    undecided: int
    generates: bool


def find_strong_rings(net: Net, max_ring_size: int = DEFAULT_CUT_OFF, *, n_threads: int | None = None) -> RingCensus:
    """Find all strong rings of a net up to a size.

    Parameters
    ----------
    net : Net
        In a node-linker net rings are searched through the linkers and sizes count nodes.
    max_ring_size : int
        Cut-off in nodes, 3 to 32.
    n_threads : int, optional
        Threads of the ring search; default: one per core. The result does not depend on it.

    Returns
    -------
    RingCensus
        Its ``completeness`` is ``proved`` where no larger ring of the net, beyond the cut-off or not, can be strong.

    Raises
    ------
    InputError
        For a cut-off out of range, and what is no net.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> strong = find_strong_rings(library.load("sod"))
    >>> strong.ring_counts, strong.completeness
    ({4: 3, 6: 4}, 'proved')
    """
    check_net(net, "find_strong_rings")
    return strong_rings(net, max_ring_size, n_threads=n_threads)[0]


def strong_rings(
    net: Net, max_ring_size: int = DEFAULT_CUT_OFF, *, n_threads: int | None = None
) -> tuple[RingCensus, StrongRingCheck]:
    """Find all strong rings of a net up to a size, and tell how that was checked.

    Parameters
    ----------
    net, max_ring_size, n_threads
        As in :func:`find_strong_rings`.

    Notes
    -----
    The rings are searched to small sizes first: where these generate all cycles, which they mostly do, the result
    holds for any cut-off and the longer search is spared.

    ``completeness`` is ``no`` where the rank proves that larger strong rings exist, or a ring stayed undecided. Where
    the rank is full but generates nothing proved, it is ``observed`` or ``no`` by the largest strong ring found.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> strong_rings(library.load("sod"))[1]
    StrongRingCheck(torus=(3, 3, 3), margin=3, rank=160, full_rank=160, undecided=0, generates=True)
    """
    # The search refuses cut-offs out of range, so it comes before the first cut-offs.
    cut_offs = [cut_off for cut_off in _FIRST_CUT_OFFS if cut_off < max_ring_size <= 32]
    tree = SpanningTree.of(net)
    for cut_off in [*cut_offs, max_ring_size]:
        census = find_rings(net, cut_off, n_threads=n_threads)
        rings = tree.chains_of(census.starts, census.vertices, census.offsets)
        search = _Search(tree, rings, census.sizes.astype(np.int64))
        search.on_torus(next(_tori(tree)))
        if search.rank < search.full_rank and cut_off < max_ring_size:
            continue
        search.run()
        if search.generates or cut_off == max_ring_size:
            break
    strong = _selected(census, search.states == _STRONG, max_ring_size, search)
    return strong, search.check()


class _Search:
    """The rings of a net, of which more and more are decided."""

    def __init__(self, tree: SpanningTree, rings: Chains, sizes: NDArray[np.int64]) -> None:
        self.tree = tree
        self.rings = rings
        self.sizes = sizes
        self.states = np.full(len(rings), _UNDECIDED)
        self.torus = (0, 0, 0)
        self.margin = 0
        self.rank = self.full_rank = 0
        self.largest = 0
        self.generates = False
        # Cycles that generate all cycles and are not known to be sums of the rings found.
        self.generators: Chains | None = None

    def run(self) -> None:
        """Decide as many rings as possible; the first torus has been tried."""
        tori = _tori(self.tree)
        next(tori)
        if self.rank == self.full_rank:
            self.generators = self.tree.generating_cycles()
        self._grow(tori)
        if self.generators is not None:
            # What is found does not generate all cycles in any patch tried: larger rings need tests of their own.
            self.generators = None
            self._grow(tori)
        for shape in tori:
            if not (self.states == _UNDECIDED).any():
                return
            self.on_torus(shape)

    def _grow(self, tori: Iterator[tuple[int, int, int]]) -> None:
        """Try growing patches, and larger tori as long as they help."""
        helps = True
        for margin in _MARGINS:
            if not self._in_patch(margin):
                return
            n_open = int(np.count_nonzero(self.states == _UNDECIDED))
            if helps and n_open:
                shape = next(tori, None)
                if shape is not None:
                    self.on_torus(shape)
                helps = int(np.count_nonzero(self.states == _UNDECIDED)) < n_open
            if self.generators is None and not (self.states == _UNDECIDED).any():
                return

    def on_torus(self, shape: tuple[int, int, int]) -> None:
        """Find rings that are independent of the smaller ones on a torus."""
        region = torus(self.tree, shape)
        windings = sum(
            int(count) * len(lattice)
            for count, lattice in zip(region.component_counts, self.tree.lattices, strict=True)
        )
        self.torus = shape
        self.full_rank = region.n_columns - windings
        rows = rows_of(region, self.rings, self.sizes, self.states != _WEAK, self.states == _UNDECIDED)
        independent, self.rank, self.largest = eliminate(rows, self.full_rank)
        self.states[rows.chains[independent]] = _STRONG

    def _in_patch(self, margin: int) -> bool:
        """Find rings that are sums of smaller ones in a patch, and generators of all cycles that are sums of rings.

        Returns False if the patch would be too large.
        """
        # Rings beyond the last that adds to the rank need no test of their own if those before generate all cycles.
        last = int(self.sizes.max(initial=0)) if self.generators is None else self.largest
        n_rings = len(self.rings)
        chains, sizes = self.rings, self.sizes
        tests = (self.states == _UNDECIDED) & (sizes <= last)
        spans = (self.states != _WEAK) & (sizes <= last)
        if self.generators is not None:
            n_generators = len(self.generators)
            chains = chains.followed_by(self.generators)
            sizes = np.concatenate([sizes, np.full(n_generators, sizes.max(initial=0) + 1)])
            tests = np.concatenate([tests, np.ones(n_generators, bool)])
            spans = np.concatenate([spans, np.zeros(n_generators, bool)])
        is_sum = tests.copy()
        if tests.any():
            region = patch(self.tree, chains.selected(tests), margin, _MOST_EDGES)
            if region is None:
                return False
            self.margin = margin
            rows = rows_of(region, chains, sizes, spans, tests)
            independent, _, _ = eliminate(rows, region.n_columns + 1)
            is_sum[rows.chains[independent]] = False
        self.states[np.flatnonzero(is_sum[:n_rings])] = _WEAK
        if self.generators is not None:
            self.generators = self.generators.selected(~is_sum[n_rings:])
            if not len(self.generators):
                self.generators = None
                self.generates = True
                self.states[self.sizes > last] = _WEAK
        return True

    def check(self) -> StrongRingCheck:
        """Tell how the rings were decided."""
        return StrongRingCheck(
            self.torus,
            self.margin,
            self.rank,
            self.full_rank,
            int(np.count_nonzero(self.states == _UNDECIDED)),
            self.generates,
        )

    def completeness(self, largest_ring: int, max_ring_size: int) -> str:
        """Return what the search proves about larger strong rings."""
        if self.rank < self.full_rank or (self.states == _UNDECIDED).any():
            return "no"
        if self.generates:
            return "proved"
        return "observed" if largest_ring + OBSERVED_MARGIN <= max_ring_size else "no"


def _tori(tree: SpanningTree) -> Iterator[tuple[int, int, int]]:
    """Yield growing tori, one cell longer along one direction at a time."""
    directions = np.flatnonzero(tree.edges[:, 2:].any(axis=0))
    shape = np.ones(3, np.int64)
    if len(directions):
        shape[directions] = max(1, int(np.ceil((_SMALLEST_TORUS / len(tree.edges)) ** (1 / len(directions)))))
    yield int(shape[0]), int(shape[1]), int(shape[2])
    for _ in range(_ROUNDS):
        for direction in directions:
            shape[direction] += 1
            if int(shape.prod()) * len(tree.edges) > _MOST_EDGES:
                return
            yield int(shape[0]), int(shape[1]), int(shape[2])


def _selected(census: RingCensus, which: NDArray[np.bool_], max_ring_size: int, search: _Search) -> RingCensus:
    """Return some of the rings of a census, as strong rings."""
    lengths = np.diff(census.starts)
    sizes = census.sizes[which]
    rows = np.repeat(which, lengths)
    return RingCensus(
        net=census.net,
        max_ring_size=max_ring_size,
        sizes=sizes,
        starts=np.concatenate([[0], np.cumsum(lengths[which])]),
        vertices=census.vertices[rows],
        offsets=census.offsets[rows],
        ring_kind="strong",
        completeness=search.completeness(int(sizes[-1]) if len(sizes) else 0, max_ring_size),
    )
