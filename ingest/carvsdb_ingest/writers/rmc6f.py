"""Atoms as RMCProfile configurations (``.rmc6f``), without rounding."""

import numpy as np

from carvsdb.atoms.cell import parameters_of_cell
from carvsdb.atoms.model import AtomicModel


def rmc6f_text(model: AtomicModel) -> str:
    """Return a model as an RMCProfile configuration of version 6f, every number with all its digits.

    Notes
    -----
    RMCProfile wants atoms sorted by type and numbered from 1, coordinates between 0 and 1, and `a` along x with `b` in
    the xy plane: so they are written. The supercell is 1 1 1, and each atom is one of its own in it. Molecules, charges
    and image flags have no place in the format.
    """
    if not model.is_in_standard_frame:
        model = model.in_standard_frame()
    fractions = (model.positions - model.origin) @ np.linalg.inv(model.cell)
    fractions -= np.floor(fractions)
    fractions[fractions == 1.0] = 0.0
    order = np.argsort(model.atom_to_species, kind="stable")
    lines = [
        "(Version 6f format configuration file)",
        "Metadata comment: written by carvsdb",
        f"Number of types of atoms:   {len(model.species)}",
        f"Atom types present:         {' '.join(model.species)}",
        f"Number of each atom type:   {' '.join(map(str, model.counts.tolist()))}",
        "Number of moves generated:           0",
        "Number of moves tried:               0",
        "Number of moves accepted:            0",
        "Number of prior configuration saves: 0",
        f"Number of atoms:                     {model.n_atoms}",
        f"Number density (Ang^-3):             {model.number_density!r}",
        "Supercell dimensions:                1 1 1",
        f"Cell (Ang/deg): {' '.join(map(repr, parameters_of_cell(model.cell)))}",
        "Lattice vectors (Ang):",
        *(" ".join(map(repr, row)) for row in model.cell.tolist()),
        "Atoms:",
    ]
    for number, atom in enumerate(order.tolist(), 1):
        place = " ".join(map(repr, fractions[atom].tolist()))
        lines.append(f"{number} {model.elements[atom]} [1] {place} {number} 0 0 0")
    return "\n".join([*lines, ""])
