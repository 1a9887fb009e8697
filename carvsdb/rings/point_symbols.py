"""Point symbols: the shortest cycle at each angle of a vertex."""

from collections import Counter

import numpy as np

from carvsdb.compiled import compiled
from carvsdb.net import Net, contract_linkers
from carvsdb.rings.carvs import DEFAULT_CUT_OFF
from carvsdb.rings.images import Graph, Integers, code_of, graph_within, slot_of

_EMPTY = -1


def point_symbols(net: Net, longest: int = DEFAULT_CUT_OFF) -> list[str]:
    """Write the point symbol of every vertex.

    Parameters
    ----------
    net : Net
        The symbols of a node-linker net are those of its net with two-connected linkers contracted.
    longest : int
        An angle whose shortest cycle has more edges is ``*``.

    Returns
    -------
    list of str, one per vertex of the contracted net

    References
    ----------
    .. [1] Blatov, O'Keeffe & Proserpio, CrystEngComm 12, 44 (2010), doi:10.1039/b910671e

    Examples
    --------
    >>> from carvsdb.net import library
    >>> point_symbols(library.load("pcu"))
    ['{4^12.6^3}']
    """
    contracted = contract_linkers(net)
    degrees = contracted.degrees()
    starts = np.concatenate([[0], np.cumsum(degrees * (degrees - 1) // 2)])
    cycles = _shortest_cycles(graph_within(contracted, longest), starts, longest)
    return [_written(cycles[starts[vertex] : starts[vertex + 1]]) for vertex in range(contracted.n_vertices)]


def _written(cycles: Integers) -> str:
    counts = Counter(int(size) for size in cycles)
    missing = counts.pop(0, 0)
    sizes: list[tuple[str, int]] = [(str(size), counts[size]) for size in sorted(counts)]
    if missing:
        sizes.append(("*", missing))
    return "{" + ".".join(size if number == 1 else f"{size}^{number}" for size, number in sizes) + "}"


@compiled
def _shortest_cycles(graph: Graph, angle_starts: Integers, longest: int) -> Integers:
    """Return the length of the shortest cycle at each angle, 0 where it has more than `longest` edges.

    The angle between two neighbours of a vertex closes with the shortest path between them that avoids the vertex, so
    one breadth-first search from each neighbour settles its angles with the later ones.
    """
    cycles = np.zeros(angle_starts[-1], np.int64)
    room = 256
    images = np.empty((room, 5), np.int64)
    keys = np.full(2 * room, _EMPTY, np.int64)
    slots = np.empty(room, np.int64)
    for vertex in range(graph.n_vertices):
        begin, finish = graph.starts[vertex], graph.starts[vertex + 1]
        angle = angle_starts[vertex]
        for first in range(begin, finish - 1):
            waiting = finish - first - 1
            # Row 0 is the vertex itself: seen, never walked from.
            images[0, 0] = vertex
            images[0, 1:] = 0
            images[1, :4] = graph.ends[first]
            images[1, 4] = 0
            count = 0
            for row in range(2):
                code = code_of(graph, images[row, 0], images[row, 1], images[row, 2], images[row, 3])
                slot = slot_of(code, len(keys) - 1)
                while keys[slot] != _EMPTY:
                    slot = (slot + 1) & (len(keys) - 1)
                keys[slot] = code
                slots[row] = slot
                count += 1
            row = 1
            while row < count and waiting > 0 and images[row, 4] + 3 <= longest:
                here = images[row].copy()
                for end in range(graph.starts[here[0]], graph.starts[here[0] + 1]):
                    there = graph.ends[end, 0]
                    u = here[1] + graph.ends[end, 1]
                    v = here[2] + graph.ends[end, 2]
                    w = here[3] + graph.ends[end, 3]
                    code = code_of(graph, there, u, v, w)
                    slot = slot_of(code, len(keys) - 1)
                    while keys[slot] != _EMPTY and keys[slot] != code:
                        slot = (slot + 1) & (len(keys) - 1)
                    if keys[slot] == code:
                        continue
                    for later in range(first + 1, finish):
                        ending = graph.ends[later]
                        if there == ending[0] and u == ending[1] and v == ending[2] and w == ending[3]:
                            cycles[angle + later - first - 1] = here[4] + 3
                            waiting -= 1
                    keys[slot] = code
                    slots[count] = slot
                    images[count, 0] = there
                    images[count, 1] = u
                    images[count, 2] = v
                    images[count, 3] = w
                    images[count, 4] = here[4] + 1
                    count += 1
                    if count == room:
                        room *= 2
                        larger = np.empty((room, 5), np.int64)
                        larger[:count] = images
                        images = larger
                        keys = np.full(2 * room, _EMPTY, np.int64)
                        slots = np.empty(room, np.int64)
                        for known in range(count):
                            code = code_of(
                                graph, images[known, 0], images[known, 1], images[known, 2], images[known, 3]
                            )
                            slot = slot_of(code, len(keys) - 1)
                            while keys[slot] != _EMPTY:
                                slot = (slot + 1) & (len(keys) - 1)
                            keys[slot] = code
                            slots[known] = slot
                row += 1
            for known in range(count):
                keys[slots[known]] = _EMPTY
            angle += finish - first - 1
    return cycles
