"""The bond switch of Wooten, Winer & Weaire: two bonds of a chain A-B-C-D change partners.

Bonds A-B and C-D are replaced by A-C and B-D, so that every node keeps four bonds.

References
----------
.. [1] Wooten, Winer & Weaire, Phys. Rev. Lett. 54, 1392 (1985), doi:10.1103/PhysRevLett.54.1392
"""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part

CHOICES_PER_NODE = 36
"""Switches that start from one node: 4 bonds B-C, 3 neighbours A, 3 neighbours D (each switch twice)."""


@compiled_part
def slot_of(
    vertex: int,
    other: int,
    u: float,
    v: float,
    w: float,
    neighbours: NDArray[np.int64],
    offsets: NDArray[np.float64],
) -> int:
    """Find the bond of a vertex that leads to another one in box ``(u, v, w)``; -1 if there is none."""
    for k in range(4):
        if (
            neighbours[vertex, k] == other
            and offsets[vertex, k, 0] == u
            and offsets[vertex, k, 1] == v
            and offsets[vertex, k, 2] == w
        ):
            return k
    return -1


@compiled_part
def way_back(vertex: int, slot: int, neighbours: NDArray[np.int64], offsets: NDArray[np.float64]) -> int:
    """Find the slot in which the other end of a bond holds the same bond."""
    u, v, w = offsets[vertex, slot, 0], offsets[vertex, slot, 1], offsets[vertex, slot, 2]
    return slot_of(neighbours[vertex, slot], vertex, -u, -v, -w, neighbours, offsets)


@compiled
def choose_chain(
    choice: int, neighbours: NDArray[np.int64], offsets: NDArray[np.float64], chain: NDArray[np.int64]
) -> bool:
    """Write the chain of a choice, and tell whether its four vertices are distinct.

    Parameters
    ----------
    choice : int
        Below ``CHOICES_PER_NODE`` times the number of nodes.
    neighbours, offsets
        The network.
    chain : ndarray of int64, shape (5, 2)
        Rows ``(vertex, slot)``: A to B, B to A, C to D, D to C, B to C.
    """
    b = choice // CHOICES_PER_NODE
    to_c, to_a, to_d = (choice // 9) % 4, (choice // 3) % 3, choice % 3
    if to_a >= to_c:
        to_a += 1
    c = neighbours[b, to_c]
    if to_d >= way_back(b, to_c, neighbours, offsets):
        to_d += 1
    a, d = neighbours[b, to_a], neighbours[c, to_d]
    chain[0, 0], chain[0, 1] = a, way_back(b, to_a, neighbours, offsets)
    chain[1, 0], chain[1, 1] = b, to_a
    chain[2, 0], chain[2, 1] = c, to_d
    chain[3, 0], chain[3, 1] = d, way_back(c, to_d, neighbours, offsets)
    chain[4, 0], chain[4, 1] = b, to_c
    return bool(a != b and a != c and a != d and b != c and b != d and c != d)


@compiled
def switch_bonds(chain: NDArray[np.int64], neighbours: NDArray[np.int64], offsets: NDArray[np.float64]) -> None:
    """Replace the bonds A-B and C-D of a chain by A-C and B-D; the slots of the chain then hold the new bonds."""
    a, b, c, d = chain[0, 0], chain[1, 0], chain[2, 0], chain[3, 0]
    of_a, of_b, of_c, of_d = chain[0, 1], chain[1, 1], chain[2, 1], chain[3, 1]
    for axis in range(3):
        b_to_c = offsets[b, chain[4, 1], axis]
        b_to_d = b_to_c + offsets[c, of_c, axis]
        c_to_a = offsets[b, of_b, axis] - b_to_c
        offsets[b, of_b, axis], offsets[d, of_d, axis] = b_to_d, -b_to_d
        offsets[c, of_c, axis], offsets[a, of_a, axis] = c_to_a, -c_to_a
    neighbours[b, of_b], neighbours[d, of_d] = d, b
    neighbours[c, of_c], neighbours[a, of_a] = a, c


@compiled
def undo_switch(chain: NDArray[np.int64], neighbours: NDArray[np.int64], offsets: NDArray[np.float64]) -> None:
    """Take a switch back, bond for bond and slot for slot."""
    a, b, c, d = chain[0, 0], chain[1, 0], chain[2, 0], chain[3, 0]
    of_a, of_b, of_c, of_d = chain[0, 1], chain[1, 1], chain[2, 1], chain[3, 1]
    for axis in range(3):
        b_to_c = offsets[b, chain[4, 1], axis]
        c_to_d = offsets[b, of_b, axis] - b_to_c
        b_to_a = offsets[c, of_c, axis] + b_to_c
        offsets[b, of_b, axis], offsets[a, of_a, axis] = b_to_a, -b_to_a
        offsets[c, of_c, axis], offsets[d, of_d, axis] = c_to_d, -c_to_d
    neighbours[b, of_b], neighbours[a, of_a] = a, b
    neighbours[c, of_c], neighbours[d, of_d] = d, c


@compiled
def closes_small_ring(
    vertex: int, slot: int, smallest: int, neighbours: NDArray[np.int64], offsets: NDArray[np.float64]
) -> bool:
    """Tell whether a bond lies on a cycle of fewer than `smallest` (3 to 5) bonds; a double bond is a cycle of 2.

    The network must have no double bond but perhaps this one: elsewhere the way back is ambiguous.
    """
    goal = neighbours[vertex, slot]
    for k in range(4):
        if k == slot:
            continue
        first = neighbours[vertex, k]
        u = offsets[vertex, slot, 0] - offsets[vertex, k, 0]
        v = offsets[vertex, slot, 1] - offsets[vertex, k, 1]
        w = offsets[vertex, slot, 2] - offsets[vertex, k, 2]
        if first == goal and u == 0.0 and v == 0.0 and w == 0.0:
            return True
        if smallest > 3 and slot_of(first, goal, u, v, w, neighbours, offsets) >= 0:
            return True
        if smallest > 4:
            back = way_back(vertex, k, neighbours, offsets)
            for m in range(4):
                if m != back:
                    x, y, z = u - offsets[first, m, 0], v - offsets[first, m, 1], w - offsets[first, m, 2]
                    if slot_of(neighbours[first, m], goal, x, y, z, neighbours, offsets) >= 0:
                        return True
    return False
