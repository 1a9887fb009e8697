"""Cycles without short-cut, found and tested with the distances between all vertices.

A cycle of a contracted net is a ring of the net iff no two of its vertices are nearer than along it: a linker on two
nodes is one step beyond the nearer of them, in the net as along the cycle. A ring that was none before either has a
new edge, or two vertices, as far apart as a ring of its length allows, that were nearer before. So it is searched from
new edges, and from pairs of vertices that have moved apart.
"""

from typing import NamedTuple

import numpy as np

from carvsdb.compiled import compiled, compiled_part, inlined
from carvsdb.rings.infinite import Integers, doubled
from carvsdb.rings.kept.contracted import Ends
from carvsdb.rings.kept.distances import FAR, Distances, between

_SIDE = 66


class Walk(NamedTuple):
    """Two paths that descend to a root from their far end: image by image its vertex, cell, place and level.

    Attributes
    ----------
    vertex, place, level, end : ndarray of int64, shape (2, room)
        `end` is the edge end that is tried next at an image.
    cell : ndarray of int64, shape (2, room, 3)
    length : ndarray of int64, shape (2,)
    """

    vertex: Integers
    place: Integers
    level: Integers
    end: Integers
    cell: Integers
    length: Integers


class Found(NamedTuple):
    """Cycles one after the other: lengths, and rows ``(vertex, u, v, w)``; how many of both there are."""

    sizes: Integers
    rows: Integers
    used: Integers


@compiled_part
def _new_walk() -> Walk:
    return Walk(
        np.empty((2, _SIDE), np.int64),
        np.empty((2, _SIDE), np.int64),
        np.empty((2, _SIDE), np.int64),
        np.empty((2, _SIDE), np.int64),
        np.empty((2, _SIDE, 3), np.int64),
        np.zeros(2, np.int64),
    )


@compiled_part
def _fits(walk: Walk, side: int, total: int, rows: Distances, reach: Integers, home: int) -> bool:
    """Tell whether the last image of one path is as far from all of the other path as along the cycle."""
    last = walk.length[side] - 1
    vertex, level = walk.vertex[side, last], walk.level[side, last]
    cell = walk.cell[side, last]
    other = 1 - side
    for index in range(walk.length[other] - 1, -1, -1):
        apart = level + walk.level[other, index]
        apart = min(apart, total - apart)
        there = walk.cell[other, index]
        found = between(
            rows,
            reach,
            home,
            vertex,
            walk.vertex[other, index],
            there[0] - cell[0],
            there[1] - cell[1],
            there[2] - cell[2],
        )
        if found < apart:
            return False
    return True


@compiled_part
def _put(walk: Walk, side: int, vertex: int, place: int, level: int, x: int, y: int, z: int, first_end: int) -> None:
    last = walk.length[side]
    walk.vertex[side, last] = vertex
    walk.place[side, last] = place
    walk.level[side, last] = level
    walk.end[side, last] = first_end
    walk.cell[side, last, 0] = x
    walk.cell[side, last, 1] = y
    walk.cell[side, last, 2] = z
    walk.length[side] = last + 1


@compiled_part
def _write(walk: Walk, root: int, found: Found) -> Found:
    """Write a closed cycle down; the root stands once."""
    first, second = walk.length[0], walk.length[1]
    size = first + second + 1
    sizes, rows = found.sizes, found.rows
    if found.used[0] == len(sizes):
        sizes = doubled(sizes)
    while found.used[1] + size > len(rows):
        larger = np.empty((2 * len(rows), 4), np.int64)
        for index in range(found.used[1]):
            for column in range(4):
                larger[index, column] = rows[index, column]
        rows = larger
    at = found.used[1]
    for step in range(size):
        if step == first:
            rows[at, 0] = root
            rows[at, 1] = 0
            rows[at, 2] = 0
            rows[at, 3] = 0
        else:
            side = 0 if step < first else 1
            index = step if side == 0 else size - 1 - step
            rows[at, 0] = walk.vertex[side, index]
            for axis in range(3):
                rows[at, 1 + axis] = walk.cell[side, index, axis]
        at += 1
    sizes[found.used[0]] = size
    found.used[0] += 1
    found.used[1] = at
    return Found(sizes, rows, found.used)


@inlined
def _seen_from(rows: Distances, ends: Ends, root: int, end: int, place: int) -> int:
    """Return the distance of an image, given by its place seen from the root, from a neighbour of the root."""
    gate = ends.vertices[end]
    return int(rows[gate, place - root - ends.steps[end] + gate])


