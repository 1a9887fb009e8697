"""Inputs and outputs of simulation programs that ASE reads, and that hold all atoms of the cell."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from carvsdb.atoms.elements import element_of_type, symbol_doubt
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, plain
from carvsdb_ingest.readers.ase_atoms import MOST_ATOMS, read_by_ase, structure_of_atoms
from carvsdb_ingest.readers.item import FileOptions, Frames, open_sentences, usable

_MOST_NAMES = 5
# As ASE reads it.
_NAME = re.compile(r"\s*([A-Za-z][a-z]?)\S*")
_SPECIES = re.compile(r"\s*([A-Za-z]\S*)\s+(\d+\.?\d*)\s+\S")
_COUNT = re.compile(r"\s*\d+\s+\d+\s+(\d{1,9})(?!\S)")
_GROUP_OF_CAR = re.compile(r"^PBC\s[^\n(]*\(([^)\n]*)\)", re.MULTILINE)


def reader_by_ase(name: str, title: str) -> Callable[[TextFile, FileOptions], Frames]:
    """Return what reads all frames of a file by ASE.

    Parameters
    ----------
    name : str
        What ASE calls the format.
    title : str
        What messages call it.
    """

    def read(file: TextFile, options: FileOptions) -> Frames:
        """Read the frames.

        Raises
        ------
        InputError
            In one sentence, for whatever ASE cannot read, and for atoms without a cell.
        """
        _check(file, name)
        found = read_by_ase(file, title, lambda: _read(file, name))
        guessed = read_by_ase(file, title, lambda: _guessed(file, name))
        frames: Frames = []
        for atoms in found:
            try:
                frames.append(_structure(file, atoms, guessed))
            except InputError as error:
                frames.append(error)
        if not frames:
            raise InputError(f"holds no structure ({title})", path=file.path, hint="is the file cut off?")
        return usable(frames)

    return read


def _read(file: TextFile, name: str) -> list[Any]:
    """Return all frames; some of ASE's readers open files by name only."""
    import ase.io
    from ase.io.formats import ioformats

    with TemporaryDirectory() as folder:
        path = Path(folder) / "atoms"
        path.write_text(file.text.rstrip("\n") + "\n", "utf-8")
        many = ioformats[name].code[0] == "+"
        found: Any = ase.io.read(path, index=slice(None) if many else None, format=name, parallel=False)
    return list(found) if many else [found]


def _structure(file: TextFile, atoms: Any, guessed: tuple[str, ...]) -> Structure:
    if len(atoms) > MOST_ATOMS:
        raise InputError(f"{len(atoms)} atoms are more than the {MOST_ATOMS} that are read", path=file.path)
    if not atoms.cell.any():
        raise InputError("there is no cell; a net or a refinement needs a periodic one", path=file.path)
    found = structure_of_atoms(file.path, atoms, tuple(atoms.get_chemical_symbols()))
    sentences = open_sentences(atoms.pbc)
    quality = (*found.quality, *guessed, *sentences)
    obstacles = (InputError("the cell is not periodic in all directions", path=file.path),) if sentences else ()
    return replace(found, quality=quality, obstacles=obstacles)


def _guessed(file: TextFile, name: str) -> tuple[str, ...]:
    """Say which names of atoms are read as an element and may mean another one."""
    if name not in _NAMES:
        return ()
    told = [f"{plain(word)} as {symbol}" for word, symbol, mass in _NAMES[name](file) if _is_other(word, symbol, mass)]
    if not told:
        return ()
    told = sorted(set(told))
    more = ", ..." if len(told) > _MOST_NAMES else ""
    return (f"elements read from the names of atoms: {', '.join(told[:_MOST_NAMES])}{more}",)


def _is_other(word: str, symbol: str, mass: float | None) -> bool:
    """Tell whether a mass contradicts an element, or without one, whether more letters follow or a type is like it."""
    if mass is None:
        return word[len(symbol) :][:1].isalpha() or symbol_doubt(word, symbol) is not None
    try:
        return element_of_type(1, symbol, mass) != symbol
    except InputError:
        return True


def _names_of_dl_poly(file: TextFile) -> Iterator[tuple[str, str, None]]:
    """Yield the names of atoms, and what ASE makes of them; other lines have numbers."""
    for line in file.lines[2:]:
        if found := _NAME.match(line):
            yield found[0].strip(), found[1].capitalize(), None


def _names_of_espresso(file: TextFile) -> Iterator[tuple[str, str, float | None]]:
    """Yield the names of species, what ASE makes of them, and their masses; 1 is no mass, but a place for one."""
    from ase.io.espresso import label_to_symbol

    lines = iter(file.lines)
    next((line for line in lines if line.strip().startswith("ATOMIC_SPECIES")), None)
    for line in lines:
        found = _SPECIES.match(line)
        if found:
            mass = float(found[2])
            yield found[1], label_to_symbol(found[1]), None if mass == 1.0 else mass  # type: ignore[no-untyped-call]
        elif line.strip() and not line.startswith("#"):
            return


_NAMES: dict[str, Callable[[TextFile], Iterator[tuple[str, str, float | None]]]] = {
    "dlp4": _names_of_dl_poly,
    "espresso-in": _names_of_espresso,
}


def _check(file: TextFile, name: str) -> None:
    """Refuse what ASE takes for whole: structures that are not in P 1, and files that are cut off."""
    if name == "dmol-car":
        group = _GROUP_OF_CAR.search(file.text[:10_000])
        if group and group[1].replace(" ", "").upper() not in ("P1", ""):
            raise InputError(
                f"is in the space group {plain(group[1])}; expected P1 with all atoms of the cell",
                path=file.path,
                hint="write it as CIF, or with all of its atoms in P 1",
            )
        if not any(line.startswith("end") for line in file.lines):
            raise file.error(len(file.lines), "there is no line `end` behind the atoms (is the file cut off?)")
    if name == "dlp4" and len(file.lines) > 1 and (said := _COUNT.match(file.lines[1])):
        held = sum(1 for _ in _names_of_dl_poly(file))
        if held < int(said[1]):
            raise file.error(2, f"declares {said[1]} atoms, but there are {held} (is the file cut off?)")
