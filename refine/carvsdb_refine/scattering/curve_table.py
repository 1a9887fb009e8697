"""The table of numbers in a file of a measured curve, whichever program wrote it.

What programs put above the numbers differs: RMCProfile a count and a title, PDFgetX3 and PDFgui an ini-file and a
``#L`` line with the names of the columns, PDFgetN and Gudrun lines with ``#``, Mantid the number of a spectrum,
GSAS-II and spreadsheets a row of names. What they put between the numbers differs too: blanks, tabs, commas,
semicolons, and in some countries decimal commas.
"""

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown

LARGEST = 1e9
_COMMENT = re.compile(r"(?:^|\s)[#!%].*$|^\s*(?://|;|\*(?!\*)).*$")
_BETWEEN = re.compile(r"[\s,;]+")
_BETWEEN_DECIMAL_COMMAS = re.compile(r"[\s;]+")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eEdD][+-]?[0-9]+)?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eEdD][+-]?[0-9]+)?")
_NO_VALUE = re.compile(
    r"[+-]?(?:nan(?:\(\w*\))?|inf(?:inity)?|1\.#(?:qnan|ind|snan|inf)\d*)|--|\*{2,}|masked|null|n/?a", re.IGNORECASE
)
# Fortran's columns have a fixed width: a minus may stand right behind the number before, and of an exponent of three
# digits the E is left out.
_GLUED = re.compile(r"(?<=[0-9.])(?=[+-])")
_WITHOUT_E = re.compile(r"([+-]?[0-9]*\.[0-9]+)([+-][0-9]{3})")
# A value with its error in units of the last digit: 0.9589(12), 1.234(5)E-02.
_BRACKETS = re.compile(r"([+-]?[0-9]*[.,]?[0-9]+)\(([0-9]{1,9})\)((?:[eE][+-]?[0-9]+)?)(?=[\s,;]|$)")
_THOUSANDS = re.compile(r"[0-9],[0-9]{3}[,.\"']")
# What stands for no value in files of numbers alone; and what is larger than any value of a curve.
_MARKS = (99.0, 999.0, 9999.0, 99999.0, 999999.0)
_NO_NUMBER = 1e20
_MUCH_LARGER = 20.0
_SECOND = re.compile(r"(?:&|bank|scan|spectrum|data\s*set)(?:\s|$)", re.IGNORECASE)
_SET_END = re.compile(r"&|end(?:data|file)?\.?|eof", re.IGNORECASE)
# Commands of Igor, which follow the END of its waves.
_AFTER_END = re.compile(r"X\s+[A-Z].*")
_NAMES_LINE = re.compile(r"^\s*#\s*L\s+(.*)$")
_COUNT = re.compile(r"\s*[0-9]{1,9}\s*")


@dataclass(frozen=True, slots=True, eq=False)
class CurveTable:
    """The numbers of a file, and what stands above them.

    Attributes
    ----------
    file : TextFile
    header : tuple of str
        The lines above the first row, comments included.
    values : ndarray of float64, shape (n_rows, n_columns)
        NaN where the file says that there is no value.
    lines : tuple of int
        The line of each row, from 1.
    names : tuple of str
        What the file calls its columns; empty where it does not say, or not for every column.
    notes : tuple of str
        What was left out.
    """

    file: TextFile
    header: tuple[str, ...]
    values: NDArray[np.float64]
    lines: tuple[int, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...]


