"""Atomic writes: a file that appears whole or not at all.

Content is written to a draft beside its place, brought to the disk (fsync), and renamed. Whoever reads the file sees
the old one or the new one; a failure, a full disk or an interrupt leaves the old one and no draft. A killed process can
leave its draft, a hidden file ``.NAME.HOST-PID-RANDOM.part``, which the next process that writes into the folder takes
away.

A draft is created exclusively, so that a link planted under its name is not followed. A link at the place itself is
replaced, not followed. New files get the permissions that the umask leaves; a replaced file keeps its own.
"""

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO

from carvsdb.errors import CarvsdbError, InputError, RefusedError
from carvsdb.escaping import escaped, is_text

_LONGEST_NAME = 255
"""Bytes that the common file systems allow for a name."""

_FULL = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
"""What the system says where there is no room: a full disk, a quota, a file that is too large."""

_DRAFT = re.compile(r"\..*\.(?P<host>[^/]+)-(?P<pid>\d{1,9})-[0-9a-f]{16}\.part", re.DOTALL)


def path_of_kind(path: str | Path, suffixes: Iterable[str], what: str) -> Path:
    """Return the path of a file whose suffix says how it is written.

    Raises
    ------
    InputError
        If it has none of these suffixes.

    Examples
    --------
    >>> path_of_kind("zif.PDF", (".png", ".pdf"), "a figure").name
    'zif.PDF'
    """
    target, known = Path(path), tuple(suffixes)
    if target.suffix.lower() not in known:
        kinds = ", ".join(known)
        raise InputError(f"{what} is written as one of {kinds}, got {target.suffix or 'no suffix'!r}", path=target)
    return target


def check_free(paths: Iterable[str | Path | None], overwrite: bool) -> None:
    """Refuse to replace files that are there already, before any work is done.

    Parameters
    ----------
    paths : iterable of str, Path or None
        Where files will be written; None is one that is not asked for.
    overwrite : bool
        Whether what is there may be replaced.

    Raises
    ------
    RefusedError
        If anything is there, even a link that leads nowhere.
    InputError
        If that is a folder, a device, a pipe or a socket, which no word replaces.

    Examples
    --------
    >>> check_free([None, "/no/such/file"], overwrite=False)
    """
    for path in paths:
        if path is not None and not overwrite and os.path.lexists(path):
            with suppress(OSError):  # a link that leads nowhere
                _mode_of(Path(path), True)
            raise _taken(path)


def _taken(path: str | Path) -> RefusedError:
    return RefusedError("exists already", item=str(path), hint="choose a new name, or replace it with --force")


@contextmanager
def atomic_file(path: str | Path, *, overwrite: bool = True) -> Iterator[IO[bytes]]:
    """Open a file for writing that gets its name only when the block ends without an error.

    Parameters
    ----------
    path : str or Path
        Its place.
    overwrite : bool
        Whether a file that is there already is replaced.

    Yields
    ------
    binary file
        The draft, open for writing. Libraries that write by themselves take it instead of a path.

    Raises
    ------
    InputError
        If there is no such folder, or the place is a folder, a device, a pipe or a socket.
    RefusedError
        If the file exists and is not to be overwritten, or it cannot be written: a full disk, no permission. An
        OSError of the block counts as that.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(f"{folder}/net.cgd") as file:
    ...         _ = file.write(b"CRYSTAL")
    ...         before = Path(folder, "net.cgd").exists()
    ...     before, Path(folder, "net.cgd").read_text()
    (False, 'CRYSTAL')
    """
    target = Path(path)
    if "\0" in str(target):
        raise InputError("cannot be written: a file name has no zero byte", path=repr(str(target)))
    try:
        mode = _mode_of(target, overwrite)
        _clear_once(target.absolute().parent)
        draft = draft_beside(target)
        try:
            with open(draft, "xb", opener=_exclusively) as file:
                if mode is not None:
                    os.chmod(file.fileno() if os.chmod in os.supports_fd else draft, mode)
                yield file
                file.flush()
                os.fsync(file.fileno())
            _put(draft, target, overwrite)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise why_not_written(target, error) from error


@contextmanager
def draft_folder(beside: Path) -> Iterator[Path]:
    """Hold a folder with a hidden name beside a place, which is gone afterwards unless it was given another name.

    Drafts that killed processes left there are taken away first.

    Raises
    ------
    InputError, RefusedError
        If it cannot be written; an OSError of the block counts as that.
    """
    if "\0" in str(beside) or not is_text(str(beside)):  # Arrow and DuckDB open files by names in UTF-8 only
        raise InputError("cannot be written: its name is no UTF-8 text", path=escaped(str(beside)))
    try:
        clear_drafts(beside.parent)
        draft = draft_beside(beside)
        draft.mkdir()  # fails if there is anything of that name, even a link
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise why_not_written(beside, error) from error


