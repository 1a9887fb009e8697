"""Copies of a catalogue: of one that is closed, and of one that somebody is writing.

DuckDB locks a whole file for one writer, so that nobody else can open it. Its bytes can be copied all the same:
between two checkpoints a writer changes no block that the file's header refers to, and appends to the write-ahead log.
A copy of the file and then of its log, during which the header did not change, is what a kill at that moment would have
left, and DuckDB opens that. The copy is opened and checked before it gets its name.
"""

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from carvsdb.atomic_write import draft_folder, sync, write_text
from carvsdb.catalogue.file import expected, schema
from carvsdb.catalogue.file.place import log_of
from carvsdb.catalogue.file.storage import Storage
from carvsdb.errors import CarvsdbError, InputError, NotFoundError, RefusedError, VerificationError
from carvsdb.regular_file import read_bytes, sha256_of

HEADER = 3 * 4096
"""Bytes of the file that a checkpoint changes last: the main header and two that take turns."""

_TRIES = 40
_LONGEST_SUM = 1000
_SUM = re.compile(rb"[0-9a-f]{64}  [^\n]+\n")


@dataclass(frozen=True, slots=True)
class CopyReport:
    """A copy that was made.

    Attributes
    ----------
    path : Path
    nets : int
        How many nets it holds.
    bytes : int
    sha256 : str
    """

    path: Path
    nets: int
    bytes: int
    sha256: str


def snapshot(path: Path, target: Path, *, before: Callable[[CopyReport], None] = lambda _: None) -> CopyReport:
    """Copy a catalogue, even while another process writes it.

    Parameters
    ----------
    path, target : Path
        The catalogue, and the copy.
    before : callable
        Is called with the report just before the copy gets its name.

    Notes
    -----
    Not from within the process that holds it: closing the file there would let go of that process's lock.

    Raises
    ------
    NotFoundError, InputError
        If there is no such catalogue, or it is damaged.
    RefusedError
        If the target exists, or the writer leaves no moment for a copy.
    """
    if not path.is_file():
        raise NotFoundError("there is no such catalogue", item=str(path))
    if target.exists():
        raise RefusedError("exists already", item=str(target), hint="choose a new name")
    if not target.absolute().parent.is_dir():
        raise InputError(f"the folder {target.absolute().parent} does not exist", path=target)
    _expect_duckdb(path)
    problem: CarvsdbError | None = None
    with draft_folder(target.absolute()) as folder:
        for number in range(_TRIES):
            draft = folder / f"{number}.duckdb"
            was = _state(path)
            if _copied(path, draft):
                try:
                    nets = _settled(draft)
                except CarvsdbError as error:  # caught in the middle of a checkpoint, or really damaged
                    problem = _of(error, path)
                    if _state(path) == was:  # nobody writes: another copy would be the same
                        break
                else:
                    sync(draft)
                    report = CopyReport(target, nets, draft.stat().st_size, sha256_of(draft))
                    before(report)
                    draft.rename(target)
                    sync(target.absolute().parent)
                    return report
            draft.unlink(missing_ok=True)
            time.sleep(0.05 * (number + 1))
    if problem is not None:
        raise problem
    raise RefusedError("is being written too fast to be copied", item=str(path), hint="wait until the writer has ended")


def backup(path: Path, target: Path) -> CopyReport:
    """Copy a catalogue and write the SHA-256 of the copy beside it, as ``TARGET.sha256``.

    Notes
    -----
    The sum is written first: a killed backup leaves a sum without a file at most, which the next one replaces.
    """
    listed = _sum_of(target)
    if listed.exists() and (target.exists() or not _is_sum(listed)):
        raise RefusedError("exists already", item=str(listed), hint="choose a new name")

    def note(report: CopyReport) -> None:
        write_text(listed, f"{report.sha256}  {target.name}\n")

    return snapshot(path, target, before=note)


def check_backup(target: Path) -> str:
    """Check that no byte of a backup changed; returns its SHA-256.

    Raises
    ------
    NotFoundError
        If the backup or its checksum is missing.
    VerificationError
        If a byte changed.
    """
    listed = _sum_of(target)
    for path in (target, listed):
        if not path.is_file():
            raise NotFoundError("is missing", item=str(path), hint="make it with `carvsdb db backup`")
    digest = sha256_of(target)
    if listed.read_bytes() != f"{digest}  {target.name}\n".encode():
        raise VerificationError("its SHA-256 is not the one that was noted: the backup is damaged", item=str(target))
    return digest


def _is_sum(listed: Path) -> bool:
    try:
        return _SUM.fullmatch(read_bytes(listed, _LONGEST_SUM)) is not None
    except InputError:
        return False


def _sum_of(target: Path) -> Path:
    return target.with_name(target.name + ".sha256")


def _expect_duckdb(path: Path) -> None:
    with path.open("rb") as stream:
        if stream.read(12)[8:] != b"DUCK":
            raise InputError("is no DuckDB file, so it is no catalogue", path=path)


def _state(path: Path) -> list[tuple[int, int] | None]:
    """Return what changes with every write: size and time of the file and of its log."""
    found: list[tuple[int, int] | None] = []
    for one in (path, log_of(path)):
        try:
            about = one.stat()
            found.append((about.st_size, about.st_mtime_ns))
        except FileNotFoundError:
            found.append(None)
    return found


def _of(error: CarvsdbError, path: Path) -> CarvsdbError:
    """Return an error about a copy as one about what was copied."""
    error.item = str(path)
    return error


def _copied(path: Path, draft: Path) -> bool:
    before = _header(path)
    shutil.copyfile(path, draft)
    try:
        shutil.copyfile(log_of(path), log_of(draft))
    except FileNotFoundError:
        log_of(draft).unlink(missing_ok=True)
    return _header(path) == before


def _header(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEADER)


def _settled(draft: Path) -> int:
    """Fold the log into a copy, read every row of it, and return the number of nets."""
    with Storage(draft) as storage:
        foreign = list(expected.foreign_objects(storage))
        if foreign:
            raise InputError(f"is not copied: {foreign[0]}", path=draft, hint="`carvsdb db verify` lists all of it")
        schema.check(storage)
        for (name,) in storage.rows("SELECT table_name FROM duckdb_tables()"):
            quoted = name.replace('"', '""')  # a file of someone else can have tables of any name
            storage.rows(f'SELECT bit_xor(hash(t)) FROM "{quoted}" AS t')
        nets = int(storage.rows("SELECT count(*) FROM net")[0][0])
        storage.execute("CHECKPOINT")
    return nets
