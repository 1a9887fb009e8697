"""The grammar of LAMMPS data files: a header, then sections of numbered lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import LONGEST, check_volume
from carvsdb.atoms.structure import FARTHEST
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.lammps.atom_styles import style_of

_LABELS = "Atom Type Labels"
_KINDS = ("Atom", "Bond", "Angle", "Dihedral", "Improper")
# Where types have labels a line of numbers can begin with a letter: then only these begin a section.
_SECTIONS = {"Atoms", "Velocities", "Masses", "Ellipsoids", "Lines", "Triangles", "Bodies"}
_SECTIONS |= {f"{kind}{end}" for kind in _KINDS for end in ("s", " Coeffs", " Type Labels")}
_COEFFS = re.compile(r"(Pair|PairIJ|BondBond|BondAngle|BondBond13|AngleAngle|(Middle|End|Angle|AngleAngle)\w*) Coeffs")
_UNITS = re.compile(r"\bunits\s*=\s*([a-z]+)")
_IN_ANGSTROM = ("real", "metal", "lj")
_COUNT = re.compile(r"([0-9]+)\s+(atoms|bonds|atom types)")


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
class AtomsSection:
    """The Atoms section.

    Attributes
    ----------
    ids, types : list of int
    lines : list of int
        Where each atom stands.
    cartesian : ndarray of float64, shape (n, 3)
        In Å, as the file has them.
    positions : ndarray of float64, shape (n, 3)
        Fractional coordinates; image flags are left out.
    molecules : list of int, or None
        The molecule of each atom; None in styles without molecules.
    charges : list of float, or None
    images : ndarray of int64, shape (n, 3), or None
    """

    ids: list[int]
    types: list[int]
    lines: list[int]
    cartesian: NDArray[np.float64]
    positions: NDArray[np.float64]
    molecules: list[int] | None = None
    charges: list[float] | None = None
    images: NDArray[np.int64] | None = None


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
        title = " ".join(words)
        if words[0][0].isalpha() and (_LABELS not in sections or title in _SECTIONS or _COEFFS.fullmatch(title)):
            if title in sections:
                raise file.error(number, f"a second section {shown(title)}")
            sections[title] = Section(number, comment.strip(), [])
            current = sections[title].lines
        else:
            current.append(Line(number, words, comment.strip()))
    return DataFile(file, header, sections)


def is_reduced(file: TextFile) -> bool:
    """Tell whether a data file says, in its first line, that its units are reduced (lj).

    Raises
    ------
    InputError
        If it says that its lengths are not in Å.
    """
    found = _UNITS.search(file.lines[0])
    if found and found[1] not in _IN_ANGSTROM:
        raise file.error(1, f"the file is in units {found[1]}; expected lengths in Å (units real or metal)")
    return found is not None and found[1] == "lj"


def read_counts(data: DataFile) -> dict[str, int]:
    """Return the numbers of ``atoms``, ``bonds`` and ``atom types`` that the header declares."""
    counts = {}
    for line in data.header:
        match = _COUNT.fullmatch(" ".join(line.words))
        if match:
            counts[match[2]] = data.file.whole(match[1], line.number, f"the number of {match[2]}")
    return counts


def read_box(data: DataFile) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the origin (Å) and the lattice vectors (rows, Å).

    The vectors have a along x and b in the xy plane, or, as `avec`, `bvec` and `cvec`, any directions.

    Raises
    ------
    InputError
        If a bound is missing or the box has no volume.
    """
    file, low, cell, last = data.file, np.zeros(3), np.zeros((3, 3)), 1
    missing = {"xlo xhi", "ylo yhi", "zlo zhi"}
    general = {"avec": 0, "bvec": 1, "cvec": 2}
    for line in data.header:
        title = " ".join(line.words[2:])
        if line.words[3:] == ["abc", "origin"]:
            low = np.array(file.numbers(line.words[:3], line.number, "the corner of the box", LONGEST))
        elif len(line.words) == 4 and line.words[3] in general:
            row = general.pop(line.words[3])
            cell[row], last = file.numbers(line.words[:3], line.number, "a vector of the box", LONGEST), line.number
            missing.discard(f"{'xyz'[row]}lo {'xyz'[row]}hi")
        elif title in missing:
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


def read_atoms(
    data: DataFile, counts: dict[str, int], low: NDArray[np.float64], cell: NDArray[np.float64]
) -> AtomsSection:
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
    labels = read_labels(data)
    rows = [line.words for line in section.lines]
    try:
        style = style_of(section.comment, rows, labels, counts.get("atom types"))
    except InputError as error:
        raise file.error(section.line, error.message) from None
    first, width = style.first, style.width
    with_images = len(rows[0]) == width + 3
    ids, types, molecules, charges, seen = [], [], [], [], set()
    places, images = np.zeros((len(section.lines), 3)), np.zeros((len(section.lines), 3), np.int64)
    for row, line in enumerate(section.lines):
        words, number = line.words, line.number
        if len(words) not in (width, width + 3):
            raise file.error(
                number, f"an atom needs {width} columns (or {width + 3} with image flags), got {len(words)}"
            )
        if (len(words) == width + 3) is not with_images:
            raise file.error(number, "some atoms have image flags and some have none")
        ids.append(file.whole(words[0], number, "an atom's number"))
        if ids[-1] in seen:
            raise file.error(number, f"atom {ids[-1]} is given twice")
        seen.add(ids[-1])
        types.append(_kind(file, words[style.kind], number, labels, "an atom's type"))
        if style.molecule >= 0:
            molecules.append(file.whole(words[style.molecule], number, "an atom's molecule"))
        if style.charge >= 0:
            charges.append(file.number(words[style.charge], number, "a charge"))
        if with_images:
            images[row] = [file.whole(word, number, "an image flag") for word in words[width:]]
        places[row] = file.numbers(words[first : first + 3], number, "a coordinate", 1e7)
    positions = (places - low) @ np.linalg.inv(cell)
    lines = [line.number for line in section.lines]
    far = np.flatnonzero(np.abs(positions).max(axis=1) > FARTHEST)
    if len(far):
        raise file.error(lines[far[0]], f"atom {ids[far[0]]} is more than a million cells away")
    return AtomsSection(
        ids,
        types,
        lines,
        places,
        positions,
        molecules if style.molecule >= 0 else None,
        charges if style.charge >= 0 else None,
        images if with_images else None,
    )


def _kind(file: TextFile, word: str, line: int, labels: dict[str, int], what: str) -> int:
    return labels[word] if word in labels else file.whole(word, line, what)


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


def read_labels(data: DataFile) -> dict[str, int]:
    """Return the atom type of each label (section Atom Type Labels)."""
    section = data.sections.get(_LABELS)
    labels = {}
    for line in section.lines if section else []:
        if len(line.words) != 2:
            raise data.file.error(line.number, f"a type label needs 2 columns (type, label), got {len(line.words)}")
        labels[line.words[1]] = data.file.whole(line.words[0], line.number, "an atom type")
    return labels


def read_masses(data: DataFile) -> tuple[dict[int, float], dict[int, str]]:
    """Return the masses (g/mol) of the atom types, and their names: the comments after the masses, else the labels."""
    labels = read_labels(data)
    masses, names = {}, {kind: label for label, kind in labels.items()}
    section = data.sections.get("Masses")
    for line in section.lines if section else []:
        if len(line.words) < 2:
            raise data.file.error(line.number, "a mass needs 2 columns (type, mass), got 1")
        kind = _kind(data.file, line.words[0], line.number, labels, "an atom type")
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
