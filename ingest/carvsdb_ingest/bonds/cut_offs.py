"""Bond cut-offs from covalent radii: how near two atoms of given elements must be to be bonded."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import NOBLE_GASES, covalent_radius, is_metal
from carvsdb.errors import InputError
from carvsdb_ingest.bonds.options import LARGE_CATIONS, LONG_PAIRS, BondOptions


def usual_cut_offs(kinds: Sequence[str], options: BondOptions) -> NDArray[np.float64]:
    """Return the cut-offs by covalent radii, tolerance and what metals get more; 0 for pairs that are never bonded.

    Semi-bridging oxygens are judged by these: they lean on metals, however long the bonds of an element may be.

    Parameters
    ----------
    kinds : sequence of str
        Elements.
    options : BondOptions

    Returns
    -------
    ndarray of float64, shape (n_kinds, n_kinds)
        In Å.
    """
    radii = np.array([0.0 if element in NOBLE_GASES else covalent_radius(element) for element in kinds])
    metals = np.array([is_metal(element) for element in kinds], bool)
    donors = np.array([element != "C" for element in kinds], bool)
    found: NDArray[np.float64] = radii[:, None] + radii[None, :] + options.tolerance
    found[(metals[:, None] & donors[None, :]) | (donors[:, None] & metals[None, :])] += options.metal_extra
    found[(radii == 0)[:, None] | (radii == 0)[None, :]] = 0.0
    if not options.metal_metal:
        found[metals[:, None] & metals[None, :]] = 0.0
    return found


def cut_offs(kinds: Sequence[str], options: BondOptions) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the cut-off of each pair of elements, and whether the user gave it.

    Parameters
    ----------
    kinds : sequence of str
        Elements.
    options : BondOptions

    Returns
    -------
    cut_offs : ndarray of float64, shape (n_kinds, n_kinds)
        In Å; 0 for pairs that are never bonded.
    given : ndarray of bool, shape (n_kinds, n_kinds)

    Raises
    ------
    InputError
        If a pair names an element that is not among them.
    """
    found = usual_cut_offs(kinds, options)
    able = found > 0
    donors = np.array([not is_metal(element) and element != "C" for element in kinds], bool)
    ionic = np.array([LARGE_CATIONS.get(element, 0.0) for element in kinds])
    longer = np.where(donors[None, :], ionic[:, None], 0.0)
    found += np.where(able, longer + longer.T, 0.0)
    for (metal, donor), more in LONG_PAIRS.items():
        if metal in kinds and donor in kinds:
            i, j = kinds.index(metal), kinds.index(donor)
            found[i, j] = found[j, i] = found[i, j] + more
    given = np.zeros_like(able)
    for first, second, cut_off in options.pairs:
        for element in (first, second):
            if element not in kinds:
                raise InputError(
                    f"the bond cut-off {first}-{second}={cut_off:g} names {element}, "
                    f"which the structure does not have (it has {', '.join(kinds)})"
                )
        i, j = kinds.index(first), kinds.index(second)
        found[i, j] = found[j, i] = cut_off
        given[i, j] = given[j, i] = True
    return found, given
