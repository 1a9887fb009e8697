"""Atoms to files, by the file's name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from carvsdb.atomic_write import write_text
from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.readers.formats import FORMATS, format_of_name
from carvsdb_ingest.writers.cif import cif_text
from carvsdb_ingest.writers.lammps import lammps_text
from carvsdb_ingest.writers.rmc6f import rmc6f_text
from carvsdb_ingest.writers.xyz import xyz_text

_TEXTS: dict[str, Callable[[AtomicModel, str, Mapping[int, str] | None], str]] = {
    "lammps": lambda model, name, types: lammps_text(model, types),
    "rmc6f": lambda model, name, types: rmc6f_text(model),
    "xyz": lambda model, name, types: xyz_text(model),
    "cif": lambda model, name, types: cif_text(model, name),
}


def write_model(model: AtomicModel, path: str | Path, types: Mapping[int, str] | None = None) -> None:
    """Write an atomic model in the format that the name asks for, without rounding.

    Raises
    ------
    InputError
        If the name names no format, or the format cannot hold the model.
    InputError, RefusedError
        If the file cannot be written; see :func:`carvsdb.atomic_write.atomic_file`.
    """
    write_text(path, model_text(model, path, types))


def is_written(path: str | Path) -> bool:
    """Tell whether `write_model` writes files of a name."""
    form = format_of_name(path)
    return form is not None and form.name in _TEXTS and Path(path).suffix.lower() in form.suffixes


def model_text(model: AtomicModel, path: str | Path, types: Mapping[int, str] | None = None) -> str:
    """Return what `write_model` would write.

    Raises
    ------
    InputError
        If the name names no format, or the format cannot hold the model.
    """
    form = format_of_name(path)
    if form is None or not is_written(path):
        known = ", ".join(suffix for one in FORMATS if one.name in _TEXTS for suffix in one.suffixes)
        raise InputError(f"is no model file; expected one of {known}", path=path)
    return _TEXTS[form.name](model, Path(path).stem, types)
