"""Frames of extended xyz as ASE reads them, with all that they are labelled by."""

import re
import warnings
from io import StringIO
from typing import Any

from carvsdb.errors import InputError, cause_of
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.xyz import check_counts

_OTHERS = "data sets are extended xyz, vasprun.xml, OUTCAR, .pwo or .castep: of others write the first with ASE"
# Keys that say what the numbers are; some programs do not care for capitals (GPUMD), ASE does.
_KEYS = {"lattice": "Lattice", "properties": "Properties", "pbc": "pbc"}
_KEY = re.compile(r"(?<!\S)(lattice|properties|pbc)(?=\s*=)", re.IGNORECASE)


def ase_frames(file: TextFile) -> list[Any]:
    """Return the frames of a file as ASE's atoms.

    Raises
    ------
    InputError
        If a frame says more atoms than there are, or ASE cannot read it.
    """
    from ase.io.extxyz import read_extxyz

    check_counts(file)  # ASE would read as many lines as they say, for hours
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(read_extxyz(StringIO(_with_usual_capitals(file.text)), index=slice(None)))
    except Exception as error:  # whatever a reader of others raises
        raise InputError(f"cannot be read as extended xyz ({cause_of(error)})", path=file.path, hint=_OTHERS) from error


def _with_usual_capitals(text: str) -> str:
    """Return an extended xyz with the keys of its comments as ASE knows them.

    Without empty lines at its end, which would be a frame.
    """
    lines = text.rstrip().split("\n")
    at = 0
    while at + 1 < len(lines) and lines[at].strip().isdecimal():
        lines[at + 1] = _KEY.sub(lambda found: _KEYS[found[0].lower()], lines[at + 1])
        at += 2 + int(lines[at])
    return "\n".join(lines) + "\n"
