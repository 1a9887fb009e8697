"""Which atoms of an AB2 network are its nodes, which belong to linkers, and which to neither."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import METALLOIDS, is_metal
from carvsdb.atoms.structure import Structure
from carvsdb.net import Net, components
from carvsdb_ingest.bonds import Bonds
from carvsdb_ingest.clustering.oxide_frameworks import OxideFramework

NODE, LINKER, COUNTER_ION = 1, 0, -1
_FEWEST_AZOLATES = 3


def sorts_of_atoms(structure: Structure, bonds: Bonds, framework: OxideFramework) -> NDArray[np.int64]:
    """Tell for each atom whether it is a node (1), of a linker (0), or a cation in a cavity (-1).

    Notes
    -----
    Where linkers hold carbon, the nodes are the metals, and B, Si, Ge or P that have three or more bonds, all to
    nitrogen (boron imidazolates): other metalloids belong to linkers. Elsewhere all metals, metalloids and P are nodes.
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
    return sorts


def _linkers_hold_carbon(structure: Structure, bonds: Bonds, able: NDArray[np.bool_]) -> bool:
    """Tell whether any molecule that is bonded to an atom that may be a node holds carbon."""
    elements = np.array(structure.elements)
    if not (elements == "C").any():
        return False
    ends = bonds.edges[:, :2]
    inner = bonds.edges[~able[ends].any(axis=1)]
    outer = ends[able[ends[:, 0]] != able[ends[:, 1]]]
    bonded = np.zeros(len(elements), bool)
    bonded[outer.ravel()] = True
    if not len(inner):
        return False
    return any(
        bool((elements[part.vertices] == "C").any() and bonded[part.vertices].any())
        for part in components(Net.from_edges(inner, len(elements)))
        if not able[part.vertices[0]]
    )
