"""Cycles around a root that may be rings, as far as near distances can tell.

A ring of ``2k`` edges is an image on level `k` with two predecessors, one of ``2k + 1`` edges an edge within
level `k`, and two paths that descend to the root. In a ring the first vertex of one path is farther from every
vertex of the other path than the root is, but for the far edge of an odd ring, whose ends are as far: bit sets over the
root's neighbours settle most pairs of paths before they are walked. The tables of near distances compare a new pair
of images with each other, and with their antipodes on the other path.
"""

from typing import NamedTuple

from carvsdb.compiled import compiled_part, inlined, take_steps
from carvsdb.rings.ball import MASK_BITS, Ball
from carvsdb.rings.infinite import Graph, Integers, Narrow, room_for
from carvsdb.rings.tables import Tables, distance_in

LONGEST = 64
"""Number of edges of the longest cycle that can be searched."""


_STEPS_AT_ONCE = 100_000


class Candidates(NamedTuple):
    """Cycles as rows of a ball: candidate `i` has ``lengths[i]`` of `rows`, from the root on."""

    lengths: Integers
    rows: Narrow


@inlined
def _apart(ball: Ball, near: Tables, lowest: int, a: int, b: int) -> int:
    """Return the distance between two rows of a ball, as far as the near table of the first has it."""
    vertex = ball.vertices[a]
    number = ball.images[b] - ball.images[a] + vertex - lowest
    return distance_in(near.words, near.begins[vertex], near.ends[vertex], number)


@compiled_part
def find_candidates(
    ball: Ball, count: int, graph: Graph, near: Tables, shortest: int, longest: int, found: Candidates, effort: Integers
) -> int:
    """Write down the candidates of a filled ball and return their number, or -1 if there is too little room.

    They have `shortest` to `longest` edges. Each step of the walk is added to ``effort[0]``; beyond ``effort[1]`` the
    walk ends, with -2.
    """
    before, predecessors, beside, siblings = ball.before, ball.predecessors, ball.beside, ball.siblings
    nearer, level_with = ball.nearer, ball.level
    lowest = graph.lowest
    # A cycle without shortcuts through the root is two shortest paths down from its far end. They are walked down
    # together, one step each, by an explicit stack: `try_a` and `try_b` hold what comes next at each level.
    path_a = room_for(LONGEST)
    path_b = room_for(LONGEST)
    try_a = room_for(LONGEST)
    try_b = room_for(LONGEST)
    allowed_a = room_for(LONGEST)
    allowed_b = room_for(LONGEST)
    n_found = 0
    used = 0
    steps = 0
    # Where the root has too many neighbours for bit sets, everything is allowed everywhere.
    masked = ball.level_starts[2] <= MASK_BITS + 1
    # The far end is an image (even cycles) or an edge within a level (odd ones); each is taken once.
    top = shortest // 2 - 1
    for row in range(ball.level_starts[top + 1], count):
        effort[0] += 1
        if effort[0] > effort[1]:
            return -2
        while row >= ball.level_starts[top + 1]:
            top += 1
        for turn in range(beside[row] - 1, beside[row + 1]):
            odd = turn >= beside[row]
            length = 2 * top + 1 if odd else 2 * top
            other = siblings[turn] if odd else row
            if length < shortest or length > longest or other < row:
                continue
            allowed_a[top] = -1
            allowed_b[top] = -1
            if odd:
                if masked:
                    allowed_a[top] = nearer[row] & level_with[other]
                    allowed_b[top] = nearer[other] & level_with[row]
                    if allowed_a[top] == 0 or allowed_b[top] == 0:
                        continue
            elif before[row + 1] - before[row] < 2:
                continue
            path_a[top] = row
            path_b[top] = other
            try_a[top] = before[row]
            # An even ring begins with two predecessors of one image, whose order does not matter.
            try_b[top] = before[other] if odd else before[row] + 1
            at = top
            while at <= top:
                steps += 1
                # Whoever waits for the search ends it by lowering what is allowed.
                if steps == _STEPS_AT_ONCE:
                    effort[0] += steps
                    take_steps(steps)
                    steps = 0
                    if effort[0] > effort[1]:
                        return -2
                # At level 1 the next step of both is the root: the cycle is closed, and the walk goes back up.
                closed = at == 1
                if closed:
                    at += 1
                else:
                    last_a = before[path_a[at] + 1]
                    if try_a[at] >= last_a:
                        at += 1
                        continue
                    a = predecessors[try_a[at]]
                    b = predecessors[try_b[at]]
                    try_b[at] += 1
                    if try_b[at] >= before[path_b[at] + 1]:
                        try_a[at] += 1
                        try_b[at] = before[path_b[at]]
                        if at == top and not odd:
                            try_b[at] = try_a[at] + 1
                            if try_b[at] >= last_a:
                                try_a[at] = last_a
                    # Paths that meet before the root close a smaller cycle.
                    if a == b:
                        continue
                    # Cheapest test first: bit sets of the neighbours of the root that each path can still end in, none
                    # of them near the other path.
                    down = at - 1
                    if masked:
                        allowed_a[down] = allowed_a[at] & ~(nearer[b] | level_with[b])
                        allowed_b[down] = allowed_b[at] & ~(nearer[a] | level_with[a])
                        if nearer[a] & allowed_a[down] == 0 or nearer[b] & allowed_b[down] == 0:
                            continue
                    # The two new images must be as far apart as along the cycle.
                    if _apart(ball, near, lowest, a, b) < min(2 * down, length - 2 * down):
                        continue
                    path_a[down] = a
                    path_b[down] = b
                    # Antipodes of this level on the other path: one, in odd rings two.
                    shortcut = False
                    for far in range(top - down, top - down + (2 if odd else 1)):
                        if (
                            down < far <= top
                            and not shortcut
                            and (
                                _apart(ball, near, lowest, a, path_b[far]) < top
                                or _apart(ball, near, lowest, b, path_a[far]) < top
                            )
                        ):
                            shortcut = True
                    if shortcut:
                        continue
                    closed = down == 1
                    if not closed:
                        at = down
                        try_a[at] = before[a]
                        try_b[at] = before[b]
                # What is left is tested in full by the search: here only the antipodes were.
                if closed:
                    if n_found == len(found.lengths) or used + length > len(found.rows):
                        return -1
                    found.lengths[n_found] = length
                    n_found += 1
                    found.rows[used] = 0
                    for step in range(1, top + 1):
                        found.rows[used + step] = path_a[step]
                        found.rows[used + length - step] = path_b[step]
                    used += length
    effort[0] += steps
    take_steps(steps)
    return n_found
