"""The search of nets one after another: what is known of a net is known of it in every cell and numbering.

A net with a key is searched as the key writes it, in its primitive cell, and what was found at a vertex holds for all
vertices that are its images. So the result does not depend on how a net was given, and a net that comes again, in the
next clustering or structure, or several times in one as interpenetrating nets do, is not searched again.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import CarvsdbError, InputError
from carvsdb.net import Net
from carvsdb.rings import (
    DEFAULT_CUT_OFF,
    RingCensus,
    RingCounts,
    angle_counts,
    coordination_sequences,
    find_rings_to_the_last,
    find_rings_within_budget,
    find_strong_rings,
    point_symbols_within_budget,
    ring_budget,
    vertex_symbols,
)
from carvsdb.topology import Identity, identify, net_of_key
from carvsdb.topology.names_file import NamesFile

K = TypeVar("K")
V = TypeVar("V")

MOST_RINGS = 2**60
"""Ring classes that may be allowed; the kernels count in 64 bits."""

_RISING_CUT_OFFS = (12, 20, 27, 32)

_MOST_VERTICES = 50_000
"""Vertices of nets that are kept, of some hundred bytes to some kilobytes each."""


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """How nets are analysed.

    Attributes
    ----------
    max_ring_size : int or None
        Cut-off of the ring search, in nodes; None raises it until the list is complete, or 32 is met.
    node_only : bool
        Replace every linker by edges between its nodes before anything is counted.
    ring_kind : str
        ``ring``, or ``strong`` for strong rings instead.
    max_rings : int, optional
        How many ring classes a net may have; the search of one with more ends at a smaller cut-off.
    names : NamesFile, optional
        Names of one's own, next to those that come with carvsdb.
    units : bool
        Also say what vertices and edges are made of, where there are atoms; linkers get a SMILES if RDKit is installed.
    """

    max_ring_size: int | None = DEFAULT_CUT_OFF
    node_only: bool = False
    ring_kind: str = "ring"
    max_rings: int | None = None
    names: NamesFile | None = None
    units: bool = False

    def __post_init__(self) -> None:
        if self.ring_kind not in ("ring", "strong"):
            raise InputError(f"rings are searched as 'ring' or 'strong', got {self.ring_kind!r}")
        if self.max_rings is not None and not 1 <= self.max_rings <= MOST_RINGS:
            raise InputError(f"max_rings must be 1 to {MOST_RINGS}, got {self.max_rings}")


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What was found at the nodes of a net.

    Attributes
    ----------
    rings : RingCounts
    symbols, symbols_all : tuple of str
        Vertex symbol of each node, with the smallest rings of its angles and with all.
    point_symbols : tuple of str
        Of each vertex of the net without its two-connected linkers.
    longest_cycle : int
        How far the cycles of point symbols were searched.
    sequences : ndarray of int64, shape (n_nodes, n_shells)
        Coordination sequences.
    max_rings : int
        How many ring classes the search was allowed.
    """

    rings: RingCounts
    symbols: tuple[str, ...]
    symbols_all: tuple[str, ...]
    point_symbols: tuple[str, ...]
    longest_cycle: int
    sequences: NDArray[np.int64]
    max_rings: int