@contextmanager
def files_together(paths: Iterable[Path]) -> Iterator[dict[Path, Path]]:
    """Write several files of one folder elsewhere; they get their names when the block ends without an error.

    Parameters
    ----------
    paths : iterable of Path
        Their places; what is there is replaced.

    Yields
    ------
    dict of Path to Path
        Where each is to be written meanwhile; one that is not written stays as it is.

    Raises
    ------
    InputError, RefusedError
        As those of `atomic_file`.
    """
    targets = list(paths)
    with draft_folder(targets[0]) as folder:
        modes = {target: _mode_of(target, True) for target in targets}
        drafts = {target: folder / target.name for target in targets}
        yield drafts
        written = [target for target in targets if drafts[target].exists()]
        for target in written:
            if (mode := modes[target]) is not None:
                drafts[target].chmod(mode)
        for target in written:
            drafts[target].replace(target)
        sync_folder(targets[0].parent)


def write_bytes(path: str | Path, content: bytes, *, overwrite: bool = True) -> None:
    """Write a file of bytes, whole or not at all; parameters and errors are those of `atomic_file`."""
    with atomic_file(path, overwrite=overwrite) as file:
        file.write(content)


def write_text(path: str | Path, text: str, *, overwrite: bool = True) -> None:
    """Write a file of text in UTF-8, whole or not at all; parameters and errors are those of `atomic_file`.

    Line ends stay as they are on every system. What UTF-8 cannot hold, as parts of file names that are no text, is
    written as its escape.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"), overwrite=overwrite)


def draft_beside(target: Path) -> Path:
    """Return a new hidden name beside a file or a folder, under which it can be written until it is whole."""
    end = f".{_host()}-{os.getpid()}-{os.urandom(8).hex()}.part"
    name = target.name
    while len(os.fsencode(name)) + len(os.fsencode(end)) + 1 > _LONGEST_NAME:
        name = name[:-1]
    return target.with_name(f".{name}{end}")


def clear_drafts(folder: Path) -> list[Path]:
    """Remove the drafts in a folder that killed processes of this machine left; returns their names."""
    cleared = []
    for path in folder.glob(".*.part"):
        match = _DRAFT.fullmatch(path.name)
        if match and match["host"] == _host() and not _is_alive(int(match["pid"])):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()
            cleared.append(path)
    return cleared


@cache
def _clear_once(folder: Path) -> None:
    """Remove what killed processes left in a folder, when this process first writes there."""
    clear_drafts(folder)


def sync(path: Path) -> None:
    """See that a file that was written, or the list of files of a folder, is on the disk."""
    if path.is_dir():
        sync_folder(path)
        return
    # Windows brings only to the disk what is open for writing.
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk, where the system has a notion of that."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows
        return
    # A folder that can be written but not read has no descriptor; and some file systems sync no folders.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, if need be.

    Raises
    ------
    InputError, RefusedError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise why_not_written(folder, error) from error


def why_not_written(target: Path, error: OSError) -> CarvsdbError:
    """Turn what the system says about a file that cannot be written into our sentence."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)) and not target.parent.is_dir():
        return InputError(f"cannot be written: the folder {target.parent} does not exist", path=target)
    if isinstance(error, FileExistsError):
        return _taken(target)
    hint = "make room, or write it elsewhere" if error.errno in _FULL else None
    return RefusedError(f"cannot be written ({error.strerror or error})", item=str(target), hint=hint)


def _mode_of(target: Path, overwrite: bool) -> int | None:
    """Return the permissions of a file that will be replaced; None if there is none."""
    try:
        found = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found):
        raise InputError("cannot be written: it is a folder", path=target)
    if not stat.S_ISREG(found):
        raise InputError("cannot be written: it is a device, a pipe or a socket, not a file", path=target)
    if not overwrite:
        raise FileExistsError
    return None if target.is_symlink() else stat.S_IMODE(found)


def _exclusively(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _put(draft: Path, target: Path, overwrite: bool) -> None:
    if overwrite:
        draft.replace(target)
        return
    try:
        os.link(draft, target)  # fails where the name was taken meanwhile
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if target.exists() or target.is_symlink():
            raise FileExistsError from None
        draft.rename(target)


def _host() -> str:
    import socket

    return socket.gethostname()


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # there, signal 0 is Ctrl-C; what cannot be known is left alone
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
