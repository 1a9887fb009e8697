"""Sums of sines on grids: dense, and by the chirp-z transform where both grids are uniform."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError

# Steps of a grid may differ by this much of its largest number: what reading decimals makes of them.
_UNIFORM = 1e-13
_SMALL_PRIMES = (2, 3, 5)
# What a point of the fast Fourier transforms costs, in terms of the dense sum (measured for grids of 100 to 3,000).
_COST = 200
METHODS = ("auto", "chirp-z", "dense")


@dataclass(frozen=True, slots=True, eq=False)
class SineTransform:
    """The sums ``sum_k f_k sin(out_j in_k)`` for one pair of grids, prepared once and applied often.

    Attributes
    ----------
    inputs, outputs : ndarray of float64
        The grids: r and Q, or Q and r.
    method : str
        ``chirp-z`` or ``dense``.

    Notes
    -----
    With ``in_k = a + k d`` and ``out_j = A + j D`` the product of the grids is ``A in_k + j D a + j k d D``, and
    ``2 j k = j² + k² - (j - k)²`` makes the last term a convolution with a chirp, done by the fast Fourier
    transform. It equals the dense sum to rounding.

    References
    ----------
    .. [1] Rabiner, Schafer & Rader, Bell Syst. Tech. J. 48, 1249 (1969), doi:10.1002/j.1538-7305.1969.tb04268.x
    .. [2] Bluestein, IEEE Trans. Audio Electroacoust. 18, 451 (1970), doi:10.1109/TAU.1970.1162132

    Examples
    --------
    >>> transform = SineTransform.of(np.array([0.5, 1.5, 2.5]), np.array([1.0, 1.5]), "chirp-z")
    >>> transform(np.array([0.0, 1.0, 0.0])).round(6).tolist()
    [0.997495, 0.778073]
    """

    inputs: NDArray[np.float64]
    outputs: NDArray[np.float64]
    method: str
    _matrix: NDArray[np.float64] | None
    _before: NDArray[np.complex128] | None
    _chirp: NDArray[np.complex128] | None
    _after: NDArray[np.complex128] | None

    @classmethod
    def of(cls, inputs: NDArray[np.float64], outputs: NDArray[np.float64], method: str = "auto") -> "SineTransform":
        """Prepare the transform of one grid to another.

        Parameters
        ----------
        inputs, outputs : ndarray of float64
            The grids.
        method : str
            ``chirp-z``, ``dense``, or ``auto``: chirp-z where both grids are uniform and it is likely faster.

        Raises
        ------
        InputError
            If the method is unknown, or chirp-z is asked for with a grid that is not uniform.
        """
        if method not in METHODS:
            raise InputError(f"there is no sine transform {method!r}; expected one of {', '.join(METHODS)}")
        inputs, outputs = np.array(inputs, np.float64), np.array(outputs, np.float64)
        uniform = is_uniform(inputs) and is_uniform(outputs)
        if method == "chirp-z" and not uniform:
            raise InputError("the chirp-z transform needs two grids of equal steps; expected 'dense' or 'auto'")
        n_in, n_out = len(inputs), len(outputs)
        length = _fast_length(n_in + n_out - 1)
        if method == "dense" or not uniform or (method == "auto" and n_in * n_out < _COST * length):
            return cls(inputs, outputs, "dense", np.sin(np.multiply.outer(inputs, outputs)), None, None, None)
        product = (inputs[-1] - inputs[0]) / (n_in - 1) * (outputs[-1] - outputs[0]) / (n_out - 1)
        k, j = np.arange(n_in, dtype=np.float64), np.arange(n_out, dtype=np.float64)
        before = np.exp(1j * (outputs[0] * inputs + product * k * k / 2))
        after = np.exp(1j * ((outputs - outputs[0]) * inputs[0] + product * j * j / 2))
        chirp = np.zeros(length, np.complex128)
        chirp[:n_out] = np.exp(-0.5j * product * j * j)
        chirp[length - n_in + 1 :] = np.exp(-0.5j * product * (k * k)[:0:-1])
        return cls(inputs, outputs, "chirp-z", None, before, np.fft.fft(chirp), after)

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums of values of shape (..., n_inputs): shape (..., n_outputs)."""
        sums: NDArray[np.float64]
        if self._before is None or self._chirp is None or self._after is None:
            assert self._matrix is not None
            sums = values @ self._matrix
            return sums
        spectrum = np.fft.fft(values * self._before, len(self._chirp)) * self._chirp
        sums = (np.fft.ifft(spectrum)[..., : len(self.outputs)] * self._after).imag
        return sums


def is_uniform(grid: NDArray[np.float64]) -> bool:
    """Return whether a grid of at least two points has equal steps, to rounding.

    Examples
    --------
    >>> is_uniform(np.array([0.40, 0.42, 0.44])), is_uniform(np.array([0.40, 0.42, 0.45]))
    (True, False)
    """
    if len(grid) < 2:
        return False
    ideal = np.linspace(grid[0], grid[-1], len(grid))
    return bool(np.abs(grid - ideal).max() <= _UNIFORM * np.abs(grid).max())


def _fast_length(least: int) -> int:
    """Return the smallest number from `least` on that is a product of 2, 3 and 5."""
    length = least
    while True:
        rest = length
        for prime in _SMALL_PRIMES:
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += 1
