"""Rigid bodies brought to a density: the cell scales in small steps, and between them bodies relax."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import heights_of_cell
from carvsdb.errors import InputError
from carvsdb_refine.backmap.linker_bonds import LinkerBonds
from carvsdb_refine.backmap.soft_bodies import Bodies, Relaxation, Springs, relax_bodies

Floats = NDArray[np.float64]

# Largest change of the cell's edges in one step.
_STEP = 0.01


def bring_to_density(
    bodies: Bodies, contacts: Floats, springs: Springs, bonds: LinkerBonds, density: float, most_steps: int
) -> tuple[Bodies, LinkerBonds, Relaxation]:
    """Scale the cell until the number density is that asked for.

    Parameters
    ----------
    bodies : Bodies
        The start.
    contacts : ndarray of float64, shape (n_kinds, n_kinds)
        At which atoms of different bodies begin to repel, in Å.
    springs : Springs
        What holds bodies together.
    bonds : LinkerBonds
        Their shifts scale as the cell does.
    density : float
        Atoms per Å³.
    most_steps : int
        Of the relaxation after each change of the cell.

    Returns
    -------
    bodies, bonds
        In the new cell.
    relaxation : Relaxation
        How the last one ended.

    Raises
    ------
    InputError
        If the cell would be too small for the contacts, or there is no density.
    """
    n_atoms = len(bodies.body)
    if not density > 0:
        raise InputError(f"density must be above 0, got {density:g}")
    factor = float(n_atoms / (density * abs(np.linalg.det(bodies.cell)))) ** (1 / 3)
    thin = float(heights_of_cell(bodies.cell).min()) * factor
    if thin < 2 * contacts.max():
        raise InputError(
            f"at {density:g} atoms/Å³ the cell is {thin:.1f} Å thin, too small for its linkers; "
            f"expected {2 * contacts.max():.1f} Å or more",
            hint="repeat the net",
        )
    n_scalings = max(1, int(np.ceil(abs(np.log(factor)) / _STEP)))
    each = factor ** (1 / n_scalings)
    sizes = np.bincount(bodies.body)
    for _ in range(n_scalings):
        centres = np.column_stack([np.bincount(bodies.body, column) / sizes for column in bodies.positions.T])
        positions = bodies.positions + (each - 1) * centres[bodies.body]
        bodies = replace(bodies, positions=positions, cell=bodies.cell * each)
        bonds = replace(bonds, shifts=bonds.shifts * each)
        springs = springs._replace(shifts=springs.shifts * each)
        positions, relaxation = relax_bodies(bodies, contacts, springs, most_steps=most_steps)
        bodies = replace(bodies, positions=positions)
    return bodies, bonds, relaxation
