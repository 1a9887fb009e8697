"""The bonds that a CIF block lists (``_geom_bond``)."""

import re

import gemmi
import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from carvsdb.atoms.elements import HYDROGEN, covalent_radius, is_metal
from carvsdb.atoms.pairs import near_pairs
from carvsdb.atoms.structure import Structure
from carvsdb.atoms.symmetry_operations import Operations
from carvsdb_ingest.readers.cif.expansion import MERGED, Expanded
from carvsdb_ingest.readers.cif.sites import Sites

_CODE = re.compile(r"(\d{1,3})(?:_(\d)(\d)(\d))?")
_LENGTH_ERROR = 0.1
_FEWEST_BONDED = 0.9
_LONGER = 0.8
"""How much longer than two covalent radii a listed bond may be, in Å: as K-O bonds are."""

_CLEAR = 1.1
"""Atoms nearer than this times their covalent radii are bonded, whatever else is near."""

Found = tuple[NDArray[np.int64] | None, list[str]]


def listed_bonds(
    block: cif.Block, sites: Sites, operations: Operations, expanded: Expanded, cell: NDArray[np.float64]
) -> Found:
    """Read the bonds of a block.

    Returns
    -------
    bonds : ndarray of int64, shape (n_bonds, 5), or None
        Between the expanded atoms; None if the block lists none, or none that can be trusted.
    quality : list of str

    Notes
    -----
    The list is trusted if its labels are unique, if each bond has the length that is said (within 0.1 Å), or else one
    that bonds of its elements have, if it reaches nine atoms in ten, and if no pair of atoms is missing that is as
    near as only bonded atoms are; many files list some bonds only, or leave out symmetry codes.
    """
    columns = [_column(block, name) for name in ("atom_site_label_1", "atom_site_label_2")]
    count = sum(not cif.is_null(text) for text in columns[0])
    if not count or not len(columns[0]) == len(columns[1]) == count:
        return None, []
    lengths = _column(block, "distance")
    codes = [_column(block, f"site_symmetry_{end}") for end in (1, 2)]
    number: dict[str, int] = {}
    for index, label in enumerate(sites.labels):
        if label in number:
            return None, ["listed bonds are not used: several atoms have one label"]
        number[label] = index
    rows = set()
    for row in range(count):
        ends = [number.get(cif.as_string(column[row])) for column in columns]
        if None in ends:
            continue  # a bond of an atom that was left out
        places = [
            _image(sites, operations, end, column[row] if len(column) == count else ".")
            for end, column in zip(ends, codes, strict=True)
            if end is not None
        ]
        if any(place is None for place in places):
            return None, ["listed bonds are not used: a symmetry code cannot be read"]
        first, second = (place for place in places if place is not None)
        said = float(cif.as_number(lengths[row])) if len(lengths) == count else np.nan
        length = float(np.linalg.norm((second - first) @ cell))
        if np.isfinite(said) and abs(length - said) > _LENGTH_ERROR:
            return None, [f"listed bonds are not used: one of {said:g} Å is {length:.2f} Å long"]
        radii = [covalent_radius(sites.elements[end]) for end in ends if end is not None]
        if not np.isfinite(said) and length > sum(radii) + _LONGER:
            return None, [f"listed bonds are not used: one is {length:.2f} Å long, which no bond of these elements is"]
        found = _all_images(first, second, ends, operations, expanded, cell)
        rows.update(found)
    bonds = np.array(sorted(rows), np.int64).reshape(-1, 5)
    bonded = len(np.unique(bonds[:, :2]))
    if bonded < _FEWEST_BONDED * len(expanded.elements):
        return None, [f"listed bonds are not used: they reach {bonded} of {len(expanded.elements)} atoms"]
    missing = _missing(bonds, expanded, cell)
    if missing:
        return None, [f"listed bonds are not used: {missing} that follow from the distances are missing"]
    return bonds, []


def _column(block: cif.Block, name: str) -> list[str]:
    values = block.find_values(f"_geom_bond_{name}") or block.find_values(f"_geom_bond.{name}")
    return list(values) if values else []


def _image(sites: Sites, operations: Operations, site: int, code: str) -> NDArray[np.float64] | None:
    """Return where the image of a site lies that a code such as ``3_655`` means."""
    if cif.is_null(code):
        home: NDArray[np.float64] = sites.positions[site]
        return home
    text = cif.as_string(code).strip()
    parts = _CODE.fullmatch(text)
    if parts is None and "," in text:
        return _literal_image(text, sites.positions[site])
    if parts is None or not 1 <= int(parts[1]) <= len(operations[0]):
        return None
    shift = [int(digit) - 5 for digit in parts.groups()[1:]] if parts[2] else [0, 0, 0]
    rotation, translation = operations[0][int(parts[1]) - 1], operations[1][int(parts[1]) - 1]
    image: NDArray[np.float64] = rotation @ sites.positions[site] + translation + shift
    return image


def _literal_image(text: str, position: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the image by an operation that is written out, ``-x,y+1/2,-z``."""
    try:
        operation = gemmi.Op(text.replace(" ", "").lower())
    except (ValueError, RuntimeError):
        return None
    image: NDArray[np.float64] = (
        np.array(operation.rot) @ position / gemmi.Op.DEN + np.array(operation.tran) / gemmi.Op.DEN
    )
    return image


def _missing(bonds: NDArray[np.int64], expanded: Expanded, cell: NDArray[np.float64]) -> int:
    """Count pairs of atoms, no hydrogen and not two metals, as near as only bonded atoms are that are not listed."""
    elements = expanded.elements
    radii = np.array([covalent_radius(element) for element in elements])
    heavy = np.array([element not in HYDROGEN for element in elements])
    metal = np.array([is_metal(element) for element in elements])
    rows, lengths = near_pairs(Structure(elements, expanded.positions, cell), _CLEAR * 2 * float(radii.max()))
    src, dst = rows[:, 0], rows[:, 1]
    clear = heavy[src] & heavy[dst] & ~(metal[src] & metal[dst]) & (lengths < _CLEAR * (radii[src] + radii[dst]))
    listed = set(map(tuple, bonds.tolist()))
    return sum(tuple(row) not in listed for row in rows[clear].tolist())


def _all_images(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    ends: list[int | None],
    operations: Operations,
    expanded: Expanded,
    cell: NDArray[np.float64],
) -> list[tuple[int, ...]]:
    """Return the bonds that the symmetry makes of one."""
    located = []
    for place, site in zip((first, second), ends, strict=True):
        images = operations[0] @ place + operations[1]
        atoms = np.flatnonzero(expanded.sites == site)
        if not len(atoms):  # a site that copies another by symmetry, and was merged with it
            atoms = np.arange(len(expanded.elements))
        apart = images[:, None, :] - expanded.positions[atoms][None, :, :]
        home = np.rint(apart)
        distances = np.linalg.norm((apart - home) @ cell, axis=2)
        nearest = distances.argmin(axis=1)
        take = np.arange(len(images))
        located.append((atoms[nearest], home[take, nearest].astype(np.int64), distances[take, nearest] < MERGED))
    (src, here, one), (dst, there, two) = located
    good = one & two
    rows = []
    for start, end, offset in zip(src[good].tolist(), dst[good].tolist(), (there - here)[good].tolist(), strict=True):
        back = [-step for step in offset]
        if start == end and not any(offset):
            continue
        forward = (start, end, *offset)
        turned = (end, start, *back)
        rows.append(forward if (start, end) < (end, start) or (start == end and offset > back) else turned)
    return rows
