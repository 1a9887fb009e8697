"""Random nets for hypothesis."""

import numpy as np
from hypothesis import strategies as st

from carvsdb.net import Net


@st.composite
def nets(
    draw: st.DrawFn,
    *,
    max_vertices: int = 5,
    max_edges: int = 9,
    max_degree: int = 6,
    node_linker: bool = False,
) -> Net:
    """Draw a net of 1 to 3 periodic directions with loops and parallel edges of different offsets."""
    n_vertices = draw(st.integers(2 if node_linker else 1, max_vertices))
    periodic = draw(st.integers(1, 3))
    is_node = np.ones(n_vertices, bool)
    if node_linker:
        is_node[draw(st.integers(1, n_vertices - 1)) :] = False
    vertex = st.integers(0, n_vertices - 1)
    component = st.integers(-1, 1)
    drawn = draw(st.lists(st.tuples(vertex, vertex, component, component, component), max_size=max_edges))
    degrees = np.zeros(n_vertices, int)
    edges = []
    for src, dst, *offset in drawn:
        cell = (*offset[:periodic], *[0] * (3 - periodic))
        if src == dst and not any(cell):
            continue
        if node_linker and is_node[src] == is_node[dst]:
            continue
        if degrees[src] >= max_degree or degrees[dst] >= max_degree:
            continue
        degrees[src] += 1
        degrees[dst] += 1
        edges.append((src, dst, *cell))
    return Net.from_edges(np.array(edges, int).reshape(-1, 5), n_vertices, is_node=is_node)
