"""Alkali ions that are counter-ions of a framework rather than parts of it."""

from dataclasses import replace

import numpy as np

from carvsdb.atoms.elements import ALKALI
from carvsdb.atoms.structure import Structure
from carvsdb.errors import NoNetError
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.building_units import BuildingUnits


def building_units(structure: Structure, bonds: Bonds) -> BuildingUnits:
    """Return the building units, without alkali ions where these make rods, sheets or frameworks of finite clusters.

    Raises
    ------
    NoNetError
        If nothing is bonded, or nothing repeats.

    Notes
    -----
    Na, K and the like are bonded to whatever O is near. If inorganic units repeat for ever with them, are all finite
    without them, and what remains repeats in as many directions, they are counter-ions, and guests:
    `BuildingUnits.counter_ions` counts them. Otherwise they stay. Oxide frameworks have a rule of their own
    (`find_oxide_framework`).
    """
    units = BuildingUnits(structure, bonds)
    alkali = np.isin(np.array(structure.elements), sorted(ALKALI))
    if units.oxide.is_one or not alkali.any() or not any(group.is_infinite for group in units.inorganic):
        return units
    kept = ~alkali[bonds.edges[:, :2]].any(axis=1)
    rest = replace(bonds, edges=bonds.edges[kept], lengths=bonds.lengths[kept])
    symbols, counts = np.unique(np.array(structure.elements)[alkali], return_counts=True)
    try:
        without = BuildingUnits(structure, rest, dict(zip(symbols.tolist(), counts.tolist(), strict=True)))
    except NoNetError:
        return units
    if without.framework.periodicity < units.framework.periodicity:
        return units
    return units if any(group.is_infinite for group in without.inorganic) else without
