"""Inputs and outputs of simulation programs that ASE reads, and that hold all atoms of the cell."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile, plain
from carvsdb_ingest.readers.ase_atoms import MOST_ATOMS, read_by_ase, structure_of_atoms
from carvsdb_ingest.readers.item import FileOptions, Frames, open_sentences, usable

_MOST_NAMES = 5
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
        _check(file)
        found = read_by_ase(file, title, lambda: _read(file, name))
        frames: Frames = []
        for atoms in found:
            try:
                frames.append(_structure(file, atoms))
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


def _structure(file: TextFile, atoms: Any) -> Any:
    if len(atoms) > MOST_ATOMS:
        raise InputError(f"{len(atoms)} atoms are more than the {MOST_ATOMS} that are read", path=file.path)
    if not atoms.cell.any():
        raise InputError("there is no cell; a net or a refinement needs a periodic one", path=file.path)
    found = structure_of_atoms(file.path, atoms, tuple(atoms.get_chemical_symbols()))
    sentences = open_sentences(atoms.pbc)
    obstacles = (InputError("the cell is not periodic in all directions", path=file.path),) if sentences else ()
    return replace(found, quality=(*_guessed(atoms), *sentences), obstacles=obstacles)


def _guessed(atoms: Any) -> tuple[str, ...]:
    """Say which names of atoms are read as an element although more letters follow, as DL_POLY has them."""
    if "dlp4_labels" not in atoms.arrays:
        return ()
    pairs = zip(atoms.get_chemical_symbols(), map(str, atoms.arrays["dlp4_labels"]), strict=True)
    names = sorted({(f"{symbol}{rest}", symbol) for symbol, rest in pairs if rest[:1].isalpha()})
    if not names:
        return ()
    told = ", ".join(f"{plain(name)} as {symbol}" for name, symbol in names[:_MOST_NAMES])
    return (f"elements read from the names of atoms: {told}{', ...' if len(names) > _MOST_NAMES else ''}",)


def _check(file: TextFile) -> None:
    """Refuse a file of Materials Studio whose group is not P 1: ASE takes its atoms for all there are."""
    group = _GROUP_OF_CAR.search(file.text[:10_000])
    if group and group[1].replace(" ", "").upper() not in ("P1", ""):
        raise InputError(
            f"is in the space group {plain(group[1])}; expected P1 with all atoms of the cell",
            path=file.path,
            hint="write it as CIF, or with all of its atoms in P 1",
        )
