"""Exact numbers of atom pairs at each distance, for every pair of species."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled, compiled_part, inlined
from carvsdb.errors import InputError
from carvsdb_refine.model import AtomicModel

# Pairs are binned in blocks of this many, so that the distances of a block are worked out side by side.
_BLOCK = 512


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
    counts = np.zeros((n_species * (n_species + 1) // 2, n_bins + 1), np.int64)
    order = np.argsort(model.atom_to_species, kind="stable")
    starts = np.concatenate(([0], np.cumsum(model.counts)))
    fractions = np.ascontiguousarray(fractional_positions(model)[order].T)
    _count_pairs(fractions, starts, model.cell, 1 / bin_width, n_bins, counts)
    return PairHistogram(model.species, model.counts, model.volume, bin_width, counts[:, :n_bins].copy())


def fractional_positions(model: AtomicModel) -> NDArray[np.float64]:
    """Return fractional coordinates from 0 up to 1, shape (n, 3), as the kernels take them."""
    inverse, positions = np.linalg.inv(model.cell), model.positions
    # Term by term: a library's matrix product may round otherwise for one atom than for all of them.
    fractions = positions[:, :1] * inverse[0] + positions[:, 1:2] * inverse[1] + positions[:, 2:] * inverse[2]
    wrapped = np.asarray(fractions - np.floor(fractions), np.float64)
    # A tiny negative number is wrapped to 1.0 itself.
    wrapped[wrapped >= 1] = 0
    return wrapped


def species_pairs(species: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of species in the order of all arrays: AA, AB, ..., BB, BC, ..."""
    return tuple((first, second) for index, first in enumerate(species) for second in species[index:])


def bin_centres(n_bins: int, bin_width: float) -> NDArray[np.float64]:
    """Return ``(k + 1/2) bin_width``."""
    return np.asarray((np.arange(n_bins) + 0.5) * bin_width, np.float64)


@inlined
def nearest_image(difference: float) -> float:
    """Return a difference of two fractional coordinates, moved to within half a cell."""
    nearest: float = difference - np.rint(difference)
    return nearest


@compiled_part
def bins_from(
    u_origin: float,
    v_origin: float,
    w_origin: float,
    u_others: NDArray[np.float64],
    v_others: NDArray[np.float64],
    w_others: NDArray[np.float64],
    cell: NDArray[np.float64],
    bins_per_length: float,
    n_bins: int,
    bins: NDArray[np.int32],
) -> None:
    """Write the bin of the distance from one place to each of some others; `n_bins` for all that is too far."""
    xx, xy, xz = cell[0, 0], cell[0, 1], cell[0, 2]
    yx, yy, yz = cell[1, 0], cell[1, 1], cell[1, 2]
    zx, zy, zz = cell[2, 0], cell[2, 1], cell[2, 2]
    too_far = float(n_bins)
    for k in range(len(u_others)):
        u = nearest_image(u_others[k] - u_origin)
        v = nearest_image(v_others[k] - v_origin)
        w = nearest_image(w_others[k] - w_origin)
        x = u * xx + v * yx + w * zx
        y = u * xy + v * yy + w * zy
        z = u * xz + v * yz + w * zz
        bins[k] = np.int32(min(sqrt(x * x + y * y + z * z) * bins_per_length, too_far))


@compiled
def _count_pairs(
    fractions: NDArray[np.float64],
    starts: NDArray[np.int64],
    cell: NDArray[np.float64],
    bins_per_length: float,
    n_bins: int,
    counts: NDArray[np.int64],
) -> None:
    """Add the pairs of atoms ordered by species; the last bin takes all that is further away.

    `fractions` has shape (3, n); `starts` says where each species begins, and the end.
    """
    n_species = len(starts) - 1
    bins = np.empty(_BLOCK, np.int32)
    u, v, w = fractions[0], fractions[1], fractions[2]
    pair = 0
    for first in range(n_species):
        for second in range(first, n_species):
            row = counts[pair]
            pair += 1
            for i in range(starts[first], starts[first + 1]):
                begin = i + 1 if first == second else starts[second]
                while begin < starts[second + 1]:
                    end = min(begin + _BLOCK, starts[second + 1])
                    bins_from(
                        u[i], v[i], w[i], u[begin:end], v[begin:end], w[begin:end], cell, bins_per_length, n_bins, bins
                    )
                    for k in range(end - begin):
                        row[bins[k]] += 1
                    begin = end
