"""The potential that a config names."""

import hashlib
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_refine.monte_carlo import EnergyTerm
from carvsdb_schemas.refinement import PotentialTable


class Potential(EnergyTerm, Protocol):
    """A term that can also be evaluated once, without a state."""

    def energies(self, elements: tuple[str, ...], positions: ArrayLike, cell: ArrayLike) -> NDArray[np.float64]:
        """Return the energy of each atom in eV, shape (n,)."""


def potential_of(table: PotentialTable | None, folder: Path) -> Potential | None:
    """Return the potential of a config, or None.

    Raises
    ------
    InputError
        If the kind is unknown, or the file is missing or no such potential.
    """
    if table is None or table.kind == "none":
        return None
    from carvsdb_refine.potential import potential_from_config

    file = None if table.file is None else folder / table.file
    return cast(Potential, potential_from_config(table.kind, table.model_extra or {}, file))


def check_potential(potential: EnergyTerm, model: AtomicModel, path: str) -> None:
    """Raise InputError if a potential lacks an element of a model, or the cell is too small for its cut-off."""
    elements = getattr(potential, "elements", None)
    if elements is not None:
        missing = [symbol for symbol in model.species if symbol not in elements]
        if missing:
            has = f"it has {', '.join(elements)}"
            raise InputError(f"potential {potential.name} has no element {', '.join(missing)} ({has})", path=path)
    reach = float(getattr(potential, "cutoff", 0.0) or getattr(getattr(potential, "tables", None), "cutoff", 0.0))
    lowest = float(model.heights.min())
    if lowest < 2 * reach:
        raise InputError(
            f"the cell's shortest height is {lowest:.3f} Å, less than twice the cut-off of {potential.name}, "
            f"{reach:g} Å; use a larger model",
            path=path,
        )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
