"""Bridging bonds beyond the cut-off: long ones that hold metal clusters together."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import is_metal
from carvsdb.atoms.structure import Structure

CLOSE = 0.1
"""Excess over the bond rule, in Å, at which an O that holds a metal holds the next one too."""

Place = tuple[int, int, int, int]


def semi_bridging(
    structure: Structure, bonds: NDArray[np.int64], candidates: NDArray[np.int64], close: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which of the longer metal-oxygen distances are semi-bridging bonds of a carboxylate.

    Parameters
    ----------
    structure : Structure
    bonds : ndarray of int64, shape (n_bonds, 5)
    candidates : ndarray of int64, shape (n_pairs, 5)
        Pairs that are a little too far apart for the bond rule.
    close : ndarray of bool, shape (n_pairs,)
        True where they are so by less than 0.1 Å.

    Returns
    -------
    ndarray of bool, shape (n_pairs,)

    Notes
    -----
    In many trinuclear clusters an O of a carboxylate is bonded to one metal at 2.0 Å and leans on the next at 2.4 to
    2.7 Å, which is bonded to the other O of the group. Then that is a bond too: it makes the metals one cluster.
    Within 0.1 Å it is one whatever the other O does, which may be on the first metal too.
    """
    elements = structure.elements
    metal = [is_metal(element) for element in elements]
    wanted = [
        index
        for index, (src, dst, *_) in enumerate(candidates.tolist())
        if (metal[src] and elements[dst] == "O") or (metal[dst] and elements[src] == "O")
    ]
    found = np.zeros(len(candidates), bool)
    if not wanted:
        return found
    near: list[list[Place]] = [[] for _ in elements]
    for src, dst, u, v, w in bonds.tolist():
        near[src].append((dst, u, v, w))
        near[dst].append((src, -u, -v, -w))
    # Seen from the oxygen of cell 0: the metal, with its cell.
    leaning: list[tuple[int, int, Place]] = []
    for index in wanted:
        src, dst, u, v, w = candidates[index].tolist()
        leaning.append((index, dst, (src, -u, -v, -w)) if metal[src] else (index, src, (dst, u, v, w)))
    for index, oxygen, there in leaning:
        if not any(metal[atom] for atom, *_ in near[oxygen]):
            continue
        if close[index] and any(elements[atom] == "C" for atom, *_ in near[oxygen]):
            found[index] = True
            continue
        found[index] = any(
            there in _around(near, other_oxygen)
            for group in near[oxygen]
            if elements[group[0]] == "C"
            for other in near[group[0]]
            if elements[other[0]] == "O"
            for other_oxygen in [_plus(group, other)]
            if other_oxygen != (oxygen, 0, 0, 0)
        )
    return found


def _plus(first: Place, second: Place) -> Place:
    """Return where the neighbour `second` of an atom is, if that atom is at `first`."""
    return second[0], first[1] + second[1], first[2] + second[2], first[3] + second[3]


def _around(near: list[list[Place]], place: Place) -> list[Place]:
    return [_plus(place, other) for other in near[place[0]]]
