"""Measured curves from text files: two columns, or three with errors."""

import re
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_refine.scattering.data_set import DataSet
from carvsdb_refine.scattering.functions import Q_FUNCTIONS

UNITS = ("1/Å", "1/nm")
# Total scattering starts below the first and ends below the second of these (Å⁻¹); ten times as much is 1/nm.
_LATEST_START = 3.0
_LATEST_END = {"neutron": 80.0, "xray": 45.0}
_BETWEEN = re.compile(r"[\s,;]+")


def read_data(
    path: str | Path,
    kind: str,
    function: str = "F(Q)",
    *,
    q_unit: str | None = None,
    sigma: float | None = None,
    fit_range: tuple[float, float] = (0.0, inf),
    weight: float = 1.0,
    scale: float | None = 1.0,
    scale_bounds: tuple[float, float] = (0.0, inf),
    offset: float | None = 0.0,
) -> DataSet:
    """Read a measured curve: Q or r, the value, and an error where there is a third column.

    Parameters
    ----------
    path : str or Path
        Numbers between blanks, tabs, commas or semicolons; what follows ``#`` is left out.
    kind : str
        ``neutron`` or ``xray``.
    function : str
        What the second column is; see `Normalisation`.
    q_unit : str, optional
        ``1/Å`` or ``1/nm``. By default 1/Å, and a range that can only be 1/nm is refused.
    sigma : float, optional
        One error for all points, in place of the third column.
    fit_range, weight, scale, scale_bounds, offset
        As in `DataSet`.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be used.
    """
    if q_unit is not None and q_unit not in UNITS:
        raise InputError(f"there is no unit of Q {q_unit!r}; expected one of {', '.join(UNITS)}")
    file = TextFile.load(path)
    table, lines = _table(file)
    axis = "Q" if function in Q_FUNCTIONS else "r"
    _check_axis(file, table[:, 0], lines, axis)
    if axis == "Q":
        _check_unit(file, table[:, 0], kind, q_unit)
    errors: NDArray[np.float64] | float | None = sigma
    if sigma is None and table.shape[1] == 3:
        errors = table[:, 2]
        for error, line in zip(errors.tolist(), lines, strict=True):
            if error <= 0:
                raise file.error(line, f"an error must be above 0, got {error:g}")
    return DataSet(
        kind,
        function,
        table[:, 0] / (10 if axis == "Q" and q_unit == "1/nm" else 1),
        table[:, 1],
        errors,
        fit_range,
        weight,
        scale,
        scale_bounds,
        offset,
        file.path,
        file.sha256,
    )


def _table(file: TextFile) -> tuple[NDArray[np.float64], list[int]]:
    """Return the numbers, and the line of each row."""
    rows: list[list[float]] = []
    lines: list[int] = []
    for number, text in enumerate(file.lines, 1):
        content = text.partition("#")[0].strip()
        if not content:
            continue
        words = _BETWEEN.split(content)
        if len(words) not in (2, 3) or (rows and len(words) != len(rows[0])):
            expected = f"{len(rows[0])} columns as above" if rows else "2 columns, or 3 with errors"
            raise file.error(number, f"expected {expected}, got {len(words)}: {shown(content)}")
        rows.append(file.numbers(words, number, "each column of a curve", 1e9))
        lines.append(number)
    if len(rows) < 2:
        raise file.error(len(file.lines), f"a curve needs at least 2 points, got {len(rows)}")
    return np.array(rows), lines


def _check_axis(file: TextFile, x: NDArray[np.float64], lines: list[int], axis: str) -> None:
    if x[0] <= 0:
        raise file.error(lines[0], f"{axis} must be above 0, got {x[0]:g}")
    wrong = np.flatnonzero(np.diff(x) <= 0)
    if len(wrong):
        first = wrong[0]
        raise file.error(lines[first + 1], f"{axis} must ascend, got {x[first + 1]:g} after {x[first]:g}")


def _check_unit(file: TextFile, q: NDArray[np.float64], kind: str, q_unit: str | None) -> None:
    if q_unit is None and (q[0] >= _LATEST_START or q[-1] > _LATEST_END.get(kind, inf)):
        raise InputError(
            f"Q from {q[0]:g} to {q[-1]:g} looks like 1/nm, not 1/Å",
            path=file.path,
            hint="say which: the unit of Q is 1/nm or 1/Å",
        )
