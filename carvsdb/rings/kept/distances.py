"""Distances between all vertices of a net up to a radius, kept while edges come and go.

Row `x` holds the distance of each image from vertex `x` of cell 0, `FAR` beyond the radius. A change costs what it
changes: the images whose every shortest path has lost an edge are found level by level (they have no neighbour left
that is nearer and was not lost), and get their distances anew from their neighbours, together with what added
edges bring nearer.

References
----------
.. [1] Ramalingam & Reps, J. Algorithms 21, 267 (1996), doi:10.1006/jagm.1996.0046
"""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part, inlined
from carvsdb.rings.infinite import Integers
from carvsdb.rings.kept.contracted import Ends

FAR = 255
Distances = NDArray[np.uint8]


@inlined
def _push(heads: Integers, places: Integers, following: Integers, used: int, level: int, place: int) -> int:
    """Let a place wait at a level."""
    places[used], following[used], heads[level] = place, heads[level], used
    return used + 1


@compiled_part
def _relax(
    row: Distances, ends: Ends, radius: int, heads: Integers, places: Integers, following: Integers, used: int
) -> None:
    """Settle what waits, nearest first, and whatever it brings nearer.

    What waits at a level is a chain of entries from ``heads[level]`` on: `places`, and `following` entries.
    """
    n = len(ends.starts) - 1
    for level in range(radius + 1):
        while heads[level] >= 0:
            entry = heads[level]
            heads[level] = following[entry]
            place = places[entry]
            if row[place] != level:
                continue
            here = place % n
            for end in range(ends.starts[here], ends.starts[here + 1]):
                farther = level + ends.lengths[end]
                other = place + ends.steps[end]
                if farther <= radius and farther < row[other]:
                    row[other] = farther
                    used = _push(heads, places, following, used, farther, other)


@compiled
def fill_rows(rows: Distances, ends: Ends, home: int, radius: int, first: int, last: int) -> None:
    """Fill the rows ``first..last - 1``, which hold `FAR` everywhere."""
    n = len(ends.starts) - 1
    size = rows.shape[1]
    heads = np.full(radius + 1, -1, np.int64)
    room = size // n * len(ends.vertices) + size  # each end of an image brings it nearer once at most
    places = np.empty(room, np.int64)
    following = np.empty(room, np.int64)
    for x in range(first, last):
        row = rows[x]
        row[home + x] = 0
        used = _push(heads, places, following, 0, 0, home + x)
        _relax(row, ends, radius, heads, places, following, used)


@compiled_part
def _touched(rows: Distances, removed: Integers, added: Integers, home: int) -> tuple[Integers, Integers, Integers]:
    """Find the rows that a change touches, and where.

    Returns
    -------
    starts : ndarray of int64, shape (n_vertices + 1,)
    places, edges : ndarray of int64, shape (n_touched,)
        Of row `x` those from ``starts[x]`` on: an image to which an edge that is gone led, with 0; or one from which a
        new edge leads nearer, with the number of that edge, from 1.

    Notes
    -----
    Distances are symmetric: who sees an edge on a shortest path is read from the two rows of its ends, which lie
    together in memory, instead of from a few places in the row of every vertex.
    """
    n = len(rows)
    room = 1024
    found = np.empty((room, 3), np.int64)
    used = 0
    for index in range(len(removed) + len(added)):
        new = index - len(removed)
        edge = removed[index] if new < 0 else added[new]
        near, far, step, length = edge
        shift = step - far + near
        row, other = rows[near], rows[far]
        for seen in range(len(row)):
            if row[seen] == FAR:
                continue
            here, there = row[seen] + length, other[seen - shift]
            if here == there if new < 0 else here < there:
                if used == room:
                    room *= 2
                    larger = np.empty((room, 3), np.int64)
                    larger[:used] = found
                    found = larger
                x = seen % n
                place = 2 * home + x - seen + near
                found[used, 0] = x
                found[used, 1] = place + step if new < 0 else place
                found[used, 2] = new + 1 if new >= 0 else 0
                used += 1
    starts = np.zeros(n + 1, np.int64)
    for index in range(used):
        starts[found[index, 0] + 1] += 1
    for x in range(n):
        starts[x + 1] += starts[x]
    following = starts.copy()
    places, edges = np.empty(used, np.int64), np.empty(used, np.int64)
    for index in range(used):
        at = following[found[index, 0]]
        places[at] = found[index, 1]
        edges[at] = found[index, 2]
        following[found[index, 0]] = at + 1
    return starts, places, edges


