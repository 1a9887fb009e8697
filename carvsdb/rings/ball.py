"""The part of a net that a search from one root sees.

Every ring is found from its first vertex, moved to cell 0, so the search sees only images that come after the
root: vertices of a higher rank, and images of the root itself in lexicographically positive cells.
"""

from typing import NamedTuple

import numpy as np

from carvsdb.compiled import compiled
from carvsdb.rings.images import Graph, Integers, code_of, slot_of

MASK_BITS = 62
"""Roots with more neighbours than this are searched without masks."""

_EMPTY = -1


class Ball(NamedTuple):
    """Images around a root in the order in which a breadth-first search meets them; the root is row 0.

    Attributes
    ----------
    images : ndarray of int64, shape (room, 4)
        Vertex and cell.
    levels : ndarray of int64, shape (room,)
        Number of edges from the root, along images that the search sees.
    nearer, level : ndarray of int64, shape (room,)
        Bit sets over the neighbours of the root: those one edge nearer to the image than the root is, and those
        just as far.
    before : ndarray of int64, shape (room + 1,)
        Row `r` has the predecessors ``predecessors[before[r]:before[r + 1]]``, rows one level down.
    beside : ndarray of int64, shape (room + 1,)
        Row `r` has the siblings ``siblings[beside[r]:beside[r + 1]]``, neighbours on its own level.
    keys, rows, slots
        Hash table from codes to rows, and where it holds each row.
    """

    images: Integers
    levels: Integers
    nearer: Integers
    level: Integers
    before: Integers
    predecessors: Integers
    beside: Integers
    siblings: Integers
    keys: Integers
    rows: Integers
    slots: Integers


@compiled
def make_ball(room: int, room_for_edges: int) -> Ball:
    """Make an empty ball with room for so many images and edges; `room` is a power of two."""
    return Ball(
        np.empty((room, 4), np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room + 1, np.int64),
        np.empty(room_for_edges, np.int64),
        np.empty(room + 1, np.int64),
        np.empty(room_for_edges, np.int64),
        np.full(2 * room, _EMPTY, np.int64),
        np.empty(2 * room, np.int64),
        np.empty(room, np.int64),
    )


@compiled
def fill_ball(ball: Ball, graph: Graph, rank: Integers, root: int, depth: int) -> int:
    """Fill an empty ball around a root and return the number of images, or -1 if the room is too small."""
    room = len(ball.levels)
    mask = len(ball.keys) - 1
    ball.images[0, 0] = root
    ball.images[0, 1:] = 0
    ball.levels[0] = 0
    slot = slot_of(code_of(graph, root, 0, 0, 0), mask)
    ball.keys[slot] = code_of(graph, root, 0, 0, 0)
    ball.rows[slot] = 0
    ball.slots[0] = slot
    ball.before[0] = 0
    ball.beside[0] = 0
    count = 1
    n_before = 0
    n_beside = 0
    row = 0
    while row < count:
        image = ball.images[row]
        level = ball.levels[row]
        first, last = graph.starts[image[0]], graph.starts[image[0] + 1]
        if max(n_before, n_beside) + last - first > len(ball.siblings):
            empty_ball(ball, count)
            return -1
        for end in range(first, last):
            vertex = graph.ends[end, 0]
            if rank[vertex] < rank[root]:
                continue
            u = image[1] + graph.ends[end, 1]
            v = image[2] + graph.ends[end, 2]
            w = image[3] + graph.ends[end, 3]
            if vertex == root and (u < 0 or (u == 0 and (v < 0 or (v == 0 and w < 0)))):
                continue
            code = code_of(graph, vertex, u, v, w)
            slot = slot_of(code, mask)
            while ball.keys[slot] != _EMPTY and ball.keys[slot] != code:
                slot = (slot + 1) & mask
            if ball.keys[slot] == code:
                other = ball.rows[slot]
                if ball.levels[other] == level - 1:
                    ball.predecessors[n_before] = other
                    n_before += 1
                elif ball.levels[other] == level:
                    ball.siblings[n_beside] = other
                    n_beside += 1
            elif level < depth:
                if count == room:
                    empty_ball(ball, count)
                    return -1
                ball.keys[slot] = code
                ball.rows[slot] = count
                ball.slots[count] = slot
                ball.images[count, 0] = vertex
                ball.images[count, 1] = u
                ball.images[count, 2] = v
                ball.images[count, 3] = w
                ball.levels[count] = level + 1
                count += 1
        ball.before[row + 1] = n_before
        ball.beside[row + 1] = n_beside
        row += 1
    _fill_masks(ball, count)
    return count


@compiled
def _fill_masks(ball: Ball, count: int) -> None:
    """Find for every image which neighbours of the root are nearer, and which as near as the root."""
    ball.nearer[0] = 0
    ball.level[0] = 0
    for row in range(1, count):
        nearer = 0
        if ball.levels[row] == 1:
            # Neighbours of the root are rows 1, 2, ...; without masks every bit is allowed everywhere.
            nearer = 1 << (row - 1) if row <= MASK_BITS else 0
        for index in range(ball.before[row], ball.before[row + 1]):
            nearer |= ball.nearer[ball.predecessors[index]]
        ball.nearer[row] = nearer
    for row in range(1, count):
        level = 0
        for index in range(ball.before[row], ball.before[row + 1]):
            level |= ball.level[ball.predecessors[index]]
        for index in range(ball.beside[row], ball.beside[row + 1]):
            level |= ball.nearer[ball.siblings[index]]
        ball.level[row] = level & ~ball.nearer[row]


@compiled
def empty_ball(ball: Ball, count: int) -> None:
    """Forget the images of a ball."""
    for row in range(count):
        ball.keys[ball.slots[row]] = _EMPTY
