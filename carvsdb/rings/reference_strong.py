"""The naive twin of the strong rings: all cycles of a torus by size, and dense elimination.

Not rings but all cycles of the infinite net are walked and laid on a torus with so many cells along each
direction; a cycle is strong there if the smaller cycles, with all their images, do not span it. On small tori that can
miss strong rings, but never finds false ones. Use it on small nets and short cycles only.
"""

from collections import Counter

from carvsdb.net import Net

_Image = tuple[int, int, int, int]
_Edge = tuple[_Image, _Image]


def strong_counts(net: Net, max_ring_size: int, repeats: tuple[int, int, int]) -> dict[int, int]:
    """Count the classes of strong rings by their size in nodes.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> strong_counts(library.load("hcb"), 6, (3, 3, 1))
    {6: 1}
    """
    per_node = 1 if net.is_node.all() else 2
    by_size: dict[int, list[frozenset[_Edge]]] = {}
    for cycle in _cycles(net, max_ring_size * per_node):
        by_size.setdefault(len(cycle) // per_node, []).append(cycle)
    cells = [(u, v, w) for u in range(repeats[0]) for v in range(repeats[1]) for w in range(repeats[2])]
    bits: dict[tuple[int, ...], int] = {}
    basis: dict[int, int] = {}
    counts: Counter[int] = Counter()
    for size in sorted(by_size):
        counts[size] += sum(_reduced(_on_torus(cycle, (0, 0, 0), repeats, bits), basis) != 0 for cycle in by_size[size])
        for cycle in by_size[size]:
            for cell in cells:
                rest = _reduced(_on_torus(cycle, cell, repeats, bits), basis)
                if rest:
                    basis[rest.bit_length()] = rest
    return {size: count for size, count in counts.items() if count}


def _reduced(vector: int, basis: dict[int, int]) -> int:
    while vector and vector.bit_length() in basis:
        vector ^= basis[vector.bit_length()]
    return vector


def _on_torus(
    cycle: frozenset[_Edge],
    cell: tuple[int, int, int],
    repeats: tuple[int, int, int],
    bits: dict[tuple[int, ...], int],
) -> int:
    """Return the image of a cycle as an integer with a bit for each edge of the torus."""
    vector = 0
    for (one, *begin), (other, *end) in cycle:
        # On a small torus two edges may join the same pair of vertices; their steps tell them apart.
        step = [after - before for before, after in zip(begin, end, strict=True)]
        on_torus = [(at + by) % length for at, by, length in zip(begin, cell, repeats, strict=True)]
        vector ^= 1 << bits.setdefault((one, other, *on_torus, *step), len(bits))
    return vector


def _cycles(net: Net, longest: int) -> set[frozenset[_Edge]]:
    """Find all cycles of up to `longest` edges, of each translation class one."""
    ends: list[list[_Image]] = [[] for _ in range(net.n_vertices)]
    for src, dst, u, v, w in net.edges.tolist():
        ends[src].append((dst, u, v, w))
        ends[dst].append((src, -u, -v, -w))
    found: set[frozenset[_Edge]] = set()
    for vertex in range(net.n_vertices):
        start = (vertex, 0, 0, 0)
        stack: list[tuple[_Image, ...]] = [(start,)]
        while stack:
            path = stack.pop()
            _, x, y, z = path[-1]
            for neighbour, u, v, w in ends[path[-1][0]]:
                image = (neighbour, x + u, y + v, z + w)
                if image == start and len(path) > 2:
                    found.add(_class_of(path))
                elif image not in path and len(path) < longest:
                    stack.append((*path, image))
    return found


def _class_of(path: tuple[_Image, ...]) -> frozenset[_Edge]:
    classes = []
    for _, x, y, z in path:
        moved = [(vertex, u - x, v - y, w - z) for vertex, u, v, w in path]
        edges = {(min(one, other), max(one, other)) for one, other in zip(moved, [*moved[1:], moved[0]], strict=True)}
        classes.append(frozenset(edges))
    return min(classes, key=sorted)
