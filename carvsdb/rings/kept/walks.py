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
from carvsdb.rings.kept.contracted import LONGEST_EDGE, Ends
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
    """Tell whether the last image of one path is as far from the other path as along the cycle.

    The end of the other path is looked at, since it settles most, and what is farthest along the cycle: a short-cut
    between nearer ones goes on as one between these.
    """
    last = walk.length[side] - 1
    vertex, level = walk.vertex[side, last], walk.level[side, last]
    cell = walk.cell[side, last]
    other = 1 - side
    end = walk.length[other] - 1
    for index in range(end, -1, -1):
        apart = level + walk.level[other, index]
        apart = min(apart, total - apart)
        if index != end and 2 * apart <= total - 2 * LONGEST_EDGE:
            continue
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


@inlined
def _fork(
    forks: Integers, number: int, end: int, second: int, one: int, here: int, two: int, there: int, total: int
) -> int:
    """Note two branches of a ring: the edge ends by which they leave its far end, their places and levels."""
    forks[number, 0], forks[number, 1] = end, second
    forks[number, 2], forks[number, 3] = one, here
    forks[number, 4], forks[number, 5] = two, there
    forks[number, 6] = total
    return number + 1


@compiled
def rings_of_far_ends(
    far_ends: Integers, rows: Distances, ends: Ends, reach: Integers, home: int, longest: int
) -> tuple[Integers, Integers]:
    """Find the rings of which an image is the far end, or one of the two far ends, seen from a root.

    Parameters
    ----------
    far_ends : ndarray of int64, shape (n, 3)
        Rows ``(root, place, through)``: only rings through the edge end `through` of the root, if that is not negative.
        Without it, rings with two far ends are found from the lowest vertex that sees them so: all must stand here.
    longest : int
        Length of the longest ring.

    Returns
    -------
    sizes : ndarray of int64, shape (n_rings,)
    rows : ndarray of int64, shape (sum of sizes, 4)
        ``(vertex, u, v, w)`` in the order of each ring. A ring may be found several times.
    """
    # Most far ends come to nothing. They are settled here, in one piece: a call with all arrays takes longer than the
    # test itself.
    walk = _new_walk()
    found = Found(np.empty(64, np.int64), np.empty((1024, 4), np.int64), np.zeros(2, np.int64))
    n = len(rows)
    starts, vertices, steps, lengths = ends.starts, ends.vertices, ends.steps, ends.lengths
    only = _only_lengths(ends)
    most = 0
    for vertex in range(n):
        most = max(most, starts[vertex + 1] - starts[vertex])
    forks = np.empty((most * most + 1, 7), np.int64)
    for index in range(len(far_ends)):
        root, place, through = far_ends[index, 0], far_ends[index, 1], far_ends[index, 2]
        far = place % n
        # From another side: what both ends of a pair are far ends of is found from the lower one.
        is_higher = through < 0 and far < root
        if is_higher and only[root] > 0 and only[far] == only[root]:
            continue
        level = int(rows[root, place])
        # The far end is joined to another one at its level, or has two neighbours before it.
        n_forks = 0
        for end in range(starts[far], starts[far + 1]):
            length = lengths[end]
            other = place + steps[end]
            if rows[root, other] == level:
                if 2 * level + length <= longest and not (is_higher and only[root] == length):
                    n_forks = _fork(forks, n_forks, end, -1, place, level, other, level, 2 * level + length)
            elif rows[root, other] + length == level and 2 * level <= longest and not is_higher:
                below = level - length
                if through >= 0:
                    gate = vertices[through]
                    if (
                        place != home + root + steps[through]
                        if below == 0
                        else rows[gate, other - root - steps[through] + gate] != below - lengths[through]
                    ):
                        continue
                for second in range(starts[far] if through >= 0 else end + 1, starts[far + 1]):
                    last = place + steps[second]
                    last_level = level - lengths[second]
                    if second != end and rows[root, last] == last_level:
                        n_forks = _fork(forks, n_forks, end, second, other, below, last, last_level, 2 * level)
        for fork in range(n_forks):
            # From each branch some neighbour of the root must lie before its end, and be as far from the end of the
            # other branch as along the cycle. Neighbours of the root are few, and so are their rows.
            total = forks[fork, 6]
            can_part = True
            for turn in range(2):
                one, here = forks[fork, 2 + 2 * turn], forks[fork, 3 + 2 * turn]
                two, there = forks[fork, 4 - 2 * turn], forks[fork, 5 - 2 * turn]
                first, last = starts[root], starts[root + 1]
                if through >= 0 and turn == 0:
                    first, last = through, through + 1
                parts = False
                for end in range(first, last):
                    gate, length = vertices[end], lengths[end]
                    shift = gate - root - steps[end]
                    if here == 0:
                        parts = True
                        break
                    if rows[gate, one + shift] + length == here:
                        along = there + length
                        if rows[gate, two + shift] >= min(along, total - along):
                            parts = True
                            break
                if not parts:
                    can_part = False
                    break
            if not can_part:
                continue
            end, second = forks[fork, 0], forks[fork, 1]
            u, v, w = _cell_of(place, n, reach)
            walk.length[0] = 0
            walk.length[1] = 0
            if second < 0:
                _put(walk, 0, far, place, level, u, v, w, starts[far])
                _step(walk, 1, end, forks[fork, 4], level, u, v, w, ends)
                fits = _fits(walk, 1, total, rows, reach, home)
            else:
                # The far end stands on path 0, with no other way on than this one.
                below, last_level = forks[fork, 3], forks[fork, 5]
                _put(walk, 0, far, place, level, u, v, w, starts[far + 1])
                _step(walk, 1, second, forks[fork, 4], last_level, u, v, w, ends)
                _step(walk, 0, end, forks[fork, 2], below, u, v, w, ends)
                fits = below == 0 or last_level == 0 or _fits(walk, 0, total, rows, reach, home)
            if fits:
                found = _descend(walk, root, total, through, rows, ends, reach, home, found)
    return found.sizes[: found.used[0]].copy(), found.rows[: found.used[1]].copy()


@compiled_part
def _only_lengths(ends: Ends) -> Integers:
    """Return the length of the edges of each vertex: 0 where there are none, -1 if they have several."""
    n = len(ends.starts) - 1
    only = np.zeros(n, np.int64)
    for vertex in range(n):
        for end in range(ends.starts[vertex], ends.starts[vertex + 1]):
            if only[vertex] == 0 or only[vertex] == ends.lengths[end]:
                only[vertex] = ends.lengths[end]
            else:
                only[vertex] = -1
    return only


def far_ends_of_pairs(pairs: Integers) -> Integers:
    """Take images that moved apart, as rows (vertex, place of the other), for far ends of rings."""
    return np.column_stack([pairs, np.full(len(pairs), -1)])


def far_ends_of_edges(through: Integers, rows: Distances, ends: Ends, home: int) -> Integers:
    """Find the far ends of all rings through some edges, given as (vertex, edge end at it)."""
    found = [np.zeros((0, 3), np.int64)]
    for root, end in through.tolist():
        row, length, step, gate = rows[root], int(ends.lengths[end]), int(ends.steps[end]), int(ends.vertices[end])
        if row[home + root + step] != length:
            continue
        places = np.flatnonzero((row != FAR) & (row >= length))
        behind = rows[gate][places - root - step + gate].astype(np.int64) + length == row[places]
        far = places[behind]
        found.append(np.column_stack([np.full(len(far), root), far, np.full(len(far), end)]))
    return np.concatenate(found)
