"""VASP's POSCAR and CONTCAR (``.vasp``, ``.poscar``, or files of that name)."""

from io import StringIO

from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.ase_atoms import structures_by_ase
from carvsdb_ingest.readers.frames import Frames


def read_poscar(file: TextFile) -> Frames:
    """Read the structure.

    Raises
    ------
    InputError
        In one sentence, for whatever cannot be read.
    """
    from ase.io.vasp import read_vasp

    if len(file.lines) < 8:
        raise file.error(len(file.lines), "a POSCAR has 8 lines or more (is the file cut off?)")
    return structures_by_ase(file, "POSCAR", [lambda: read_vasp(StringIO(file.text + "\n"))])
