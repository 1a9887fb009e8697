"""Atoms as LAMMPS data files, without rounding."""

import math
from collections.abc import Mapping

import numpy as np

from carvsdb.atoms.elements import mass_of
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError


def lammps_text(model: AtomicModel, types: Mapping[int, str] | None = None) -> str:
    """Return a model as a LAMMPS data file, every number with all its digits.

    Parameters
    ----------
    model : AtomicModel
        The model.
    types : mapping of int to str, optional
        The element of each atom type, by default the elements in alphabetical order from 1.

    Raises
    ------
    InputError
        If an element has no type, or the cell is left-handed.

    Notes
    -----
    A cell whose `a` does not lie along x, or whose `b` not in the xy plane, is written as a general triclinic box
    (``avec``, ``bvec``, ``cvec``), which LAMMPS reads since April 2024. The style is the smallest that holds what the
    model has: full with molecules and charges, molecular, charge or atomic.
    """
    cell = model.cell
    if np.linalg.det(cell) < 0:
        raise InputError(
            "LAMMPS has no left-handed cells, as this one is; expected the lattice vectors in another order",
            hint="write another format, such as .xyz, or model.in_standard_frame()",
        )
    numbers = dict(types) if types is not None else dict(enumerate(model.species, 1))
    element_to_type = {symbol: kind for kind, symbol in reversed(numbers.items())}
    missing = [symbol for symbol in model.species if symbol not in element_to_type]
    if missing:
        raise InputError(f"element {missing[0]} of the model has no atom type; the types are {numbers}")
    style = _written_style(model)
    bounds = _standard_box(model) if model.is_in_standard_frame else _general_box(model)
    masses = [f"{kind} {mass_of(symbol):.6g} # {symbol}" for kind, symbol in sorted(numbers.items())]
    head = ["LAMMPS data file by carvsdb", "", f"{model.n_atoms} atoms", f"{max(numbers)} atom types", "", *bounds]
    columns: list[list[str]] = [list(map(str, model.atom_ids.tolist()))]
    if model.molecule_ids is not None:
        columns.append(list(map(str, model.molecule_ids.tolist())))
    columns.append([str(element_to_type[symbol]) for symbol in model.elements])
    if model.charges is not None:
        columns.append(list(map(repr, model.charges.tolist())))
    columns += [list(map(repr, axis)) for axis in model.positions.T.tolist()]
    if model.images is not None:
        columns += [list(map(str, axis)) for axis in model.images.T.tolist()]
    rows = [" ".join(row) for row in zip(*columns, strict=True)]
    return "\n".join([*head, "", "Masses", "", *masses, "", f"Atoms # {style}", "", *rows, ""])


def _standard_box(model: AtomicModel) -> list[str]:
    cell = model.cell
    bounds = [
        f"{low!r} {_upper_bound(low, length)!r} {axis}lo {axis}hi"
        for axis, low, length in zip("xyz", model.origin.tolist(), np.diag(cell).tolist(), strict=True)
    ]
    if cell[1, 0] or cell[2, 0] or cell[2, 1]:
        bounds.append(f"{float(cell[1, 0])!r} {float(cell[2, 0])!r} {float(cell[2, 1])!r} xy xz yz")
    return bounds


def _general_box(model: AtomicModel) -> list[str]:
    vectors = zip(model.cell.tolist(), ("avec", "bvec", "cvec"), strict=True)
    rows = [f"{' '.join(map(repr, vector))} {name}" for vector, name in vectors]
    return [*rows, f"{' '.join(map(repr, model.origin.tolist()))} abc origin"]


def _written_style(model: AtomicModel) -> str:
    if model.charges is None:
        return "atomic" if model.molecule_ids is None else "molecular"
    return "charge" if model.molecule_ids is None else "full"


def _upper_bound(low: float, length: float) -> float:
    """Return the bound whose difference to `low` is `length` to the last digit, where there is one."""
    high = low + length
    near = (high, math.nextafter(high, math.inf), math.nextafter(high, -math.inf))
    return next((bound for bound in near if bound - low == length), high)
