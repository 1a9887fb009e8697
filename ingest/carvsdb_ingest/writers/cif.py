"""Atoms as CIF files, without rounding."""

import numpy as np

from carvsdb.atoms.cell import parameters_of_cell
from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.files.cif_tags import CARTESIAN, CELL, FRACTIONS, MATRIX, OWN, VECTOR


def cif_text(model: AtomicModel, name: str = "model") -> str:
    """Return a model as a CIF file in P 1, every number with all its digits."""
    block = "".join(symbol if symbol.isalnum() else "_" for symbol in name) or "model"
    lines = [f"data_{block}", "_audit_creation_method carvsdb"]
    lines += [f"_cell_{key} {value!r}" for key, value in zip(CELL, parameters_of_cell(model.cell), strict=True)]
    lines += ["_space_group_name_H-M_alt 'P 1'", "loop_", "_space_group_symop_operation_xyz", "x,y,z"]
    lines += [f"{tag} {value!r}" for tag, value in zip(MATRIX, model.cell.T.ravel().tolist(), strict=True)]
    lines += [f"{tag} {value!r}" for tag, value in zip(VECTOR, model.origin.tolist(), strict=True)]
    fractions = (model.positions - model.origin) @ np.linalg.inv(model.cell)
    tags = ["_atom_site_label", "_atom_site_type_symbol", *FRACTIONS, *CARTESIAN]
    ids = model.atom_ids.tolist()
    columns = [
        [f"{symbol}{number}" for symbol, number in zip(model.elements, ids, strict=True)],
        list(model.elements),
        *(list(map(repr, axis)) for axis in fractions.T.tolist()),
        *(list(map(repr, axis)) for axis in model.positions.T.tolist()),
    ]
    for key, own in OWN.items():
        value = getattr(model, key)
        if value is not None:
            tags += own
            columns += [list(map(repr, axis)) for axis in value.reshape(model.n_atoms, len(own)).T.tolist()]
    rows = [" ".join(row) for row in zip(*columns, strict=True)]
    return "\n".join([*lines, "loop_", *tags, *rows, ""])
