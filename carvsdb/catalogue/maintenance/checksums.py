"""SHA256SUMS: what every file of a folder must be."""

import hashlib
import re
from pathlib import Path

from carvsdb.errors import InputError

FILE = "SHA256SUMS"

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_in(folder: Path) -> list[str]:
    """Return all files below a folder but the list itself, as POSIX paths, sorted."""
    paths = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return sorted(name for path in paths if (name := path.relative_to(folder).as_posix()) != FILE)


def write(folder: Path) -> None:
    """List all files of a folder, as ``sha256sum -c`` reads them."""
    lines = [f"{digest(folder / name)}  {name}\n" for name in files_in(folder)]
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
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("is missing or unreadable, so nothing vouches for the folder", path=path) from error
    listed = {}
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputError("expected a SHA-256 and a file name", path=path, line=number)
        listed[match[2]] = match[1]
    return listed


def differences(folder: Path, listed: dict[str, str]) -> list[str]:
    """Say which files of a folder are not as they are listed."""
    present = set(files_in(folder))
    problems = [f"{name}: not listed in {FILE}" for name in sorted(present - listed.keys())]
    problems += [f"{name}: missing" for name in sorted(listed.keys() - present)]
    for name in sorted(present & listed.keys()):
        path = folder / name
        if path.is_symlink():
            problems.append(f"{name}: is a link, not a file")
        elif digest(path) != listed[name]:
            problems.append(f"{name}: the SHA-256 is not the one listed")
    return problems
