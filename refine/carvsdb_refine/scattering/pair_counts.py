"""Exact numbers of atom pairs at each distance, for every pair of species."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.compiled import compiled
from carvsdb.errors import InputError
from carvsdb_refine.scattering.distance_bins import BLOCK, BinRule, exact_bin, write_bins, write_fractions


@dataclass(frozen=True, slots=True, eq=False)
class PairHistogram:
    """Numbers of pairs of atoms at each distance.

    Attributes
    ----------
    species : tuple of str
        The elements, in alphabetical order.
    atom_counts : ndarray of int64, shape (n_species,)
        How many atoms of each.
    volume : float
        Of the cell, in Å³.
    bin_width : float
        In Å: bin `k` holds distances from ``k * bin_width`` up to, not including, ``(k + 1) * bin_width``.
    pair_counts : ndarray of int64, shape (n_pairs, n_bins)
        Unordered pairs, one row for each pair of species, in the order of :func:`species_pairs`.
    """

    species: tuple[str, ...]
    atom_counts: NDArray[np.int64]
    volume: float
    bin_width: float
    pair_counts: NDArray[np.int64]

    @property
    def distances(self) -> NDArray[np.float64]:
        """Centres of the bins in Å."""
        return bin_centres(self.pair_counts.shape[1], self.bin_width)


def pair_histogram(model: AtomicModel, bin_width: float = 0.02, r_max: float | None = None) -> PairHistogram:
    """Count the pairs of a model by distance, up to half the shortest height of the cell.

    Parameters
    ----------
    model : AtomicModel
        Any periodic cell.
    bin_width : float
        In Å.
    r_max : float, optional
        In Å; the bins end at the last whole bin below it. By default half the shortest height.

    Raises
    ------
    InputError
        If a bin has no width, `r_max` is beyond half the shortest height, or no bin fits.

    Notes
    -----
    Up to half the shortest height a pair has at most one image within reach: the one whose fractional differences
    are all within half a cell. So the counts are exact, and they do not depend on which images a file lists.

    Examples
    --------
    >>> model = AtomicModel(("Si", "O"), [[0, 0, 0], [0, 0, 1.6]], np.eye(3) * 8)
    >>> histogram = pair_histogram(model, bin_width=0.5)
    >>> species_pairs(histogram.species)
    (('O', 'O'), ('O', 'Si'), ('Si', 'Si'))
    >>> histogram.pair_counts[1].tolist()
    [0, 0, 0, 1, 0, 0, 0, 0]
    """
    half = float(model.heights.min()) / 2
    r_max = half if r_max is None else r_max
    if not (np.isfinite(bin_width) and bin_width > 0):
        raise InputError(f"a bin of the pair histogram must have a width above 0 Å, got {bin_width}")
    if not 0 < r_max <= half * (1 + 1e-9):
        raise InputError(
            f"pairs are counted up to at most half the shortest height of the cell, {half:.4f} Å; got r_max = {r_max} Å"
        )
    n_bins = int(r_max / bin_width * (1 + 1e-9))
    if n_bins < 1:
        raise InputError(f"no bin of {bin_width} Å fits below r_max = {r_max:.4f} Å")
    n_species = len(model.species)
    rule = BinRule.of(model.cell, bin_width, n_bins)
    counts = np.zeros((n_species * (n_species + 1) // 2, rule.width), np.int64)
    order = np.argsort(model.atom_to_species, kind="stable")
    starts = np.concatenate(([0], np.cumsum(model.counts)))
    fractions, fixed = np.empty((3, model.n_atoms)), np.empty((3, model.n_atoms), np.int32)
    write_fractions(model.positions[order], rule.inverse, fractions, fixed)
    _count_pairs(
        fractions, fixed, starts, rule.cell, rule.single, rule.slack, rule.bins_per_length, rule.n_bins, counts
    )
    return PairHistogram(model.species, model.counts, model.volume, bin_width, counts[:, :n_bins].copy())


def species_pairs(species: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of species in the order of all arrays: AA, AB, ..., BB, BC, ..."""
    return tuple((first, second) for index, first in enumerate(species) for second in species[index:])


def bin_centres(n_bins: int, bin_width: float) -> NDArray[np.float64]:
    """Return ``(k + 1/2) bin_width``."""
    return np.asarray((np.arange(n_bins) + 0.5) * bin_width, np.float64)


@compiled
def _count_pairs(
    fractions: NDArray[np.float64],
    fixed: NDArray[np.int32],
    starts: NDArray[np.int64],
    cell: NDArray[np.float64],
    single: NDArray[np.float32],
    slack: float,
    bins_per_length: float,
    n_bins: int,
    counts: NDArray[np.int64],
) -> None:
    """Add the pairs of atoms ordered by species; `starts` says where each species begins, and the end."""
    n_species = len(starts) - 1
    bins = np.empty(BLOCK, np.int32)
    pair = 0
    for first in range(n_species):
        for second in range(first, n_species):
            row = counts[pair]
            pair += 1
            for i in range(starts[first], starts[first + 1]):
                begin = i + 1 if first == second else starts[second]
                while begin < starts[second + 1]:
                    count = min(BLOCK, starts[second + 1] - begin)
                    write_bins(fixed[0, i], fixed[1, i], fixed[2, i], fixed, begin, count, single, slack, bins)
                    for k in range(count):
                        at = bins[k]
                        if at < 0:
                            u, v, w = fractions[0, i], fractions[1, i], fractions[2, i]
                            at = exact_bin(u, v, w, fractions, begin + k, cell, bins_per_length, n_bins)
                        row[at] += 1
                    begin += count
