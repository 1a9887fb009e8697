"""One reader a format: a file in, structures or nets out.

Nets: ``cgd/`` reads CGD files, ``lammps/`` LAMMPS data files with bonds, ``arc`` archives of named nets. Atoms:
``cif/``, ``xyz``, ``poscar``, ``lammps/`` and what goes through ASE (``ase_atoms``). ``formats`` chooses the format,
``symmetry`` knows space groups, ``item`` holds what comes out.
"""

from carvsdb_ingest.readers.item import NetItem, ReadOptions

__all__ = ["NetItem", "ReadOptions"]
