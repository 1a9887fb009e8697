"""Atoms to files, by the file's name."""

import os
from collections.abc import Mapping
from pathlib import Path

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.writers.cif import cif_text
from carvsdb_ingest.writers.lammps import lammps_text
from carvsdb_ingest.writers.xyz import xyz_text

LAMMPS = (".data", ".lmp", ".lammps")
XYZ = (".xyz", ".extxyz")
CIF = (".cif",)


def write_model(model: AtomicModel, path: str | Path, types: Mapping[int, str] | None = None) -> None:
    """Write an atomic model in the format that the name asks for, without rounding.

    The file appears whole or not at all: it is written beside its place and renamed.

    Raises
    ------
    InputError
        If the name names no format, the format cannot hold the model, or the file cannot be written.
    """
    target, text = Path(path), model_text(model, path, types)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"cannot be written ({error.strerror or error})", path=path) from error


def model_text(model: AtomicModel, path: str | Path, types: Mapping[int, str] | None = None) -> str:
    """Return what `write_model` would write.

    Raises
    ------
    InputError
        If the name names no format, or the format cannot hold the model.
    """
    kind = _kind(path)
    if kind == "lammps":
        return lammps_text(model, types)
    return xyz_text(model) if kind == "xyz" else cif_text(model, Path(path).stem)


def _kind(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix in LAMMPS:
        return "lammps"
    if suffix in XYZ:
        return "xyz"
    if suffix in CIF:
        return "cif"
    raise InputError(f"is no model file; expected one of {', '.join((*LAMMPS, *XYZ, *CIF))}", path=path)
