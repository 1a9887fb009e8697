"""Extended xyz (``.xyz``, ``.extxyz``), any number of frames; plain xyz whose comment lines hold the cell."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import LONGEST, cell_of_parameters, check_volume
from carvsdb.atoms.elements import DUMMIES, is_symbol, symbol_doubt
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, plain, shown
from carvsdb_ingest.readers.item import FileOptions, Frames, open_directions, usable

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
# "cell 10 10 10", "CELL{abcABC}: 10 10 10 90 90 90" (i-PI, with words in braces behind it), or the numbers alone.
_CELL = re.compile(
    rf"\s*(?:#\s*)?(?:cell[^\s:=]*\s*[:=]?)?\s*((?:{_NUMBER}[\s,]+)*{_NUMBER})\s*(?:[a-z]+\{{angstrom\}}\s*)*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"([A-Za-z]{1,2})\d+")
_PAIR = re.compile(r"""([A-Za-z_][\w.-]*)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*'|\{[^}]*\}|\[(?:[^][]|\[[^][]*\])*\]|\S+)""")
_NO_CELL = "the file says no cell: that of the options was taken"
_LATTICE_HINT = 'in extended xyz it is the comment line Lattice="ax ay az bx by bz cx cy cz"; or describe --cell A,B,C'
# Column -> (kind, width, attribute of the structure).
_COLUMNS = {
    "id": ("I", 1, "atom_ids"),
    "molecule": ("I", 1, "molecule_ids"),
    "charge": ("R", 1, "charges"),
    "species": ("S", 1, "elements"),
    "pos": ("R", 3, "cartesian"),
    "image": ("I", 3, "images"),
}
# What else programs call the two columns that every frame has.
_USUAL = {
    **dict.fromkeys(
        ("species", "element", "elements", "symbol", "symbols", "z", "numbers", "atomic_numbers"), "species"
    ),
    **dict.fromkeys(("pos", "position", "positions"), "pos"),
}
_PLAIN = "species:S:1:pos:R:3"
_BEADS = "beads of a coarse model are called by elements, too"
_DUMMY = "X"
# Sites of water models and lone pairs, which have a charge and no mass.
_MASSLESS = frozenset({"MW", "MW4", "EP", "LP"})
_TRUE = {"t", "true", "1", ".true."}


def read_xyz(file: TextFile, options: FileOptions) -> Frames:
    """Read all frames; of a file that is cut off those before the cut.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read and for frames without a cell, if no frame can be read.

    Notes
    -----
    The columns ``species`` and ``pos``, and of ours ``id``, ``molecule``, ``image`` (three) and ``charge`` and the key
    ``Origin`` are read, others left out. A comment line without ``Lattice="..."`` may hold nothing but numbers (after
    the word ``cell`` if need be, or as ``cell="..."``): three lengths, six lengths and angles, or nine coordinates of
    lattice vectors. Elements may be numbered (``Zn1``).
    """
    found = list[Structure | InputError]()
    last = _end(file)
    at = _next(file, 0, last)
    while at < last:
        try:
            number = _atoms_of_frame(file, at, last)
        except InputError as error:
            found.append(error)
            break
        try:
            found.append(_frame(file, at, number, options))
        except InputError as error:
            found.append(error)
        at = _next(file, at + 2 + number, last)
    return usable(found)


