"""Energies from atomic bases, many atoms of one element side by side, along a plan of products."""

import math

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part
from carvsdb_refine.potential.ace.embedding import embed_plain
from carvsdb_refine.potential.ace.product_plan import ProductPlan
from carvsdb_refine.potential.ace.products import core_sum
from carvsdb_refine.potential.ace.repulsion import fade
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Atoms side by side: enough to make each pass over them worth it, few enough to stay near the processor. Fewer are
# filled up to a multiple of `_STEP` with the last one, which the compiler takes with whole instructions.
SIDE = 32
_STEP = 8


@compiled_part
def energies_of_bases(
    tables: AceTables,
    plan: ProductPlan,
    centre: int,
    bases: Floats,
    which: Integers,
    begin: int,
    end: int,
    real: Floats,
    imag: Floats,
    sums: Floats,
    densities: Floats,
    fades: Floats,
    energies: Floats,
) -> None:
    """Write the energies (eV) of up to SIDE atoms of one element.

    Parameters
    ----------
    bases : ndarray of float64, shape (any, width)
        The half list of each atom, real parts first; then the imaginary parts of those with m > 0.
    which : ndarray of int64
        The rows of `bases`, from `begin` to `end`.
    real, imag : ndarray of float64, shape (rows, SIDE)
        Where to calculate.
    sums, densities : ndarray of float64, shapes (4, SIDE) and (P, SIDE)
        Where to calculate.
    fades : ndarray of float64
        Of each row of `bases`, what its nearest neighbour leaves of the expansion; read where that decides it.
    energies : ndarray of float64
        Of each row of `bases`.
    """
    # Taken out of the tuples once: numba counts references at each access.
    mirror_of, mirror_sign, embedding = tables.mirror_of, tables.mirror_sign, tables.embedding
    parts, term_first, rows, coupling = plan.parts, plan.term_first, plan.rows, plan.coupling
    weights, constants = plan.weights, plan.constants
    count = end - begin
    wide = -(-count // _STEP) * _STEP
    n_half, n_full = tables.n_half[centre], tables.n_full[centre]
    # The bases, atoms side by side; those of m < 0 are conjugates of those of m > 0 up to a sign, and are written out,
    # so that products need not ask for the sign of m.
    for k in range(n_half):
        for a in range(wide):
            real[k, a] = bases[which[min(begin + a, end - 1)], k]
            imag[k, a] = 0.0
    for k in range(n_full - n_half):
        source, sign = mirror_of[centre, k], mirror_sign[centre, k]
        for a in range(wide):
            value = bases[which[min(begin + a, end - 1)], n_half + k]
            imag[source, a] = value
            real[n_half + k, a] = sign * real[source, a]
            imag[n_half + k, a] = -sign * value
    # Partial products that several terms share, each once; the plan orders them so that their own factors come before.
    first = plan.first_part[centre]
    for part in range(first, plan.first_part[centre + 1]):
        row, left, right = n_full + part - first, parts[part, 0], parts[part, 1]
        for a in range(wide):
            x, y, u, v = real[left, a], imag[left, a], real[right, a], imag[right, a]
            real[row, a] = x * u - y * v
            imag[row, a] = x * v + y * u
    # Densities: terms whose weights are multiples of each other are summed first, in a row of `sums`; four such rows
    # are then added to every density in one pass, which reads and writes the densities a quarter as often. A term is
    # the real part of a product only, as imaginary parts cancel in an invariant.
    n_densities = weights.shape[1]
    for p in range(n_densities):
        for a in range(wide):
            densities[p, a] = 0.0
    begin_sum, end_sum = plan.first_sum[centre], plan.first_sum[centre + 1]
    for block in range(begin_sum, end_sum, 4):
        for index in range(4):
            if block + index >= end_sum:
                for a in range(wide):
                    sums[index, a] = 0.0
                continue
            begin_term = term_first[block + index]
            for term in range(begin_term, term_first[block + index + 1]):
                factor = coupling[term]
                left, right = rows[term, 0], rows[term, 1]
                # A term of one factor is a sum by itself; of others the first overwrites what the row held before.
                if right < 0:
                    for a in range(wide):
                        sums[index, a] = factor * real[left, a]
                elif term == begin_term:
                    for a in range(wide):
                        sums[index, a] = factor * (real[left, a] * real[right, a] - imag[left, a] * imag[right, a])
                else:
                    for a in range(wide):
                        sums[index, a] += factor * (real[left, a] * real[right, a] - imag[left, a] * imag[right, a])
        last = end_sum - 1
        for p in range(n_densities):
            w_1, w_2 = weights[block, p], weights[min(block + 1, last), p]
            w_3, w_4 = weights[min(block + 2, last), p], weights[min(block + 3, last), p]
            for a in range(wide):
                densities[p, a] += w_1 * sums[0, a] + w_2 * sums[1, a] + w_3 * sums[2, a] + w_4 * sums[3, a]
    # From densities to energy: the embedding of each density, their sum, what short distances change about it.
    repels, zero_energy = tables.repels[centre], tables.zero_energy[centre]
    if tables.embedding_kind[centre] == 1:
        _embed_plainly(embedding, centre, densities, count)
    else:
        # The function of `embedding`, with its powers of the exponent taken from the plan.
        for p in range(n_densities):
            exponent = embedding[centre, p, 1]
            if abs(exponent - 1.0) >= 1e-10:
                for a in range(count):
                    value = densities[p, a]
                    size = abs(value)
                    fading = math.exp(-size)
                    size = (constants[centre, p, 0] * fading + size) ** exponent - constants[centre, p, 1] * fading
                    densities[p, a] = size if value >= 0.0 else -size
    for a in range(count):
        energy = 0.0
        for p in range(n_densities):
            energy += embedding[centre, p, 0] * densities[p, a]
        sums[0, a] = energy
    if repels > 0:
        _repel(repels, tables.core_place, tables.core_limit, centre, real, which, begin, count, fades, sums[0])
    for a in range(count):
        energies[which[begin + a]] = zero_energy + sums[0, a]


@compiled_part
def _embed_plainly(embedding: Floats, centre: int, densities: Floats, count: int) -> None:
    """Replace densities by their plain functions."""
    for p in range(densities.shape[0]):
        for a in range(count):
            densities[p, a], _ = embed_plain(densities[p, a], embedding[centre, p, 1])


@compiled_part
def _repel(
    repels: int,
    core_place: Integers,
    core_limit: Floats,
    centre: int,
    real: Floats,
    which: Integers,
    begin: int,
    count: int,
    fades: Floats,
    energies: Floats,
) -> None:
    """Fade the energies of the expansion, and add the core sums, as `AceTables.repels` says."""
    for a in range(count):
        core = core_sum(core_place, centre, real, a)
        if repels == 1:
            left, _ = fade(core, core_limit[centre, 0], core_limit[centre, 1])
            energies[a] = energies[a] * left + core
        else:
            left = fades[which[begin + a]]
            energies[a] = energies[a] * left + core * (1.0 - left)
