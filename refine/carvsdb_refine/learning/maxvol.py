"""MaxVol: the rows of a tall matrix whose square has a determinant that no exchange of one row makes larger.

References
----------
.. [1] Goreinov et al., How to find a good submatrix, in Matrix Methods: Theory, Algorithms and Applications (2010),
   doi:10.1142/9789812836021_0015
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor
from scipy.linalg.blas import dger, idamax

Floats = NDArray[np.float64]

# Exchanges after which the coefficients are made afresh, as rounding gathers in them.
_FRESH = 300
_MOST_EXCHANGES = 20_000


def maxvol(rows: Floats, tolerance: float = 1.00002) -> NDArray[np.int64]:
    """Return the places of the chosen rows.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, r)
        Of rank r, if n is large enough; of fewer rows than columns all are chosen.
    tolerance : float
        Above 1: no row is a combination of the chosen ones with a coefficient above it.

    Examples
    --------
    >>> import numpy as np
    >>> maxvol(np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 2.0]])).tolist()
    [0, 2]
    """
    n_rows, rank = rows.shape
    if n_rows <= rank:
        return np.arange(n_rows)
    # Where Gauss' elimination with pivots would begin: a square that is far from singular.
    _, pivots = lu_factor(rows, check_finite=False)
    order = np.arange(n_rows)
    for place, pivot in enumerate(pivots):
        order[[place, pivot]] = order[[pivot, place]]
    chosen = order[:rank].copy()
    exchanges = 0
    while True:
        # In Fortran's order, so that BLAS changes it in place.
        coefficients = (np.linalg.inv(rows[chosen]).T @ rows.T).T
        began = exchanges
        while exchanges < _MOST_EXCHANGES:
            flat = int(idamax(coefficients.T.ravel()))
            column, row = divmod(flat, n_rows)
            largest = coefficients[row, column]
            if abs(largest) <= tolerance or exchanges - began == _FRESH:
                break
            # The row takes the place of the chosen one: an update of rank 1.
            change = coefficients[row].copy()
            change[column] -= 1.0
            coefficients = dger(-1.0 / largest, coefficients[:, column].copy(), change, a=coefficients, overwrite_a=1)
            chosen[column] = row
            exchanges += 1
        if exchanges == began or exchanges >= _MOST_EXCHANGES:
            return np.sort(chosen)
