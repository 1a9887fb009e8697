"""What keeps atoms apart where a fit knows nothing: core repulsion, ZBL, and the fading of the expansion below it.

With the core sum c = sum over neighbours of the pair repulsion, the energy of an atom is E0 + F f(c) + c, where F is
the energy of the expansion and f falls from 1 to 0 over the last `width` before a limit of c (the inner cut-off by
density). With `inner_cutoff_type: zbl` it is E0 + F f + (1 - f) c, where f falls as the nearest neighbour comes nearer
than its inner cut-off.

References
----------
.. [1] Bochkarev et al., Phys. Rev. Mater. 6, 013804 (2022), doi:10.1103/PhysRevMaterials.6.013804
.. [2] Ziegler, Biersack & Littmark, The Stopping and Range of Ions in Matter (Pergamon, 1985)
"""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import inlined

Floats = NDArray[np.float64]

# e² / (4 pi epsilon_0) in eV Å as the programs that fit these potentials have it; screening of reference 2.
COULOMB = 14.399645351950543
SCREENING = ((0.18175, 3.19980), (0.50986, 0.94229), (0.28022, 0.40290), (0.02817, 0.20162))


@inlined
def fade(x: float, end: float, width: float) -> tuple[float, float]:
    """Return a polynomial of the fifth order that falls from 1 at end - width to 0 at the end, and its slope."""
    if x >= end:
        return 0.0, 0.0
    if x <= end - width:
        return 1.0, 0.0
    t = 1.0 - 2.0 * (1.0 + (x - end) / width)
    square = t * t
    value = 0.5 + 3.75 * t * (0.25 - square / 6.0 + square * square / 20.0)
    return value, -7.5 / width * (0.25 - 0.5 * square + 0.25 * square * square)


def fade_many(x: Floats, end: float, width: float) -> tuple[Floats, Floats]:
    """Return what `fade` does, for an array; at the end of no width it is still 1."""
    if width == 0:
        return (x <= end).astype(np.float64), np.zeros(len(x))
    t = np.clip(1.0 - 2.0 * (1.0 + (x - end) / width), -1.0, 1.0)
    return 0.5 + 3.75 * t * (0.25 - t**2 / 6 + t**4 / 20), -7.5 / width * (0.25 - t**2 / 2 + t**4 / 4)


def core_repulsion(distances: Floats, cutoff: float, prefactor: float, decay: float) -> tuple[Floats, Floats]:
    """Return p e^(-d r²) / r (1 + cos(pi r/rc)) / 2 in eV and its slope; nothing from d r² = 50 on."""
    prefactor, decay = abs(prefactor), abs(decay)
    exponent = decay * distances**2
    near = (exponent < 50) & (distances < cutoff)
    bare = np.where(near, prefactor * np.exp(-np.minimum(exponent, 50)) / distances, 0.0)
    bare_slope = -bare * (2 * exponent + 1) / distances
    angle = np.pi * distances / cutoff
    envelope, envelope_slope = 0.5 * (1 + np.cos(angle)), -0.5 * np.pi / cutoff * np.sin(angle)
    return bare * envelope, bare * envelope_slope + bare_slope * envelope


def zbl_repulsion(
    distances: Floats, cutoff: float, width: float, prefactor: float, charges: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Return half the ZBL energy of a pair in eV, and its slope.

    A polynomial over the last `width` before the cut-off brings the energy, its first and its second derivative there
    to zero, as LAMMPS has it; `fade` over the same range is applied besides, as in the programs of reference 1.

    Parameters
    ----------
    charges : tuple of int
        The two atomic numbers.
    """
    start = cutoff - width
    length = 0.46850 / (charges[0] ** 0.23 + charges[1] ** 0.23)
    energy, slope, _ = _screened(distances, length)
    end_energy, end_slope, end_curvature = (float(found[0]) for found in _screened(np.array([cutoff]), length))
    cubic = (-3 * end_slope + width * end_curvature) / width**2 if width else 0.0
    quartic = (2 * end_slope - width * end_curvature) / width**3 if width else 0.0
    shift = -end_energy + width * end_slope / 2 - width**2 * end_curvature / 12
    past = np.clip(distances - start, 0.0, None)
    scale = prefactor * COULOMB / 2 * charges[0] * charges[1]
    energy = scale * (energy + shift + cubic / 3 * past**3 + quartic / 4 * past**4)
    slope = scale * (slope + cubic * past**2 + quartic * past**3)
    fading, fading_slope = fade_many(distances, cutoff, width)
    near = distances < cutoff
    return np.where(near, energy * fading, 0.0), np.where(near, slope * fading + energy * fading_slope, 0.0)


def _screened(distances: Floats, length: float) -> tuple[Floats, Floats, Floats]:
    """Return the screened 1/r and its first two derivatives."""
    terms = [(weight * np.exp(-rate * distances / length), rate / length) for weight, rate in SCREENING]
    screening = sum((term for term, _ in terms), np.zeros(len(distances)))
    first = sum((-rate * term for term, rate in terms), np.zeros(len(distances)))
    second = sum((rate**2 * term for term, rate in terms), np.zeros(len(distances)))
    curvature = second / distances - 2 * first / distances**2 + 2 * screening / distances**3
    return screening / distances, first / distances - screening / distances**2, curvature
