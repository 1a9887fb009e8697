"""Files of labelled structures as ASE reads them: extended xyz, and outputs of programs. None of them can run code."""

import re
import warnings
from io import StringIO
from pathlib import Path
from typing import Any

from carvsdb.errors import InputError, cause_of
from carvsdb.regular_file import LARGEST_INPUT, open_regular, sha256_of
from carvsdb_ingest.files.text_file import TextFile

# By the end of a name.
PROGRAM_FORMATS = {
    "vasprun.xml": "vasp-xml",
    ".xml": "vasp-xml",
    "outcar": "vasp-out",
    ".outcar": "vasp-out",
    ".pwo": "espresso-out",
    ".castep": "castep-castep",
}
# Keys that say what the numbers are; some programs do not care for capitals (GPUMD), ASE does.
_KEYS = {"lattice": "Lattice", "properties": "Properties", "pbc": "pbc"}
_KEY = re.compile(r"(?<!\S)(lattice|properties|pbc)(?=\s*=)", re.IGNORECASE)


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
    from ase.io.extxyz import read_extxyz

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(read_extxyz(StringIO(_with_usual_capitals(file.text)), index=slice(None))), file.sha256
    except Exception as error:  # whatever a reader of others raises
        raise InputError(
            f"cannot be read as extended xyz ({cause_of(error)})",
            path=path,
            hint="data sets are extended xyz, vasprun.xml, OUTCAR, .pwo or .castep: of others write the first with ASE",
        ) from error


def _program_output(path: Path, form: str) -> list[Any]:
    import ase.io

    read: Any = ase.io.read
    open_regular(path, LARGEST_INPUT).close()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(read(path, index=":", format=form))
    except Exception as error:  # whatever a reader of others raises
        raise InputError(f"cannot be read as {form} ({cause_of(error)})", path=path) from error


def _with_usual_capitals(text: str) -> str:
    """Return an extended xyz without empty lines at its end, and with the keys of its comments as ASE knows them."""
    lines = text.rstrip().split("\n")
    at = 0
    while at + 1 < len(lines) and lines[at].strip().isdecimal():
        lines[at + 1] = _KEY.sub(lambda found: _KEYS[found[0].lower()], lines[at + 1])
        at += 2 + int(lines[at])
    return "\n".join(lines) + "\n"
