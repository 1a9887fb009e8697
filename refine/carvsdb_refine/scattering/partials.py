"""Partial pair distribution functions g_ab(r) and Faber-Ziman structure factors S_ab(Q)."""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_refine.scattering.pair_counts import PairHistogram, bin_centres, species_pairs
from carvsdb_refine.scattering.sine_transform import SineTransform


@dataclass(frozen=True, slots=True, eq=False)
class Partials:
    """Partial pair distribution functions of one composition.

    Attributes
    ----------
    species : tuple of str
        The elements, in alphabetical order.
    concentrations : ndarray of float64, shape (n_species,)
        Fractions ``c_a`` of the atoms.
    number_density : float
        ``rho0`` in Å⁻³.
    bin_width : float
        In Å.
    values : ndarray of float64, shape (n_pairs, n_bins)
        ``g_ab`` at the centres of the bins, rows in the order of `species_pairs`.
    """

    species: tuple[str, ...]
    concentrations: NDArray[np.float64]
    number_density: float
    bin_width: float
    values: NDArray[np.float64]

    @property
    def distances(self) -> NDArray[np.float64]:
        """Centres of the bins in Å."""
        return bin_centres(self.values.shape[1], self.bin_width)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of elements, one for each row."""
        return species_pairs(self.species)

    def of(self, first: str, second: str) -> NDArray[np.float64]:
        """Return ``g_ab`` of two elements, in either order.

        Raises
        ------
        InputError
            If one of them does not occur.
        """
        pair = tuple(sorted((first, second)))
        if pair not in self.pairs:
            raise InputError(f"the model has no pair {first}-{second}; it has {', '.join(self.species)}")
        row: NDArray[np.float64] = self.values[self.pairs.index((pair[0], pair[1]))]
        return row


def partial_distributions(histogram: PairHistogram) -> Partials:
    """Return ``g_ab(r)``: pairs counted over pairs expected if all places were equally likely.

    Notes
    -----
    Expected are ``N_a N_b`` pairs, ``N_a (N_a - 1) / 2`` of like atoms, times the volume of the shell over that of
    the cell: an ideal gas has g = 1 on average however few its atoms. An element with a single atom has no like
    pairs: its g is 1, so that it adds nothing.
    """
    shells = shell_volumes(histogram.pair_counts.shape[1], histogram.bin_width)
    expected = pair_numbers(histogram.atom_counts)[:, None] * shells / histogram.volume
    none = expected == 0
    values = np.where(none, 1.0, histogram.pair_counts / np.where(none, 1.0, expected))
    n_atoms = int(histogram.atom_counts.sum())
    return Partials(
        histogram.species,
        histogram.atom_counts / n_atoms,
        n_atoms / histogram.volume,
        histogram.bin_width,
        values,
    )


def pair_numbers(atom_counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many unordered pairs of atoms each pair of species has."""
    numbers = [
        count * (count - 1) / 2 if first == second else count * other
        for first, count in enumerate(atom_counts.tolist())
        for second, other in enumerate(atom_counts.tolist())
        if second >= first
    ]
    return np.array(numbers, np.float64)


def shell_volumes(n_bins: int, bin_width: float) -> NDArray[np.float64]:
    """Return the volume between the spheres at the two ends of each bin, in Å³."""
    volumes: NDArray[np.float64] = 4 / 3 * pi * bin_width**3 * np.diff(np.arange(n_bins + 1.0) ** 3)
    return volumes


def structure_factors(
    partials: Partials, q: NDArray[np.float64], transform: SineTransform | None = None
) -> NDArray[np.float64]:
    """Return the Faber-Ziman ``S_ab(Q)``, shape (n_pairs, n_q).

    ``S_ab(Q) = 1 + 4 pi rho0 integral r² (g_ab - 1) sin(Qr)/(Qr) dr``, up to the last bin.

    Parameters
    ----------
    partials : Partials
        The ``g_ab(r)``.
    q : ndarray of float64
        Q in Å⁻¹, above 0.
    transform : SineTransform, optional
        Prepared for these grids, where the same ones are used often.

    References
    ----------
    .. [1] Faber & Ziman, Philos. Mag. 11, 153 (1965), doi:10.1080/14786436508211931
    .. [2] Keen, J. Appl. Cryst. 34, 172 (2001), doi:10.1107/S0021889800019993
    """
    return 1 + transform_to_q(partials.values - 1, partials.number_density, partials.distances, q, transform)


def transform_to_q(
    h: NDArray[np.float64],
    number_density: float,
    r: NDArray[np.float64],
    q: NDArray[np.float64],
    transform: SineTransform | None = None,
) -> NDArray[np.float64]:
    """Return ``4 pi rho0 sum_k r_k² h_k sin(Q r_k)/(Q r_k) dr`` for h of shape (..., n_r) on bins of equal width.

    Raises
    ------
    InputError
        If a Q is not above 0 Å⁻¹.
    """
    if not (q > 0).all():
        raise InputError(f"Q must be above 0 Å⁻¹, got {q.min():g}")
    transform = SineTransform.of(r, q) if transform is None else transform
    width = r[1] - r[0] if len(r) > 1 else 2 * r[0]
    result: NDArray[np.float64] = 4 * pi * number_density * width * transform(h * r) / q
    return result
