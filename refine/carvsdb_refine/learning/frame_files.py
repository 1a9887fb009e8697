"""Files of labelled structures as ASE reads them: extended xyz, and outputs of programs. None of them can run code."""

import hashlib
import warnings
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from carvsdb.errors import InputError, cause_of
from carvsdb.regular_file import LARGEST_INPUT, read_bytes
from carvsdb_ingest.files.compressed import expand, plain_name
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_refine.learning.extended_xyz import ase_frames
from carvsdb_refine.learning.foreign_files import refuse_foreign
from carvsdb_refine.learning.scf_convergence import unconverged_steps

UNCONVERGED = "unconverged"
"""Of ASE's atoms, in `info`: that a program did not converge."""

# What stands near the beginning, and what ASE calls the format.
_SIGNS = (
    (b"<modeling>", "vasp-xml"),
    (b" vasp.", "vasp-out"),
    (b"Program PWSCF", "espresso-out"),
    (b"CASTEP version", "castep-castep"),
)
# By the end of a name, where the beginning does not tell.
_NAMES = {
    ".xml": "vasp-xml",
    "outcar": "vasp-out",
    ".pwo": "espresso-out",
    ".castep": "castep-castep",
}
_BEGINNING = 5000


def read_atoms(path: str | Path) -> tuple[list[Any], str]:
    """Return ASE's atoms of a file, with the SHA-256 of its content.

    What a file is, its beginning says: outputs have any name. It may be compressed.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    raw = read_bytes(path)
    content = expand(raw, path, LARGEST_INPUT)
    refuse_foreign(content, path)
    form = _program_format(content, path)
    if form is not None:
        return _program_output(content, path, form), hashlib.sha256(raw).hexdigest()
    file = TextFile.decode(raw, path)
    return ase_frames(file), file.sha256


def _program_format(content: bytes, path: str | Path) -> str | None:
    """Return what ASE calls the format of a program's output; None if it is none."""
    beginning = content[:_BEGINNING]
    for sign, form in _SIGNS:
        if sign in beginning and (form != "vasp-out" or beginning.startswith(sign)):
            return form
    name = plain_name(Path(path).name.lower())
    return next((form for end, form in _NAMES.items() if name.endswith(end)), None)


def _program_output(content: bytes, path: str | Path, form: str) -> list[Any]:
    import ase.io

    def text() -> TextIOWrapper:
        return TextIOWrapper(BytesIO(content), "utf-8", "replace")

    read: Any = ase.io.read
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = list(read(text(), index=":", format=form))
    except Exception as error:  # whatever a reader of others raises
        raise InputError(f"cannot be read as {form} ({cause_of(error)})", path=path) from error
    if not found:
        raise InputError(f"has no frame that can be read as {form}", path=path)
    for atoms, failed in zip(found, unconverged_steps(text(), form), strict=False):
        if failed:
            atoms.info[UNCONVERGED] = True
    return found
