"""RMCProfile configurations (``.rmc6f``): a header of keys, a cell, and fractional coordinates.

Headers differ between versions of RMCProfile (6.5 to 7) and what writes such files besides it (data2config, GSAS-II,
ASE, Dissolve): metadata or none, lists of atom types or none, the cell as parameters, as vectors, or both, colons left
out. Lines of atoms have a number or none, a label in brackets or none, and behind the coordinates the atom and the cell
of the crystal that it came from, spins, or nothing.
"""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import LONGEST, cell_of_parameters, check_volume, parameters_of_cell
from carvsdb.atoms.elements import VACANT, element_of_site, is_symbol
from carvsdb.atoms.structure import FARTHEST, Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.item import FileOptions, Frames

_KEYS = {
    "atoms": re.compile(r"number of atoms\s*:?\s*(.*)", re.IGNORECASE),
    "density": re.compile(r"number density\s*(?:\([^)]*\))?\s*:?\s*(.*)", re.IGNORECASE),
    "types": re.compile(r"atom types present\s*:?\s*(.*)", re.IGNORECASE),
    "counts": re.compile(r"number of each atom type\s*:?\s*(.*)", re.IGNORECASE),
    "cell": re.compile(r"cell\s*\(ang/deg\)\s*:?\s*(.*)", re.IGNORECASE),
    "lattice": re.compile(r"lattice vectors\s*(?:\(ang\w*\))?\s*:?\s*(.*)", re.IGNORECASE),
}
_ATOMS = re.compile(r"atoms\s*(?:\([^)]*\))?\s*:?\s*", re.IGNORECASE)
_LABEL = re.compile(r"\[[^\]]*\]")
_COMMENT = re.compile(r"[!#].*")
_TITLE = re.compile(r"[A-Za-z][A-Za-z ()/]*:")
_OVERFLOW = re.compile(r"\*+")
_WHOLE = re.compile(r"[0-9]+")
# How far parameters and vectors, and densities, may be from each other before it is said.
_SAME_CELL, _SAME_DENSITY = 0.02, 0.005


@dataclass(frozen=True, slots=True)
class _Atom:
    line: int
    number: int | None
    symbol: str
    place: tuple[float, float, float]


def read_rmc6f(file: TextFile, options: FileOptions) -> Frames:
    """Read the configuration; a file holds one.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read.

    Notes
    -----
    Vacancies (``Va``) are left out, which `Structure.quality` says. It also says if the header's cell, density or
    numbers of atoms disagree with what stands below. Which atom of a unit cell each came from is not kept.
    """
    header, start = _header(file)
    cell, quality = _cell(file, header)
    atoms = _atoms(file, start)
    declared = header.get("atoms")
    if declared is not None:
        count = file.whole(declared[1].split()[0] if declared[1].split() else "", declared[0], "the number of atoms")
        if count != len(atoms):
            raise file.error(
                declared[0], f"the header declares {count} atoms, but there are {len(atoms)} (is the file cut off?)"
            )
    kept = [atom for atom in atoms if atom.symbol not in VACANT]
    if not kept:
        raise file.error(start, "there are no atoms besides vacancies")
    if len(kept) < len(atoms):
        quality.append(f"vacant sites, left out: {len(atoms) - len(kept)}")
    quality += _contradictions(header, cell, atoms)
    elements = tuple(atom.symbol for atom in kept)
    numbers = [atom.number for atom in kept]
    whole = None not in numbers and len(set(numbers)) == len(numbers)
    ids = np.array(numbers if whole else range(1, len(kept) + 1), np.int64)
    positions = np.array([atom.place for atom in kept], np.float64)
    return [
        Structure(
            elements,
            positions,
            cell,
            labels=tuple(f"{symbol}{number}" for symbol, number in zip(elements, ids.tolist(), strict=True)),
            quality=tuple(quality),
            atom_ids=ids,
        )
    ]


def _header(file: TextFile) -> tuple[dict[str, tuple[int, str]], int]:
    """Return line and text of the keys that matter, and the line of the title ``Atoms:``."""
    found: dict[str, tuple[int, str]] = {}
    if "histogram" in file.lines[0].lower():
        raise InputError("is a histogram of RMCProfile (.his6f); expected its configuration (.rmc6f)", path=file.path)
    for number, text in enumerate(file.lines, 1):
        content = text.strip()
        if _ATOMS.fullmatch(content):
            return found, number
        for key, pattern in _KEYS.items():
            match = pattern.fullmatch(content)
            if match and key not in found:
                found[key] = (number, match[1].strip())
    raise file.error(len(file.lines), "there is no line 'Atoms:'; expected an RMCProfile configuration")


