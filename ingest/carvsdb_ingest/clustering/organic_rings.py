"""Rings of organic chemistry, and which of them are planar."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.clustering.cells import HOME, Graph, Place, minus
from carvsdb_ingest.clustering.groups import Group, connected_groups
from carvsdb_ingest.clustering.small_rings import shortest_rings

SMALLEST_RING, LARGEST_RING = 5, 8
_ANGLES = (90.0, 145.0)
# Degrees by which the inner angles of a ring may fall short of those of a planar one; a chair misses 63.
_LEAST_FLAT = 18.0


@dataclass(frozen=True, slots=True)
class OrganicRings:
    """Rings of non-metals with carbon.

    Attributes
    ----------
    planar : list of Group
        Sets of planar rings that share atoms: the ring systems that are vertices where linkers fall into parts.
    atoms : frozenset of int
        Atoms of rings of 5 to 8, planar or not: they belong to linkers, whatever their element.
    """

    planar: list[Group]
    atoms: frozenset[int]

    @property
    def saturated(self) -> frozenset[int]:
        """Atoms of rings none of which is planar."""
        return self.atoms.difference(*(system.atoms for system in self.planar))


def organic_rings(structure: Structure, graph: Graph, members: set[int]) -> OrganicRings:
    """Find the rings of non-metals, one of them carbon, among some atoms.

    Parameters
    ----------
    structure : Structure
    graph : list of lists of (int, offset)
        The bonds of each atom.
    members : set of int
        Atoms to look at.

    Notes
    -----
    A ring is planar if its inner angles lie between 90° and 145° and add up to within 18° of those of a planar polygon.
    Saturated rings (piperazine, hexamethylenetetramine) are not; their N and S are parts of the linker all the same.

    References
    ----------
    .. [1] Zoubritzky & Coudert, SciPost Chem. 1, 005 (2022), doi:10.21468/SciPostChem.1.2.005
    """
    inside = {atom for atom in members if not is_metal(structure.elements[atom])}
    bonds: Graph = [[] for _ in graph]
    seen: set[tuple[int, Place]] = set()
    atoms: set[int] = set()
    for atom in sorted(inside):
        for other, offset in graph[atom]:
            if other not in inside or (atom, HOME) > (other, offset) or (atom, (other, offset)) in seen:
                continue
            for ring in shortest_rings(graph, inside, atom, (other, offset), LARGEST_RING):
                if len(ring) < SMALLEST_RING or not any(structure.elements[one] == "C" for one, _ in ring):
                    continue
                atoms.update(one for one, _ in ring)
                if _is_planar(structure, ring):
                    for one, two in zip(ring, [*ring[1:], ring[0]], strict=True):
                        _note(bonds, seen, one, two)
    planar = connected_groups(bonds, [0] * len(graph), {atom for atom in inside if bonds[atom]})
    return OrganicRings(planar, frozenset(atoms))


def _note(bonds: Graph, seen: set[tuple[int, Place]], one: Place, two: Place) -> None:
    for (atom, here), (other, there) in ((one, two), (two, one)):
        end = (other, minus(there, here))
        if (atom, end) not in seen:
            seen.add((atom, end))
            bonds[atom].append(end)


def _is_planar(structure: Structure, ring: list[Place]) -> bool:
    atoms = [atom for atom, _ in ring]
    places = (structure.positions[atoms] + np.array([cell for _, cell in ring])) @ structure.cell
    angles = _inner_angles(places)
    expected = 180.0 * (len(ring) - 2)
    return bool((angles > _ANGLES[0]).all() and (angles < _ANGLES[1]).all() and angles.sum() > expected - _LEAST_FLAT)


def _inner_angles(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angle at each corner of a polygon, in degrees."""
    forward = np.roll(places, -1, axis=0) - places
    backward = np.roll(places, 1, axis=0) - places
    cosines = (forward * backward).sum(axis=1) / np.linalg.norm(forward, axis=1) / np.linalg.norm(backward, axis=1)
    angles: NDArray[np.float64] = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    return angles