def read_table(file: TextFile) -> CurveTable:
    """Find the numbers of a file.

    Raises
    ------
    InputError
        With file and line: a row of another length, a word that is no number, a second curve, fewer rows than the
        file's own count, or fewer than 2 rows.
    """
    contents = [_COMMENT.sub("", text.replace("\N{MINUS SIGN}", "-")).strip() for text in file.lines]
    bracketed = [_BRACKETS.sub(_error_beside, content) for content in contents]
    has_brackets = bracketed != contents
    contents = bracketed
    decimal_commas = _uses_decimal_commas(contents)
    rows: list[list[float]] = []
    lines: list[int] = []
    first = _first_row(file, contents, decimal_commas)
    filled = [number for number, content in enumerate(contents, 1) if content]
    while len(filled) > 1 and _AFTER_END.fullmatch(contents[filled[-1] - 1]):
        filled.pop()
    if _SET_END.fullmatch(contents[filled[-1] - 1]):
        filled.pop()  # xmgrace's, and other marks of the end
    for number in filled:
        if number <= first:
            continue
        content = contents[number - 1]
        words = _words(content, decimal_commas)
        if rows and len(words) < len(rows[0]):
            words = _unglued(words, len(rows[0]))
        if rows and len(words) == 1 and _COUNT.fullmatch(content):
            raise file.error(number, f"a second curve begins with {shown(content)}; expected one curve a file")
        if rows and _SECOND.match(content):
            raise file.error(number, f"a second curve begins with {shown(content)}; expected one curve a file")
        if len(words) < 2 or (rows and len(words) != len(rows[0])):
            expected = f"{len(rows[0])} columns as above" if rows else "2 columns, or 3 with errors"
            hint = "; are commas set between thousands? write the numbers without" if _THOUSANDS.search(content) else ""
            raise file.error(number, f"expected {expected}, got {len(words)}: {shown(content)}{hint}")
        rows.append([_value(file, word, number, decimal_commas) for word in words])
        lines.append(number)
    header = file.lines[:first]
    if len(rows) < 2:
        raise file.error(len(file.lines), f"a curve needs at least 2 points, got {len(rows)}")
    notes = _count_notes(file, contents[:first], len(rows))
    if decimal_commas:
        notes = (*notes, "commas are read as decimal points")
    if has_brackets:
        notes = (*notes, "numbers in brackets, as in 0.9589(12), are errors in units of the last digit")
    values = np.array(rows)
    if header and values.shape[1] > 2 and _is_index(header[-1], values):
        # What pandas writes unless told otherwise.
        notes = (*notes, "the first column, without a name, numbers the rows and is left out")
        values = values[:, 1:]
    return CurveTable(file, header, values, tuple(lines), _names(header, values.shape[1]), notes)


def _error_beside(found: re.Match[str]) -> str:
    """Write the error of a value behind it, as a number of its own."""
    value, error, exponent = found.groups()
    point = re.search("[.,]", value)
    decimals = 0 if point is None else len(value) - point.end()
    digits = error.rjust(decimals + 1, "0")
    whole = digits if decimals == 0 else f"{digits[:-decimals]}{point[0] if point else '.'}{digits[-decimals:]}"
    return f"{value}{exponent} {whole}{exponent}"


