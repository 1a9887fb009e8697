"""How the numbers of pairs at each distance change when a few atoms move: exact, and a scan of all atoms in reach."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.compiled import compiled
from carvsdb_refine.monte_carlo.data.columns import Columns, runs_within, squares_to_columns, strayed
from carvsdb_refine.scattering.distance_bins import (
    BLOCK,
    BinRule,
    exact_bin,
    write_fractions,
    write_places,
)
from carvsdb_refine.scattering.pair_counts import PairHistogram, pair_histogram

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Distances are worked out side by side: a run is filled up to a multiple of this, behind its end, which is not counted.
_SIDE = 16
# What is beyond the bins is spread over so many columns more: in a single one each count would wait for the one before.
_BEYOND = 512


class PairChanges:
    """The pair counts of a configuration that changes.

    Attributes
    ----------
    histogram : PairHistogram
        Of the current configuration; its counts change in place.
    change : ndarray of int32, shape (n_pairs, more than n_bins)
        What the pending proposal adds to the counts. The columns beyond the bins, of all that is farther, mean nothing.
    """

    def __init__(self, model: AtomicModel, bin_width: float = 0.02, r_max: float | None = None) -> None:
        self.histogram = pair_histogram(model, bin_width, r_max)
        self._r_max = r_max
        n_species = len(model.species)
        self._pair_of = np.empty((n_species, n_species), np.int64)
        first, second = np.triu_indices(n_species)
        self._pair_of[first, second] = self._pair_of[second, first] = np.arange(len(first))
        self._species = model.atom_to_species
        n_bins = self.histogram.pair_counts.shape[1]
        self._rule = BinRule.of(model.cell, bin_width, n_bins)
        self.change = np.zeros((len(first), n_bins + _BEYOND), np.int32)
        self._fractions, self._fixed = np.empty((3, model.n_atoms)), np.empty((3, model.n_atoms), np.int32)
        write_fractions(model.positions, self._rule.inverse, self._fractions, self._fixed)
        self._slot_of = np.arange(model.n_atoms)
        self._sort(self._slot_of)
        self._pending: tuple[Integers, Floats, NDArray[np.int32]] | None = None

    def _sort(self, slot_to_atom: Integers) -> None:
        """Give the atoms, which stand in slots already, slots by their places."""
        self._columns = Columns.of(self._fractions, self._rule.cell)
        order = self._columns.slot_to_atom
        self._fractions = np.ascontiguousarray(self._fractions[:, order])
        self._fixed = np.concatenate((self._fixed[:, order], np.zeros((3, _SIDE), np.int32)), axis=1)
        self._slot_to_atom = slot_to_atom[order]
        self._slot_of = np.empty(len(order), np.int64)
        self._slot_of[self._slot_to_atom] = np.arange(len(order))
        # For each species of a moved atom: where the row of each slot's pair begins.
        rows = self._pair_of * self.change.shape[1]
        bases = np.zeros((len(rows), len(order) + _SIDE), np.int32)
        bases[:, : len(order)] = rows[:, self._species[self._slot_to_atom]]
        self._bases = bases
        self._strayed = 0.0

    def propose(self, atoms: Integers, positions: Floats) -> None:
        """Work out `change` for some atoms, shape (k,), that move to positions, shape (k, 3)."""
        slots = self._slot_of[atoms]
        fractions, fixed = np.empty((3, len(slots))), np.empty((3, len(slots)), np.int32)
        rule, columns = self._rule, self._columns
        write_fractions(positions, rule.inverse, fractions, fixed)
        _change(
            self._fractions,
            self._fixed,
            self._bases,
            columns.first,
            columns.shape,
            columns.lengths,
            self._strayed,
            slots,
            self._species[atoms],
            fractions,
            fixed,
            rule.single,
            rule.cell,
            rule.bins_per_length,
            rule.slack,
            rule.n_bins,
            self.change.ravel(),
        )
        self._pending = (slots, fractions, fixed)

    def accept(self) -> None:
        """Make the pending proposal the current configuration."""
        assert self._pending is not None
        slots, fractions, fixed = self._pending
        self._fractions[:, slots] = fractions
        self._fixed[:, slots] = fixed
        counts = self.histogram.pair_counts
        counts += self.change[:, : counts.shape[1]]
        self._pending = None
        columns = self._columns
        self._strayed = max(self._strayed, strayed(columns.homes, columns.lengths, slots, fractions))
        if columns.is_stale(self._strayed):
            self._sort(self._slot_to_atom)

    def reject(self) -> None:
        """Forget the pending proposal."""
        self._pending = None

    def recount(self, model: AtomicModel) -> PairHistogram:
        """Count the pairs of a model afresh, on the same bins."""
        return pair_histogram(model, self.histogram.bin_width, self._r_max)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the counts; all else follows from the positions."""
        return {"pair_counts": self.histogram.pair_counts.copy()}


