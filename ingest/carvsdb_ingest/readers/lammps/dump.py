"""LAMMPS dump files (``.dump``, ``.lammpstrj``), any number of frames."""

import re

import numpy as np
from numpy.typing import NDArray

from carvsdb.atoms.cell import LONGEST, check_volume
from carvsdb.atoms.elements import symbol_of
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.frames import Frames, usable
from carvsdb_ingest.readers.item import ReadOptions
from carvsdb_ingest.readers.lammps.types import elements_of_atoms

_SCALED, _PLAIN = ("xs ys zs", "xsu ysu zsu"), ("xu yu zu", "x y z")
_BEGIN = "ITEM: TIMESTEP"
_ITEM = re.compile(r"ITEM:\s*(TIMESTEP|NUMBER OF ATOMS|BOX BOUNDS|ATOMS|UNITS|TIME)\b(.*)")


def read_dump(file: TextFile, options: ReadOptions) -> Frames:
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


def _read_frame(file: TextFile, at: int, last: int, options: ReadOptions) -> tuple[Structure, int]:
    """Read the frame that begins at a line; also returns where the next one begins."""
    n_atoms, box = 0, None
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
            at += 4
        elif box is None:
            raise file.error(at + 1, "the frame has no box (ITEM: BOX BOUNDS); a net needs a periodic cell")
        elif match:
            return _frame(file, at, n_atoms, match[2].split(), box, options), at + 1 + n_atoms
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


def _frame(file: TextFile, at: int, n_atoms: int, columns: list[str], box: Box, options: ReadOptions) -> Structure:
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
    positions = _positions(file, at, rows, place, low, cell)
    ids = (
        [file.whole(words[place["id"]], at + 2 + row, "an atom's number") for row, words in enumerate(rows)]
        if ("id" in place)
        else list(range(1, n_atoms + 1))
    )
    if len(set(ids)) < n_atoms:
        raise file.error(at + 1, "two atoms of the frame have the same number")
    elements = _elements(file, at, rows, place, options)
    order = np.argsort(ids)
    return Structure(
        elements=tuple(elements[one] for one in order),
        positions=positions[order],
        cell=cell,
        labels=tuple(str(ids[one]) for one in order),
        molecule_ids=_molecules(file, at, rows, place, order),
    )


def _positions(
    file: TextFile,
    at: int,
    rows: list[list[str]],
    place: dict[str, int],
    low: NDArray[np.float64],
    cell: NDArray[np.float64],
) -> NDArray[np.float64]:
    for names in (*_PLAIN, *_SCALED):
        if all(name in place for name in names.split()):
            wanted = [place[name] for name in names.split()]
            values = np.array(
                [
                    file.numbers([words[one] for one in wanted], at + 2 + row, "a coordinate", 1e7)
                    for row, words in enumerate(rows)
                ]
            )
            positions = values if names in _SCALED else (values - low) @ np.linalg.inv(cell)
            if np.abs(positions).max() > 1e6:
                raise file.error(at + 1, "an atom is more than a million cells away")
            return np.asarray(positions, np.float64)
    raise file.error(at + 1, "the columns have no coordinates (x y z, xs ys zs, xu yu zu or xsu ysu zsu)")


def _elements(file: TextFile, at: int, rows: list[list[str]], place: dict[str, int], options: ReadOptions) -> list[str]:
    if "element" in place and not options.elements:
        column = place["element"]
        known: dict[str, str] = {}
        for row, words in enumerate(rows):
            if words[column] not in known:
                try:
                    known[words[column]] = symbol_of(words[column])
                except InputError as error:
                    raise file.error(at + 2 + row, error.message) from None
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


def _molecules(
    file: TextFile, at: int, rows: list[list[str]], place: dict[str, int], order: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    if "mol" not in place:
        return None
    numbers = [file.whole(words[place["mol"]], at + 2 + row, "a molecule") for row, words in enumerate(rows)]
    return np.array(numbers, np.int64)[order]
