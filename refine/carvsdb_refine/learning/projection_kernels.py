"""Functions of atoms and their gradients: from neighbours to bases to functions, and back along each function alone."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import CellList, neighbours_of
from carvsdb.compiled import compiled, compiled_part
from carvsdb_refine.learning.projection_plan import ProjectionPlan
from carvsdb_refine.potential.ace.atomic_base import add_neighbours
from carvsdb_refine.potential.ace.grid import grid_basis_slopes
from carvsdb_refine.potential.ace.harmonics import harmonics_slopes
from carvsdb_refine.potential.ace.nearest import faded, nearest_of
from carvsdb_refine.potential.ace.radial import radial_basis_slopes
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Atoms side by side.
ATOMS = 8


@compiled
def project(
    tables: AceTables,
    plan: ProjectionPlan,
    cells: CellList,
    elements: Integers,
    order: Integers,
    most: int,
    values: Floats,
) -> None:
    """Write the functions of each atom.

    Parameters
    ----------
    order : ndarray of int64, shape (k,)
        The atoms, sorted by element.
    most : int
        No atom has more neighbours.
    values : ndarray of float64, shape (k, at least the functions of any of them)
        One row for each of `order`.
    """
    width = max(tables.radial.shape[1], tables.channel_l.shape[2], tables.harmonic.shape[1])
    n_full = tables.n_full.max()
    cutoff = tables.cutoffs.max()
    lanes_real, lanes_imag = np.zeros((n_full, ATOMS)), np.zeros((n_full, ATOMS))
    real, imag, room = np.zeros(n_full), np.zeros(n_full), np.zeros((6, width))
    others, vectors = np.zeros(most, np.int64), np.zeros((most, 4))
    product = np.zeros((2, ATOMS))
    found = np.zeros(ATOMS)
    start = 0
    while start < order.shape[0]:
        centre = elements[order[start]]
        n_half, stop = tables.n_half[centre], _block_end(elements, order, start)
        for lane in range(ATOMS):
            for k in range(n_half):
                real[k] = imag[k] = 0.0
            if lane < stop - start:
                n_others = neighbours_of(cells, order[start + lane], cutoff, others, vectors)
                add_neighbours(tables, centre, elements, others, vectors, n_others, 1.0, room, real, imag)
            for k in range(n_half):
                lanes_real[k, lane] = real[k]
                lanes_imag[k, lane] = imag[k]
        _mirror(tables, centre, lanes_real, lanes_imag)
        first = plan.first_function[centre]
        for f in range(first, plan.first_function[centre + 1]):
            _function_values(tables, plan, f, lanes_real, lanes_imag, product, found)
            for lane in range(stop - start):
                values[start + lane, f - first] = found[lane]
        start = stop


@compiled
def project_bases(
    tables: AceTables, plan: ProjectionPlan, centre: int, bases: Floats, which: Integers, values: Floats
) -> None:
    """Write the functions of atoms of one element from bases that are kept of them.

    Parameters
    ----------
    bases : ndarray of float64, shape (any, width)
        The half list of each atom, real parts first; then the imaginary parts of those with m > 0 (as `BoundAce` keeps
        them).
    which : ndarray of int64, shape (k,)
        Rows of `bases`.
    values : ndarray of float64, shape (k, at least the functions of the element)
        One row for each.
    """
    n_half, n_full = tables.n_half[centre], tables.n_full[centre]
    real, imag = np.zeros((n_full, ATOMS)), np.zeros((n_full, ATOMS))
    product, found = np.zeros((2, ATOMS)), np.zeros(ATOMS)
    first = plan.first_function[centre]
    for start in range(0, which.shape[0], ATOMS):
        count = min(ATOMS, which.shape[0] - start)
        for lane in range(count):
            row = which[start + lane]
            for k in range(n_half):
                real[k, lane] = bases[row, k]
            for k in range(n_full - n_half):
                imag[tables.mirror_of[centre, k], lane] = bases[row, n_half + k]
        _mirror(tables, centre, real, imag)
        for f in range(first, plan.first_function[centre + 1]):
            _function_values(tables, plan, f, real, imag, product, found)
            for lane in range(count):
                values[start + lane, f - first] = found[lane]


@compiled
def project_gradients(
    tables: AceTables,
    plan: ProjectionPlan,
    cells: CellList,
    elements: Integers,
    order: Integers,
    most: int,
    with_strain: bool,
    sums: Floats,
    forces: Floats,
    strains: Floats,
) -> None:
    """Add the sum of each function over all atoms, minus its gradient by their places, and its gradient by the strain.

    Each atom's functions count with what its nearest neighbour leaves of the expansion (`AceTables.repels` 2).

    Parameters
    ----------
    order : ndarray of int64, shape (n,)
        All atoms, sorted by element.
    most : int
        No atom has more neighbours.
    sums : ndarray of float64, shape (F,)
    forces : ndarray of float64, shape (F, 3 n)
        In 1/Å.
    strains : ndarray of float64, shape (F, 6)
        xx, yy, zz, yz, xz, xy; only if asked for.
    """
    width = max(tables.radial.shape[1], tables.channel_l.shape[2], tables.harmonic.shape[1])
    n_full, n_half_most = tables.n_full.max(), tables.n_half.max()
    cutoff, n_elements = tables.cutoffs.max(), tables.cutoffs.shape[0]
    lanes_real, lanes_imag = np.zeros((n_full, ATOMS)), np.zeros((n_full, ATOMS))
    real, imag, room = np.zeros(n_full), np.zeros(n_full), np.zeros((8, width))
    y_slopes = np.zeros((width, 4))
    found_others, found_vectors = np.zeros(most, np.int64), np.zeros((most, 4))
    others, vectors = np.zeros((ATOMS, most), np.int64), np.zeros((ATOMS, most, 4))
    # Neighbours of one element lie side by side, and so do the gradients of the bases that sum over them.
    begins = np.zeros((ATOMS, n_elements + 1), np.int64)
    nearest = np.full(ATOMS, -1)
    fades, fade_slopes = np.ones(ATOMS), np.zeros(ATOMS)
    most_functions, most_slots = 0, 0
    for centre in range(n_elements):
        first, end = plan.first_function[centre], plan.first_function[centre + 1]
        most_functions = max(most_functions, end - first)
        most_slots = max(most_slots, plan.slot_first[end] - plan.slot_first[first])
    adjoints = np.zeros((ATOMS, most_slots, 2))
    values = np.zeros((most_functions, ATOMS))
    deepest = tables.factors.shape[1]
    product_room = np.zeros((2 * deepest + 2, ATOMS))
    slot_room = np.zeros((2, n_full, ATOMS))
    slopes_real, slopes_imag = np.zeros((n_half_most, 3 * most)), np.zeros((n_half_most, 3 * most))
    gradient = np.zeros(3 * most)
    start = 0
    while start < order.shape[0]:
        centre = elements[order[start]]
        n_half, stop = tables.n_half[centre], _block_end(elements, order, start)
        # Down: neighbours and bases of one atom after the other.
        for lane in range(ATOMS):
            for k in range(n_half):
                real[k] = imag[k] = 0.0
            if lane < stop - start:
                n_others = neighbours_of(cells, order[start + lane], cutoff, found_others, found_vectors)
                _sort_by_element(
                    elements, found_others, found_vectors, n_others, others[lane], vectors[lane], begins[lane]
                )
                add_neighbours(tables, centre, elements, others[lane], vectors[lane], n_others, 1.0, room, real, imag)
                if tables.repels[centre] == 2:
                    fades[lane], fade_slopes[lane] = 1.0, 0.0
                    j = nearest_of(tables, centre, elements, others[lane], vectors[lane], n_others)
                    nearest[lane] = j
                    if j >= 0:
                        fades[lane], fade_slopes[lane] = faded(
                            tables, centre, elements[others[lane, j]], vectors[lane, j, 3]
                        )
            for k in range(n_half):
                lanes_real[k, lane] = real[k]
                lanes_imag[k, lane] = imag[k]
        _mirror(tables, centre, lanes_real, lanes_imag)
        # Side by side: each function, and its derivatives by the bases that it is made of.
        first, end = plan.first_function[centre], plan.first_function[centre + 1]
        first_slot = plan.slot_first[first]
        for f in range(first, end):
            _function_adjoints(tables, plan, f, lanes_real, lanes_imag, product_room, slot_room, values[f - first])
            begin = plan.slot_first[f]
            for slot in range(plan.slot_first[f + 1] - begin):
                for lane in range(stop - start):
                    adjoints[lane, begin - first_slot + slot, 0] = slot_room[0, slot, lane]
                    adjoints[lane, begin - first_slot + slot, 1] = slot_room[1, slot, lane]
        # Back up, atom by atom: the derivatives of the bases by the neighbours' places are made once, and combined for
        # each function with its own few adjoints.
        for lane in range(stop - start):
            atom, n_others = order[start + lane], begins[lane, n_elements]
            around, ways, edges = others[lane], vectors[lane], begins[lane]
            _base_slopes(tables, centre, ways, edges, room, y_slopes, slopes_real, slopes_imag)
            left, left_slope, near = fades[lane], fade_slopes[lane], nearest[lane]
            for f in range(first, end):
                for t in range(3 * n_others):
                    gradient[t] = 0.0
                for slot in range(plan.slot_first[f], plan.slot_first[f + 1]):
                    base, kind = plan.slot_base[slot], plan.slot_neighbour[slot]
                    w_real = adjoints[lane, slot - first_slot, 0] * left
                    w_imag = adjoints[lane, slot - first_slot, 1] * left
                    if plan.slot_is_real[slot] == 1:
                        for t in range(3 * edges[kind], 3 * edges[kind + 1]):
                            gradient[t] += w_real * slopes_real[base, t]
                    else:
                        for t in range(3 * edges[kind], 3 * edges[kind + 1]):
                            gradient[t] += w_real * slopes_real[base, t] - w_imag * slopes_imag[base, t]
                value = values[f - first, lane]
                if left_slope != 0.0:
                    for axis in range(3):
                        gradient[3 * near + axis] += value * left_slope * ways[near, axis] / ways[near, 3]
                sums[f] += left * value
                x, y, z = 0.0, 0.0, 0.0
                for j in range(n_others):
                    place = 3 * around[j]
                    forces[f, place] -= gradient[3 * j]
                    forces[f, place + 1] -= gradient[3 * j + 1]
                    forces[f, place + 2] -= gradient[3 * j + 2]
                    x += gradient[3 * j]
                    y += gradient[3 * j + 1]
                    z += gradient[3 * j + 2]
                forces[f, 3 * atom] += x
                forces[f, 3 * atom + 1] += y
                forces[f, 3 * atom + 2] += z
                if with_strain:
                    for j in range(n_others):
                        for axis in range(3):
                            strains[f, axis] += gradient[3 * j + axis] * ways[j, axis]
                        strains[f, 3] += gradient[3 * j + 1] * ways[j, 2]
                        strains[f, 4] += gradient[3 * j] * ways[j, 2]
                        strains[f, 5] += gradient[3 * j] * ways[j, 1]
        start = stop


@compiled_part
def _block_end(elements: Integers, order: Integers, start: int) -> int:
    """Return where the atoms of one element, at most ATOMS of them, end."""
    stop = start + 1
    while stop < order.shape[0] and stop < start + ATOMS and elements[order[stop]] == elements[order[start]]:
        stop += 1
    return stop


@compiled_part
def _sort_by_element(
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
def _mirror(tables: AceTables, centre: int, real: Floats, imag: Floats) -> None:
    """Fill the entries with m < 0 of the full list."""
    n_half = tables.n_half[centre]
    for k in range(tables.n_full[centre] - n_half):
        source, sign = tables.mirror_of[centre, k], tables.mirror_sign[centre, k]
        for lane in range(ATOMS):
            real[n_half + k, lane] = sign * real[source, lane]
            imag[n_half + k, lane] = -sign * imag[source, lane]


@compiled_part
def _function_values(
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
def _function_adjoints(
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
def _base_slopes(
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
                l = tables.channel_l[centre, neighbour, c]  # noqa: E741 - the field's own letter
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
