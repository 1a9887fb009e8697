"""Protein Data Bank files (``.pdb``, ``.ent``) of materials: CRYST1, ATOM, HETATM, any number of models.

Columns are fixed, and what programs write in them differs: elements left out, names pushed to the left, numbers of
atoms that overflow (``*****``, hybrid-36), occupancies that are 0 throughout, a model after each END. Nothing here
depends on numbers of atoms, residues, chains or insertion codes.

References
----------
.. [1] Protein Data Bank Contents Guide, version 3.3, wwPDB (2012)
"""

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import cell_of_parameters
from carvsdb.atoms.elements import element_readings, is_symbol
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.item import FileOptions, Frames, usable

_HINT = "expected a line CRYST1 with the six cell parameters"
# Structures that were not determined by crystallography have a cell of 1 Å by the standard.
_PLACEHOLDER = 1.001
_SAME_FRAME = 1e-3
_PRIMITIVE = re.compile(r"P\s*1?", re.IGNORECASE)
_SCALE = re.compile(r"SCALE([123])")


@dataclass(slots=True)
class _Model:
    """The lines of one model: atoms as (line, text), and the last CRYST1 and SCALE lines before its end."""

    line: int
    cryst1: tuple[int, str] | None
    scales: dict[int, tuple[int, str]]
    atoms: list[tuple[int, str]] = field(default_factory=list)


def read_pdb(file: TextFile, options: FileOptions) -> Frames:
    """Read all models.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read, and for models without a cell, if no model can be read.

    Notes
    -----
    Of alternate locations the first is taken, and atoms of partial occupancy are kept: `Structure.quality` says so, and
    a refinement refuses them. CONECT is left out: bonds are searched.
    """
    models = _models(file)
    if not models:
        free = next((at for at, text in enumerate(file.lines, 1) if text.split()[:1] in (["ATOM"], ["HETATM"])), None)
        if free is not None:
            raise file.error(free, "an atom is not in the columns of PDB: its number belongs in columns 7 to 11")
        raise InputError("there are no lines ATOM or HETATM", path=file.path)
    found: Frames = []
    for model in models:
        try:
            found.append(_structure(file, model))
        except InputError as error:
            found.append(error if error.path else file.error(model.line, error.message))
    return usable(found)


def _models(file: TextFile) -> list[_Model]:
    models: list[_Model] = []
    cryst1, scales = None, dict[int, tuple[int, str]]()
    current: _Model | None = None
    for number, text in enumerate(file.lines, 1):
        record = text[:6].strip().upper()
        if record == "CRYST1":
            cryst1, scales = (number, text), {}
        elif match := _SCALE.fullmatch(record):
            scales[int(match[1])] = (number, text)
        elif record in ("ATOM", "HETATM"):
            if current is None:
                current = _Model(number, cryst1, scales)
                models.append(current)
            current.atoms.append((number, text))
        elif record in ("MODEL", "ENDMDL", "END"):
            current = None
    return models


def _structure(file: TextFile, model: _Model) -> Structure:
    cell, scale = _cell(file, model)
    places: dict[tuple[str, ...], int] = {}
    elements, labels, cartesian, occupancies = [], [], [], []
    guessed, alternates, line = 0, 0, model.line
    for line, text in model.atoms:
        if len(text.rstrip()) < 47:
            raise file.error(line, "an atom needs x, y and z in columns 31 to 54 (is the file cut off?)")
        location = text[16]
        if location not in " ":
            # The same atom of the same residue, whatever its location.
            where = (text[12:16], text[17:20], text[21], text[22:27])
            if places.setdefault((*where, "first"), ord(location)) != ord(location):
                alternates += 1
                continue
        symbol, sure = _element(file, line, text)
        guessed += not sure
        elements.append(symbol)
        labels.append(text[12:16].strip())
        cartesian.append([_number(file, line, text[at : at + 8], "a coordinate") for at in (30, 38, 46)])
        word = text[54:60].strip()
        occupancies.append(_number(file, line, word, "an occupancy") if word else 1.0)
    quality, obstacles = _disorder(file, model.line, occupancies, alternates)
    if guessed:
        quality.append(f"elements read from the names of atoms, where columns 77 and 78 have none: {guessed}")
    places_of = np.array(cartesian, np.float64)
    fractions = places_of @ scale[0].T + scale[1]
    standard = np.abs(np.linalg.inv(scale[0]).T - cell).max() < _SAME_FRAME * np.abs(cell).max()
    if standard and not scale[1].any():
        return Structure.from_cartesian(
            tuple(elements), places_of, cell, labels=tuple(labels), quality=tuple(quality), obstacles=obstacles
        )
    return Structure(
        tuple(elements), fractions, cell, labels=tuple(labels), quality=tuple(quality), obstacles=obstacles
    )


