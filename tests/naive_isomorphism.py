"""The naive twin of canonical keys: isomorphism of small periodic graphs by trying every map."""

from itertools import permutations

import numpy as np

from carvsdb.net import Net, components
from carvsdb.net.own_lattice import in_own_lattice


def connected_part(net: Net) -> tuple[Net, int]:
    """Return the first component in its own lattice, and its periodicity."""
    component = components(net)[0]
    return in_own_lattice(net, component), component.periodicity


def edge_set(net: Net, dimension: int) -> set[tuple[int, ...]]:
    edges = {(src, dst, *offset[:dimension]) for src, dst, *offset in net.edges.tolist()}
    return edges | {(dst, src, *[-value for value in offset]) for src, dst, *offset in edges}


def are_isomorphic(first: Net, second: Net, dimension: int) -> bool:
    """Tell whether two connected nets in their own lattices have isomorphic quotient graphs.

    Spanning trees fix the images in which vertices are met; what is left of the offsets must be mapped by one integer
    matrix of determinant 1 or -1.
    """
    if (first.n_vertices, first.n_edges) != (second.n_vertices, second.n_edges):
        return False
    if not first.n_edges:
        return True
    ends = edge_set(first, dimension)
    degrees, other_degrees = first.degrees(), second.degrees()
    targets = edge_set(second, dimension)
    by_pair: dict[tuple[int, int], list[np.ndarray]] = {}
    for src, dst, *offset in targets:
        by_pair.setdefault((src, dst), []).append(np.array(offset, int))
    listed = sorted(edge for edge in ends if edge[0] <= edge[1])
    return any(
        _offsets_match(listed, order, by_pair, targets, first.n_vertices, dimension)
        for order in permutations(range(first.n_vertices))
        if all(degrees[vertex] == other_degrees[order[vertex]] for vertex in range(first.n_vertices))
    )


def _offsets_match(
    listed: list[tuple[int, ...]],
    order: tuple[int, ...],
    by_pair: dict[tuple[int, int], list[np.ndarray]],
    targets: set[tuple[int, ...]],
    n_vertices: int,
    dimension: int,
) -> bool:
    """Match a generating set of edges in every way; the rest must follow."""
    # Unknown: a cell for each vertex (vertex 0 at 0) and the matrix. Each matched edge is a linear equation
    # offset @ matrix + cell[dst] - cell[src] = matched offset.

    def row(edge: tuple[int, ...]) -> np.ndarray:
        src, dst, *offset = edge
        scalar = np.zeros(n_vertices + dimension)
        scalar[dst] += 1
        scalar[src] -= 1
        scalar[n_vertices:] = offset
        scalar[0] = 0
        return scalar

    rows = [row(edge) for edge in listed]
    chosen: list[int] = []
    for index in range(len(listed)):
        if np.linalg.matrix_rank(np.array([rows[other] for other in [*chosen, index]])) == len(chosen) + 1:
            chosen.append(index)
    assert len(chosen) == n_vertices - 1 + dimension
    system = np.array([rows[index] for index in chosen])

    def search(depth: int, right: list[np.ndarray]) -> bool:
        if depth == len(chosen):
            answer = np.linalg.lstsq(system, np.array(right).reshape(depth, dimension), rcond=None)[0]
            if np.abs(answer - np.rint(answer)).max(initial=0) > 1e-6:
                return False
            whole = np.rint(answer).astype(int)
            if dimension and abs(round(float(np.linalg.det(whole[n_vertices:])))) != 1:
                return False
            images = {
                (
                    order[src],
                    order[dst],
                    *(np.array(offset, int) @ whole[n_vertices:] + whole[dst] - whole[src]).tolist(),
                )
                for src, dst, *offset in listed
            }
            images |= {(dst, src, *[-value for value in offset]) for src, dst, *offset in images}
            return images == targets
        src, dst = listed[chosen[depth]][:2]
        return any(search(depth + 1, [*right, offset]) for offset in by_pair.get((order[src], order[dst]), []))

    return search(0, [])
