"""How much of the expansion is left where the nearest neighbour is too near: the switch to ZBL."""

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell_list import CellList, minimum_image, near
from carvsdb.compiled import compiled, compiled_part
from carvsdb_refine.potential.ace.repulsion import fade
from carvsdb_refine.potential.ace.tables import AceTables

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled_part
def nearest_of(
    tables: AceTables, centre: int, elements: Integers, others: Integers, vectors: Floats, n_others: int
) -> int:
    """Return which neighbour lies deepest within its inner cut-off, or -1 if there is none at all."""
    nearest, depth = -1, np.inf
    for j in range(n_others):
        neighbour = elements[others[j]]
        beyond = vectors[j, 3] - tables.inner[centre, neighbour, 0]
        if vectors[j, 3] < tables.cutoffs[centre, neighbour] and beyond < depth:
            nearest, depth = j, beyond
    return nearest


@compiled_part
def faded(tables: AceTables, centre: int, neighbour: int, distance: float) -> tuple[float, float]:
    """Return what is left of the expansion with that nearest neighbour, from 1 to 0, and its slope by the distance."""
    width, beyond = tables.inner[centre, neighbour, 1], distance - tables.inner[centre, neighbour, 0]
    if width == 0.0:
        return (1.0 if beyond >= 0.0 else 0.0), 0.0
    value, slope = fade(width - beyond, width, width)
    return value, -slope


@compiled
def fades_of(
    tables: AceTables,
    cells: CellList,
    elements: Integers,
    atoms: Integers,
    n_atoms: int,
    positions: Floats,
    others: Integers,
    found: Floats,
    fades: Floats,
) -> None:
    """Write what is left of the expansion of some atoms, the first `n_atoms` of `atoms`.

    Parameters
    ----------
    positions : ndarray of float64, shape (k, 3)
        Where the first k of the atoms move to.
    others, found : ndarray
        Where to gather neighbours.
    """
    n_moved = positions.shape[0]
    vector = np.empty(4)
    for index in range(n_moved):
        cells.hidden[atoms[index]] = 1
    for index in range(n_atoms):
        atom = atoms[index]
        centre = elements[atom]
        if index < n_moved:
            x, y, z = positions[index, 0], positions[index, 1], positions[index, 2]
        else:
            x, y, z = cells.positions[atom, 0], cells.positions[atom, 1], cells.positions[atom, 2]
        before = cells.hidden[atom]
        cells.hidden[atom] = 1
        n_found = near(cells, x, y, z, tables.inner_reach, others, found)
        cells.hidden[atom] = before
        nearest = nearest_of(tables, centre, elements, others, found, n_found)
        neighbour, distance, depth = -1, np.inf, np.inf
        if nearest >= 0:
            neighbour, distance = elements[others[nearest]], found[nearest, 3]
            depth = distance - tables.inner[centre, neighbour, 0]
        for j in range(n_moved):
            if atoms[j] == atom:
                continue
            minimum_image(cells, positions[j, 0] - x, positions[j, 1] - y, positions[j, 2] - z, vector)
            kind = elements[atoms[j]]
            beyond = vector[3] - tables.inner[centre, kind, 0]
            if vector[3] < tables.cutoffs[centre, kind] and beyond < depth:
                neighbour, distance, depth = kind, vector[3], beyond
        fades[index] = 1.0
        if neighbour >= 0:
            fades[index], _ = faded(tables, centre, neighbour, distance)
    for index in range(n_moved):
        cells.hidden[atoms[index]] = 0
