"""Cycles of a contracted net as a list: which of them are rings still, how each is written, how many there are.

A cycle has rows ``(vertex, u, v, w)``, image after image; cycles stand one after the other, and `sizes` has how many
rows each has.
"""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb.rings.infinite import Integers
from carvsdb.rings.kept.contracted import LONGEST_EDGE, Ends
from carvsdb.rings.kept.distances import Distances, between

_MOST_VERTICES = 64


@compiled
def stands(
    sizes: Integers, cycles: Integers, rows: Distances, ends: Ends, reach: Integers, home: int
) -> NDArray[np.bool_]:
    """Tell which cycles have all their edges and no short-cut."""
    found = np.zeros(len(sizes), np.bool_)
    along = np.empty(_MOST_VERTICES, np.int64)
    start = 0
    for index in range(len(sizes)):
        size = sizes[index]
        cycle = cycles[start : start + size]
        start += size
        total = 0
        whole = True
        for step in range(size):
            along[step] = total
            following = cycle[(step + 1) % size]
            vertex = cycle[step, 0]
            length = 0
            for end in range(ends.starts[vertex], ends.starts[vertex + 1]):
                if (
                    ends.vertices[end] == following[0]
                    and ends.cells[end, 0] == following[1] - cycle[step, 1]
                    and ends.cells[end, 1] == following[2] - cycle[step, 2]
                    and ends.cells[end, 2] == following[3] - cycle[step, 3]
                    and not ends.added[end]
                ):
                    length = ends.lengths[end]
            if length == 0:
                whole = False
                break
            total += length
        if not whole:
            continue
        for one in range(size):
            for other in range(one + 1, size):
                apart = min(along[other] - along[one], total - along[other] + along[one])
                if 2 * apart <= total - 2 * LONGEST_EDGE:
                    continue  # a short-cut between these goes on as one between vertices that are farther apart
                seen = between(
                    rows,
                    reach,
                    home,
                    cycle[one, 0],
                    cycle[other, 0],
                    cycle[other, 1] - cycle[one, 1],
                    cycle[other, 2] - cycle[one, 2],
                    cycle[other, 3] - cycle[one, 3],
                )
                if seen < apart:
                    whole = False
                    break
            if not whole:
                break
        found[index] = whole
    return found


@compiled
def normal_forms(sizes: Integers, cycles: Integers, widest: int) -> Integers:
    """Write each cycle the same way wherever it was found and whichever way round, shape (n_rings, 4 widest).

    From one of its lowest vertices on, moved to cell 0, in the direction and from the image that give the lowest row;
    what is left of the row is -1.
    """
    forms = np.full((len(sizes), 4 * widest), -1, np.int64)
    trial = np.empty(4 * widest, np.int64)
    start = 0
    for index in range(len(sizes)):
        size = sizes[index]
        cycle = cycles[start : start + size]
        start += size
        lowest = cycle[0, 0]
        for step in range(size):
            lowest = min(lowest, cycle[step, 0])
        empty = True
        for step in range(size):
            if cycle[step, 0] != lowest:
                continue
            for direction in (1, -1):
                for other in range(size):
                    at = (step + direction * other) % size
                    trial[4 * other] = cycle[at, 0]
                    for axis in range(1, 4):
                        trial[4 * other + axis] = cycle[at, axis] - cycle[step, axis]
                lower = empty
                if not empty:
                    for column in range(4 * size):
                        if trial[column] != forms[index, column]:
                            lower = trial[column] < forms[index, column]
                            break
                if lower:
                    empty = False
                    for column in range(4 * size):
                        forms[index, column] = trial[column]
    return forms


@compiled
def count_cycles(
    sizes: Integers, cycles: Integers, ends: Ends, n_nodes: int, largest: int
) -> tuple[Integers, Integers]:
    """Count rings by size through each node, and in all; each way through parallel linkers is a ring of its own.

    Returns
    -------
    node_counts : ndarray of int64, shape (n_nodes, largest)
    totals : ndarray of int64, shape (largest + 1,)
    """
    node_counts = np.zeros((n_nodes, largest), np.int64)
    totals = np.zeros(largest + 1, np.int64)
    several = False
    for links in ends.multiplicity:
        several = several or links > 1
    start = 0
    for index in range(len(sizes)):
        size = sizes[index]
        cycle = cycles[start : start + size]
        start += size
        ways, nodes = 1, 0
        for step in range(size):
            nodes += cycle[step, 0] < n_nodes
        for step in range(size if several else 0):
            vertex = cycle[step, 0]
            following = cycle[(step + 1) % size]
            for end in range(ends.starts[vertex], ends.starts[vertex + 1]):
                if (
                    ends.vertices[end] == following[0]
                    and ends.cells[end, 0] == following[1] - cycle[step, 1]
                    and ends.cells[end, 1] == following[2] - cycle[step, 2]
                    and ends.cells[end, 2] == following[3] - cycle[step, 3]
                ):
                    ways *= ends.multiplicity[end]
        totals[nodes] += ways
        for step in range(size):
            if cycle[step, 0] < n_nodes:
                node_counts[cycle[step, 0], nodes - 1] += ways
    # Two linkers between the same two nodes are a ring of two.
    for vertex in range(n_nodes):
        for end in range(ends.starts[vertex], ends.starts[vertex + 1]):
            links = ends.multiplicity[end]
            if links > 1 and largest > 1:
                node_counts[vertex, 1] += links * (links - 1) // 2
                totals[0] += links * (links - 1) // 2
    if largest > 1:
        totals[2] += totals[0] // 2
    totals[0] = 0
    return node_counts, totals
