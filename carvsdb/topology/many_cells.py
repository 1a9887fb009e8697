"""Primitive cells of nets that have automorphisms without displacement.

A ladder is mapped onto itself by a step, but also by a step that swaps its rails: both generate a largest group of
translations, and their quotients are different graphs. The normal form takes the smallest key over all such groups.
Where no automorphism without displacement reaches infinitely far, groups differ only by moves inside finite parts,
and any of them serves.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import lcm

import numpy as np
from numpy.typing import NDArray

from carvsdb.net import Net, components
from carvsdb.net.primitive import EdgeEnds, PrimitiveCell, displacement, divide
from carvsdb.topology.branching import BranchingSearch, TooSymmetricError
from carvsdb.topology.colours import Colours, mix
from carvsdb.topology.frames import Frames
from carvsdb.topology.numbering import join, roots_of

Integers = NDArray[np.int64]
Move = tuple[Fraction, ...]
"""A displacement modulo the lattice."""

LARGEST_GROUP = 4096
LARGEST_CHOICE = 4096


def unstable_cells(net: Net, ends: EdgeEnds, colours: Colours) -> tuple[list[PrimitiveCell], int]:
    """Find the largest groups of translations of a net.

    Parameters
    ----------
    net : Net
        Connected, in its own lattice.
    ends : EdgeEnds
    colours : Colours

    Returns
    -------
    cells : list of PrimitiveCell
        One for each group.
    factor : int
        1; or a factor by which the cell has to be enlarged in all directions before it shows all groups.

    Raises
    ------
    TooSymmetricError
        If there are too many automorphisms.
    """
    dimension = ends.dimension
    if dimension == 0:
        return [divide(net, 0, [])], 1
    tree = _Tree.of(ends)
    generators = _generators(ends, tree, colours.vertices)
    by_move, still = _split(ends, generators)
    factor = 1
    groups: list[list[Integers]] = [[]]
    if not _reach_far(net, still):
        groups = [_any_group(net, ends, tree, colours.vertices, by_move, still)]
    else:
        group = _closure(ends, generators)
        still = [image for image, move in group if not any(move)]
        factor = _exponent(still)
        if len(by_move) > 1:
            groups = _groups(group, len(still))
    return [divide(net, dimension, [tree.lifted(image) for image in chosen]) for chosen in groups], factor


@dataclass(frozen=True, slots=True, eq=False)
class _Tree:
    """A way to every vertex from vertex 0, which is the same for every automorphism that is lifted.

    Attributes
    ----------
    steps : list of tuple
        From where, to where, the vector in the placement, and the offset.
    leading : list of dict
        For each vertex, by neighbour and vector, the offset of the edge end.
    """

    n_vertices: int
    dimension: int
    steps: list[tuple[int, int, tuple[int, ...], Integers]]
    leading: list[dict[tuple[int, ...], Integers]]

    @classmethod
    def of(cls, ends: EdgeEnds) -> "_Tree":
        neighbours, starts, vectors = ends.neighbours.tolist(), ends.starts.tolist(), ends.vectors.tolist()
        leading = [
            {(neighbours[end], *vectors[end]): ends.offsets[end] for end in range(first, last)}
            for first, last in pairwise(starts)
        ]
        known, queue, steps = {0}, [0], []
        for vertex in queue:
            for end in range(starts[vertex], starts[vertex + 1]):
                other = neighbours[end]
                if other not in known:
                    steps.append((vertex, other, tuple(vectors[end]), ends.offsets[end]))
                    known.add(other)
                    queue.append(other)
        return cls(ends.n_vertices, ends.dimension, steps, leading)

    def lifted(self, image: Integers) -> tuple[Integers, Integers]:
        """Add to an automorphism without rotation the cells to which it moves the vertices."""
        cells = np.zeros((self.n_vertices, self.dimension), np.int64)
        images = image.tolist()
        for vertex, other, vector, offset in self.steps:
            cells[other] = cells[vertex] + self.leading[images[vertex]][(images[other], *vector)] - offset
        return image, cells

    def move(self, image: Integers) -> Move:
        """Return the displacement of an automorphism without rotation."""
        total, order = displacement(*self.lifted(image), 0)
        return tuple(Fraction(int(value), order) % 1 for value in total)


def _generators(ends: EdgeEnds, tree: _Tree, colours: Integers) -> list[tuple[Integers, Move]]:
    """Return automorphisms without rotation that generate all those which keep colours."""
    directions = Frames(np.zeros(1, np.int64), np.eye(ends.dimension, dtype=np.int64)[None])
    search = BranchingSearch(ends, directions, colours, rooted=False)
    search.run()
    return [(image, tree.move(image)) for image in search.automorphisms]


def _sum(first: Move, second: Move) -> Move:
    return tuple((a + b) % 1 for a, b in zip(first, second, strict=True))


def _split(ends: EdgeEnds, generators: list[tuple[Integers, Move]]) -> tuple[dict[Move, Integers], list[Integers]]:
    """Return one automorphism for each displacement, and generators of those without displacement."""
    identity = np.arange(ends.n_vertices)
    nowhere = (Fraction(0),) * ends.dimension
    by_move: dict[Move, Integers] = {nowhere: identity}
    queue = [(identity, nowhere)]
    still: dict[bytes, Integers] = {}
    for image, so_far in queue:
        for generator, step in generators:
            composed, move = generator[image], _sum(so_far, step)
            if move not in by_move:
                by_move[move] = composed
                queue.append((composed, move))
                continue
            # Schreier's lemma: the way to a coset, a step, and the way back.
            back = np.empty_like(identity)
            back[by_move[move]] = identity
            returned = back[composed]
            if not np.array_equal(returned, identity):
                still[returned.tobytes()] = returned
    return by_move, list(still.values())


def _any_group(
    net: Net, ends: EdgeEnds, tree: _Tree, colours: Integers, by_move: dict[Move, Integers], still: list[Integers]
) -> list[Integers]:
    """Return a largest group of translations, where all are alike but for moves inside finite parts.

    Moves without displacement act on blocks: finite parts, with those that they are exchanged for. All vertices of a
    block are coloured, each in its own way, and with them those of its images by moves with displacement; then nothing
    but translations is left. Blocks move independently, so any choice in them is as good as any other.
    """
    while still:
        colours = colours.copy()
        moved = _moved(net, still)
        inside = moved[net.edges[:, 0]] & moved[net.edges[:, 1]]
        sets = np.arange(net.n_vertices)
        for src, dst in net.edges[inside, :2]:
            join(sets, int(src), int(dst))
        for image in still:
            for vertex in np.flatnonzero(image != np.arange(net.n_vertices)):
                join(sets, int(vertex), int(image[vertex]))
        block_of = roots_of(sets)
        done: set[int] = set()
        for vertex in np.flatnonzero(moved):
            if int(block_of[vertex]) in done:
                continue
            block = np.flatnonzero(moved & (block_of == block_of[vertex]))
            for image in by_move.values():
                done.add(int(block_of[image[vertex]]))
                colours[image[block]] = mix(colours[image[block]], block)
        by_move, still = _split(ends, _generators(ends, tree, colours))
    return [image for move, image in by_move.items() if any(move)]


def _closure(ends: EdgeEnds, generators: list[tuple[Integers, Move]]) -> list[tuple[Integers, Move]]:
    """Return all elements of a group of automorphisms modulo the lattice."""
    identity = np.arange(ends.n_vertices)
    queue = [(identity, (Fraction(0),) * ends.dimension)]
    found = {identity.tobytes()}
    for image, so_far in queue:
        for generator, step in generators:
            composed = generator[image]
            if composed.tobytes() not in found:
                if len(found) >= LARGEST_GROUP:
                    raise TooSymmetricError("the net has too many automorphisms that keep directions")
                found.add(composed.tobytes())
                queue.append((composed, _sum(so_far, step)))
    return queue


def _groups(group: list[tuple[Integers, Move]], n_still: int) -> list[list[Integers]]:
    """Return the groups that have one element for each displacement, without their identities."""
    by_move: dict[Move, list[Integers]] = {}
    for image, move in group:
        by_move.setdefault(move, []).append(image)
    # Moves of large order first: few of them generate all displacements.
    moves = sorted(by_move, key=lambda move: (-lcm(*(part.denominator for part in move)), move))
    generating: list[Move] = []
    reached: set[Move] = {moves[-1]}
    for move in moves:
        if move not in reached:
            generating.append(move)
            reached = _spanned_moves(generating)
    if n_still ** len(generating) > LARGEST_CHOICE:
        raise TooSymmetricError("the net has too many groups of translations")
    groups = []
    for choice in product(*(by_move[move] for move in generating)):
        spanned = _spanned(choice, len(by_move))
        if len(spanned) == len(by_move):
            groups.append(spanned[1:])
    if not groups:
        raise TooSymmetricError("no group of translations has all displacements of the net")
    return groups


def _spanned_moves(generators: list[Move]) -> set[Move]:
    queue = [(Fraction(0),) * len(generators[0])]
    found = set(queue)
    for so_far in queue:
        for step in generators:
            move = _sum(so_far, step)
            if move not in found:
                found.add(move)
                queue.append(move)
    return found


def _spanned(generators: tuple[Integers, ...], limit: int) -> list[Integers]:
    """Return the group that automorphisms generate, identity first; one element too many if it is larger."""
    identity = np.arange(len(generators[0]))
    queue = [identity]
    found = {identity.tobytes()}
    for image in queue:
        for generator in generators:
            composed = generator[image]
            if composed.tobytes() not in found:
                found.add(composed.tobytes())
                queue.append(composed)
                if len(queue) > limit:
                    return queue
    return queue


def _moved(net: Net, still: list[Integers]) -> NDArray[np.bool_]:
    moved = np.zeros(net.n_vertices, bool)
    for image in still:
        moved |= image != np.arange(net.n_vertices)
    return moved


def _reach_far(net: Net, still: list[Integers]) -> bool:
    """Tell whether automorphisms without displacement move a part of the net that repeats."""
    moved = _moved(net, still)
    inside = moved[net.edges[:, 0]] & moved[net.edges[:, 1]]
    part = Net.from_edges(net.edges[inside], net.n_vertices)
    return any(component.periodicity for component in components(part))


def _exponent(still: list[Integers]) -> int:
    exponent = 1
    for image in still:
        power, count = image, 1
        while not np.array_equal(power, np.arange(len(image))):
            power = image[power]
            count += 1
        exponent = lcm(exponent, count)
    return exponent
