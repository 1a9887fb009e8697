"""Measured curves from text files: Q or r, the value, perhaps an error."""

import re
from collections.abc import Sequence
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_refine.scattering.curve_table import CurveTable, column_numbers, marks_of, read_table
from carvsdb_refine.scattering.data_set import DataSet
from carvsdb_refine.scattering.functions import Q_FUNCTIONS, check_function

Floats = NDArray[np.float64]
UNITS = ("1/Å", "1/nm")
# Total scattering starts below the first and ends below the second of these (Å⁻¹); ten times as much is 1/nm.
_LATEST_START = 3.0
_LATEST_END = {"neutron": 80.0, "xray": 45.0}
_PER_NANOMETRE = re.compile(
    r"nm\s*(?:\^|\*\*)?\s*\{?\(?[-\N{MINUS SIGN}\N{SUPERSCRIPT MINUS}]|1\s*/\s*nm|/\s*nm", re.IGNORECASE
)
_ERROR_OF_X = re.compile(r"(?:d|delta|sigma|sig|err|error|e|res|resolution)[\s_(]*[qrx]\b.*|resolution", re.IGNORECASE)
# Angles, times of flight, spacings and wavelengths are no Q and no r.
_OTHER_AXIS = re.compile(
    r"(2|two)?[\s_-]*(theta|\N{GREEK SMALL LETTER THETA})|2th|tth|tof\b|d[\s_-]?spac|wavelength|lambda", re.IGNORECASE
)
_SHORT = re.compile(r"\b(nm|nanomet(?:re|er)s?|pm|picomet(?:re|er)s?)\b", re.IGNORECASE)
_CALCULATED = re.compile(
    r".*(?:calc|weight|fit|model|diff|sim|resid|back|bkg|obs).*"
    r"|(?!.*(?:err|sig|unc|std|dev|esd)).*(?:exp|meas|rmc).*",
    re.IGNORECASE,
)
# A curve that a program calculated, as RMCProfile's own output has it before the measured one.
_OF_A_MODEL = re.compile(r".*(?:calc|rmc|model|simul).*", re.IGNORECASE)
# What PDFgetX3 and its relatives call their columns -> the function that it is.
_BY_NAME = (
    (
        re.compile(r"F\s*\(?\s*\$?\\?A*A?\^?\{?-1.*|F\(\s*1/A.*", re.IGNORECASE),
        "Q[S(Q)-1]",
        "F in Å⁻¹, which is Q[S(Q)-1]",
    ),
    (re.compile(r"G\s*\(?\s*\$?\\?A*A?\^?\{?-2.*|G\(\s*1/A\^?2.*", re.IGNORECASE), "PDF", "G in Å⁻², which is the PDF"),
)
_OUTPUT_TYPE = re.compile(r"^\s*#?\s*outputtypes?\s*=\s*(gr|fq|sq|iq)\s*$", re.IGNORECASE)
_OF_OUTPUT = {
    "gr": ("PDF", "a G(r) in Å⁻², which is the PDF"),
    "fq": ("Q[S(Q)-1]", "an F in Å⁻¹, which is Q[S(Q)-1]"),
    "sq": ("S(Q)", "S(Q)"),
}


class OpenColumnsError(InputError):
    """A file leaves open which of its columns are the value and its error."""


