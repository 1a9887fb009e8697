"""Numbering nets whose vertices collide, by individualisation and refinement.

Where neighbours of a vertex lie at one place, geometry does not order them. Vertices are then coloured by what
surrounds them, vectors included; where colours leave a choice, every choice is tried, unless an automorphism that
is known already maps it onto one that was tried. [1]_ Finite graphs are the case in which all vertices collide.

References
----------
.. [1] McKay & Piperno, J. Symb. Comput. 60, 94 (2014), doi:10.1016/j.jsc.2013.09.003
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_if_much
from carvsdb.errors import RefusedError
from carvsdb.net.primitive import EdgeEnds
from carvsdb.topology.colours import Colours, mix, refined
from carvsdb.topology.frames import Frames, frames
from carvsdb.topology.numbering import Numbering, join, number_from, roots_of
from carvsdb.topology.residues import inverse_matrices

Integers = NDArray[np.int64]

# Edge ends looked at in all: about five seconds.
LARGEST_EFFORT = 300_000_000
# Choices in a row: a recursion each.
DEEPEST = 400


class TooSymmetricError(RefusedError):
    """A net with so many equivalent choices that its normal form is out of reach."""


def _labels(vectors: Integers, inverse: Integers, prime: int) -> Integers:
    """Hash the vectors of edge ends in a basis."""
    labels = np.full(len(vectors), 41)
    for column in range(vectors.shape[1]):
        total = np.zeros(len(vectors), np.int64)
        for row in range(vectors.shape[1]):
            total = (total + vectors[:, row] * inverse[row, column]) % prime
        labels = mix(labels, total)
    return labels


def _equitable(
    starts: Integers, neighbours: Integers, labels: Integers, colours: Integers
) -> tuple[Integers, int, int]:
    """Refine colours until they split no further; return ranks, the number of classes, and the rounds."""
    n_classes, rounds = -1, 0
    while True:
        values, ranks = np.unique(colours, return_inverse=True)
        if len(values) in (n_classes, len(colours)):
            return ranks, len(values), rounds
        n_classes = len(values)
        colours = refined(starts, neighbours, labels, colours)
        rounds += 1


def _trace(starts: Integers, neighbours: Integers, labels: Integers, ranks: Integers) -> int:
    """Hash a coloured net; isomorphic ones have one value."""
    return int(mix(mix(np.repeat(ranks, np.diff(starts)), ranks[neighbours]), labels).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A numbering, and the choices that led to it: the frame, then vertices."""

    path: tuple[int, ...]
    order: Integers
    ends: Integers


