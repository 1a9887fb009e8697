"""Ring counts of one net after another."""

from collections.abc import Callable

import numpy as np

from carvsdb.errors import RefusedError
from carvsdb.net import Net
from carvsdb.rings.census import RingCensus, ring_budget
from carvsdb.rings.counts import RingCounts, completeness_of
from carvsdb.rings.infinite import Integers
from carvsdb.rings.kept.contracted import Contracted, Ends, Window, contract, ends_of, reach_of
from carvsdb.rings.kept.cycles import count_cycles, normal_forms, stands
from carvsdb.rings.kept.distances import FAR, Distances, fill_rows, update_rows
from carvsdb.rings.kept.walks import far_ends_of_edges, far_ends_of_pairs, rings_of_far_ends

Search = Callable[[Net], RingCensus]

_MOST_CHANGED = 0.05
"""Beyond this share of its edges a net is searched as a whole."""

_MOST_BYTES = 2**29
"""Distances that are kept: 512 MiB, about 4,500 nodes in a large cell."""

_SPARE_SLOTS = 16


class KeptRings:
    """The ring counts of one net after another.

    Parameters
    ----------
    search : callable
        Searches all rings of a net; it is asked where little can be kept.
    cut_off : int, optional
        The ring size to which it searches; without one, only nets that have not changed are not searched.
    max_rings : int, optional
        How many ring classes it may find.

    Attributes
    ----------
    searched : int
        How many nets were searched as a whole.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> from carvsdb.rings import find_rings
    >>> kept = KeptRings(find_rings, 27)
    >>> [kept.counts(library.load("sod")).ring_counts for _ in range(2)], kept.searched
    ([{4: 3, 6: 4, 12: 16}, {4: 3, 6: 4, 12: 16}], 1)
    """

    def __init__(self, search: Search, cut_off: int | None = None, max_rings: int | None = None) -> None:
        self.searched = 0
        self._search = search
        self._cut_off = cut_off
        self._max_rings = max_rings
        self._net: Net | None = None
        self._counts: RingCounts | None = None
        self._followed: FollowedRings | None = None

    def counts(self, net: Net) -> RingCounts:
        """Return the ring counts of a net: those that a search of its own gives."""
        if self._counts is None or self._net is None or not self._net.same_as(net):
            self._counts = self._changed(net)
            self._net = net
        return self._counts

    def _changed(self, net: Net) -> RingCounts:
        found = None
        if self._followed is not None and self._net is not None and np.array_equal(net.is_node, self._net.is_node):
            found = self._followed.update(net)
        allowed = self._max_rings or ring_budget(net)
        if found is None or sum(found.ring_counts.values()) > allowed:
            census = self._search(net)
            self.searched += 1
            self._followed = FollowedRings.of(census) if census.max_ring_size == self._cut_off else None
            found = census.counts()
        return found


