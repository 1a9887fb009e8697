"""What a reader gives: nets, or frames of atoms; and the options of reading a file."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from carvsdb.atoms.cell import cell_of_parameters
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb.net import Net
from carvsdb_ingest.files.text_file import TextFile

KINDS = ("crystalline", "amorphous", "generated")

Frames = list[Structure | InputError]
"""The frames of a file in their order; for one that cannot be read, why."""


def usable(frames: Sequence[Structure | InputError]) -> Frames:
    """Return the frames if there is one that can be read.

    Raises
    ------
    InputError
        The first error, if there is none: then the file is to blame.
    """
    errors = [frame for frame in frames if isinstance(frame, InputError)]
    if errors and len(errors) == len(frames):
        raise errors[0]
    return list(frames)


def open_directions(
    file: TextFile, line: int, closed: Sequence[bool], said: str
) -> tuple[tuple[str, ...], tuple[InputError, ...]]:
    """Return the quality and the obstacles of a structure whose file says which directions repeat.

    A net needs three: all are taken to repeat, and that is said; a refinement refuses. Anything but three flags says
    nothing.
    """
    sentences = open_sentences(closed)
    if not sentences:
        return (), ()
    return sentences, (file.error(line, f"the cell is not periodic in all directions ({said})"),)


def open_sentences(closed: Sequence[bool]) -> tuple[str, ...]:
    """Say which of three directions do not repeat by the file, if any; anything but three flags says nothing."""
    if all(closed) or len(closed) != 3:
        return ()
    names = ", ".join(name for name, periodic in zip("abc", closed, strict=True) if not periodic)
    return (f"the file says that it does not repeat along {names}; all three directions are taken to repeat",)


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How to read a file.

    Attributes
    ----------
    node_types : tuple of int, or None
        LAMMPS atom types that are nodes; None lets the reader decide.
    linker_types : tuple of int, or None
        LAMMPS atom types that are linkers; None lets the reader decide. If only one of the two is given,
        all other types are of the other sort.
    tolerance : float
        How far an edge end may be from its atom, and images of one atom from each other, in Å.
    strict : bool
        Raise where a declared degree does not match, instead of saying so in `NetItem.quality`.
    elements : tuple of (int, str)
        The element of each LAMMPS atom type; empty lets names and masses in the file decide.
    cell : tuple of float
        Lengths (Å) and angles (degrees) of the cell of xyz frames that say none; empty refuses these.
    """

    node_types: tuple[int, ...] | None = None
    linker_types: tuple[int, ...] | None = None
    tolerance: float = 0.05
    strict: bool = False
    elements: tuple[tuple[int, str], ...] = ()
    cell: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.cell:
            if len(self.cell) not in (3, 6):
                raise InputError(f"a cell has three lengths, or six lengths and angles, got {len(self.cell)} numbers")
            cell_of_parameters([*self.cell, 90.0, 90.0, 90.0][:6])
        if not (math.isfinite(self.tolerance) and self.tolerance > 0):
            raise InputError(f"tolerance must be a positive number of Å, got {self.tolerance}")


@dataclass(frozen=True, slots=True)
class FoundNet:
    """What the reader of one format knows about a net; the rest of a `NetItem` belongs to the file."""

    net: Net
    line: int
    bond_rule: str
    parameters: dict[str, object]
    quality: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    kind: str | None = None
    provenance: dict[str, object] = field(default_factory=dict)
