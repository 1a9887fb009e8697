"""Extended xyz (``.xyz``, ``.extxyz``), any number of frames; plain xyz whose comment lines hold the cell."""

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

from carvsdb.atoms.cell import cell_of_parameters
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.ase_atoms import structures_by_ase
from carvsdb_ingest.readers.frames import Frames

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
# "cell 10 10 10", "CELL{abcABC}: 10 10 10 90 90 90", or the numbers alone.
_CELL = re.compile(rf"\s*(?:#\s*)?(?:cell[^\s:=]*\s*[:=]?)?\s*((?:{_NUMBER}[\s,]+)*{_NUMBER})\s*", re.IGNORECASE)


def read_xyz(file: TextFile) -> Frames:
    """Read all frames; of a file that is cut off those before the cut.

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

    def reader(text: str) -> Callable[[], Any]:
        return lambda: next(frames_of(StringIO(text), 0))

    texts, cut = _frames(file)
    found = structures_by_ase(file, "extended xyz", [reader(text) for text in texts])
    return found if cut is None else [*found, cut]


def _frames(file: TextFile) -> tuple[list[str], InputError | None]:
    """Return the frames, with the cells of plain comment lines as lattices, and why there are no more of them."""
    lines, texts = file.lines, list[str]()
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    at = 0
    while at < last:
        try:
            number = _atoms_of_frame(file, at, last)
        except InputError as error:
            if not texts:
                raise
            return texts, error
        comment = _with_lattice(file, at + 2, lines[at + 1])
        texts.append("\n".join((lines[at], comment, *lines[at + 2 : at + 2 + number])) + "\n")
        at += 2 + number
    return texts, None


def _atoms_of_frame(file: TextFile, at: int, last: int) -> int:
    """Return how many atoms the frame has that begins at a line, if all of them are there."""
    number = file.whole(file.lines[at].strip(), at + 1, "the number of atoms (first line of a frame)")
    if number < 1:
        raise file.error(at + 1, f"a frame needs one atom or more, got {number}")
    if at + 2 + number > last:
        held = max(0, last - at - 2)
        raise file.error(at + 1, f"the frame declares {number} atoms, but there are {held} (is the file cut off?)")
    return number


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
