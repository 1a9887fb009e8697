"""Hydrogen bonds, on request: what holds ice, hydrates and hydrogen-bonded organic frameworks together."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN
from carvsdb.atoms.pairs import near_pairs
from carvsdb.atoms.structure import Structure

LONGEST = 2.5
"""From a hydrogen to the acceptor, in Å."""

LONGEST_WITHOUT_HYDROGEN = 3.1
"""From O, N or F to O, N or F in structures without hydrogen, in Å."""

_STRAIGHT = -0.5
"""Largest cosine of the angle at the hydrogen: 120 degrees and more."""

_DONORS = frozenset({"O", "N", "F"})
_ACCEPTORS = frozenset({"O", "N", "F", "S", "Cl", "Br", "I"})


def hydrogen_bonds(
    structure: Structure, bonds: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], tuple[str, ...]]:
    """Find hydrogen bonds, of which each hydrogen has at most one.

    Parameters
    ----------
    structure : Structure
    bonds : ndarray of int64, shape (n_bonds, 5)
        Those of the bond rule.

    Returns
    -------
    rows : ndarray of int64, shape (n_found, 5)
    lengths : ndarray of float64, shape (n_found,)
        In Å.
    quality : tuple of str

    Notes
    -----
    A hydrogen on O, N or F is bonded to the nearest other O, N, F, S, Cl, Br or I within 2.5 Å at which the angle is
    120 degrees or more. In a structure without any hydrogen O, N and F within 3.1 Å of each other are, unless they
    are bonded to one atom, as those of a nitrate; quality says so.

    References
    ----------
    .. [1] Arunan et al., Pure Appl. Chem. 83, 1637 (2011), doi:10.1351/PAC-REC-10-01-02
    """
    elements = structure.elements
    if not any(element in HYDROGEN for element in elements):
        rows, lengths = _by_distance(structure, bonds)
        return rows, lengths, (f"hydrogen bonds by distance, without hydrogen: {len(rows)}",) if len(rows) else ()
    donor: dict[int, NDArray[np.float64]] = {}
    for src, dst, *offset in bonds.tolist():
        arm = structure.positions[dst] + offset - structure.positions[src]
        for atom, other, way in ((src, dst, arm), (dst, src, -arm)):
            if elements[atom] in HYDROGEN and elements[other] in _DONORS:
                donor[atom] = way @ structure.cell
    all_rows, all_lengths = near_pairs(structure, LONGEST)
    known = {tuple(row) for row in bonds.tolist()}
    best: dict[int, int] = {}
    for index, row in enumerate(all_rows.tolist()):
        src, dst, *offset = row
        arm = (structure.positions[dst] + offset - structure.positions[src]) @ structure.cell
        for atom, other, way in ((src, dst, arm), (dst, src, -arm)):
            if atom not in donor or elements[other] not in _ACCEPTORS or tuple(row) in known:
                continue
            cosine = float(way @ donor[atom] / (np.linalg.norm(way) * np.linalg.norm(donor[atom])))
            if cosine <= _STRAIGHT and (atom not in best or all_lengths[index] < all_lengths[best[atom]]):
                best[atom] = index
    chosen = sorted(set(best.values()))
    return all_rows[chosen], all_lengths[chosen], ()


def _by_distance(structure: Structure, bonds: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rows, lengths = near_pairs(structure, LONGEST_WITHOUT_HYDROGEN)
    holders: list[set[tuple[int, int, int, int]]] = [set() for _ in structure.elements]
    for src, dst, u, v, w in bonds.tolist():
        holders[src].add((dst, u, v, w))
        holders[dst].add((src, -u, -v, -w))
    kept = []
    for src, dst, u, v, w in rows.tolist():
        polar = structure.elements[src] in _DONORS and structure.elements[dst] in _DONORS
        near = {(atom, a + u, b + v, c + w) for atom, a, b, c in holders[dst]}
        kept.append(polar and (dst, u, v, w) not in holders[src] and not near & holders[src])
    chosen = np.array(kept, bool)
    return rows[chosen], lengths[chosen]
