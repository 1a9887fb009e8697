"""Files of labelled structures as ASE reads them: extended xyz, and outputs of programs. None of them can run code."""

import warnings
from pathlib import Path
from typing import Any

from carvsdb.errors import InputError, cause_of
from carvsdb.regular_file import LARGEST_INPUT, open_regular, sha256_of
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_refine.learning.extended_xyz import ase_frames

# By the end of a name.
PROGRAM_FORMATS = {
    "vasprun.xml": "vasp-xml",
    ".xml": "vasp-xml",
    "outcar": "vasp-out",
    ".outcar": "vasp-out",
    ".pwo": "espresso-out",
    ".castep": "castep-castep",
}


def program_format(path: str | Path) -> str | None:
    """Return what ASE calls the format of a program's output, by the file's name; None if it is none."""
    name = Path(path).name.lower()
    return next((form for end, form in PROGRAM_FORMATS.items() if name.endswith(end)), None)


def read_atoms(path: str | Path) -> tuple[list[Any], str]:
    """Return ASE's atoms of a file, with the SHA-256 of its content.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    form = program_format(path)
    if form is not None:
        return _program_output(Path(path), form), sha256_of(Path(path))
    file = TextFile.load(path)
    return ase_frames(file), file.sha256


def _program_output(path: Path, form: str) -> list[Any]:
    import ase.io

    read: Any = ase.io.read
    open_regular(path, LARGEST_INPUT).close()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = list(read(path, index=":", format=form))
    except Exception as error:  # whatever a reader of others raises
        raise InputError(f"cannot be read as {form} ({cause_of(error)})", path=path) from error
    if not found:
        raise InputError(f"has no frame that can be read as {form}", path=path)
    return found
