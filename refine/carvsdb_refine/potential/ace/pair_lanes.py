"""The atomic base, vectorised (SIMD): what neighbours add, many pairs of the same two elements side by side.

The same sums as in `atomic_base`, for pairs that belong to different centres.
"""

import math

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled_part
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Pairs side by side; a last, smaller block is filled up to a multiple of `_STEP` with its last pair, which the compiler
# takes with whole instructions. What the filling gives is not added.
PAIRS = 48
_STEP = 8

# sin(pi/2 z) / z and cos(pi/2 z) as series in z², |z| <= 1; what is left out is below 3e-17 and 2e-17.
SINE_SERIES = np.array([(-1) ** k * (math.pi / 2) ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(12)])
COSINE_SERIES = np.array([(-1) ** k * (math.pi / 2) ** (2 * k) / math.factorial(2 * k) for k in range(12)])


@compiled_part
def add_pairs(
    tables: AceTables,
    centre: int,
    neighbour: int,
    pairs: Integers,
    begin: int,
    end: int,
    slots: Integers,
    vectors: Floats,
    signs: Floats,
    room: Floats,
    bases: Floats,
) -> None:
    """Add what pairs contribute to the bases of their centres.

    Parameters
    ----------
    centre, neighbour : int
        Their elements.
    pairs : ndarray of int64
        Which pairs, from `begin` to `end`.
    slots : ndarray of int64, shape (n_pairs,)
        The row of `bases` of each pair's centre.
    vectors : ndarray of float64, shape (n_pairs, 4)
        (x, y, z, length) from the centre to the neighbour, in Å.
    signs : ndarray of float64, shape (n_pairs,)
        What the contribution is multiplied by: 1 to add, -1 to take away.
    room : ndarray of float64, shape (rows, PAIRS)
        Where to calculate: as `room_rows` says.
    bases : ndarray of float64, shape (any, width)
        The half lists, real parts first, then the imaginary parts of those with m > 0.
    """
    # All pairs of a call have the same two elements, so that sizes and coefficients are looked up once and every loop
    # over pairs below runs without a branch: the compiler then takes several pairs with one instruction.
    cutoff = tables.cutoffs[centre, neighbour]
    n_base, n_channels = tables.n_base[centre, neighbour], tables.n_channels[centre, neighbour]
    l_max, base_first = tables.l_max[centre, neighbour], tables.base_first[centre, neighbour]
    radial, harmonic, channel_rows = tables.radial, tables.harmonic, tables.channel_rows
    channel_l, mirrors = tables.channel_l, tables.n_half[centre] + tables.imag_first[centre, neighbour]
    grid, grid_first = tables.grid, tables.grid_first[centre, neighbour]
    n_bins, per_length = tables.grid_bins[centre, neighbour], tables.grid_scale[centre, neighbour]
    n_real = n_base
    for c in range(n_channels):
        n_real += channel_l[centre, neighbour, c] + 1
    n_imag = n_real - n_base - n_channels
    n_harmonics = (l_max + 1) * (l_max + 2) // 2
    # Rows of the room: x, y, z, a few numbers, harmonics, then the contribution: g_n, real parts, imaginary parts.
    y_real, out = 9, 9 + 2 * n_harmonics
    y_imag, imag_first = y_real + n_harmonics, out + n_real
    for first in range(begin, end, PAIRS):
        count = min(PAIRS, end - first)
        wide = -(-count // _STEP) * _STEP
        # Gather: pairs lie anywhere in `vectors`, the room has them side by side.
        for a in range(wide):
            pair = pairs[min(first + a, end - 1)]
            distance = vectors[pair, 3]
            for axis in range(3):
                room[axis, a] = vectors[pair, axis] / distance
            room[3, a] = distance
            room[4, a] = signs[pair]
        # The two halves of a pair's contribution, by its length and by its direction. The sign goes into the radial
        # half, as every product has exactly one factor of it.
        if grid_first >= 0:
            _tabulated(grid, grid_first, n_bins, per_length, n_base, room, wide, out)
        else:
            _bessel(radial, cutoff, n_base, room, wide, out)
        _harmonics(l_max, harmonic, room, wide, y_real, y_imag)
        # Their products, channel by channel (n, l): R_nl is a combination of the g_k (in row 8, four of them a pass to
        # spare most of its loads and stores), then A_nlm gets R_nl Y_lm for m >= 0; those of -m follow by symmetry.
        row, imag_row = out + n_base, imag_first
        for c in range(n_channels):
            fours = n_base - n_base % 4
            if fours == 0:
                for a in range(wide):
                    room[8, a] = 0.0
            for k in range(0, fours, 4):
                w_1, w_2 = channel_rows[centre, neighbour, k, c], channel_rows[centre, neighbour, k + 1, c]
                w_3, w_4 = channel_rows[centre, neighbour, k + 2, c], channel_rows[centre, neighbour, k + 3, c]
                g = out + k
                if k == 0:
                    for a in range(wide):
                        before = w_1 * room[g, a] + w_2 * room[g + 1, a]
                        room[8, a] = before + (w_3 * room[g + 2, a] + w_4 * room[g + 3, a])
                else:
                    for a in range(wide):
                        before = room[8, a] + (w_1 * room[g, a] + w_2 * room[g + 1, a])
                        room[8, a] = before + (w_3 * room[g + 2, a] + w_4 * room[g + 3, a])
            for k in range(fours, n_base):
                w_1 = channel_rows[centre, neighbour, k, c]
                for a in range(wide):
                    room[8, a] += w_1 * room[out + k, a]
            l = channel_l[centre, neighbour, c]
            corner = l * (l + 1) // 2
            for m in range(l + 1):
                for a in range(wide):
                    room[row, a] = room[8, a] * room[y_real + corner + m, a]
                row += 1
            for m in range(1, l + 1):
                for a in range(wide):
                    room[imag_row, a] = room[8, a] * room[y_imag + corner + m, a]
                imag_row += 1
        # Scatter. Pairs of one centre often stand behind each other: up to four are summed before they are added to it.
        a = 0
        while a < count:
            slot, same = slots[pairs[first + a]], 1
            while same < 4 and a + same < count and slots[pairs[first + a + same]] == slot:
                same += 1
            line = bases[slot]
            if same == 4:
                for k in range(n_real):
                    two = room[out + k, a] + room[out + k, a + 1]
                    line[base_first + k] += two + (room[out + k, a + 2] + room[out + k, a + 3])
                for k in range(n_imag):
                    two = room[imag_first + k, a] + room[imag_first + k, a + 1]
                    line[mirrors + k] += two + (room[imag_first + k, a + 2] + room[imag_first + k, a + 3])
            elif same > 1:
                same = 2
                for k in range(n_real):
                    line[base_first + k] += room[out + k, a] + room[out + k, a + 1]
                for k in range(n_imag):
                    line[mirrors + k] += room[imag_first + k, a] + room[imag_first + k, a + 1]
            else:
                for k in range(n_real):
                    line[base_first + k] += room[out + k, a]
                for k in range(n_imag):
                    line[mirrors + k] += room[imag_first + k, a]
            a += same


@compiled_part
def _bessel(radial: Floats, cutoff: float, n_base: int, room: Floats, count: int, out: int) -> None:
    """Write sign times g_n of the distances in row 3 and the signs in row 4, as `radial_basis` does."""
    for a in range(count):
        # sin and cos of pi r / cutoff by way of the right angle, where both series are short.
        z = 2.0 * room[3, a] / cutoff - 1.0
        square = z * z
        sine, cosine = SINE_SERIES[11], COSINE_SERIES[11]
        for k in range(10, -1, -1):
            sine = sine * square + SINE_SERIES[k]
            cosine = cosine * square + COSINE_SERIES[k]
        scale = room[4, a] * math.sqrt(1.0 / cutoff) / (math.pi * room[3, a])
        room[3, a] = -2.0 * z * sine
        room[4, a] = 0.0
        room[5, a] = scale * cosine
        room[6, a] = 0.0
    for n in range(n_base):
        p_1, p_2, q = radial[0, n], radial[1, n], radial[2, n]
        for a in range(count):
            sine = room[5, a]
            after = room[3, a] * sine - room[4, a]
            value = p_1 * sine + p_2 * after + q * room[6, a]
            room[6, a] = value
            room[out + n, a] = value
            room[4, a] = sine
            room[5, a] = after


@compiled_part
def _tabulated(
    grid: Floats, first: int, n_bins: int, per_length: float, n_base: int, room: Floats, count: int, out: int
) -> None:
    """Write sign times the functions of a grid, of the distances in row 3 and the signs in row 4."""
    for a in range(count):
        x, sign = room[3, a] * per_length, room[4, a]
        place = min(int(x), n_bins - 1)
        w = x - place
        row = first + place
        for k in range(n_base):
            value = grid[row, 0, k] + w * (grid[row, 1, k] + w * (grid[row, 2, k] + w * grid[row, 3, k]))
            room[out + k, a] = sign * value


@compiled_part
def _harmonics(l_max: int, recursion: Floats, room: Floats, count: int, y_real: int, y_imag: int) -> None:
    """Write Y_lm, m >= 0, of the unit vectors in rows 0 to 2, as `harmonics` does."""
    for a in range(count):
        room[3, a] = 1.0
        room[4, a] = 0.0
    for m in range(l_max + 1):
        for a in range(count):
            room[5, a] = 0.0
            room[6, a] = 0.0
        for l in range(m, l_max + 1):
            place = l * (l + 1) // 2 + m
            first, second = recursion[0, place], recursion[1, place]
            if l == m:
                for a in range(count):
                    room[6, a] = first
            else:
                for a in range(count):
                    polynomial = first * (room[2, a] * room[6, a] - second * room[5, a])
                    room[5, a] = room[6, a]
                    room[6, a] = polynomial
            for a in range(count):
                room[y_real + place, a] = room[6, a] * room[3, a]
                room[y_imag + place, a] = room[6, a] * room[4, a]
        for a in range(count):
            power = room[3, a]
            room[3, a] = power * room[0, a] - room[4, a] * room[1, a]
            room[4, a] = power * room[1, a] + room[4, a] * room[0, a]


def room_rows(tables: AceTables) -> int:
    """Return how many rows of room `add_pairs` needs at most."""
    l_max = int(tables.l_max.max())
    n_channels = int(tables.n_channels.max())
    return 9 + (l_max + 1) * (l_max + 2) + int(tables.n_base.max()) + 2 * n_channels * (l_max + 1)
