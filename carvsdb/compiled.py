"""The one way in which kernels are compiled.

numba ships no types, so the decorators are given their types here; a kernel keeps the signature it was
written with. Kernels release the interpreter lock, so that threads run them side by side, and the machine
code is kept on disk, so that only the first process on a machine pays for it.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

P = ParamSpec("P")
R = TypeVar("R")

_PART = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers to machine code at its first call."""
    return _cached(function, {})


def compiled_part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only kernels call; what Python would need to call it is left out, which takes longest."""
    return _cached(function, _PART)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small function into each kernel that calls it, without the cost of a call."""
    return cast(Callable[P, R], _njit(forceinline=True, **_PART)(function))


def _njit(**options: bool) -> Any:
    njit: Any = numba.njit
    return njit(nogil=True, error_model="numpy", **options)


def _cached(function: Callable[P, R], options: dict[str, bool]) -> Callable[P, R]:
    dispatcher: Any = _njit(**options)(function)
    dispatcher._cache = _PackageCache(dispatcher.py_func)
    return cast(Callable[P, R], dispatcher)


class _PackageCache(FunctionCache):
    """Machine code on disk, trusted only while no file with kernels has changed.

    numba's own cache looks at the file of the kernel alone, but the machine code of a kernel holds that of what it
    calls; and it fails on an index that names types which have moved since.
    """

    def __init__(self, py_func: Callable[..., Any]) -> None:
        super().__init__(py_func)  # type: ignore[no-untyped-call]
        self._cache_file = IndexDataCacheFile(  # type: ignore[no-untyped-call]
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=(_stamp(py_func), self._impl.locator.get_source_stamp()),
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except (ImportError, AttributeError):
            self.flush()  # type: ignore[no-untyped-call]
            return None


def _stamp(py_func: Callable[..., Any]) -> str:
    """Return a hash of all files with kernels in this package and in that of a kernel."""
    package = py_func.__module__.partition(".")[0]
    home = next((folder for folder in Path(py_func.__code__.co_filename).parents if folder.name == package), None)
    return _hash_of(Path(__file__).parent) + ("" if home is None else _hash_of(home))


@cache
def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        text = path.read_bytes()
        if b"carvsdb.compiled" in text:
            digest.update(text)
    return digest.hexdigest()
