"""The Stillinger-Weber energy of an atom, from its neighbours."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part
from carvsdb_refine.potential.classical.tables import ClassicalTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled_part
def stillinger_weber_energy(
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
    """Return half the energy of the pairs of an atom and all of its angles, in eV.

    Pair rows are (a sigma, epsilon A, B, p, q, sigma, gamma sigma), triple rows (epsilon lambda, cos theta_0). For the
    arguments see `atom_energy`.
    """
    centre = kinds[atom]
    # Pairs first: the exponential of each bond is kept, as all angles of the bond use it again.
    energy = 0.0
    for j in range(n_others):
        row = tables.pair[centre, kinds[others[j]]]
        distance = vectors[j, 3]
        room[0, j] = 0.0
        room[1, j] = 0.0
        if with_gradient:
            gradient[j, 0] = gradient[j, 1] = gradient[j, 2] = 0.0
        beyond = distance - row[0]
        if beyond >= 0.0:
            continue
        ratio = row[5] / distance
        steep = ratio * ratio * ratio * ratio if row[3] == 4.0 else ratio ** row[3]
        steep *= row[2]
        flat = 1.0 if row[4] == 0.0 else ratio ** row[4]
        window = row[1] * np.exp(row[5] / beyond)
        energy += 0.5 * window * (steep - flat)
        # What a bond gives to its angles, and the slope of that.
        room[0, j] = np.exp(row[6] / beyond)
        room[1, j] = -room[0, j] * row[6] / (beyond * beyond)
        if with_gradient:
            slope = (row[4] * flat - row[3] * steep) / distance - (steep - flat) * row[5] / (beyond * beyond)
            slope *= 0.5 * window / distance
            for axis in range(3):
                gradient[j, axis] = slope * vectors[j, axis]
    # Then each angle once; bonds beyond their cut-off have none.
    for j in range(n_others):
        if room[0, j] == 0.0:
            continue
        for k in range(j):
            if room[0, k] == 0.0:
                continue
            row = tables.triple[centre, kinds[others[j]], kinds[others[k]]]
            dot = vectors[j, 0] * vectors[k, 0] + vectors[j, 1] * vectors[k, 1] + vectors[j, 2] * vectors[k, 2]
            r, s = vectors[j, 3], vectors[k, 3]
            cosine = dot / (r * s)
            excess = cosine - row[1]
            part = row[0] * room[0, j] * room[0, k]
            energy += part * excess * excess
            if with_gradient:
                turn = 2.0 * part * excess
                stretch_j = row[0] * room[1, j] * room[0, k] * excess * excess / r - turn * cosine / (r * r)
                stretch_k = row[0] * room[0, j] * room[1, k] * excess * excess / s - turn * cosine / (s * s)
                turn /= r * s
                for axis in range(3):
                    gradient[j, axis] += stretch_j * vectors[j, axis] + turn * vectors[k, axis]
                    gradient[k, axis] += stretch_k * vectors[k, axis] + turn * vectors[j, axis]
    return energy
