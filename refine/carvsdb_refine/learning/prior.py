"""What is believed of coefficients before the labels are seen: smooth functions of few atoms matter most.

A coefficient has mean 0 and variance 1/(alpha p²). p, the penalty, rises with the degree of its function, with the size
of the function's own column, and with each factor beyond the first. alpha/beta, the strength, is that of the largest
evidence, or a given part of the strength with which the prior alone expects forces as large as the labels'.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb_refine.potential.ace.form import AceForm

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prior:
    """How strongly coefficients are held down.

    Attributes
    ----------
    smoothness : float
        Power of 1 + degree (here a unit of l counts 1.5).
    column_power : float
        Power of a column's root mean square: 1 makes all functions equally likely to matter, 0 leaves their scale to
        the basis.
    narrowing : float
        By how much the prior is narrower for each factor beyond the first.
    strength : float or None
        alpha/beta, as a part of that at which the prior expects forces as large as the labels'; that of the largest
        evidence without a number.
    """

    smoothness: float = 2.0
    column_power: float = 0.5
    narrowing: float = 1.0
    strength: float | None = None

    def penalties(self, form: AceForm, squares: Floats) -> Floats:
        """Return how strongly each coefficient is held down, shape (F,), by the mean squares of the columns."""
        functions = [function for centre in form.centres for function in centre.functions]
        degrees = [
            1.0 + sum(n - 1 + 1.5 * l for n, l in zip(function.n, function.l, strict=True)) for function in functions
        ]
        factors = np.array([len(function.n) for function in functions])
        scale = np.sqrt(squares)
        # A function that is zero on all data has no scale of its own.
        floor = max(1e-6 * float(scale.max(initial=0.0)), 1e-300)
        held: Floats = np.maximum(scale, floor) ** self.column_power * np.array(degrees) ** self.smoothness
        return np.asarray(held * self.narrowing ** (factors - 1.0))

    def strength_for(self, penalties: Floats, squares: Floats, label_square: float) -> float | None:
        """Return alpha/beta, or None if it is that of the largest evidence.

        Parameters
        ----------
        penalties, squares : ndarray of float64, shape (F,)
            Of the functions; the mean squares of their columns.
        label_square : float
            The mean square of the labels in the same rows.
        """
        if self.strength is None or not label_square:
            return None
        return self.strength * float((squares / penalties**2).sum()) / label_square
