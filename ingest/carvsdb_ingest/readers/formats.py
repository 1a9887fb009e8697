"""The registry of formats: what each is called, how it is told from others, what it holds and who reads it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.files.limits import TIME_LIMIT, TIME_LIMIT_OF_NETS
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.item import FileOptions, FoundNet, Frames

NetReader = Callable[[TextFile, FileOptions], list[FoundNet]]
AtomReader = Callable[[TextFile, FileOptions], Frames]


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Attributes
    ----------
    name : str
    title : str
        What messages call it.
    suffixes : tuple of str
        In lower case, the usual one first.
    nets : callable, or None
        What reads the nets of a file, if files of this format hold nets.
    atoms : callable, or None
        What reads the atoms of a file, frame by frame, if files of this format hold atoms.
    names : tuple of str
        What such files are called without a suffix, in lower case.
    line : str
        A regular expression that a line of such a file, and of no other, matches; empty if there is none.
    holds_atoms : callable, or None
        Tells whether a file holds atoms, where files of this format hold nets or atoms.
    in_folders : bool
        Whether such files are taken from folders and archives; archives of nets are not inputs but names.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    nets: NetReader | None = None
    atoms: AtomReader | None = None
    names: tuple[str, ...] = ()
    line: str = ""
    in_folders: bool = True
    holds_atoms: Callable[[TextFile, FileOptions], bool] | None = None

    def read(self, file: TextFile, options: FileOptions) -> Sequence[FoundNet | Structure | InputError]:
        """Read what a file holds: nets, or frames of atoms.

        Raises
        ------
        InputError
            One sentence with file and line, for whatever cannot be read.
        """
        if self.nets is not None and (self.holds_atoms is None or not self.holds_atoms(file, options)):
            return self.nets(file, options)
        assert self.atoms is not None
        return self.atoms(file, options)


def _cif(file: TextFile, options: FileOptions) -> Frames:
    from carvsdb_ingest.readers.cif.cif import read_cif

    found = read_cif(file, strict=options.strict)
    if "_topol_link" not in file.text.lower():
        return [*found]
    unused = "the links that the file lists (TopoCIF) are not used: called .topocif, they are read"
    return [replace(one, quality=(*one.quality, unused)) for one in found]


def _late(module: str, function: str) -> Callable[[TextFile, FileOptions], Any]:
    """Return a reader that is loaded when it reads: each file needs one of them."""

    def read(file: TextFile, options: FileOptions) -> Any:
        return getattr(import_module(f"carvsdb_ingest.readers.{module}"), function)(file, options)

    return read


def _of_sections(module: str, function: str) -> Callable[[TextFile, FileOptions], Any]:
    """Return what is asked of LAMMPS data."""

    def ask(file: TextFile, options: FileOptions) -> Any:
        from carvsdb_ingest.readers.lammps.sections import split_sections

        found = getattr(import_module(f"carvsdb_ingest.readers.lammps.{module}"), function)
        return found(split_sections(file), options)

    return ask


# Zn and Zr are elements.
_GROUP = re.compile(r"^\s*Z[A-MO-QS-Z][0-9]+\s", re.MULTILINE)


def is_topocif(text: str) -> bool:
    r"""Tell whether a CIF holds nets and no atoms, or what ToposPro writes for atoms: ZA1, ZB1, ... for groups of them.

    Examples
    --------
    >>> is_topocif("loop_ _topol_link.node_id_1"), is_topocif("_atom_site_label _topol_link.node_id_1")
    (True, False)
    >>> is_topocif("_atom_site_label\nZA1 ZA 8 0.6 0.2 0.3\n_topol_link.node_label_1\nZA1 ZA1 2.1")
    True
    """
    lower = text.lower()
    return "_topol_link" in lower and ("_atom_site" not in lower or _GROUP.search(text) is not None)


FORMATS = (
    Format("cgd", "CGD", (".cgd",), nets=_late("cgd.cgd", "read_cgd"), line=r"\s*(crystal|periodic_graph)\s*(#.*)?"),
    Format(
        "lammps",
        "LAMMPS data",
        (".data", ".lmp", ".lammps"),
        nets=_of_sections("nets", "read_lammps"),
        atoms=_of_sections("atoms", "read_lammps_atoms"),
        holds_atoms=_of_sections("atoms", "is_all_atom"),
        line=r"\s*[0-9]+\s+atoms\s*(#.*)?",
    ),
    Format(
        "arc",
        "archive",
        (".arc",),
        nets=_late("arc", "read_arc"),
        line=r"key\s+[0-3](\s+-?[0-9]+)+\s*",
        in_folders=False,
    ),
    Format(
        "dump",
        "LAMMPS dump",
        (".dump", ".lammpstrj"),
        atoms=_late("lammps.dump", "read_dump"),
        line=r"ITEM: TIMESTEP.*",
    ),
    Format("topocif", "TopoCIF", (".topocif",), nets=_late("topocif", "read_topocif"), line=r"\s*_topol_link[._].*"),
    Format(
        "cif",
        "CIF",
        (".cif",),
        nets=_late("topocif", "read_topocif"),
        atoms=_cif,
        holds_atoms=lambda file, _: not is_topocif(file.text),
        line=r"\s*_cell_length_a\b.*",
    ),
    Format("xyz", "extended xyz", (".xyz", ".extxyz"), atoms=_late("xyz", "read_xyz"), line=r'.*\bLattice=".*'),
    Format("rmc6f", "RMCProfile", (".rmc6f",), atoms=_late("rmc6f", "read_rmc6f"), line=r"\s*\(Version 6f format.*"),
    Format("pdb", "PDB", (".pdb", ".ent"), atoms=_late("pdb", "read_pdb"), line=r"CRYST1\s.*"),
    Format(
        "poscar", "POSCAR", (".vasp", ".poscar"), atoms=_late("ase_atoms", "read_poscar"), names=("poscar", "contcar")
    ),
)
"""All formats, in the order in which lines are tried."""

# Common files of atoms by suffix or name.
_NOT_READ = {
    ".car": "a structure of Materials Studio",
    ".cell": "a CASTEP file",
    ".cfg": "an RMCA or AtomEye configuration",
    ".config": "a DL_POLY file",
    ".cssr": "a CSSR file",
    ".cube": "a volumetric file of Gaussian",
    ".dcd": "a trajectory without elements (DCD)",
    ".gen": "a structure of DFTB+",
    ".gro": "a GROMACS file",
    ".in": "an input of a program",
    ".ins": "a SHELX file",
    ".json": "a JSON document",
    ".mol": "an MDL molfile, without a cell",
    ".mol2": "a Tripos file",
    ".res": "a SHELX file",
    ".struct": "a structure of WIEN2k",
    ".stru": "a DISCUS or PDFgui structure",
    ".trr": "a trajectory without elements (TRR)",
    ".xsf": "a structure of XCrySDen",
    ".xtc": "a trajectory without elements (XTC)",
    "config": "a DL_POLY file",
    "revcon": "a DL_POLY file",
    "xdatcar": "a trajectory of VASP (`describe --frames` reads it)",
}

FOLDER_SUFFIXES = tuple(suffix for form in FORMATS if form.in_folders for suffix in form.suffixes)
"""Suffixes of files that are taken from folders and archives."""


@cache
def _lines() -> tuple[tuple[Format, re.Pattern[str]], ...]:
    return tuple((form, re.compile(form.line, re.IGNORECASE)) for form in FORMATS if form.line)


def format_of_name(path: str | Path) -> Format | None:
    """Tell the format of a file by its name, whether it is compressed or not; None if the name does not say it.

    Examples
    --------
    >>> format_of_name("a.cgd.gz").name, format_of_name("CONTCAR").name, format_of_name("a.txt")
    ('cgd', 'poscar', None)
    """
    name = plain_name(path).lower()
    suffix = Path(name).suffix
    for form in FORMATS:
        if suffix in form.suffixes:
            return form
    return next(
        (
            form
            for form in FORMATS
            if any(name == one or name.startswith((f"{one}.", f"{one}_", f"{one}-")) for one in form.names)
        ),
        None,
    )


def format_of(file: TextFile) -> Format:
    """Tell the format of a file, by its name, else by its content.

    Raises
    ------
    InputError
        If neither says it.
    """
    named = format_of_name(file.path)
    if named is not None:
        return named
    title = _NOT_READ.get(Path(plain_name(file.path)).suffix.lower() or plain_name(file.path).lower())
    lines = () if title == _NOT_READ[".xsf"] else file.lines  # it has a line CRYSTAL, as CGD has
    for line in lines:
        for form, pattern in _lines():
            if pattern.fullmatch(line):
                return form
    nets, atoms = (
        ", ".join(f"{form.title} {' '.join(form.suffixes)}" for form in FORMATS if getattr(form, kind) is not None)
        for kind in ("nets", "atoms")
    )
    what = "is no file that carvsdb reads" if title is None else f"is {title}, which is not read"
    raise InputError(
        f"{what}; read are nets ({nets}) and atoms ({atoms})",
        path=file.path,
        hint="for atoms convert it, for instance with ASE: ase convert FILE model.extxyz",
    )


def is_taken_from_folders(path: str | Path) -> bool:
    """Tell whether a file of a folder is one to read, by its name."""
    form = format_of_name(path)
    name = plain_name(path).lower()
    return form is not None and form.in_folders and (Path(name).suffix in form.suffixes or name in form.names)


def default_time_limit(path: str | Path) -> float:
    """Return the seconds that a file of this name may take: fewer if such files hold nets and never atoms."""
    form = format_of_name(path)
    return TIME_LIMIT_OF_NETS if form is not None and form.atoms is None else TIME_LIMIT
