"""Parts of the projection kernels: groups of neighbours, functions from bases, and the way back from one function."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part
from carvsdb_refine.learning.projection_plan import ProjectionPlan
from carvsdb_refine.potential.ace.atomic_base import add_neighbours
from carvsdb_refine.potential.ace.grid import grid_basis_slopes
from carvsdb_refine.potential.ace.harmonics import harmonics_slopes
from carvsdb_refine.potential.ace.radial import radial_basis_slopes
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ATOMS = 8
"""Atoms side by side."""


@compiled_part
def block_end(elements: Integers, order: Integers, start: int) -> int:
    """Return where the atoms of one element, at most ATOMS of them, end."""
    stop = start + 1
    while stop < order.shape[0] and stop < start + ATOMS and elements[order[stop]] == elements[order[start]]:
        stop += 1
    return stop


@compiled_part
def sort_by_element(
    elements: Integers,
    found: Integers,
    found_vectors: Floats,
    n_found: int,
    others: Integers,
    vectors: Floats,
    begins: Integers,
) -> None:
    """Copy neighbours so that those of one element lie side by side, from `begins` of it to that of the next."""
    at = 0
    for kind in range(begins.shape[0] - 1):
        begins[kind] = at
        for j in range(n_found):
            if elements[found[j]] == kind:
                others[at] = found[j]
                for axis in range(4):
                    vectors[at, axis] = found_vectors[j, axis]
                at += 1
    begins[begins.shape[0] - 1] = at


@compiled_part
def write_bases(
    tables: AceTables,
    centre: int,
    elements: Integers,
    others: Integers,
    vectors: Floats,
    n_others: int,
    room: Floats,
    half_real: Floats,
    half_imag: Floats,
    lane: int,
    real: Floats,
    imag: Floats,
) -> None:
    """Write the half list of an atom into its lane, from its neighbours; `half_real` and `half_imag` are room."""
    n_half = tables.n_half[centre]
    for k in range(n_half):
        half_real[k] = half_imag[k] = 0.0
    add_neighbours(tables, centre, elements, others, vectors, n_others, 1.0, room, half_real, half_imag)
    for k in range(n_half):
        real[k, lane] = half_real[k]
        imag[k, lane] = half_imag[k]


@compiled_part
def function_values(
    tables: AceTables, plan: ProjectionPlan, f: int, real: Floats, imag: Floats, product: Floats, values: Floats
) -> None:
    """Write one function of all lanes."""
    for lane in range(ATOMS):
        values[lane] = 0.0
    for term in range(plan.term_first[f], plan.term_end[f]):
        rank, weight = tables.rank[term], plan.coupling[term]
        factor = tables.factors[term, 0]
        for lane in range(ATOMS):
            product[0, lane] = weight * real[factor, lane]
            product[1, lane] = weight * imag[factor, lane]
        for place in range(1, rank):
            factor = tables.factors[term, place]
            for lane in range(ATOMS):
                a, b = product[0, lane], product[1, lane]
                c, d = real[factor, lane], imag[factor, lane]
                product[0, lane] = a * c - b * d
                product[1, lane] = a * d + b * c
        for lane in range(ATOMS):
            values[lane] += product[0, lane]


@compiled_part
def function_adjoints(
    tables: AceTables,
    plan: ProjectionPlan,
    f: int,
    real: Floats,
    imag: Floats,
    room: Floats,
    slots: Floats,
    values: Floats,
) -> None:
    """Write one function of all lanes, and W of its slots: dB = Re sum W dA over the half list."""
    # Reverse differentiation as in `products.back_propagate`: products of the factors before and of those behind.
    for slot in range(plan.slot_first[f + 1] - plan.slot_first[f]):
        for lane in range(ATOMS):
            slots[0, slot, lane] = 0.0
            slots[1, slot, lane] = 0.0
    for lane in range(ATOMS):
        values[lane] = 0.0
    for term in range(plan.term_first[f], plan.term_end[f]):
        rank, weight = tables.rank[term], plan.coupling[term]
        for lane in range(ATOMS):
            room[0, lane] = weight
            room[1, lane] = 0.0
        for place in range(rank - 1):
            factor = tables.factors[term, place]
            for lane in range(ATOMS):
                a, b = room[2 * place, lane], room[2 * place + 1, lane]
                c, d = real[factor, lane], imag[factor, lane]
                room[2 * place + 2, lane] = a * c - b * d
                room[2 * place + 3, lane] = a * d + b * c
        last, behind = tables.factors[term, rank - 1], 2 * rank
        for lane in range(ATOMS):
            values[lane] += room[2 * rank - 2, lane] * real[last, lane] - room[2 * rank - 1, lane] * imag[last, lane]
            room[behind, lane] = 1.0
            room[behind + 1, lane] = 0.0
        for place in range(rank - 1, -1, -1):
            factor, slot = tables.factors[term, place], plan.factor_slot[term, place]
            sign = plan.factor_sign[term, place]
            # Re W d(s conj A) = Re s conj(W) dA: of a mirrored basis the adjoint is conjugated.
            along, across = (1.0, 1.0) if sign == 0.0 else (sign, -sign)
            for lane in range(ATOMS):
                a, b = room[2 * place, lane], room[2 * place + 1, lane]
                e, f_ = room[behind, lane], room[behind + 1, lane]
                c, d = real[factor, lane], imag[factor, lane]
                slots[0, slot, lane] += along * (a * e - b * f_)
                slots[1, slot, lane] += across * (a * f_ + b * e)
                room[behind, lane] = e * c - f_ * d
                room[behind + 1, lane] = e * d + f_ * c


@compiled_part
def base_slopes(
    tables: AceTables,
    centre: int,
    vectors: Floats,
    begins: Integers,
    room: Floats,
    y_slopes: Floats,
    slopes_real: Floats,
    slopes_imag: Floats,
) -> None:
    """Write the derivatives of each basis of the half list by the places of the neighbours that it sums over."""
    base, base_slope, channel, channel_slope = room[0], room[1], room[2], room[3]
    y_real, y_imag = room[4], room[5]
    radial, harmonic, channel_rows, grid = tables.radial, tables.harmonic, tables.channel_rows, tables.grid
    for neighbour in range(begins.shape[0] - 1):
        cutoff, n_base = tables.cutoffs[centre, neighbour], tables.n_base[centre, neighbour]
        n_channels, l_max = tables.n_channels[centre, neighbour], tables.l_max[centre, neighbour]
        first = tables.base_first[centre, neighbour]
        first_row, n_bins = tables.grid_first[centre, neighbour], tables.grid_bins[centre, neighbour]
        scale = tables.grid_scale[centre, neighbour]
        for j in range(begins[neighbour], begins[neighbour + 1]):
            distance = vectors[j, 3]
            if distance >= cutoff:
                for k in range(n_base):
                    for axis in range(3):
                        slopes_real[first + k, 3 * j + axis] = 0.0
                for c in range(n_channels):
                    place = tables.channel_first[centre, neighbour, c]
                    for m in range(tables.channel_l[centre, neighbour, c] + 1):
                        for axis in range(3):
                            slopes_real[place + m, 3 * j + axis] = 0.0
                            slopes_imag[place + m, 3 * j + axis] = 0.0
                continue
            shrink = 1.0 / distance
            x, y, z = vectors[j, 0] * shrink, vectors[j, 1] * shrink, vectors[j, 2] * shrink
            if first_row >= 0:
                grid_basis_slopes(distance, first_row, n_bins, scale, n_base, grid, base, base_slope)
            else:
                radial_basis_slopes(distance, cutoff, n_base, radial, base, base_slope)
            harmonics_slopes(x, y, z, l_max, harmonic, y_real, y_imag, y_slopes)
            for c in range(n_channels):
                channel[c] = 0.0
                channel_slope[c] = 0.0
            for k in range(n_base):
                slopes_real[first + k, 3 * j] = base_slope[k] * x
                slopes_real[first + k, 3 * j + 1] = base_slope[k] * y
                slopes_real[first + k, 3 * j + 2] = base_slope[k] * z
                for c in range(n_channels):
                    channel[c] += base[k] * channel_rows[centre, neighbour, k, c]
                    channel_slope[c] += base_slope[k] * channel_rows[centre, neighbour, k, c]
            # The slopes of Y by x, y, z as if independent, less what points outward; that by y is i times that by x.
            for place in range((l_max + 1) * (l_max + 2) // 2):
                x_real, x_imag = y_slopes[place, 0], y_slopes[place, 1]
                z_real, z_imag = y_slopes[place, 2], y_slopes[place, 3]
                y_slopes[place, 0] = (x_real * x - x_imag * y + z_real * z) * shrink
                y_slopes[place, 1] = (x_imag * x + x_real * y + z_imag * z) * shrink
                room[6, place], room[7, place] = x_real * shrink, x_imag * shrink
                y_slopes[place, 2], y_slopes[place, 3] = z_real * shrink, z_imag * shrink
            for c in range(n_channels):
                l = tables.channel_l[centre, neighbour, c]
                first_m = tables.channel_first[centre, neighbour, c]
                corner = l * (l + 1) // 2
                value, slope = channel[c], channel_slope[c]
                for m in range(l + 1):
                    place = corner + m
                    out_real = slope * y_real[place] - value * y_slopes[place, 0]
                    out_imag = slope * y_imag[place] - value * y_slopes[place, 1]
                    x_real, x_imag = value * room[6, place], value * room[7, place]
                    entry, at = first_m + m, 3 * j
                    slopes_real[entry, at] = out_real * x + x_real
                    slopes_imag[entry, at] = out_imag * x + x_imag
                    slopes_real[entry, at + 1] = out_real * y - x_imag
                    slopes_imag[entry, at + 1] = out_imag * y + x_real
                    slopes_real[entry, at + 2] = out_real * z + value * y_slopes[place, 2]
                    slopes_imag[entry, at + 2] = out_imag * z + value * y_slopes[place, 3]
