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
from carvsdb_schemas.description import Description


class CarvsVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Turn nets, or what `carvsdb.describe` says of them, into CARVS vectors: a step of a pipeline that learns nothing.

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

    def fit(self, nets: Iterable[Net | Carvs | Description], y: object = None) -> "CarvsVectors":
        """Learn nothing."""
        return self

    def transform(self, nets: Iterable[Net | Carvs | Description]) -> NDArray[np.float64]:
        """Return the vectors, shape (n, 32): ``[i, k]`` is about the rings of size ``k + 1`` in net `i`.

        Raises
        ------
        InputError
            If one is none of these.
        """
        rows = [self._row(net, number) for number, net in enumerate(nets)]
        return np.array(rows, np.float64).reshape(-1, LARGEST_CUT_OFF)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Return what the columns are called."""
        return np.array([f"{size}-rings" for size in range(1, LARGEST_CUT_OFF + 1)], object)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _row(self, net: Net | Carvs | Description, number: int) -> NDArray[np.float64]:
        if isinstance(net, Description):
            vector = np.array(net.carvs.vector)
        elif isinstance(net, Net | Carvs):
            vector = (net if isinstance(net, Carvs) else find_rings(net, self.max_ring_size).carvs()).vector
        else:
            raise InputError(
                f"expected nets (Net, Carvs or what describe gives), but number {number} is {type(net).__name__}",
                hint="carvsdb.describe(FILES) gives them of files, Catalogue.normalised_vectors() those of a catalogue",
            )
        if self.normalised:
            if not vector.any():
                return np.full(LARGEST_CUT_OFF, np.nan)
            vector = vector / vector.sum()
        row = np.zeros(LARGEST_CUT_OFF)
        row[: len(vector)] = vector
        return row