class FollowedRings:
    """The rings of a net that changes a little, kept up to date.

    A ring goes if it lost an edge or if two of its vertices came nearer. One that is new either has a new edge, or two
    vertices that moved apart: both are looked for, with all distances at hand. So the work grows with the change and
    not with the net.

    Parameters
    ----------
    census : RingCensus
        All rings of the net as it is at the beginning.
    slots : dict of int to int
        Numbers of linkers that stay vertices.
    contracted : Contracted
        The net.
    """

    def __init__(self, census: RingCensus, slots: dict[int, int], contracted: Contracted) -> None:
        self._cut_off = census.max_ring_size
        self._longest = census.max_ring_size * (2 if census.linker_aware else 1)
        self._radius = self._longest // 2
        self._slots = slots
        self._contracted = contracted
        self._spare = 2 * len(slots) + _SPARE_SLOTS if census.linker_aware else 0
        self._n_vertices = contracted.n_nodes + self._spare
        self._window: Window | None = None
        self._rows: Distances = np.zeros((0, 0), np.uint8)
        self._sizes, self._cycles = _cycles_of(census, slots)

    @classmethod
    def of(cls, census: RingCensus) -> "FollowedRings | None":
        """Begin to follow a net; None if it is too large, or leads too far."""
        slots: dict[int, int] = {}
        try:
            return cls(census, slots, contract(census.net, slots))
        except RefusedError:
            return None

    def update(self, net: Net) -> RingCounts | None:
        """Follow the net to its next form, of the same vertices; None if too much has changed, or would be kept."""
        try:
            after = contract(net, self._slots)
        except RefusedError:
            return None
        before = self._contracted
        if len(self._slots) > self._spare:
            return None
        gone = before.edges[~np.isin(before.codes, after.codes, assume_unique=True)]
        is_new = ~np.isin(after.codes, before.codes, assume_unique=True)
        if len(gone) + np.count_nonzero(is_new) > _MOST_CHANGED * len(before.edges):
            return None
        window = self._window_for(np.vstack([after.edges, gone]))
        if window is None:
            return None
        ends = ends_of(after, window, is_new)
        if len(gone) or is_new.any():
            self._change(window, ends, gone, after.edges[is_new])
        self._contracted = after
        return self._counted(net, ends)

    def _window_for(self, edges: Integers) -> Window | None:
        """Return the window of cells that distances are kept in, a larger one if these edges lead farther."""
        reach = reach_of(edges, self._n_vertices, self._radius + 2)
        if self._window is None or (reach > self._window.reach).any():
            window = Window.of(reach, self._n_vertices)
            if window.size * self._n_vertices > _MOST_BYTES:
                return None
            rows = np.full((self._n_vertices, window.size), FAR, np.uint8)
            nothing_new = np.zeros(len(self._contracted.edges), bool)
            ends = ends_of(self._contracted, window, nothing_new)
            fill_rows(rows, ends, window.home, self._radius, 0, self._n_vertices)
            self._window, self._rows = window, rows
        return self._window

    def _change(self, window: Window, ends: Ends, gone: Integers, added: Integers) -> None:
        """Bring distances and rings up to date."""
        reach, home = window.reach, window.home
        moved_apart = update_rows(
            self._rows, ends, window.both_ways(gone), window.both_ways(added), home, self._radius, 0, self._n_vertices
        )
        kept = stands(self._sizes, self._cycles, self._rows, ends, reach, home)
        at = np.flatnonzero(ends.added)
        here = np.repeat(np.arange(self._n_vertices), np.diff(ends.starts))[at]
        once = (here < ends.vertices[at]) | ((here == ends.vertices[at]) & (ends.steps[at] > 0))
        through = np.column_stack([here[once], at[once]]).astype(np.int64)
        far_ends = [far_ends_of_pairs(moved_apart), far_ends_of_edges(through, self._rows, ends, home)]
        found = rings_of_far_ends(np.concatenate(far_ends), self._rows, ends, reach, home, self._longest)
        sizes, cycles = _each_once(*found)
        self._cycles = np.concatenate([self._cycles[np.repeat(kept, self._sizes)], cycles])
        self._sizes = np.concatenate([self._sizes[kept], sizes])

    def _counted(self, net: Net, ends: Ends) -> RingCounts:
        node_counts, totals = count_cycles(self._sizes, self._cycles, ends, self._contracted.n_nodes, self._cut_off)
        ring_counts = {size: number for size, number in enumerate(totals.tolist()) if number}
        return RingCounts(
            node_counts=node_counts,
            ring_counts=ring_counts,
            max_ring_size=self._cut_off,
            completeness=completeness_of(net, max(ring_counts, default=0), self._cut_off),
            ring_kind="ring",
            linker_aware=net.is_node_linker,
        )


def _cycles_of(census: RingCensus, slots: dict[int, int]) -> tuple[Integers, Integers]:
    """Write the rings of a census as cycles of the contracted net."""
    net = census.net
    number = np.full(net.n_vertices, -1, np.int64)
    number[net.is_node] = np.arange(net.n_nodes)
    for linker, slot in slots.items():
        number[linker] = net.n_nodes + slot
    vertices = number[census.vertices]
    stays = vertices >= 0
    ring_of = np.repeat(np.arange(census.n_rings), np.diff(census.starts))
    sizes = np.bincount(ring_of[stays], minlength=census.n_rings)
    # Two nodes with two linkers between them are one edge, counted by its multiplicity.
    stays &= (sizes > 2)[ring_of]
    rows = np.column_stack([vertices[stays], census.offsets[stays].astype(np.int64)])
    return _each_once(sizes[sizes > 2], rows)


def _each_once(sizes: Integers, cycles: Integers) -> tuple[Integers, Integers]:
    widest = int(sizes.max(initial=1))
    forms = np.unique(normal_forms(sizes.astype(np.int64), cycles, widest), axis=0).reshape(-1, widest, 4)
    there = forms[:, :, 0] >= 0
    return there.sum(axis=1).astype(np.int64), np.ascontiguousarray(forms[there])
