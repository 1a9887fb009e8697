"""Atomic models as LAMMPS data files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.model import AtomicModel
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.lammps.sections import (
    DataFile,
    Section,
    read_box,
    read_counts,
    read_masses,
    split_sections,
)
from carvsdb_ingest.readers.lammps.types import elements_of_atoms


@dataclass(frozen=True, slots=True)
class _Style:
    """Where an atom's line has what; -1 for what it has not."""

    molecule: int
    kind: int
    charge: int
    first: int


_STYLES = {
    "atomic": _Style(-1, 1, -1, 2),
    "charge": _Style(-1, 1, 2, 3),
    "molecular": _Style(1, 2, -1, 3),
    "full": _Style(1, 2, 3, 4),
}
_SAME = {"bond": "molecular", "angle": "molecular"}
_WHOLE = re.compile("[0-9]+")


def read_lammps_model(file: TextFile, types: Mapping[int, str] | None = None) -> AtomicModel:
    """Read the atoms of a LAMMPS data file; styles atomic, charge, molecular (bond, angle) and full.

    Parameters
    ----------
    file : TextFile
        The file. Its Velocities and topology are left out.
    types : mapping of int to str, optional
        The element of each atom type. By default the comment after a mass, if it is a chemical symbol, else the
        element of that mass.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read and for an atom type without an element.
    """
    data = split_sections(file)
    counts = read_counts(data)
    low, cell = read_box(data)
    section = data.sections.get("Atoms")
    if section is None or not section.lines:
        raise file.error(section.line if section else 1, "there are no atoms; expected an Atoms section")
    if counts.get("atoms", len(section.lines)) != len(section.lines):
        raise file.error(
            section.line,
            f"the header declares {counts['atoms']} atoms, but there are {len(section.lines)} (is the file cut off?)",
        )
    style = _style(file, section)
    elements = _elements(data, section, style, types)
    return _read_atoms(file, section, style, elements, low, cell)


def _style(file: TextFile, section: Section) -> _Style:
    """Return the style that the title of Atoms names, or that its columns suggest."""
    name = section.comment.lower().removeprefix("style").lstrip(" =").strip("\"' ")
    if name:
        name = _SAME.get(name, name)
        if name not in _STYLES:
            known = ", ".join((*_STYLES, *_SAME))
            raise file.error(section.line, f"atom style {shown(name)} is not supported; carvsdb reads {known}")
        return _STYLES[name]
    words = section.lines[0].words
    # 8 and 9 columns are 5 and 6 with image flags: all styles have three coordinates.
    width = len(words) if len(words) < 8 else len(words) - 3
    if width == 6:
        # Molecules are numbered, charges seldom whole: the third column tells `molecular` from `charge`.
        whole = all(_WHOLE.fullmatch(line.words[2]) for line in section.lines if len(line.words) > 2)
        return _STYLES["molecular" if whole else "charge"]
    if width in (5, 7):
        return _STYLES["atomic" if width == 5 else "full"]
    raise file.error(section.lines[0].number, f"{len(words)} columns fit no atom style; name it, as in 'Atoms # full'")


def _elements(data: DataFile, section: Section, style: _Style, types: Mapping[int, str] | None) -> tuple[str, ...]:
    """Return the element of each atom."""
    masses, names = read_masses(data)
    kinds = []
    for line in section.lines:
        word = line.words[style.kind] if len(line.words) > style.kind else ""
        kinds.append(data.file.whole(word, line.number, "an atom's type"))
    lines = [line.number for line in section.lines]
    return elements_of_atoms(data.file, kinds, lines, given=types or {}, masses=masses, names=names)


def _read_atoms(
    file: TextFile,
    section: Section,
    style: _Style,
    elements: tuple[str, ...],
    low: NDArray[np.float64],
    cell: NDArray[np.float64],
) -> AtomicModel:
    n_atoms, first = len(section.lines), style.first
    ids, molecules = np.zeros(n_atoms, np.int64), np.zeros(n_atoms, np.int64)
    positions, charges = np.zeros((n_atoms, 3)), np.zeros(n_atoms)
    images = np.zeros((n_atoms, 3), np.int64)
    with_images = len(section.lines[0].words) == first + 6
    width = first + (6 if with_images else 3)
    seen: set[int] = set()
    for row, line in enumerate(section.lines):
        words, number = line.words, line.number
        if len(words) not in (first + 3, first + 6):
            expected = f"{first + 3} columns (or {first + 6} with image flags)"
            raise file.error(number, f"an atom needs {expected}, got {len(words)}")
        if len(words) != width:
            raise file.error(number, "some atoms have image flags and some have none")
        ids[row] = atom_id = file.whole(words[0], number, "an atom's number")
        if atom_id in seen:
            raise file.error(number, f"atom {atom_id} is given twice")
        seen.add(atom_id)
        positions[row] = file.numbers(words[first : first + 3], number, "a coordinate", 1e7)
        if style.molecule >= 0:
            molecules[row] = file.whole(words[style.molecule], number, "an atom's molecule")
        if style.charge >= 0:
            charges[row] = file.number(words[style.charge], number, "a charge")
        if with_images:
            images[row] = [file.whole(word, number, "an image flag") for word in words[first + 3 :]]
    return AtomicModel(
        elements,
        positions,
        cell,
        origin=low,
        atom_ids=ids,
        molecule_ids=molecules if style.molecule >= 0 else None,
        images=images if with_images else None,
        charges=charges if style.charge >= 0 else None,
    )
