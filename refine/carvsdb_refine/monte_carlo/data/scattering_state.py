"""The data side of reverse Monte Carlo: pair counts, curves and their misfit, as a configuration changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.data.curves import CountCurve
from carvsdb_refine.monte_carlo.data.fitting import Misfit
from carvsdb_refine.monte_carlo.data.misfit_bound import LeastChi2
from carvsdb_refine.monte_carlo.data.pair_changes import PairChanges
from carvsdb_refine.potential.terms import Arrays, saved
from carvsdb_refine.scattering import Calculation, Composition, DataScore, DataSet, Scatterer

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A data set, and how the sample scatters and the curve was measured."""

    data: DataSet
    scatterer: Scatterer = field(default_factory=Scatterer)


@dataclass(frozen=True, slots=True, eq=False)
class ScatteringData:
    """Data sets for a chain: implements `DataTerm`.

    Attributes
    ----------
    fits : tuple of Fit
        The data sets.
    bin_width : float
        Of the pair counts, in Å.
    r_max : float or None
        Where they end; by default at half the shortest height of the cell.
    """

    fits: tuple[Fit, ...]
    bin_width: float = 0.02
    r_max: float | None = None

    def bind(self, model: AtomicModel) -> "ScatteringState":
        """Return the state for a model."""
        return ScatteringState(model, self.fits, self.bin_width, self.r_max)