def read_free_molecule(file: TextFile) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return elements and coordinates (Å) of the first frame: one molecule, which needs no cell.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read.
    """
    last = _end(file)
    at = _next(file, 0, last)
    n_atoms = _atoms_of_frame(file, at, last)
    arrays = _arrays(file, at, n_atoms, _values(file.lines[at + 1]).get("properties"), {})
    return tuple(arrays["elements"]), arrays["cartesian"]


def check_counts(file: TextFile) -> None:
    """Look whether all frames are as long as they say.

    Raises
    ------
    InputError
        With file and line, for a count that is none or is beyond the end of the file.
    """
    last = _end(file)
    at = _next(file, 0, last)
    while at < last:
        at = _next(file, at + 2 + _atoms_of_frame(file, at, last), last)


def _end(file: TextFile) -> int:
    """Return the number of lines without the empty ones at the end."""
    last = len(file.lines)
    while last and not file.lines[last - 1].strip():
        last -= 1
    return last


def _next(file: TextFile, at: int, last: int) -> int:
    """Return the first line from a line on that is not empty: programs and people put some between frames."""
    while at < last and not file.lines[at].strip():
        at += 1
    return at


def _atoms_of_frame(file: TextFile, at: int, last: int) -> int:
    """Return how many atoms the frame has that begins at a line, if all of them are there."""
    number = file.whole(file.lines[at].strip(), at + 1, "the number of atoms")
    if number < 1:
        raise file.error(at + 1, f"a frame needs one atom or more, got {number}")
    if at + 2 + number > last:
        held = max(0, last - at - 2)
        raise file.error(at + 1, f"the frame declares {number} atoms, but there are {held} (is the file cut off?)")
    return number


def _frame(file: TextFile, at: int, n_atoms: int, options: FileOptions) -> Structure:
    line = at + 2
    comment = file.lines[at + 1]
    values = _values(comment)
    given = _cell(file, line, comment, values)
    if given is None and not options.cell:
        raise InputError(
            "there is no cell; a net or a refinement needs a periodic one",
            path=file.path,
            line=line,
            hint=_LATTICE_HINT,
        )
    cell = cell_of_parameters([*options.cell, 90.0, 90.0, 90.0][:6]) if given is None else given
    origin = np.array(_vector(file, line, values.get("origin", "0 0 0"), 3, "Origin"))
    arrays = _arrays(file, at, n_atoms, values.get("properties"), dict(options.elements))
    doubts = arrays.pop("doubts") + ((_NO_CELL,) if given is None else ())
    real = np.array([symbol != _DUMMY for symbol in arrays["elements"]], bool)
    if not real.any():
        raise file.error(line + 1, "all sites of the frame are dummies")
    if not real.all():
        doubts = (*doubts, f"dummy sites, left out: {n_atoms - int(real.sum())}")
        arrays = {name: np.asarray(column)[real] for name, column in arrays.items()}
        n_atoms = int(real.sum())
    elements, cartesian = tuple(map(str, arrays.pop("elements"))), arrays.pop("cartesian")
    ids = arrays.get("atom_ids")
    if ids is not None and len(np.unique(ids)) < n_atoms:
        raise file.error(line, "two atoms of the frame have the same id")
    flags = values.get("pbc", "").replace(",", " ").split()
    closed = [flag.lower() in _TRUE for flag in flags]
    quality, obstacles = open_directions(file, line, closed, f"pbc={shown(values.get('pbc', ''))}")
    try:
        return Structure.from_cartesian(
            elements,
            cartesian,
            cell,
            origin,
            labels=tuple(map(str, range(1, n_atoms + 1) if ids is None else ids.tolist())),
            quality=(*quality, *doubts),
            obstacles=obstacles,
            **arrays,
        )
    except InputError as error:
        raise file.error(line, error.message) from None


def _values(comment: str) -> dict[str, str]:
    """Return what a comment line says by keys."""
    return {name.lower(): text[1:-1] if text[0] in "\"'{[" else text for name, text in _PAIR.findall(comment)}


def _arrays(file: TextFile, at: int, n_atoms: int, properties: str | None, types: dict[int, str]) -> dict[str, Any]:
    """Return the known columns of a frame as arguments of a structure, and `doubts` about its elements."""
    width, places = _places(file, at + 2, _PLAIN if properties is None else properties)
    rows = [text.split() for text in file.lines[at + 2 : at + 2 + n_atoms]]
    for number, row in enumerate(rows, at + 3):
        # Without Properties only the first four columns have a meaning; what follows them has none that is known.
        if len(row) < width or (properties is not None and len(row) != width):
            raise file.error(number, f"an atom needs {width} columns, got {len(row)}")
    arrays: dict[str, Any] = {}
    for name, first in places.items():
        kind, columns, field = _COLUMNS[name]
        words = [row[first : first + columns] for row in rows]
        read_as = _READ[kind] if name != "species" else partial(_symbols, types=types)
        arrays[field] = read_as(file, at + 3, name, words)
    read = {(row[places["species"]], element): None for row, element in zip(rows, arrays["elements"], strict=True)}
    arrays["doubts"] = tuple(doubt for word, element in read if (doubt := symbol_doubt(word, element)))
    return arrays


def _cell(file: TextFile, line: int, comment: str, values: dict[str, str]) -> NDArray[np.float64] | None:
    """Return the cell that a comment says, None if it says none."""
    plain = _CELL.fullmatch(comment) if len(comment) < 400 else None
    if "lattice" in values:
        numbers = _vector(file, line, values["lattice"], 9, "Lattice")
    elif plain is None and "cell" in values:
        numbers = file.numbers(re.sub(r"[][,]", " ", values["cell"]).split(), line, "a number of the cell", LONGEST)
    elif plain is not None:
        numbers = file.numbers(plain[1].replace(",", " ").split(), line, "a number of the cell")
    else:
        numbers = []
    try:
        if len(numbers) in (3, 6):
            return cell_of_parameters(numbers if len(numbers) == 6 else [*numbers, 90.0, 90.0, 90.0])
        if len(numbers) == 9:
            cell = np.array(numbers).reshape(3, 3)
            check_volume(cell)
            return cell
    except InputError as error:
        raise file.error(line, error.message) from None
    return None


def _vector(file: TextFile, line: int, text: str, length: int, what: str) -> list[float]:
    words = re.sub(r"[][,]", " ", text).split()
    if len(words) != length:
        raise file.error(line, f"{what} must have {length} numbers, got {len(words)}")
    return file.numbers(words, line, f"a number of {what}", LONGEST)


def _places(file: TextFile, line: int, properties: str) -> tuple[int, dict[str, int]]:
    """Return the number of columns of a line, and where the known ones start."""
    parts, places, width = properties.split(":"), {}, 0
    if len(parts) % 3:
        raise file.error(line, f"Properties must be triples name:kind:columns, got {shown(properties)}")
    given = {name.lower() for name in parts[::3]}
    for name, kind, columns in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        usual = _USUAL.get(name.lower(), name)
        if usual == name.lower() or usual not in given:
            given.add(usual)
            name = usual
        if name == "species" and kind == "I":  # atomic numbers, which are read as symbols are
            kind = "S"
        count = file.whole(columns, line, f"the number of columns of {shown(name)}")
        if not 0 < count <= 1000:
            raise file.error(line, f"a property has 1 to 1000 columns, got {shown(f'{name}:{kind}:{columns}')}")
        if name in _COLUMNS:
            if (kind, count) == _COLUMNS[name][:2]:
                places[name] = width
            elif name in ("species", "pos"):
                expected = f"{name}:{_COLUMNS[name][0]}:{_COLUMNS[name][1]}"
                raise file.error(line, f"Properties must have {expected}, got {shown(f'{name}:{kind}:{columns}')}")
        width += count
    for name in ("species", "pos"):
        if name not in places:
            raise file.error(line, f"Properties has no column {name}; expected species:S:1 and pos:R:3")
    return width, places


def _symbols(
    file: TextFile, first: int, what: str, rows: Sequence[list[str]], types: dict[int, str] | None = None
) -> list[str]:
    import gemmi

    known = {str(number): symbol for number, symbol in (types or {}).items()}
    numbers = {word for (word,) in rows if word not in known}
    # As atomic numbers these would be H, or H and He, and so on: types of a simulation.
    if numbers and numbers == {str(number) for number in range(1, len(numbers) + 1)}:
        raise InputError(
            f"elements are the numbers {', '.join(sorted(numbers, key=int))}, which look like types of a simulation",
            path=file.path,
            line=first,
            hint="say which: --types 1=C,2=H,3=N,4=Zn",
        )
    for number, (word,) in enumerate(rows, first):
        if word in DUMMIES or word in _MASSLESS:
            known[word] = _DUMMY
        if word not in known:
            if types and word.isdigit():
                raise file.error(number, f"atom type {plain(word)} has no element: --types leaves it out")
            # Some programs write atomic numbers for symbols.
            atomic = gemmi.Element(int(word)).name if word.isascii() and word.isdigit() and int(word) < 119 else word
            label = _LABEL.fullmatch(atomic)
            symbol = (label[1] if label else atomic).capitalize() if label or len(atomic) < 3 else atomic
            if not is_symbol(symbol):
                raise InputError(f"{shown(word)} is no chemical symbol", path=file.path, line=number, hint=_BEADS)
            known[word] = symbol
    return [known[word] for (word,) in rows]


def _whole(file: TextFile, first: int, what: str, rows: Sequence[list[str]]) -> NDArray[np.int64]:
    numbers = [[file.whole(word, number, what) for word in row] for number, row in enumerate(rows, first)]
    return _column(np.array(numbers, np.int64))


def _real(file: TextFile, first: int, what: str, rows: Sequence[list[str]]) -> NDArray[np.float64]:
    what = "a coordinate" if what == "pos" else what
    return _column(np.array([file.numbers(row, number, what, 1e7) for number, row in enumerate(rows, first)]))


def _column(values: NDArray[Any]) -> NDArray[Any]:
    return values[:, 0] if values.shape[1] == 1 else values


_READ: dict[str, Callable[[TextFile, int, str, Sequence[list[str]]], Any]] = {"S": _symbols, "I": _whole, "R": _real}
