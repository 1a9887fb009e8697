"""Sums of sines over the bins of a histogram, many times and fast: a non-uniform Fourier transform.

What is needed at each move is ``s(Q_j) = sum_k f_k sin(Q_j r_k)`` with bins at ``r_k = (k + 1/2) d``. Two facts make
it cheap. The bins end at some r_max, so that s is known everywhere from its values on a uniform grid of Q a little
finer than ``pi / r_max`` (which a fast Fourier transform gives); and the data end at some Q_max, so that ``sin(Q r)``
is known everywhere from its values on a uniform grid of r finer than ``pi / Q_max``. In both cases a Kaiser-Bessel
window of sixteen grid points interpolates to about 1e-14 of the sum of all ``|f_k|``.

References
----------
.. [1] Dutt & Rokhlin, SIAM J. Sci. Comput. 14, 1368 (1993), doi:10.1137/0914081
.. [2] Jackson, Meyer, Nishimura & Macovski, IEEE Trans. Med. Imaging 10, 473 (1991), doi:10.1109/42.97598
"""

from dataclasses import dataclass
from math import ceil, log2, pi

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dst

from carvsdb.compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WIDTH = 16
# How much finer than necessary the grids are; with 16 points of the window this leaves an error of about 1e-14.
_FINER = 2.0
# What a point of the fast sine transform costs, in products of the dense sum.
_FFT_COST = 15


