"""How the numbers of pairs at each distance change when a few atoms move: exact, and a scan of all atoms long."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.compiled import compiled
from carvsdb_refine.scattering.distance_bins import BLOCK, BinRule, exact_bin, write_bins, write_fractions
from carvsdb_refine.scattering.pair_counts import PairHistogram, pair_histogram

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class PairChanges:
    """The pair counts of a configuration that changes.

    Attributes
    ----------
    histogram : PairHistogram
        Of the current configuration; its counts change in place.
    change : ndarray of int32, shape (n_pairs, at least n_bins)
        What the pending proposal adds to the counts. Columns beyond n_bins mean nothing.
    """

    def __init__(self, model: AtomicModel, bin_width: float = 0.02, r_max: float | None = None) -> None:
        self.histogram = pair_histogram(model, bin_width, r_max)
        self._r_max = r_max
        species = model.atom_to_species
        order = np.argsort(species, kind="stable")
        self._slot_of = np.empty(model.n_atoms, np.int64)
        self._slot_of[order] = np.arange(model.n_atoms)
        self._starts = np.concatenate(([0], np.cumsum(model.counts)))
        n_species = len(model.species)
        self._pair_of = np.empty((n_species, n_species), np.int64)
        first, second = np.triu_indices(n_species)
        self._pair_of[first, second] = self._pair_of[second, first] = np.arange(len(first))
        self._species = species
        n_bins = self.histogram.pair_counts.shape[1]
        self._rule = BinRule.of(model.cell, bin_width, n_bins)
        self.change = np.zeros((len(first), self._rule.width), np.int32)
        self._fractions, self._fixed = np.empty((3, model.n_atoms)), np.empty((3, model.n_atoms), np.int32)
        write_fractions(model.positions[order], self._rule.inverse, self._fractions, self._fixed)
        self._pending: tuple[Integers, Floats, NDArray[np.int32]] | None = None

    def propose(self, atoms: Integers, positions: Floats) -> None:
        """Work out `change` for some atoms, shape (k,), that move to positions, shape (k, 3)."""
        slots = self._slot_of[atoms]
        fractions, fixed = np.empty((3, len(slots))), np.empty((3, len(slots)), np.int32)
        write_fractions(positions, self._rule.inverse, fractions, fixed)
        self.change[:] = 0
        _change(
            self._fractions,
            self._fixed,
            self._starts,
            slots,
            self._species[atoms],
            fractions,
            fixed,
            self._pair_of,
            self._rule.single,
            self._rule.cell,
            self._rule.bins_per_length,
            self._rule.slack,
            self._rule.n_bins,
            self.change,
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
    starts: Integers,
    slots: Integers,
    species: Integers,
    new_fractions: Floats,
    new_fixed: NDArray[np.int32],
    pair_of: Integers,
    single: NDArray[np.float32],
    cell: Floats,
    bins_per_length: float,
    slack: float,
    n_bins: int,
    change: NDArray[np.int32],
) -> None:
    before, after = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    n_moved = slots.shape[0]
    # To all atoms, as if none of the others moved: a block of them at a time, while it is near the processor, ...
    for other in range(starts.shape[0] - 1):
        for begin in range(starts[other], starts[other + 1], BLOCK):
            count = min(BLOCK, starts[other + 1] - begin)
            for i in range(n_moved):
                pair, slot = pair_of[species[i], other], slots[i]
                u, v, w = fixed[0, slot], fixed[1, slot], fixed[2, slot]
                write_bins(u, v, w, fixed, begin, count, single, slack, before)
                u, v, w = new_fixed[0, i], new_fixed[1, i], new_fixed[2, i]
                write_bins(u, v, w, fixed, begin, count, single, slack, after)
                for k in range(count):
                    minus, plus = before[k], after[k]
                    if (minus | plus) < 0:
                        at = begin + k
                        x, y, z = fractions[0, slot], fractions[1, slot], fractions[2, slot]
                        minus = exact_bin(x, y, z, fractions, at, cell, bins_per_length, n_bins)
                        x, y, z = new_fractions[0, i], new_fractions[1, i], new_fractions[2, i]
                        plus = exact_bin(x, y, z, fractions, at, cell, bins_per_length, n_bins)
                    change[pair, minus] -= 1
                    change[pair, plus] += 1
    # ... and then right for those that do.
    for i in range(n_moved):
        x, y, z = fractions[0, slots[i]], fractions[1, slots[i]], fractions[2, slots[i]]
        u_new, v_new, w_new = new_fractions[0, i], new_fractions[1, i], new_fractions[2, i]
        for j in range(n_moved):
            pair = pair_of[species[i], species[j]]
            minus = exact_bin(x, y, z, fractions, slots[j], cell, bins_per_length, n_bins)
            change[pair, minus] += 1
            change[pair, exact_bin(u_new, v_new, w_new, fractions, slots[j], cell, bins_per_length, n_bins)] -= 1
            if j > i:
                change[pair, minus] -= 1
                change[pair, exact_bin(u_new, v_new, w_new, new_fractions, j, cell, bins_per_length, n_bins)] += 1
