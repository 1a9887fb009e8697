"""Distances around vertices, as hash tables that the ring search looks up.

A word of a table is ``number * 64 + distance`` of an image, so that one word answers a question; numbers are counted
from the lowest within reach. Small nets get 32-bit words, which halves the memory that look-ups touch.
"""

from typing import NamedTuple

import numpy as np

from carvsdb.compiled import compiled_if_much, compiled_part, inlined, part_on_lists
from carvsdb.rings.infinite import Graph, Integers, Narrow, beginning, doubled, filled, room_for, room_like, slot_of

EMPTY = -1
UNKNOWN = 64
"""What a table answers for an image that lies beyond its radius: more than any distance."""

MOST_IMAGES = 500_000
"""Images that a walk from one vertex may meet.

Nets of materials have some thousand within the reach of the largest rings. Edges that lead anywhere, as in a random
graph, make shells that grow as powers of the coordination, and ten of them do not end.
"""

Words = Integers | Narrow


def almost_anywhere(vertex: int, radius: int) -> str:
    """Say that a walk from a vertex meets more than ``MOST_IMAGES``."""
    return (
        f"more than {MOST_IMAGES} images lie within {radius} edges of vertex {vertex}: "
        "no net of a material, since its edges lead almost anywhere"
    )


class Tables(NamedTuple):
    """Tables one after the other: that of vertex `v` is ``words[begins[v]:ends[v]]``, of a length 2^n."""

    words: Words
    begins: Integers
    ends: Integers
    radius: int


class FarTables(NamedTuple):
    """Tables of a larger radius, made of the vertices that ask for them.

    Attributes
    ----------
    begins, ends, radii : ndarray of int64, shape (n_vertices,)
        Where the table of a vertex is, and its radius; 0 where there is none yet.
    used : ndarray of int64, shape (1,)
        How many words are in use.
    """

    begins: Integers
    ends: Integers
    radii: Integers
    used: Integers


def no_words(graph: Graph) -> Words:
    """Return an empty array of the narrowest type that holds the words of a graph's tables."""
    fits = (2 * -graph.lowest + graph.n_vertices) * 64 < 2**31
    return np.empty(0, np.int32) if fits else np.empty(0, np.int64)


@compiled_part
def distance_table(graph: Graph, vertex: int, radius: int, most: int) -> Integers:
    """Return the table of the images up to `radius` edges from a vertex of cell 0, at most half full.

    It is empty, without any word, if there are more than `most` of them.
    """
    starts, neighbours, numbers, lowest = graph.starts, graph.neighbours, graph.images, graph.lowest
    table = filled(128, EMPTY)
    mask = len(table) - 1
    images = room_for(64)
    vertices = room_for(64)
    images[0] = vertex
    vertices[0] = vertex
    table[slot_of(vertex - lowest, mask)] = (vertex - lowest) * 64
    count = 1
    begin = 0
    for distance in range(1, radius + 1):
        finish = count
        for row in range(begin, finish):
            here = vertices[row]
            origin = images[row] - here
            for end in range(starts[here], starts[here + 1]):
                image = origin + numbers[end]
                number = image - lowest
                slot = slot_of(number, mask)
                while table[slot] != EMPTY and table[slot] >> 6 != number:
                    slot = (slot + 1) & mask
                if table[slot] != EMPTY:
                    continue
                if count == most:
                    return room_for(0)
                table[slot] = number * 64 + distance
                images[count] = image
                vertices[count] = neighbours[end]
                count += 1
                if 2 * count >= len(table):
                    table = _rehashed(table)
                    mask = len(table) - 1
                    images = doubled(images)
                    vertices = doubled(vertices)
        begin = finish
    return table


@compiled_part
def _rehashed(table: Integers) -> Integers:
    larger = filled(2 * len(table), EMPTY)
    mask = len(larger) - 1
    for word in table:
        if word != EMPTY:
            slot = slot_of(word >> 6, mask)
            while larger[slot] != EMPTY:
                slot = (slot + 1) & mask
            larger[slot] = word
    return larger


def _put_lists(words: list[int], begin: int, table: list[int]) -> None:
    words[begin : begin + len(table)] = table


@part_on_lists(_put_lists)
def _put(words: Words, begin: int, table: Integers) -> None:
    for index in range(len(table)):
        words[begin + index] = table[index]


@compiled_if_much
def distance_tables(graph: Graph, first: int, last: int, radius: int, like: Words) -> tuple[Words, Integers]:
    """Return the tables of the vertices ``first..last - 1``, in words like those given, and their lengths.

    They end with one of length 0 if so many images are near its vertex.
    """
    words = room_like(like, 1024)
    sizes = filled(last - first, 0)
    used = 0
    for vertex in range(first, last):
        table = distance_table(graph, vertex, radius, MOST_IMAGES)
        if len(table) == 0:
            return beginning(words, used), beginning(sizes, vertex - first + 1)
        while used + len(table) > len(words):
            words = doubled(words)
        _put(words, used, table)
        used += len(table)
        sizes[vertex - first] = len(table)
    return beginning(words, used), sizes


@inlined
def distance_in(words: Words, begin: int, end: int, number: int) -> int:
    """Return the distance that the table ``words[begin:end]`` has for an image, or ``UNKNOWN``."""
    mask = end - begin - 1
    slot = slot_of(number, mask)
    word = words[begin + slot]
    while word != EMPTY and word >> 6 != number:
        slot = (slot + 1) & mask
        word = words[begin + slot]
    return UNKNOWN if word == EMPTY else word & 63