@dataclass(slots=True, eq=False)
class BranchingSearch:
    """The search for the smallest numbering of one net.

    Attributes
    ----------
    rooted : bool
        Whether frames fix their vertices, or only directions.
    best : Leaf or None
        The smallest numbering found.
    automorphisms : list of ndarray
        ``automorphism[v]`` is the image of vertex `v`; products of them give all that fix the basis.
    """

    ends: EdgeEnds
    candidates: Frames
    start_colours: Integers
    rooted: bool = True
    best: Leaf | None = None
    automorphisms: list[Integers] = field(default_factory=list)
    pairs: list[tuple[Leaf, Leaf]] = field(default_factory=list)
    _best_rank: tuple[tuple[int, ...], bytes] | None = None
    _leaves: dict[bytes, Leaf] = field(default_factory=dict)
    _effort: int = 0
    _frame: int = 0
    _labels: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    _inverse: Integers = field(default_factory=lambda: np.zeros((0, 0), np.int64))

    def run(self) -> None:
        """Search from every frame.

        Raises
        ------
        TooSymmetricError
            If the effort is beyond its bound.
        """
        ends = self.ends
        for frame in range(len(self.candidates.vertices)):
            self._frame = frame
            self._inverse, _ = inverse_matrices(self.candidates.bases[frame], ends.prime)
            self._labels = _labels(ends.vectors, self._inverse, ends.prime)
            root = int(self.candidates.vertices[frame])
            colours = self._individualised(self.start_colours, root) if self.rooted else self.start_colours
            self._visit(colours, (frame,), ())

    def _fixed(self, path: tuple[int, ...]) -> tuple[int, ...]:
        """Return the vertices that a path of choices fixes."""
        root = (int(self.candidates.vertices[path[0]]),) if self.rooted else ()
        return root + path[1:]

    def _individualised(self, colours: Integers, vertex: int) -> Integers:
        chosen = colours.copy()
        chosen[vertex] = -1 - chosen[vertex]
        return chosen

    def _visit(self, colours: Integers, path: tuple[int, ...], traces: tuple[int, ...]) -> int:
        """Search below a node; return the length of the path down to which to go back."""
        ends = self.ends
        ranks, n_classes, rounds = _equitable(ends.starts, ends.neighbours, self._labels, colours)
        self._effort += (rounds + 2) * (len(ends.neighbours) + 10 * ends.n_vertices) + 10_000
        if self._effort > LARGEST_EFFORT or len(path) > DEEPEST:
            raise TooSymmetricError("the net has too many equivalent choices for a key")
        traces = (*traces, int(_trace(ends.starts, ends.neighbours, self._labels, ranks)))
        if self._best_rank is not None and traces > self._best_rank[0][: len(traces)]:
            return len(path)
        if n_classes == ends.n_vertices:
            return self._leaf(ranks, path, traces)
        members = _smallest_class(ranks)
        tried: list[int] = []
        for vertex in members:
            if tried and self._is_image_of(vertex, tried, self._fixed(path)):
                continue
            tried.append(vertex)
            back = self._visit(self._individualised(ranks, vertex), (*path, vertex), traces)
            if back < len(path):
                return back
        return len(path)

    def _leaf(self, ranks: Integers, path: tuple[int, ...], traces: tuple[int, ...]) -> int:
        ends = self.ends
        order, visited = np.empty(ends.n_vertices, np.int64), np.empty(len(ends.neighbours), np.int64)
        code = np.empty(len(visited) * (1 + ends.dimension), np.int64)
        number = np.full(ends.n_vertices, -1, np.int64)
        root = int(np.argmin(ranks))
        number_from(
            ends.starts,
            ends.neighbours,
            ends.vectors,
            root,
            self._inverse,
            ranks,
            ends.prime,
            number,
            order,
            visited,
            code,
            False,
        )
        leaf = Leaf(path, order, visited)
        text = code.astype(">i8").tobytes()
        equal = self._leaves.get(text)
        if equal is None:
            self._leaves[text] = leaf
            if self._best_rank is None or (traces, text) < self._best_rank:
                self._best_rank, self.best = (traces, text), leaf
            return len(path)
        self.pairs.append((equal, leaf))
        if equal.path[0] != path[0]:
            return 0
        image = np.empty(ends.n_vertices, np.int64)
        image[equal.order] = order
        self.automorphisms.append(image)
        # All below the first different choice is the image of what has been searched.
        return next(depth for depth in range(len(path)) if equal.path[depth] != path[depth])

    def _is_image_of(self, vertex: int, tried: list[int], prefix: tuple[int, ...]) -> bool:
        orbits = orbits_of(self.automorphisms, prefix, self.ends.n_vertices)
        return any(orbits[vertex] == orbits[other] for other in tried)

    def stabiliser_order(self) -> int:
        """Return the number of automorphisms that map the frame of the best numbering onto itself."""
        if self.best is None:
            return 1
        order = 1
        path = self.best.path
        for depth, vertex in enumerate(path[1:], 1):
            orbits = orbits_of(self.automorphisms, self._fixed(path[:depth]), self.ends.n_vertices)
            order *= int((orbits == orbits[vertex]).sum())
        return order


@compiled_if_much
def _join_images(sets: Integers, image: Integers, fixed: Integers) -> None:
    """Join each vertex with its image, if an automorphism fixes some vertices."""
    for vertex in fixed:
        if image[vertex] != vertex:
            return
    for vertex in range(len(image)):
        if image[vertex] != vertex:
            join(sets, vertex, image[vertex])


def orbits_of(automorphisms: list[Integers], fixed: tuple[int, ...], n_vertices: int) -> Integers:
    """Return the smallest vertex onto which automorphisms that fix some vertices map each vertex."""
    sets = np.arange(n_vertices)
    still = np.array(fixed, np.int64)
    for image in automorphisms:
        _join_images(sets, image, still)
    return roots_of(sets)


def _smallest_class(ranks: Integers) -> list[int]:
    """Return the vertices of the first of the smallest classes that leave a choice."""
    values, counts = np.unique(ranks, return_counts=True)
    open_classes = counts > 1
    chosen = values[open_classes][np.argmin(counts[open_classes])]
    return [int(vertex) for vertex in np.flatnonzero(ranks == chosen)]


def smallest_by_branching(ends: EdgeEnds, colours: Colours, n_edges: int) -> Numbering:
    """Find the smallest numbering of a net in which vertices may collide.

    Raises
    ------
    TooSymmetricError
        If the effort is beyond its bound.
    """
    if not len(ends.neighbours):
        only = np.zeros(1, np.int64)
        return Numbering(only, only[:0], 1, only, only[:0])
    candidates = frames(ends, colours)
    search = BranchingSearch(ends, candidates, colours.vertices)
    search.run()
    assert search.best is not None
    vertex_sets, edge_sets = np.arange(ends.n_vertices), np.arange(n_edges)
    frame_sets = np.arange(len(candidates.vertices))
    for first, second in search.pairs:
        join(frame_sets, first.path[0], second.path[0])
        for one, other in zip(first.order, second.order, strict=True):
            join(vertex_sets, int(one), int(other))
        for one, other in zip(ends.edges[first.ends], ends.edges[second.ends], strict=True):
            join(edge_sets, int(one), int(other))
    frame_roots = roots_of(frame_sets)
    n_frames = int((frame_roots == frame_roots[search.best.path[0]]).sum())
    order = n_frames * search.stabiliser_order()
    return Numbering(search.best.order, search.best.ends, order, roots_of(vertex_sets), roots_of(edge_sets))
