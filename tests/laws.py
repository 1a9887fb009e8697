"""Laws that hold for every net, as checks that any test can call."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.net import Net, relabel, shift, supercell
from carvsdb.rings import find_rings


def sorted_rows(counts: np.ndarray) -> list[tuple[int, ...]]:
    return sorted(map(tuple, counts.tolist()))


def check_ring_laws(net: Net, max_ring_size: int, generator: np.random.Generator) -> None:
    """Compare the rings of a net with those of isomorphic forms of it: other numbers, representatives, supercells."""
    census = find_rings(net, max_ring_size)
    counts = census.node_counts
    for size in range(1, max_ring_size + 1):
        assert counts[:, size - 1].sum() == size * census.ring_counts.get(size, 0)

    order = generator.permutation(net.n_vertices)
    renumbered = find_rings(relabel(net, order), max_ring_size)
    assert renumbered.ring_counts == census.ring_counts
    new_nodes = order[net.is_node[order]]
    number_of_node = np.cumsum(net.is_node) - 1
    assert np.array_equal(renumbered.node_counts, counts[number_of_node[new_nodes]])

    moves = generator.integers(-2, 3, (net.n_vertices, 3))
    moved = find_rings(shift(net, moves), max_ring_size)
    assert moved.ring_counts == census.ring_counts
    assert np.array_equal(moved.node_counts, counts)

    basis = _unimodular(generator)
    rows = net.edges.astype(np.int64)
    rows[:, 2:] = rows[:, 2:] @ basis
    rebased = Net.from_edges(rows, net.n_vertices, is_node=net.is_node)
    assert np.array_equal(find_rings(rebased, max_ring_size).node_counts, counts)

    repeats: Any = [(2, 1, 1), (1, 3, 1), [[1, 1, 0], [0, 2, 0], [0, 0, 1]]][int(generator.integers(3))]
    larger = supercell(net, repeats)
    factor = larger.n_vertices // net.n_vertices
    enlarged = find_rings(larger, max_ring_size)
    assert enlarged.ring_counts == {size: factor * number for size, number in census.ring_counts.items()}
    assert sorted_rows(enlarged.node_counts) == sorted(sorted_rows(counts) * factor)


def _unimodular(generator: np.random.Generator) -> NDArray[np.int64]:
    """Return a change of lattice basis, of determinant 1 or -1."""
    basis = np.eye(3, dtype=np.int64)[generator.permutation(3)]
    for _ in range(3):
        one, other = generator.permutation(3)[:2]
        basis[one] += int(generator.integers(-1, 2)) * basis[other]
    return basis


def check_rings_are_rings(net: Net, max_ring_size: int) -> None:
    """Every ring found is a closed walk along edges without repeated vertices."""
    census = find_rings(net, max_ring_size)
    edges = {tuple(row) for row in net.edges.tolist()}
    edges |= {(dst, src, -u, -v, -w) for src, dst, u, v, w in edges}
    for ring in range(census.n_rings):
        rows = slice(census.starts[ring], census.starts[ring + 1])
        vertices, offsets = census.vertices[rows].tolist(), census.offsets[rows]
        images = [(vertex, *offset) for vertex, offset in zip(vertices, offsets.tolist(), strict=True)]
        assert len(set(images)) == len(images)
        for step, vertex in enumerate(vertices):
            after = (step + 1) % len(vertices)
            assert (vertex, vertices[after], *(offsets[after] - offsets[step]).tolist()) in edges
