"""From a file, whatever its format, to nets: those that it holds, or those of the atoms that it holds."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.net import Net
from carvsdb_ingest.analysis.item import NetItem, ReadOptions
from carvsdb_ingest.analysis.nets_of_atoms import StructurePart
from carvsdb_ingest.files.archives import is_archive, members
from carvsdb_ingest.files.compressed import plain_name
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.formats import FOLDER_SUFFIXES, format_of
from carvsdb_ingest.readers.item import FoundNet
from carvsdb_ingest.readers.paths import check_path

# What changes the net, and so belongs to its identity.
_CHOICES = ("node_types", "linker_types", "tolerance")


def read_items(path: str | Path, options: ReadOptions | None = None) -> list[NetItem]:
    """Read the nets of a file, with all that is known about them.

    Parameters
    ----------
    path : str or Path
        A file of nets: CGD (``.cgd``), an archive of nets (``.arc``) or LAMMPS data with bonds (``.data``, ``.lmp``,
        ``.lammps``). Or one of atoms: CIF (``.cif``), extended xyz (``.xyz``, ``.extxyz``), POSCAR (``.vasp``,
        ``.poscar``), LAMMPS data of all atoms, LAMMPS dumps (``.dump``, ``.lammpstrj``). Each may be compressed
        (``.gz``, ``.xz``, ``.bz2``). Of other files the content tells the format. A tar archive gives the nets of all
        its files.
    options : ReadOptions, optional

    Raises
    ------
    InputError
        One sentence with file and line, for whatever cannot be read.
    NoNetError
        For atoms that have no net, with the cause.
    """
    check_path(path, "read_items")
    found = []
    for one in read_each(path, options):
        if isinstance(one, CarvsdbError):
            raise one
        found.append(one)
    return found


def read_each(path: str | Path, options: ReadOptions | None = None) -> Iterator[NetItem | CarvsdbError]:
    """Read the nets of a file one after another; what gives none is yielded as the error that says why.

    Of an archive each file, of several frames each frame, and of several clusterings each is a case of its own.

    Parameters
    ----------
    path, options
        As in :func:`read_items`.
    """
    options = options or ReadOptions()
    if not is_archive(path):
        try:
            file = TextFile.load(path)
        except CarvsdbError as error:
            yield error
        else:
            yield from read_each_of(file, options)
        return
    number = 0
    try:
        for found in read_archive(path):
            number += 1
            if isinstance(found, InputError):
                yield found
            else:
                yield from read_each_of(found, options)
    except CarvsdbError as error:
        yield error
        return
    if not number:
        yield InputError("the archive holds no file that carvsdb reads", path=path)


def read_each_of(file: TextFile, options: ReadOptions) -> Iterator[NetItem | CarvsdbError]:
    """Read the nets of a file whose text is in memory, as :func:`read_each` does."""
    try:
        parts = read_parts(file, options)
    except CarvsdbError as error:
        yield error
        return
    for part in parts:
        if isinstance(part, NetItem | CarvsdbError):
            yield part
        else:
            yield from part.items_or_errors()


def read_nets(path: str | Path, options: ReadOptions | None = None) -> list[Net]:
    """Read the nets of a file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from carvsdb_ingest.analysis import read_nets
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
    check_path(path, "read_nets")
    return [item.net for item in read_items(path, options)]


def read_structures(path: str | Path, options: ReadOptions | None = None) -> list[Structure]:
    """Read the atoms of a file, before any of them is bonded.

    Raises
    ------
    InputError
        One sentence with file and line, for whatever cannot be read, and for a file of nets.
    """
    check_path(path, "read_structures")
    parts = read_parts(TextFile.load(path), options or ReadOptions())
    for part in parts:
        if isinstance(part, CarvsdbError):
            raise part
    structures = [part.structure for part in parts if isinstance(part, StructurePart)]
    if not structures:
        raise InputError("holds nets and no atoms", path=path)
    return structures


def read_archive(path: str | Path) -> Iterator[TextFile | InputError]:
    """Read the files of a tar archive one after another; each is called after the archive and its name there.

    For a file that is not read, the error that says why stands in its place.
    """
    for member in members(path, FOLDER_SUFFIXES):
        try:
            yield member.refusal or TextFile.decode(member.content, f"{path}/{member.name}")
        except InputError as error:
            yield error


def read_parts(file: TextFile, options: ReadOptions) -> list[NetItem | StructurePart | CarvsdbError]:
    """Read the parts of a file: nets, or frames of atoms that are still to become nets.

    For a frame that cannot be read, where others can, the error that says why stands in its place.

    Raises
    ------
    InputError
        One sentence with file and line, for whatever cannot be read.
    """
    found: Sequence[FoundNet | Structure | InputError] = format_of(file).read(file, options)
    stem = Path(plain_name(file.path)).stem
    parts: list[NetItem | StructurePart | CarvsdbError] = []
    for index, one in enumerate(found):
        label = stem if len(found) == 1 else f"{stem}#{index + 1}"
        if isinstance(one, InputError):
            parts.append(one)
        elif isinstance(one, Structure):
            parts.append(StructurePart(one, options, file.path, label, index, _content_hash(file, index), file.sha256))
        else:
            parts.append(_item(file, one, index, label))
    return parts


def _content_hash(file: TextFile, index: int, choices: dict[str, object] | None = None) -> str:
    identity = json.dumps([file.sha256, index, choices or {}], sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()


def _item(file: TextFile, found: FoundNet, index: int, label: str) -> NetItem:
    choices = {key: found.parameters[key] for key in _CHOICES if key in found.parameters}
    return NetItem(
        net=found.net,
        path=file.path,
        label=label,
        item=index,
        line=found.line,
        clustering="node-linker" if found.net.is_node_linker else "as given",
        bond_rule=found.bond_rule,
        parameters=found.parameters,
        quality=found.quality,
        notes=found.notes,
        kind=found.kind,
        provenance=found.provenance,
        content_hash=_content_hash(file, index, choices),
        file_sha256=file.sha256,
    )
