"""Extended xyz (``.xyz``, ``.extxyz``), any number of frames; plain xyz where a comment line holds the cell."""

from io import StringIO

from carvsdb_ingest.readers.ase_atoms import structures_by_ase
from carvsdb_ingest.readers.text_file import TextFile
from carvsdb_ingest.structure import Structure


def read_xyz(file: TextFile) -> list[Structure]:
    """Read all frames.

    Raises
    ------
    InputError
        In one sentence, for whatever cannot be read and for frames without a cell.
    """
    from ase.io.extxyz import read_xyz as frames_of

    _check_numbers(file)
    text = file.text.rstrip()
    return structures_by_ase(file, "extended xyz", lambda: list(frames_of(StringIO(text + "\n"), slice(None))))


def _check_numbers(file: TextFile) -> None:
    """Say with its line where a frame has other than the atoms that it declares."""
    lines = file.lines
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
        at += 2 + number
