"""Names of one's own: a text file that is read next to the archive that ships.

Each line is a name, a tab, and a key. The file is made by ``carvsdb archive import``, and can be read by eye.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from carvsdb.atomic_write import write_text
from carvsdb.errors import InputError
from carvsdb.regular_file import read_text
from carvsdb.topology.archive import Archive
from carvsdb.topology.keys import net_of_key

_HEADER = "# Names of nets for carvsdb: name, tab, key. Made by `carvsdb archive import`.\n"


@dataclass(frozen=True, slots=True)
class NamesFile:
    """A file of names, known by its content.

    Attributes
    ----------
    path : str
    sha256 : str
        Of its bytes, so that what was named by it is known to depend on it.
    """

    path: str
    sha256: str

    @classmethod
    def of(cls, path: str | Path) -> "NamesFile":
        """Look at a file of names.

        Raises
        ------
        InputError
            If it cannot be read, or a line is not a name and a key.
        """
        file = cls(str(path), hashlib.sha256(_read(path).encode()).hexdigest())
        file.archive()
        return file

    def archive(self) -> Archive:
        """Return the archive that ships, with the names of this file added; it must not be changed."""
        return _archive(self.path, self.sha256)


@cache
def _archive(path: str, sha256: str) -> Archive:
    del sha256  # part of what is cached: a changed file is another file
    archive = Archive.load_default()
    for name, key in read_names(path).items():
        archive.add_key(name, key)
    return archive


def read_names(path: str | Path) -> dict[str, str]:
    """Read a file of names: keys by name.

    Raises
    ------
    InputError
        If it cannot be read, or a line is not a name and a key.
    """
    names: dict[str, str] = {}
    for number, line in enumerate(_read(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, tab, key = line.partition("\t")
        try:
            if not name or not tab:
                raise ValueError(line)
            net_of_key(key)
        except (ValueError, InputError) as error:
            raise InputError("expected a name, a tab and a key", path=path, line=number) from error
        names[name] = key
    return names


def write_names(path: str | Path, names: Iterable[tuple[str, str]]) -> None:
    """Write a file of names, sorted, as `carvsdb.atomic_write` writes."""
    write_text(path, _HEADER + "".join(f"{name}\t{key}\n" for name, key in sorted(names)))


def _read(path: str | Path) -> str:
    try:
        return read_text(path)
    except InputError as error:
        raise InputError(f"the names cannot be read: {error.message}", path=path) from error
