"""The ring search: every translation class of rings once, from its first vertex.

Vertices are ranked, images of one vertex by their cell. A ring is found from its first vertex, moved to cell 0, among
images that come after it (``ball``). Candidates (``candidates``) are cycles that near distances do not refute. A cycle
is a ring iff antipodal vertices are as far apart in the net as along the cycle; a short-cut is mostly short, so
only cycles too large for the near tables are left to be checked with tables of the full radius, which are
made of the vertices that ask for them.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_if_much, compiled_part
from carvsdb.errors import RingBudgetError
from carvsdb.net import Net, relabel
from carvsdb.rings.ball import Ball, empty_ball, fill_ball, make_ball
from carvsdb.rings.candidates import Candidates, find_candidates
from carvsdb.rings.infinite import (
    Graph,
    Integers,
    Narrow,
    beginning,
    cells_of,
    doubled,
    filled,
    graph_within,
    room_for,
    room_like,
)
from carvsdb.rings.tables import (
    MOST_IMAGES,
    FarTables,
    Tables,
    Words,
    almost_anywhere,
    distance_in,
    distance_table,
    distance_tables,
    no_words,
)

# Fastest on a-Si and two a-ZIFs: smaller tables leave too many candidates, larger ones take longer to make.
_NEAR_RADIUS, _NEAR_RADIUS_OF_LINKERS = 4, 10
# Tables of small nets are made in no time, and refute cycles early: 631 nets of CoRE MOF 2019 took two thirds of the
# time, one of 384 vertices a fifth.
_NEAR_RADIUS_OF_SMALL, _SMALL = 7, 1000
_FARTHER = 3
_MOST_FAR_WORDS = 2**25
_SHARES = 64
_LOOK_SECONDS = 0.2
_CANDIDATES_A_RING = 4
# What a step of a walk, some tens of nanoseconds, is the measure of.
_STEPS_A_WORD, _STEPS_AN_IMAGE = 1, 8
_LEAST_EFFORT = 100_000_000
_EFFORT_A_NODE = 200_000


FoundRings = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]
"""Lengths, vertices and cells, as `search` returns them."""


@compiled_if_much
def rings_from_roots(
    graph: Graph,
    first_root: int,
    last_root: int,
    shortest: int,
    longest: int,
    near: Tables,
    max_rings: int,
    effort: Integers,
) -> tuple[Integers, Integers, Narrow, bool]:
    """Find the rings of `shortest` to `longest` edges whose first vertex is one of ``first_root..last_root - 1``.

    Parameters
    ----------
    graph : Graph
    first_root, last_root : int
    shortest, longest : int
        Numbers of edges of the shortest and the longest cycle searched, 3 to 64.
    near : Tables
        Near distances of all vertices.
    max_rings : int
        The search stops as soon as it has more, or some times as many candidates around one root.
    effort : ndarray of int64, shape (4,)
        Steps that were taken, how many may be, rings that were found, and how many of the steps went into balls and
        tables, which a search of other lengths makes again; the search stops beyond.

    Returns
    -------
    lengths : ndarray of int64, shape (n_rings,)
        Number of edges of each ring.
    images : ndarray of int64, shape (sum of lengths,)
    vertices : ndarray of int32, shape (sum of lengths,)
        The images of each ring in its order, and their vertices.
    too_many : bool
        Whether the search stopped; then the arrays mean nothing.
    """
    # A ring of `longest` edges reaches half as far from its root. All room doubles where it is too small, and is kept
    # for the next root, whose ball is about as large.
    depth = longest // 2
    room = 1024
    ball = make_ball(room, 4 * room)
    vertices = np.empty(4 * room, np.int32)
    found = Candidates(room_for(64), np.empty(room, np.int32))
    n_vertices = graph.n_vertices
    far = FarTables(filled(n_vertices, 0), filled(n_vertices, 0), filled(n_vertices, 0), filled(1, 0))
    far_words = room_like(near.words, room)
    lengths = room_for(256)
    images = room_for(4096)
    n_rings = 0
    used = 0
    for root in range(first_root, last_root):
        count = fill_ball(ball, graph, root, depth)
        while count < 0:
            if room >= MOST_IMAGES:
                return lengths, images, vertices, True
            room *= 2
            ball = make_ball(room, 4 * room)
            count = fill_ball(ball, graph, root, depth)
        effort[0] += _STEPS_AN_IMAGE * count
        effort[3] += _STEPS_AN_IMAGE * count
        # Candidates pass cheap tests along the walk. A net with many times the budget of them around one root would not
        # end, so it is given up here.
        n_found = find_candidates(ball, count, graph, near, shortest, longest, found, effort)
        while n_found == -1:
            if len(found.lengths) > _CANDIDATES_A_RING * max_rings:
                return lengths, images, vertices, True
            found = Candidates(doubled(found.lengths), doubled(found.rows))
            n_found = find_candidates(ball, count, graph, near, shortest, longest, found, effort)
        if n_found < 0:
            return lengths, images, vertices, True
        # Each is tested in full: no two of its images may be nearer than along it. Far tables are made on demand and
        # shared by all roots of this call.
        begin = 0
        for candidate in range(n_found):
            length = found.lengths[candidate]
            cycle = found.rows[begin : begin + length]
            begin += length
            is_ring, far_words = _is_ring(cycle, ball, graph, near, far, far_words, effort)
            if effort[0] > effort[1]:
                return lengths, images, vertices, True
            if not is_ring:
                continue
            if n_rings == len(lengths):
                lengths = doubled(lengths)
            while used + length > len(images):
                images = doubled(images)
                vertices = doubled(vertices)
            lengths[n_rings] = length
            n_rings += 1
            effort[2] = n_rings
            for step in range(length):
                images[used] = ball.images[cycle[step]]
                vertices[used] = ball.vertices[cycle[step]]
                used += 1
        empty_ball(ball, count)
        if n_rings > max_rings:
            return lengths, images, vertices, True
    return beginning(lengths, n_rings), beginning(images, used), beginning(vertices, used), False


@compiled_part
def _is_ring(
    cycle: Narrow, ball: Ball, graph: Graph, near: Tables, far: FarTables, far_words: Words, effort: Integers
) -> tuple[bool, Words]:
    """Tell whether a cycle has no short-cut, by tables of growing radius.

    Antipodes that are as far apart as along the cycle lie outside tables of half its length less one; so
    such tables of one half of the cycle settle it, and where all of them are there, only antipodes are looked up.
    """
    effort[0] += len(cycle)
    half = len(cycle) // 2
    steps = (len(cycle) + 1) // 2
    if near.radius >= half - 1:
        for step in range(steps):
            vertex = ball.vertices[cycle[step]]
            if _antipode_is_near(cycle, step, ball, graph.lowest, near.words, near.begins[vertex], near.ends[vertex]):
                return False, far_words
        return True, far_words
    n_made = 0
    for step in range(steps):
        n_made += far.radii[ball.vertices[cycle[step]]] >= half - 1
    if n_made == steps:
        for step in range(steps):
            vertex = ball.vertices[cycle[step]]
            if _antipode_is_near(cycle, step, ball, graph.lowest, far_words, far.begins[vertex], far.ends[vertex]):
                return False, far_words
        return True, far_words
    for step in range(steps):
        vertex = ball.vertices[cycle[step]]
        if not _sees_ring(cycle, step, ball, graph.lowest, near.words, near.begins[vertex], near.ends[vertex]):
            return False, far_words
    radius = near.radius
    while radius < half - 1:
        radius = min(radius + _FARTHER, half - 1)
        for step in range(steps):
            vertex = ball.vertices[cycle[step]]
            if far.radii[vertex] < radius:
                table = distance_table(graph, vertex, radius, MOST_IMAGES)
                if len(table) == 0:
                    effort[0] = effort[1] + 1
                    return False, far_words
                effort[0] += _STEPS_A_WORD * len(table)
                effort[3] += _STEPS_A_WORD * len(table)
                if far.used[0] + len(table) > _MOST_FAR_WORDS:
                    for other in range(graph.n_vertices):
                        far.radii[other] = 0
                    far.used[0] = 0
                while far.used[0] + len(table) > len(far_words):
                    far_words = doubled(far_words)
                begin = far.used[0]
                for index in range(len(table)):
                    far_words[begin + index] = table[index]
                far.used[0] = begin + len(table)
                far.begins[vertex] = begin
                far.ends[vertex] = begin + len(table)
                far.radii[vertex] = radius
            if not _sees_ring(cycle, step, ball, graph.lowest, far_words, far.begins[vertex], far.ends[vertex]):
                return False, far_words
    return True, far_words


@compiled_part
def _antipode_is_near(cycle: Narrow, step: int, ball: Ball, lowest: int, words: Words, begin: int, end: int) -> bool:
    """Tell whether an antipode of one step, in odd cycles one of two, is nearer to it than along the cycle."""
    length = len(cycle)
    half = length // 2
    origin = ball.images[cycle[step]] - ball.vertices[cycle[step]] + lowest
    for ahead in range(half, length - half + 1):
        other = (step + ahead) % length
        if distance_in(words, begin, end, ball.images[cycle[other]] - origin) < half:
            return True
    return False


@compiled_part
def _sees_ring(cycle: Narrow, step: int, ball: Ball, lowest: int, words: Words, begin: int, end: int) -> bool:
    """Tell whether a table knows no image of a cycle to be nearer to that of one step than along the cycle."""
    length = len(cycle)
    origin = ball.images[cycle[step]] - ball.vertices[cycle[step]] + lowest
    for other in range(length):
        if other != step:
            along = abs(other - step)
            if distance_in(words, begin, end, ball.images[cycle[other]] - origin) < min(along, length - along):
                return False
    return True


@dataclass(slots=True)
class Budget:
    """What the searches of a net may spend together, and what they have spent.

    Attributes
    ----------
    max_rings, max_steps : int
        How many ring classes they may find, and how many steps they may take.
    rings, steps : int
        What those before found, and took: without the steps that each takes again.
    """

    max_rings: int
    max_steps: int
    rings: int = 0
    steps: int = 0

    @classmethod
    def of(cls, net: Net, max_rings: int) -> Self:
        """Make the budget of a net that nobody has searched."""
        return cls(max_rings, largest_effort(net))

    def is_met(self, efforts: Sequence[NDArray[np.int64]]) -> bool:
        """Tell whether all shares of a search together take too many steps, or find too many rings."""
        steps, rings = (sum(int(one[column]) for one in efforts) for column in (0, 2))
        return self.steps + steps > self.max_steps or self.rings + rings > self.max_rings

    def spend(self, efforts: Sequence[NDArray[np.int64]]) -> None:
        """Note what a search took."""
        self.steps += sum(int(one[0] - one[3]) for one in efforts)
        self.rings += sum(int(one[2]) for one in efforts)


def search(net: Net, longest: int, *, budget: Budget, shortest: int = 3, n_threads: int | None = None) -> FoundRings:
    """Find all rings of `shortest` to `longest` edges, each translation class once.

    Parameters
    ----------
    net : Net
    longest : int
        Number of edges of the longest cycle searched, 3 to 64.
    budget : Budget
        What may be spent; what is spent is added to it.
    shortest : int
        Number of edges of the shortest.
    n_threads : int, optional
        Default: one per core. The result does not depend on it.

    Returns
    -------
    lengths : ndarray of int64, shape (n_rings,)
        Number of edges of each ring.
    vertices : ndarray of int32, shape (sum of lengths,)
        The vertices of each ring in its order.
    cells : ndarray of int32, shape (sum of lengths, 3)
        The cell of each of them.

    Raises
    ------
    RingBudgetError
        If there are more rings than allowed, or the search runs into too many cycles that are none.
    """
    # Every cycle of a node-linker net has nodes, so only they need to be roots if they come first. Of these the most
    # connected ones: what is left without them has far fewer cycles like rings (up to a hundredth of the steps where
    # nodes of 10 bonds meet nodes of 3).
    order = np.lexsort((-net.degrees(), ~net.is_node))
    is_ordered = bool((order[1:] > order[:-1]).all())
    # One step more than half a ring: the last level looks for siblings, and must tell them from what lies beyond.
    graph = graph_within(net if is_ordered else relabel(net, order), longest // 2 + 1)
    n_workers = n_threads or os.cpu_count() or 1
    radius = _NEAR_RADIUS_OF_SMALL if net.n_vertices <= _SMALL else _NEAR_RADIUS
    radius = min(longest // 2 - 1, _NEAR_RADIUS_OF_LINKERS if net.is_node_linker else radius)
    like = no_words(graph)
    nothing = np.zeros(0, np.int64)
    with ThreadPoolExecutor(n_workers) as pool:
        tables = list(
            pool.map(lambda task: distance_tables(graph, task[0], task[1], radius, like), _shares(net.n_vertices))
        )
        sizes = np.concatenate([nothing, *(sizes for _, sizes in tables)])
        if not sizes.all():
            raise RingBudgetError(almost_anywhere(int(order[np.argmin(sizes)]), radius))
        ends = np.cumsum(sizes)
        begins = np.concatenate([[0], ends])[: net.n_vertices].astype(np.int64)
        near = Tables(np.concatenate([like, *(words for words, _ in tables)]), begins, ends, radius)
        del tables
        # Looked at while they work: what they spend and find together only grows, so that it does not matter when.
        shares = _shares(net.n_nodes)
        efforts = [np.array([0, budget.max_steps - budget.steps, 0, 0], np.int64) for _ in shares]
        tasks = [
            pool.submit(rings_from_roots, graph, first, end, shortest, longest, near, budget.max_rings, effort)
            for (first, end), effort in zip(shares, efforts, strict=True)
        ]
        found = []
        try:
            for task in tasks:
                while not wait([task], _LOOK_SECONDS).done and not budget.is_met(efforts):
                    pass
                if budget.is_met(efforts) or task.result()[3]:
                    raise RingBudgetError(
                        f"the net has more than {budget.max_rings} rings, or cycles like rings, "
                        f"of up to {longest} edges",
                        hint="search it to a smaller size, or allow more rings",
                    )
                found.append(task.result())
        finally:
            # Whatever ends the search, an interrupt too: kernels that run look at it now and then.
            for effort in efforts:
                effort[1] = -1
            pool.shutdown(wait=False, cancel_futures=True)
    budget.spend(efforts)
    lengths = np.concatenate([nothing, *(lengths for lengths, _, _, _ in found)])
    images = np.concatenate([nothing, *(images for _, images, _, _ in found)])
    vertices = np.concatenate([nothing, *(vertices for _, _, vertices, _ in found)])
    return lengths, order[vertices].astype(np.int32), cells_of(graph, images, vertices)


def largest_effort(net: Net) -> int:
    """Return how many steps the search of a net may take: a few seconds, more for nets of over 500 nodes.

    Disordered nets of four-connected nodes need some 25,000 a node up to 27-rings.
    """
    return max(_LEAST_EFFORT, _EFFORT_A_NODE * net.n_nodes)


def _shares(count: int) -> list[tuple[int, int]]:
    """Cut ``0..count - 1`` into ranges, many of them, since early roots see more than late ones.

    The same ranges for any number of threads: roots of one share their far tables, so that the effort depends on them.
    """
    share = max(16, -(-count // _SHARES))
    return [(first, min(first + share, count)) for first in range(0, count, share)]
