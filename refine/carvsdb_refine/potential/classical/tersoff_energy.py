"""The Tersoff energy of an atom, from its neighbours."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part, inlined
from carvsdb_refine.potential.classical.tables import ClassicalTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_LARGEST_EXPONENT = 69.0


@inlined
def smooth_cutoff(distance: float, middle: float, half_width: float) -> tuple[float, float]:
    """Return the cut-off function and its slope: 1 below `middle - half_width`, 0 above `middle + half_width`."""
    phase = (distance - middle) / half_width
    if phase <= -1.0:
        return 1.0, 0.0
    if phase >= 1.0:
        return 0.0, 0.0
    return 0.5 - 0.5 * np.sin(0.5 * np.pi * phase), -0.25 * np.pi / half_width * np.cos(0.5 * np.pi * phase)


@compiled_part
def tersoff_energy(
    tables: ClassicalTables,
    atom: int,
    kinds: Integers,
    others: Integers,
    vectors: Floats,
    n_others: int,
    room: Floats,
    with_gradient: bool,
    gradient: Floats,
) -> float:
    """Return half the energy of the bonds of an atom, with the bond order from its side, in eV.

    Pair rows are (R + D, R, D, A, lambda_1, B, lambda_2, beta, n), triple rows (R, D, m, gamma, lambda_3, c, d, h). For
    the arguments see `atom_energy`.
    """
    centre = kinds[atom]
    if with_gradient:
        for j in range(n_others):
            gradient[j, 0] = gradient[j, 1] = gradient[j, 2] = 0.0
    energy = 0.0
    for j in range(n_others):
        row = tables.pair[centre, kinds[others[j]]]
        r = vectors[j, 3]
        if r >= row[0]:
            continue
        # The sum zeta over the other bonds; what its terms need again for the gradient is kept in `room`.
        zeta = 0.0
        for k in range(n_others):
            s = vectors[k, 3]
            for part in range(4):
                room[part, k] = 0.0
            if k == j:
                continue
            other = tables.triple[centre, kinds[others[j]], kinds[others[k]]]
            inside, inside_slope = smooth_cutoff(s, other[0], other[1])
            if inside == 0.0:
                continue
            dot = vectors[j, 0] * vectors[k, 0] + vectors[j, 1] * vectors[k, 1] + vectors[j, 2] * vectors[k, 2]
            cosine = dot / (r * s)
            excess = other[7] - cosine
            c_squared, d_squared = other[5] * other[5], other[6] * other[6]
            below = d_squared + excess * excess
            angular = other[3] * (1.0 + c_squared / d_squared - c_squared / below)
            longer = other[4] * (r - s)
            exponent = longer if other[2] == 1.0 else longer * longer * longer
            exponent = min(max(exponent, -_LARGEST_EXPONENT), _LARGEST_EXPONENT)
            exponential = np.exp(exponent)
            exponent_slope = other[4] if other[2] == 1.0 else 3.0 * other[4] * longer * longer
            zeta += inside * angular * exponential
            room[0, k] = -inside * other[3] * 2.0 * c_squared * excess / (below * below) * exponential
            room[1, k] = inside * angular * exponential * exponent_slope
            room[2, k] = inside_slope * angular * exponential - room[1, k]
            room[3, k] = cosine
        # The bond order, as zeta is complete only now; then the energy of this bond.
        powered = (row[7] * zeta) ** row[8]
        order = (1.0 + powered) ** (-0.5 / row[8])
        repulsion = row[3] * np.exp(-row[4] * r)
        attraction = -row[5] * np.exp(-row[6] * r)
        window, window_slope = smooth_cutoff(r, row[1], row[2])
        energy += 0.5 * window * (repulsion + order * attraction)
        # The chain rule backwards: through the bond itself, then through zeta to every other bond.
        if with_gradient:
            slope = 0.5 * window_slope * (repulsion + order * attraction)
            slope -= 0.5 * window * (row[4] * repulsion + row[6] * order * attraction)
            by_zeta = 0.0
            if zeta > 0.0:
                by_zeta = -0.25 * window * attraction * order * powered / (zeta * (1.0 + powered))
            for k in range(n_others):
                by_cosine = by_zeta * room[0, k]
                s = vectors[k, 3]
                slope += by_zeta * room[1, k] - by_cosine * room[3, k] / r
                along = by_zeta * room[2, k] / s - by_cosine * room[3, k] / (s * s)
                across = by_cosine / (r * s)
                for axis in range(3):
                    gradient[k, axis] += along * vectors[k, axis] + across * vectors[j, axis]
                    gradient[j, axis] += across * vectors[k, axis]
            for axis in range(3):
                gradient[j, axis] += slope / r * vectors[j, axis]
    return energy
