"""Read the nets of a file, whatever its format."""

import hashlib
import json
import math
import re
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb.net import Net
from carvsdb_ingest.readers.arc import read_arc
from carvsdb_ingest.readers.cgd import read_cgd
from carvsdb_ingest.readers.item import FoundNet, NetItem, ReadOptions
from carvsdb_ingest.readers.lammps import read_lammps
from carvsdb_ingest.readers.text_file import TextFile

_READERS = {"arc": read_arc, "cgd": read_cgd, "lammps": read_lammps}
_FORMAT_OF_SUFFIX = {".arc": "arc", ".cgd": "cgd", ".data": "lammps", ".lmp": "lammps", ".lammps": "lammps"}
_CGD_LINE = re.compile(r"\s*(crystal|periodic_graph)\s*(#.*)?", re.IGNORECASE)
_ARC_LINE = re.compile(r"key\s+[0-3](\s+-?[0-9]+)+\s*")
_LAMMPS_LINE = re.compile(r"\s*[0-9]+\s+atoms\s*(#.*)?")
# What changes the net, and so belongs to its identity.
_CHOICES = ("node_types", "linker_types", "tolerance")


def read_items(path: str | Path, options: ReadOptions | None = None) -> list[NetItem]:
    """Read the nets of a file, with all that is known about them.

    Parameters
    ----------
    path : str or Path
        A CGD file (``.cgd``), an archive of nets (``.arc``) or a LAMMPS data file with bonds (``.data``, ``.lmp``,
        ``.lammps``); of other files the content tells the format.
    options : ReadOptions, optional

    Raises
    ------
    InputError
        One sentence with file and line, for whatever cannot be read.
    """
    options = options or ReadOptions()
    if not (math.isfinite(options.tolerance) and options.tolerance > 0):
        raise InputError(f"tolerance must be a positive number of Å, got {options.tolerance}")
    file = TextFile.load(path)
    found = _READERS[_format(file)](file, options)
    return [_item(file, net, index, len(found)) for index, net in enumerate(found)]


def read_nets(path: str | Path, options: ReadOptions | None = None) -> list[Net]:
    """Read the nets of a file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from carvsdb_ingest.readers import read_nets
    >>> text = '''
    ... CRYSTAL
    ...   NAME dia
    ...   GROUP Fd-3m:2
    ...   CELL 2.3094 2.3094 2.3094 90 90 90
    ...   NODE 1 4  1/8 1/8 5/8
    ...   EDGE 1/8 1/8 5/8  3/8 3/8 3/8
    ... END
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "dia.cgd"
    ...     _ = file.write_text(text)
    ...     read_nets(file)
    [<Net dia: 8 vertices, 16 edges>]

    Raises
    ------
    InputError
        One sentence with file and line, for whatever cannot be read.
    """
    return [item.net for item in read_items(path, options)]


def _format(file: TextFile) -> str:
    """Tell the format by the file's suffix; where that says nothing, by its content."""
    suffix = Path(file.path).suffix.lower()
    if suffix in _FORMAT_OF_SUFFIX:
        return _FORMAT_OF_SUFFIX[suffix]
    for line in file.lines:
        if _CGD_LINE.fullmatch(line):
            return "cgd"
        if _LAMMPS_LINE.fullmatch(line):
            return "lammps"
        if _ARC_LINE.fullmatch(line):
            return "arc"
    raise InputError(
        "is no net file that carvsdb reads; it reads CGD (.cgd), archives (.arc) and LAMMPS data with bonds "
        "(.data, .lmp, .lammps)",
        path=file.path,
    )


def _item(file: TextFile, found: FoundNet, index: int, count: int) -> NetItem:
    stem = Path(file.path).stem
    choices = {key: found.parameters[key] for key in _CHOICES if key in found.parameters}
    identity = json.dumps([file.sha256, index, choices], sort_keys=True)
    return NetItem(
        net=found.net,
        path=file.path,
        label=stem if count == 1 else f"{stem}#{index + 1}",
        item=index,
        line=found.line,
        clustering="node-linker" if found.net.is_node_linker else "as given",
        bond_rule=found.bond_rule,
        parameters=found.parameters,
        quality=found.quality,
        notes=found.notes,
        kind=found.kind,
        provenance=found.provenance,
        content_hash=hashlib.sha256(identity.encode()).hexdigest(),
        file_sha256=file.sha256,
    )
