"""Rings of organic chemistry: small, nearly planar, convex."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.clustering.cells import HOME, Graph, Offset, minus, plus
from carvsdb_ingest.clustering.groups import Group, connected_groups

Place = tuple[int, Offset]
LARGEST_RING = 8
_ANGLES = (90.0, 145.0)
# Degrees by which the inner angles of a ring may fall short of those of a planar one; a chair misses 63.
_LEAST_FLAT = 18.0


def planar_ring_systems(structure: Structure, graph: Graph, members: set[int]) -> list[Group]:
    """Find the sets of planar rings of non-metals with carbon that share atoms.

    Parameters
    ----------
    structure : Structure
    graph : list of lists of (int, offset)
        The bonds of each atom.
    members : set of int
        Atoms to look at.

    Notes
    -----
    A ring has at most 8 atoms, one of them carbon, no chord that is shorter, inner angles between 90° and 145°, whose
    sum is within 18° of that of a planar polygon. Saturated rings (piperazine, cyclohexane) are none.

    References
    ----------
    .. [1] Zoubritzky & Coudert, SciPost Chem. 1, 005 (2022), doi:10.21468/SciPostChem.1.2.005
    """
    inside = {atom for atom in members if not is_metal(structure.elements[atom])}
    bonds: Graph = [[] for _ in graph]
    seen: set[tuple[int, Place]] = set()
    for atom in sorted(inside):
        for other, offset in graph[atom]:
            if other not in inside or (atom, HOME) > (other, offset) or (atom, (other, offset)) in seen:
                continue
            for ring in _shortest_rings(graph, inside, atom, (other, offset)):
                if _is_planar(structure, ring):
                    for one, two in zip(ring, [*ring[1:], ring[0]], strict=True):
                        _note(bonds, seen, one, two)
    return connected_groups(bonds, [0] * len(graph), {atom for atom in inside if bonds[atom]})


def _note(bonds: Graph, seen: set[tuple[int, Place]], one: Place, two: Place) -> None:
    for (atom, here), (other, there) in ((one, two), (two, one)):
        end = (other, minus(there, here))
        if (atom, end) not in seen:
            seen.add((atom, end))
            bonds[atom].append(end)


def _shortest_rings(graph: Graph, inside: set[int], atom: int, goal: Place) -> list[list[Place]]:
    """Return the shortest rings through a bond, as lists of places."""
    start = (atom, HOME)
    before: dict[Place, list[Place]] = {start: []}
    front = [start]
    for _ in range(LARGEST_RING - 1):
        following: dict[Place, list[Place]] = {}
        for place in front:
            here, cell = place
            for there, step in graph[here]:
                other = (there, plus(cell, step))
                if there not in inside or other in before or (place == start and other == goal):
                    continue
                following.setdefault(other, []).append(place)
        before.update(following)
        if goal in following:
            return _paths(before, goal)
        front = list(following)
    return []


def _paths(before: dict[Place, list[Place]], goal: Place) -> list[list[Place]]:
    paths = [[goal]]
    while before[paths[0][-1]]:
        paths = [[*path, earlier] for path in paths for earlier in before[path[-1]]]
    return paths


def _is_planar(structure: Structure, ring: list[Place]) -> bool:
    atoms = [atom for atom, _ in ring]
    if not any(structure.elements[atom] == "C" for atom in atoms) or len(set(ring)) < len(ring):
        return False
    places = (structure.positions[atoms] + np.array([cell for _, cell in ring])) @ structure.cell
    angles = _inner_angles(places)
    expected = 180.0 * (len(ring) - 2)
    return bool(
        len(ring) > 4
        and (angles > _ANGLES[0]).all()
        and (angles < _ANGLES[1]).all()
        and angles.sum() > expected - _LEAST_FLAT
    )


def _inner_angles(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angle at each corner of a polygon, in degrees."""
    forward = np.roll(places, -1, axis=0) - places
    backward = np.roll(places, 1, axis=0) - places
    cosines = (forward * backward).sum(axis=1) / np.linalg.norm(forward, axis=1) / np.linalg.norm(backward, axis=1)
    angles: NDArray[np.float64] = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    return angles
