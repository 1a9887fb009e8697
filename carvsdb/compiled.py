"""The one way in which kernels are compiled.

A kernel keeps the signature it was written with. Kernels release the interpreter lock, so that threads run them side by
side, and the machine code is kept on disk, so that only the first process on a machine pays for it; the others do not
even load numba.
"""

import functools
import inspect
import logging
import os
import re
import sysconfig
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numpy as np

from carvsdb.errors import RefusedError
from carvsdb.kernel_cache import kernel_cache, stamp_of, tell, trusted
from carvsdb.machine_code import Code, KernelError, is_possible, keep_codes, kept_codes, load, numba_version

if os.environ.get("NUMBA_DISABLE_JIT", "0").strip() not in ("", "0"):
    raise RefusedError(
        "kernels run as machine code only, and NUMBA_DISABLE_JIT forbids to compile it",
        hint="unset NUMBA_DISABLE_JIT",
    )

P = ParamSpec("P")
R = TypeVar("R")

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}

_TRIED = (0, 60), (0, 68)
"""First and last version of numba that `carvsdb.kernel_compiler`, which builds on its inner parts, was tried with."""

_TRIED_ON = "linux-x86_64"
"""Where it was tried: entries hand Python's objects to machine code, and what goes wrong there ends the process."""

_LOG = logging.getLogger(__name__)
_COMPILING = threading.RLock()


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers to machine code at its first call."""
    return Kernel(function)


def compiled_part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only kernels call; what Python would need to call it is left out."""
    return Part(function)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small function into each kernel that calls it, without the cost of a call."""
    return Part(function, forceinline=True)


class Part(Generic[P, R]):
    """A function that kernels may call.

    Attributes
    ----------
    py_func : callable
        The function as it is written.
    """

    def __init__(self, function: Callable[P, R], **options: bool) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function
        self._options = _OPTIONS | options

    def __call__(self, *args: P.args, **named: P.kwargs) -> R:
        """Run the function as it is written: only kernels have its machine code."""
        return self.py_func(*args, **named)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.py_func.__module__}.{self.py_func.__qualname__}>"

    def __reduce__(self) -> str:
        return self.py_func.__qualname__

    @cached_property
    def dispatcher(self) -> Any:
        """What compiles the function for numba."""
        if not is_our_way():
            return self.numbas_way
        from carvsdb.kernel_compiler import part

        return self._with_cache(part(self.py_func, self._options), as_part=True)

    @cached_property
    def numbas_way(self) -> Any:
        """The function as numba compiles any: the answers are the same, the first run takes twice as long."""
        import numba

        njit: Any = numba.njit
        return self._with_cache(njit(**self._options)(self.py_func), as_part=False)

    def _with_cache(self, dispatcher: Any, *, as_part: bool) -> Any:
        from carvsdb.numba_cache import keep

        if "forceinline" not in self._options:
            keep(dispatcher, as_part)
        return dispatcher

    @property
    def _numba_type_(self) -> Any:
        """How numba knows what kernels call."""
        from numba.core import types

        return types.Dispatcher(self.dispatcher)


class Kernel(Part[P, R]):
    """A function that Python may call, too."""

    def __init__(self, function: Callable[P, R]) -> None:
        super().__init__(function)
        self._entries: tuple[Callable[..., Any], ...] = ()
        self._codes: list[Code] | None = None

    def __call__(self, *args: P.args, **named: P.kwargs) -> R:
        """Run the kernel; for types that it did not have before, compile it first."""
        if not named:
            try:
                for entry in self._entries:
                    answer = entry(*args)
                    if answer is not NotImplemented:
                        return cast(R, answer)
            except KernelError as error:
                raise error.raised() from None
        return cast(R, self._answer(*args, **named))

    def _answer(self, *args: Any, **named: Any) -> Any:
        bound = inspect.signature(self.py_func).bind(*args, **named)
        bound.apply_defaults()
        arguments = tuple(map(_plain, bound.args))
        while True:
            tried = self._entries
            for entry in tried:
                try:
                    answer = entry(*arguments)
                except KernelError as error:
                    raise error.raised() from None
                if answer is not NotImplemented:
                    return answer
            with _COMPILING:
                if self._entries is tried:  # else another thread made one
                    self._add_entry(arguments)

    def _add_entry(self, arguments: tuple[Any, ...]) -> None:
        if not is_our_way():
            self._entries = (self.dispatcher,)
            return
        if self._codes is None:
            self._codes = self._kept()
            self._entries = tuple(map(self._entry, self._codes))
            if self._codes:
                return
        from carvsdb.kernel_compiler import code_for

        _LOG.info("compiling %s", self.py_func.__qualname__)
        code = code_for(self.dispatcher, arguments)
        if code is None or any(code.types == one.types for one in self._codes):
            self._entries = (*self._entries, self.numbas_way)
            return
        # What other processes compiled meanwhile is not lost.
        known = {one.types: one for one in (*self._kept(), *self._codes, code)}
        self._codes = sorted(known.values(), key=_order)
        self._entries = tuple(map(self._entry, self._codes))
        folder = kernel_cache(self._source.parent)
        if folder is not None:
            try:
                keep_codes(folder / self._name, stamp_of(self.py_func), self._codes)
            except OSError as error:
                tell(f"{folder} cannot be written ({error.strerror or error})")

    def _entry(self, code: Code) -> Callable[..., Any]:
        return load(code) if code.data else self.numbas_way

    def _kept(self) -> list[Code]:
        """Return the code on disk, for each types of arguments once."""
        found: dict[str, Code] = {}
        for folder in trusted(self._source.parent):
            for code in kept_codes(folder / self._name, stamp_of(self.py_func)):
                found.setdefault(code.types, code)
        return sorted(found.values(), key=_order)

    @property
    def _source(self) -> Path:
        return Path(self.py_func.__code__.co_filename)

    @property
    def _name(self) -> str:
        return f"{self._source.stem}.{self.py_func.__qualname__}-{self.py_func.__code__.co_firstlineno}.kernel"


def _order(code: Code) -> tuple[bool, bool]:
    """Put code for arrays of any layout last, and behind it numba, which takes everything."""
    return not code.data, code.takes_any_layout


def is_our_way() -> bool:
    """Tell whether kernels are compiled by `carvsdb.kernel_compiler`, not by numba's own way."""
    return sysconfig.get_platform() == _TRIED_ON and _is_tried(numba_version()) and is_possible()


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


def _plain(value: Any) -> Any:
    """Return a number of NumPy as one of Python, and an array as one of NumPy's own class and type of elements."""
    if isinstance(value, np.bool_ | np.integer | np.floating):
        return value.item()
    if isinstance(value, np.ndarray):
        array = value.view(np.ndarray)
        usual = np.dtype(array.dtype.str)
        return array.view(usual) if array.dtype.num != usual.num else array
    if isinstance(value, tuple):
        parts = map(_plain, value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value
