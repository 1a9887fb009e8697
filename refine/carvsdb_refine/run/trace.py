"""The trace of a run: a line of numbers every so many moves."""

import csv
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError, RefusedError
from carvsdb.regular_file import read_bytes


@dataclass(frozen=True, slots=True)
class Trace:
    """A CSV file that grows with the run.

    Attributes
    ----------
    path : Path
        The file.
    columns : tuple of str
        Its header.

    Notes
    -----
    After a kill it may be ahead of the checkpoint; a resumed run cuts it back to where the checkpoint was. It holds
    no times, so that the same run writes the same bytes.
    """

    path: Path
    columns: tuple[str, ...]

    def begin(self) -> None:
        """Write the header of a new trace."""
        self._write("w", self.columns)

    def add(self, values: Sequence[float | int | None]) -> None:
        """Add a line, each number with all its digits; None is an empty field."""
        self._write("a", ["" if value is None else repr(value) for value in values])

    def seal(self) -> tuple[int, str]:
        """Return how many bytes are on the disk, and their SHA-256 in hex."""
        try:
            with self.path.open("rb") as file:
                os.fsync(file.fileno())
                content = file.read()
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", path=self.path) from error
        return len(content), hashlib.sha256(content).hexdigest()

    def cut(self, size: int, sha256: str) -> None:
        """Leave only the first `size` bytes.

        Raises
        ------
        InputError
            If they are not those of the seal: a part of the run is lost or changed.
        """
        _sealed_text(self.path, (size, sha256))
        os.truncate(self.path, size)

    def _write(self, mode: str, row: Sequence[str]) -> None:
        try:
            # A link planted under the name of the trace is not followed.
            with open(self.path, mode, encoding="utf-8", newline="", opener=_no_links) as file:
                csv.writer(file, lineterminator="\n").writerow(row)
        except OSError as error:
            raise RefusedError(
                f"cannot be written ({error.strerror or error})",
                item=str(self.path),
                hint="make room and `carvsdb refine resume`",
            ) from error


def read_trace(
    path: Path, sealed: tuple[int, str] | None = None, beyond: bool = False
) -> dict[str, NDArray[np.float64]]:
    """Return the columns of a trace by name; empty fields are NaN.

    Parameters
    ----------
    path : Path
        The file.
    sealed : tuple of int and str, optional
        Number and SHA-256 of the bytes that a checkpoint vouches for; without it the file is taken as it is.
    beyond : bool
        Whether to read on behind these bytes, as of a run that is ahead of its checkpoint.

    Raises
    ------
    InputError
        If it is missing, no trace, or not the one that was sealed.
    """
    text = _sealed_text(path, sealed, beyond)
    try:
        header, *rows = list(csv.reader(text.splitlines()))
        # The last line of a run that goes on may be half there.
        table = np.array([[float(word or "nan") for word in row] for row in rows if len(row) == len(header)])
    except (ValueError, csv.Error) as error:
        raise InputError(f"cannot be read as a trace ({error})", path=path) from error
    columns = dict(zip(header, table.reshape(len(table), len(header)).T, strict=True))
    kinds = [name.removeprefix("tried_") for name in header if name.startswith("tried_")]
    expected = {"moves", "temperature", "chi2", "energy_per_atom", *(f"accepted_{kind}" for kind in kinds)}
    if len(columns) < len(header) or not expected <= set(header) or not len(table):
        raise InputError(
            "is no trace: expected a header with moves, temperature, chi2 and so on, and a line", path=path
        )
    for name in ("moves", "temperature", *(f"{what}_{kind}" for kind in kinds for what in ("tried", "accepted"))):
        if not (np.isfinite(columns[name]).all() and (columns[name] >= 0).all()):
            raise InputError(f"is no trace: {name} must be 0 or more on each line", path=path)
    return columns


def _sealed_text(path: Path, sealed: tuple[int, str] | None, beyond: bool = False) -> str:
    try:
        content = read_bytes(path)
    except InputError as error:
        raise InputError(f"cannot be read as a trace ({error.message})", path=path) from error
    size, sha256 = sealed or (len(content), "")
    if len(content) < size:
        raise InputError(f"has {len(content)} bytes, but the checkpoint was made after {size}", path=path)
    if sealed and hashlib.sha256(content[:size]).hexdigest() != sha256:
        raise InputError("is not the trace that the checkpoint was made with: its checksum is another one", path=path)
    return (content if beyond else content[:size]).decode("utf-8", "replace")


def _no_links(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)
