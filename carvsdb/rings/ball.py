"""The part of a net that a search from one root sees.

Every ring is found from its first vertex, moved to cell 0, so the search sees only images that come after the
root: higher vertices, and images of the root itself in lexicographically positive cells.
"""

from typing import NamedTuple

import numpy as np

from carvsdb.compiled import compiled_part
from carvsdb.rings.infinite import Graph, Integers, Narrow, filled, room_for, slot_of

MASK_BITS = 62
"""Roots with more neighbours than this are searched without masks."""

MOST_LEVELS = 32

_EMPTY = -1
_ROW_BITS = 22
_ROW_MASK = 2**_ROW_BITS - 1


class Ball(NamedTuple):
    """Images around a root in the order in which a breadth-first search meets them; the root is row 0.

    Attributes
    ----------
    images : ndarray of int64, shape (room,)
        Number of each image.
    vertices : ndarray of int32, shape (room,)
        Its vertex.
    level_starts : ndarray of int64, shape (MOST_LEVELS + 2,)
        The images `k` edges from the root, along images that the search sees, are the rows
        ``level_starts[k]:level_starts[k + 1]``.
    nearer, level : ndarray of int64, shape (room,)
        Bit sets over the neighbours of the root: those one edge nearer to the image than the root is, and those
        just as far.
    before : ndarray of int32, shape (room + 1,)
        Row `r` has the predecessors ``predecessors[before[r]:before[r + 1]]``, rows one level down.
    beside : ndarray of int32, shape (room + 1,)
        Row `r` has the siblings ``siblings[beside[r]:beside[r + 1]]``, neighbours on its own level.
    words, slots
        Hash table with words of an image and its row, and where it holds each row.
    """

    images: Integers
    vertices: Narrow
    level_starts: Integers
    nearer: Integers
    level: Integers
    before: Narrow
    predecessors: Narrow
    beside: Narrow
    siblings: Narrow
    words: Integers
    slots: Narrow


@compiled_part
def make_ball(room: int, room_for_edges: int) -> Ball:
    """Make an empty ball with room for so many images and edges; `room` is a power of two."""
    return Ball(
        room_for(room),
        np.empty(room, np.int32),
        room_for(MOST_LEVELS + 2),
        room_for(room),
        room_for(room),
        np.empty(room + 1, np.int32),
        np.empty(room_for_edges, np.int32),
        np.empty(room + 1, np.int32),
        np.empty(room_for_edges, np.int32),
        filled(2 * room, _EMPTY),
        np.empty(room, np.int32),
    )


@compiled_part
def fill_ball(ball: Ball, graph: Graph, root: int, depth: int) -> int:
    """Fill an empty ball around a root and return the number of images, or -1 if the room is too small."""
    # Breadth first from the root: rows of a level stand together, and a hash table of images tells what was met. Its
    # words hold image and row in one, so that a look-up touches one line of memory.
    room = len(ball.images)
    mask = len(ball.words) - 1
    words, images, vertices = ball.words, ball.images, ball.vertices
    before, predecessors, beside, siblings = ball.before, ball.predecessors, ball.beside, ball.siblings
    starts, neighbours, numbers, lowest = graph.starts, graph.neighbours, graph.images, graph.lowest
    images[0] = root
    vertices[0] = root
    slot = slot_of(root - lowest, mask)
    words[slot] = (root - lowest) << _ROW_BITS
    ball.slots[0] = slot
    before[0] = 0
    beside[0] = 0
    count = 1
    n_before = 0
    n_beside = 0
    begin = 0
    for level in range(depth + 1):
        finish = count
        ball.level_starts[level] = begin
        for row in range(begin, finish):
            here = vertices[row]
            origin = images[row] - here - lowest
            first, last = starts[here], starts[here + 1]
            if max(n_before, n_beside) + last - first > len(siblings):
                empty_ball(ball, count)
                return -1
            # Neighbours are sorted, so the ones that come before the root are the first.
            for end in range(last - 1, first - 1, -1):
                vertex = neighbours[end]
                if vertex < root:
                    break
                # Each ring is found from one of its images only, the first; so of the images of the root itself those
                # before it are left out, too.
                number = origin + numbers[end]
                if vertex == root and number < root - lowest:
                    continue
                slot = slot_of(number, mask)
                word = words[slot]
                while word != _EMPTY and word >> _ROW_BITS != number:
                    slot = (slot + 1) & mask
                    word = words[slot]
                # A shortest path goes down to a predecessor level by level; an odd ring turns along an edge within a
                # level, to a sibling. Edges to the next level are seen from there.
                if word != _EMPTY:
                    other = word & _ROW_MASK
                    if other < begin:
                        predecessors[n_before] = other
                        n_before += 1
                    elif other < finish:
                        siblings[n_beside] = other
                        n_beside += 1
                elif level < depth:
                    if count == room:
                        empty_ball(ball, count)
                        return -1
                    words[slot] = number << _ROW_BITS | count
                    ball.slots[count] = slot
                    images[count] = number + lowest
                    vertices[count] = vertex
                    count += 1
            before[row + 1] = n_before
            beside[row + 1] = n_beside
        begin = finish
    # Masks need whole levels.
    ball.level_starts[depth + 1] = count
    _fill_masks(ball, count)
    return count


@compiled_part
def _fill_masks(ball: Ball, count: int) -> None:
    """Find for every image which neighbours of the root are nearer, and which as near as the root."""
    before, predecessors, beside, siblings = ball.before, ball.predecessors, ball.beside, ball.siblings
    nearer, level = ball.nearer, ball.level
    nearer[0] = 0
    level[0] = 0
    neighbours = ball.level_starts[2] - 1
    for row in range(1, count):
        bits = 1 << (row - 1) if row <= neighbours and row <= MASK_BITS else 0
        for index in range(before[row], before[row + 1]):
            bits |= nearer[predecessors[index]]
        nearer[row] = bits
    for row in range(1, count):
        bits = 0
        for index in range(before[row], before[row + 1]):
            bits |= level[predecessors[index]]
        for index in range(beside[row], beside[row + 1]):
            bits |= nearer[siblings[index]]
        level[row] = bits & ~nearer[row]


@compiled_part
def empty_ball(ball: Ball, count: int) -> None:
    """Forget the images of a ball."""
    for row in range(count):
        ball.words[ball.slots[row]] = _EMPTY
