"""Which atoms of an AB2 network are its nodes, which belong to linkers, and which to neither."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import ALKALI, METALLOIDS, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.oxide_frameworks import OxideFramework

NODE, LINKER, COUNTER_ION = 1, 0, -1
_FEWEST_AZOLATES = 3
MODIFIERS = ALKALI | {"Ca", "Sr", "Ba", "Tl"}
"""What modifies the network of a glass of Si, B, Ge, P and anions, and is no part of it."""


def sorts_of_atoms(structure: Structure, bonds: Bonds, framework: OxideFramework) -> NDArray[np.int64]:
    """Tell for each atom whether it is a node (1), of a linker (0), or a cation in a cavity (-1).

    Notes
    -----
    Where linkers hold carbon, the nodes are the metals, and B, Si, Ge or P that have three or more bonds, all to
    nitrogen (boron imidazolates): other metalloids belong to linkers. Elsewhere all metals, metalloids and P are nodes,
    but for alkali metals, Ca, Sr, Ba and Tl beside metalloids or P (metaphosphate glasses).
    In a framework of T atoms and O, as of zeolites and silica, these are the T atoms, whatever its templates hold.
    """
    elements = np.array(structure.elements)
    kinds = sorted(set(structure.elements))
    metals = [kind for kind in kinds if is_metal(kind)]
    others = [kind for kind in kinds if kind in METALLOIDS or kind == "P"]
    able = np.isin(elements, [*metals, *others])
    sorts = np.where(able, NODE, LINKER).astype(np.int64)
    if framework.is_one:
        sorts[list(framework.cations)] = COUNTER_ION
        return sorts
    if _linkers_hold_carbon(structure, bonds, able):
        aza = np.isin(elements, others) & able
        ends = bonds.edges[:, :2]
        number = np.bincount(ends.ravel(), minlength=len(elements))
        to_nitrogen = np.bincount(ends[elements[ends[:, 1]] == "N", 0], minlength=len(elements))
        to_nitrogen += np.bincount(ends[elements[ends[:, 0]] == "N", 1], minlength=len(elements))
        sorts[aza & ~((number >= _FEWEST_AZOLATES) & (number == to_nitrogen))] = LINKER
    elif others:
        sorts[np.isin(elements, sorted(MODIFIERS))] = COUNTER_ION
    return sorts


def _linkers_hold_carbon(structure: Structure, bonds: Bonds, able: NDArray[np.bool_]) -> bool:
    """Tell whether any molecule that is bonded to an atom that may be a node holds carbon."""
    elements = np.array(structure.elements)
    if not (elements == "C").any():
        return False
    ends = bonds.edges[:, :2]
    inner = ends[~able[ends].any(axis=1)]
    if not len(inner):
        return False
    # Step by step from the atoms bonded to such an atom: carbon is mostly met at the first or second.
    reached = np.zeros(len(elements), bool)
    reached[ends[able[ends[:, 0]] != able[ends[:, 1]]].ravel()] = True
    reached &= ~able
    count = 0
    while count < (count := int(np.count_nonzero(reached))):
        if (elements[reached] == "C").any():
            return True
        reached[inner[reached[inner].any(axis=1)].ravel()] = True
    return False
