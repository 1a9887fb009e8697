"""Energies and forces of classical potentials: all atoms, and those that a move touches."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import CellList, neighbours_of, put_atoms
from carvsdb.compiled import compiled, compiled_part
from carvsdb_refine.potential.classical.stillinger_weber_energy import stillinger_weber_energy
from carvsdb_refine.potential.classical.tables import STILLINGER_WEBER, TERSOFF, ClassicalTables, pair_energy
from carvsdb_refine.potential.classical.tersoff_energy import tersoff_energy

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_TOUCHED, _MOVED = 1, 2


@compiled_part
def atom_energy(
    tables: ClassicalTables,
    atom: int,
    kinds: Integers,
    others: Integers,
    vectors: Floats,
    n_others: int,
    room: Floats,
    with_gradient: bool,
    gradient: Floats,
) -> float:
    """Return the energy of an atom in eV and write its derivatives by the places of the neighbours, if asked.

    Parameters
    ----------
    atom : int
        The atom.
    kinds : ndarray of int64, shape (n,)
        Elements of all atoms.
    others, vectors, n_others
        Its neighbours, as `neighbours_of` writes them.
    room : ndarray of float64, shape (4, at least n_others)
        Where to calculate.
    gradient : ndarray of float64, shape (at least n_others, 3)
        In eV/Å.
    """
    if tables.kind == STILLINGER_WEBER:
        return stillinger_weber_energy(tables, atom, kinds, others, vectors, n_others, room, with_gradient, gradient)
    if tables.kind == TERSOFF:
        return tersoff_energy(tables, atom, kinds, others, vectors, n_others, room, with_gradient, gradient)
    energy = 0.0
    for j in range(n_others):
        row = tables.pair[kinds[atom], kinds[others[j]]]
        inside = vectors[j, 3] < row[0]
        if inside:
            value, slope = pair_energy(tables.kind, row, vectors[j, 3])
            energy += 0.5 * value
        if with_gradient:
            for axis in range(3):
                gradient[j, axis] = 0.5 * slope / vectors[j, 3] * vectors[j, axis] if inside else 0.0
    return energy


@compiled
def evaluate_classical(
    tables: ClassicalTables,
    cells: CellList,
    kinds: Integers,
    most: int,
    with_forces: bool,
    energies: Floats,
    forces: Floats,
    virial: Floats,
) -> None:
    """Write the energy of each atom (eV), and add the forces (eV/Å) and the virial (eV), if asked.

    No atom has more neighbours than `most`. The virial, shape (3, 3), is the derivative of the energy by strain.
    """
    others, vectors = np.empty(most, np.int64), np.empty((most, 4))
    room, gradient = np.empty((4, most)), np.empty((most, 3))
    for atom in range(len(kinds)):
        n_others = neighbours_of(cells, atom, tables.cutoff, others, vectors)
        energies[atom] = atom_energy(tables, atom, kinds, others, vectors, n_others, room, with_forces, gradient)
        if with_forces:
            for j in range(n_others):
                for axis in range(3):
                    forces[atom, axis] += gradient[j, axis]
                    forces[others[j], axis] -= gradient[j, axis]
                    for other in range(3):
                        virial[other, axis] += vectors[j, other] * gradient[j, axis]


@compiled
def move_and_evaluate(
    tables: ClassicalTables,
    cells: CellList,
    kinds: Integers,
    atoms: Integers,
    places: Floats,
    in_pairs: bool,
    energies: Floats,
    fresh: Floats,
    touched: Integers,
    mark: Integers,
    others: Integers,
    vectors: Floats,
    room: Floats,
) -> int:
    """Move atoms and write the energies of all that notice.

    Parameters
    ----------
    atoms, places : ndarray, shapes (k,) and (k, 3)
        Which atoms, and where to (Cartesian, Å).
    in_pairs : bool
        Whether to take old pairs away and add new ones, instead of evaluating each touched atom afresh; for pair
        potentials, if elements have not changed.
    energies, fresh : ndarray of float64, shape (n,)
        Present energies, and where to write those of the touched atoms, in eV.
    touched, mark : ndarray of int64, shape (n,)
        Where to list the touched atoms, the moved ones first; zeros, and zeros again afterwards.
    others, vectors, room
        Where to keep neighbours.

    Returns
    -------
    int
        Number of touched atoms; -1 if there is not enough room for the neighbours of an atom, or in a bin.
    """
    cutoff = tables.cutoff
    n_moved = len(atoms)
    n_touched = n_moved
    enough = True
    for slot in range(n_moved):
        touched[slot] = atoms[slot]
        mark[atoms[slot]] = _MOVED
        fresh[atoms[slot]] = 0.0
    # Two searches around each moved atom, before and after the move: whoever is found in either notices it. Pair
    # energies are taken away in the first turn and added in the second, which spares the neighbours' own searches; a
    # moved atom begins from nothing, so that the first turn has nothing to take from it.
    for turn in range(2):
        for slot in range(n_moved):
            atom = atoms[slot]
            n_others = neighbours_of(cells, atom, cutoff, others, vectors)
            enough = enough and n_others >= 0
            for j in range(n_others):
                other = others[j]
                if mark[other] == 0:
                    mark[other] = _TOUCHED
                    touched[n_touched] = other
                    n_touched += 1
                    fresh[other] = energies[other]
                if not in_pairs:
                    continue
                row = tables.pair[kinds[atom], kinds[other]]
                if vectors[j, 3] < row[0]:
                    value, _ = pair_energy(tables.kind, row, vectors[j, 3])
                    if turn == 1:
                        fresh[atom] += 0.5 * value
                    if mark[other] == _TOUCHED:
                        fresh[other] += 0.5 * value if turn == 1 else -0.5 * value
        if turn == 0:
            enough = put_atoms(cells, atoms, places) and enough
    # Energies of more than pairs have no such difference: each touched atom is evaluated afresh, after the move.
    for index in range(n_touched):
        atom = touched[index]
        mark[atom] = 0
        if not in_pairs and enough:
            n_others = neighbours_of(cells, atom, cutoff, others, vectors)
            enough = n_others >= 0
            fresh[atom] = atom_energy(tables, atom, kinds, others, vectors, n_others, room, False, vectors)
    return n_touched if enough else -1
