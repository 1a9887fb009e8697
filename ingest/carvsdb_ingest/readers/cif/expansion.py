"""From the asymmetric unit to all atoms of the unit cell, by the symmetry operations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN, covalent_radius, is_metal
from carvsdb.atoms.pairs import near_pairs
from carvsdb.atoms.structure import Structure
from carvsdb.atoms.symmetry_operations import Operations
from carvsdb_ingest.readers.cif.sites import Sites

MERGED = 0.4
"""Atoms nearer than this are one, in Å."""

_SAME = 0.05
_TOO_NEAR = 0.75
FULL = 0.99
"""Sites that are occupied by less are partly occupied."""
_BOND = 0.3
_HYDROGENS = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class Expanded:
    """All atoms of a cell.

    Attributes
    ----------
    elements : tuple of str
    positions : ndarray of float64, shape (n_atoms, 3)
        Fractional, between 0 and 1.
    sites : ndarray of int64, shape (n_atoms,)
        The site of each atom.
    quality : tuple of str
    """

    elements: tuple[str, ...]
    positions: NDArray[np.float64]
    sites: NDArray[np.int64]
    quality: tuple[str, ...]


def expand(sites: Sites, operations: Operations, cell: NDArray[np.float64]) -> Expanded:
    """Apply symmetry operations to atom sites, and merge or leave out what cannot be there together.

    Notes
    -----
    Images less than 0.4 Å apart are one atom, in the middle if they are of one site. A partly occupied atom nearer
    to a better occupied one than three quarters of a bond is left out.
    """
    rotations, translations = operations
    # Images of a site are neighbours in this order, so that a site keeps its place in the file.
    images = np.einsum("oij,sj->soi", rotations, sites.positions) + translations[None, :, :]
    positions = images.reshape(-1, 3)
    positions = positions - np.floor(positions)
    site = np.repeat(np.arange(len(sites.elements)), len(rotations))
    quality = []
    positions, site, occupancies, groups, doubtful = _merge(positions, site, sites, cell)
    if doubtful:
        quality.append(f"atoms less than {MERGED:g} Å apart, merged: {doubtful}")
    partial = occupancies < FULL
    if partial.any():
        quality.append(f"partly occupied atoms: {np.count_nonzero(partial)}")
        bare = _bare(positions, cell, site, sites)
        kept = _without_alternatives(bare, occupancies, groups)
        if not kept.all():
            quality.append(f"atoms too near to better occupied ones, left out: {np.count_nonzero(~kept)}")
        positions, site = positions[kept], site[kept]
    return Expanded(tuple(sites.elements[index] for index in site), positions, site, tuple(quality))


Place = tuple[str, str] | None
"""Disorder assembly and group of an atom."""


def _merge(
    positions: NDArray[np.float64], site: NDArray[np.int64], sites: Sites, cell: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], list[Place], int]:
    """Merge atoms that are one; return positions, sites, occupancies, groups, and how many mergers are doubtful.

    An atom that is there in several alternatives has the occupancies of all of them, and belongs to none.
    """
    positions, site = _distinct(positions, site)
    occupancies, groups = sites.occupancies[site], [sites.groups[index] for index in site]
    rows, lengths = near_pairs(_bare(positions, cell, site, sites), MERGED)
    if not len(rows):
        return positions, site, occupancies, groups, 0
    elements = np.array(sites.elements)
    order = np.argsort(-occupancies, kind="stable")
    rank = np.empty(len(site), np.int64)
    rank[order] = np.arange(len(site))
    merged_into = np.full(len(site), -1, np.int64)
    near: list[list[int]] = [[] for _ in site]
    for index, (src, dst) in enumerate(rows[:, :2].tolist()):
        near[src].append(index)
        near[dst].append(index)
    middle = positions.copy()
    doubtful = 0
    for atom in order.tolist():
        if merged_into[atom] >= 0:
            continue
        places = [np.zeros(3)]
        for index in near[atom]:
            src, dst, *cell_offset = rows[index].tolist()
            if src == dst:
                continue
            other, step = (dst, np.array(cell_offset)) if src == atom else (src, -np.array(cell_offset))
            if merged_into[other] >= 0 or rank[other] < rank[atom]:
                continue
            merged_into[other] = atom
            same_site = site[other] == site[atom]
            if same_site:
                places.append(positions[other] + step - positions[atom])
            # The images of a site on a special position have their occupancy together.
            if not same_site or lengths[index] > _SAME:
                occupancies[atom] = min(1.0, occupancies[atom] + sites.occupancies[site[other]])
            if groups[other] != groups[atom]:
                groups[atom] = None
            doubtful += bool(lengths[index] > _SAME or elements[site[other]] != elements[site[atom]])
        middle[atom] = positions[atom] + np.mean(places, axis=0)
    kept = merged_into < 0
    left = [group for group, stays in zip(groups, kept.tolist(), strict=True) if stays]
    return middle[kept], site[kept], occupancies[kept], left, doubtful


def _distinct(positions: NDArray[np.float64], site: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Leave out images that are equal to five digits: what most images of atoms on special positions are."""
    rounded = np.rint(positions * 1e5).astype(np.int64) % 100_000
    _, first = np.unique(np.column_stack([site, rounded]), axis=0, return_index=True)
    first.sort()
    return positions[first], site[first]


