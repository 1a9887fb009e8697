"""Columns of numbers as CSV, each with its unit in the header, and the names of such files in the folder of a run."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import write_text
from carvsdb.errors import InputError, RefusedError
from carvsdb.escaping import csv_text
from carvsdb.regular_file import open_regular

Floats = NDArray[np.float64]

CURVES, PARTIALS = "curves.csv", "partials.csv"
# By which files of ours are known.
_BEGINNINGS = ("Q_1 (Å⁻¹),", "r_1 (Å),", "r (Å),", "Q (Å⁻¹),", "angle (°),")


def is_own(path: Path) -> bool:
    """Return whether a place is free, or holds a file that a refinement wrote."""
    if path.is_symlink():
        return False
    if not path.exists():
        return True
    try:
        with open_regular(path) as file:
            return file.read(40).decode("utf-8", "replace").startswith(_BEGINNINGS)
    except (InputError, OSError):
        return False


def check_own_columns(path: Path) -> None:
    """Refuse to overwrite what is not one of ours.

    Raises
    ------
    RefusedError
        If a file stands there that no refinement made.
    """
    if not is_own(path):
        raise RefusedError("stands there already, and no refinement made it: it is not overwritten", item=str(path))


def write_columns(path: Path, columns: Mapping[str, Floats]) -> None:
    """Write columns as `csv_of` does.

    Raises
    ------
    RefusedError
        If a file stands there that is not one of ours, or it cannot be written.
    """
    check_own_columns(path)
    write_text(path, csv_of(columns))


def csv_of(columns: Mapping[str, Floats]) -> str:
    """Return columns, which may differ in length, as CSV with twelve digits.

    Examples
    --------
    >>> print(csv_of({"r (Å)": np.array([0.5, 1.5]), "g (1)": np.array([0.25])}), end="")
    r (Å),g (1)
    0.5,0.25
    1.5,
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(csv_text(name) for name in columns)
    height = max((len(column) for column in columns.values()), default=0)
    cells = [[f"{value:.12g}" for value in column] + [""] * (height - len(column)) for column in columns.values()]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()
