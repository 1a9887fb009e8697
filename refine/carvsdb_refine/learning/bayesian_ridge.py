"""Bayesian ridge regression from a triangle of QR: the strength of the prior maximises the evidence.

y = X c + noise, with noise of variance 1/beta in each (weighted) row and c_k of mean 0 and variance 1/(alpha p_k²).
alpha and beta are iterated to the largest evidence by MacKay's rules. Only the triangle R of X = QR is needed, with y
as its last column, so that the rows may come in blocks.

References
----------
.. [1] MacKay, Neural Comput. 4, 415 (1992), doi:10.1162/neco.1992.4.3.415
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular, svd

Floats = NDArray[np.float64]

_MOST_STEPS, _CONVERGED = 1000, 1e-4
# Singular values below this part of the largest are rounding.
_NULL = 1e-12


class Triangle:
    """The triangle of a growing QR decomposition; rows are weighted already.

    Parameters
    ----------
    n_columns : int
        Of X with y.
    """

    def __init__(self, n_columns: int) -> None:
        self.matrix: Floats = np.zeros((0, n_columns))
        self.n_rows = 0.0
        self._waiting: list[Floats] = []
        self._n_waiting = 0

    def add(self, rows: Floats, count: float | None = None) -> None:
        """Take in rows, shape (m, n_columns), that count as so many: as they are without a number."""
        self._waiting.append(rows)
        self._n_waiting += len(rows)
        self.n_rows += len(rows) if count is None else count
        # Few large decompositions: each takes in the triangle of the last, too.
        if self._n_waiting >= max(4096, 3 * self.matrix.shape[1]):
            self.close()

    def close(self) -> Floats:
        """Take in what waits, and return the triangle, shape (at most n_columns, n_columns)."""
        if self._waiting:
            stacked = np.concatenate([self.matrix, *self._waiting])
            self._waiting.clear()
            self.matrix = np.asarray(np.linalg.qr(stacked, mode="r"))
            self._n_waiting = 0
        return self.matrix


@dataclass(frozen=True, slots=True, eq=False)
class RidgeFit:
    """A fit.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (F,)
        Their posterior mean.
    factor : ndarray of float64, shape (F, F)
        A factor L of their posterior covariance L L^T.
    alpha, beta : float
        Strength of the prior, and of the data.
    effective : float
        How many coefficients the data determine.
    rank : int
        How many independent columns there are; what else there is only the prior decides.
    """

    coefficients: Floats
    factor: Floats
    alpha: float
    beta: float
    effective: float
    rank: int


@dataclass(frozen=True, slots=True, eq=False)
class RidgeProblem:
    """Rows and penalties, decomposed once for all strengths of the prior.

    Attributes
    ----------
    n_rows : float
        Of X: what they count as.
    penalties : ndarray of float64, shape (F,)
    sizes : ndarray of float64, shape (F,)
        Singular values of X with each column divided by its penalty.
    along : ndarray of float64, shape (F,)
        y along the left singular vectors.
    right : ndarray of float64, shape (F, F)
        The right ones, a row each.
    beyond : float
        The square of what of y no coefficients reach.
    reference : float
        The largest singular value of columns that are not all but free.
    """

    n_rows: float
    penalties: Floats
    sizes: Floats
    along: Floats
    right: Floats
    beyond: float
    reference: float

    @classmethod
    def of(cls, triangle: Floats, n_rows: float, penalties: Floats, n_free: int = 0) -> "RidgeProblem":
        """Decompose; parameters and errors as for `fit_ridge`."""
        n_columns = len(penalties)
        square = np.zeros((n_columns + 1, n_columns + 1))
        square[: len(triangle)] = triangle
        left, sizes, right = svd(square[:n_columns, :n_columns] / penalties, check_finite=False)
        along = left.T @ square[:n_columns, -1]
        beyond = float(square[-1, -1] ** 2)
        return cls(n_rows, penalties, sizes, along, right, beyond, float(sizes[min(n_free, len(sizes) - 1)]))

    def coefficients(self, strengths: Floats) -> Floats:
        """Return the coefficients with each alpha/beta, shape (F, strengths)."""
        kept = self.sizes[:, np.newaxis] / (self.sizes[:, np.newaxis] ** 2 + strengths)
        return np.asarray((self.right.T @ (kept * self.along[:, np.newaxis])) / self.penalties[:, np.newaxis])

    def most_evident(self) -> tuple[float, float]:
        """Return alpha and beta of the largest evidence."""
        # The evidence has more than one summit; one of them says that nothing but noise is there.
        squares, reference = self.sizes**2, max(self.reference, 1e-150) ** 2
        starts = (1e-3 * reference, 1e-6 * reference, 1e-10 * reference)
        _, alpha, beta = max(_climb(squares, self.along, self.beyond, self.n_rows, start) for start in starts)
        return alpha, beta

    def fit(self, strength: float | None = None) -> RidgeFit:
        """Return the fit with an alpha/beta, or with that of the largest evidence."""
        squares = self.sizes**2
        if strength is None:
            alpha, beta = self.most_evident()
        else:
            effective = float((squares / (squares + strength)).sum())
            beta = _beta(self.n_rows, effective, _sizes(squares, self.along, self.beyond, strength)[1])
            alpha = strength * beta
        effective = float((squares / (squares + alpha / beta)).sum())
        factor = (self.right.T / np.sqrt(beta * squares + alpha)) / self.penalties[:, np.newaxis]
        rank = int((self.sizes > _NULL * self.reference).sum())
        return RidgeFit(self.coefficients(np.array([alpha / beta]))[:, 0], factor, alpha, beta, effective, rank)


def fit_ridge(
    triangle: Floats, n_rows: float, penalties: Floats, n_free: int = 0, strength: float | None = None
) -> RidgeFit:
    """Fit.

    Parameters
    ----------
    triangle : ndarray of float64, shape (m, F + 1)
        Of X and y together.
    n_rows : float
        Of X: what they count as.
    penalties : ndarray of float64, shape (F,)
        p, above 0.
    n_free : int
        How many columns are all but free, whose size tells nothing of the others'.
    strength : float, optional
        alpha/beta; that of the largest evidence without.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the decomposition does not converge.
    """
    return RidgeProblem.of(triangle, n_rows, penalties, n_free).fit(strength)


def _climb(squares: Floats, along: Floats, beyond: float, n_rows: float, alpha: float) -> tuple[float, float, float]:
    """Return the log evidence of a summit, but for constants, with its alpha and beta."""
    beta = 1.0
    for _ in range(_MOST_STEPS):
        keeps = squares / (squares + alpha / beta)
        effective = float(keeps.sum())
        size, rest = _sizes(squares, along, beyond, alpha / beta)
        before = alpha, beta
        alpha = effective / max(size, 1e-300)
        beta = _beta(n_rows, effective, rest)
        if abs(np.log(alpha / before[0])) + abs(np.log(beta / before[1])) < _CONVERGED:
            break
    size, rest = _sizes(squares, along, beyond, alpha / beta)
    evidence = len(squares) * np.log(alpha) + n_rows * np.log(beta) - beta * rest - alpha * size
    return float(evidence - np.log(beta * squares + alpha).sum()), alpha, beta


def _beta(n_rows: float, effective: float, rest: float) -> float:
    return max(n_rows - effective, 0.05 * n_rows) / max(rest, 1e-300)


def _sizes(squares: Floats, along: Floats, beyond: float, strength: float) -> tuple[float, float]:
    """Return the sums of squares of the (scaled) coefficients and of what they leave of the labels."""
    scaled = np.sqrt(squares) * along / (squares + strength)
    rest = beyond + float(((strength / (squares + strength) * along) ** 2).sum())
    return float((scaled**2).sum()), rest


def refit(triangle: Floats, penalties: Floats, strength: float) -> Floats:
    """Return the coefficients with a given alpha/beta, for fewer rows of the same data."""
    scaled = triangle[:, :-1] / penalties
    # The prior is rows of its own: in a sum of products a weak one is lost in rounding, and what the rows do not
    # determine would be left to chance. So it would by one below the rounding of the rows.
    weakest = np.finfo(np.float64).eps * float(np.linalg.norm(scaled))
    prior = max(np.sqrt(strength), weakest, 1e-300) * np.eye(len(penalties), len(penalties) + 1)
    rows = np.vstack([np.column_stack([scaled, triangle[:, -1]]), prior])
    reduced: Floats = np.asarray(np.linalg.qr(rows, mode="r"))[: len(penalties)]
    solution: Floats = solve_triangular(reduced[:, :-1], reduced[:, -1]) / penalties
    return solution