@dataclass(frozen=True, slots=True, eq=False)
class SineSums:
    """The sums ``s(Q_j) = sum_k f_k sin(Q_j r_k)``, prepared for one histogram grid and one set of Q.

    Attributes
    ----------
    method : str
        ``dense``, ``fourier`` (interpolated in Q) or ``coarse`` (interpolated in r).

    Examples
    --------
    >>> q = np.array([0.5, 1.0, 4.0])
    >>> sums = SineSums.of(100, 0.02, q)
    >>> sums.method, sums(np.ones((1, 100))).round(8).tolist()
    ('dense', [[45.96996095, 70.80852196, 14.32256947]])
    """

    method: str
    n_bins: int
    _matrix: Floats
    _first: Integers
    _window: Floats
    _before: Floats
    _length: int
    _n_used: int

    @classmethod
    def of(cls, n_bins: int, bin_width: float, q: Floats, method: str | None = None) -> "SineSums":
        """Prepare the sums.

        Parameters
        ----------
        n_bins : int
            Number of bins.
        bin_width : float
            In Å.
        q : ndarray of float64, shape (n_q,)
            In Å⁻¹, in any order; they need not be uniform.
        method : str, optional
            By default the one with the fewest operations.
        """
        r: Floats = np.asarray((np.arange(n_bins) + 0.5) * bin_width, np.float64)
        q_max = float(np.abs(q).max())
        length = _power_of_two(2 * _FINER * n_bins)
        q_step = 2 * pi / (length * bin_width)
        # A whole number of bins, so that the window falls alike on each group of bins.
        group = max(1, int(pi / (_FINER * q_max * bin_width)))
        n_groups = -(-n_bins // group)
        n_coarse = n_groups + WIDTH
        fits = q_max / q_step + WIDTH < length / 2
        costs = {
            "dense": n_bins * len(q),
            "coarse": n_bins * WIDTH + n_coarse * len(q) if group > 1 else np.inf,
            "fourier": _FFT_COST * length + WIDTH * len(q) if fits else np.inf,
        }
        method = method or min(costs, key=lambda name: costs[name])
        if method == "dense":
            return cls(method, n_bins, np.sin(np.outer(r, q)), *_nothing())
        if method == "coarse":
            r_step = group * bin_width
            # The coarse grid is at (g + 1/2 - WIDTH/2) r_step: it begins below 0, where the sine is odd.
            first, window = _windows(r[:group] / r_step - 0.5 + WIDTH // 2)
            first_0 = first.min()
            wide = np.zeros((group, WIDTH + 1))
            for row, begin in enumerate(first - first_0):
                wide[row, begin : begin + WIDTH] = window[row]
            grid = (np.arange(n_coarse) + first_0 + 0.5 - WIDTH // 2) * r_step
            matrix = np.sin(np.outer(grid, q)) / _spectrum(np.asarray(q * r_step, np.float64))
            return cls(method, n_bins, matrix, first, wide, *_nothing()[2:])
        first, window = _windows(q / q_step)
        n_used = int(first.max()) + WIDTH + 1
        # What `dst` gives is twice the sums.
        before = 0.5 / _spectrum(r * q_step)
        return cls(method, n_bins, np.zeros((0, 0)), first + WIDTH // 2, window, before, length, n_used)

    def __call__(self, values: Floats) -> Floats:
        """Return the sums of values of shape (rows, n_bins): shape (rows, n_q)."""
        if self.method != "fourier":
            sums = np.zeros((len(values), self._matrix.shape[1]))
            if self.method == "coarse":
                coarse = np.zeros((len(values), len(self._matrix)))
                _spread(values, self._window, coarse)
                values = coarse
            _multiply(values, self._matrix, sums)
            return sums
        # Half the transform, which has twice the sums, of half the length: only sines are needed.
        grid = dst(values * self._before, type=2, n=self._length // 2, overwrite_x=True)
        result = np.empty((len(values), len(self._first)))
        _interpolate(grid, self._n_used, self._first, self._window, result)
        return result

    def adjoint(self, values: Floats) -> Floats:
        """Return ``sum_j values_j sin(Q_j r_k)`` for values of shape (rows, n_q): shape (rows, n_bins).

        Examples
        --------
        >>> sums = SineSums.of(2, 0.5, np.array([1.0, 3.0]))
        >>> sums.adjoint(np.array([[1.0, 2.0]])).round(4).tolist()
        [[1.6107, 2.2378]]
        """
        if self.method == "dense":
            return np.ascontiguousarray(values @ self._matrix.T)
        result = np.empty((len(values), self.n_bins))
        if self.method == "coarse":
            _gather(np.ascontiguousarray(values @ self._matrix.T), self._window, result)
            return result
        grid = np.zeros((len(values), self._length // 2))
        _collect(values, self._n_used, self._first, self._window, grid)
        # The transform back of type 3 is the transpose of that of type 2: the last point of the grid is never used.
        back = dst(grid, type=3, overwrite_x=True)
        return np.ascontiguousarray(back[:, : self.n_bins] * self._before)


def _nothing() -> tuple[Integers, Floats, Floats, int, int]:
    return np.zeros(0, np.int64), np.zeros((0, WIDTH)), np.zeros(0), 0, 0


def _power_of_two(least: float) -> int:
    return 1 << ceil(log2(least))


# The window's shape; the best beta for grids twice as fine as necessary.
_BETA = pi * WIDTH * (1 - 1 / (2 * _FINER)) * 0.99


def _windows(places: Floats) -> tuple[Integers, Floats]:
    """Return, for places in units of grid steps, the first of WIDTH grid points and the window at each of them."""
    first = np.ceil(places - WIDTH / 2).astype(np.int64)
    distances = places[:, None] - (first[:, None] + np.arange(WIDTH))
    inside = np.clip(1 - (2 * distances / WIDTH) ** 2, 0, None)
    return first, np.i0(_BETA * np.sqrt(inside)) / np.i0(_BETA)


def _spectrum(angles: Floats) -> Floats:
    """Return the Fourier transform of the window at angles per grid step."""
    root = np.sqrt(_BETA**2 - (WIDTH * angles / 2) ** 2)
    spectrum: Floats = WIDTH * np.sinh(root) / root / np.i0(_BETA)
    return spectrum


@compiled
def _spread(values: Floats, window: Floats, coarse: Floats) -> None:
    group, width = window.shape
    n_groups = -(-values.shape[1] // group)
    # Bins by their place in the group, so that all groups are worked on side by side.
    by_place = np.zeros((group, n_groups))
    for row in range(values.shape[0]):
        # No division for each bin, which would take longer than all the rest.
        for place in range(group):
            line = by_place[place]
            for b in range((values.shape[1] - place + group - 1) // group):
                line[b] = values[row, place + b * group]
        for t in range(width):
            line = coarse[row, t : t + n_groups]
            for place in range(0, group - 1, 2):
                first, second = by_place[place], by_place[place + 1]
                weight, other = window[place, t], window[place + 1, t]
                for b in range(n_groups):
                    line[b] += weight * first[b] + other * second[b]
            if group % 2:
                last, weight = by_place[group - 1], window[group - 1, t]
                for b in range(n_groups):
                    line[b] += weight * last[b]


@compiled
def _gather(coarse: Floats, window: Floats, result: Floats) -> None:
    """Write the transpose of `_spread`."""
    group, width = window.shape
    n_bins = result.shape[1]
    line = np.empty(-(-n_bins // group))
    for row in range(result.shape[0]):
        for place in range(group):
            n_groups = (n_bins - place + group - 1) // group
            line[:] = 0.0
            for t in range(width):
                weight, shifted = window[place, t], coarse[row, t : t + n_groups]
                for b in range(n_groups):
                    line[b] += weight * shifted[b]
            for b in range(n_groups):
                result[row, place + b * group] = line[b]


@compiled
def _multiply(values: Floats, matrix: Floats, result: Floats) -> None:
    """Add `values @ matrix`: the library's product would start threads of its own for it."""
    n_inner, n_q = matrix.shape
    # Four lines of the matrix after the other, each time for all rows: it does not fit near the processor as a whole.
    for k in range(0, n_inner - 3, 4):
        first, second, third, fourth = matrix[k], matrix[k + 1], matrix[k + 2], matrix[k + 3]
        for row in range(values.shape[0]):
            a, b, c, d = values[row, k], values[row, k + 1], values[row, k + 2], values[row, k + 3]
            if a == 0.0 and b == 0.0 and c == 0.0 and d == 0.0:
                continue
            line = result[row]
            for j in range(n_q):
                line[j] += a * first[j] + b * second[j] + c * third[j] + d * fourth[j]
    for k in range(n_inner - n_inner % 4, n_inner):
        first = matrix[k]
        for row in range(values.shape[0]):
            a, line = values[row, k], result[row]
            for j in range(n_q):
                line[j] += a * first[j]


@compiled
def _interpolate(grid: Floats, n_used: int, first: Integers, window: Floats, result: Floats) -> None:
    shift = WIDTH // 2
    sines = np.empty(n_used + shift)
    for row in range(grid.shape[0]):
        # From -shift on: the sine is odd.
        sines[shift] = 0.0
        for m in range(1, n_used):
            sines[shift + m] = grid[row, m - 1]
        for m in range(1, shift + 1):
            sines[shift - m] = -sines[shift + m]
        for j in range(first.shape[0]):
            part = sines[first[j] : first[j] + WIDTH]
            total = 0.0
            for t in range(WIDTH):
                total += window[j, t] * part[t]
            result[row, j] = total


@compiled
def _collect(values: Floats, n_used: int, first: Integers, window: Floats, grid: Floats) -> None:
    """Add the transpose of `_interpolate`."""
    shift = WIDTH // 2
    sines = np.empty(n_used + shift)
    for row in range(grid.shape[0]):
        sines[:] = 0.0
        for j in range(first.shape[0]):
            for t in range(WIDTH):
                sines[first[j] + t] += window[j, t] * values[row, j]
        for m in range(1, n_used):
            grid[row, m - 1] = sines[shift + m] - (sines[shift - m] if m <= shift else 0.0)
