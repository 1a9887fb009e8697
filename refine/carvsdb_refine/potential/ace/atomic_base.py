"""The atomic base A of a centre: sums over its neighbours of radial functions times spherical harmonics.

References
----------
.. [1] Drautz, Phys. Rev. B 99, 014104 (2019), doi:10.1103/PhysRevB.99.014104
"""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part
from carvsdb_refine.potential.ace.grid import grid_basis, grid_basis_slopes
from carvsdb_refine.potential.ace.harmonics import harmonics, harmonics_slopes
from carvsdb_refine.potential.ace.radial import radial_basis, radial_basis_slopes
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled_part
def add_neighbours(
    tables: AceTables,
    centre: int,
    elements: Integers,
    others: Integers,
    vectors: Floats,
    n_others: int,
    sign: float,
    room: Floats,
    real: Floats,
    imag: Floats,
) -> None:
    """Add `sign` times what neighbours contribute to the half list of a centre (an element, not an atom).

    Parameters
    ----------
    elements : ndarray of int64
        Of all atoms.
    others : ndarray of int64, shape (at least n_others,)
        The neighbours.
    vectors : ndarray of float64, shape (at least n_others, 4)
        (x, y, z, length) from the centre, in Å.
    room : ndarray of float64, shape (at least 4, width)
        Where to calculate.
    """
    # All neighbours in one call: the tables are so many arrays that handing them over takes longer than a neighbour.
    base, channel, y_real, y_imag = room[0], room[1], room[2], room[3]
    radial, harmonic, channel_rows, grid = tables.radial, tables.harmonic, tables.channel_rows, tables.grid
    channel_l, channel_first = tables.channel_l, tables.channel_first
    for j in range(n_others):
        neighbour = elements[others[j]]
        distance = vectors[j, 3]
        cutoff = tables.cutoffs[centre, neighbour]
        if distance >= cutoff:
            continue
        n_base, n_channels = tables.n_base[centre, neighbour], tables.n_channels[centre, neighbour]
        l_max = tables.l_max[centre, neighbour]
        shrink = 1.0 / distance
        x, y, z = vectors[j, 0] * shrink, vectors[j, 1] * shrink, vectors[j, 2] * shrink
        first_row, n_bins = tables.grid_first[centre, neighbour], tables.grid_bins[centre, neighbour]
        if first_row >= 0:
            grid_basis(distance, first_row, n_bins, tables.grid_scale[centre, neighbour], n_base, grid, base)
        else:
            radial_basis(distance, cutoff, n_base, radial, base)
        harmonics(x, y, z, l_max, harmonic, y_real, y_imag)
        first = tables.base_first[centre, neighbour]
        for c in range(n_channels):
            channel[c] = 0.0
        for k in range(n_base):
            value = sign * base[k]
            real[first + k] += value
            for c in range(n_channels):
                channel[c] += value * channel_rows[centre, neighbour, k, c]
        for c in range(n_channels):
            l = channel_l[centre, neighbour, c]
            place = channel_first[centre, neighbour, c]
            corner = l * (l + 1) // 2
            for m in range(l + 1):
                real[place + m] += channel[c] * y_real[corner + m]
                imag[place + m] += channel[c] * y_imag[corner + m]


@compiled_part
def neighbour_gradients(
    tables: AceTables,
    centre: int,
    elements: Integers,
    others: Integers,
    vectors: Floats,
    n_others: int,
    adjoint_real: Floats,
    adjoint_imag: Floats,
    room: Floats,
    y_slopes: Floats,
) -> None:
    """Replace the vector to each neighbour by the derivative of the centre's energy by its place, in eV/Å.

    Parameters
    ----------
    centre, elements, others, vectors, n_others, room
        As in `add_neighbours`; `room` has six rows.
    adjoint_real, adjoint_imag : ndarray of float64
        W of the half list, dE = Re sum W dA.
    y_slopes : ndarray of float64, shape (width, 4)
        Where to calculate.
    """
    base, base_slope, channel, channel_slope = room[0], room[1], room[2], room[3]
    y_real, y_imag = room[4], room[5]
    radial, harmonic, channel_rows, grid = tables.radial, tables.harmonic, tables.channel_rows, tables.grid
    channel_l, channel_first = tables.channel_l, tables.channel_first
    for j in range(n_others):
        neighbour = elements[others[j]]
        distance = vectors[j, 3]
        cutoff = tables.cutoffs[centre, neighbour]
        if distance >= cutoff:
            vectors[j, 0] = vectors[j, 1] = vectors[j, 2] = 0.0
            continue
        n_base, n_channels = tables.n_base[centre, neighbour], tables.n_channels[centre, neighbour]
        l_max = tables.l_max[centre, neighbour]
        shrink = 1.0 / distance
        x, y, z = vectors[j, 0] * shrink, vectors[j, 1] * shrink, vectors[j, 2] * shrink
        first_row, n_bins = tables.grid_first[centre, neighbour], tables.grid_bins[centre, neighbour]
        if first_row >= 0:
            scale = tables.grid_scale[centre, neighbour]
            grid_basis_slopes(distance, first_row, n_bins, scale, n_base, grid, base, base_slope)
        else:
            radial_basis_slopes(distance, cutoff, n_base, radial, base, base_slope)
        harmonics_slopes(x, y, z, l_max, harmonic, y_real, y_imag, y_slopes)
        # R_nl and its slope from the g_k. The g_k that stand in the half list themselves pull along the vector only.
        for c in range(n_channels):
            channel[c] = 0.0
            channel_slope[c] = 0.0
        first = tables.base_first[centre, neighbour]
        outward = 0.0
        for k in range(n_base):
            outward += adjoint_real[first + k] * base_slope[k]
            for c in range(n_channels):
                channel[c] += base[k] * channel_rows[centre, neighbour, k, c]
                channel_slope[c] += base_slope[k] * channel_rows[centre, neighbour, k, c]
        # dE = Re sum W d(R Y): the slope of R gives a pull outward, that of Y one by the direction. The slopes of Y are
        # kept as (x real, x imaginary, z real, z imaginary): that by y is i times that by x.
        along_x, along_y, along_z = 0.0, 0.0, 0.0
        for c in range(n_channels):
            l = channel_l[centre, neighbour, c]
            place = channel_first[centre, neighbour, c]
            corner = l * (l + 1) // 2
            for m in range(l + 1):
                w_real, w_imag = adjoint_real[place + m], adjoint_imag[place + m]
                outward += channel_slope[c] * (w_real * y_real[corner + m] - w_imag * y_imag[corner + m])
                w_real *= channel[c]
                w_imag *= channel[c]
                x_real, x_imag = y_slopes[corner + m, 0], y_slopes[corner + m, 1]
                along_x += w_real * x_real - w_imag * x_imag
                along_y -= w_real * x_imag + w_imag * x_real
                along_z += w_real * y_slopes[corner + m, 2] - w_imag * y_slopes[corner + m, 3]
        # What points outward changes the length only, so the angular part counts across the vector.
        inward = along_x * x + along_y * y + along_z * z
        vectors[j, 0] = outward * x + (along_x - inward * x) * shrink
        vectors[j, 1] = outward * y + (along_y - inward * y) * shrink
        vectors[j, 2] = outward * z + (along_z - inward * z) * shrink
