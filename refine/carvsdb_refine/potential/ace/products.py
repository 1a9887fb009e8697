"""Products of the atomic base, the densities they add up to, and the way back: sixteen atoms of one element at once.

Arrays end in the axis of atoms ("lanes"), so that one instruction works on several atoms.

References
----------
.. [1] Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021), doi:10.1038/s41524-021-00559-9
"""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part
from carvsdb_refine.potential.ace.embedding import embed, embed_plain
from carvsdb_refine.potential.ace.repulsion import fade
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LANES = 16


@compiled_part
def mirror(tables: AceTables, centre: int, real: Floats, imag: Floats) -> None:
    """Fill the entries with m < 0 of the full list, shape (n_full, any number of atoms)."""
    n_half = tables.n_half[centre]
    for k in range(tables.n_full[centre] - n_half):
        source, sign = tables.mirror_of[centre, k], tables.mirror_sign[centre, k]
        for lane in range(real.shape[1]):
            real[n_half + k, lane] = sign * real[source, lane]
            imag[n_half + k, lane] = -sign * imag[source, lane]


@compiled_part
def sum_densities(tables: AceTables, centre: int, real: Floats, imag: Floats, room: Floats, densities: Floats) -> None:
    """Write the densities, shape (P, LANES); `room` has shape (at least 2, LANES)."""
    n_densities = tables.weights.shape[1]
    for p in range(n_densities):
        for lane in range(LANES):
            densities[p, lane] = 0.0
    for term in range(tables.first_term[centre], tables.first_term[centre + 1]):
        rank = tables.rank[term]
        first = tables.factors[term, 0]
        if rank == 1:
            for lane in range(LANES):
                room[0, lane] = real[first, lane]
        elif rank == 2:
            second = tables.factors[term, 1]
            for lane in range(LANES):
                room[0, lane] = real[first, lane] * real[second, lane] - imag[first, lane] * imag[second, lane]
        else:
            for lane in range(LANES):
                room[0, lane] = real[first, lane]
                room[1, lane] = imag[first, lane]
            for place in range(1, rank - 1):
                factor = tables.factors[term, place]
                for lane in range(LANES):
                    a, b = room[0, lane], room[1, lane]
                    c, d = real[factor, lane], imag[factor, lane]
                    room[0, lane] = a * c - b * d
                    room[1, lane] = a * d + b * c
            factor = tables.factors[term, rank - 1]
            for lane in range(LANES):
                room[0, lane] = room[0, lane] * real[factor, lane] - room[1, lane] * imag[factor, lane]
        for p in range(n_densities):
            weight = tables.weights[term, p]
            for lane in range(LANES):
                densities[p, lane] += weight * room[0, lane]


@compiled_part
def embed_densities(
    tables: AceTables, centre: int, real: Floats, densities: Floats, fades: Floats, energies: Floats, slopes: Floats
) -> None:
    """Write the energies of the lanes in eV; the densities become derivatives of the energy by them.

    Parameters
    ----------
    real : ndarray of float64, shape (n_full, LANES)
        Of the atomic base, for the core sum.
    fades : ndarray of float64, shape (LANES,)
        What the nearest neighbour leaves of the expansion, where it decides that.
    slopes : ndarray of float64, shape (2, LANES)
        Become the derivatives of the energy by the core sum and by `fades`.
    """
    repels, is_plain = tables.repels[centre], tables.embedding_kind[centre] == 1
    core_place = tables.core_place
    for lane in range(LANES):
        energy = 0.0
        for p in range(tables.weights.shape[1]):
            weight, exponent = tables.embedding[centre, p, 0], tables.embedding[centre, p, 1]
            if is_plain:
                value, slope = embed_plain(densities[p, lane], exponent)
            else:
                value, slope = embed(densities[p, lane], exponent)
            energy += weight * value
            densities[p, lane] = weight * slope
        if repels > 0:
            core, left, left_slope = core_sum(core_place, centre, real, lane), fades[lane], 0.0
            if repels == 1:
                left, left_slope = fade(core, tables.core_limit[centre, 0], tables.core_limit[centre, 1])
                slopes[0, lane] = 1.0 + energy * left_slope
                energy = energy * left + core
            else:
                slopes[0, lane] = 1.0 - left
                slopes[1, lane] = energy - core
                energy = energy * left + core * (1.0 - left)
            for p in range(tables.weights.shape[1]):
                densities[p, lane] *= left
        energies[lane] = tables.zero_energy[centre] + energy


