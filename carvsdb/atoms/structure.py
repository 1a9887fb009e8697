"""The structure: atoms in a unit cell with periodic boundary conditions, as a file holds them."""

import json
import zlib
from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import DALTON_PER_CUBIC_ANGSTROM, mass_of
from carvsdb.atoms.formula import hill_formula
from carvsdb.errors import InputError
from carvsdb.optional_packages import load_optional
from carvsdb_schemas.json_text import json_text

LARGEST_UNPACKED = 2**28
"""Bytes of JSON that packed atoms may be: more than a million atoms have."""

FARTHEST = 1e6
"""Cells that an atom may be away, at most."""


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
        What the file calls each atom: a CIF label, an atom id; if nothing is given, the numbers from 1.
    molecule_ids : ndarray of int64, shape (n_atoms,), or None
        The file's molecule of each atom; 0 where it belongs to none.
    bonds : ndarray of int64, shape (n_bonds, 5), or None
        Rows ``(src, dst, u, v, w)`` of the bonds that the file lists, between atoms of `positions` as they stand;
        None where it lists none.
    name : str
        What the file calls the structure; empty if nothing.
    quality : tuple of str
        Sentences about what is doubtful: partial occupancy, merged atoms, overlaps.
    cartesian : ndarray of float64, shape (n_atoms, 3), or None
        The coordinates in Å as the file has them, to the last bit, where it has Cartesian ones.
    origin : ndarray of float64, shape (3,), or None
        The corner of the cell, in Å, in the frame of `cartesian`; None is 0.
    atom_ids : ndarray of int64, shape (n_atoms,), or None
        The file's numbers of the atoms.
    images : ndarray of int64, shape (n_atoms, 3), or None
        Image flags.
    charges : ndarray of float64, shape (n_atoms,), or None
        In units of the elementary charge.
    obstacles : tuple of InputError
        Why these are no whole atoms in a periodic cell, which is what a refinement moves: partial occupancy, atoms
        merged or left out, directions that do not repeat.

    Raises
    ------
    InputError
        If shapes disagree.

    Examples
    --------
    >>> stored = Structure(("Cs", "Cl"), np.array([[0, 0, 0], [0.5, 0.5, 0.5]]), 4.12 * np.eye(3)).packed()
    >>> Structure.unpacked(stored)
    <Structure ClCs: 2 atoms, 70 Å³>
    """

    elements: tuple[str, ...]
    positions: NDArray[np.float64]
    cell: NDArray[np.float64]
    labels: tuple[str, ...] = ()
    molecule_ids: NDArray[np.int64] | None = None
    bonds: NDArray[np.int64] | None = None
    name: str = ""
    quality: tuple[str, ...] = ()
    cartesian: NDArray[np.float64] | None = None
    origin: NDArray[np.float64] | None = None
    atom_ids: NDArray[np.int64] | None = None
    images: NDArray[np.int64] | None = None
    charges: NDArray[np.float64] | None = None
    obstacles: tuple[InputError, ...] = ()

    def __post_init__(self) -> None:
        if self.positions.shape != (len(self.elements), 3) or self.cell.shape != (3, 3):
            raise InputError(
                f"atoms need positions of the shape (atoms, 3) = {(len(self.elements), 3)} and a cell of the shape "
                f"(3, 3), got {self.positions.shape} and {self.cell.shape}"
            )
        if not self.labels:
            object.__setattr__(self, "labels", tuple(map(str, range(1, len(self.elements) + 1))))
        if len(self.labels) != len(self.elements):
            raise InputError(f"{len(self.elements)} atoms have {len(self.labels)} labels")

    @classmethod
    def from_cartesian(
        cls,
        elements: tuple[str, ...],
        cartesian: NDArray[np.float64],
        cell: NDArray[np.float64],
        origin: NDArray[np.float64] | None = None,
        **more: Any,
    ) -> "Structure":
        """Make a structure from Cartesian coordinates in Å, which it keeps; `more` are further attributes.

        Raises
        ------
        InputError
            If an atom lies more than a million cells away.
        """
        corner = np.zeros(3) if origin is None else origin
        positions = np.asarray((cartesian - corner) @ np.linalg.inv(cell), np.float64)
        far = np.flatnonzero(~(np.abs(positions).max(axis=1, initial=0.0) <= FARTHEST))
        if len(far):
            raise InputError(f"atom {far[0] + 1} is more than a million cells away")
        return cls(elements, positions, cell, cartesian=cartesian, origin=origin, **more)

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
        return hill_formula({symbol: number // divisor for symbol, number in numbers.items()})

    @property
    def density(self) -> float:
        """Density in g/cm³, with standard atomic weights."""
        numbers = Counter(self.elements)
        mass = sum(number * mass_of(symbol) for symbol, number in numbers.items())
        return float(mass / self.volume * DALTON_PER_CUBIC_ANGSTROM)

    def to_ase(self) -> Any:
        """Return the atoms as an ``ase.Atoms``; deuterium is hydrogen of the mass 2.014 there."""
        symbols = ["H" if symbol in ("D", "T") else symbol for symbol in self.elements]
        masses = [mass_of(symbol) if symbol in ("D", "T") else None for symbol in self.elements]
        return import_module("ase").Atoms(
            symbols, scaled_positions=self.positions, cell=self.cell, pbc=True, masses=masses, charges=self.charges
        )

    def to_pymatgen(self) -> Any:
        """Return the atoms as a ``pymatgen.core.Structure``, with their labels.

        Raises
        ------
        MissingExtraError
            If pymatgen is not installed.
        """
        core = load_optional("pymatgen.core", "pymatgen")
        return core.Structure(self.cell, list(self.elements), self.positions, labels=list(self.labels))

    def packed(self) -> bytes:
        """Return elements, positions, cell and labels as compressed JSON; the same atoms give the same bytes."""
        kinds = sorted(set(self.elements))
        number = {symbol: place for place, symbol in enumerate(kinds)}
        # Decimal texts give back the same numbers, and those of a file have few digits: they shrink more than bits do.
        text = json_text(
            {
                "kinds": kinds,
                "elements": [number[symbol] for symbol in self.elements],
                "positions": np.asarray(self.positions, np.float64).ravel().tolist(),
                "cell": np.asarray(self.cell, np.float64).ravel().tolist(),
                "labels": list(self.labels),
            }
        )
        return zlib.compress(text.encode())

    @classmethod
    def unpacked(cls, packed: bytes) -> "Structure":
        """Read what :meth:`packed` wrote.

        Raises
        ------
        InputError
            If it is larger than :data:`LARGEST_UNPACKED`.
        zlib.error, ValueError, KeyError, IndexError, TypeError
            If it is something else.
        """
        opened = zlib.decompressobj()
        text = opened.decompress(packed, LARGEST_UNPACKED)
        if not opened.eof:
            raise InputError(f"packed atoms are cut off, or unpack to more than {LARGEST_UNPACKED} bytes")
        about = json.loads(text)
        return cls(
            tuple(about["kinds"][place] for place in about["elements"]),
            np.array(about["positions"], np.float64).reshape(-1, 3),
            np.array(about["cell"], np.float64).reshape(3, 3),
            tuple(about["labels"]),
        )

    def __repr__(self) -> str:
        return f"<Structure {self.name or self.formula}: {self.n_atoms} atoms, {self.volume:.0f} Å³>"
