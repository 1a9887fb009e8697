"""The ring search: every translation class of rings once, from its first vertex.

How it works
------------
*One root per class.* Vertices are ranked, images of one vertex by their cell. A ring is found from its first
vertex, moved to cell 0, among images that come after it (see :mod:`carvsdb.rings.ball`).

*Candidates.* A ring of ``2k`` edges is an image on level `k` with two predecessors, one of ``2k + 1`` edges an
edge within level `k`, and two descending paths. In a ring the first vertex of one path is farther from every
vertex of the other path than the root is, but for the odd ring's far edge, whose ends are as far. Bit sets
over the root's neighbours settle most pairs of paths before they are walked.

*Shortcuts.* A cycle is a ring iff antipodal vertices are as far apart in the net as along the cycle. A short-cut
is mostly short, so tables of near distances reject nearly all false candidates; tables of the full radius
are made only of vertices of what is left.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.errors import RefusedError
from carvsdb.net import Net
from carvsdb.rings.ball import MASK_BITS, Ball, empty_ball, fill_ball, make_ball
from carvsdb.rings.images import Graph, Integers, code_of, doubled, graph_within
from carvsdb.rings.tables import Tables, distance_in, distance_table, distance_tables

_NEAR_RADIUS = 6
_ROOTS_A_TASK = 64
_LONGEST = 64


class Paths(NamedTuple):
    """Two paths that descend from a turning point, by level, and the predecessors that come next."""

    a: Integers
    b: Integers
    try_a: Integers
    try_b: Integers
    allowed_a: Integers
    allowed_b: Integers
    at: Integers


@compiled
def _start(paths: Paths, ball: Ball, a: int, b: int, length: int, use_masks: bool) -> bool:
    """Set both paths to the turning point of a cycle; False if no ring can turn there."""
    top = length // 2
    paths.a[top] = a
    paths.b[top] = b
    paths.allowed_a[top] = -1
    paths.allowed_b[top] = -1
    paths.try_a[top] = ball.before[a]
    paths.try_b[top] = ball.before[b]
    paths.at[0] = top
    if length % 2 == 0:
        # Both paths begin with predecessors of one image, so their first pair is unordered.
        paths.try_b[top] += 1
        return bool(ball.before[a + 1] - ball.before[a] > 1)
    if use_masks:
        paths.allowed_a[top] = ball.nearer[a] & ball.level[b]
        paths.allowed_b[top] = ball.nearer[b] & ball.level[a]
        return bool(paths.allowed_a[top] != 0 and paths.allowed_b[top] != 0)
    return True


@compiled
def _next_candidate(paths: Paths, ball: Ball, graph: Graph, near: Tables, length: int, use_masks: bool) -> bool:
    """Walk on until both paths reach neighbours of the root; False when all have been tried."""
    top = length // 2
    at = paths.at[0]
    while at <= top:
        last_a = ball.before[paths.a[at] + 1]
        if paths.try_a[at] >= last_a:
            at += 1
            continue
        a = ball.predecessors[paths.try_a[at]]
        b = ball.predecessors[paths.try_b[at]]
        paths.try_b[at] += 1
        if paths.try_b[at] >= ball.before[paths.b[at] + 1]:
            paths.try_a[at] += 1
            if at == top and length % 2 == 0:
                paths.try_b[at] = paths.try_a[at] + 1
                if paths.try_b[at] >= last_a:
                    paths.try_a[at] = last_a
            else:
                paths.try_b[at] = ball.before[paths.b[at]]
        if a == b:
            continue
        down = at - 1
        if use_masks:
            allowed_a = paths.allowed_a[at] & ~(ball.nearer[b] | ball.level[b])
            allowed_b = paths.allowed_b[at] & ~(ball.nearer[a] | ball.level[a])
            if ball.nearer[a] & allowed_a == 0 or ball.nearer[b] & allowed_b == 0:
                continue
            paths.allowed_a[down] = allowed_a
            paths.allowed_b[down] = allowed_b
        paths.a[down] = a
        paths.b[down] = b
        if _apart(ball, graph, near, a, b) < min(2 * down, length - 2 * down):
            continue
        if _has_near_shortcut(paths, ball, graph, near, down, length):
            continue
        if down == 1:
            paths.at[0] = at
            return True
        at = down
        paths.try_a[at] = ball.before[a]
        paths.try_b[at] = ball.before[b]
    paths.at[0] = at
    return False


@compiled
def _apart(ball: Ball, graph: Graph, tables: Tables, a: int, b: int) -> int:
    """Return the distance between two rows of a ball as the table of the first has it."""
    one, other = ball.images[a], ball.images[b]
    code = code_of(graph, other[0], other[1] - one[1], other[2] - one[2], other[3] - one[3])
    return distance_in(tables, one[0], code)


@compiled
def _has_near_shortcut(paths: Paths, ball: Ball, graph: Graph, near: Tables, down: int, length: int) -> bool:
    """Hold the newest image of each path against its antipodes on the other path, where those are known."""
    half = length // 2
    # Antipodes of level `down` are on level length // 2 - down and, in odd rings, one more.
    for far in range(half - down, half - down + 1 + length % 2):
        if far <= down or far > half:
            continue
        if _apart(ball, graph, near, paths.a[down], paths.b[far]) < half:
            return True
        if _apart(ball, graph, near, paths.b[down], paths.a[far]) < half:
            return True
    return False


@compiled
def _cycle_of(paths: Paths, length: int, cycle: Integers) -> None:
    """Write down the rows of a closed pair of paths, from the root along the first path."""
    cycle[0] = 0
    for level in range(1, length // 2 + 1):
        cycle[level] = paths.a[level]
        cycle[length - level] = paths.b[level]


@compiled
def _is_ring(cycle: Integers, length: int, ball: Ball, graph: Graph, tables: Tables) -> bool:
    """Tell whether all antipodes of a cycle are as far apart in the net as along the cycle."""
    half = length // 2
    for first in range(length if length % 2 else half):
        if _apart(ball, graph, tables, cycle[first], cycle[(first + half) % length]) < half:
            return False
    return True


@compiled
def _sees_ring(cycle: Integers, step: int, length: int, ball: Ball, graph: Graph, tables: Tables) -> bool:
    """Tell whether no image of a cycle is nearer to one of them than along the cycle."""
    for other in range(length):
        if other != step:
            along = abs(other - step)
            if _apart(ball, graph, tables, cycle[step], cycle[other]) < min(along, length - along):
                return False
    return True


@compiled
def rings_from_roots(
    graph: Graph, rank: Integers, roots: Integers, longest: int, near: Tables, max_rings: int
) -> tuple[Integers, Integers]:
    """Find the rings of up to `longest` edges whose first vertex is one of `roots`.

    Parameters
    ----------
    graph : Graph
    rank : ndarray of int64, shape (n_vertices,)
        The order of the vertices.
    roots : ndarray of int64, shape (n_roots,)
    longest : int
        Number of edges of the longest cycle searched, at most 64.
    near : Tables
        Near distances of all vertices.
    max_rings : int
        The search stops as soon as it has more.

    Returns
    -------
    lengths : ndarray of int64, shape (n_rings,)
        Number of edges of each ring.
    images : ndarray of int64, shape (4 * sum of lengths,)
        ``vertex, u, v, w`` of each vertex of each ring, in the order of the ring.
    """
    depth = longest // 2
    room = 1024
    ball = make_ball(room, 4 * room)
    paths = Paths(
        np.empty(_LONGEST, np.int64),
        np.empty(_LONGEST, np.int64),
        np.empty(_LONGEST, np.int64),
        np.empty(_LONGEST, np.int64),
        np.empty(_LONGEST, np.int64),
        np.empty(_LONGEST, np.int64),
        np.empty(1, np.int64),
    )
    cycle = np.empty(_LONGEST, np.int64)
    # Tables of the full radius: made when a candidate needs them, then kept.
    far_begins = np.full(graph.n_vertices, -1, np.int64)
    far_ends = np.zeros(graph.n_vertices, np.int64)
    far_words = np.empty(1024, np.int64)
    far_used = 0
    lengths = np.empty(256, np.int64)
    images = np.empty(16384, np.int64)
    n_rings = 0
    used = 0
    for root in roots:
        count = fill_ball(ball, graph, rank, root, depth)
        while count < 0:
            room *= 2
            ball = make_ball(room, 4 * room)
            count = fill_ball(ball, graph, rank, root, depth)
        n_neighbours = 0
        while n_neighbours + 1 < count and ball.levels[n_neighbours + 1] == 1:
            n_neighbours += 1
        use_masks = n_neighbours <= MASK_BITS
        for row in range(1, count):
            level = ball.levels[row]
            for turn in range(ball.beside[row] - 1, ball.beside[row + 1]):
                even = turn < ball.beside[row]
                length = 2 * level if even else 2 * level + 1
                other = row if even else ball.siblings[turn]
                if length > longest or length < 3 or other < row:
                    continue
                if not _start(paths, ball, row, other, length, use_masks):
                    continue
                closed = level == 1 or _next_candidate(paths, ball, graph, near, length, use_masks)
                while closed:
                    _cycle_of(paths, length, cycle)
                    is_ring = _is_ring(cycle, length, ball, graph, near)
                    if is_ring and level - 1 > near.radius:
                        for step in range(length // 2):
                            vertex = ball.images[cycle[step], 0]
                            if far_begins[vertex] < 0:
                                table = distance_table(graph, vertex, depth - 1)
                                while far_used + len(table) > len(far_words):
                                    far_words = doubled(far_words)
                                far_words[far_used : far_used + len(table)] = table
                                far_begins[vertex] = far_used
                                far_used += len(table)
                                far_ends[vertex] = far_used
                            far = Tables(far_words, far_begins, far_ends, depth - 1)
                            if not _sees_ring(cycle, step, length, ball, graph, far):
                                is_ring = False
                                break
                    if is_ring:
                        if n_rings == len(lengths):
                            lengths = doubled(lengths)
                        while used + 4 * length > len(images):
                            images = doubled(images)
                        lengths[n_rings] = length
                        n_rings += 1
                        for step in range(length):
                            images[used : used + 4] = ball.images[cycle[step]]
                            used += 4
                        if n_rings > max_rings:
                            return lengths[:n_rings], images[:used]
                    closed = level > 1 and _next_candidate(paths, ball, graph, near, length, use_masks)
        empty_ball(ball, count)
    return lengths[:n_rings], images[:used]


def search(
    net: Net, longest: int, *, max_rings: int = 50_000_000, n_threads: int | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find all rings of up to `longest` edges, each translation class once.

    Parameters
    ----------
    net : Net
    longest : int
        Number of edges of the longest cycle searched, 3 to 64.
    max_rings : int
        More rings than this are refused.
    n_threads : int, optional
        Default: one per core. The result does not depend on it.

    Returns
    -------
    lengths : ndarray of int64, shape (n_rings,)
        Number of edges of each ring.
    images : ndarray of int64, shape (sum of lengths, 4)
        ``vertex, u, v, w`` of each vertex of each ring, in the order of the ring.

    Raises
    ------
    RefusedError
        If there are more than `max_rings` rings.
    """
    graph = graph_within(net, longest // 2)
    # Every cycle of a node-linker net has nodes, so only they need to be roots if they come first.
    order = np.argsort(~net.is_node, kind="stable")
    rank = np.empty(net.n_vertices, np.int64)
    rank[order] = np.arange(net.n_vertices)
    roots = order[: net.n_nodes]
    radius = min(longest // 2 - 1, _NEAR_RADIUS * (2 if net.is_node_linker else 1))
    near_blocks = [
        (first, min(first + 4 * _ROOTS_A_TASK, net.n_vertices)) for first in range(0, net.n_vertices, 4 * _ROOTS_A_TASK)
    ]
    tasks = [roots[first : first + _ROOTS_A_TASK] for first in range(0, len(roots), _ROOTS_A_TASK)]
    with ThreadPoolExecutor(n_threads or os.cpu_count() or 1) as pool:
        tables = list(pool.map(lambda block: distance_tables(graph, block[0], block[1], radius), near_blocks))
        ends = np.cumsum(np.concatenate([sizes for _, sizes in tables] or [np.zeros(0, np.int64)]))
        begins = np.concatenate([np.zeros(1, np.int64), ends])[:-1]
        words = np.concatenate([words for words, _ in tables] or [np.zeros(0, np.int64)])
        near = Tables(words, begins, ends, radius)
        found = list(pool.map(lambda task: rings_from_roots(graph, rank, task, longest, near, max_rings), tasks))
    lengths = np.concatenate([lengths for lengths, _ in found] or [np.zeros(0, np.int64)])
    if len(lengths) > max_rings:
        raise RefusedError(
            f"the net has more than {max_rings} rings of up to {longest} edges; search it to a smaller --max-ring-size"
        )
    images = np.concatenate([images for _, images in found] or [np.zeros(0, np.int64)])
    return lengths, images.reshape(-1, 4)
