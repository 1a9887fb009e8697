"""Point symbols: the shortest cycle at each angle of a vertex."""

from collections import Counter

import numpy as np

from carvsdb.compiled import compiled_if_much, compiled_part
from carvsdb.errors import RingBudgetError
from carvsdb.net import Net, contract_linkers
from carvsdb.net.graph import check_net
from carvsdb.rings.budget import within_budget
from carvsdb.rings.carvs import DEFAULT_CUT_OFF
from carvsdb.rings.census import SMALLEST_CUT_OFF
from carvsdb.rings.infinite import Graph, Integers, doubled, filled, graph_within, room_for, slot_of
from carvsdb.rings.tables import MOST_IMAGES
from carvsdb.rings.vertex_symbols import in_order, written

_EMPTY = -1
_ROW_BITS = 22
_ROW_MASK = 2**_ROW_BITS - 1  # MOST_IMAGES rows fit in

_ROWS_AT_ONCE = 1_000_000
"""Images that one call may meet before it returns, so that an interrupt or a time limit comes through."""

_LEAST_ROWS = 2**25
_ROWS_A_VERTEX = 50_000
"""Images that the searches of a net may meet: some seconds, more for nets of over 500 vertices."""


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

    Raises
    ------
    RingBudgetError
        If the searches meet too many images: no net of a material has so many within reach of its rings.

    References
    ----------
    .. [1] Blatov, O'Keeffe & Proserpio, CrystEngComm 12, 44 (2010), doi:10.1039/b910671e

    Examples
    --------
    >>> from carvsdb.net import library
    >>> point_symbols(library.load("pcu"))
    ['{4^12.6^3}']
    """
    check_net(net, "point_symbols")
    cycles = _cycles_at_angles(net, longest)
    return [_counted([size for size, _ in angles]) for angles in cycles]


def point_symbols_within_budget(net: Net, longest: int = DEFAULT_CUT_OFF) -> tuple[list[str], int]:
    """Write the point symbols up to a cut-off, or to the largest below it that searches reach; and say how far."""
    return within_budget(lambda size: (point_symbols(net, size), size), SMALLEST_CUT_OFF, longest)


def extended_point_symbols(net: Net, longest: int = DEFAULT_CUT_OFF) -> list[str]:
    """Write the extended point symbol of every vertex: size and number of the shortest cycles at each angle.

    Notes
    -----
    It differs from the vertex symbol where a shortest cycle is no ring, and has no ``*`` there. Angles stand in
    the order of vertex symbols.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> extended_point_symbols(library.load("cds"))[0]
    '[6.6.6.6.6(2).8(2)]'
    """
    found = []
    for angles in _cycles_at_angles(net, longest):
        rings = [((size, number),) if size else () for size, number in angles]
        found.append("[" + ".".join(written(angle) for angle in in_order(rings)) + "]")
    return found


def _cycles_at_angles(net: Net, longest: int) -> list[list[tuple[int, int]]]:
    """Return size and number of the shortest cycles at each angle of each vertex; (0, 0) where there is none."""
    contracted = contract_linkers(net)
    degrees = contracted.degrees()
    starts = np.concatenate([[0], np.cumsum(degrees * (degrees - 1) // 2)])
    graph = graph_within(contracted, longest)
    cycles, ways = np.zeros((2, starts[-1]), np.int64)
    most = max(_LEAST_ROWS, _ROWS_A_VERTEX * contracted.n_vertices)
    end = 0
    while end < len(graph.neighbours):
        end, rows = _shortest_cycles(graph, end, starts, longest, cycles, ways)
        most -= rows
        if most < 0 or rows < 0:
            raise RingBudgetError(
                f"shortest cycles of up to {longest} edges are too far to search: at {end} of {len(graph.neighbours)} "
                "edge ends",
                hint="search them to a smaller size",
            )
    pairs = list(zip(cycles.tolist(), ways.tolist(), strict=True))
    return [pairs[starts[vertex] : starts[vertex + 1]] for vertex in range(contracted.n_vertices)]


def _counted(cycles: list[int]) -> str:
    counts = Counter(cycles)
    missing = counts.pop(0, 0)
    sizes: list[tuple[str, int]] = [(str(size), counts[size]) for size in sorted(counts)]
    if missing:
        sizes.append(("*", missing))
    return "{" + ".".join(size if number == 1 else f"{size}^{number}" for size, number in sizes) + "}"


@compiled_if_much
def _shortest_cycles(
    graph: Graph, first: int, angle_starts: Integers, longest: int, cycles: Integers, numbers: Integers
) -> tuple[int, int]:
    """Note the length of the shortest cycles at each angle and their number, 0 for more than `longest` edges.

    The angle between two neighbours of a vertex closes with the shortest paths between them that avoid the vertex,
    so one breadth-first search from each neighbour settles its angles with the later ones.

    Parameters
    ----------
    first : int
        The edge end to begin with.
    cycles, numbers : ndarray of int64, shape (n_angles,)
        What is noted.

    Returns
    -------
    first : int
        The end to go on with: all before it are done.
    rows : int
        Number of images met, or -1 if one search met too many.
    """
    starts, neighbours, ends_at, lowest = graph.starts, graph.neighbours, graph.images, graph.lowest
    # One set of buffers for all searches: they are small and many. They grow where a search needs more.
    met = 0
    room = 256
    images = room_for(room)
    vertices = room_for(room)
    levels = room_for(room)
    ways = room_for(room)
    slots = room_for(room)
    words = filled(2 * room, _EMPTY)
    vertex = 0
    while first < len(neighbours) and met < _ROWS_AT_ONCE:
        while first >= starts[vertex + 1]:
            vertex += 1
        begin, finish = starts[vertex], starts[vertex + 1]
        # Angles (0, 1) ... of the ends before come before: whole rows of the triangle.
        before = first - begin
        angle = angle_starts[vertex] + before * (2 * (finish - begin) - before - 1) // 2
        waiting = finish - first - 1
        if waiting == 0:
            first += 1
            continue
        # Row 0 is the vertex itself: seen, never walked from, nearer than all others.
        images[0], vertices[0], levels[0], ways[0] = vertex, vertex, -1, 0
        images[1], vertices[1], levels[1], ways[1] = ends_at[first], neighbours[first], 0, 1
        count = 2
        for known in range(count):
            _enter(words, slots, images, lowest, known)
        # Breadth first, until all later neighbours of the vertex were met or cycles would be too long. Shortest
        # paths are counted in `ways`, so a level is walked to its end even then.
        row = 1
        last_level = longest - 3
        while row < count and levels[row] <= last_level:
            here = vertices[row]
            origin = images[row] - here
            mask = len(words) - 1
            for end in range(starts[here], starts[here + 1]):
                image = origin + ends_at[end]
                number = image - lowest
                slot = slot_of(number, mask)
                while words[slot] != _EMPTY and words[slot] >> _ROW_BITS != number:
                    slot = (slot + 1) & mask
                if words[slot] != _EMPTY:
                    other = words[slot] & _ROW_MASK
                    if levels[other] == levels[row] + 1:
                        ways[other] += ways[row]
                    continue
                for later in range(first + 1, finish):
                    if image == ends_at[later]:
                        waiting -= 1
                        if waiting == 0:
                            # The rest of this level may still find other ways.
                            last_level = levels[row]
                images[count] = image
                vertices[count] = neighbours[end]
                levels[count] = levels[row] + 1
                ways[count] = ways[row]
                _enter(words, slots, images, lowest, count)
                count += 1
                if count == room:
                    if room >= MOST_IMAGES:
                        return first, -1
                    room *= 2
                    images, vertices, levels = doubled(images), doubled(vertices), doubled(levels)
                    ways, slots = doubled(ways), doubled(slots)
                    words = filled(2 * room, _EMPTY)
                    mask = len(words) - 1
                    for known in range(count):
                        _enter(words, slots, images, lowest, known)
            row += 1
        # Read off the angles: two edges at the vertex close the path.
        for later in range(first + 1, finish):
            number = ends_at[later] - lowest
            mask = len(words) - 1
            slot = slot_of(number, mask)
            while words[slot] != _EMPTY and words[slot] >> _ROW_BITS != number:
                slot = (slot + 1) & mask
            if words[slot] != _EMPTY:
                other = words[slot] & _ROW_MASK
                cycles[angle + later - first - 1] = levels[other] + 2
                numbers[angle + later - first - 1] = ways[other]
        # Only what was entered is wiped: the table is much larger than most searches.
        for known in range(count):
            words[slots[known]] = _EMPTY
        met += count
        first += 1
    return first, met


@compiled_part
def _enter(words: Integers, slots: Integers, images: Integers, lowest: int, row: int) -> None:
    """Enter a row into the hash table."""
    mask = len(words) - 1
    number = images[row] - lowest
    slot = slot_of(number, mask)
    while words[slot] != _EMPTY:
        slot = (slot + 1) & mask
    words[slot] = number << _ROW_BITS | row
    slots[row] = slot
