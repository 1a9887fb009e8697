"""Atoms as extended xyz files of one frame, without rounding."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel

# Column, kind, width, field of the model.
_COLUMNS = (
    ("id", "I", 1, "atom_ids"),
    ("molecule", "I", 1, "molecule_ids"),
    ("charge", "R", 1, "charges"),
    ("species", "S", 1, "elements"),
    ("pos", "R", 3, "positions"),
    ("image", "I", 3, "images"),
)


def xyz_text(model: AtomicModel, values: Mapping[str, NDArray[np.float64]] | None = None) -> str:
    """Return a model as an extended xyz file, every number with all its digits.

    Parameters
    ----------
    model : AtomicModel
    values : mapping of str to ndarray of float64, shape (n,), optional
        Further columns, one number for each atom.
    """
    properties, columns = [], []
    for name, kind, width, field in _COLUMNS:
        value = getattr(model, field)
        if value is None:
            continue
        properties.append(f"{name}:{kind}:{width}")
        if name == "species":
            columns.append(list(value))
        else:
            columns += [list(map(repr, column)) for column in value.reshape(model.n_atoms, width).T.tolist()]
    for name, numbers in (values or {}).items():
        properties.append(f"{name}:R:1")
        columns.append(list(map(repr, numbers.tolist())))
    cell = " ".join(map(repr, model.cell.ravel().tolist()))
    origin = " ".join(map(repr, model.origin.tolist()))
    comment = f'Lattice="{cell}" Origin="{origin}" pbc="T T T" Properties={":".join(properties)}'
    rows = [" ".join(row) for row in zip(*columns, strict=True)]
    return "\n".join([str(model.n_atoms), comment, *rows, ""])