class Searcher:
    """Searches nets one after another.

    Parameters
    ----------
    options : AnalysisOptions

    Examples
    --------
    >>> from carvsdb.net import library, supercell
    >>> searcher = Searcher(AnalysisOptions())
    >>> identity, found = searcher.search(supercell(library.load("sod"), (2, 1, 1)))
    >>> identity.names[0], found.rings.ring_counts
    ('sod', {4: 6, 6: 8, 12: 32})
    """

    def __init__(self, options: AnalysisOptions) -> None:
        self._options = options
        self._archive = options.names.archive() if options.names else None
        self._by_key = _Kept[str, Searched]()
        self._by_numbering = _Kept[tuple[int, bytes, bytes], tuple[Identity, Searched]]()

    def search(self, net: Net) -> tuple[Identity, Searched]:
        """Tell who a net is and what is at its nodes."""
        numbering = (net.n_vertices, net.edges.tobytes(), net.is_node.tobytes())
        known = self._by_numbering.get(numbering)
        if known is None:
            identity = identify(net, self._archive)
            known = identity, self._of_keys(net, identity) or search_as_given(net, self._options)
            self._by_numbering.keep(numbering, known, net.n_vertices)
        return known

    def _of_keys(self, net: Net, identity: Identity) -> Searched | None:
        """Gather what is at the vertices of the nets that the keys of its components write; None if there is a doubt.

        Node-linker nets, strong rings, and cut-offs and budgets that are those of a whole net are searched as given.
        """
        asked = self._options
        is_plain = asked.ring_kind == "ring" and asked.max_ring_size is not None and asked.max_rings is None
        if not is_plain or net.is_node_linker or not net.n_vertices or identity.orbits.min() < 0:
            return None
        try:
            parts = {key: self._of_key(key, identity) for key in {key for key, _ in identity.orbit_vertices}}
        except CarvsdbError:  # which tells of vertices in another numbering than the given one
            return None
        reached = {(part.rings.max_ring_size, part.longest_cycle, part.max_rings) for part in parts.values()}
        if len(reached) > 1:
            return None
        places = [(parts[key], vertex) for key, vertex in identity.orbit_vertices]
        ((_, longest_cycle, max_rings),) = reached
        of_orbits = np.array([part.rings.node_counts[vertex] for part, vertex in places])
        sequences = np.array([part.sequences[vertex] for part, vertex in places])
        orbits = identity.orbits.tolist()
        return Searched(
            RingCounts.at_nodes(net, of_orbits[identity.orbits]),
            _each([part.symbols[vertex] for part, vertex in places], orbits),
            _each([part.symbols_all[vertex] for part, vertex in places], orbits),
            _each([part.point_symbols[vertex] for part, vertex in places], orbits),
            longest_cycle,
            sequences[identity.orbits],
            max_rings,
        )

    def _of_key(self, key: str, identity: Identity) -> Searched:
        """Return what is at the vertices of the net that a key writes; shells are those of one vertex an orbit."""
        known = self._by_key.get(key)
        if known is None:
            net = net_of_key(key)
            known = search_as_given(net, self._options, sorted(v for one, v in identity.orbit_vertices if one == key))
            self._by_key.keep(key, known, net.n_vertices)
        return known


class _Kept(Generic[K, V]):
    """What was found last, of nets of so many vertices together."""

    def __init__(self) -> None:
        self._found: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._n_vertices = 0

    def get(self, name: K) -> V | None:
        if name not in self._found:
            return None
        self._found.move_to_end(name)
        return self._found[name][0]

    def keep(self, name: K, value: V, n_vertices: int) -> None:
        self._found[name] = value, n_vertices
        self._n_vertices += n_vertices
        while self._n_vertices > _MOST_VERTICES and len(self._found) > 1:
            _, (_, gone) = self._found.popitem(last=False)
            self._n_vertices -= gone


def _each(of_orbits: list[str], orbits: list[int]) -> tuple[str, ...]:
    return tuple(of_orbits[orbit] for orbit in orbits)


def search_as_given(net: Net, options: AnalysisOptions, nodes: Sequence[int] | None = None) -> Searched:
    """Search a net in the cell and numbering that it has; its shells around some nodes only, or all."""
    # First, since nets whose shells do not end are refused at once.
    sequences = coordination_sequences(net, nodes=nodes)
    census = search_rings(net, options)
    rings_at = angle_counts(census)
    points, longest = point_symbols_within_budget(net, census.max_ring_size)
    return Searched(
        census.counts(),
        tuple(vertex_symbols(census, rings_at=rings_at)),
        tuple(vertex_symbols(census, all_rings=True, rings_at=rings_at)),
        tuple(points),
        longest,
        sequences,
        options.max_rings or ring_budget(net),
    )


def search_rings(net: Net, options: AnalysisOptions) -> RingCensus:
    """Search the rings of a net as the options say; a budget that is met lowers the cut-off."""
    if options.ring_kind == "ring":
        if options.max_ring_size is None:
            return find_rings_to_the_last(net, max_rings=options.max_rings)
        return find_rings_within_budget(net, options.max_ring_size, max_rings=options.max_rings)
    for cut_off in _RISING_CUT_OFFS if options.max_ring_size is None else (options.max_ring_size,):
        census = find_strong_rings(net, cut_off)
        if census.completeness == "proved":
            break
    return census
