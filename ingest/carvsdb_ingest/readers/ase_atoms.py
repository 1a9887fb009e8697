"""What ASE reads, as structures: VASP's POSCAR and CONTCAR (``.vasp``, ``.poscar``, or files of that name)."""

import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any

import numpy as np

from carvsdb.atoms.cell import LONGEST, check_volume
from carvsdb.atoms.elements import is_symbol
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError, cause_of
from carvsdb_ingest.files.text_file import TextFile, plain, shown
from carvsdb_ingest.readers.item import FileOptions, Frames

MOST_ATOMS = 2_000_000
"""More atoms than this are refused: no model of a framework has as many."""

# VASP 6 writes the hash of a pseudopotential behind its element, and its kind: Zn_pv, O/5e0bd6.
_COMMENT = re.compile(r"[!#].*")
_SUFFIX = re.compile(r"[_/].*")


def read_poscar(file: TextFile, options: FileOptions) -> Frames:
    """Read the structure.

    Raises
    ------
    InputError
        In one sentence, for whatever cannot be read, and for files of VASP 4, which name no elements.
    """
    from ase.io.vasp import read_vasp

    if len(file.lines) < 8:
        raise file.error(len(file.lines), "a POSCAR has 8 lines or more (is the file cut off?)")
    lines = list(file.lines)
    lines[5:7] = [_COMMENT.sub("", line) for line in lines[5:7]]
    symbols = lines[5].split()
    if symbols and all(word.isdigit() for word in symbols):
        titles = [_SUFFIX.sub("", word) for word in lines[0].split()]
        if len(titles) != len(symbols) or not all(map(is_symbol, titles)):
            raise InputError(
                f"line 6 has the numbers {plain(' '.join(symbols))} and no elements (a POSCAR of VASP 4)",
                path=file.path,
                line=6,
                hint="write the elements in a line above it, as VASP 5 does",
            )
        symbols = titles
        lines.insert(5, " ".join(symbols))
    plain_symbols = [_SUFFIX.sub("", word) for word in symbols]
    if all(is_symbol(symbol.capitalize()) for symbol in plain_symbols):  # some programs write ZN or zn
        plain_symbols = [symbol.capitalize() for symbol in plain_symbols]
    for word, symbol in zip(symbols, plain_symbols, strict=True):
        if not is_symbol(symbol):
            raise file.error(6, f"{shown(word)} is no chemical symbol")
    # ASE knows no isotopes: they are read as hydrogen, and put back by their place.
    lines[5] = " ".join("H" if symbol in ("D", "T") else symbol for symbol in plain_symbols)
    counts = [_number(file, count) for count in lines[6].split()[: len(plain_symbols)]]
    elements = tuple(symbol for symbol, count in zip(plain_symbols, counts, strict=False) for _ in range(count))
    first = next((at for at in (7, 8) if at < len(lines) and lines[at].strip()[:1].lower() != "s"), 8) + 1
    held = sum(1 for line in lines[first : first + len(elements)] if line.strip())
    if held < len(elements):
        raise file.error(7, f"declares {len(elements)} atoms, but there are {held} (is the file cut off?)")
    atoms = read_by_ase(file, "POSCAR", lambda: read_vasp(StringIO("\n".join(lines) + "\n")))
    return [structure_of_atoms(file.path, atoms, elements)]


def _number(file: TextFile, text: str) -> int:
    number = file.whole(text, 7, "a number of atoms")
    if not 0 <= number <= MOST_ATOMS:
        raise file.error(7, f"{number} atoms are more than the {MOST_ATOMS} that are read")
    return number


def read_by_ase(file: TextFile, what: str, read: Callable[[], Any]) -> Any:
    """Return what a reader of ASE returns.

    Raises
    ------
    InputError
        In one sentence, for whatever it raises.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except MemoryError as error:
        sentence = f"cannot be read as {what}: it needs more memory than there is"
        raise InputError(sentence, path=file.path) from error
    except Exception as error:  # whatever ASE's readers raise for bytes from anywhere
        sentence = f"cannot be read as {what} ({cause_of(error)})"
        raise InputError(sentence, path=file.path, hint="is the file cut off or of another format?") from error


def structure_of_atoms(path: str, atoms: Any, elements: tuple[str, ...]) -> Structure:
    """Make a structure of the Atoms of ASE; `elements` may name isotopes, which ASE does not know.

    Raises
    ------
    InputError
        If there are none, or their cell or coordinates cannot be used.

    Notes
    -----
    ``X``, which ASE calls what is no element (XCrySDen: the number 0), is left out.
    """
    if len(atoms) == 0:
        raise InputError("there are no atoms", path=path)
    cell, places = np.array(atoms.cell[:], np.float64), np.array(atoms.get_positions(), np.float64)
    if not np.isfinite(cell).all() or np.abs(cell).max() > LONGEST:
        raise InputError(f"the cell must be finite, and at most {LONGEST:g} Å long", path=path)
    if not np.isfinite(places).all():
        raise InputError("coordinates must be finite numbers", path=path)
    real = np.flatnonzero(atoms.numbers)
    if not len(real):
        raise InputError("all sites are dummies", path=path)
    dummies = (f"dummy sites, left out: {len(atoms) - len(real)}",) if len(real) < len(atoms) else ()
    try:
        check_volume(cell)
        kept, labels = tuple(elements[atom] for atom in real), tuple(str(atom + 1) for atom in real)
        return replace(Structure.from_cartesian(kept, places[real], cell, labels=labels), quality=dummies)
    except InputError as error:
        raise InputError(error.message, path=path) from None
