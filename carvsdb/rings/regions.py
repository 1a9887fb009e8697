"""Finite pieces of a periodic net: tori, which close upon themselves, and patches, which do not.

A relation between cycles of the net holds on every torus, so cycles that are independent on a torus are independent
in the net. A relation inside a patch is one of the net.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part
from carvsdb.rings.elimination import Rows
from carvsdb.rings.infinite import Integers, doubled, slot_of
from carvsdb.rings.spanning import Chains, SpanningTree

_ABSENT = -1
_IN_FOREST = -2


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Columns for the edges of a finite piece of a net.

    Attributes
    ----------
    low, shape : tuple of int
        First cell and number of cells along each cell vector.
    closed : bool
        True for a torus: cells beyond the last are the first again.
    columns : ndarray of int32, shape (n_cells, n_edges)
        Column of an edge whose `src` is in a cell. Edges that are absent or belong to a spanning forest have none:
        a cycle is known from its other edges.
    n_columns : int
        Number of independent cycles of the piece.
    component_counts : ndarray of int64, shape (n_components,)
        Into how many pieces each component of the net falls.
    """

    low: tuple[int, int, int]
    shape: tuple[int, int, int]
    closed: bool
    columns: NDArray[np.int32]
    n_columns: int
    component_counts: NDArray[np.int64]


def torus(tree: SpanningTree, shape: tuple[int, int, int]) -> Region:
    """Close a net upon itself after so many cells along each cell vector."""
    present = np.ones((int(np.prod(shape)), tree.n_vertices), np.bool_)
    return _region(tree, (0, 0, 0), shape, True, present)


def patch(tree: SpanningTree, chains: Chains, margin: int, most_edges: int) -> Region | None:
    """Cut out of a net what lies within so many edges of the vertices of some chains.

    Returns None if the cells that hold it have more than `most_edges` edges.
    """
    span = int(np.abs(tree.edges[:, 2:]).max(initial=0))
    low = chains.edges[:, 1:].min(0) - (margin + 1) * span
    shape = chains.edges[:, 1:].max(0) + (margin + 1) * span + 1 - low
    if math.prod(shape.tolist()) * tree.n_vertices >= 2**62:
        return None
    starts, ends = tree.edge_ends()
    images = _within(starts, ends, tree.edges, chains.edges, margin, low, shape)
    first = images[:, 1:].min(0)
    size = images[:, 1:].max(0) + 1 - first
    if int(size.prod()) * len(tree.edges) > most_edges:
        return None
    present = np.zeros((int(size.prod()), tree.n_vertices), np.bool_)
    present.ravel()[_codes(images, first, size, tree.n_vertices)] = True
    return _region(tree, _triple(first), _triple(size), False, present)


def rows_of(
    region: Region, chains: Chains, sizes: NDArray[np.int64], spans: NDArray[np.bool_], tests: NDArray[np.bool_]
) -> Rows:
    """Write chains as sets of columns.

    Parameters
    ----------
    region : Region
    chains : Chains
    sizes : ndarray of int64, shape (n_chains,)
        Ascending.
    spans, tests : ndarray of bool, shape (n_chains,)
        Chains of which all images in the region are taken; chains that are tested where they are.
    """
    found = _rows(
        np.array(region.low, np.int64),
        np.array(region.shape, np.int64),
        region.closed,
        region.columns,
        chains.starts,
        chains.edges,
        sizes,
        spans,
        tests,
    )
    return Rows(*found, region.n_columns)


def _triple(array: NDArray[np.int64]) -> tuple[int, int, int]:
    return int(array[0]), int(array[1]), int(array[2])


def _codes(
    images: NDArray[np.int64], low: NDArray[np.int64], shape: NDArray[np.int64], n_vertices: int
) -> NDArray[np.int64]:
    cells = images[:, 1:] - low
    codes: NDArray[np.int64] = (cells[:, 0] * shape[1] + cells[:, 1]) * shape[2] + cells[:, 2]
    return codes * n_vertices + images[:, 0]


def _region(
    tree: SpanningTree,
    low: tuple[int, int, int],
    shape: tuple[int, int, int],
    closed: bool,
    present: NDArray[np.bool_],
) -> Region:
    columns, n_columns, counts = _columns(
        np.array(shape, np.int64), closed, present, tree.edges, tree.component_of, len(tree.roots)
    )
    return Region(low, shape, closed, columns, n_columns, counts)


