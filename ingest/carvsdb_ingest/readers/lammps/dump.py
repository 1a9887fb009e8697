"""LAMMPS dump files (``.dump``, ``.lammpstrj``), any number of frames."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import LONGEST, check_volume
from carvsdb.atoms.elements import symbol_of
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.item import FileOptions, Frames, open_directions, usable
from carvsdb_ingest.readers.lammps.types import elements_of_atoms

_SCALED, _PLAIN = ("xs ys zs", "xsu ysu zsu"), ("xu yu zu", "x y z")
_BEGIN = "ITEM: TIMESTEP"
_BOUNDARY = re.compile("[pfsm]{2}")
_WHOLE = re.compile(r"[0-9]+")
_NUMBERED = re.compile(r"([A-Za-z]{1,2})[0-9]+")
_ITEM = re.compile(r"ITEM:\s*(TIMESTEP|NUMBER OF ATOMS|BOX BOUNDS|ATOMS|UNITS|TIME)\b(.*)")


def read_dump(file: TextFile, options: FileOptions) -> Frames:
    """Read all frames; atoms are sorted by their numbers, as the order in a dump is that of processors.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read, and for atoms of unknown element; only if no frame can be read.
    """
    frames: Frames = []
    at, last = 0, len(file.lines)
    while last and not file.lines[last - 1].strip():
        last -= 1
    while at < last:
        try:
            frame, at = _read_frame(file, at, last, options)
            frames.append(frame)
        except InputError as error:
            frames.append(error)
            at = next((line for line in range(at + 1, last) if file.lines[line].startswith(_BEGIN)), last)
    if not frames:
        raise InputError("holds no frame (ITEM: ATOMS)", path=file.path)
    return usable(frames)


def _read_frame(file: TextFile, at: int, last: int, options: FileOptions) -> tuple[Structure, int]:
    """Read the frame that begins at a line; also returns where the next one begins."""
    n_atoms, box, said = 0, None, open_directions(file, 1, (), "")
    while at < last:
        line = file.lines[at].strip()
        match = _ITEM.match(line)
        if line and match is None:
            raise file.error(at + 1, f"expected a line 'ITEM: ...', found {shown(line)}")
        item = match[1] if match else ""
        if not item:
            at += 1
        elif item in ("TIMESTEP", "UNITS", "TIME"):
            at += 2
        elif item == "NUMBER OF ATOMS":
            n_atoms = file.whole(_line(file, at + 1).strip(), at + 2, "the number of atoms")
            at += 2
        elif match and item == "BOX BOUNDS":
            box = _box(file, at, match[2].split())
            flags = [word for word in match[2].split() if _BOUNDARY.fullmatch(word)]
            said = open_directions(file, at + 1, [flag == "pp" for flag in flags], f"box bounds {' '.join(flags)}")
            at += 4
        elif box is None:
            raise file.error(at + 1, "the frame has no box (ITEM: BOX BOUNDS); a net needs a periodic cell")
        elif match:
            found = _frame(file, at, n_atoms, match[2].split(), box, options)
            return replace(found, quality=said[0], obstacles=said[1]), at + 1 + n_atoms
    raise file.error(last, "the file ends within a frame (is it cut off?)")


Box = tuple[NDArray[np.float64], NDArray[np.float64]]


def _line(file: TextFile, at: int) -> str:
    if at >= len(file.lines):
        raise file.error(len(file.lines), "the file ends within a frame (is it cut off?)")
    return file.lines[at]


def _box(file: TextFile, at: int, words: list[str]) -> Box:
    """Read the bounds of a box: the origin (Å) and the lattice vectors as rows (Å)."""
    rows = [
        file.numbers(_line(file, at + row).split(), at + row + 1, "a bound of the box", LONGEST) for row in (1, 2, 3)
    ]
    widths = {len(row) for row in rows}
    if widths == {4}:
        bounds = np.array(rows)
        low, cell = bounds[:, 3], bounds[:, :3]
    elif widths in ({2}, {3}):
        bounds = np.array(rows)
        tilt = dict(zip(words[:3], bounds[:, 2], strict=False)) if widths == {3} else {}
        xy, xz, yz = (float(tilt.get(name, 0.0)) for name in ("xy", "xz", "yz"))
        # What stands here are the bounds of the whole tilted box.
        low = bounds[:, 0] - np.array([min(0.0, xy, xz, xy + xz), min(0.0, yz), 0.0])
        high = bounds[:, 1] - np.array([max(0.0, xy, xz, xy + xz), max(0.0, yz), 0.0])
        cell = np.diag(high - low)
        cell[1, 0], cell[2, 0], cell[2, 1] = xy, xz, yz
        if (np.diag(cell) <= 0).any():
            raise file.error(at + 1, "the box has no length along one of its directions")
    else:
        raise file.error(at + 1, f"a bound of the box needs 2, 3 or 4 numbers, got {sorted(widths)}")
    try:
        check_volume(cell)
    except InputError as error:
        raise file.error(at + 1, error.message) from None
    return low, cell


def _frame(file: TextFile, at: int, n_atoms: int, columns: list[str], box: Box, options: FileOptions) -> Structure:
    if n_atoms < 1:
        raise file.error(at + 1, "the frame declares no atoms")
    if at + n_atoms >= len(file.lines) or not file.lines[at + n_atoms].strip():
        raise file.error(at + 1, f"the frame declares {n_atoms} atoms, but the file ends (is it cut off?)")
    place = {name: column for column, name in enumerate(columns)}
    rows = [file.lines[at + 1 + row].split() for row in range(n_atoms)]
    for row, words in enumerate(rows):
        if len(words) != len(columns):
            raise file.error(at + 2 + row, f"an atom needs {len(columns)} columns, got {len(words)}")
    low, cell = box
    exact, values = _coordinates(file, at, rows, place)
    ids = _whole(file, at, rows, place, ("id",), "an atom's number")
    numbers = np.arange(1, n_atoms + 1) if ids is None else ids[:, 0]
    if len(set(numbers.tolist())) < n_atoms:
        raise file.error(at + 1, "two atoms of the frame have the same number")
    elements = _elements(file, at, rows, place, options)
    order = np.argsort(numbers)
    molecules = _whole(file, at, rows, place, ("mol",), "a molecule")
    unwrapped = "xu" in place or "xsu" in place
    images = None if unwrapped else _whole(file, at, rows, place, ("ix", "iy", "iz"), "an image flag")
    charges = _real(file, at, rows, place, ("q",), "a charge")
    cartesian = values if exact else low + values @ cell
    try:
        found = Structure.from_cartesian(
            tuple(elements[one] for one in order),
            cartesian[order],
            cell,
            low,
            labels=tuple(map(str, numbers[order].tolist())),
            molecule_ids=None if molecules is None else molecules[order, 0],
            atom_ids=None if ids is None else numbers[order],
            images=None if images is None else images[order],
            charges=None if charges is None else charges[order, 0],
        )
    except InputError as error:
        raise file.error(at + 1, error.message) from None
    return found if exact else replace(found, positions=values[order])


Rows = list[list[str]]
Place = dict[str, int]


def _real(
    file: TextFile, at: int, rows: Rows, place: Place, names: Sequence[str], what: str
) -> NDArray[np.float64] | None:
    """Return columns of numbers, shape (n, columns); None if the frame has not all of them."""
    if not all(name in place for name in names):
        return None
    wanted = [place[name] for name in names]
    found = [file.numbers([words[one] for one in wanted], at + 2 + row, what, 1e7) for row, words in enumerate(rows)]
    return np.array(found, np.float64)


def _whole(
    file: TextFile, at: int, rows: Rows, place: Place, names: Sequence[str], what: str
) -> NDArray[np.int64] | None:
    if not all(name in place for name in names):
        return None
    wanted = [place[name] for name in names]
    return np.array(
        [[file.whole(words[one], at + 2 + row, what) for one in wanted] for row, words in enumerate(rows)], np.int64
    )


def _coordinates(file: TextFile, at: int, rows: Rows, place: Place) -> tuple[bool, NDArray[np.float64]]:
    """Return whether the coordinates are Cartesian, in Å, or fractional, and the coordinates."""
    for names in (*_PLAIN, *_SCALED):
        values = _real(file, at, rows, place, names.split(), "a coordinate")
        if values is not None:
            return names in _PLAIN, values
    raise file.error(at + 1, "the columns have no coordinates (x y z, xs ys zs, xu yu zu or xsu ysu zsu)")


def _elements(file: TextFile, at: int, rows: list[list[str]], place: dict[str, int], options: FileOptions) -> list[str]:
    named: str | None = next((name for name in ("element", "typelabel") if name in place), None)
    if named is None and "type" in place and any(not _WHOLE.fullmatch(words[place["type"]]) for words in rows):
        named = "type"  # a label of a labelmap
    if named is not None and not options.elements:
        column = place[named]
        known: dict[str, str] = {}
        for row, words in enumerate(rows):
            if words[column] not in known:
                try:
                    known[words[column]] = symbol_of(_NUMBERED.sub(r"\1", words[column]))
                except InputError as error:
                    error = file.error(at + 2 + row, error.message)
                    error.hint = "--types 1=C,2=H,3=N,4=Zn says which" if "type" in place else None
                    raise error from None
        return [known[words[column]] for words in rows]
    if "type" not in place:
        raise file.error(at + 1, "the columns have neither type nor element")
    types = [file.whole(words[place["type"]], at + 2 + row, "an atom's type") for row, words in enumerate(rows)]
    masses: dict[int, float] = {}
    if "mass" in place:
        for row, (kind, words) in enumerate(zip(types, rows, strict=True)):
            masses.setdefault(kind, file.number(words[place["mass"]], at + 2 + row, "a mass"))
    lines = range(at + 2, at + 2 + len(rows))
    return list(elements_of_atoms(file, types, lines, given=dict(options.elements), masses=masses, names={}))