@compiled
def _change(
    fractions: Floats,
    fixed: NDArray[np.int32],
    bases: NDArray[np.int32],
    first: Integers,
    shape: tuple[int, int, int],
    lengths: Floats,
    margin: float,
    slots: Integers,
    species: Integers,
    new_fractions: Floats,
    new_fixed: NDArray[np.int32],
    single: NDArray[np.float32],
    cell: Floats,
    bins_per_length: float,
    slack: float,
    n_bins: int,
    change: NDArray[np.int32],
) -> None:
    """Write into `change`, row behind row, what the counts of each pair and bin change by."""
    before, after = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    n_moved, (n_u, n_v, n_w) = slots.shape[0], shape
    runs = np.empty(4, np.int64)
    squares_u, squares_v = np.empty((n_moved, n_u)), np.empty((n_moved, n_v))
    reach = np.empty(n_moved)
    cut, beyond = np.isfinite(lengths[0]), np.int32(n_bins + _BEYOND - 1)
    change[:] = 0
    # How far from its old place anything can be that counts before or after: other atoms may have strayed, too.
    for i in range(n_moved):
        square = 0.0
        for axis in range(3):
            difference = new_fractions[axis, i] - fractions[axis, slots[i]]
            difference = (difference - np.rint(difference)) * (lengths[axis] if cut else 0.0)
            square += difference * difference
        reach[i] = n_bins / bins_per_length + margin + np.sqrt(square) + 1e-6
        if cut:
            squares_to_columns(fractions[0, slots[i]], n_u, lengths[0], squares_u[i])
            squares_to_columns(fractions[1, slots[i]], n_v, lengths[1], squares_v[i])
    # To all atoms in reach, as if none of the others moved: column by column, while it is near the processor, ...
    for column in range(n_u * n_v):
        for i in range(n_moved):
            n_runs = 1
            runs[0], runs[1] = first[column * n_w], first[(column + 1) * n_w]
            if cut:
                square = squares_u[i, column // n_v] + squares_v[i, column % n_v]
                if square >= reach[i] * reach[i]:
                    continue
                span = np.sqrt(reach[i] * reach[i] - square) / lengths[2]
                n_runs = runs_within(fractions[2, slots[i]], span, first, column, n_w, runs)
            row, slot = bases[species[i]], slots[i]
            for run in range(n_runs):
                for begin in range(runs[2 * run], runs[2 * run + 1], BLOCK):
                    count = min(BLOCK, runs[2 * run + 1] - begin)
                    whole = min(BLOCK, -(-count // _SIDE) * _SIDE)
                    u_0, v_0, w_0 = fixed[0, slot], fixed[1, slot], fixed[2, slot]
                    u_1, v_1, w_1 = new_fixed[0, i], new_fixed[1, i], new_fixed[2, i]
                    write_places(
                        u_0, v_0, w_0, u_1, v_1, w_1, fixed, begin, whole, single, slack, beyond, row, before, after
                    )
                    for k in range(count):
                        minus, plus = before[k], after[k]
                        if (minus | plus) < 0:
                            at = begin + k
                            x, y, z = fractions[0, slot], fractions[1, slot], fractions[2, slot]
                            minus = row[at] + exact_bin(x, y, z, fractions, at, cell, bins_per_length, n_bins)
                            x, y, z = new_fractions[0, i], new_fractions[1, i], new_fractions[2, i]
                            plus = row[at] + exact_bin(x, y, z, fractions, at, cell, bins_per_length, n_bins)
                        # As unsigned numbers they are not asked whether they count from the end.
                        change[np.uint32(minus)] -= 1
                        change[np.uint32(plus)] += 1
    # ... and then right for those that do; who is out of reach is in a column beyond the bins, which means nothing.
    for i in range(n_moved):
        x, y, z = fractions[0, slots[i]], fractions[1, slots[i]], fractions[2, slots[i]]
        u_new, v_new, w_new = new_fractions[0, i], new_fractions[1, i], new_fractions[2, i]
        for j in range(n_moved):
            row_begin = bases[species[i], slots[j]]
            minus = row_begin + exact_bin(x, y, z, fractions, slots[j], cell, bins_per_length, n_bins)
            change[minus] += 1
            change[row_begin + exact_bin(u_new, v_new, w_new, fractions, slots[j], cell, bins_per_length, n_bins)] -= 1
            if j > i:
                change[minus] -= 1
                plus = row_begin + exact_bin(u_new, v_new, w_new, new_fractions, j, cell, bins_per_length, n_bins)
                change[plus] += 1
