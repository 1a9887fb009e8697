"""One reader a format: a file in, structures or nets out, and nothing found that the file does not say.

Nets: ``cgd/`` reads CGD files, ``lammps/`` LAMMPS data files with bonds, ``arc`` archives of named nets. Atoms:
``cif/``, ``xyz``, ``lammps/`` and what goes through ASE (``ase_atoms``: POSCAR). ``formats`` is the registry,
``models`` reads atoms for refinement, ``symmetry`` knows space groups, ``item`` holds what comes out.
"""

from importlib import import_module
from typing import Any


def late(module: str, function: str) -> Any:
    """Return a function of a module of this folder that is loaded at its first call: each file needs one reader."""

    def read(*given: Any) -> Any:
        return getattr(import_module(f"carvsdb_ingest.readers.{module}"), function)(*given)

    return read