def _without_alternatives(atoms: Structure, occupancies: NDArray[np.float64], groups: list[Place]) -> NDArray[np.bool_]:
    """Tell which atoms stay: partly occupied ones give way to better occupied ones, then to earlier ones."""
    elements = atoms.elements
    radii = np.array([covalent_radius(element) for element in elements])
    rows, lengths = near_pairs(atoms, 2 * float(radii.max(initial=0.0)) + _BOND)
    src, dst = rows[:, 0], rows[:, 1]
    heavy = np.array([element not in HYDROGEN for element in elements])
    metal = np.array([is_metal(element) for element in elements])
    bond = radii[src] + radii[dst]
    limit = _TOO_NEAR * bond
    # Two metals are not bonded, nor are two hydrogens: what is nearer than that is an alternative.
    limit[metal[src] & metal[dst]] = bond[metal[src] & metal[dst]]
    limit[~heavy[src] & ~heavy[dst]] = _HYDROGENS
    # Atoms of two groups of one assembly are never bonded.
    apart = np.array([_alternatives(groups[i], groups[j]) for i, j in rows[:, :2].tolist()], bool)
    limit[apart] = bond[apart] + _BOND
    clash = (lengths < limit) & ((heavy[src] == heavy[dst]) | apart) & (src != dst)
    others: list[list[int]] = [[] for _ in elements]
    for first, second in rows[clash, :2].tolist():
        others[first].append(second)
        others[second].append(first)
    members: dict[tuple[str, str], list[int]] = {}
    for atom, group in enumerate(groups):
        if group is not None:
            members.setdefault(group, []).append(atom)
    # Rounded: groups of one share are taken in the order of the file, as their atoms are.
    share = {group: round(float(occupancies[inside].mean()), 4) for group, inside in members.items()}
    weight = np.array(
        [
            share[group] if group is not None else occupancy
            for group, occupancy in zip(groups, occupancies.tolist(), strict=True)
        ]
    )
    kept = np.ones(len(elements), bool)
    for atom in np.argsort(-weight, kind="stable").tolist():
        if not kept[atom]:
            continue
        for other in others[atom]:
            if weight[other] < FULL and weight[other] <= weight[atom]:
                kept[other] = False
    return kept


def _alternatives(first: Place, second: Place) -> bool:
    return first is not None and second is not None and first[0] == second[0] and first[1] != second[1]


def _bare(
    positions: NDArray[np.float64], cell: NDArray[np.float64], site: NDArray[np.int64], sites: Sites
) -> Structure:
    return Structure(tuple(sites.elements[index] for index in site), positions, cell, ("",) * len(site))
