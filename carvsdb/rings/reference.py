"""The naive twin: rings found from the definition, slowly, with no part of the fast search.

Cycles are walked step by step through the infinite net and kept if no two of their vertices are nearer in
the net than along the cycle. Use it on small nets and short cycles only.
"""

from collections import Counter, deque

from carvsdb.net import Net

Image = tuple[int, int, int, int]
"""A vertex and its cell."""


class _InfiniteNet:
    """Neighbours and distances in the infinite net, from the edges as they are."""

    def __init__(self, net: Net) -> None:
        self._ends: list[list[Image]] = [[] for _ in range(net.n_vertices)]
        for src, dst, u, v, w in net.edges.tolist():
            self._ends[src].append((dst, u, v, w))
            self._ends[dst].append((src, -u, -v, -w))
        self._distances: dict[tuple[int, int], dict[Image, int]] = {}

    def neighbours(self, image: Image) -> list[Image]:
        vertex, u, v, w = image
        return [(other, u + x, v + y, w + z) for other, x, y, z in self._ends[vertex]]

    def distance(self, one: Image, other: Image, reach: int) -> int:
        """Return the distance, or `reach` + 1 if it is larger than `reach`."""
        key = (one[0], reach)
        if key not in self._distances:
            start = (one[0], 0, 0, 0)
            known = {start: 0}
            queue = deque([start])
            while queue:
                image = queue.popleft()
                if known[image] < reach:
                    for neighbour in self.neighbours(image):
                        if neighbour not in known:
                            known[neighbour] = known[image] + 1
                            queue.append(neighbour)
            self._distances[key] = known
        return self._distances[key].get(_moved(other, one), reach + 1)


def _moved(image: Image, origin: Image) -> Image:
    """Return an image as seen from the cell of another."""
    return (image[0], image[1] - origin[1], image[2] - origin[2], image[3] - origin[3])


def ring_classes(net: Net, longest: int) -> set[tuple[Image, ...]]:
    """Find the rings of up to `longest` edges, each class as its smallest sorted list of images."""
    infinite = _InfiniteNet(net)
    found: set[tuple[Image, ...]] = set()
    for vertex in range(net.n_vertices):
        start = (vertex, 0, 0, 0)
        stack: list[list[Image]] = [[start]]
        while stack:
            path = stack.pop()
            for neighbour in infinite.neighbours(path[-1]):
                if neighbour == start and len(path) >= 3:
                    if _has_no_shortcut(infinite, path, longest):
                        found.add(_class_of(path))
                elif (
                    neighbour not in path
                    and neighbour[0] >= vertex
                    and len(path) + infinite.distance(neighbour, start, longest) <= longest
                ):
                    stack.append([*path, neighbour])
    return found


def ring_counts(net: Net, max_ring_size: int) -> dict[int, int]:
    """Count ring classes by their size in nodes."""
    per_node = 2 if net.is_node_linker else 1
    classes = ring_classes(net, max_ring_size * per_node)
    return dict(sorted(Counter(len(ring) // per_node for ring in classes).items()))


def node_counts(net: Net, max_ring_size: int) -> list[Counter[int]]:
    """Count rings through each vertex by their size in nodes, from the classes that visit its images."""
    per_node = 2 if net.is_node_linker else 1
    counts: list[Counter[int]] = [Counter() for _ in range(net.n_vertices)]
    for ring in ring_classes(net, max_ring_size * per_node):
        for image in ring:
            counts[image[0]][len(ring) // per_node] += 1
    return counts


def _has_no_shortcut(infinite: _InfiniteNet, cycle: list[Image], longest: int) -> bool:
    length = len(cycle)
    for first in range(length):
        for second in range(first + 1, length):
            along = min(second - first, length - second + first)
            if infinite.distance(cycle[first], cycle[second], longest) < along:
                return False
    return True


def _class_of(cycle: list[Image]) -> tuple[Image, ...]:
    return min(tuple(sorted(_moved(image, origin) for image in cycle)) for origin in cycle)
