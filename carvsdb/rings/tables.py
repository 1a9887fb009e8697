"""Distances around vertices, as hash tables that the ring search looks up.

An entry of a table is ``code * 64 + distance``, so that one word answers a question.
"""

from typing import NamedTuple

import numpy as np

from carvsdb.compiled import compiled
from carvsdb.rings.images import Graph, Integers, code_of, doubled, slot_of

EMPTY = -1
UNKNOWN = 64
"""What a table answers for an image that lies beyond its radius: more than any distance."""


class Tables(NamedTuple):
    """Tables one after the other: that of vertex `v` is ``words[begins[v]:ends[v]]``, of a length 2^n."""

    words: Integers
    begins: Integers
    ends: Integers
    radius: int


@compiled
def distance_table(graph: Graph, vertex: int, radius: int) -> Integers:
    """Return the table of the images up to `radius` edges from a vertex of cell 0, at most half full."""
    table = np.full(128, EMPTY, np.int64)
    mask = len(table) - 1
    images = np.empty((64, 4), np.int64)
    images[0, 0] = vertex
    images[0, 1:] = 0
    code = code_of(graph, vertex, 0, 0, 0)
    table[slot_of(code, mask)] = code * 64
    count = 1
    begin = 0
    for distance in range(1, radius + 1):
        finish = count
        for index in range(begin, finish):
            for end in range(graph.starts[images[index, 0]], graph.starts[images[index, 0] + 1]):
                u = images[index, 1] + graph.ends[end, 1]
                v = images[index, 2] + graph.ends[end, 2]
                w = images[index, 3] + graph.ends[end, 3]
                code = code_of(graph, graph.ends[end, 0], u, v, w)
                slot = slot_of(code, mask)
                while table[slot] != EMPTY and table[slot] >> 6 != code:
                    slot = (slot + 1) & mask
                if table[slot] != EMPTY:
                    continue
                table[slot] = code * 64 + distance
                images[count, 0] = graph.ends[end, 0]
                images[count, 1] = u
                images[count, 2] = v
                images[count, 3] = w
                count += 1
                if 2 * count >= len(table):
                    table = _rehashed(table)
                    mask = len(table) - 1
                    larger = np.empty((2 * len(images), 4), np.int64)
                    larger[:count] = images[:count]
                    images = larger
        begin = finish
    return table


@compiled
def _rehashed(table: Integers) -> Integers:
    larger = np.full(2 * len(table), EMPTY, np.int64)
    mask = len(larger) - 1
    for word in table:
        if word != EMPTY:
            slot = slot_of(word >> 6, mask)
            while larger[slot] != EMPTY:
                slot = (slot + 1) & mask
            larger[slot] = word
    return larger


@compiled
def distance_tables(graph: Graph, first: int, last: int, radius: int) -> tuple[Integers, Integers]:
    """Return the tables of the vertices ``first..last - 1``, one after the other, and their lengths."""
    sizes = np.empty(last - first, np.int64)
    words = np.empty(1024, np.int64)
    used = 0
    for vertex in range(first, last):
        table = distance_table(graph, vertex, radius)
        while used + len(table) > len(words):
            words = doubled(words)
        words[used : used + len(table)] = table
        used += len(table)
        sizes[vertex - first] = len(table)
    return words[:used], sizes


@compiled
def distance_in(tables: Tables, vertex: int, code: int) -> int:
    """Return the distance from a vertex of cell 0 to the image with this code, or ``UNKNOWN``."""
    begin = tables.begins[vertex]
    mask = tables.ends[vertex] - begin - 1
    slot = slot_of(code, mask)
    while True:
        word = tables.words[begin + slot]
        if word == EMPTY:
            return UNKNOWN
        if word >> 6 == code:
            return int(word & 63)
        slot = (slot + 1) & mask
