"""Energies and forces of all atoms: blocks of atoms of one element, from neighbours to energy and back."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import CellList, neighbours_of
from carvsdb.compiled import compiled
from carvsdb_refine.potential.ace.atomic_base import add_neighbours, neighbour_gradients
from carvsdb_refine.potential.ace.nearest import faded, nearest_of
from carvsdb_refine.potential.ace.products import LANES, back_propagate, embed_densities, mirror, sum_densities
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled
def evaluate(
    tables: AceTables,
    cells: CellList,
    elements: Integers,
    order: Integers,
    most: int,
    with_forces: bool,
    energies: Floats,
    forces: Floats,
    virial: Floats,
) -> None:
    """Write the energy of each atom (eV), and add the forces (eV/Å) and the virial (eV) if asked.

    Parameters
    ----------
    order : ndarray of int64, shape (n,)
        The atoms, sorted by element; neighbours in space best stay neighbours here.
    most : int
        No atom has more neighbours.
    virial : ndarray of float64, shape (3, 3)
        Derivative of the energy by strain.
    """
    width = max(tables.radial.shape[1], tables.channel_l.shape[2], tables.harmonic.shape[1])
    n_full = tables.n_full.max()
    cutoff = tables.cutoff
    lanes_real, lanes_imag = np.zeros((n_full, LANES)), np.zeros((n_full, LANES))
    adjoint_real, adjoint_imag = np.zeros((n_full, LANES)), np.zeros((n_full, LANES))
    real, imag = np.zeros(n_full), np.zeros(n_full)
    room, y_slopes = np.zeros((6, width)), np.zeros((width, 4))
    lane_room = np.zeros((2 * tables.factors.shape[1] + 2, LANES))
    densities = np.zeros((tables.weights.shape[1], LANES))
    lane_energies = np.zeros(LANES)
    # Of each lane: what the nearest neighbour leaves of the expansion, by how much that changes with its distance, the
    # way to it; and the derivatives of the energy by the core sum and by what is left.
    fades, fade_slopes, ways = np.full(LANES, 1.0, np.float64), np.zeros(LANES), np.zeros((LANES, 3))
    nearest, core_slopes = np.full(LANES, -1, np.int64), np.zeros((2, LANES))
    n_kept = LANES if with_forces else 1
    others, vectors = np.zeros((n_kept, most), np.int64), np.zeros((n_kept, most, 4))
    apart = np.zeros((most, 3))
    n_others = np.zeros(LANES, np.int64)
    start = 0
    while start < order.shape[0]:
        centre = elements[order[start]]
        stop = start + 1
        while stop < order.shape[0] and stop < start + LANES and elements[order[stop]] == centre:
            stop += 1
        # Down: the bases of up to LANES atoms of one element, one after the other; then these atoms side by side, as
        # their products and densities take the same instructions.
        n_half = tables.n_half[centre]
        for lane in range(LANES):
            for k in range(n_half):
                real[k] = 0.0
                imag[k] = 0.0
            if lane < stop - start:
                kept = lane if with_forces else 0
                n_others[lane] = neighbours_of(cells, order[start + lane], cutoff, others[kept], vectors[kept])
                add_neighbours(
                    tables, centre, elements, others[kept], vectors[kept], n_others[lane], 1.0, room, real, imag
                )
                if tables.repels[centre] == 2:
                    fades[lane], fade_slopes[lane] = 1.0, 0.0
                    j = nearest_of(tables, centre, elements, others[kept], vectors[kept], n_others[lane])
                    nearest[lane] = j
                    if j >= 0:
                        distance = vectors[kept, j, 3]
                        neighbour = elements[others[kept, j]]
                        fades[lane], fade_slopes[lane] = faded(tables, centre, neighbour, distance)
                        for axis in range(3):
                            ways[lane, axis] = vectors[kept, j, axis] / distance
            for k in range(n_half):
                lanes_real[k, lane] = real[k]
                lanes_imag[k, lane] = imag[k]
        # Bases of -m follow from those of +m; then products, densities, energies.
        mirror(tables, centre, lanes_real, lanes_imag)
        sum_densities(tables, centre, lanes_real, lanes_imag, lane_room, densities)
        embed_densities(tables, centre, lanes_real, densities, fades, lane_energies, core_slopes)
        for lane in range(stop - start):
            energies[order[start + lane]] = lane_energies[lane]
        # And back up: the derivative by each basis, then by each neighbour's place; pairs pull in opposite directions.
        if with_forces:
            back_propagate(
                tables, centre, lanes_real, lanes_imag, densities, core_slopes, lane_room, adjoint_real, adjoint_imag
            )
            for lane in range(stop - start):
                atom = order[start + lane]
                for k in range(n_half):
                    real[k] = adjoint_real[k, lane]
                    imag[k] = adjoint_imag[k, lane]
                n_found, around, gradients = n_others[lane], others[lane], vectors[lane]
                # Gradients are written where the ways to the neighbours stand, which the virial needs as well.
                for j in range(n_found):
                    for axis in range(3):
                        apart[j, axis] = gradients[j, axis]
                neighbour_gradients(tables, centre, elements, around, gradients, n_found, real, imag, room, y_slopes)
                if tables.repels[centre] == 2 and nearest[lane] >= 0:
                    pull = core_slopes[1, lane] * fade_slopes[lane]
                    for axis in range(3):
                        gradients[nearest[lane], axis] += pull * ways[lane, axis]
                for j in range(n_found):
                    for axis in range(3):
                        forces[atom, axis] += gradients[j, axis]
                        forces[around[j], axis] -= gradients[j, axis]
                        for other in range(3):
                            virial[other, axis] += apart[j, other] * gradients[j, axis]
        start = stop
