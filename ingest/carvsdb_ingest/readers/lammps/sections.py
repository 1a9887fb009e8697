"""The grammar of LAMMPS data files: a header, then sections of numbered lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import LONGEST, check_volume
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown

# Atom style -> columns before x y z: where the type is (the molecule is before it), and how many there are.
_COLUMNS = {
    "atomic": (1, 2),
    "charge": (1, 3),
    "bond": (2, 3),
    "angle": (2, 3),
    "molecular": (2, 3),
    "full": (2, 4),
}
_COUNT = re.compile(r"([0-9]+)\s+(atoms|bonds|atom types)")
_STYLE = re.compile(r"(?:style\s*=\s*)?[\"']?([a-z_/]+)[\"']?")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its number, its words, and its comment."""

    number: int
    words: list[str]
    comment: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section: the line of its title, the title's comment, and its lines."""

    line: int
    comment: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A LAMMPS data file, cut into header and sections."""

    file: TextFile
    header: list[Line]
    sections: dict[str, Section]


@dataclass(frozen=True, slots=True, eq=False)
class Atoms:
    """The Atoms section.

    Attributes
    ----------
    ids, types : list of int
    lines : list of int
        Where each atom stands.
    positions : ndarray of float64, shape (n, 3)
        Fractional coordinates, as the file has them; image flags are left out.
    molecules : list of int, or None
        The molecule of each atom; None in styles without molecules.
    """

    ids: list[int]
    types: list[int]
    lines: list[int]
    positions: NDArray[np.float64]
    molecules: list[int] | None = None


def split_sections(file: TextFile) -> DataFile:
    """Cut a LAMMPS data file into header and sections; the first line is a title that LAMMPS skips."""
    header: list[Line] = []
    sections: dict[str, Section] = {}
    current = header
    for number, text in enumerate(file.lines[1:], 2):
        content, _, comment = text.partition("#")
        words = content.split()
        if not words:
            continue
        if words[0][0].isalpha():
            title = " ".join(words)
            if title in sections:
                raise file.error(number, f"a second section {shown(title)}")
            sections[title] = Section(number, comment.strip(), [])
            current = sections[title].lines
        else:
            current.append(Line(number, words, comment.strip()))
    return DataFile(file, header, sections)


def read_counts(data: DataFile) -> dict[str, int]:
    """Return the numbers of ``atoms``, ``bonds`` and ``atom types`` that the header declares."""
    counts = {}
    for line in data.header:
        match = _COUNT.fullmatch(" ".join(line.words))
        if match:
            counts[match[2]] = data.file.whole(match[1], line.number, f"the number of {match[2]}")
    return counts


def read_box(data: DataFile) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the origin (Å) and the lattice vectors (rows, Å; a along x, b in the xy plane).

    Raises
    ------
    InputError
        If a bound is missing or the box has no volume.
    """
    file, low, cell, last = data.file, np.zeros(3), np.zeros((3, 3)), 1
    missing = {"xlo xhi", "ylo yhi", "zlo zhi"}
    for line in data.header:
        title = " ".join(line.words[2:])
        if title in missing:
            axis = "xyz".index(title[0])
            low[axis], high = file.numbers(line.words[:2], line.number, "a bound of the box")
            if not 0 < high - low[axis] <= LONGEST:
                raise file.error(line.number, f"the box has no length along {title[0]} ({low[axis]:g} to {high:g} Å)")
            cell[axis, axis], last = high - low[axis], line.number
            missing.remove(title)
        elif " ".join(line.words[3:]) == "xy xz yz":
            cell[1, 0], cell[2, 0], cell[2, 1] = file.numbers(line.words[:3], line.number, "a tilt of the box")
            last = line.number
    if missing:
        raise file.error(1, f"the header has no {sorted(missing)[0]!r}; expected the three bounds of the box")
    try:
        check_volume(cell)
    except InputError as error:
        raise file.error(last, error.message) from None
    return low, cell


