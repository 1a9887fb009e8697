"""One measured curve, and how it takes part in a refinement."""

from dataclasses import dataclass, replace
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.scattering.functions import Q_FUNCTIONS, check_function
from carvsdb_refine.scattering.goodness import best_fit, chi2, rw

KINDS = ("neutron", "xray")


@dataclass(frozen=True, slots=True)
class DataScore:
    """How well a model fits one data set.

    Attributes
    ----------
    scale : float
        By which the calculated curve was multiplied.
    offset : float
        Which was added to it then.
    rw : float
        ``sqrt(sum w (scale calc + offset - exp)² / sum w exp²)`` over the fit range; ``w = 1 / sigma²`` where each
        point has its own error, else 1.
    chi2 : float or None
        The data set's weight times ``sum (scale calc + offset - exp)² / sigma²``; None without sigma.
    n_points : int
        Points in the fit range.
    """

    scale: float
    offset: float
    rw: float
    chi2: float | None
    n_points: int


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """A measured curve.

    Attributes
    ----------
    kind : str
        ``neutron`` or ``xray``.
    function : str
        ``F(Q)``, ``S(Q)``, ``G(r)``...: see `Normalisation` for what each means.
    x : ndarray of float64, shape (n,)
        Q in Å⁻¹ or r in Å, ascending and above 0.
    values : ndarray of float64, shape (n,)
        Of the function.
    sigma : ndarray of float64, shape (n,), or float, or None
        Errors: of each point, or one for all.
    fit_range : tuple of float
        The first and last Q (or r) that count, both included.
    weight : float
        Factor of this data set's chi².
    scale : float or None
        Factor of the calculated curve; None where the best one is taken at each step.
    scale_bounds : tuple of float
        Within which the free scale stays.
    offset : float or None
        Added to the scaled calculated curve; None where the best one is taken at each step.
    label : str
        What messages call it: the file.
    sha256 : str
        Of the file's bytes, in hex; empty without a file.
    notes : tuple of str
        Sentences about how the file was read: what was left out, what the header says otherwise.

    Raises
    ------
    InputError
        If kind or function is unknown, arrays disagree or hold what is no finite number, x does not ascend, an
        error is not above 0, or fewer than 2 points lie in the fit range.

    Examples
    --------
    >>> data = DataSet("neutron", "F(Q)", [0.5, 1.0, 1.5], [0.0, 2.0, 4.0], sigma=0.5, scale=None)
    >>> data.score(np.array([0.0, 1.0, 2.0]))
    DataScore(scale=2.0, offset=0.0, rw=0.0, chi2=0.0, n_points=3)
    """

    kind: str
    function: str
    x: NDArray[np.float64]
    values: NDArray[np.float64]
    sigma: NDArray[np.float64] | float | None = None
    fit_range: tuple[float, float] = (0.0, inf)
    weight: float = 1.0
    scale: float | None = 1.0
    scale_bounds: tuple[float, float] = (0.0, inf)
    offset: float | None = 0.0
    label: str = "data"
    sha256: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"data of kind {self.kind!r}; expected one of {', '.join(KINDS)}", path=self.label)
        check_function(self.function)
        for name in ("x", "values"):
            object.__setattr__(self, name, self._numbers(name))
        if len(self.x) != len(self.values) or len(self.x) < 2:
            sizes = f"got {len(self.x)} and {len(self.values)}"
            raise InputError(f"needs as many values as points, and at least 2; {sizes}", path=self.label)
        wrong = np.flatnonzero(np.diff(self.x, prepend=0.0) <= 0)
        if len(wrong):
            what = f"{self.axis} must be above 0 and ascend"
            raise InputError(f"{what}, got {self.x[wrong[0]]:g} as point {wrong[0] + 1}", path=self.label)
        if self.sigma is not None:
            self._check_sigma()
        low, high = self.fit_range
        if not low <= high or self.in_range.sum() < 2:
            covered = f"{self.x[0]:g} to {self.x[-1]:g} {self.unit}"
            message = (
                f"fewer than 2 points lie in the fit range {low:g} to {high:g} {self.unit}; the data cover {covered}"
            )
            raise InputError(message, path=self.label)
        if not (isfinite(self.weight) and self.weight >= 0):
            raise InputError(f"the weight must be 0 or more, got {self.weight}", path=self.label)
        if not all(number is None or isfinite(number) for number in (self.scale, self.offset)):
            raise InputError("scale and offset must be finite numbers", path=self.label)
        if not self.scale_bounds[0] <= self.scale_bounds[1]:
            raise InputError(f"the bounds of the scale must ascend, got {self.scale_bounds}", path=self.label)

    @property
    def axis(self) -> str:
        """``Q`` or ``r``."""
        return "Q" if self.function in Q_FUNCTIONS else "r"

    @property
    def unit(self) -> str:
        """The unit of `x`."""
        return "Å⁻¹" if self.axis == "Q" else "Å"

    @property
    def in_range(self) -> NDArray[np.bool_]:
        """Which points lie in the fit range, shape (n,)."""
        # An end such as 0.3 = 0.1 + 0.2 belongs to the range whatever the last digit of the point.
        slack = 1e-9 * self.x
        inside: NDArray[np.bool_] = (self.x >= self.fit_range[0] - slack) & (self.x <= self.fit_range[1] + slack)
        return inside

    def trimmed(self) -> "DataSet":
        """Return the same data without the points outside the fit range."""
        inside = self.in_range
        errors = self.sigma[inside] if isinstance(self.sigma, np.ndarray) else self.sigma
        return replace(self, x=self.x[inside], values=self.values[inside], sigma=errors)

    def score(self, calculated: NDArray[np.float64]) -> DataScore:
        """Return how well a calculated curve, of the same function at all points `x`, fits.

        Raises
        ------
        InputError
            If the curve has another number of points.
        RefusedError
            If Rw or the best scale has no value.
        """
        if calculated.shape != self.x.shape:
            raise InputError(f"expected a curve of shape {self.x.shape}, got {calculated.shape}", path=self.label)
        inside = self.in_range
        curve, measured = calculated[inside], self.values[inside]
        errors = self.sigma[inside] if isinstance(self.sigma, np.ndarray) else None
        scale, offset = best_fit(curve, measured, errors, self.scale, self.offset, self.scale_bounds)
        fitted = scale * curve + offset
        sigma = self.sigma if errors is None else errors
        misfit = None if sigma is None else self.weight * chi2(fitted, measured, sigma)
        return DataScore(scale, offset, rw(fitted, measured, errors), misfit, len(measured))

    def _numbers(self, name: str) -> NDArray[np.float64]:
        array = np.array(getattr(self, name), np.float64)
        if array.ndim != 1 or not np.isfinite(array).all():
            raise InputError(f"{name} must be one column of finite numbers", path=self.label)
        array.flags.writeable = False
        return array

    def _check_sigma(self) -> None:
        sigma = np.asarray(self.sigma, np.float64)
        if sigma.shape not in ((), self.x.shape):
            expected = f"expected one error or {len(self.x)}"
            raise InputError(f"{expected}, got an array of shape {sigma.shape}", path=self.label)
        if not (np.isfinite(sigma).all() and (sigma > 0).all()):
            raise InputError("errors must be finite and above 0", path=self.label)
        if sigma.ndim:
            errors = self._numbers("sigma")
            object.__setattr__(self, "sigma", errors)
        else:
            object.__setattr__(self, "sigma", float(sigma))