def read_data(
    path: str | Path,
    kind: str,
    function: str = "F(Q)",
    *,
    q_unit: str | None = None,
    columns: Sequence[int] | None = None,
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
        Numbers between blanks, tabs, commas or semicolons, below whatever header RMCProfile, PDFgetX3, PDFgetN,
        PDFgui, Mantid, Gudrun, GSAS-II or a spreadsheet writes; what follows ``#`` is left out.
    kind : str
        ``neutron`` or ``xray``.
    function : str
        What the second column is; see `Normalisation`.
    q_unit : str, optional
        ``1/Å`` or ``1/nm``. By default what the header says, else 1/Å, and a range that can only be 1/nm is refused.
    columns : sequence of int, optional
        Which columns are x, the value and the error, counted from 1. By default the first two and, of three, the
        third; of four the one that the header calls an error.
    sigma : float, optional
        One error for all points, in place of the third column.
    fit_range, weight, scale, scale_bounds, offset
        As in `DataSet`.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be used.

    Notes
    -----
    A row at Q or r = 0, rows without a value at either end, and rows at either end whose value and error are both 0
    (no detector there) are left out, and `DataSet.notes` says so.
    """
    if q_unit is not None and q_unit not in UNITS:
        raise InputError(f"there is no unit of Q {q_unit!r}; expected one of {', '.join(UNITS)}")
    check_function(function)
    file = TextFile.load(path, latin1=True)
    table = read_table(file)
    if any(text.strip().lower() == "loop_" for text in table.header):
        raise InputError("is a CIF; expected columns of Q or r and the curve alone", path=file.path)
    notes = list(table.notes)
    axis = "Q" if function in Q_FUNCTIONS else "r"
    chosen = _columns(table, columns, sigma is None, notes)
    values, lines = _rows(table, chosen, axis, notes)
    q_unit = _check_axis_unit(table, axis, q_unit, notes)
    if axis == "Q":
        _check_unit(file, values[:, 0], kind, q_unit)
    _check_function(table, chosen, function, notes)
    errors: Floats | float | None = sigma
    if sigma is None and values.shape[1] == 3:
        errors = _errors(file, values[:, 2], lines, notes)
    return DataSet(
        kind,
        function,
        values[:, 0] / (10 if axis == "Q" and q_unit == "1/nm" else 1),
        values[:, 1],
        errors,
        fit_range,
        weight,
        scale,
        scale_bounds,
        offset,
        file.path,
        file.sha256,
        tuple(notes),
    )


def _columns(table: CurveTable, asked: Sequence[int] | None, with_errors: bool, notes: list[str]) -> list[int]:
    """Return the columns of x, the value and perhaps the error, from 0."""
    if asked is not None:
        return column_numbers(list(asked), table)[: 3 if with_errors else 2]
    n_columns = table.values.shape[1]
    rest = list(range(2, n_columns))
    hint = "say which: columns = [1, 2] or [1, 2, 3] in [[data]], with x, the value and its error"
    if n_columns > 4:
        raise OpenColumnsError(
            f"expected 2 to 4 columns, got {n_columns}", path=table.file.path, line=table.lines[0], hint=hint
        )
    names = table.names
    if names and rest and _OF_A_MODEL.fullmatch(names[1]):
        message = f"column 2 is called {shown(names[1])}: is it a calculated curve?"
        raise OpenColumnsError(message, path=table.file.path, hint=hint)
    if not rest or not with_errors:
        return [0, 1]
    kept = [column for column in rest if not (names and _ERROR_OF_X.fullmatch(names[column]))]
    measured = [column for column in kept if not (names and _CALCULATED.fullmatch(names[column]))]
    # A column that is 0 throughout holds nothing: the errors of r of PDFgetN and PDFgui.
    filled = [column for column in measured if np.nan_to_num(table.values[:, column]).any()]
    for column in rest:
        if column not in filled:
            what = f"{names[column]!r}" if names else "0 throughout"
            notes.append(f"column {column + 1} ({what}) is no error of the curve and is left out")
    if len(filled) > 1:
        message = f"columns {filled[0] + 1} and {filled[1] + 1} could both be errors"
        raise OpenColumnsError(message, path=table.file.path, line=table.lines[0], hint=hint)
    return [0, 1, *filled]


def _rows(table: CurveTable, columns: list[int], axis: str, notes: list[str]) -> tuple[Floats, list[int]]:
    """Return the rows that hold a point, and their lines."""
    values, lines = table.values[:, columns], list(table.lines)
    marked = marks_of(values[:, 1])
    said = " (" + ", ".join(f"{mark:g}" for mark in np.unique(values[marked, 1])) + ")" if marked.any() else ""
    values[marked, 1] = np.nan
    empty = np.asarray(np.isnan(values[:, :2]).any(axis=1), bool)
    if len(columns) == 3:
        errors = np.nan_to_num(values[:, 2])
        empty = empty | ((values[:, 1] == 0) & (errors == 0) & bool(errors.any()))
    if empty.all():
        raise InputError("no row has a value", path=table.file.path)
    first, last = int(np.argmin(empty)), len(empty) - int(np.argmin(empty[::-1]))
    for where, cut in (("first", lines[:first]), ("last", lines[last:])):
        if cut:
            notes.append(
                f"the {where} {_rows_word(len(cut))} without a value{said} (line {cut[0]} to {cut[-1]}) are left out"
            )
    inside = np.isnan(values[first:last, :2]).any(axis=1)
    if inside.any():
        wrong = first + int(np.argmax(inside))
        message = f"each column of a curve must be a finite number, got none{said} between points that have a value"
        raise table.file.error(lines[wrong], f"{message}; cut the file there, or fill the gap")
    values, lines = values[first:last], lines[first:last]
    if len(values) > 1 and (np.diff(values[:, 0]) < 0).all():
        values, lines = values[::-1], lines[::-1]
        notes.append(f"{axis} descends in the file; the curve is read from its end")
    if values[0, 0] == 0:
        notes.append(f"the point at {axis} = 0 (line {lines[0]}) is left out")
        values, lines = values[1:], lines[1:]
    if len(values) < 2:
        raise table.file.error(lines[-1] if lines else 1, f"a curve needs at least 2 points, got {len(values)}")
    _check_axis(table.file, values[:, 0], lines, axis)
    return np.ascontiguousarray(values), lines


def _rows_word(number: int) -> str:
    return "row" if number == 1 else f"{number} rows"


def _check_axis(file: TextFile, x: Floats, lines: list[int], axis: str) -> None:
    if x[0] <= 0:
        raise file.error(lines[0], f"{axis} must be above 0, got {x[0]:g}")
    wrong = np.flatnonzero(np.diff(x) <= 0)
    if len(wrong):
        first = wrong[0]
        starts_again = x[first + 1] < x[0] + (x[first] - x[0]) / 2
        several = " (several banks or curves? expected one a file)" if starts_again else ""
        raise file.error(lines[first + 1], f"{axis} must ascend, got {x[first + 1]:g} after {x[first]:g}{several}")


def _errors(file: TextFile, errors: Floats, lines: list[int], notes: list[str]) -> Floats | None:
    if not np.nan_to_num(errors).any():
        notes.append("the third column is 0 throughout: the points have no errors")
        return None
    for error, line in zip(errors.tolist(), lines, strict=True):
        if not error > 0:
            raise file.error(
                line,
                f"an error must be above 0, got {error:g}; correct or leave out the point, or give one error for all "
                "points: sigma in [[data]]",
            )
    return errors


def _check_axis_unit(table: CurveTable, axis: str, q_unit: str | None, notes: list[str]) -> str | None:
    """Return the unit of Q, given or as the header says."""
    names = _labels_of_x(table)
    if other := next((name for name in names if _OTHER_AXIS.match(name)), None):
        raise InputError(f"the first column is {shown(other)}; expected {axis}", path=table.file.path)
    said = next((name for name in names if re.search(r"\bq(?:\b|_)", name, re.IGNORECASE)), "")
    if axis == "r":
        found = next(filter(None, map(_SHORT.search, names)), None)
        if found is not None:
            unit = "pm" if found[1].lower().startswith("p") else "nm"
            raise InputError(
                f"the header gives r in {unit} ({shown(found.string)}); expected Å",
                path=table.file.path,
                hint=f"{'divide r by 100' if unit == 'pm' else 'multiply r by 10'}",
            )
        return q_unit
    if q_unit is None and _PER_NANOMETRE.search(said):
        notes.append("Q is in 1/nm, as the header says; it is divided by 10")
        return "1/nm"
    return q_unit


def _labels_of_x(table: CurveTable) -> list[str]:
    """Return what the header may call the first column: its name, or, without names, any line that says what x is."""
    if _is_fit2d(table):
        return [table.header[-3].strip()]
    if table.names:
        return [table.names[0]]
    return [text for text in table.header if re.search(r"\bq\b", text, re.IGNORECASE)]


def _is_fit2d(table: CurveTable) -> bool:
    """Tell whether the header is that of Fit2D's .chi files: title, x axis, y axis, number of points."""
    filled = [text.strip() for text in table.header if text.strip()]
    return len(filled) == 4 == len(table.header) and filled[3].split()[0] == str(len(table.lines))


def _check_unit(file: TextFile, q: Floats, kind: str, q_unit: str | None) -> None:
    if q_unit is None and (q[0] >= _LATEST_START or q[-1] > _LATEST_END.get(kind, inf)):
        raise InputError(
            f"Q from {q[0]:g} to {q[-1]:g} looks like 1/nm, not 1/Å",
            path=file.path,
            hint="say which: the unit of Q is 1/nm or 1/Å",
        )


def _check_function(table: CurveTable, columns: list[int], function: str, notes: list[str]) -> None:
    """Hold the function against what the header says that it is."""
    found = ""
    for text in table.header:
        said = _OUTPUT_TYPE.match(text)
        if said and said[1].lower() == "iq":
            raise InputError(f"holds intensities (outputtype = iq), no {function}", path=table.file.path)
        if said and _OF_OUTPUT[said[1].lower()][0] != function:
            found = _OF_OUTPUT[said[1].lower()][1]
    if table.names:
        for pattern, meant, words in _BY_NAME:
            if pattern.match(table.names[columns[1]]) and meant != function:
                found = words
    if found:
        notes.append(f"the header says that the curve is {found}; it is taken for {function}, as it was said")
