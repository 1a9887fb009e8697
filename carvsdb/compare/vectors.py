"""CARVS as features for scikit-learn."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from carvsdb.compare.distance import comparable
from carvsdb.errors import InputError, RefusedError
from carvsdb.net import Net
from carvsdb.rings import DEFAULT_CUT_OFF, Carvs, find_rings
from carvsdb.rings.carvs import LARGEST_CUT_OFF
from carvsdb_schemas.description import Description


class CarvsVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Turn nets, or what `carvsdb.describe` says of them, into CARVS vectors: a step of a pipeline that learns nothing.

    Parameters
    ----------
    max_ring_size : int
        Cut-off of the ring search of a Net, in nodes; the others were searched before.
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
        RefusedError
            If two that were searched before cannot be compared: rings of other kinds, or to other sizes.
        """
        found = [self._carvs(net, number) for number, net in enumerate(nets)]
        _check_comparable(found)
        return np.array([self._row(carvs) for carvs in found], np.float64).reshape(-1, LARGEST_CUT_OFF)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Return what the columns are called."""
        return np.array([f"{size}-rings" for size in range(1, LARGEST_CUT_OFF + 1)], object)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def _carvs(self, net: Net | Carvs | Description, number: int) -> Carvs:
        if isinstance(net, Carvs):
            return net
        if isinstance(net, Net):
            return find_rings(net, self.max_ring_size).carvs()
        if isinstance(net, Description):
            vector = np.array(net.carvs.vector)
            return Carvs(
                vector,
                sigma=net.carvs.sigma,
                n_nodes=net.n_nodes,
                max_ring_size=net.max_ring_size,
                largest_ring=int(np.flatnonzero(vector).max(initial=-1)) + 1,
                completeness=net.completeness,
                ring_kind=net.ring_kind,
            )
        raise InputError(
            f"expected nets (Net, Carvs or what describe gives), but number {number} is {type(net).__name__}",
            hint="carvsdb.describe(FILES) gives them of files, Catalogue.normalised_vectors() those of a catalogue",
        )

    def _row(self, carvs: Carvs) -> NDArray[np.float64]:
        if self.normalised:
            return carvs.normalised if carvs.has_rings else np.full(LARGEST_CUT_OFF, np.nan)
        row = np.zeros(LARGEST_CUT_OFF)
        row[: len(carvs.vector)] = carvs.vector
        return row


def _check_comparable(found: list[Carvs]) -> None:
    """Refuse rows that have no distance from each other; nets without rings have none from any."""
    numbers = [number for number, carvs in enumerate(found) if carvs.has_rings]
    # An incomplete one is comparable to those of its cut-off only, so that it speaks for all.
    first = next((number for number in numbers if not found[number].is_complete), numbers[0] if numbers else 0)
    for number in numbers:
        labels = f"number {first}", f"number {number}"
        reason = comparable(found[first], found[number], labels=labels)
        if reason is not None:
            raise RefusedError(reason, hint="search all to one size: max_ring_size, in describe too")
