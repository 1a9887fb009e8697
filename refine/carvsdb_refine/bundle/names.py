"""What files are called in a bundle: names that stay within it on every system."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from carvsdb.errors import InputError, RefusedError

RESERVED = {"readme.md", "bundle.json", "requirements.txt", "sha256sums", "results.sha256"}
INPUTS, RESULTS = "inputs", "results"
_PART = re.compile(r"[^/\\:*?\"<>|\x00-\x1f\x7f]{1,200}")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def is_plain(name: str) -> bool:
    r"""Tell whether a name means a file below a folder, on every system: no root, no drive, no way up, nothing hidden.

    Examples
    --------
    >>> [is_plain(name) for name in ("data/neutron.txt", "../a", "/a", "a//b", ".ssh/a", "C:a", "a\\b", "nul.txt")]
    [True, False, False, False, False, False, False, False]
    """
    parts = name.split("/")
    return (
        len(name) <= 1000
        and not PurePosixPath(name).is_absolute()
        and not PureWindowsPath(name).drive
        and all(
            _PART.fullmatch(part) and part[0] not in ". " and part[-1] not in ". " and not _DEVICES.fullmatch(part)
            for part in parts
        )
    )


class Names:
    """The files that a config names, and what each is called in the bundle.

    Attributes
    ----------
    sources : dict of str to Path
        Files by their names in the bundle.
    """

    def __init__(self, resolve: Callable[[str], Path]) -> None:
        self._resolve = resolve
        self._given: dict[str, str] = {}
        self.sources: dict[str, Path] = {}

    def take(self, name: str) -> str:
        """Return what a file that the config names is called: as it is, if that stays within the bundle."""
        if name not in self._given:
            chosen = name if self._is_free(name) else self._made(name)
            self._given[name] = chosen
            self.sources[chosen] = self._resolve(name)
        return self._given[name]

    def _is_free(self, name: str) -> bool:
        lowered = name.lower()
        taken = {one.lower() for one in self.sources}
        return (
            is_plain(name)
            and lowered not in RESERVED | taken
            and not lowered.startswith(f"{RESULTS}/")
            and not any(one.startswith(f"{lowered}/") or lowered.startswith(f"{one}/") for one in taken)
        )

    def _made(self, name: str) -> str:
        base = re.sub(r"[^\w.+-]", "_", re.split(r"[/\\]", name)[-1], flags=re.ASCII).strip(".")[-100:]
        return f"{INPUTS}/{len(self.sources) + 1}-{base or 'file'}"


def check_no_paths(value: Any, where: str, path: Path) -> None:
    """Raise RefusedError if a text within the tables of a config is an absolute path: a bundle cannot hold it."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            check_no_paths(one, f"{where}.{key}" if where else str(key), path)
    elif isinstance(value, list):
        for one in value:
            check_no_paths(one, where, path)
    elif isinstance(value, str) and (os.path.isabs(value) or PureWindowsPath(value).is_absolute()):
        raise RefusedError(
            f"{where} = {value!r} is an absolute path of this machine, which a bundle cannot hold",
            item=str(path),
            hint="name it relative to the config, or let the package find its own file",
        )


def check_name(name: str, bundle: Path) -> None:
    """Raise InputError if the name of a member of a bundle leads out of it."""
    if not is_plain(name):
        raise InputError(f"has a member {name!r}, which is no name of a file below a folder: not unpacked", path=bundle)
