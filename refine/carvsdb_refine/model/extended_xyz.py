"""Atomic models as extended xyz files of one frame."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.elements import is_symbol
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown

_PAIR = re.compile(r"""([A-Za-z_][\w.-]*)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*'|\S+)""")
# Column -> (kind, width, name in the model).
_COLUMNS = {
    "id": ("I", 1, "atom_ids"),
    "molecule": ("I", 1, "molecule_ids"),
    "charge": ("R", 1, "charges"),
    "species": ("S", 1, "elements"),
    "pos": ("R", 3, "positions"),
    "image": ("I", 3, "images"),
}
_TRUE = {"T", "True", "true", "1"}


def read_xyz_model(file: TextFile) -> AtomicModel:
    """Read an extended xyz file with ``Lattice`` and the columns ``species`` and ``pos``.

    The columns ``id``, ``molecule``, ``image`` (three) and ``charge`` and the key ``Origin`` are read too, others
    left out.

    Raises
    ------
    InputError
        With file and line: no lattice, not periodic, a column missing or of the wrong kind, several frames.
    """
    lines = file.lines
    n_atoms = file.whole(lines[0].strip(), 1, "the number of atoms")
    if n_atoms < 1:
        raise file.error(1, f"a model needs at least one atom, got {n_atoms}")
    if len(lines) < 2:
        raise file.error(1, "there is no second line; expected Lattice and Properties there")
    values = {name.lower(): text.strip("\"'") for name, text in _PAIR.findall(lines[1])}
    if "lattice" not in values:
        raise file.error(2, 'there is no cell; expected Lattice="ax ay az bx by bz cx cy cz" in Å')
    if any(flag not in _TRUE for flag in values.get("pbc", "").split()):
        raise file.error(2, f"the cell is not periodic in all directions (pbc={shown(values['pbc'])})")
    cell = _vector(file, values["lattice"], 9, "Lattice").reshape(3, 3)
    origin = _vector(file, values.get("origin", "0 0 0"), 3, "Origin")
    width, places = _places(file, values.get("properties", "species:S:1:pos:R:3"))
    rows = [line.split() for line in lines[2 : 2 + n_atoms]]
    found = sum(bool(row) for row in rows)
    if found < n_atoms:
        raise file.error(len(lines), f"line 1 declares {n_atoms} atoms, but there are {found} (is the file cut off?)")
    for number, line in enumerate(lines[2 + n_atoms :], 3 + n_atoms):
        if line.strip():
            raise file.error(number, f"there is more after the {n_atoms} atoms; expected one frame")
    columns: dict[str, list[list[str]]] = {name: [] for name in places}
    for number, row in enumerate(rows, 3):
        if len(row) != width:
            raise file.error(number, f"an atom needs {width} columns, got {len(row)}")
        for name, first in places.items():
            columns[name].append(row[first : first + _COLUMNS[name][1]])
    arrays: dict[str, Any] = {
        _COLUMNS[name][2]: _column(file, name, words) for name, words in columns.items() if name != "species"
    }
    elements = tuple(words[0] for words in columns["species"])
    for number, symbol in enumerate(elements, 3):
        if not is_symbol(symbol):
            raise file.error(number, f"{shown(symbol)} is no chemical symbol")
    try:
        return AtomicModel(elements, cell=cell, origin=origin, **arrays)
    except InputError as error:
        raise file.error(2, error.message) from None


def _vector(file: TextFile, text: str, length: int, what: str) -> NDArray[np.float64]:
    words = text.split()
    if len(words) != length:
        raise file.error(2, f"{what} must have {length} numbers, got {len(words)}")
    return np.array(file.numbers(words, 2, f"a number of {what}"))


def _places(file: TextFile, properties: str) -> tuple[int, dict[str, int]]:
    """Return the number of columns of a line, and where the known ones start."""
    parts, places, width = properties.split(":"), {}, 0
    if len(parts) % 3:
        raise file.error(2, f"Properties must be triples name:kind:columns, got {shown(properties)}")
    for name, kind, columns in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        count = file.whole(columns, 2, f"the number of columns of {shown(name)}")
        if name in _COLUMNS:
            if (kind, count) != _COLUMNS[name][:2]:
                expected = f"{name}:{_COLUMNS[name][0]}:{_COLUMNS[name][1]}"
                raise file.error(2, f"Properties must have {expected}, got {shown(f'{name}:{kind}:{columns}')}")
            places[name] = width
        width += count
    for name in ("species", "pos"):
        if name not in places:
            raise file.error(2, f"Properties has no column {name}; expected species:S:1 and pos:R:3")
    return width, places


def _column(file: TextFile, name: str, rows: Sequence[list[str]]) -> NDArray[np.float64] | NDArray[np.int64]:
    kind, width, _ = _COLUMNS[name]
    if kind == "I":
        whole = [[file.whole(word, number, name) for word in row] for number, row in enumerate(rows, 3)]
        return np.array(whole, np.int64).reshape((len(rows),) if width == 1 else (len(rows), width))
    real = [file.numbers(row, number, name, 1e7) for number, row in enumerate(rows, 3)]
    return np.array(real).reshape((len(rows),) if width == 1 else (len(rows), width))
