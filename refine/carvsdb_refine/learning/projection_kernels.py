"""Functions of atoms and their gradients: from neighbours to bases to functions, and back along each function alone."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import CellList, neighbours_of
from carvsdb.compiled import compiled
from carvsdb_refine.learning.projection_parts import (
    ATOMS,
    base_slopes,
    block_end,
    function_adjoints,
    function_values,
    sort_by_element,
    write_bases,
)
from carvsdb_refine.learning.projection_plan import ProjectionPlan
from carvsdb_refine.potential.ace.nearest import faded, nearest_of
from carvsdb_refine.potential.ace.products import mirror
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


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
    cutoff = tables.cutoff
    lanes_real, lanes_imag = np.zeros((n_full, ATOMS)), np.zeros((n_full, ATOMS))
    real, imag, room = np.zeros(n_full), np.zeros(n_full), np.zeros((6, width))
    others, vectors = np.zeros(most, np.int64), np.zeros((most, 4))
    product = np.zeros((2, ATOMS))
    found = np.zeros(ATOMS)
    start = 0
    while start < order.shape[0]:
        centre = elements[order[start]]
        stop = block_end(elements, order, start)
        for lane in range(ATOMS):
            n_others = 0
            if lane < stop - start:
                n_others = neighbours_of(cells, order[start + lane], cutoff, others, vectors)
            write_bases(
                tables, centre, elements, others, vectors, n_others, room, real, imag, lane, lanes_real, lanes_imag
            )
        mirror(tables, centre, lanes_real, lanes_imag)
        first = plan.first_function[centre]
        for f in range(first, plan.first_function[centre + 1]):
            function_values(tables, plan, f, lanes_real, lanes_imag, product, found)
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
        mirror(tables, centre, real, imag)
        for f in range(first, plan.first_function[centre + 1]):
            function_values(tables, plan, f, real, imag, product, found)
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
    cutoff, n_elements = tables.cutoff, tables.cutoffs.shape[0]
    lanes_real, lanes_imag = np.zeros((n_full, ATOMS)), np.zeros((n_full, ATOMS))
    real, imag, room = np.zeros(n_full), np.zeros(n_full), np.zeros((8, width))
    y_slopes = np.zeros((width, 4))
    found_others, found_vectors = np.zeros(most, np.int64), np.zeros((most, 4))
    others, vectors = np.zeros((ATOMS, most), np.int64), np.zeros((ATOMS, most, 4))
    # Neighbours of one element lie side by side, and so do the gradients of the bases that sum over them.
    begins = np.zeros((ATOMS, n_elements + 1), np.int64)
    nearest = np.full(ATOMS, -1, np.int64)
    fades, fade_slopes = np.full(ATOMS, 1.0, np.float64), np.zeros(ATOMS)
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
        stop = block_end(elements, order, start)
        # Down: neighbours and bases of one atom after the other.
        for lane in range(ATOMS):
            n_others, fades[lane], fade_slopes[lane] = 0, 1.0, 0.0
            if lane < stop - start:
                n_others = neighbours_of(cells, order[start + lane], cutoff, found_others, found_vectors)
                sort_by_element(
                    elements, found_others, found_vectors, n_others, others[lane], vectors[lane], begins[lane]
                )
                if tables.repels[centre] == 2:
                    j = nearest_of(tables, centre, elements, others[lane], vectors[lane], n_others)
                    nearest[lane] = j
                    if j >= 0:
                        fades[lane], fade_slopes[lane] = faded(
                            tables, centre, elements[others[lane, j]], vectors[lane, j, 3]
                        )
            write_bases(
                tables, centre, elements, others[lane], vectors[lane], n_others, room, real, imag, lane, lanes_real,
                lanes_imag,
            )  # fmt: skip
        mirror(tables, centre, lanes_real, lanes_imag)
        # Side by side: each function, and its derivatives by the bases that it is made of.
        first, end = plan.first_function[centre], plan.first_function[centre + 1]
        first_slot = plan.slot_first[first]
        for f in range(first, end):
            function_adjoints(tables, plan, f, lanes_real, lanes_imag, product_room, slot_room, values[f - first])
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
            base_slopes(tables, centre, ways, edges, room, y_slopes, slopes_real, slopes_imag)
            left, left_slope, near = fades[lane], fade_slopes[lane], nearest[lane]
            for f in range(first, end):
                for t in range(3 * n_others):
                    gradient[t] = 0.0
                for slot in range(plan.slot_first[f], plan.slot_first[f + 1]):
                    base, kind = plan.slot_base[slot], plan.slot_neighbour[slot]
                    w_real = adjoints[lane, slot - first_slot, 0] * left
                    w_imag = adjoints[lane, slot - first_slot, 1] * left
                    # Slices, so that the loops begin at 0: of others the compiler makes no vectors.
                    at, behind = 3 * edges[kind], 3 * edges[kind + 1]
                    part, along = gradient[at:behind], slopes_real[base, at:behind]
                    if plan.slot_is_real[slot] == 1:
                        for t in range(part.shape[0]):
                            part[t] += w_real * along[t]
                    else:
                        across = slopes_imag[base, at:behind]
                        for t in range(part.shape[0]):
                            part[t] += w_real * along[t] - w_imag * across[t]
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