def read_atoms(data: DataFile, counts: dict[str, int], low: NDArray[np.float64], cell: NDArray[np.float64]) -> Atoms:
    """Read the Atoms section in the style that its title names, or that its columns suggest.

    Raises
    ------
    InputError
        For a missing section, a wrong number of atoms or columns, or an atom given twice.
    """
    file = data.file
    section = data.sections.get("Atoms")
    if section is None or not section.lines:
        raise file.error(section.line if section else 1, "there are no atoms; expected an Atoms section")
    _check_count(file, section, counts.get("atoms"), "atoms")
    type_column, first = _columns(file, section)
    ids, types, lines, molecules, seen = [], [], [], [], set()
    places = np.zeros((len(section.lines), 3))
    for row, line in enumerate(section.lines):
        if len(line.words) not in (first + 3, first + 6):
            raise file.error(
                line.number,
                f"an atom needs {first + 3} columns (or {first + 6} with image flags), got {len(line.words)}",
            )
        ids.append(file.whole(line.words[0], line.number, "an atom's number"))
        if ids[-1] in seen:
            raise file.error(line.number, f"atom {ids[-1]} is given twice")
        seen.add(ids[-1])
        types.append(file.whole(line.words[type_column], line.number, "an atom's type"))
        if type_column == 2:
            molecules.append(file.whole(line.words[1], line.number, "an atom's molecule"))
        lines.append(line.number)
        places[row] = file.numbers(line.words[first : first + 3], line.number, "a coordinate", 1e7)
    positions = (places - low) @ np.linalg.inv(cell)
    far = np.flatnonzero(np.abs(positions).max(axis=1) > 1e6)
    if len(far):
        raise file.error(lines[far[0]], f"atom {ids[far[0]]} is more than a million cells away")
    return Atoms(ids, types, lines, positions, molecules if type_column == 2 else None)


def _columns(file: TextFile, section: Section) -> tuple[int, int]:
    """Return the column of the type and the number of columns before x y z."""
    match = _STYLE.fullmatch(section.comment.lower())
    if match:
        if match[1] in _COLUMNS:
            return _COLUMNS[match[1]]
        known = ", ".join(_COLUMNS)
        raise file.error(section.line, f"atom style {shown(match[1])} is not supported; carvsdb reads {known}")
    words = section.lines[0].words
    # 8 and 9 columns are 5 and 6 with image flags: all styles have three coordinates.
    width = len(words) if len(words) < 8 else len(words) - 3
    if width == 6:
        # Molecules are numbered, charges seldom whole: the third column tells `molecular` from `charge`.
        whole = all(re.fullmatch("[0-9]+", line.words[2]) for line in section.lines if len(line.words) > 2)
        return _COLUMNS["molecular" if whole else "charge"]
    if width in (5, 7):
        return _COLUMNS["atomic" if width == 5 else "full"]
    raise file.error(section.lines[0].number, f"{len(words)} columns fit no atom style; name it, as in 'Atoms # full'")


def read_bonds(data: DataFile, counts: dict[str, int]) -> Iterator[tuple[int, int, int]]:
    """Yield the bonds: the numbers of two atoms, and the line.

    Raises
    ------
    InputError
        For a missing section, a wrong number of bonds, or a line that is none.
    """
    file = data.file
    section = data.sections.get("Bonds")
    if section is None or not section.lines:
        raise file.error(section.line if section else 1, "there are no bonds; a net needs a Bonds section")
    _check_count(file, section, counts.get("bonds"), "bonds")
    for line in section.lines:
        if len(line.words) != 4:
            raise file.error(line.number, f"a bond needs 4 columns (number, type, two atoms), got {len(line.words)}")
        first, second = (file.whole(word, line.number, "an atom's number") for word in line.words[2:])
        yield first, second, line.number


def read_masses(data: DataFile) -> tuple[dict[int, float], dict[int, str]]:
    """Return the masses (g/mol) of the atom types, and their names: the comments after the masses."""
    masses, names = {}, {}
    section = data.sections.get("Masses")
    for line in section.lines if section else []:
        if len(line.words) < 2:
            raise data.file.error(line.number, "a mass needs 2 columns (type, mass), got 1")
        kind = data.file.whole(line.words[0], line.number, "an atom type")
        masses[kind] = data.file.number(line.words[1], line.number, "a mass")
        if line.comment:
            names[kind] = line.comment
    return masses, names


def _check_count(file: TextFile, section: Section, declared: int | None, what: str) -> None:
    if declared is not None and declared != len(section.lines):
        raise file.error(
            section.line,
            f"the header declares {declared} {what}, but there are {len(section.lines)} (is the file cut off?)",
        )