@compiled
def update_rows(
    rows: Distances,
    ends: Ends,
    removed: Integers,
    added: Integers,
    home: int,
    radius: int,
    first: int,
    last: int,
) -> Integers:
    """Bring the rows ``first..last - 1`` up to date.

    Parameters
    ----------
    rows : ndarray of uint8, shape (n_vertices, size)
        Distances before; they are changed in place.
    ends : Ends
        Of the net as it is now.
    removed, added : ndarray of int64, shape (n, 4)
        Both directions of edges that are gone, or new: ``(from, to, step, length)``.
    home, radius, first, last : int

    Returns
    -------
    ndarray of int64, shape (n_farther, 2)
        Vertices and images that are farther from each other than before, and still within the radius.
    """
    n = len(ends.starts) - 1
    size = rows.shape[1]
    n_cells = size // n
    heads = np.full(radius + 1, -1, np.int64)
    room = n_cells * (len(ends.vertices) + len(removed) + len(added)) + size
    places = np.empty(room, np.int64)
    following = np.empty(room, np.int64)
    lost = np.zeros(size, np.bool_)
    lost_places = np.empty(size, np.int64)
    before = np.empty(size, np.uint8)
    farther = np.empty((1024, 2), np.int64)
    n_farther = 0
    starts, touched, by = _touched(rows, removed, added, home)
    for x in range(first, last):
        if starts[x] == starts[x + 1]:
            continue
        row = rows[x]
        used = 0
        for index in range(starts[x], starts[x + 1]):
            if by[index] == 0:
                used = _push(heads, places, following, used, row[touched[index]], touched[index])
        # An image is lost if no neighbour that is not lost lies before it on a shortest path; what lay behind it
        # may be lost, too.
        n_lost = 0
        for level in range(radius + 1):
            while heads[level] >= 0:
                entry = heads[level]
                heads[level] = following[entry]
                place = places[entry]
                if lost[place]:
                    continue
                here = place % n
                held = False
                for end in range(ends.starts[here], ends.starts[here + 1]):
                    other = place + ends.steps[end]
                    if not ends.added[end] and row[other] + ends.lengths[end] == level and not lost[other]:
                        held = True
                        break
                if held:
                    continue
                lost[place] = True
                lost_places[n_lost] = place
                before[n_lost] = level
                n_lost += 1
                for end in range(ends.starts[here], ends.starts[here + 1]):
                    behind = level + ends.lengths[end]
                    other = place + ends.steps[end]
                    if not ends.added[end] and behind <= radius and row[other] == behind:
                        used = _push(heads, places, following, used, behind, other)
        # Lost images and added edges together, so that each distance is settled once.
        used = 0
        for index in range(n_lost):
            row[lost_places[index]] = FAR
        for index in range(n_lost):
            place = lost_places[index]
            here = place % n
            best = FAR
            for end in range(ends.starts[here], ends.starts[here + 1]):
                best = min(best, row[place + ends.steps[end]] + ends.lengths[end])
            if best <= radius and best < row[place]:
                row[place] = best
                used = _push(heads, places, following, used, best, place)
        for index in range(starts[x], starts[x + 1]):
            place = touched[index]
            if by[index] == 0 or row[place] == FAR:
                continue
            edge = added[by[index] - 1]
            other = place + edge[2]
            nearer = row[place] + edge[3]
            if nearer <= radius and nearer < row[other]:
                row[other] = nearer
                used = _push(heads, places, following, used, nearer, other)
        _relax(row, ends, radius, heads, places, following, used)
        for index in range(n_lost):
            place = lost_places[index]
            lost[place] = False
            if row[place] != FAR and row[place] > before[index]:
                if n_farther == len(farther):
                    larger = np.empty((2 * n_farther, 2), np.int64)
                    for entry in range(n_farther):
                        larger[entry, 0] = farther[entry, 0]
                        larger[entry, 1] = farther[entry, 1]
                    farther = larger
                farther[n_farther, 0] = x
                farther[n_farther, 1] = place
                n_farther += 1
    return farther[:n_farther].copy()


@compiled_part
def between(rows: Distances, reach: Integers, home: int, a: int, b: int, x: int, y: int, z: int) -> int:
    """Return the distance of vertex `a` from the image of `b` that lies (x, y, z) cells farther."""
    if abs(x) > reach[0] or abs(y) > reach[1] or abs(z) > reach[2]:
        return FAR
    n = len(rows)
    cell = (x * (2 * reach[1] + 1) + y) * (2 * reach[2] + 1) + z
    return int(rows[a, home + cell * n + b])
