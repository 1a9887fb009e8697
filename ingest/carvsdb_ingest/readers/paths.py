"""What a caller may name as input: a path, several, or folders of files."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeGuard

from carvsdb.errors import InputError
from carvsdb_ingest.files.archives import ARCHIVES, is_archive
from carvsdb_ingest.readers.formats import FOLDER_SUFFIXES, is_taken_from_folders

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
"""A file or folder, or several."""


def is_path(value: object) -> TypeGuard[str | os.PathLike[str]]:
    """Tell whether a value is a path."""
    return isinstance(value, str | os.PathLike)


def check_path(path: object, function: str) -> None:
    """Refuse to take for a file what is none, such as a net, or the text of a file.

    Raises
    ------
    InputError

    Examples
    --------
    >>> check_path(3, "describe")
    Traceback (most recent call last):
        ...
    carvsdb.errors.InputError: describe takes the path of a file, got int
    """
    if not is_path(path):
        raise InputError(f"{function} takes the path of a file, got {type(path).__name__}")
    if "\n" in os.fspath(path) and not os.path.exists(path):
        raise InputError(
            f"{function} takes the path of a file, got a text of several lines", hint="write it to a file first"
        )


def paths_of(given: Paths, function: str) -> Iterable[str | os.PathLike[str]]:
    """Return the paths that were given: one, or an iterable of any length.

    Raises
    ------
    InputError
        If it is neither.
    """
    if is_path(given):
        check_path(given, function)
        return [given]
    # An open file, a graph, a table or a mapping is iterable, too, but holds no paths.
    others = any(hasattr(given, name) for name in ("read", "edges", "columns", "keys"))
    if not isinstance(given, Iterable) or isinstance(given, bytes) or (others and not hasattr(given, "str")):
        hint = (
            "give its name" if hasattr(given, "read") else "of what is in memory nets, structures and atoms are taken"
        )
        raise InputError(f"{function} takes the path of a file, or several, got {type(given).__name__}", hint=hint)
    return given


def net_files(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """List the files of a mixture of files and folders, those of a folder sorted.

    Files of nets, of atoms and archives of them are taken from a folder, by their suffixes.

    Raises
    ------
    InputError
        If a folder holds no file that a reader reads, or one is no path.
    """
    files: list[Path] = []
    for given in paths:
        check_path(given, "a list of files")
        path = Path(given)
        if not os.path.isdir(path):  # which knows no error, unlike the method
            files.append(path)
            continue
        found = sorted(
            file for file in path.rglob("*") if (is_taken_from_folders(file) or is_archive(file)) and not file.is_dir()
        )
        if not found:
            known = ", ".join((*FOLDER_SUFFIXES, *ARCHIVES))
            raise InputError(f"the folder holds no file of nets or atoms ({known})", path=path)
        files.extend(found)
    return files
