"""Frames of extended xyz as ASE reads them, with all that they are labelled by."""

import re
import warnings
from io import StringIO
from typing import Any

from carvsdb.errors import InputError, cause_of
from carvsdb_ingest.files.text_file import TextFile, shown
from carvsdb_ingest.readers.xyz import check_counts

_OTHERS = "data sets are extended xyz, or outputs of VASP, Quantum ESPRESSO or CASTEP"
# Keys that say what the numbers are; some programs do not care for capitals (GPUMD), ASE does.
_KEYS = {"lattice": "Lattice", "properties": "Properties", "pbc": "pbc"}
_KEY = re.compile(r"\b(lattice|properties|pbc)(?=\s*=)", re.IGNORECASE)
_COLUMNS = re.compile(r"Properties\s*=\s*[\"']?([^\s\"']+)")
# ASE knows no symbols of isotopes; to a potential they are hydrogen.
_ISOTOPE = re.compile(r"(?<!\S)[DT](?!\S)")


def ase_frames(file: TextFile) -> list[Any]:
    """Return the frames of a file as ASE's atoms; deuterium and tritium are hydrogen.

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
            return list(read_extxyz(StringIO(_as_ase_reads_it(file.text)), index=slice(None)))
    except Exception as error:  # whatever a reader of others raises
        cause = cause_of(error)
        if isinstance(error, KeyError) and isinstance(error.args[0], str):
            cause = f"there is no element {shown(error.args[0])}"
        raise InputError(f"cannot be read as extended xyz ({cause})", path=file.path, hint=_OTHERS) from error


def _as_ase_reads_it(text: str) -> str:
    """Return an extended xyz with keys and symbols as ASE knows them.

    Without empty lines at its end, which would be a frame.
    """
    lines = text.rstrip().split("\n")
    at = 0
    while at + 1 < len(lines) and lines[at].strip().isdecimal():
        lines[at + 1] = _KEY.sub(lambda found: _KEYS[found[0].lower()], lines[at + 1])
        end = at + 2 + int(lines[at])
        # A look for letters first: it takes a hundredth of the time. What comments say (pbc="T T T") is no isotope.
        block = "\n".join(lines[at + 2 : end])
        if ("D" in block or "T" in block) and _ISOTOPE.search(block):
            symbol = re.compile(rf"(\s*(?:\S+\s+){{{_species_column(lines[at + 1])}}})[DT](?=\s)")
            lines[at + 2 : end] = [symbol.sub(r"\1H", line, count=1) for line in lines[at + 2 : end]]
        at = end
    return "\n".join(lines) + "\n"


def _species_column(comment: str) -> int:
    """Return how many columns stand before the symbols of the elements."""
    found = _COLUMNS.search(comment)
    words = found[1].split(":") if found else []
    before = 0
    for name, number in zip(words[::3], words[2::3], strict=False):
        if name == "species":
            return before
        before += int(number) if number.isdecimal() else 0
    return 0
