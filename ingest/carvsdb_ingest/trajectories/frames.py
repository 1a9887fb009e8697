"""The frames of a trajectory, one after another: atoms, or nets where the file holds nets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from carvsdb.atoms.structure import Structure
from carvsdb.errors import CarvsdbError, InputError
from carvsdb.net import Net
from carvsdb.regular_file import LARGEST_TABLE, open_regular
from carvsdb_ingest.analysis.item import ReadOptions
from carvsdb_ingest.files.compressed import opened
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.ase_atoms import read_poscar
from carvsdb_ingest.readers.formats import AtomReader, format_of, format_of_name
from carvsdb_ingest.readers.item import FoundNet
from carvsdb_ingest.readers.lammps.dump import read_dump
from carvsdb_ingest.readers.pdb import read_pdb
from carvsdb_ingest.readers.xyz import read_xyz
from carvsdb_ingest.trajectories.ase_trajectory import MAGIC, ase_frames
from carvsdb_ingest.trajectories.blocks import (
    Block,
    Splitter,
    blocks_that_begin,
    pdb_blocks,
    text_blocks,
    xdatcar_blocks,
    xyz_blocks,
)
from carvsdb_ingest.trajectories.frame_slice import FrameSlice
from carvsdb_ingest.trajectories.said import Said, said_by_block

_SPLITTERS: dict[str, Splitter] = {
    "xyz": xyz_blocks,
    "dump": blocks_that_begin(r"ITEM: TIMESTEP"),
    "pdb": pdb_blocks,
    "xdatcar": xdatcar_blocks,
}
_READERS: dict[str, AtomReader] = {"xdatcar": read_poscar, "xyz": read_xyz, "dump": read_dump, "pdb": read_pdb}
_XDATCAR = re.compile(r"\s*Direct configuration\s*=", re.IGNORECASE)
_LINES_TOLD = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame of a trajectory.

    Attributes
    ----------
    number : int
        Which frame of the file, from 0.
    atoms : Structure or None
        The atoms, if the file holds atoms.
    found : FoundNet or None
        The net, if the file holds nets.
    said : Said
        Step, time and temperature, as far as the file says them.
    """

    number: int
    atoms: Structure | None
    found: FoundNet | None
    said: Said

    @property
    def net(self) -> Net | None:
        """The net that the file holds, if any."""
        return None if self.found is None else self.found.net


class FrameError(InputError):
    """A frame that cannot be read; the others can.

    Attributes
    ----------
    number : int
        Which frame, from 0.
    """

    def __init__(self, number: int, error: CarvsdbError, path: str) -> None:
        line = getattr(error, "line", None)
        super().__init__(f"frame {number}: {error.message}", path=path, line=line, hint=error.hint)
        self.doubts = error.doubts
        self.number = number


def read_frames(
    path: str | Path, chosen: FrameSlice | None = None, options: ReadOptions | None = None
) -> Iterator[Frame | FrameError]:
    """Read frames of a trajectory one after another; for one that cannot be read, its error is yielded.

    Parameters
    ----------
    path : str or Path
        Extended xyz, a LAMMPS dump, XDATCAR, PDB of several models (each may be compressed), a trajectory of ASE, or
        any other file that carvsdb reads, each of whose nets or structures is a frame.
    chosen : FrameSlice, optional
        Default: all. Frames from the end are counted first, which reads the file twice.
    options : ReadOptions, optional

    Raises
    ------
    InputError
        If the file cannot be read at all, or has none of the frames asked for.
    """
    options = options or ReadOptions()
    chosen = chosen or FrameSlice()
    if chosen.needs_count:
        count = sum(1 for _ in _frames(path, options, FrameSlice(0, 0)))
        if not chosen.resolved(count).takes_any(count):
            raise InputError(chosen.nothing(count), path=path)
        chosen = chosen.resolved(count)
    elif not chosen.takes_any():
        raise InputError(f"frames {chosen} are none: the first is not before the last", path=path)
    taken, count = 0, 0
    for one in _frames(path, options, chosen):
        count += 1
        if one is not None:
            taken += 1
            yield one
        elif chosen.is_over(count - 1):
            break
    if not count:
        raise InputError("holds no frame", path=path)
    if not taken:
        raise InputError(chosen.nothing(count), path=path)


def _frames(path: str | Path, options: ReadOptions, chosen: FrameSlice) -> Iterator[Frame | FrameError | None]:
    """Yield each frame that is taken, and None for each other."""
    with open_regular(path, LARGEST_TABLE) as raw:
        if raw.read(len(MAGIC)) == MAGIC:
            is_ase = True
        else:
            raw.seek(0)
            is_ase = opened(raw).read(len(MAGIC)) == MAGIC
            if is_ase:
                raise InputError("is a compressed trajectory of ASE", path=path, hint="expand it first")
    if is_ase:
        for number, found in enumerate(ase_frames(path, chosen)):
            if found is None or isinstance(found, InputError):
                yield None if found is None else FrameError(number, found, str(path))
            else:
                yield Frame(number, found[0], None, found[1])
        return
    form = _form_of(path)
    if form in _SPLITTERS:
        for number, block in enumerate(text_blocks(path, _SPLITTERS[form])):
            yield _frame(str(path), form, number, block, options) if chosen.takes(number) else None
        return
    file = TextFile.load(path)
    for number, one in enumerate(format_of(file).read(file, options)):
        if not chosen.takes(number):
            yield None
        elif isinstance(one, CarvsdbError):
            yield FrameError(number, one, str(path))
        elif isinstance(one, Structure):
            yield Frame(number, one, None, Said())
        else:
            yield Frame(number, None, one, Said())


def _form_of(path: str | Path) -> str:
    """Tell the format of a file by its name, else by its first lines."""
    if Path(path).name.upper().startswith("XDATCAR"):
        return "xdatcar"
    named = format_of_name(path)
    if named is not None:
        return named.name
    with open_regular(path, LARGEST_TABLE) as raw, opened(raw) as stream:
        head = b"".join(islice(iter(lambda: stream.read(2**16), b""), 4)).decode("utf-8", "replace")
    lines = tuple(head.splitlines()[:_LINES_TOLD])
    if any(_XDATCAR.match(line) for line in lines):
        return "xdatcar"
    return format_of(TextFile(str(path), lines, "")).name


def _frame(path: str, form: str, number: int, block: Block, options: ReadOptions) -> Frame | FrameError:
    try:
        if block.error is not None:
            raise block.error
        if form == "xdatcar":
            _check_configuration(block.lines)
        file = TextFile(path, block.lines, "")
        read = _READERS[form]
        try:
            (found,) = read(file, options)
            if isinstance(found, InputError):
                raise found
        except InputError as error:
            if error.line is not None:
                error.line += block.before
            raise
        except ValueError:
            raise InputError("holds no frame that could be told from others") from None
    except InputError as error:
        return FrameError(number, error, path)
    assert isinstance(found, Structure)
    return Frame(number, found, None, said_by_block(form, block.lines))


def _check_configuration(lines: tuple[str, ...]) -> None:
    """Raise InputError if a configuration has fewer lines than atoms."""
    counts = lines[6].split()
    declared = sum(int(word) for word in counts if word.isascii() and word.isdigit() and len(word) < 10)
    held = sum(1 for line in lines[8:] if line.strip())
    if held < declared:
        raise InputError(f"it declares {declared} atoms, but there are {held} (is the file cut off?)")
