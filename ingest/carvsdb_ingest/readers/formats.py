"""The registry of formats: what each is called, how it is told from others, what it holds and who reads it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.files.limits import TIME_LIMIT, TIME_LIMIT_OF_NETS
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers import late
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
    is_numbered : bool
        Whether such a name may go on behind a dot, a dash or an underscore: CONTCAR.2.
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
    is_numbered: bool = False
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


def _of_sections(ask: Callable[[Any, FileOptions], Any]) -> Callable[[TextFile, FileOptions], Any]:
    """Return what asks for the sections of LAMMPS data."""
    split = late("lammps.sections", "split_sections")
    return lambda file, options: ask(split(file), options)


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


def _by_ase(name: str, title: str, *suffixes: str, names: tuple[str, ...] = (), line: str = "") -> Format:
    reader = late("by_ase", "reader_by_ase")
    # Folders of calculations hold such files beside the structures that are meant.
    return Format(
        name,
        title,
        suffixes,
        atoms=lambda file, options: reader(name, title)(file, options),
        names=names,
        line=line,
        in_folders=False,
    )


FORMATS = (
    Format("cgd", "CGD", (".cgd",), nets=late("cgd.cgd", "read_cgd"), line=r"\s*(crystal|periodic_graph)\s*(#.*)?"),
    Format(
        "lammps",
        "LAMMPS data",
        (".data", ".lmp", ".lammps"),
        nets=_of_sections(late("lammps.nets", "read_lammps")),
        atoms=_of_sections(late("lammps.atoms", "read_lammps_atoms")),
        holds_atoms=_of_sections(late("lammps.atoms", "is_all_atom")),
        line=r"\s*[0-9]+\s+atoms\s*(#.*)?",
    ),
    Format(
        "arc",
        "archive",
        (".arc",),
        nets=late("arc", "read_arc"),
        line=r"key\s+[0-3](\s+-?[0-9]+)+\s*",
        in_folders=False,
    ),
    Format(
        "dump",
        "LAMMPS dump",
        (".dump", ".lammpstrj"),
        atoms=late("lammps.dump", "read_dump"),
        line=r"ITEM: TIMESTEP.*",
    ),
    Format("topocif", "TopoCIF", (".topocif",), nets=late("topocif", "read_topocif"), line=r"\s*_topol_link[._].*"),
    Format(
        "cif",
        "CIF",
        (".cif",),
        nets=late("topocif", "read_topocif"),
        atoms=_cif,
        holds_atoms=lambda file, _: not is_topocif(file.text),
        line=r"\s*_cell_length_a\b.*",
    ),
    Format("xyz", "extended xyz", (".xyz", ".extxyz"), atoms=late("xyz", "read_xyz"), line=r'.*\bLattice=".*'),
    Format("rmc6f", "RMCProfile", (".rmc6f",), atoms=late("rmc6f", "read_rmc6f"), line=r"\s*\(Version 6f format.*"),
    Format("pdb", "PDB", (".pdb", ".ent"), atoms=late("pdb", "read_pdb"), line=r"CRYST1\s.*"),
    Format(
        "poscar",
        "POSCAR",
        (".vasp", ".poscar"),
        atoms=late("ase_atoms", "read_poscar"),
        names=("poscar", "contcar"),
        is_numbered=True,
    ),
    _by_ase("xsf", "XCrySDen", ".xsf", ".axsf"),
    _by_ase("gen", "DFTB+", ".gen"),
    _by_ase("dmol-car", "Materials Studio", ".car"),
    _by_ase("espresso-in", "Quantum ESPRESSO input", ".pwi", line=r"\s*&system\b.*"),
    _by_ase("dlp4", "DL_POLY", names=("config", "revcon", "cfgmin")),
)
"""All formats, in the order in which lines are tried."""

_BY_BABEL = "convert it, for instance with Open Babel: obabel FILE -O model.cif"
_WITH_TOPOLOGY = "write extended xyz, which names the elements, for instance with MDAnalysis from it and its topology"
_AS_CIF = "write it as CIF, with the program that made it"
_BY_ASE = "for atoms convert it, for instance with ASE: ase convert FILE model.extxyz"
_NOT_READ = {
    ".cell": ("a CASTEP file", _BY_ASE),
    ".cfg": ("an RMCA or AtomEye configuration", "write it as rmc6f, or as extended xyz"),
    ".config": ("a DL_POLY file", "call it CONFIG"),
    ".cssr": ("a CSSR file", _AS_CIF),
    ".cube": ("a volumetric file of Gaussian", _BY_ASE),
    ".dcd": ("a trajectory without elements (DCD)", _WITH_TOPOLOGY),
    ".gro": ("a GROMACS file", _BY_ASE),
    ".in": ("an input of a program", _BY_ASE),
    ".inp": ("an input of a program", _BY_ASE),
    ".ins": ("a SHELX file", _AS_CIF),
    ".json": ("a JSON document", _BY_ASE),
    ".mol": ("an MDL molfile, without a cell", _AS_CIF),
    ".mol2": ("a Tripos file", _BY_BABEL),
    ".nc": ("a trajectory without elements (NetCDF)", _WITH_TOPOLOGY),
    ".psf": ("a topology without coordinates (PSF)", _WITH_TOPOLOGY),
    ".res": ("a SHELX file", _AS_CIF),
    ".struct": ("a structure of WIEN2k", _BY_ASE),
    ".stru": ("a DISCUS or PDFgui structure", _AS_CIF),
    ".trr": ("a trajectory without elements (TRR)", _WITH_TOPOLOGY),
    ".xtc": ("a trajectory without elements (XTC)", _WITH_TOPOLOGY),
    ".xtl": ("a structure of CrystalMaker", _AS_CIF),
    "coord": ("a structure of Turbomole", _BY_ASE),
    "history": ("a trajectory of DL_POLY", "write extended xyz, for instance with ASE or MDAnalysis"),
    "outcar": (
        "an output of VASP",
        "give CONTCAR, XDATCAR with --frames, or convert it: ase convert OUTCAR model.extxyz",
    ),
    "vasprun.xml": ("an output of VASP", "give CONTCAR, XDATCAR with --frames, or convert it with ASE"),
    "xdatcar": ("a trajectory of VASP (`describe --frames` reads it)", _BY_ASE),
}
"""Common files of atoms that are not read, by suffix or name, and what to do with them."""

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
            if name in form.names
            or (form.is_numbered and any(name.startswith((f"{one}.", f"{one}_", f"{one}-")) for one in form.names))
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
    name = plain_name(file.path).lower()
    title, hint = _NOT_READ.get(name) or _NOT_READ.get(Path(name).suffix) or (None, _BY_ASE)
    for line in file.lines:
        for form, pattern in _lines():
            if pattern.fullmatch(line):
                return form
    nets, atoms = (
        ", ".join(" ".join((form.title, *form.suffixes)) for form in FORMATS if getattr(form, kind) is not None)
        for kind in ("nets", "atoms")
    )
    what = "is no file that carvsdb reads" if title is None else f"is {title}, which is not read"
    raise InputError(
        f"{what}; read are nets ({nets}) and atoms ({atoms})",
        path=file.path,
        hint=hint,
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