@compiled
def _columns(
    shape: Integers,
    closed: bool,
    present: NDArray[np.bool_],
    edges: Integers,
    component_of: Integers,
    n_components: int,
) -> tuple[NDArray[np.int32], int, Integers]:
    """Give columns to the edges outside a spanning forest, and count its trees by component of the net."""
    n_cells, n_vertices = present.shape
    columns = np.full((n_cells, len(edges)), _ABSENT, np.int32)
    parents = np.arange(n_cells * n_vertices)
    n_columns = 0
    for cell in range(n_cells):
        u, v, w = cell // (shape[1] * shape[2]), cell // shape[2] % shape[1], cell % shape[2]
        for edge in range(len(edges)):
            if not present[cell, edges[edge, 0]]:
                continue
            x, y, z = u + edges[edge, 2], v + edges[edge, 3], w + edges[edge, 4]
            if closed:
                x, y, z = x % shape[0], y % shape[1], z % shape[2]
            elif not (0 <= x < shape[0] and 0 <= y < shape[1] and 0 <= z < shape[2]):
                continue
            other_cell = (x * shape[1] + y) * shape[2] + z
            if not present[other_cell, edges[edge, 1]]:
                continue
            one = _root(parents, cell * n_vertices + edges[edge, 0])
            other = _root(parents, other_cell * n_vertices + edges[edge, 1])
            if one != other:
                parents[one] = other
                columns[cell, edge] = _IN_FOREST
            else:
                columns[cell, edge] = n_columns
                n_columns += 1
    counts = np.zeros(n_components, np.int64)
    for image in range(n_cells * n_vertices):
        if parents[image] == image and present[image // n_vertices, image % n_vertices]:
            counts[component_of[image % n_vertices]] += 1
    return columns, n_columns, counts


@compiled_part
def _root(parents: Integers, image: int) -> int:
    while parents[image] != image:
        parents[image] = parents[parents[image]]
        image = parents[image]
    return image


@compiled
def _rows(
    low: Integers,
    shape: Integers,
    closed: bool,
    columns: NDArray[np.int32],
    starts: Integers,
    edges: Integers,
    sizes: Integers,
    spans: NDArray[np.bool_],
    tests: NDArray[np.bool_],
) -> tuple[Integers, Integers, NDArray[np.bool_], Integers, Integers]:
    # How many rows fit the box is not known before: arrays double.
    row_sizes = np.empty(1024, np.int64)
    row_chains = np.empty(1024, np.int64)
    row_starts = np.empty(1024, np.int64)
    row_columns = np.empty(16384, np.int64)
    n_rows = 0
    used = 0
    n_cells = len(columns)
    # Row -1 of each chain is the chain where it is, for tests; row `cell` its image moved by that cell.
    is_test = np.empty(1024, np.int64)
    for chain in range(len(sizes)):
        for turn in range(-1 if tests[chain] else 0, n_cells if spans[chain] else 0):
            while used + starts[chain + 1] - starts[chain] > len(row_columns):
                row_columns = doubled(row_columns)
            if n_rows + 1 >= len(row_sizes):
                row_sizes, row_chains, row_starts = doubled(row_sizes), doubled(row_chains), doubled(row_starts)
                is_test = doubled(is_test)
            # Images are moved by cells of the box, seen from the cell of the first edge of the chain.
            u = v = w = 0
            if turn >= 0:
                first = edges[starts[chain]]
                u = turn // (shape[1] * shape[2]) + low[0] - first[1]
                v = turn // shape[2] % shape[1] + low[1] - first[2]
                w = turn % shape[2] + low[2] - first[3]
            # A row is written at the end and counts only if all of it lies in the box: half a chain would be no cycle.
            # Edges of the spanning forest have no column, since the other edges of a cycle settle them.
            end = used
            whole = True
            for index in range(starts[chain], starts[chain + 1]):
                x = edges[index, 1] + u - low[0]
                y = edges[index, 2] + v - low[1]
                z = edges[index, 3] + w - low[2]
                if closed:
                    x, y, z = x % shape[0], y % shape[1], z % shape[2]
                elif not (0 <= x < shape[0] and 0 <= y < shape[1] and 0 <= z < shape[2]):
                    whole = False
                    break
                column = columns[(x * shape[1] + y) * shape[2] + z, edges[index, 0]]
                if column == _ABSENT:
                    whole = False
                    break
                if column >= 0:
                    row_columns[end] = column
                    end += 1
            if not whole:
                continue
            row_sizes[n_rows] = sizes[chain]
            row_chains[n_rows] = chain
            is_test[n_rows] = turn < 0
            row_starts[n_rows] = used
            n_rows += 1
            used = end
    row_starts[n_rows] = used
    return (
        row_sizes[:n_rows],
        row_chains[:n_rows],
        is_test[:n_rows] == 1,
        row_starts[: n_rows + 1],
        row_columns[:used],
    )


@compiled
def _within(
    starts: Integers, ends: Integers, edges: Integers, core: Integers, margin: int, low: Integers, shape: Integers
) -> Integers:
    """Return the images within `margin` edges of those that the edges of a core join, each once."""
    n_vertices = len(starts) - 1
    table = np.full(1024, -1, np.int64)
    images = np.empty((512, 4), np.int64)
    count = 0
    image = np.empty(4, np.int64)
    begin = 0
    for distance in range(margin + 1):
        finish = count
        # First the images of the core, then again and again the neighbours of those met last.
        for index in range(0 if distance == 0 else begin, len(core) if distance == 0 else finish):
            first, last = 0, 2
            if distance > 0:
                first, last = starts[images[index, 0]], starts[images[index, 0] + 1]
            for end in range(first, last):
                if distance == 0:
                    image[0] = edges[core[index, 0], end]
                    image[1:] = core[index, 1:] + end * edges[core[index, 0], 2:]
                else:
                    image[0] = ends[end, 0]
                    image[1:] = images[index, 1:] + ends[end, 1:4]
                code = _code(image, low, shape, n_vertices)
                slot = slot_of(code, len(table) - 1)
                while table[slot] != -1 and table[slot] != code:
                    slot = (slot + 1) & (len(table) - 1)
                if table[slot] == code:
                    continue
                table[slot] = code
                images[count] = image
                count += 1
                if count == len(images):
                    larger = np.empty((2 * count, 4), np.int64)
                    larger[:count] = images
                    images = larger
                    table = np.full(4 * count, -1, np.int64)
                    for row in range(count):
                        code = _code(images[row], low, shape, n_vertices)
                        slot = slot_of(code, len(table) - 1)
                        while table[slot] != -1:
                            slot = (slot + 1) & (len(table) - 1)
                        table[slot] = code
        begin = finish
    return images[:count]


@compiled_part
def _code(image: Integers, low: Integers, shape: Integers, n_vertices: int) -> int:
    cell = ((image[1] - low[0]) * shape[1] + image[2] - low[1]) * shape[2] + image[3] - low[2]
    return int(cell * n_vertices + image[0])
