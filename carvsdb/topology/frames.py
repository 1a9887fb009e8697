"""Frames: start vertices with bases of edge vectors, from which a net is numbered.

Automorphisms map frames to frames, so a whole class of frames that look alike serves as well as all frames. The
smallest class is grown vector by vector.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.net.primitive import EdgeEnds
from carvsdb.topology.colours import Colours, inner, mix
from carvsdb.topology.residues import determinants

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """A class of frames.

    Attributes
    ----------
    vertices : ndarray of int64, shape (n_frames,)
        Where each begins.
    bases : ndarray of int64, shape (n_frames, periodicity, periodicity)
        Independent vectors as rows, modulo the prime.
    """

    vertices: Integers
    bases: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Vectors from vertices to the places around them, with a colour of what lies there."""

    starts: Integers
    vectors: Integers
    colours: Integers


def _extended(
    vertices: Integers,
    bases: Integers,
    kinds: Integers,
    starts: Integers,
    vectors: Integers,
    colours: Integers,
    metric: Integers,
    prime: int,
) -> tuple[Integers, Integers, Integers]:
    """Extend each frame by each vector around its vertex that is independent of those it has."""
    rank = bases.shape[1]
    numbers = starts[vertices + 1] - starts[vertices]
    from_frame = np.repeat(np.arange(len(vertices)), numbers)
    by_vector = np.arange(len(from_frame)) + np.repeat(starts[vertices] - np.cumsum(numbers) + numbers, numbers)
    vector = vectors[by_vector]
    gram = np.empty((len(from_frame), rank + 1, rank + 1), np.int64)
    gram[:, :rank, :rank] = inner(metric, bases[:, :, None], bases[:, None], prime)[from_frame]
    kind = mix(kinds[from_frame], colours[by_vector])
    for other in range(rank):
        product = inner(metric, bases[from_frame, other], vector, prime)
        gram[:, rank, other] = gram[:, other, rank] = product
        kind = mix(kind, product)
    gram[:, rank, rank] = inner(metric, vector, vector, prime)
    kept = determinants(gram, prime) != 0
    return from_frame[kept], by_vector[kept], mix(kind, gram[:, rank, rank])[kept]


def frames(ends: EdgeEnds, colours: Colours) -> Frames:
    """Return a small class of frames that every automorphism maps onto itself."""
    dimension = ends.dimension
    vertices = np.arange(ends.n_vertices)
    kinds = colours.vertices
    bases = np.zeros((ends.n_vertices, 0, dimension), np.int64)
    if dimension == 0:
        chosen = _rarest(kinds)
        return Frames(vertices[chosen], bases[chosen])
    nearest = _distinct(ends, colours)
    for _ in range(dimension):
        around, radius = nearest, 1
        while True:
            from_frame, by_vector, found = _extended(
                vertices, bases, kinds, around.starts, around.vectors, around.colours, colours.metric, ends.prime
            )
            if len(found):
                break
            radius += 1
            around = _surroundings(ends, colours, np.unique(vertices), radius)
        chosen = _rarest(found)
        from_frame, by_vector, kinds = from_frame[chosen], by_vector[chosen], found[chosen]
        vertices = vertices[from_frame]
        bases = np.concatenate([bases[from_frame], around.vectors[by_vector][:, None, :]], axis=1)
    return Frames(vertices, np.ascontiguousarray(bases))


def _rarest(kinds: Integers) -> NDArray[np.bool_]:
    values, counts = np.unique(kinds, return_counts=True)
    # Kinds are sorted, so the first of the rarest is the same for every numbering.
    return np.asarray(kinds == values[np.argmin(counts)])


def _distinct(ends: EdgeEnds, colours: Colours) -> Surroundings:
    """Return the vectors to the neighbours of each vertex, each place once."""
    if ends.are_distinct():
        return Surroundings(ends.starts, ends.vectors, colours.vertices[ends.neighbours])
    return _surroundings(ends, colours, np.arange(ends.n_vertices), 1)


def _surroundings(ends: EdgeEnds, colours: Colours, vertices: Integers, radius: int) -> Surroundings:
    """Return the vectors from some vertices to all places within `radius` edges, each once."""
    sizes = np.zeros(ends.n_vertices + 1, np.int64)
    vectors: list[tuple[int, ...]] = []
    tags: list[int] = []
    neighbours, moves, prime = ends.neighbours.tolist(), ends.vectors.tolist(), ends.prime
    of_vertex = [int(value) & 0xFFFFFFFFFFFF for value in colours.vertices]
    for vertex in vertices.tolist():
        level = {(vertex, *[0] * ends.dimension)}
        seen = set(level)
        for _ in range(radius):
            level = {
                (neighbours[end], *[(a + b) % prime for a, b in zip(image[1:], moves[end], strict=True)])
                for image in level
                for end in range(ends.starts[image[0]], ends.starts[image[0] + 1])
            } - seen
            seen |= level
        at_place: dict[tuple[int, ...], int] = {}
        for image in seen:
            at_place[image[1:]] = at_place.get(image[1:], 0) + of_vertex[image[0]]
        for place in sorted(at_place):
            vectors.append(place)
            tags.append(at_place[place] & 0xFFFFFFFFFFFF)
        sizes[vertex + 1] = len(at_place)
    return Surroundings(
        np.cumsum(sizes), np.array(vectors, np.int64).reshape(-1, ends.dimension), np.array(tags, np.int64)
    )
