"""CARVS as features for scikit-learn."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from carvsdb.errors import InputError
from carvsdb.net import Net
from carvsdb.rings import DEFAULT_CUT_OFF, Carvs, find_rings
from carvsdb.rings.carvs import LARGEST_CUT_OFF


class CarvsVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Turn nets into CARVS vectors: a step of a scikit-learn pipeline that learns nothing.

    Parameters
    ----------
    max_ring_size : int
        Cut-off of the ring search, in nodes.
    normalised : bool
        Whether each vector is divided by its sum, as topological distances have it.

    Notes
    -----
    A net without rings has no normalised vector: its row is NaN, which
    ``sklearn.impute.SimpleImputer`` or a mask can take out.

    Examples
    --------
    >>> from carvsdb.net import library
    >>> rows = CarvsVectors().fit_transform([library.load("dia"), library.load("sod")])
    >>> rows.shape, int(rows[0].argmax()) + 1
    ((2, 32), 6)
    """

    def __init__(self, max_ring_size: int = DEFAULT_CUT_OFF, normalised: bool = True) -> None:
        self.max_ring_size = max_ring_size
        self.normalised = normalised

    def fit(self, nets: Iterable[Net | Carvs], y: object = None) -> "CarvsVectors":
        """Learn nothing."""
        return self

    def transform(self, nets: Iterable[Net | Carvs]) -> NDArray[np.float64]:
        """Return the vectors, shape (n, 32): ``[i, k]`` is about the rings of size ``k + 1`` in net `i`.

        Raises
        ------
        InputError
            If one is no Net and no Carvs.
        """
        rows = [self._row(net, number) for number, net in enumerate(nets)]
        return np.array(rows, np.float64).reshape(-1, LARGEST_CUT_OFF)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Return what the columns are called."""
        return np.array([f"{size}-rings" for size in range(1, LARGEST_CUT_OFF + 1)], object)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _row(self, net: Net | Carvs, number: int) -> NDArray[np.float64]:
        if not isinstance(net, Net | Carvs):
            raise InputError(f"expected nets (Net or Carvs), but number {number} is {type(net).__name__}")
        carvs = net if isinstance(net, Carvs) else find_rings(net, self.max_ring_size).carvs()
        if self.normalised:
            return carvs.normalised if carvs.has_rings else np.full(LARGEST_CUT_OFF, np.nan)
        row = np.zeros(LARGEST_CUT_OFF)
        row[: len(carvs.vector)] = carvs.vector
        return row
