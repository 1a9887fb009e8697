"""The one way in which kernels are compiled.

numba ships no types, so the decorators are given their types here; a kernel keeps the signature it was
written with. Kernels release the interpreter lock, so that threads run them side by side, and the machine
code is kept on disk, so that only the first process on a machine pays for it.
"""

import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numba.cpython.hashing  # names the secrets of hashes to the linker: machine code that was kept may ask for them
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.dispatcher import Dispatcher
from numba.core.runtime.nrt import rtsys

from carvsdb.errors import RefusedError
from carvsdb.kernel_cache import kernel_cache, tell

if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
    raise RefusedError(
        "kernels run as machine code only, and NUMBA_DISABLE_JIT forbids to compile it",
        hint="unset NUMBA_DISABLE_JIT",
    )

P = ParamSpec("P")
R = TypeVar("R")

_OPTIONS = {"nogil": True, "error_model": "numpy"}
_PART = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_WHOLE = {"no_cfunc_wrapper": True}  # nothing calls a kernel by its address

_TRIED = (0, 60), (0, 68)
"""First and last version of numba that `carvsdb.kernel_compiler`, which builds on its inner parts, was tried with."""

_LOG = logging.getLogger(__name__)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers to machine code at its first call."""
    return _cached(function, _WHOLE)


def compiled_part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only kernels call; what Python would need to call it is left out, which takes longest."""
    return _cached(function, _PART)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small function into each kernel that calls it, without the cost of a call."""
    return cast(Callable[P, R], _kernel(function, _PART | {"forceinline": True}))


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


def _cached(function: Callable[P, R], options: dict[str, bool]) -> Callable[P, R]:
    kernel = _kernel(function, options)
    if kernel_cache(Path(function.__code__.co_filename).parent) is not None:
        kept = _KernelCache if _is_tried(numba.__version__) else _PackageCache
        kernel._cache = kept(function)  # type: ignore[no-untyped-call]  # numba's own
    return cast(Callable[P, R], kernel)


def _kernel(function: Callable[P, R], options: dict[str, bool]) -> Any:
    if not _is_tried(numba.__version__):  # numba's own way gives the same; the first run takes twice as long
        njit: Any = numba.njit
        return njit(**_OPTIONS, **options)(function)
    from carvsdb.kernel_compiler import Kernel, PartCompiler, WholeCompiler

    compiler = PartCompiler if "no_cpython_wrapper" in options else WholeCompiler
    return Kernel(function, targetoptions={"nopython": True, **_OPTIONS, **options}, pipeline_class=compiler)


def _is_tried(version: str) -> bool:
    """Tell whether a version of numba is one that kernels were compiled with in our way.

    Examples
    --------
    >>> _is_tried("0.60.0"), _is_tried("0.68.1"), _is_tried("0.69.0rc1"), _is_tried("1.0")
    (True, True, False, False)
    """
    first, last = _TRIED
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return numbers is not None and first <= (int(numbers[1]), int(numbers[2])) <= last


def keep_code_of(dispatcher: Any) -> None:
    """Keep the machine code of a kernel of another package, which would compile it in every process."""
    if kernel_cache(Path(dispatcher.py_func.__code__.co_filename).parent) is not None:
        dispatcher._cache = _PackageCache(dispatcher.py_func)  # type: ignore[no-untyped-call]  # numba's own


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
        return _stamp(self._py_func), file.st_mtime_ns, file.st_size

    def get_disambiguator(self) -> str:
        return str(self._py_func.__code__.co_firstlineno)


class _Code(CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012


class _KernelCode(_Code):
    """The same for kernels of ours, which are kept in their own way."""

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        from carvsdb.kernel_compiler import kept_result

        return kept_result(target_context, payload)


class _PackageCache(FunctionCache):
    """Machine code on disk, trusted only while no file with kernels has changed.

    numba's own cache looks at the file of the kernel alone, but the machine code of a kernel holds that of what it
    calls; it fails on an index that names types which have moved since, on damaged files and on a full disk; and it
    runs what others put into a folder that they can write, which `carvsdb.kernel_cache` refuses.
    """

    # numba declares itself typed, but the methods of its caches have no annotations: hence the ignored calls.
    _impl_class = _Code

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        # Not by numba's own way, which first loads all that it can compile: a fifth of a second, and scipy.linalg.
        # Machine code needs the runtime alone; what is to be compiled makes numba load the rest.
        rtsys.initialize(target_context)
        found = None
        try:
            with self._guard_against_spurious_io_errors():
                found = self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:  # whatever unpickling and linking raise for damaged or outdated files
            with suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
        if found is None:
            _LOG.info("compiling %s", self._py_func.__qualname__)
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            tell(f"{self.cache_path} cannot be written ({error.strerror or error})")


class _KernelCache(_PackageCache):
    _impl_class = _KernelCode


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
