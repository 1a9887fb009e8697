"""Atoms from files for a refinement: one frame of whole atoms in a periodic cell, exact to the last bit."""

from collections.abc import Mapping
from pathlib import Path

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError, NoNetError
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.formats import FORMATS, format_of
from carvsdb_ingest.readers.item import FileOptions


def read_model(path: str | Path, types: Mapping[int, str] | None = None) -> AtomicModel:
    """Read an atomic model from a file of any format that holds atoms.

    Parameters
    ----------
    path : str or Path
        The file.
    types : mapping of int to str, optional
        The element of each LAMMPS atom type; by default from the names and masses in the file.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read, for several frames, and for atoms that are not whole or do not
        repeat in all directions.
    """
    found = read_models(path, types)
    if len(found) != 1:
        raise InputError(f"holds {len(found)} structures; expected one frame", path=path)
    return found[0]


def read_models(path: str | Path, types: Mapping[int, str] | None = None) -> list[AtomicModel]:
    """Read all frames of a file; parameters and errors are those of `read_model`."""
    file = TextFile.load(path)
    form = format_of(file)
    if form.atoms is None:
        known = ", ".join(suffix for one in FORMATS if one.atoms is not None for suffix in one.suffixes)
        raise InputError(f"is no model file; expected one of {known}", path=path)
    try:
        frames = form.atoms(file, FileOptions(elements=tuple((types or {}).items())))
        models = []
        for frame in frames:
            if isinstance(frame, InputError):
                raise frame
            models.append(AtomicModel.of(frame))
        return models
    except NoNetError as error:
        raise InputError(error.message, path=path) from None
    except InputError as error:
        raise error if error.path else InputError(error.message, path=path, hint=error.hint) from None
