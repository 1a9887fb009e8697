"""Histograms of distances and angles, as they come and go with a net."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How often a distance or an angle of a net lies in each of some bins.

    Attributes
    ----------
    quantity : str
        ``node-linker distance``, ``node-linker-node angle`` and so on.
    unit : str
        ``Å``, ``°`` or ``bonds``.
    edges : ndarray of float64, shape (n + 1,)
        Of the bins, ascending.
    counts : ndarray of int64, shape (n,)
    """

    quantity: str
    unit: str
    edges: NDArray[np.float64]
    counts: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not self.quantity or self.unit not in ("Å", "°", "bonds"):
            raise InputError(f"a histogram is of a quantity in Å, ° or bonds, got {self.quantity!r} in {self.unit!r}")
        if self.edges.shape != (len(self.counts) + 1,) or not (np.diff(self.edges) > 0).all():
            raise InputError(
                f"the histogram of the {self.quantity} needs {len(self.counts) + 1} ascending edges of its "
                f"{len(self.counts)} bins, got {len(self.edges)}"
            )
