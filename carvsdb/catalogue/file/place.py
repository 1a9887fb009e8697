"""Where the file of a catalogue may lie, and what lies there, asked before DuckDB is loaded."""

from pathlib import Path

from carvsdb.errors import InputError, NotFoundError, RefusedError


def log_of(path: Path) -> Path:
    """Return the write-ahead log of a catalogue: what was stored and is not yet folded into the file."""
    return path.with_name(path.name + ".wal")


def check_there(path: Path, *, read_only: bool) -> None:
    """Raise for a path at which no catalogue can be opened.

    Raises
    ------
    NotFoundError
        If it is to be read and there is none.
    InputError
        If something else is there, or one cannot lie there.
    RefusedError
        If only its log is there.
    """
    check_place(path)
    if path.is_dir():
        raise InputError("is a folder, not a catalogue", path=path)
    if not path.exists():
        log = log_of(path)
        if log.exists():
            raise RefusedError(
                f"is missing, but its log {log.name} is there: the catalogue was deleted or moved without it",
                item=str(path),
                hint=f"bring it back beside {log.name}, which holds what was stored last, or move that away",
            )
        if read_only:
            raise NotFoundError(
                "there is no such catalogue", item=str(path), hint="make one with `carvsdb ingest FILE...`"
            )
    elif not path.is_file():
        raise InputError("is a device, a pipe or a socket, not a catalogue", path=path)
    if not path.absolute().parent.is_dir():
        raise InputError(f"the folder {path.absolute().parent} does not exist", path=path)


def check_place(path: Path) -> None:
    """Raise for a path that is another one to DuckDB.

    Raises
    ------
    InputError
        If there is a question mark in it: DuckDB would look for the log elsewhere, and miss what was stored last.
    """
    if "?" in str(path.absolute()):
        raise InputError(
            "a catalogue cannot lie where its path has a question mark, behind which DuckDB reads options",
            path=path,
            hint="rename the file or the folder",
        )
