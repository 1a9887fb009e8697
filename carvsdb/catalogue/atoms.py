"""The structure itself, as a catalogue keeps it: its atoms, compressed."""

import json
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_schemas.columns import json_text

LARGEST_UNPACKED = 2**28
"""Bytes of JSON that packed atoms may be: more than a million atoms have."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Atoms:
    """Atoms in a periodic cell.

    Attributes
    ----------
    elements : tuple of str
        Chemical symbol of each atom.
    positions : ndarray of float64, shape (n_atoms, 3)
        Fractional coordinates in `cell`.
    cell : ndarray of float64, shape (3, 3)
        Lattice vectors as rows, in Å.
    labels : tuple of str
        What the file calls each atom; empty if nothing.

    Examples
    --------
    >>> stored = Atoms(("Cs", "Cl"), np.array([[0, 0, 0], [0.5, 0.5, 0.5]]), 4.12 * np.eye(3)).packed()
    >>> Atoms.unpacked(stored).elements
    ('Cs', 'Cl')
    """

    elements: tuple[str, ...]
    positions: NDArray[np.float64]
    cell: NDArray[np.float64]
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.positions.shape != (len(self.elements), 3) or self.cell.shape != (3, 3):
            raise InputError(
                f"atoms need positions of the shape (atoms, 3) = {(len(self.elements), 3)} and a cell of the shape "
                f"(3, 3), got {self.positions.shape} and {self.cell.shape}"
            )
        if self.labels and len(self.labels) != len(self.elements):
            raise InputError(f"{len(self.elements)} atoms have {len(self.labels)} labels")

    def packed(self) -> bytes:
        """Return them as compressed JSON; the same atoms give the same bytes."""
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
    def unpacked(cls, packed: bytes) -> "Atoms":
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
        return f"<Atoms: {len(self.elements)}>"
