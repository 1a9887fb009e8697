"""How linkers are turned about the line between their nodes."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.compiled import compiled
from carvsdb_refine.potential.moving_grid import MovingGrid, move_atom, moving_grid, search

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SPINS = ("random", "optimised")
_SWEEPS = 4


def best_spins(placings: Floats, start: Integers, kinds: Integers, contacts: Floats, cell: Floats) -> Integers:
    """Choose for each linker, in some sweeps, the spin that overlaps least with the others as they then are.

    Parameters
    ----------
    placings : ndarray of float64, shape (n_linkers, n_spins, n_atoms, 3)
        Where the atoms of each linker are for each spin (Cartesian, Å).
    start : ndarray of int64, shape (n_linkers,)
        The spins to start from.
    kinds : ndarray of int64, shape (n_atoms,)
        Index of each atom of a linker into `contacts`.
    contacts : ndarray of float64, shape (n_kinds, n_kinds)
        Distances at which atoms begin to overlap, in Å.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    """
    n_linkers, _, n_atoms, _ = placings.shape
    chosen = start.copy()
    atoms = placings[np.arange(n_linkers), chosen].reshape(-1, 3)
    cutoff = float(contacts.max())
    grid, most = moving_grid(atoms, cell, cutoff)
    _choose(grid, placings, chosen, kinds, contacts, cutoff, 64 * n_atoms + most)
    return chosen


@compiled
def _choose(
    grid: MovingGrid,
    placings: Floats,
    chosen: Integers,
    kinds: Integers,
    contacts: Floats,
    cutoff: float,
    most: int,
) -> None:
    n_linkers, n_spins, n_atoms = placings.shape[0], placings.shape[1], placings.shape[2]
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    for _ in range(_SWEEPS):
        for linker in range(n_linkers):
            lowest, best = np.inf, chosen[linker]
            for turn in range(n_spins + 1):
                # The last turn only puts the linker at its best.
                spin = turn if turn < n_spins else best
                for k in range(n_atoms):
                    place = placings[linker, spin, k]
                    move_atom(grid, linker * n_atoms + k, place[0], place[1], place[2])
                if turn == n_spins:
                    break
                energy = 0.0
                for k in range(n_atoms):
                    n_others = search(grid, linker * n_atoms + k, cutoff, others, vectors)
                    for j in range(n_others):
                        if others[j] // n_atoms != linker:
                            overlap = contacts[kinds[k], kinds[others[j] % n_atoms]] - vectors[j, 3]
                            if overlap > 0:
                                energy += overlap * overlap
                if energy < lowest - 1e-12:
                    lowest, best = energy, spin
            chosen[linker] = best
