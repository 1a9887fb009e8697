"""SHA256SUMS: what every file of a folder must be."""

import re
from collections.abc import Collection
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb.regular_file import read_text, sha256_of

FILE = "SHA256SUMS"

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def files_in(folder: Path) -> list[str]:
    """Return all files below a folder but the list itself, as POSIX paths, sorted."""
    paths = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return sorted(name for path in paths if (name := path.relative_to(folder).as_posix()) != FILE)


def write(folder: Path) -> None:
    """List all files of a folder, as ``sha256sum -c`` reads them."""
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in files_in(folder)]
    (folder / FILE).write_text("".join(lines), encoding="utf-8", newline="\n")


def read(folder: Path) -> dict[str, str]:
    """Return the digest of each file listed.

    Raises
    ------
    InputError
        If there is no list, or a line of it is none.
    """
    path = folder / FILE
    try:
        lines = read_text(path).splitlines()
    except InputError as error:
        raise InputError("is missing or unreadable, so nothing vouches for the folder", path=path) from error
    listed = {}
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError("expected a SHA-256 and a file name", path=path, line=number)
        listed[match[2]] = match[1]
    return listed


def differences(folder: Path, listed: dict[str, str], required: Collection[str] = ()) -> list[str]:
    """Say which files of a folder are not as they are listed, and which are missing that must be there."""
    present = set(files_in(folder))
    problems = [f"{name}: not listed in {FILE}" for name in sorted(present - listed.keys())]
    problems += [f"{name}: missing" for name in sorted({*listed, *required} - present)]
    for name in sorted(present & listed.keys()):
        problem = _difference(folder / name, listed[name])
        problems += [] if problem is None else [f"{name}: {problem}"]
    return problems


def _difference(path: Path, listed: str) -> str | None:
    """Say why a file is not as it is listed; None if it is."""
    if path.is_symlink():
        return "is a link, not a file"
    try:
        return None if sha256_of(path) == listed else "the SHA-256 is not the one listed"
    except InputError as error:
        return error.message
