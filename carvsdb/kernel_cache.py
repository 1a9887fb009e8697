"""Where the machine code of kernels is kept, if there is a place for it that nobody else can write.

Machine code is unpickled and run, so a folder is taken only if whoever can write it could change this package's sources
as well, or is the user. Three places are looked at: ``NUMBA_CACHE_DIR``, the ``__pycache__`` beside the sources, and
the user's folder for caches. What is kept in any of them is run; new code goes to the first that can be written. Where
none can, as in containers with read-only packages and without a home, what is not kept is compiled anew in every
process, and a warning says so once.
"""

import hashlib
import os
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from carvsdb.errors import CarvsdbWarning

_MAKERS = ("kernel_", "compiled.py", "machine_code.py")
"""How the names of files begin that make and load machine code."""

_TOLD = "CARVSDB_TOLD_OF_NO_KERNEL_CACHE"
"""Set in the environment once the user knows, so that worker processes are silent."""


def kernel_cache(sources: Path) -> Path | None:
    """Return the folder for the machine code of the kernels in a folder of sources; None, and a warning, without one.

    Parameters
    ----------
    sources : Path
        The folder of the file that defines the kernels.
    """
    found = locate(sources)
    if isinstance(found, Path):
        return found
    tell(f"there is no folder to keep it in ({found})")
    return None


def tell(reason: str) -> None:
    """Warn that kernels are compiled anew in every process, once for this process and all that it starts."""
    if not os.environ.get(_TOLD):
        os.environ[_TOLD] = "1"
        warnings.warn(
            f"compiled code is not kept, so that every run begins with compiling: {reason}; "
            "set NUMBA_CACHE_DIR to a folder of your own",
            CarvsdbWarning,
            stacklevel=2,
        )


@cache
def trusted(sources: Path) -> tuple[Path, ...]:
    """Return the folders whose machine code may be run; they need not be ours to write, as in an image."""
    found = []
    for folder in _candidates(sources):
        with suppress(OSError, ValueError):
            if folder.is_dir() and distrusted(folder, sources) is None:
                found.append(folder)
    return tuple(found)


@cache
def locate(sources: Path) -> Path | str:
    """Return the folder for the machine code of kernels, made if need be, or why there is none."""
    reasons = []
    for folder in _candidates(sources):
        try:
            # Beside the sources as Python makes it, for all who may read those.
            folder.mkdir(mode=0o777 if folder.parent == sources else 0o700, parents=True, exist_ok=True)
            reason = distrusted(folder, sources)
            if reason is None:
                tempfile.TemporaryFile(dir=folder).close()
                trusted.cache_clear()  # which was asked before this folder was made
                return folder
        except (OSError, ValueError) as error:
            reason = f"cannot be written: {getattr(error, 'strerror', None) or error}"
        reasons.append(f"{folder} {reason}")
    return ", ".join(reasons)


def distrusted(folder: Path, sources: Path) -> str | None:
    """Return why the code in a folder is not to be run; None if it may be.

    Notes
    -----
    Windows gives each user folders of his own, and has no such permissions to look at.
    """
    if os.name == "nt":
        return None
    home = sources.stat()
    owners = {os.geteuid(), 0, home.st_uid}
    found = folder.stat()
    if found.st_uid not in owners:
        return "belongs to another user"
    writers = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    allowed = home.st_mode & stat.S_IWGRP if found.st_gid == home.st_gid else 0
    if writers & ~allowed:
        return "can be written by others (chmod go-w)"
    if any(file.stat(follow_symlinks=False).st_uid not in owners for file in _kept(folder)):
        return "holds files of another user"
    return None


def _kept(folder: Path) -> Iterator["os.DirEntry[str]"]:
    with os.scandir(folder) as files:
        yield from (file for file in files if file.name.endswith((".nbi", ".nbc", ".kernel")))


def _candidates(sources: Path) -> Iterator[Path]:
    name = f"{sources.name}-{hashlib.sha256(os.fsencode(sources)).hexdigest()[:16]}"
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(named).absolute() / name
    yield sources / "__pycache__"
    if (home := _user_caches()) is not None:
        yield home / "carvsdb" / name


def _user_caches() -> Path | None:
    """Return the user's folder for caches; None for a user without a home."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else None
    named = Path(os.environ.get("XDG_CACHE_HOME") or "")
    if named.is_absolute():
        return named
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if not home.is_absolute():
        return None
    return home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"


def stamp_of(py_func: Callable[..., object]) -> str:
    """Return a hash of all that machine code depends on in this package and in that of a kernel.

    These are the files with kernels and with named tuples, whose fields kernels read by their places, and those that
    make machine code.
    """
    package = py_func.__module__.partition(".")[0]
    source = Path(py_func.__code__.co_filename)
    home = next((folder for folder in source.parents if folder.name == package), None)
    # A kernel outside of our packages, as in a test, is in no hash of theirs.
    return _hash_of(Path(__file__).parent) + (
        _hash_of(home) if home else hashlib.sha256(source.read_bytes()).hexdigest()
    )


@cache
def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        text = path.read_bytes()
        if b"carvsdb.compiled" in text or b"NamedTuple" in text or path.name.startswith(_MAKERS):
            digest.update(text)
    return digest.hexdigest()