def _cell(file: TextFile, header: dict[str, tuple[int, str]]) -> tuple[NDArray[np.float64], list[str]]:
    """Return the cell, vectors before parameters, and what is doubtful about it."""
    by_parameters, by_vectors = None, None
    line = 1
    try:
        if "cell" in header:
            line, text = header["cell"]
            numbers = file.numbers(text.split()[:6], line, "a number of the cell")
            if len(numbers) != 6:
                raise file.error(line, f"the cell must have 6 numbers (lengths and angles), got {len(numbers)}")
            by_parameters = cell_of_parameters(numbers)
        if "lattice" in header:
            line = header["lattice"][0]
            rows = [text.split() for text in file.lines[line : line + 3]]
            if len(rows) < 3 or any(len(row) != 3 for row in rows):
                raise file.error(line, "expected three lines of three numbers below, the lattice vectors in Å")
            vectors = [file.numbers(row, line + at, "a lattice vector", LONGEST) for at, row in enumerate(rows, 1)]
            by_vectors = np.array(vectors, np.float64)
            check_volume(by_vectors)
    except InputError as error:
        raise error if error.path else file.error(line, error.message) from None
    if by_vectors is None:
        if by_parameters is None:
            raise file.error(1, "the header has no cell; expected 'Cell (Ang/deg):' or 'Lattice vectors (Ang):'")
        return by_parameters, []
    if by_parameters is not None:
        apart = np.abs(np.subtract(parameters_of_cell(by_vectors), parameters_of_cell(by_parameters))).max()
        if apart > _SAME_CELL:
            return by_vectors, ["lattice vectors and cell parameters of the header disagree; the vectors were taken"]
    return by_vectors, []


def _atoms(file: TextFile, start: int) -> list[_Atom]:
    atoms: list[_Atom] = []
    known: dict[str, str] = {}
    for number, text in enumerate(file.lines[start:], start + 1):
        words = _LABEL.sub(" ", _COMMENT.sub("", text)).split()
        if not words:
            continue
        if atoms and _TITLE.fullmatch(text.strip()):
            break  # other sections below, such as spins
        serial = None
        if _WHOLE.fullmatch(words[0]) or _OVERFLOW.fullmatch(words[0]):
            serial = int(words[0]) if words[0].isdigit() and len(words[0]) < 18 else None
            words = words[1:]
        if len(words) < 4:
            raise file.error(number, "an atom needs an element and three coordinates (is the file cut off?)")
        if words[0] not in known:
            known[words[0]] = _symbol(file, number, words[0])
        place = [_number(file, number, word) for word in words[1:4]]
        atoms.append(_Atom(number, serial, known[words[0]], (place[0], place[1], place[2])))
    if not atoms:
        raise file.error(start, "there are no atoms below")
    return atoms


def _number(file: TextFile, line: int, word: str) -> float:
    return file.number(word.replace("D", "E").replace("d", "e"), line, "a fractional coordinate", FARTHEST)


def _symbol(file: TextFile, line: int, word: str) -> str:
    """Return the element of a type: ``Zn``, ``ZN``, ``Zn2+``, ``O_1``; a vacancy as it is."""
    if word in VACANT or is_symbol(word):
        return word
    letters = re.match(r"[A-Za-z]*", word)
    plain = letters[0].capitalize() if letters else ""
    if len(plain) < 3 and is_symbol(plain):
        return plain
    found = element_of_site(word, "") if len(plain) < 3 else None
    if found is None:
        raise file.error(line, f"{shown(word)} is no chemical symbol")
    return found


def _contradictions(header: dict[str, tuple[int, str]], cell: NDArray[np.float64], atoms: list[_Atom]) -> list[str]:
    """Say where the header's density and numbers of atoms disagree with cell and atoms."""
    found = []
    density = len(atoms) / abs(float(np.linalg.det(cell)))
    words = header.get("density", (0, ""))[1].split()
    try:
        said = float(words[0]) if words else density
    except ValueError:
        said = density
    if abs(said - density) > _SAME_DENSITY * density:
        found.append(f"the header says {said:g} atoms/Å³, its cell and atoms make {density:.6g}")
    kinds, counts = (header.get(key, (0, ""))[1].split() for key in ("types", "counts"))
    there = Counter(atom.symbol for atom in atoms)
    if kinds and len(kinds) == len(counts) and all(map(str.isdigit, counts)):
        wrong = [
            f"{kind} {count} (there are {there[kind.capitalize()]})"
            for kind, count in zip(kinds, counts, strict=True)
            if kind.capitalize() in there and there[kind.capitalize()] != int(count)
        ]
        if wrong:
            found.append(f"the header's numbers of atoms are not those below: {', '.join(wrong)}")
    return found
