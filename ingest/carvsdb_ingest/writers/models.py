"""Atoms to files, by the file's name."""

from collections.abc import Mapping
from pathlib import Path

from carvsdb.atomic_write import write_text
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

    Raises
    ------
    InputError
        If the name names no format, or the format cannot hold the model.
    InputError, RefusedError
        If the file cannot be written; see :func:`carvsdb.atomic_write.atomic_file`.
    """
    write_text(path, model_text(model, path, types))


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
