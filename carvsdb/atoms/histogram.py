"""A histogram of a local quantity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Histogram:
    """How often a distance, an angle or a number of bonds occurs in a cell.

    Attributes
    ----------
    quantity : str
        Such as ``node-linker distance``.
    unit : str
        ``Å``, ``°``, or ``bonds``.
    edges : ndarray of float64, shape (n_bins + 1,)
        Of the bins, from the first that is occupied to the last.
    counts : ndarray of int64, shape (n_bins,)
    mean, deviation : float or None
        Of the values themselves, not of the bins; the deviation is that of all values, divided by their number. None
        where only the bins were kept.

    Raises
    ------
    InputError
        If the unit is no such unit, or the edges do not ascend or do not fit the counts.
    """

    quantity: str
    unit: str
    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    mean: float | None = None
    deviation: float | None = None

    def __post_init__(self) -> None:
        if not self.quantity or self.unit not in ("Å", "°", "bonds"):
            raise InputError(f"a histogram is of a quantity in Å, ° or bonds, got {self.quantity!r} in {self.unit!r}")
        if self.edges.shape != (len(self.counts) + 1,) or not (np.diff(self.edges) > 0).all():
            raise InputError(
                f"the histogram of the {self.quantity} needs {len(self.counts) + 1} ascending edges of its "
                f"{len(self.counts)} bins, got {len(self.edges)}"
            )

    @classmethod
    def of(cls, quantity: str, unit: str, values: NDArray[np.float64], width: float) -> "Histogram":
        """Count values in bins that begin at multiples of `width`, the same for all structures.

        Examples
        --------
        >>> Histogram.of("node-linker distance", "Å", np.array([1.98, 2.01, 2.02]), 0.05)
        <Histogram node-linker distance: 3 values, 2.003 ± 0.017 Å>
        """
        first, last = np.floor(values.min() / width), np.floor(values.max() / width) + 1
        edges = (np.arange(first, last + 1) * width).round(9)
        # The bin is worked out as the edges are, so that a value on an edge falls above it.
        counts = np.bincount((np.floor(values / width) - first).astype(np.int64), minlength=len(edges) - 1)
        return cls(quantity, unit, edges, counts, float(values.mean()), float(values.std()))

    @property
    def number(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    def __repr__(self) -> str:
        about = "" if self.mean is None else f", {self.mean:.3f} ± {self.deviation:.3f} {self.unit}"
        return f"<Histogram {self.quantity}: {self.number} values{about}>"
