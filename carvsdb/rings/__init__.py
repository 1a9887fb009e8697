"""Rings of nets and what is counted from them.

A *cycle* is a closed walk without repeated vertices; the *sum* of cycles is the set of edges that occur an odd
number of times. A *ring* is a cycle that is not the sum of two smaller cycles; equivalently it has no
short-cut: no path of the net between two of its vertices is shorter than both branches of the ring.
[1]_ A net has infinitely many rings, but finitely many up to translation: each class is counted once per
cell.

``search`` finds them (with ``infinite``, ``tables``, ``ball`` and ``candidates``), ``strong`` picks the strong ones
(with ``regions``, ``spanning`` and ``elimination``), ``census`` holds them, ``counts`` says how many there are,
``listing`` gives them out. ``carvs`` averages them, ``vertex_symbols`` and ``point_symbols`` write what runs through
the angles of a vertex, ``shells`` counts neighbours. ``reference`` and ``reference_strong`` find the rings again,
naively.

References
----------
.. [1] Delgado-Friedrichs & O'Keeffe, J. Solid State Chem. 178, 2480 (2005), doi:10.1016/j.jssc.2005.06.011
"""

from carvsdb.rings.angles import AngleCounts, angle_counts
from carvsdb.rings.by_coordination import carvs_by_coordination
from carvsdb.rings.carvs import DEFAULT_CUT_OFF, LARGEST_CUT_OFF, Carvs
from carvsdb.rings.census import (
    RingCensus,
    find_rings,
    find_rings_to_the_last,
    find_rings_within_budget,
    ring_budget,
)
from carvsdb.rings.counts import RingCounts
from carvsdb.rings.listing import NodeRings, node_rings, ring_table, select_sizes
from carvsdb.rings.point_symbols import extended_point_symbols, point_symbols, point_symbols_within_budget
from carvsdb.rings.shells import coordination_sequences, td10
from carvsdb.rings.strong import StrongRingCheck, find_strong_rings, strong_rings
from carvsdb.rings.vertex_symbols import vertex_symbols

__all__ = [
    "DEFAULT_CUT_OFF",
    "LARGEST_CUT_OFF",
    "AngleCounts",
    "Carvs",
    "NodeRings",
    "RingCensus",
    "RingCounts",
    "StrongRingCheck",
    "angle_counts",
    "carvs_by_coordination",
    "coordination_sequences",
    "extended_point_symbols",
    "find_rings",
    "find_rings_to_the_last",
    "find_rings_within_budget",
    "find_strong_rings",
    "node_rings",
    "point_symbols",
    "point_symbols_within_budget",
    "ring_budget",
    "ring_table",
    "select_sizes",
    "strong_rings",
    "td10",
    "vertex_symbols",
]
