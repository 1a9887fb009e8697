"""The structure: atoms in a periodic cell, as a file holds them."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import mass_of

_DALTON_PER_CUBIC_ANGSTROM = 1.66053906660
"""In g/cm³."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Structure:
    """Atoms in a periodic cell, before any of them is bonded.

    Attributes
    ----------
    elements : tuple of str
        Chemical symbol of each atom; ``D`` is deuterium.
    positions : ndarray of float64, shape (n_atoms, 3)
        Fractional coordinates in `cell`, not wrapped: they need not lie between 0 and 1.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    labels : tuple of str
        What the file calls each atom: a CIF label, an atom id.
    molecule_ids : ndarray of int64, shape (n_atoms,), or None
        The file's molecule of each atom.
    bonds : ndarray of int64, shape (n_bonds, 5), or None
        Rows ``(src, dst, u, v, w)`` of the bonds that the file lists, between atoms of `positions` as they stand;
        None where it lists none.
    name : str
        What the file calls the structure; empty if nothing.
    quality : tuple of str
        Sentences about what is doubtful: partial occupancy, merged atoms, overlaps.
    """

    elements: tuple[str, ...]
    positions: NDArray[np.float64]
    cell: NDArray[np.float64]
    labels: tuple[str, ...]
    molecule_ids: NDArray[np.int64] | None = None
    bonds: NDArray[np.int64] | None = None
    name: str = ""
    quality: tuple[str, ...] = ()

    @property
    def n_atoms(self) -> int:
        """Number of atoms in the cell."""
        return len(self.elements)

    @property
    def volume(self) -> float:
        """Volume of the cell in Å³."""
        return abs(float(np.linalg.det(self.cell)))

    @property
    def formula(self) -> str:
        """Formula of the cell's content in Hill order, numbers divided by their greatest common divisor."""
        numbers = Counter(self.elements)
        divisor = int(np.gcd.reduce(list(numbers.values()))) if numbers else 1
        first = [symbol for symbol in ("C", "H", "D", "T") if symbol in numbers] if "C" in numbers else []
        order = first + sorted(set(numbers) - set(first))
        return "".join(f"{symbol}{numbers[symbol] // divisor if numbers[symbol] > divisor else ''}" for symbol in order)

    @property
    def density(self) -> float:
        """Density in g/cm³, with standard atomic weights."""
        numbers = Counter(self.elements)
        mass = sum(number * mass_of(symbol) for symbol, number in numbers.items())
        return float(mass / self.volume * _DALTON_PER_CUBIC_ANGSTROM)

    def __repr__(self) -> str:
        return f"<Structure {self.name or self.formula}: {self.n_atoms} atoms, {self.volume:.0f} Å³>"
