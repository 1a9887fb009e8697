"""How the bases and energies of an ACE potential change when a few atoms move."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import CellList, minimum_image, near, neighbours_of
from carvsdb.compiled import compiled, compiled_part
from carvsdb_refine.potential.ace.pair_lanes import add_pairs
from carvsdb_refine.potential.ace.product_lanes import SIDE, energies_of_bases
from carvsdb_refine.potential.ace.product_plan import ProductPlan
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled
def change_bases(
    tables: AceTables,
    cells: CellList,
    elements: Integers,
    atoms: Integers,
    positions: Floats,
    bases: Floats,
    slot_of: Integers,
    touched: Integers,
    fresh: Floats,
    kinds: Integers,
    slots: Integers,
    vectors: Floats,
    signs: Floats,
    others: Integers,
    found: Floats,
    room: Floats,
) -> int:
    """Write the bases of all atoms that a move touches, as they are after it.

    Parameters
    ----------
    atoms : ndarray of int64, shape (k,)
        Those that move.
    positions : ndarray of float64, shape (k, 3)
        Where to, in Å.
    bases : ndarray of float64, shape (n, width)
        As they are now.
    slot_of : ndarray of int64, shape (n,)
        All -1, before and after.
    touched : ndarray of int64
        Becomes the atoms that are touched: first those that move, then their neighbours.
    fresh : ndarray of float64, shape (at least the touched, width)
        Becomes their bases.
    kinds, slots, vectors, signs : ndarray
        Where to gather pairs.
    others, found : ndarray
        Where to gather neighbours.
    room : ndarray of float64
        Where to calculate.

    Returns
    -------
    int
        The number of touched atoms; -1 if there is no room for that many, or for so many pairs; -2 if atoms lie upon
        one another.
    """
    n_moved, n_elements, cutoff = atoms.shape[0], tables.cutoffs.shape[0], tables.cutoff
    n_touched, n_pairs, status = n_moved, 0, 0
    vector = np.empty(4)
    # Atoms that move are hidden from searches: their pairs among themselves are told apart below, since both ends move.
    # They take the first slots, with bases from nothing, as all of their pairs change.
    for i in range(n_moved):
        cells.hidden[atoms[i]] = 1
        touched[i] = atoms[i]
        for k in range(fresh.shape[1]):
            fresh[i, k] = 0.0
    # Pairs with atoms that stay, first at the old places, then at the new ones. A neighbour loses the old pair (its
    # sign is -1) and gains the new one; the moved atom itself, whose bases begin from nothing, only gains.
    for i in range(n_moved):
        atom = atoms[i]
        for is_new in range(2):
            if is_new == 1:
                x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
            else:
                x, y, z = cells.positions[atom, 0], cells.positions[atom, 1], cells.positions[atom, 2]
            n_found = near(cells, x, y, z, cutoff, others, found)
            if n_pairs + 2 * n_found + n_moved > kinds.shape[0] or n_touched + n_found > touched.shape[0]:
                status = -1
                break
            for j in range(n_found):
                other = others[j]
                slot = slot_of[other]
                if slot < 0:
                    slot = n_touched
                    slot_of[other] = slot
                    touched[slot] = other
                    n_touched += 1
                # Cut-offs can differ by which of the two elements is the centre: each direction is a pair of its own.
                there = found[j, 3] < tables.cutoffs[elements[other], elements[atom]]
                here = is_new == 1 and found[j, 3] < tables.cutoffs[elements[atom], elements[other]]
                if is_new == 1 and not found[j, 3] > 1e-9:
                    status = -2
                if there:
                    kinds[n_pairs] = elements[other] * n_elements + elements[atom]
                    slots[n_pairs] = slot
                    signs[n_pairs] = 1.0 if is_new == 1 else -1.0
                    for axis in range(3):
                        vectors[n_pairs, axis] = -found[j, axis]
                    vectors[n_pairs, 3] = found[j, 3]
                    n_pairs += 1
                if here:
                    kinds[n_pairs] = elements[atom] * n_elements + elements[other]
                    slots[n_pairs] = i
                    signs[n_pairs] = 1.0
                    for axis in range(4):
                        vectors[n_pairs, axis] = found[j, axis]
                    n_pairs += 1
        if status != 0:
            break
        # Pairs among the moved atoms, at their new places only: both ends have bases from nothing.
        for j in range(n_moved):
            if j == i:
                continue
            minimum_image(
                cells,
                positions[j, 0] - positions[i, 0],
                positions[j, 1] - positions[i, 1],
                positions[j, 2] - positions[i, 2],
                vector,
            )
            if vector[3] < tables.cutoffs[elements[atom], elements[atoms[j]]]:
                if not vector[3] > 1e-9:
                    status = -2
                kinds[n_pairs] = elements[atom] * n_elements + elements[atoms[j]]
                slots[n_pairs] = i
                signs[n_pairs] = 1.0
                for axis in range(4):
                    vectors[n_pairs, axis] = vector[axis]
                n_pairs += 1
    # Marks go back to what they were, also where there was no room: the caller makes more and tries again.
    for i in range(n_moved):
        cells.hidden[atoms[i]] = 0
    for slot in range(n_moved, n_touched):
        slot_of[touched[slot]] = -1
    if status != 0:
        return int(status)
    # Neighbours keep what did not move, so only differences are added to their present bases.
    for slot in range(n_moved, n_touched):
        for k in range(fresh.shape[1]):
            fresh[slot, k] = bases[touched[slot], k]
    _add_all_pairs(tables, kinds, n_pairs, slots, vectors, signs, room, fresh)
    return int(n_touched)


@compiled_part
def _add_all_pairs(
    tables: AceTables,
    kinds: Integers,
    n_pairs: int,
    slots: Integers,
    vectors: Floats,
    signs: Floats,
    room: Floats,
    bases: Floats,
) -> None:
    """Add the contributions of pairs, those of the same two elements together, and among them those of one centre."""
    n_elements = tables.cutoffs.shape[0]
    n_kinds = n_elements * n_elements
    first = np.zeros(n_kinds + 1, np.int64)
    for pair in range(n_pairs):
        first[kinds[pair] + 1] += 1
    for kind in range(n_kinds):
        first[kind + 1] += first[kind]
    by_slot = np.empty(n_pairs, np.int64)
    n_slots = 0
    for pair in range(n_pairs):
        n_slots = max(n_slots, slots[pair] + 1)
    at = np.zeros(n_slots + 1, np.int64)
    for pair in range(n_pairs):
        at[slots[pair] + 1] += 1
    for slot in range(n_slots):
        at[slot + 1] += at[slot]
    for pair in range(n_pairs):
        by_slot[at[slots[pair]]] = pair
        at[slots[pair]] += 1
    order, at = np.empty(n_pairs, np.int64), first.copy()
    for index in range(n_pairs):
        pair = by_slot[index]
        order[at[kinds[pair]]] = pair
        at[kinds[pair]] += 1
    for kind in range(n_kinds):
        centre, neighbour = kind // n_elements, kind % n_elements
        if first[kind + 1] > first[kind]:
            add_pairs(
                tables,
                centre,
                neighbour,
                order,
                first[kind],
                first[kind + 1],
                slots,
                vectors,
                signs,
                room,
                bases,
            )


@compiled
def energies_by_element(
    tables: AceTables,
    plan: ProductPlan,
    elements: Integers,
    atoms: Integers,
    n_atoms: int,
    bases: Floats,
    real: Floats,
    imag: Floats,
    sums: Floats,
    densities: Floats,
    fades: Floats,
    energies: Floats,
) -> None:
    """Write the energies (eV) of some atoms, the first `n_atoms` of `atoms`, from their bases, row by row."""
    which = np.empty(n_atoms, np.int64)
    for centre in range(tables.cutoffs.shape[0]):
        count = 0
        for index in range(n_atoms):
            if elements[atoms[index]] == centre:
                which[count] = index
                count += 1
        for begin in range(0, count, SIDE):
            end = min(begin + SIDE, count)
            energies_of_bases(
                tables, plan, centre, bases, which, begin, end, real, imag, sums, densities, fades, energies
            )


@compiled
def bases_of_all(
    tables: AceTables,
    cells: CellList,
    elements: Integers,
    atoms: Integers,
    kinds: Integers,
    slots: Integers,
    vectors: Floats,
    signs: Floats,
    others: Integers,
    found: Floats,
    room: Floats,
    bases: Floats,
) -> int:
    """Write the bases of some atoms from nothing; return 0, -1 without room, or k + 1 if another atom lies upon k."""
    n_elements, cutoff = tables.cutoffs.shape[0], tables.cutoff
    n_pairs = 0
    for index in range(atoms.shape[0]):
        atom = atoms[index]
        for k in range(bases.shape[1]):
            bases[atom, k] = 0.0
        n_found = neighbours_of(cells, atom, cutoff, others, found)
        if n_found > kinds.shape[0]:
            return -1
        if n_pairs + n_found > kinds.shape[0]:
            _add_all_pairs(tables, kinds, n_pairs, slots, vectors, signs, room, bases)
            n_pairs = 0
        for j in range(n_found):
            if not found[j, 3] > 1e-9:
                return int(atom) + 1
            if found[j, 3] < tables.cutoffs[elements[atom], elements[others[j]]]:
                kinds[n_pairs] = elements[atom] * n_elements + elements[others[j]]
                slots[n_pairs] = atom
                signs[n_pairs] = 1.0
                for axis in range(4):
                    vectors[n_pairs, axis] = found[j, axis]
                n_pairs += 1
    _add_all_pairs(tables, kinds, n_pairs, slots, vectors, signs, room, bases)
    return 0