def _cell(file: TextFile, model: _Model) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the cell, and matrix and shift from Cartesian to fractional coordinates (SCALE)."""
    if model.cryst1 is None:
        raise InputError(
            "there is no cell; a net or a refinement needs a periodic one", path=file.path, line=model.line, hint=_HINT
        )
    line, text = model.cryst1
    columns = ((6, 15), (15, 24), (24, 33), (33, 40), (40, 47), (47, 54))
    parameters = [_number(file, line, text[start:end], "a cell parameter") for start, end in columns]
    if max(parameters[:3]) <= _PLACEHOLDER:
        raise InputError(
            "the cell is a placeholder (CRYST1 of 1 Å or less); a net or a refinement needs a real one",
            path=file.path,
            line=line,
            hint=_HINT,
        )
    group = text[55:66].strip()
    if not (group == "" or _PRIMITIVE.fullmatch(group)):
        raise InputError(
            f"is in the space group {shown(group)}; expected P 1 with all atoms of the cell",
            path=file.path,
            line=line,
            hint="write it as CIF, or with all of its atoms in P 1",
        )
    try:
        cell = cell_of_parameters(parameters)
    except InputError as error:
        raise file.error(line, error.message) from None
    scale, shift = np.linalg.inv(cell).T, np.zeros(3)
    if len(model.scales) == 3:
        rows = []
        for row in (1, 2, 3):
            at, words = model.scales[row]
            rows.append([_number(file, at, words[start:end], "a number of SCALE") for start, end in _SCALE_COLUMNS])
        given = np.array(rows)
        # A matrix of 0 says nothing, and a rounded one says less than the cell.
        if np.abs(np.linalg.det(given[:, :3])) > 0 and np.abs(given[:, :3] - scale).max() > _SAME_FRAME * scale.max():
            scale = given[:, :3]
        shift = given[:, 3]
    return cell, (np.asarray(scale, np.float64), shift)


_SCALE_COLUMNS = ((10, 20), (20, 30), (30, 40), (45, 55))


def _number(file: TextFile, line: int, text: str, what: str) -> float:
    return file.number(text.strip(), line, what, 1e7)


def _element(file: TextFile, line: int, text: str) -> tuple[str, bool]:
    """Return the element of an atom, and whether its own columns say it."""
    column = text[76:78].strip().capitalize()
    if is_symbol(column):
        return column, True
    name = text[12:16]
    plain = name.strip().lstrip("0123456789")
    readings = element_readings(plain) or ([plain] if plain in ("D", "T") else [])
    if name[0] in " 0123456789":
        # By the standard a symbol of two letters would begin one column before.
        single = [symbol for symbol in readings if len(symbol) == 1]
        readings = single or readings
    elif len(readings) > 1 and len(plain) >= 2 and plain[1].isalpha():
        two = [symbol for symbol in readings if len(symbol) == 2]
        # CA and the like pushed to the left by programs that know no columns, and calcium, look alike.
        readings = two if two and plain[2:3] == "" else readings
    if not readings:
        raise file.error(line, f"atom {shown(name.strip())} has no element: columns 77 and 78 have {shown(column)}")
    return readings[0], False


def _disorder(
    file: TextFile, line: int, occupancies: list[float], alternates: int
) -> tuple[list[str], tuple[InputError, ...]]:
    """Say which atoms are not whole; occupancies that are 0 or empty throughout say nothing."""
    quality = []
    partial = sum(1 for one in occupancies if one < 0.999)
    if partial and not any(occupancies):
        partial = 0
    if alternates:
        quality.append(f"alternate locations, left out: {alternates}")
    if partial:
        quality.append(f"atoms of partial occupancy: {partial}")
    return quality, tuple(file.error(line, sentence) for sentence in quality)
