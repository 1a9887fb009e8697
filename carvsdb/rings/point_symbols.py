"""Point symbols: the shortest cycle at each angle of a vertex."""

from collections import Counter

import numpy as np

from carvsdb.compiled import compiled
from carvsdb.net import Net, contract_linkers
from carvsdb.rings.carvs import DEFAULT_CUT_OFF
from carvsdb.rings.infinite import Graph, Integers, doubled, graph_within, slot_of

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

    The angle between two neighbours of a vertex closes with the shortest path between them that avoids the vertex,
    so one breadth-first search from each neighbour settles its angles with the later ones.
    """
    cycles = np.zeros(angle_starts[-1], np.int64)
    room = 256
    images = np.empty(room, np.int64)
    vertices = np.empty(room, np.int64)
    levels = np.empty(room, np.int64)
    slots = np.empty(room, np.int64)
    keys = np.full(2 * room, _EMPTY, np.int64)
    for vertex in range(graph.n_vertices):
        begin, finish = graph.starts[vertex], graph.starts[vertex + 1]
        angle = angle_starts[vertex]
        for first in range(begin, finish - 1):
            waiting = finish - first - 1
            # Row 0 is the vertex itself: seen, never walked from.
            images[0], vertices[0], levels[0] = vertex, vertex, 0
            images[1], vertices[1], levels[1] = graph.images[first], graph.neighbours[first], 0
            count = 2
            _enter(keys, slots, images, graph.lowest, 0)
            _enter(keys, slots, images, graph.lowest, 1)
            row = 1
            while row < count and waiting > 0 and levels[row] + 3 <= longest:
                here = vertices[row]
                for end in range(graph.starts[here], graph.starts[here + 1]):
                    image = images[row] - here + graph.images[end]
                    mask = len(keys) - 1
                    slot = slot_of(image - graph.lowest, mask)
                    while keys[slot] != _EMPTY and keys[slot] != image - graph.lowest:
                        slot = (slot + 1) & mask
                    if keys[slot] != _EMPTY:
                        continue
                    for later in range(first + 1, finish):
                        if image == graph.images[later]:
                            cycles[angle + later - first - 1] = levels[row] + 3
                            waiting -= 1
                    images[count] = image
                    vertices[count] = graph.neighbours[end]
                    levels[count] = levels[row] + 1
                    _enter(keys, slots, images, graph.lowest, count)
                    count += 1
                    if count == room:
                        room *= 2
                        images, vertices, levels, slots = (
                            doubled(images),
                            doubled(vertices),
                            doubled(levels),
                            doubled(slots),
                        )
                        keys = np.full(2 * room, _EMPTY, np.int64)
                        for known in range(count):
                            _enter(keys, slots, images, graph.lowest, known)
                row += 1
            for known in range(count):
                keys[slots[known]] = _EMPTY
            angle += finish - first - 1
    return cycles


@compiled
def _enter(keys: Integers, slots: Integers, images: Integers, lowest: int, row: int) -> None:
    """Enter a row into the hash table."""
    mask = len(keys) - 1
    slot = slot_of(images[row] - lowest, mask)
    while keys[slot] != _EMPTY:
        slot = (slot + 1) & mask
    keys[slot] = images[row] - lowest
    slots[row] = slot