def marks_of(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which values of a curve, shape (n,), are -999 and the like: far beyond all others, they stand for no value.

    Examples
    --------
    >>> marks_of(np.array([-999.0, 0.2, 1.4, 99.0])).tolist(), marks_of(np.array([99.0, 80.0, 70.0])).tolist()
    ([True, False, False, True], [False, False, False])
    """
    sizes = np.abs(np.nan_to_num(values))
    marked = np.isin(sizes, _MARKS)
    largest = float(sizes[~marked].max(initial=0.0))
    return np.asarray(marked & (sizes > _MUCH_LARGER * largest) & (largest > 0), np.bool_)


def _is_index(names: str, values: NDArray[np.float64]) -> bool:
    """Tell whether the first column has no name and counts the rows."""
    first = re.split(r"[,;\t]", names)
    return len(first) == values.shape[1] and not first[0].strip("\"' ") and bool((np.diff(values[:, 0]) == 1).all())


def _unglued(words: list[str], number: int) -> list[str]:
    """Take words apart that stand together for want of room, if so many come of it."""
    parts = [part for word in words for part in ([word] if _WITHOUT_E.fullmatch(word) else _GLUED.split(word))]
    return parts if len(parts) == number and all(_NUMBER.fullmatch(part) for part in parts) else words


def _first_row(file: TextFile, contents: list[str], decimal_commas: bool) -> int:
    """Return the index of the first row: what stands above is a header."""
    filled = [index for index, content in enumerate(contents) if content]
    start = 0
    if len(filled) > 2 and _COUNT.fullmatch(contents[filled[0]]) and int(contents[filled[0]]) in _row_counts(filled):
        # RMCProfile: the number of points, then a title, which may look like anything.
        start = filled[1] + 1 if int(contents[filled[0]]) == len(filled) - 2 else filled[0] + 1
    for index in filled:
        if index < start:
            continue
        words = _words(contents[index], decimal_commas)
        numbers = [bool(_NUMBER.fullmatch(_plain(word, decimal_commas)) or _NO_VALUE.fullmatch(word)) for word in words]
        if len(words) > 1 and all(numbers):
            return index
        below = next((_words(contents[i], decimal_commas) for i in filled if i > index), [])
        if len(words) > 1 and len(words) == len(below) and sum(numbers) and not _is_names(contents[index], numbers):
            bad = words[numbers.index(False)]
            raise file.error(index + 1, f"each column of a curve must be a finite number, got {shown(bad)}")
    raise file.error(len(file.lines), "a curve needs at least 2 points, got 0")


def _row_counts(filled: list[int]) -> tuple[int, int]:
    return len(filled) - 2, len(filled) - 1


def _is_names(content: str, numbers: list[bool]) -> bool:
    return "=" in content or ":" in content or not numbers[0]


def _count_notes(file: TextFile, above: list[str], n_rows: int) -> tuple[str, ...]:
    """Hold the rows against the count that stands above them, as in RMCProfile's files."""
    filled = [content for content in above if content]
    if not (filled and len(filled) <= 2 and _COUNT.fullmatch(filled[0])):
        return ()
    count = int(filled[0])
    if len(filled) == 1 and count != n_rows:
        return ()  # the number of a spectrum
    if count > n_rows:
        raise file.error(len(file.lines), f"line 1 declares {count} points, but there are {n_rows} (is the file cut?)")
    if count < n_rows:
        return (f"line 1 declares {count} points, but there are {n_rows}: all are read",)
    return ()


def _uses_decimal_commas(contents: list[str]) -> bool:
    """Tell whether commas are decimal points: then each row has two columns or more between blanks or semicolons."""
    found = 0
    for content in contents:
        words = [word for word in _BETWEEN_DECIMAL_COMMAS.split(content) if word]
        if not words or not all(_DECIMAL_COMMA.fullmatch(word) or _NUMBER.fullmatch(word) for word in words):
            continue
        if len(words) < 2 or any("." in word for word in words):
            return False
        found += any("," in word for word in words)
    return found > 0


def _words(content: str, decimal_commas: bool) -> list[str]:
    pattern = _BETWEEN_DECIMAL_COMMAS if decimal_commas else _BETWEEN
    return [word.strip("\"'") for word in pattern.split(content) if word.strip("\"'")]


def _plain(word: str, decimal_commas: bool) -> str:
    return word.replace(",", ".") if decimal_commas else word


def _value(file: TextFile, word: str, line: int, decimal_commas: bool) -> float:
    if _NO_VALUE.fullmatch(word):
        return math.nan
    word = _WITHOUT_E.sub(r"\1e\2", _plain(word, decimal_commas))
    if _NUMBER.fullmatch(word):
        word = word.replace("D", "e").replace("d", "e")
        if abs(float(word)) >= _NO_NUMBER:
            return math.nan
    return file.number(word, line, "each column of a curve", LARGEST)


def _names(header: tuple[str, ...], n_columns: int) -> tuple[str, ...]:
    """Return what the last line above the numbers that can be a row of names calls the columns."""
    for text in reversed(header):
        labelled = _NAMES_LINE.match(text)
        content = labelled[1] if labelled else text.strip().lstrip("#!%").strip()
        for words in (re.split(r"\s*[,;\t]\s*", content), re.split(r"\s{2,}", content), content.split()):
            names = tuple(word.strip().strip("\"'") for word in words if word.strip().strip("\"'"))
            if len(names) == n_columns and not any(_NUMBER.fullmatch(name) for name in names):
                return names
        if labelled:
            return ()
    return ()


def column_numbers(columns: list[int], table: CurveTable) -> list[int]:
    """Check columns that a user names, counted from 1: x, value and perhaps an error; return them from 0.

    Raises
    ------
    InputError
        If there is no such column.
    """
    n_columns = table.values.shape[1]
    if max(columns) > n_columns:
        raise InputError(f"columns = {columns}, but the file has {n_columns}", path=table.file.path)
    return [column - 1 for column in columns]
