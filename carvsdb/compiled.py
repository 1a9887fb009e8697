"""The one way in which kernels are compiled.

A kernel keeps the signature it was written with. Kernels release the interpreter lock, so that threads run them side by
side, and the machine code is kept on disk, so that only the first process on a machine pays for it; the others do not
even load numba.
"""

import functools
import glob
import inspect
import logging
import os
import re
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numpy as np

from carvsdb import interpreting
from carvsdb.errors import RefusedError
from carvsdb.kernel_cache import kernel_cache, stamp_of, tell, trusted
from carvsdb.machine_code import Code, KernelError, is_possible, is_running, keep_codes, kept_codes, load, numba_version

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


class _Stopwatch:
    """Counts the seconds in which this process compiled, one kernel at a time."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._began: float | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        self._began = time.monotonic()
        try:
            yield
        finally:
            self._seconds += time.monotonic() - self._began
            self._began = None

    def read(self) -> float:
        began = self._began
        return self._seconds + (0.0 if began is None else time.monotonic() - began)


_STOPWATCH = _Stopwatch()


def seconds_of_compiling() -> float:
    """Return how long this process has compiled so far: once on a machine, and no work of an input."""
    return _STOPWATCH.read()


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers to machine code at its first call."""
    return Kernel(function)


def compiled_if_much(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function as soon as it has much to do; before, run it on lists (`carvsdb.interpreting`)."""
    return Kernel(function, is_interpreted=True)


def compiled_part(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only kernels call; what Python would need to call it is left out."""
    return Part(function)


def part_on_lists(on_lists: Callable[..., Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function that only kernels call, and name what does the same where a kernel is interpreted.

    Parameters
    ----------
    on_lists : callable
        Takes lists in place of arrays; a list that it returns is of the kind of its first argument.
    """

    def with_lists(function: Callable[P, R]) -> Callable[P, R]:
        part = Part(function)
        part.on_lists = on_lists
        return part

    return with_lists


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small function into each kernel that calls it, without the cost of a call."""
    return Part(function, forceinline=True)


class Part(Generic[P, R]):
    """A function that kernels may call.

    Attributes
    ----------
    py_func : callable
        The function as it is written.
    on_lists : callable or None
        What stands for it where a kernel is interpreted; None for the function itself.
    """

    def __init__(self, function: Callable[P, R], **options: bool) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function
        self.on_lists: Callable[..., Any] | None = None
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
    """A function that Python may call, too.

    Attributes
    ----------
    steps : int
        Steps that were interpreted.
    """

    def __init__(self, function: Callable[P, R], *, is_interpreted: bool = False) -> None:
        super().__init__(function)
        self.steps = 0
        self._is_interpreted = is_interpreted
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
        if named or len(args) != self.py_func.__code__.co_argcount:
            bound = inspect.signature(self.py_func).bind(*args, **named)
            bound.apply_defaults()
            args = bound.args
        arguments = tuple(map(_plain, args))
        if self._is_interpreted and not self._entries:
            answer = self._interpreted(arguments)
            if answer is not interpreting.TOO_MUCH:
                return answer
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

    def _interpreted(self, arguments: tuple[Any, ...]) -> Any:
        """Answer without machine code, where that takes less time."""
        left = 0 if self._was_kept and is_running() else interpreting.steps_left(self, self._was_kept)
        return interpreting.interpreted(self, arguments, left) if left > 0 else interpreting.TOO_MUCH

    @cached_property
    def _was_kept(self) -> bool:
        """Whether there was machine code on disk at the first call, whatever it was made from."""
        pattern = "kernel" if is_our_way() else "*.nbi"
        return any(
            any(folder.glob(f"{glob.escape(self._prefix)}.{pattern}")) for folder in trusted(self._source.parent)
        )

    def _add_entry(self, arguments: tuple[Any, ...]) -> None:
        if not is_our_way():
            with _STOPWATCH.running():
                import numba

                self.dispatcher.compile(tuple(map(numba.typeof, arguments)))
            self._entries = (self.dispatcher,)
            return
        if self._codes is None:
            self._codes = self._kept()
            self._entries = tuple(map(self._entry, self._codes))
            if self._codes:
                return
        with _STOPWATCH.running():
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
        return f"{self._prefix}.kernel"

    @property
    def _prefix(self) -> str:
        return f"{self._source.stem}.{self.py_func.__qualname__}-{self.py_func.__code__.co_firstlineno}"


@part_on_lists(interpreting.take_steps)
def take_steps(number: int) -> None:
    """Say how many steps a loop without ``range`` took; where a kernel is interpreted they are counted."""


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
