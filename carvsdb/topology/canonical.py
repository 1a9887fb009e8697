"""The normal form of a connected net: primitive cell, key, orbits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.net import Adjacency, Net, supercell
from carvsdb.net.placement import PRIMES, Placement, TooLargeError, place
from carvsdb.net.primitive import EdgeEnds, PrimitiveCell, divide, translations
from carvsdb.topology.branching import TooSymmetricError, smallest_by_branching
from carvsdb.topology.colours import Colours, colour
from carvsdb.topology.frames import frames
from carvsdb.topology.keys import write_key
from carvsdb.topology.many_cells import unstable_cells
from carvsdb.topology.numbering import Numbering, numbered_edges, smallest_numbering

Integers = NDArray[np.int64]

LARGEST = 10_000
LARGEST_UNSTABLE = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Canonical:
    """The normal form of a connected net.

    Attributes
    ----------
    key : str
    stable : bool or None
        Whether vertices lie at different places in the barycentric placement; None for finite nets.
    cell : PrimitiveCell
        The primitive cell, and the vertex in it of each given vertex.
    n_automorphisms : int
        Order of the group of automorphisms modulo translations.
    vertex_orbits : ndarray of int64, shape (n_vertices of the given net,)
        For each the smallest number, in the order of the key, of a vertex that automorphisms map it onto.
    edge_orbits : ndarray of int64, shape (n_edges of the primitive cell,)
        The smallest edge that automorphisms map each onto.
    """

    key: str
    stable: bool | None
    cell: PrimitiveCell
    n_automorphisms: int
    vertex_orbits: Integers
    edge_orbits: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    placement: Placement
    ends: EdgeEnds
    colours: Colours


def _placed(net: Net, dimension: int) -> _Placed:
    adjacency = Adjacency.of(net)
    placement = place(net, dimension, adjacency)
    ends = EdgeEnds.of(adjacency, placement)
    colours = colour(ends)
    if colours is None:
        raise TooLargeError(f"the placement of the net has no metric modulo {PRIMES[0]}")
    return _Placed(placement, ends, colours)


def canonical(net: Net, dimension: int) -> Canonical:
    """Bring a connected net into its normal form.

    Parameters
    ----------
    net : Net
        Connected, in its own lattice; see :func:`carvsdb.net.own_lattice.in_own_lattice`.
    dimension : int
        Its periodicity.

    Raises
    ------
    TooLargeError, TooSymmetricError
        If the cost would be beyond bounds.
    RefusedError
        If numbers do not fit.
    """
    if net.n_vertices > LARGEST:
        raise TooLargeError(f"the net has {net.n_vertices} vertices in a cell; keys are made up to {LARGEST}")
    placed = _placed(net, dimension)
    found: list[tuple[Integers, Integers]] = []
    only_translations = False
    if placed.ends.are_distinct():
        found, only_translations = translations(placed.ends, placed.colours.vertices)
    if not only_translations:
        return _unstable(net, dimension, placed)
    cell = divide(net, dimension, found)
    if found:
        placed = _placed(cell.net, dimension)
    numbering = smallest_numbering(placed.ends, frames(placed.ends, placed.colours), cell.net.n_edges)
    return _canonical(cell, placed, numbering, not placed.placement.colliding())


def _canonical(cell: PrimitiveCell, placed: _Placed, numbering: Numbering, stable: bool | None) -> Canonical:
    dimension = placed.ends.dimension
    rows = numbered_edges(placed.ends, numbering.ends, cell.net.n_edges)
    first_number = np.full(len(numbering.order), len(numbering.order), np.int64)
    np.minimum.at(first_number, numbering.vertex_orbits[numbering.order], np.arange(len(numbering.order)))
    return Canonical(
        write_key(rows, dimension),
        stable,
        cell,
        numbering.n_automorphisms,
        first_number[numbering.vertex_orbits[cell.vertex_of]],
        numbering.edge_orbits,
    )


def _unstable(net: Net, dimension: int, placed: _Placed) -> Canonical:
    """Choose the smallest key among those of all largest groups of translations."""
    stable = None if dimension == 0 else not placed.placement.colliding()
    given = net
    cells, factor = unstable_cells(net, placed.ends, placed.colours)
    if factor > 1:
        repeats = [factor] * dimension + [1] * (3 - dimension)
        if net.n_vertices * factor**dimension > LARGEST_UNSTABLE:
            raise TooSymmetricError(f"the net has automorphisms without displacement; it would take {repeats} cells")
        net = supercell(net, repeats)
        placed = _placed(net, dimension)
        cells, _ = unstable_cells(net, placed.ends, placed.colours)
    best = None
    for cell in cells:
        in_cell = _placed(cell.net, dimension)
        numbering = smallest_by_branching(in_cell.ends, in_cell.colours, cell.net.n_edges)
        # The given vertices are the first of the larger cell.
        vertex_of = cell.vertex_of[: given.n_vertices]
        shown = PrimitiveCell(cell.net, vertex_of, given.n_vertices // cell.net.n_vertices)
        found = _canonical(shown, in_cell, numbering, stable)
        if best is None or found.key < best.key:
            best = found
    assert best is not None
    return best
