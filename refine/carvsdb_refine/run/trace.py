"""The trace of a run: a line of numbers every so many moves."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError


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

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        try:
            with self.path.open("rb") as file:
                os.fsync(file.fileno())
                return os.fstat(file.fileno()).st_size
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", path=self.path) from error

    def cut(self, size: int) -> None:
        """Leave only the first `size` bytes.

        Raises
        ------
        InputError
            If it is shorter than that: a part of the run is lost.
        """
        if self.size < size:
            raise InputError(f"has {self.size} bytes, but the checkpoint was made after {size}", path=self.path)
        os.truncate(self.path, size)

    def _write(self, mode: str, row: Sequence[str]) -> None:
        try:
            with self.path.open(mode, encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerow(row)
        except OSError as error:
            raise InputError(
                f"cannot be written ({error.strerror or error})",
                path=self.path,
                hint="make room and `carvsdb refine resume`",
            ) from error


def read_trace(path: Path) -> dict[str, NDArray[np.float64]]:
    """Return the columns of a trace by name; empty fields are NaN.

    Raises
    ------
    InputError
        If it is missing or no trace.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        # The last line of a killed run may be half there.
        table = [[float(word or "nan") for word in row] for row in rows if len(row) == len(header)]
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read as a trace ({error})", path=path) from error
    columns = np.array(table).reshape(len(table), len(header)).T
    return dict(zip(header, columns, strict=True))
