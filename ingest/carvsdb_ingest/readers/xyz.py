"""Extended xyz (``.xyz``, ``.extxyz``), any number of frames; plain xyz whose comment lines hold the cell."""

import re
from io import StringIO

from carvsdb_ingest.readers.ase_atoms import structures_by_ase
from carvsdb_ingest.readers.cell import cell_of_parameters
from carvsdb_ingest.readers.text_file import TextFile
from carvsdb_ingest.structure import Structure

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
# "cell 10 10 10", "CELL{abcABC}: 10 10 10 90 90 90", or the numbers alone.
_CELL = re.compile(rf"\s*(?:#\s*)?(?:cell[^\s:=]*\s*[:=]?)?\s*((?:{_NUMBER}[\s,]+)*{_NUMBER})\s*", re.IGNORECASE)


def read_xyz(file: TextFile) -> list[Structure]:
    """Read all frames.

    Raises
    ------
    InputError
        In one sentence, for whatever cannot be read and for frames without a cell.

    Notes
    -----
    A comment line without ``Lattice="..."`` may hold nothing but numbers (after the word ``cell`` if need be): three
    lengths, six lengths and angles, or the nine coordinates of the lattice vectors.
    """
    from ase.io.extxyz import read_xyz as frames_of

    lines = _with_lattices(file)
    text = "\n".join(lines).rstrip() + "\n"
    return structures_by_ase(file, "extended xyz", lambda: list(frames_of(StringIO(text), slice(None))))


def _with_lattices(file: TextFile) -> list[str]:
    """Return the lines with the cells of plain comment lines written as lattices.

    A frame with other than the atoms that it declares is an error, with its line.
    """
    lines = list(file.lines)
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    at = 0
    while at < last:
        number = file.whole(lines[at].strip(), at + 1, "the number of atoms (first line of a frame)")
        if number < 1:
            raise file.error(at + 1, f"a frame needs one atom or more, got {number}")
        if at + 2 + number > last:
            held = max(0, last - at - 2)
            raise file.error(at + 1, f"the frame declares {number} atoms, but there are {held} (is the file cut off?)")
        lines[at + 1] = _with_lattice(file, at + 2, lines[at + 1])
        at += 2 + number
    return lines


def _with_lattice(file: TextFile, line: int, comment: str) -> str:
    match = _CELL.fullmatch(comment) if len(comment) < 400 else None
    if match is None:
        return comment
    numbers = file.numbers(match[1].replace(",", " ").split(), line, "a number of the cell")
    if len(numbers) == 9:
        rows = numbers
    elif len(numbers) in (3, 6):
        rows = cell_of_parameters(numbers if len(numbers) == 6 else [*numbers, 90.0, 90.0, 90.0]).ravel().tolist()
    else:
        return comment
    lattice = " ".join(f"{value:.12g}" for value in rows)
    return f'Lattice="{lattice}" Properties=species:S:1:pos:R:3'
