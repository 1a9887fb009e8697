"""Files in which others keep labelled structures, but which are not read: what they are, and how to convert them."""

import re
from pathlib import Path

from carvsdb.errors import InputError

_PICKLE = re.compile(rb"\x80[\x01-\x05]|c[a-zA-Z_.]+\n[a-zA-Z_.]+\n")
_BY_ASE = "`ase convert {name} {stem}.xyz` writes extended xyz of what ASE has written"
_BY_SCRIPT = "write it as extended xyz, with energy and forces of each structure"
# How they begin, what they are, and what to do.
_OTHERS = (
    (rb"- of Ulm", "a trajectory of ASE", _BY_ASE),
    (rb"SQLite format 3\0", "a database of ASE", _BY_ASE),
    (rb"\s*[{\[]", "JSON", _BY_ASE),
    (rb"PK\x03\x04", "a zip archive (.npz, .pt)", _BY_SCRIPT),
    (rb"\x93NUMPY", "an array of NumPy (as of DeePMD)", _BY_SCRIPT),
    (rb"\x89HDF\r\n\x1a\n", "an HDF5 file", _BY_SCRIPT),
    (rb"PAR1", "a Parquet table", _BY_SCRIPT),
    (rb"\s*BEGIN_CFG", "a .cfg of MTP", _BY_SCRIPT),
    (rb"\s*ITEM: TIMESTEP", "a dump of LAMMPS", _BY_SCRIPT),
    (rb"\s*begin\s*\n", "an input.data of RuNNer or n2p2", _BY_SCRIPT),
)


def refuse_foreign(content: bytes, path: str | Path) -> None:
    """Refuse a file that is of another kind than those that are read.

    Parameters
    ----------
    content : bytes
        Expanded.
    path : str or Path
        Where it is from.

    Raises
    ------
    InputError
        With what it is, and how to convert it. A pickle is never opened: to read one is to run what is in it.
    """
    if _PICKLE.match(content):
        raise InputError(
            "is a pickle, as pacemaker's data sets are: it can run code when it is read, and is not opened",
            path=path,
            hint="if you trust it, write it as extended xyz; docs/learning.md has the lines for it",
        )
    for begins, what, hint in _OTHERS:
        if re.match(begins, content):
            name = Path(path).name
            raise InputError(
                f"is {what}; expected extended xyz, or an output of VASP, Quantum ESPRESSO or CASTEP",
                path=path,
                hint=hint.format(name=name, stem=name.partition(".")[0]),
            )
