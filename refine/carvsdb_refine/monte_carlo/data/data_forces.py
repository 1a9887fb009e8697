"""How chi² of data sets changes with the places of atoms: forces, for dynamics that follow data."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.compiled import compiled, compiled_part
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo.data.curves import CountCurve
from carvsdb_refine.monte_carlo.data.fitting import Misfit
from carvsdb_refine.monte_carlo.data.scattering_state import Fit
from carvsdb_refine.scattering import Calculation, Composition, PairHistogram

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Numbers of the matrices from pair counts to curves: 1 GB.
_MOST_NUMBERS = 1.25e8


class DataForces:
    """chi² of data sets as a smooth function of the places of atoms, and minus its derivative.

    Parameters
    ----------
    model : AtomicModel
        Its atoms move, its cell stays.
    fits : sequence of Fit
        The data sets.
    bin_width : float
        Of the pair counts, in Å.

    Raises
    ------
    InputError
        If a data set has no errors, or the matrices would not fit into 1 GB.

    Notes
    -----
    A pair counts in the three bins whose centres are nearest, by quadratic B-splines, so that counts, and chi² with
    them, have a continuous derivative; a chain counts it in one. chi² of the two differs by what the bins blur: little
    where their width is small against 1/Q.
    """

    def __init__(self, model: AtomicModel, fits: Sequence[Fit], bin_width: float = 0.02) -> None:
        n_species = len(model.species)
        n_pairs, n_bins = n_species * (n_species + 1) // 2, int(float(model.heights.min()) / 2 / bin_width * (1 + 1e-9))
        empty = np.zeros((n_pairs, n_bins), np.int64)
        histogram = PairHistogram(model.species, model.counts, model.volume, bin_width, empty)
        amounts = model.counts / model.n_atoms
        composition = Composition(model.species, amounts, model.number_density, bin_width, n_bins)
        self._calculations = [Calculation.of(fit.data, composition, fit.scatterer) for fit in fits]
        self._misfits = [Misfit.of(one.data) for one in self._calculations]
        numbers = sum(len(one.measured) for one in self._misfits) * empty.size
        if numbers > _MOST_NUMBERS:
            raise InputError(
                f"forces of data need {numbers:.3g} numbers, {numbers * 8e-9:.1f} GB; expected at most 1 GB",
                hint="thin the data out, or take wider bins or a smaller cell",
            )
        makers = [CountCurve.of_calculation(one, histogram) for one in self._calculations]
        self._constants = [maker.constant for maker in makers]
        self._matrices = [_matrix(maker, empty) for maker in makers]
        self._cell, self._width = model.cell.copy(), bin_width
        self._inverse = np.linalg.inv(model.cell)
        self._species = np.ascontiguousarray(model.atom_to_species, np.int64)
        self._pair_of = np.zeros((n_species, n_species), np.int64)
        upper = np.triu_indices(n_species)
        self._pair_of[upper] = self._pair_of.T[upper] = np.arange(n_pairs)
        self._shape = (n_pairs, n_bins)

    def chi2_and_forces(self, positions: Floats) -> tuple[float, Floats]:
        """Return chi² and minus its derivative by the positions, in Å⁻¹, both of shape (n, 3)."""
        fractions = np.ascontiguousarray((positions @ self._inverse).T)
        counts = np.zeros(self._shape)
        _spread(fractions, self._cell, self._width, self._species, self._pair_of, counts)
        chi2, slopes = 0.0, np.zeros(counts.size)
        for calculation, misfit, constant, matrix in zip(
            self._calculations, self._misfits, self._constants, self._matrices, strict=True
        ):
            curve = constant + matrix @ counts.ravel()
            chi2 += misfit(curve, np.zeros(len(curve)))
            # Scale and offset are those that make chi² least: it does not change with them.
            score = calculation.data.score(curve)
            missed = score.scale * curve + score.offset - misfit.measured
            slopes += (2 * score.scale * misfit.weights * missed) @ matrix
        forces = np.zeros((len(positions), 3))
        _pull(fractions, self._cell, self._width, self._species, self._pair_of, slopes.reshape(self._shape), forces)
        return chi2, forces


def _matrix(maker: CountCurve, empty: Integers) -> Floats:
    """Return what a pair in each bin adds to a curve, shape (n_points, n_pairs n_bins)."""
    columns, one = [], empty.copy()
    for place in range(one.size):
        one.flat[place] = 1
        columns.append(maker.of(one))
        one.flat[place] = 0
    return np.ascontiguousarray(np.array(columns).T)


@compiled_part
def _find_ways(fractions: Floats, cell: Floats, i: int, x: Floats, y: Floats, z: Floats, squares: Floats) -> None:
    """Write the ways from an atom to the nearest images of those before it, and their squares; many at a time."""
    a, b, c = fractions[0, i], fractions[1, i], fractions[2, i]
    # Taken out of the loop, which is done in vectors then.
    first, second, third = fractions[0], fractions[1], fractions[2]
    xx, yx, zx = cell[0, 0], cell[1, 0], cell[2, 0]
    xy, yy, zy = cell[0, 1], cell[1, 1], cell[2, 1]
    xz, yz, zz = cell[0, 2], cell[1, 2], cell[2, 2]
    for j in range(i):
        u, v, w = a - first[j], b - second[j], c - third[j]
        u, v, w = u - np.rint(u), v - np.rint(v), w - np.rint(w)
        along_x = u * xx + v * yx + w * zx
        along_y = u * xy + v * yy + w * zy
        along_z = u * xz + v * yz + w * zz
        x[j], y[j], z[j] = along_x, along_y, along_z
        squares[j] = along_x * along_x + along_y * along_y + along_z * along_z


@compiled
def _spread(
    fractions: Floats, cell: Floats, width: float, species: Integers, pair_of: Integers, counts: Floats
) -> None:
    """Count each pair in the three bins whose centres are nearest."""
    n_atoms, n_bins = fractions.shape[1], counts.shape[1]
    farthest = ((n_bins + 1) * width) ** 2
    x, y, z, squares = np.empty(n_atoms), np.empty(n_atoms), np.empty(n_atoms), np.empty(n_atoms)
    for i in range(n_atoms):
        _find_ways(fractions, cell, i, x, y, z, squares)
        pairs = pair_of[species[i]]
        for j in range(i):
            square = squares[j]
            if square >= farthest:
                continue
            along = np.sqrt(square) / width - 0.5
            k = int(np.rint(along))
            part = along - k
            line = counts[pairs[species[j]]]
            if 0 < k <= n_bins:
                line[k - 1] += 0.5 * (0.5 - part) ** 2
            if k < n_bins:
                line[k] += 0.75 - part * part
            if k + 1 < n_bins:
                line[k + 1] += 0.5 * (0.5 + part) ** 2


@compiled
def _pull(
    fractions: Floats, cell: Floats, width: float, species: Integers, pair_of: Integers, slopes: Floats, forces: Floats
) -> None:
    """Add the forces that follow from the derivative of chi² by each count."""
    n_atoms, n_bins = fractions.shape[1], slopes.shape[1]
    farthest = ((n_bins + 1) * width) ** 2
    x, y, z, squares = np.empty(n_atoms), np.empty(n_atoms), np.empty(n_atoms), np.empty(n_atoms)
    for i in range(n_atoms):
        _find_ways(fractions, cell, i, x, y, z, squares)
        pairs = pair_of[species[i]]
        pull_x, pull_y, pull_z = forces[i, 0], forces[i, 1], forces[i, 2]
        for j in range(i):
            square = squares[j]
            if square >= farthest or square == 0.0:
                continue
            length = np.sqrt(square)
            along = length / width - 0.5
            k = int(np.rint(along))
            part = along - k
            line = slopes[pairs[species[j]]]
            rise = 0.0
            if 0 < k <= n_bins:
                rise -= line[k - 1] * (0.5 - part)
            if k < n_bins:
                rise -= 2.0 * part * line[k]
            if k + 1 < n_bins:
                rise += line[k + 1] * (0.5 + part)
            force = -rise / width / length
            pull_x += force * x[j]
            pull_y += force * y[j]
            pull_z += force * z[j]
            forces[j, 0] -= force * x[j]
            forces[j, 1] -= force * y[j]
            forces[j, 2] -= force * z[j]
        forces[i, 0], forces[i, 1], forces[i, 2] = pull_x, pull_y, pull_z
