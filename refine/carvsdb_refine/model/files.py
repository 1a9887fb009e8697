"""Atomic models from files and to files, by the file's name."""

from collections.abc import Mapping
from pathlib import Path

from carvsdb.atoms.model import AtomicModel
from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_refine.model.cif import read_cif_model
from carvsdb_refine.model.extended_xyz import read_xyz_model
from carvsdb_refine.model.lammps import read_lammps_model

LAMMPS = (".data", ".lmp", ".lammps")
XYZ = (".xyz", ".extxyz")
CIF = (".cif",)


def read_model(path: str | Path, types: Mapping[int, str] | None = None) -> AtomicModel:
    """Read an atomic model: LAMMPS data, extended xyz or CIF, by its name.

    Parameters
    ----------
    path : str or Path
        The file: ``.data``, ``.lmp``, ``.lammps``, ``.xyz``, ``.extxyz`` or ``.cif``.
    types : mapping of int to str, optional
        The element of each LAMMPS atom type; by default from the Masses.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read.
    """
    kind = _kind(path)
    file = TextFile.load(path)
    if kind == "lammps":
        return read_lammps_model(file, types)
    return read_xyz_model(file) if kind == "xyz" else read_cif_model(file)


def _kind(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix in LAMMPS:
        return "lammps"
    if suffix in XYZ:
        return "xyz"
    if suffix in CIF:
        return "cif"
    raise InputError(f"is no model file; expected one of {', '.join((*LAMMPS, *XYZ, *CIF))}", path=path)
