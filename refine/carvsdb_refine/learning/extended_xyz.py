"""Frames of extended xyz as ASE reads them, with all that they are labelled by."""

import warnings
from io import StringIO
from typing import Any

from carvsdb.errors import InputError, cause_of
from carvsdb_ingest.files.text_file import TextFile

_OTHERS = "data sets are read as extended xyz: of others write one with ASE"


def ase_frames(file: TextFile) -> list[Any]:
    """Return the frames of a file as ASE's atoms.

    Raises
    ------
    InputError
        If a frame says more atoms than lines follow, or ASE cannot read it.
    """
    from ase.io.extxyz import read_extxyz

    _look_at_counts(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Empty lines at the end would be a frame.
            return list(read_extxyz(StringIO(file.text.rstrip() + "\n"), index=slice(None)))
    except Exception as error:  # whatever a reader of others raises
        raise InputError(f"cannot be read as extended xyz ({cause_of(error)})", path=file.path, hint=_OTHERS) from error


def _look_at_counts(file: TextFile) -> None:
    """Refuse a count of atoms that is none, or beyond the end: ASE would count that many lines, for hours."""
    lines = file.lines
    n_lines = len(lines)
    while n_lines and not lines[n_lines - 1].strip():
        n_lines -= 1
    line = 0
    while line < n_lines:
        word = lines[line].strip()
        if word.startswith("VEC"):  # a line of an older format, after the atoms
            line += 1
            continue
        if not word.isdecimal() or len(word) > 10:
            raise InputError("expected the number of atoms of a frame", path=file.path, line=line + 1, hint=_OTHERS)
        n_left = n_lines - line - 2
        if int(word) > n_left:
            raise InputError(
                f"a frame of {word} atoms begins here, of which {max(n_left, 0)} lines follow: the file is cut, or the "
                "count is wrong",
                path=file.path,
                line=line + 1,
            )
        line += int(word) + 2
