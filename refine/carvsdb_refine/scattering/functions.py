"""The functions in which total scattering is published, and the way from each to each."""

from dataclasses import dataclass
from math import isfinite, pi

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.scattering.sine_transform import SineTransform

Q_FUNCTIONS = ("F(Q)", "i(Q)", "S(Q)", "Q[S(Q)-1]")
R_FUNCTIONS = ("G(r)", "D(r)", "T(r)", "PDF")
_OVER_LEVEL = ("S(Q)", "Q[S(Q)-1]", "PDF")
# barn/sr: a mean scattering length below 0.003 fm, less than tables know.
_NULL = 1e-7


@dataclass(frozen=True, slots=True)
class Normalisation:
    """The two numbers that tie the functions of a sample together.

    With `level` ``L`` and number density ``rho0``, on the side of Q (Å⁻¹):

    - ``F(Q)``: neutrons ``sum_ab c_a c_b b_a b_b [S_ab(Q) - 1]`` in barn/sr; X-rays the same with form factors, over
      ``(sum_a c_a f_a)²``, without unit;
    - ``i(Q) = F(Q)``: the distinct scattering, another name of it;
    - ``S(Q) = 1 + F(Q) / L``, going to 1; and ``Q[S(Q)-1]``, in Å⁻¹;

    and on the side of r (Å), with ``F(Q) = 4 pi rho0 integral r² G(r) sin(Qr)/(Qr) dr``:

    - ``G(r) = sum_ab c_a c_b b_a b_b [g_ab(r) - 1]``, the unit of F, going from ``-L`` to 0;
    - ``D(r) = 4 pi rho0 r G(r)`` and ``T(r) = D(r) + 4 pi rho0 r L``;
    - ``PDF``: ``D(r) / L = (2/pi) integral Q [S(Q) - 1] sin(Qr) dQ`` in Å⁻², the G(r) of the PDF community.

    Attributes
    ----------
    number_density : float
        ``rho0``: atoms per Å³.
    level : float
        ``L``: ``(sum_a c_a b_a)²`` in barn/sr for neutrons (:func:`neutron_level`), 1 for X-rays. It is 0 in a null
        alloy, which has F(Q), i(Q), G(r), D(r) and T(r) and none of the functions that are divided by it.

    References
    ----------
    .. [1] Keen, J. Appl. Cryst. 34, 172 (2001), doi:10.1107/S0021889800019993
    .. [2] Peterson, Olds, McDonnell & Page, J. Appl. Cryst. 54, 317 (2021), doi:10.1107/S1600576720015630

    Examples
    --------
    >>> sample = Normalisation(number_density=0.05, level=0.5)
    >>> sample.convert(np.array([-0.5, 0.25]), np.array([0.5, 1.0]), "F(Q)", "S(Q)").tolist()
    [0.0, 1.5]
    """

    number_density: float
    level: float = 1.0

    def __post_init__(self) -> None:
        if not (isfinite(self.number_density) and self.number_density > 0):
            raise InputError(f"number_density must be a positive number, got {self.number_density}")
        if not (isfinite(self.level) and self.level >= 0):
            raise InputError(f"level must be a number of at least 0, got {self.level}")

    def convert(
        self,
        values: NDArray[np.float64],
        x: NDArray[np.float64],
        source: str,
        target: str,
        x_target: NDArray[np.float64] | None = None,
    ) -> NDArray[np.float64]:
        """Return the values of one function as another.

        Parameters
        ----------
        values : ndarray of float64, shape (n,)
            Of the function `source`.
        x : ndarray of float64, shape (n,)
            Where they are: Q in Å⁻¹ or r in Å, above 0.
        source, target : str
            ``F(Q)``, ``i(Q)``, ``S(Q)``, ``Q[S(Q)-1]``, ``G(r)``, ``D(r)``, ``T(r)`` or ``PDF``.
        x_target : ndarray of float64, optional
            The grid of the result; needed where `source` is a function of Q and `target` of r, or the other way.

        Raises
        ------
        InputError
            If a function is unknown, a grid is not above 0, or the second grid is missing.

        Notes
        -----
        Across, F(Q) or G(r) count as 0 where they are not given: a short Q range makes ripples, a short r range
        broadens peaks.
        """
        for function in (source, target):
            check_function(function)
        divided = [function for function in (target, source) if function in _OVER_LEVEL]
        if self.level < _NULL and divided and source != target:
            raise InputError(
                f"{divided[0]} is divided by the square of the mean scattering length, which is 0 here",
                hint="expected F(Q), i(Q), G(r) or D(r) of a null alloy",
            )
        plain = self._to_plain(values, x, source)
        if (source in Q_FUNCTIONS) == (target in Q_FUNCTIONS):
            return self._from_plain(plain, x, target)
        if x_target is None:
            raise InputError(f"{target} cannot be had from {source} without a grid for it")
        across = self.g_of_f if source in Q_FUNCTIONS else self.f_of_g
        return self._from_plain(across(plain, x, x_target), x_target, target)

    def f_of_g(self, g: NDArray[np.float64], r: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``F(Q) = 4 pi rho0 integral r² G(r) sin(Qr)/(Qr) dr``."""
        _check_above_zero(r, q)
        sums = SineTransform.of(r, q)(g * r * grid_steps(r))
        result: NDArray[np.float64] = 4 * pi * self.number_density * sums / q
        return result

    def g_of_f(self, f: NDArray[np.float64], q: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``G(r) = 1/(2 pi² rho0) integral Q² F(Q) sin(Qr)/(Qr) dQ``."""
        _check_above_zero(r, q)
        sums = SineTransform.of(q, r)(f * q * grid_steps(q))
        result: NDArray[np.float64] = sums / (2 * pi**2 * self.number_density * r)
        return result

    def _to_plain(self, values: NDArray[np.float64], x: NDArray[np.float64], source: str) -> NDArray[np.float64]:
        """Return F(Q) or G(r)."""
        slope = 4 * pi * self.number_density * x
        if source == "S(Q)":
            return self.level * (values - 1)
        if source == "Q[S(Q)-1]":
            return self.level * values / x
        if source == "D(r)":
            return values / slope
        if source == "T(r)":
            return values / slope - self.level
        return self.level * values / slope if source == "PDF" else values

    def _from_plain(self, values: NDArray[np.float64], x: NDArray[np.float64], target: str) -> NDArray[np.float64]:
        slope = 4 * pi * self.number_density * x
        if target == "S(Q)":
            return 1 + values / self.level
        if target == "Q[S(Q)-1]":
            return x * values / self.level
        if target == "D(r)":
            return values * slope
        if target == "T(r)":
            return (values + self.level) * slope
        return values * slope / self.level if target == "PDF" else values


def unit_of(function: str, kind: str) -> str:
    """Return the unit of a function of neutrons or X-rays; ``1`` where it has none.

    Examples
    --------
    >>> [unit_of(function, "neutron") for function in ("F(Q)", "S(Q)", "Q[S(Q)-1]", "D(r)", "PDF")]
    ['barn/sr', '1', 'Å⁻¹', 'barn/sr/Å²', 'Å⁻²']
    """
    check_function(function)
    if function in ("D(r)", "T(r)"):
        return "barn/sr/Å²" if kind == "neutron" else "Å⁻²"
    if function in _OVER_LEVEL:
        return {"S(Q)": "1", "Q[S(Q)-1]": "Å⁻¹", "PDF": "Å⁻²"}[function]
    return "barn/sr" if kind == "neutron" else "1"


def check_function(function: str) -> None:
    """Raise InputError if a function is not one of those known here."""
    if function not in (*Q_FUNCTIONS, *R_FUNCTIONS):
        known = ", ".join((*Q_FUNCTIONS, *R_FUNCTIONS))
        raise InputError(f"there is no scattering function {function!r}; expected one of {known}")


def _check_above_zero(r: NDArray[np.float64], q: NDArray[np.float64]) -> None:
    for what, grid, unit in (("r", r, "Å"), ("Q", q, "Å⁻¹")):
        if not (len(grid) and (grid > 0).all()):
            raise InputError(f"{what} must be above 0 {unit}, got {grid.min() if len(grid) else 'no points'}")


def grid_steps(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each point stands for: half the way to its neighbours, a whole step at the ends."""
    if len(x) == 1:
        return x.copy()
    gaps = np.diff(x)
    steps: NDArray[np.float64] = (np.concatenate((gaps[:1], gaps)) + np.concatenate((gaps, gaps[-1:]))) / 2
    return steps
