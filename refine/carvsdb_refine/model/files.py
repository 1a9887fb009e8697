"""Atomic models from files and to files, by the file's name."""

import os
from collections.abc import Mapping
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb_ingest.readers.text_file import TextFile
from carvsdb_refine.model.atomic_model import AtomicModel
from carvsdb_refine.model.extended_xyz import read_xyz_model, xyz_text
from carvsdb_refine.model.lammps import lammps_text, read_lammps_model

LAMMPS = (".data", ".lmp", ".lammps")
XYZ = (".xyz", ".extxyz")


def read_model(path: str | Path, types: Mapping[int, str] | None = None) -> AtomicModel:
    """Read an atomic model: LAMMPS data (``.data``, ``.lmp``, ``.lammps``) or extended xyz (``.xyz``, ``.extxyz``).

    Parameters
    ----------
    path : str or Path
        The file.
    types : mapping of int to str, optional
        The element of each LAMMPS atom type; by default from the Masses.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read.
    """
    kind = _kind(path)
    file = TextFile.load(path)
    return read_lammps_model(file, types) if kind == "lammps" else read_xyz_model(file)


def write_model(model: AtomicModel, path: str | Path, types: Mapping[int, str] | None = None) -> None:
    """Write an atomic model in the format that the name asks for, without rounding.

    The file appears whole or not at all: it is written beside its place and renamed.

    Raises
    ------
    InputError
        If the name names no format, the format cannot hold the model, or the file cannot be written.
    """
    text = lammps_text(model, types) if _kind(path) == "lammps" else xyz_text(model)
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"cannot be written ({error.strerror or error})", path=path) from error


def _kind(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix in LAMMPS:
        return "lammps"
    if suffix in XYZ:
        return "xyz"
    raise InputError(f"is no model file; expected one of {', '.join((*LAMMPS, *XYZ))}", path=path)