@compiled_part
def _descend(
    walk: Walk,
    root: int,
    total: int,
    through: int,
    rows: Distances,
    ends: Ends,
    reach: Integers,
    home: int,
    found: Found,
) -> Found:
    """Find all ways to lead both paths, each of at least one image, down to the root, and write the cycles down.

    Path 0 keeps to images behind the edge end `through` of the root, if that is not negative: those that the root
    sees by that edge at their level.
    """
    row = rows[root]
    history = np.empty(2 * _SIDE, np.int64)
    depth = 0
    while True:
        # The path whose end is farther from the root is led on; a path that has reached it is closed.
        level_0 = walk.level[0, walk.length[0] - 1]
        level_1 = walk.level[1, walk.length[1] - 1]
        side = 0 if level_0 >= level_1 else 1
        last = walk.length[side] - 1
        stepped = False
        if level_0 == 0 and level_1 == 0:
            # Both ends are the root, which is left out.
            walk.length[0] -= 1
            walk.length[1] -= 1
            found = _write(walk, root, found)
            walk.length[0] += 1
            walk.length[1] += 1
        else:
            vertex, level = walk.vertex[side, last], walk.level[side, last]
            end = walk.end[side, last]
            while end < ends.starts[vertex + 1]:
                length = ends.lengths[end]
                place = walk.place[side, last] + ends.steps[end]
                if row[place] + length == level:
                    below = level - length
                    other = ends.vertices[end]
                    x = walk.cell[side, last, 0] + ends.cells[end, 0]
                    y = walk.cell[side, last, 1] + ends.cells[end, 1]
                    z = walk.cell[side, last, 2] + ends.cells[end, 2]
                    fits = True
                    if side == 0 and through >= 0:
                        if below > 0:
                            fits = _seen_from(rows, ends, root, through, place) == below - ends.lengths[through]
                        else:
                            fits = walk.place[0, last] == home + root + ends.steps[through]
                    if fits:
                        walk.end[side, last] = end + 1
                        _put(walk, side, other, place, below, x, y, z, ends.starts[other])
                        if below == 0 or _fits(walk, side, total, rows, reach, home):
                            history[depth] = side
                            depth += 1
                            stepped = True
                            break
                        walk.length[side] -= 1
                end += 1
            if not stepped:
                walk.end[side, last] = ends.starts[vertex]
        if stepped:
            continue
        # Nothing more from here: the last step is taken back.
        if depth == 0:
            return found
        depth -= 1
        walk.length[history[depth]] -= 1


@compiled_part
def _can_part(
    rows: Distances, ends: Ends, root: int, one: int, level: int, other: int, other_level: int, total: int, through: int
) -> bool:
    """Tell whether some neighbour of the root lies before one image, and is as far from the other as along the cycle.

    Neighbours of the root are few, and so are their rows: this settles most pairs before any walk.
    """
    first, last = ends.starts[root], ends.starts[root + 1]
    if through >= 0:
        first, last = through, through + 1
    for end in range(first, last):
        length = ends.lengths[end]
        if level == 0 or _seen_from(rows, ends, root, end, one) + length == level:
            apart = min(other_level + length, total - other_level - length)
            if level == 0 or _seen_from(rows, ends, root, end, other) >= apart:
                return True
    return False


@inlined
def _has_only(ends: Ends, vertex: int, length: int) -> bool:
    """Tell whether all edges of a vertex have one length."""
    only = True
    for end in range(ends.starts[vertex], ends.starts[vertex + 1]):
        only = only and ends.lengths[end] == length
    return only


