"""What ASE reads, as structures: one place for its errors, its warnings and its missing cells."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from carvsdb.atoms.cell import LONGEST, check_volume
from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.frames import Frames, usable

MOST_ATOMS = 2_000_000
"""More atoms than this are refused: no model of a framework has as many."""


def structures_by_ase(file: TextFile, what: str, reads: Sequence[Callable[[], Any]]) -> Frames:
    """Read the frames of a file by a function of ASE.

    Parameters
    ----------
    file : TextFile
    what : str
        What the format is called, for messages.
    reads : sequence of callable
        For each frame what returns its ``ase.Atoms``.

    Raises
    ------
    InputError
        In one sentence, for whatever ASE stumbles over, if it does so in every frame.
    """
    found: Frames = []
    for number, read in enumerate(reads, 1):
        where = f"frame {number}: " if len(reads) > 1 else ""
        try:
            found.append(_structure(file, _atoms(file, what, read, where), where))
        except InputError as error:
            found.append(error)
    return usable(found)


def _atoms(file: TextFile, what: str, read: Callable[[], Any], where: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except MemoryError as error:
        sentence = f"{where}cannot be read as {what}: it needs more memory than there is"
        raise InputError(sentence, path=file.path) from error
    except Exception as error:
        cause = " ".join(str(error).split()) or type(error).__name__
        sentence = f"{where}cannot be read as {what} ({cause[:160]})"
        raise InputError(sentence, path=file.path, hint="is the file cut off or of another format?") from error


def _structure(file: TextFile, atoms: Any, where: str) -> Structure:
    n_atoms = len(atoms)
    if n_atoms == 0:
        raise InputError(f"{where}there are no atoms", path=file.path)
    if n_atoms > MOST_ATOMS:
        raise InputError(f"{where}{n_atoms} atoms are more than the {MOST_ATOMS} that are read", path=file.path)
    cell = np.array(atoms.cell[:], np.float64)
    if not cell.any():
        raise InputError(
            f"{where}there is no cell; a net needs a periodic one",
            path=file.path,
            hint='in extended xyz it is the comment line Lattice="ax ay az bx by bz cx cy cz"',
        )
    if not np.isfinite(cell).all() or np.abs(cell).max() > LONGEST:
        raise InputError(f"{where}the cell must be finite, and at most {LONGEST:g} Å long", path=file.path)
    try:
        check_volume(cell)
    except InputError as error:
        raise InputError(f"{where}{error.message}", path=file.path) from None
    places = np.array(atoms.get_positions(), np.float64)
    if not np.isfinite(places).all():
        raise InputError(f"{where}coordinates must be finite numbers", path=file.path)
    positions = places @ np.linalg.inv(cell)
    if np.abs(positions).max() > 1e6:
        raise InputError(f"{where}an atom is more than a million cells away", path=file.path)
    symbols = tuple(atoms.get_chemical_symbols())
    if "X" in symbols:
        number = symbols.index("X") + 1
        raise InputError(f"{where}atom {number} is of no known element", path=file.path)
    numbers = atoms.arrays.get("id")
    labels = tuple(str(one) for one in (numbers if numbers is not None else range(1, n_atoms + 1)))
    return Structure(elements=symbols, positions=positions, cell=cell, labels=labels, quality=_open_directions(atoms))


def _open_directions(atoms: Any) -> tuple[str, ...]:
    closed = [bool(one) for one in atoms.pbc]
    if all(closed) or not any(closed):
        return ()
    names = ", ".join(name for name, periodic in zip("abc", closed, strict=True) if not periodic)
    return (f"the file says that it does not repeat along {names}; all three directions are taken to repeat",)
