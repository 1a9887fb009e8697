"""How linkers are turned about the line between their nodes."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import CellList, cell_list, most_found, neighbours_of, put_atoms
from carvsdb.compiled import compiled

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
    kinds : ndarray of int64, shape (n_linkers, n_atoms)
        Index of each atom of each linker into `contacts`; linkers of fewer atoms are filled up with atoms that have no
        contacts.
    contacts : ndarray of float64, shape (n_kinds, n_kinds)
        Distances at which atoms begin to overlap, in Å.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    """
    chosen = start.copy()
    atoms = placings[np.arange(len(placings)), chosen].reshape(-1, 3)
    cutoff = float(contacts.max())
    capacity = 0
    while True:
        cells = cell_list(atoms, cell, cutoff, capacity)
        if _choose(cells, placings, chosen, kinds, contacts, cutoff):
            return chosen
        chosen, capacity = start.copy(), 2 * cells.members.shape[1]


@compiled
def _choose(
    cells: CellList, placings: Floats, chosen: Integers, kinds: Integers, contacts: Floats, cutoff: float
) -> bool:
    """Sweep over the linkers; return False, and stop, if a bin has no room."""
    most = most_found(cells)
    n_linkers, n_spins, n_atoms = placings.shape[0], placings.shape[1], placings.shape[2]
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    for _ in range(_SWEEPS):
        for linker in range(n_linkers):
            lowest, best = np.inf, chosen[linker]
            for turn in range(n_spins + 1):
                # The last turn only puts the linker at its best.
                spin = turn if turn < n_spins else best
                if not put_atoms(cells, linker * n_atoms + np.arange(n_atoms), placings[linker, spin]):
                    return False
                if turn == n_spins:
                    break
                energy = 0.0
                for k in range(n_atoms):
                    n_others = neighbours_of(cells, linker * n_atoms + k, cutoff, others, vectors)
                    for j in range(n_others):
                        if others[j] // n_atoms != linker:
                            overlap = (
                                contacts[kinds[linker, k], kinds[others[j] // n_atoms, others[j] % n_atoms]]
                                - vectors[j, 3]
                            )
                            if overlap > 0:
                                energy += overlap * overlap
                if energy < lowest - 1e-12:
                    lowest, best = energy, spin
            chosen[linker] = best
    return True
