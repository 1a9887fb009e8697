"""Numba's own cache on disk, for parts of kernels and for kernels of other packages, in folders that can be trusted."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numba.cpython.hashing  # noqa: F401  # names secrets of hashes to the linker, which kept code may ask for
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.dispatcher import Dispatcher
from numba.core.runtime.nrt import rtsys

from carvsdb.kernel_cache import kernel_cache, stamp_of, tell

_LOG = logging.getLogger("carvsdb.compiled")


def keep(dispatcher: Any, as_part: bool = False) -> None:
    """Keep the machine code of a function, else compiled in every process; of a part, what it is made of."""
    if kernel_cache(Path(dispatcher.py_func.__code__.co_filename).parent) is not None:
        kept = _PartCache if as_part else _PackageCache
        dispatcher._cache = kept(dispatcher.py_func)


@contextmanager
def cached_if_possible() -> Iterator[None]:
    """Let libraries that keep machine code by numba's own cache work without it where numba finds no place for it.

    Notes
    -----
    Numba looks beside their sources and in the user's home, and raises RuntimeError if it can write neither: in a
    container with read-only packages and no home, umap could not even be imported.
    """
    kind: Any = Dispatcher
    enable = kind.enable_caching

    def try_to(dispatcher: Any) -> None:
        try:
            enable(dispatcher)
        except RuntimeError as error:
            tell(str(error))

    kind.enable_caching = try_to
    try:
        yield
    finally:
        kind.enable_caching = enable


class _Locator:
    """What numba asks for the place of a kernel's machine code, its freshness and its name there."""

    def __init__(self, py_func: Callable[..., Any], folder: Path) -> None:
        self._py_func = py_func
        self._folder = folder

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "_Locator | None":
        folder = kernel_cache(Path(py_file).parent)
        return None if folder is None else cls(py_func, folder)

    def get_cache_path(self) -> str:
        return str(self._folder)

    def ensure_cache_path(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get_source_stamp(self) -> tuple[str, int, int]:
        # A kernel outside of our packages, as in a test, is in no hash of theirs.
        file = os.stat(self._py_func.__code__.co_filename)
        return stamp_of(self._py_func), file.st_mtime_ns, file.st_size

    def get_disambiguator(self) -> str:
        return str(self._py_func.__code__.co_firstlineno)


class _PartLocator(_Locator):
    """The same for parts: a kernel may have both, under names of their own."""

    def get_disambiguator(self) -> str:
        return f"{super().get_disambiguator()}.part"


class _Code(CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012  # as numba declares it


class _PartCode(_Code):
    """The same for parts of our kernels."""

    _locator_classes = [_PartLocator]  # noqa: RUF012  # as numba declares it

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        from carvsdb.kernel_compiler import kept_result

        return kept_result(target_context, payload)


class _PackageCache(FunctionCache):
    """Machine code on disk, trusted only while no file with kernels has changed.

    numba's own cache looks at the file of the kernel alone, but the machine code of a kernel holds that of what it
    calls; it fails on an index that names types which have moved since, on damaged files and on a full disk; and it
    runs what others put into a folder that they can write, which `carvsdb.kernel_cache` refuses.
    """

    _impl_class = _Code

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        # Not by numba's own way, which first loads all that it can compile: a fifth of a second, and scipy.linalg.
        # Machine code needs the runtime alone; what is to be compiled makes numba load the rest.
        rtsys.initialize(target_context)
        found = None
        try:
            with self._guard_against_spurious_io_errors():
                found = self._load_overload(sig, target_context)
        except Exception:  # whatever unpickling and linking raise for damaged or outdated files
            with suppress(OSError):
                self.flush()
        if found is None:
            _LOG.info("compiling %s", self._py_func.__qualname__)
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as error:
            tell(f"{self.cache_path} cannot be written ({error.strerror or error})")


class _PartCache(_PackageCache):
    _impl_class = _PartCode
