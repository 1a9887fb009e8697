"""The simulation cell: atoms with periodic boundary conditions, as a refinement moves them.

A `Structure` holds fractional coordinates, labels, listed bonds and doubts: what nets are found from. A refinement
moves atoms in Å, millions of times, and its files must give coordinates back to the last bit: hence a class of its own,
whose arrays are checked and Cartesian. `AtomicModel.of` and `AtomicModel.structure` lead from one to the other.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import check_volume, heights_of_cell
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError

# How a model is shared out in memory: name -> type, columns (0 for none), may it be missing?
_ARRAYS: dict[str, tuple[type, int, bool]] = {
    "positions": (np.float64, 3, False),
    "atom_ids": (np.int64, 0, True),
    "molecule_ids": (np.int64, 0, True),
    "images": (np.int64, 3, True),
    "charges": (np.float64, 0, True),
}


@dataclass(frozen=True, eq=False)
class AtomicModel:
    """Atoms in a periodic cell.

    Attributes
    ----------
    elements : tuple of str
        Chemical symbol of each atom; ``D`` is deuterium.
    positions : ndarray of float64, shape (n, 3)
        Cartesian, in Å, as the file has them: they need not lie inside the cell.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    origin : ndarray of float64, shape (3,)
        The corner of the cell, in Å. It matters to files only.
    atom_ids : ndarray of int64, shape (n,)
        The file's numbers of the atoms; 1 to n where it has none.
    molecule_ids : ndarray of int64, shape (n,), or None
        The file's molecule of each atom; 0 where it belongs to none.
    images : ndarray of int64, shape (n, 3), or None
        Image flags: the unwrapped position is ``positions + images @ cell``.
    charges : ndarray of float64, shape (n,), or None
        In units of the elementary charge.
    quality : tuple of str
        Sentences about what is doubtful in the file that the model came from.

    Raises
    ------
    InputError
        If shapes disagree, a number is not finite, an atom is numbered twice or the cell has no volume.

    Notes
    -----
    The arrays are copies that cannot be written to; :meth:`moved_to` returns a model with other positions.

    Examples
    --------
    >>> AtomicModel(("Si", "Si"), [[0, 0, 0], [1.3575, 1.3575, 1.3575]], np.eye(3) * 5.43)
    AtomicModel(Si2, cell 5.43 x 5.43 x 5.43 Å, 0.01249 atoms/Å³)
    """

    elements: tuple[str, ...]
    positions: NDArray[np.float64]
    cell: NDArray[np.float64]
    # None stands for the usual ones until they are made, so that whoever reads them need not ask.
    origin: NDArray[np.float64] = None  # type: ignore[assignment]
    atom_ids: NDArray[np.int64] = None  # type: ignore[assignment]
    molecule_ids: NDArray[np.int64] | None = None
    images: NDArray[np.int64] | None = None
    charges: NDArray[np.float64] | None = None
    quality: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        elements = tuple(map(str, self.elements))
        object.__setattr__(self, "elements", elements)
        if not elements:
            raise InputError("a model needs at least one atom, got none")
        if self.atom_ids is None:
            object.__setattr__(self, "atom_ids", np.arange(1, len(elements) + 1))
        for name, (kind, columns, optional) in _ARRAYS.items():
            value = getattr(self, name)
            if value is not None or not optional:
                shape = (len(elements), columns) if columns else (len(elements),)
                object.__setattr__(self, name, _array(value, kind, shape, name))
        object.__setattr__(self, "cell", _array(self.cell, np.float64, (3, 3), "cell"))
        origin = np.zeros(3) if self.origin is None else self.origin
        object.__setattr__(self, "origin", _array(origin, np.float64, (3,), "origin"))
        check_volume(self.cell)
        ids, times = np.unique(self.atom_ids, return_counts=True)
        if times.max() > 1:
            raise InputError(f"atom {ids[times.argmax()]} is given twice")

    def __repr__(self) -> str:
        amounts = "".join(f"{symbol}{count}" for symbol, count in zip(self.species, self.counts, strict=True))
        lengths = " x ".join(f"{length:.6g}" for length in np.linalg.norm(self.cell, axis=1))
        return f"AtomicModel({amounts}, cell {lengths} Å, {self.number_density:.4g} atoms/Å³)"

    @classmethod
    def of(cls, structure: Structure) -> "AtomicModel":
        """Return the atoms of a structure, with the coordinates of its file where that has Cartesian ones.

        Raises
        ------
        InputError
            If these are no whole atoms in a periodic cell (`Structure.obstacles`).
        """
        if structure.obstacles:
            raise structure.obstacles[0]
        cartesian = structure.cartesian
        return cls(
            structure.elements,
            structure.positions @ structure.cell if cartesian is None else cartesian,
            structure.cell,
            origin=None if cartesian is None else structure.origin,  # type: ignore[arg-type]
            atom_ids=structure.atom_ids,  # type: ignore[arg-type]
            molecule_ids=structure.molecule_ids,
            images=structure.images,
            charges=structure.charges,
            quality=structure.quality,
        )

    def structure(self, name: str = "") -> Structure:
        """Return the model as a structure.

        Examples
        --------
        >>> AtomicModel(("Si",), [[1.0, 2.0, 3.0]], 4 * np.eye(3)).structure().positions.tolist()
        [[0.25, 0.5, 0.75]]
        """
        ids = self.atom_ids.tolist()
        return Structure.from_cartesian(
            self.elements,
            self.positions,
            self.cell,
            self.origin,
            labels=tuple(f"{symbol}{number}" for symbol, number in zip(self.elements, ids, strict=True)),
            molecule_ids=self.molecule_ids,
            name=name,
            atom_ids=self.atom_ids,
            images=self.images,
            charges=self.charges,
            quality=self.quality,
        )

    @property
    def n_atoms(self) -> int:
        """Number of atoms in the cell."""
        return len(self.elements)

    @cached_property
    def volume(self) -> float:
        """Volume of the cell in Å³."""
        return abs(float(np.linalg.det(self.cell)))

    @property
    def number_density(self) -> float:
        """Atoms per Å³ (``rho0``)."""
        return self.n_atoms / self.volume

    @cached_property
    def heights(self) -> NDArray[np.float64]:
        """Distances between opposite faces of the cell, in Å, shape (3,)."""
        return heights_of_cell(self.cell)

    @cached_property
    def species(self) -> tuple[str, ...]:
        """The elements that occur, in alphabetical order."""
        return tuple(sorted(set(self.elements)))

    @cached_property
    def atom_to_species(self) -> NDArray[np.int64]:
        """Index into :attr:`species` of each atom, shape (n,)."""
        number = {symbol: index for index, symbol in enumerate(self.species)}
        return np.array([number[symbol] for symbol in self.elements], np.int64)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Number of atoms of each species."""
        return np.bincount(self.atom_to_species, minlength=len(self.species))

    def moved_to(self, positions: NDArray[np.float64]) -> "AtomicModel":
        """Return the same atoms at other positions (Cartesian, Å)."""
        return replace(self, positions=positions)

    @property
    def is_in_standard_frame(self) -> bool:
        """Whether `a` lies along x and `b` in the xy plane, in a right-handed cell."""
        return not np.any(np.triu(self.cell, 1)) and bool((np.diag(self.cell) > 0).all())

    def in_standard_frame(self) -> "AtomicModel":
        """Return the model turned so that `a` lies along x and `b` in the xy plane, with a right-handed cell.

        A left-handed cell is mirrored: no distance changes. The origin becomes 0.
        """
        lower = np.linalg.cholesky(self.cell @ self.cell.T).astype(np.float64)
        fractions = (self.positions - self.origin) @ np.linalg.inv(self.cell)
        return replace(self, positions=fractions @ lower, cell=lower, origin=np.zeros(3))

    def equals(self, other: "AtomicModel") -> bool:
        """Return whether two models are the same to the last digit, atoms in the same order."""
        names = ("cell", "origin", *_ARRAYS)
        return self.elements == other.elements and all(
            _same(getattr(self, name), getattr(other, name)) for name in names
        )


def _array(value: Any, kind: type, shape: tuple[int, ...], name: str) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.array(value, kind)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be an array of numbers with shape {shape}") from error
    if array.shape != shape:
        raise InputError(f"{name} must have shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        raise InputError(f"{name} must be finite numbers, got {array[~np.isfinite(array)][0]}")
    array.flags.writeable = False
    return array


def _same(first: NDArray[Any] | None, second: NDArray[Any] | None) -> bool:
    if first is None or second is None:
        return first is second
    return np.array_equal(first, second)
