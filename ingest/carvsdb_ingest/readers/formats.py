"""Which format a file has: by its suffix or its name, else by its content."""

import re
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.files.text_file import TextFile

NET_SUFFIXES = (".cgd", ".data", ".lmp", ".lammps")
"""Suffixes of files that hold nets, as they are taken from a folder."""

STRUCTURE_SUFFIXES = (".cif", ".xyz", ".extxyz", ".poscar", ".vasp", ".dump", ".lammpstrj")
"""Suffixes of files that hold atoms."""

_NAMES = ("poscar", "contcar")
_OF_SUFFIX = {
    ".arc": "arc",
    ".cgd": "cgd",
    ".data": "lammps",
    ".lmp": "lammps",
    ".lammps": "lammps",
    ".cif": "cif",
    ".xyz": "xyz",
    ".extxyz": "xyz",
    ".poscar": "poscar",
    ".vasp": "poscar",
    ".dump": "dump",
    ".lammpstrj": "dump",
}
_BY_LINE = (
    ("cgd", re.compile(r"\s*(crystal|periodic_graph)\s*(#.*)?", re.IGNORECASE)),
    ("lammps", re.compile(r"\s*[0-9]+\s+atoms\s*(#.*)?")),
    ("arc", re.compile(r"key\s+[0-3](\s+-?[0-9]+)+\s*")),
    ("dump", re.compile(r"ITEM: TIMESTEP.*")),
    ("cif", re.compile(r"\s*_cell_length_a\b.*", re.IGNORECASE)),
    ("xyz", re.compile(r".*\bLattice=\".*", re.IGNORECASE)),
)


def format_of(file: TextFile) -> str:
    """Tell the format of a file.

    Raises
    ------
    InputError
        If neither its name nor its content says it.
    """
    name = plain_name(file.path).lower()
    suffix = Path(name).suffix
    if suffix in _OF_SUFFIX:
        return _OF_SUFFIX[suffix]
    if name in _NAMES or name.startswith(tuple(f"{one}." for one in _NAMES)):
        return "poscar"
    for line in file.lines:
        for form, pattern in _BY_LINE:
            if pattern.fullmatch(line):
                return form
    raise InputError(
        "is no file that carvsdb reads; it reads nets (CGD .cgd, archives .arc, LAMMPS data with bonds .data .lmp "
        ".lammps) and atoms (CIF .cif, extended xyz .xyz .extxyz, POSCAR .vasp, LAMMPS data, LAMMPS dumps .dump "
        ".lammpstrj)",
        path=file.path,
    )


def is_taken_from_folders(path: Path) -> bool:
    """Tell whether a file of a folder is one to read, by its name."""
    name = plain_name(path).lower()
    return Path(name).suffix in (*NET_SUFFIXES, *STRUCTURE_SUFFIXES) or name in _NAMES
