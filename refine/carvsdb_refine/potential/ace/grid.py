"""Radial functions on a grid: values, slopes and a cubic between neighbours (Hermite), as the fitting programs do it.

LAMMPS and pacemaker evaluate every radial function from such a grid, whose spacing stands in the file
(`deltaSplineBins`); on the same grid the energies are theirs to rounding, whatever the spacing. The simplified Bessel
functions without inner cut-off or repulsion are not tabulated where the grid is so fine that it makes no difference.

The repulsion of a pair is one more column behind the g_k, so that all that is done with radial functions is done with
it: the sum over neighbours, its changes, its gradient.
"""

import math

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import inlined
from carvsdb_refine.potential.ace.form import Bond
from carvsdb_refine.potential.ace.radial_forms import BESSEL, radial_values
from carvsdb_refine.potential.ace.repulsion import core_repulsion, fade_many, zbl_repulsion

Floats = NDArray[np.float64]

# A finer grid than this cannot be told from it.
_MOST_BINS = 20_000
# The error of a cubic that counts as none, relative to the functions: forces then differ by less than 1e-7 eV/Å.
_NO_ERROR = 3e-12


def needs_grid(bond: Bond) -> bool:
    """Return whether the functions of a bond are tabulated: all but Bessel functions on a fine grid."""
    radial = bond.radial
    if radial.name not in BESSEL or bond.has_repulsion or bond.inner.limits(bond.cutoff):
        return True
    fastest = (bond.n_base + 1) * math.pi / bond.cutoff
    return (radial.spacing * fastest) ** 4 / 384 > _NO_ERROR


def n_columns(bond: Bond) -> int:
    """Return the number of functions of a bond, its repulsion included."""
    return bond.n_base + bond.has_repulsion


def grid_of(bond: Bond) -> tuple[Floats, float]:
    """Return the cubics of each bin and the number of bins per Å.

    Returns
    -------
    ndarray of float64, shape (n_bins, 4, n_columns)
        Coefficients of 1, w, w², w³, with w from 0 to 1 across the bin.
    float
    """
    radial, inner, cutoff = bond.radial, bond.inner, bond.cutoff
    table = radial.table
    n_bins = int(min(cutoff / radial.spacing, _MOST_BINS)) if table is None else len(table) - 1
    per_length = n_bins / cutoff
    # Products of an index and a width, not fractions of the cut-off: the last one decides what the last bin holds.
    step = 1.0 / per_length
    distances: Floats = step * np.arange(1.0, n_bins + 1)
    nodes = np.zeros((2, n_bins + 1, n_columns(bond)))
    if table is not None:
        values, slopes = table[1:, 0].copy(), table[1:, 1].copy()
    else:
        values, slopes = radial_values(radial.name, distances, cutoff, radial.parameter, radial.width, bond.n_base)
    if inner.limits(cutoff):
        below, below_slope = inner.keeps(distances)
        slopes = slopes * below[:, np.newaxis] + values * below_slope[:, np.newaxis]
        values = values * below[:, np.newaxis]
    beyond = distances >= cutoff
    values[beyond], slopes[beyond] = 0.0, 0.0
    nodes[0, 1:, : bond.n_base], nodes[1, 1:, : bond.n_base] = values, slopes
    if bond.has_repulsion:
        nodes[0, 1:, -1], nodes[1, 1:, -1] = _repulsion(bond, distances)
    # Nearer than the first node the functions go on straight: the repulsion has no value at 0.
    nodes[0, 0], nodes[1, 0] = nodes[0, 1] - step * nodes[1, 1], nodes[1, 1]
    if table is not None and not inner.limits(cutoff):
        nodes[0, 0, : bond.n_base], nodes[1, 0, : bond.n_base] = table[0]
    return _cubics(nodes[0], step * nodes[1]), per_length


def _repulsion(bond: Bond, distances: Floats) -> tuple[Floats, Floats]:
    if bond.inner.kind == "zbl":
        return zbl_repulsion(distances, bond.cutoff, bond.radial.width, bond.repulsion[0], bond.charges)
    values, slopes = core_repulsion(distances, bond.cutoff, *bond.repulsion)
    if bond.inner.kind == "distance":
        fading, fading_slope = fade_many(distances, bond.inner.end, bond.inner.width)
        values, slopes = values * fading, values * fading_slope + slopes * fading
    return values, slopes


def _cubics(values: Floats, slopes: Floats) -> Floats:
    """Return the cubic of each bin from values and slopes (per bin) at its ends."""
    left, right, left_slope, right_slope = values[:-1], values[1:], slopes[:-1], slopes[1:]
    second = 3 * (right - left) - right_slope - 2 * left_slope
    third = -2 * (right - left) + right_slope + left_slope
    return np.ascontiguousarray(np.stack([left, left_slope, second, third], axis=1))


@inlined
def grid_basis(
    distance: float, first: int, n_bins: int, per_length: float, n_base: int, grid: Floats, values: Floats
) -> None:
    """Write the functions of a grid that begins in row `first`."""
    x = distance * per_length
    place = min(int(x), n_bins - 1)
    w = x - place
    row = first + place
    for k in range(n_base):
        values[k] = grid[row, 0, k] + w * (grid[row, 1, k] + w * (grid[row, 2, k] + w * grid[row, 3, k]))


@inlined
def grid_basis_slopes(
    distance: float,
    first: int,
    n_bins: int,
    per_length: float,
    n_base: int,
    grid: Floats,
    values: Floats,
    slopes: Floats,
) -> None:
    """Write the functions of a grid and their derivatives by the distance."""
    x = distance * per_length
    place = min(int(x), n_bins - 1)
    w = x - place
    row = first + place
    for k in range(n_base):
        first_order, second, third = grid[row, 1, k], grid[row, 2, k], grid[row, 3, k]
        values[k] = grid[row, 0, k] + w * (first_order + w * (second + w * third))
        slopes[k] = per_length * (first_order + w * (2.0 * second + 3.0 * w * third))