class ScatteringState:
    """Data sets bound to a model: implements `BoundData`.

    Parameters
    ----------
    model : AtomicModel
        The start.
    fits : sequence of Fit
        The data sets.
    bin_width : float
        Of the pair counts, in Å.
    r_max : float, optional
        Where they end; by default at half the shortest height of the cell.
    """

    def __init__(
        self, model: AtomicModel, fits: Sequence[Fit], bin_width: float = 0.02, r_max: float | None = None
    ) -> None:
        if not fits:
            raise InputError("a refinement against data needs at least one data set")
        self._model = model
        self._positions = model.positions.copy()
        self._fits = tuple(fits)
        self._pairs = PairChanges(model, bin_width, r_max)
        self._take_curves()
        self._pending: list[Floats] = []
        self._moved: tuple[Integers, Floats] | None = None
        self._other: ScatteringState | None = None

    def _take_curves(self) -> None:
        histogram = self._pairs.histogram
        amounts = self._model.counts / self._model.n_atoms
        n_bins, width = histogram.pair_counts.shape[1], histogram.bin_width
        composition = Composition(histogram.species, amounts, self._model.number_density, width, n_bins)
        self._calculations = [Calculation.of(fit.data, composition, fit.scatterer) for fit in self._fits]
        self._misfits = [Misfit.of(calculation.data) for calculation in self._calculations]
        self._makers = [CountCurve.of_calculation(calculation, histogram) for calculation in self._calculations]
        self._curves = [maker.constant + maker.of(histogram.pair_counts) for maker in self._makers]
        self._chi2 = self._sum(self._misfits, self._curves)
        # Curves without a transform are had as fast as a bound.
        with_bound = any(maker.has_transform for maker in self._makers)
        self._least = LeastChi2(self._makers, self._misfits) if with_bound else None

    @staticmethod
    def _sum(misfits: Sequence[Misfit], curves: Sequence[Floats]) -> float:
        return sum(misfit(curve, np.zeros(len(curve))) for misfit, curve in zip(misfits, curves, strict=True))

    @property
    def chi2(self) -> float:
        """Weighted chi² of all data sets."""
        return self._chi2

    @property
    def pairs(self) -> PairChanges:
        """The pair counts."""
        return self._pairs

    def propose(self, atoms: Integers, positions: Floats, enough: float = np.inf) -> float:
        """Return by how much chi² changes if some atoms move; infinite if that is more than `enough` for certain."""
        self._pairs.propose(atoms, positions)
        change = self._pairs.change
        least = None if enough == np.inf else self._least
        if least is not None and least.exceeds(self._chi2 + enough, change, self._curves):
            return np.inf
        self._pending = [curve.of(change) for curve in self._makers]
        self._moved = (atoms, positions)
        self._new_chi2 = 0.0
        for misfit, curve, difference in zip(self._misfits, self._curves, self._pending, strict=True):
            self._new_chi2 += misfit(curve, difference)
        return self._new_chi2 - self._chi2

    def propose_cell(self, cell: Floats, positions: Floats) -> float:
        """Return by how much chi² changes with another cell: all pairs are counted."""
        model = replace(self._model, positions=positions, cell=cell)
        n_bins = self._pairs.histogram.pair_counts.shape[1]
        width = self._pairs.histogram.bin_width
        # The bins stay, so that curves before and after reach equally far; a cell too small for them is out of reach.
        if n_bins * width > float(model.heights.min()) / 2:
            return np.inf
        self._other = ScatteringState(model, self._fits, width, n_bins * width)
        return self._other.chi2 - self._chi2

    def accept(self) -> None:
        """Make the pending proposal the current configuration."""
        if self._other is not None:
            other, self._other = self._other, None
            self._model, self._positions = other._model, other._positions
            self._pairs, self._makers, self._curves = other._pairs, other._makers, other._curves
            self._calculations, self._misfits, self._chi2 = other._calculations, other._misfits, other._chi2
            self._least = other._least
            return
        assert self._moved is not None
        self._pairs.accept()
        for curve, difference in zip(self._curves, self._pending, strict=True):
            curve += difference
        atoms, positions = self._moved
        self._positions[atoms] = positions
        self._chi2 = self._new_chi2
        if self._least is not None:
            self._least.follow(self._curves)
        self._pending, self._moved = [], None

    def reject(self) -> None:
        """Forget the pending proposal."""
        self._pairs.reject()
        self._pending, self._moved, self._other = [], None, None

    def scores(self) -> tuple[DataScore, ...]:
        """Return scale, offset, Rw and chi² of each data set as it is fitted: cut at the model's r_max if so asked."""
        return tuple(
            calculation.data.score(curve) for calculation, curve in zip(self._calculations, self._curves, strict=True)
        )

    def curves(self) -> tuple[Floats, ...]:
        """Return the calculated curves, without scale and offset."""
        return tuple(curve.copy() for curve in self._curves)

    def drift(self) -> tuple[int, float]:
        """Return how many pairs are counted in a wrong bin, and how far chi² is from a fresh evaluation."""
        fresh = self._pairs.recount(replace(self._model, positions=self._positions))
        wrong = int(np.abs(fresh.pair_counts - self._pairs.histogram.pair_counts).sum())
        curves = [curve.constant + curve.of(fresh.pair_counts) for curve in self._makers]
        return wrong, abs(self._chi2 - self._sum(self._misfits, curves))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the arrays to go on with."""
        arrays = {f"curve_{index}": curve.copy() for index, curve in enumerate(self._curves)}
        return arrays | {"chi2": np.array(self._chi2), "n_bins": np.array(self._pairs.histogram.pair_counts.shape[1])}

    def restore(self, arrays: Arrays) -> None:
        """Take over arrays of `state`."""
        histogram, n_bins = self._pairs.histogram, int(saved(arrays, "n_bins", np.array(0)))
        if not 0 < n_bins * histogram.bin_width <= float(self._model.heights.min()) / 2 * (1 + 1e-9):
            raise InputError(f"the saved n_bins, {n_bins}, does not fit the cell")
        if n_bins != histogram.pair_counts.shape[1]:
            # The cell has changed since the start; the bins have not.
            width = histogram.bin_width
            self._pairs = PairChanges(self._model, width, n_bins * width)
            self._take_curves()
        self._curves = [saved(arrays, f"curve_{index}", curve) for index, curve in enumerate(self._curves)]
        self._chi2 = float(saved(arrays, "chi2", np.array(0.0)))