@compiled_part
def core_sum(core_place: Integers, centre: int, real: Floats, lane: int) -> float:
    """Return the sum of the repulsion of all neighbours, in eV, by `AceTables.core_place`."""
    total = 0.0
    for neighbour in range(core_place.shape[1]):
        place = core_place[centre, neighbour]
        if place >= 0:
            total += real[place, lane]
    return total


@compiled_part
def back_propagate(
    tables: AceTables,
    centre: int,
    real: Floats,
    imag: Floats,
    slopes: Floats,
    core_slopes: Floats,
    room: Floats,
    adjoint_real: Floats,
    adjoint_imag: Floats,
) -> None:
    """Write the adjoints W of the half list, dE = Re sum W dA, from the energy's derivatives by the densities.

    `core_slopes`, shape (at least 1, LANES), are those by the core sum. The lists have shape (n_full, LANES); `room`
    has shape (at least 2 largest rank + 2, LANES).
    """
    # Reverse differentiation: the derivative of a product by one factor is the product of all others. Products of the
    # factors before and of those behind give it for every factor in two passes without a division: factors may be 0.
    n_half, n_full = tables.n_half[centre], tables.n_full[centre]
    for k in range(n_full):
        for lane in range(LANES):
            adjoint_real[k, lane] = 0.0
            adjoint_imag[k, lane] = 0.0
    for neighbour in range(tables.core_place.shape[1]):
        place = tables.core_place[centre, neighbour]
        if place >= 0:
            for lane in range(LANES):
                adjoint_real[place, lane] = core_slopes[0, lane]
    for term in range(tables.first_term[centre], tables.first_term[centre + 1]):
        rank = tables.rank[term]
        # Row 2k holds the weight times the factors before k, row 2k + 1 its imaginary part.
        for lane in range(LANES):
            room[0, lane] = 0.0
            room[1, lane] = 0.0
        for p in range(tables.weights.shape[1]):
            weight = tables.weights[term, p]
            for lane in range(LANES):
                room[0, lane] += weight * slopes[p, lane]
        for place in range(rank - 1):
            factor = tables.factors[term, place]
            for lane in range(LANES):
                a, b = room[2 * place, lane], room[2 * place + 1, lane]
                c, d = real[factor, lane], imag[factor, lane]
                room[2 * place + 2, lane] = a * c - b * d
                room[2 * place + 3, lane] = a * d + b * c
        # The factors behind gather in the last two rows.
        behind = 2 * rank
        for lane in range(LANES):
            room[behind, lane] = 1.0
            room[behind + 1, lane] = 0.0
        for place in range(rank - 1, -1, -1):
            factor = tables.factors[term, place]
            for lane in range(LANES):
                a, b = room[2 * place, lane], room[2 * place + 1, lane]
                e, f = room[behind, lane], room[behind + 1, lane]
                c, d = real[factor, lane], imag[factor, lane]
                adjoint_real[factor, lane] += a * e - b * f
                adjoint_imag[factor, lane] += a * f + b * e
                room[behind, lane] = e * c - f * d
                room[behind + 1, lane] = e * d + f * c
    # Bases of m < 0 are no unknowns of their own: their adjoints, conjugated, belong to those of m > 0.
    for k in range(n_full - n_half):
        source, sign = tables.mirror_of[centre, k], tables.mirror_sign[centre, k]
        for lane in range(LANES):
            adjoint_real[source, lane] += sign * adjoint_real[n_half + k, lane]
            adjoint_imag[source, lane] -= sign * adjoint_imag[n_half + k, lane]