@compiled_part
def _from_far_end(
    walk: Walk,
    root: int,
    far: int,
    u: int,
    v: int,
    w: int,
    place: int,
    through: int,
    longest: int,
    rows: Distances,
    ends: Ends,
    reach: Integers,
    home: int,
    found: Found,
) -> Found:
    """Find the rings of which an image is the far end, or one of the two far ends, seen from the root."""
    row = rows[root]
    level = int(row[place])
    # The far end is joined to another one at its level, or has two neighbours before it.
    for end in range(ends.starts[far], ends.starts[far + 1]):
        length = ends.lengths[end]
        other = place + ends.steps[end]
        if row[other] == level and 2 * level + length <= longest:
            if through < 0 and far < root and _has_only(ends, root, length):
                continue  # the root is one of two far ends of these, seen from here
            total = 2 * level + length
            if not (
                _can_part(rows, ends, root, place, level, other, level, total, through)
                and _can_part(rows, ends, root, other, level, place, level, total, -1)
            ):
                continue
            walk.length[0] = 0
            walk.length[1] = 0
            _put(walk, 0, far, place, level, u, v, w, ends.starts[far])
            _step(walk, 1, end, other, level, u, v, w, ends)
            if _fits(walk, 1, total, rows, reach, home):
                found = _descend(walk, root, total, through, rows, ends, reach, home, found)
        elif row[other] + length == level and 2 * level <= longest:
            if through < 0 and far < root:
                continue  # the root is the far end of these, seen from here
            below = level - length
            if through >= 0 and (
                place != home + root + ends.steps[through]
                if below == 0
                else _seen_from(rows, ends, root, through, other) != below - ends.lengths[through]
            ):
                continue
            for second in range(ends.starts[far] if through >= 0 else end + 1, ends.starts[far + 1]):
                last = place + ends.steps[second]
                last_level = level - ends.lengths[second]
                if second == end or row[last] != last_level:
                    continue
                if not (
                    _can_part(rows, ends, root, other, below, last, last_level, 2 * level, through)
                    and _can_part(rows, ends, root, last, last_level, other, below, 2 * level, -1)
                ):
                    continue
                walk.length[0] = 0
                walk.length[1] = 0
                # The far end stands on path 0, with no other way on than this one.
                _put(walk, 0, far, place, level, u, v, w, ends.starts[far + 1])
                _step(walk, 1, second, last, last_level, u, v, w, ends)
                _step(walk, 0, end, other, below, u, v, w, ends)
                if below == 0 or last_level == 0 or _fits(walk, 0, 2 * level, rows, reach, home):
                    found = _descend(walk, root, 2 * level, through, rows, ends, reach, home, found)
    return found


@compiled_part
def _step(walk: Walk, side: int, end: int, place: int, level: int, u: int, v: int, w: int, ends: Ends) -> None:
    """Lead a path on from an image in the cell (u, v, w) along an edge end."""
    vertex = ends.vertices[end]
    x, y, z = u + ends.cells[end, 0], v + ends.cells[end, 1], w + ends.cells[end, 2]
    _put(walk, side, vertex, place, level, x, y, z, ends.starts[vertex])


@compiled_part
def _cell_of(place: int, n: int, reach: Integers) -> tuple[int, int, int]:
    number = place // n
    second, third = 2 * reach[1] + 1, 2 * reach[2] + 1
    return number // (second * third) - reach[0], number // third % second - reach[1], number % third - reach[2]


@compiled
def rings_of_pairs(
    pairs: Integers, rows: Distances, ends: Ends, reach: Integers, home: int, longest: int
) -> tuple[Integers, Integers]:
    """Find the rings of which two images are farthest from each other: rows (vertex, place of the other).

    Returns
    -------
    sizes : ndarray of int64, shape (n_rings,)
    rows : ndarray of int64, shape (sum of sizes, 4)
        ``(vertex, u, v, w)`` in the order of each ring. A ring may be found several times.
    """
    walk = _new_walk()
    found = Found(np.empty(64, np.int64), np.empty((1024, 4), np.int64), np.zeros(2, np.int64))
    n = len(rows)
    only = np.empty(n, np.int64)
    for vertex in range(n):
        first = ends.starts[vertex]
        only[vertex] = ends.lengths[first] if first < ends.starts[vertex + 1] else 0
        if not _has_only(ends, vertex, only[vertex]):
            only[vertex] = -1
    for index in range(len(pairs)):
        root, place = pairs[index]
        far = place % n
        if far < root and only[root] > 0 and only[far] == only[root]:
            continue  # both ends stand in the list, and all rings of the two are found from the lower one
        u, v, w = _cell_of(place, n, reach)
        found = _from_far_end(walk, root, far, u, v, w, place, -1, longest, rows, ends, reach, home, found)
    return found.sizes[: found.used[0]].copy(), found.rows[: found.used[1]].copy()


@compiled
def rings_of_edges(
    through: Integers, rows: Distances, ends: Ends, reach: Integers, home: int, longest: int
) -> tuple[Integers, Integers]:
    """Find the rings with any of some edges, given as the numbers of edge ends with the vertices that they are at.

    Returns
    -------
    sizes, rows
        As of :func:`rings_of_pairs`.
    """
    walk = _new_walk()
    found = Found(np.empty(64, np.int64), np.empty((1024, 4), np.int64), np.zeros(2, np.int64))
    n = len(rows)
    for index in range(len(through)):
        root, end = through[index]
        row = rows[root]
        length = ends.lengths[end]
        if row[home + root + ends.steps[end]] != length:
            continue
        for place in range(len(row)):
            if row[place] == FAR or row[place] < length:
                continue
            if _seen_from(rows, ends, root, end, place) + length == row[place]:
                u, v, w = _cell_of(place, n, reach)
                far = place % n
                found = _from_far_end(walk, root, far, u, v, w, place, end, longest, rows, ends, reach, home, found)
    return found.sizes[: found.used[0]].copy(), found.rows[: found.used[1]].copy()
