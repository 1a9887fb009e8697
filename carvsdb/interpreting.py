"""Kernels run as they are written, on lists, where that takes less time than to compile them or to load machine code.

Compiling takes about ten seconds, once on a machine; to load what was compiled takes a twentieth of a second. Python
walks through a net of some hundred edges in less. So a kernel that allows it (`carvsdb.compiled.compiled_if_much`) is
interpreted first: its arrays of one dimension become lists, which Python reads five times as fast, and are written back
at the end. As soon as the steps of a process are used up nothing has been changed, and machine code takes over. The
answers are the same: integers of unlimited length where kernels never go beyond 64 bits, and floats by the same
operations in the same order.

What such kernels must not do is to write into a part of an array (of a list that is a copy), to ask a list for what
only arrays have, or to loop for long without ``range`` and without `carvsdb.compiled.take_steps`.
"""

import builtins
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import numpy as np

MOST_STEPS = 1_200_000
"""Steps that a process interprets before anything is compiled: half a second, where compiling takes ten."""

MOST_STEPS_BESIDE_CODE = 400_000
"""The same where machine code only has to be loaded."""

MOST_STEPS_OF_ONE = 150_000
"""Of these, steps of one kernel: whose work is more than that is most likely not the only one."""

_MOST_ITEMS = 30_000
"""Items of arrays: what is made of more takes more steps than there are."""

_SUPPORTED = tuple(np.dtype(one) for one in (np.int64, np.int32, np.float64, np.bool_))

TOO_MUCH = object()
"""The answer where there are too many steps."""


class _TooManyStepsError(Exception):
    pass


class _Run:
    """What is interpreted in this process, one call after another.

    Attributes
    ----------
    left : int
        Steps that the call in work may still take.
    spent : int
        Steps of all calls.
    is_allowed : bool
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.left = 0
        self.spent = 0
        self.is_allowed = True
        self._twins: dict[Any, Callable[..., Any]] = {}
        # Kinds of the lists of a call by their numbers, with the lists, so that no number comes again meanwhile.
        self._kinds: dict[int, tuple[np.dtype[Any], list[Any]]] = {}

    def take(self, number: int) -> None:
        self.left -= number
        if self.left < 0:
            raise _TooManyStepsError

    def range(self, *bounds: int) -> builtins.range:
        numbers = builtins.range(*bounds)
        self.left -= len(numbers)
        if self.left < 0:
            raise _TooManyStepsError
        return numbers

    def made(self, values: list[Any], kind: Any) -> list[Any]:
        self._kinds[id(values)] = np.dtype(kind), values
        return values

    def like(self, values: list[Any], other: list[Any]) -> list[Any]:
        return self.made(values, self._kinds[id(other)][0])

    def twin(self, part: Any) -> Callable[..., Any]:
        """Return a function that does on lists what a part of a kernel does on arrays."""
        if part not in self._twins:
            function = part.py_func
            names = dict(function.__globals__)
            twin: Callable[..., Any] = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
            self._twins[part] = twin if part.on_lists is None else self._made_like(part.on_lists)
            for name in function.__code__.co_names:
                value = names.get(name)
                if value is np:
                    names[name] = _Arrays
                elif hasattr(value, "py_func"):
                    names[name] = self.twin(value)
            names["range"] = self.range
        return self._twins[part]

    def _made_like(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def twin(first: Any, *others: Any) -> Any:
            answer = function(first, *others)
            return answer if answer is None else self.like(answer, first)

        return twin

    def call(self, kernel: Any, arguments: tuple[Any, ...]) -> Any:
        changed: dict[int, tuple[Any, Any, Any]] = {}
        try:
            with np.errstate(all="ignore"):
                answer = self.twin(kernel)(*(self._taken(one, changed) for one in arguments))
            for array, before, after in changed.values():
                if isinstance(after, list):
                    if after != before:
                        array[:] = after
                elif not np.array_equal(after, array):
                    array[:] = after
            return self._given(answer)
        finally:
            self._kinds.clear()

    def _taken(self, value: Any, changed: dict[int, tuple[Any, Any, Any]]) -> Any:
        """Return an argument as lists; arrays of more dimensions as copies."""
        if isinstance(value, np.ndarray):
            if id(value) not in changed:
                self.take(value.size >> 3)
                if value.ndim == 1:
                    values = value.tolist()
                    changed[id(value)] = value, values, self.made(list(values), value.dtype)
                else:
                    changed[id(value)] = value, None, value.copy()
            return changed[id(value)][2]
        if isinstance(value, tuple):
            parts = [self._taken(one, changed) for one in value]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        return value

    def _given(self, value: Any) -> Any:
        """Return an answer as kernels give it."""
        if isinstance(value, list):
            return np.array(value, self._kinds[id(value)][0])
        if isinstance(value, tuple):
            return tuple(map(self._given, value))
        return value.item() if isinstance(value, np.generic) else value


class _Arrays:
    """What stands for NumPy in kernels."""

    int64, int32, float64, bool_ = np.int64, np.int32, np.float64, np.bool_

    @staticmethod
    def full(shape: Any, value: Any, kind: Any) -> Any:
        if isinstance(shape, tuple):
            return np.full(shape, value, kind)
        _RUN.take(shape >> 6)
        return _RUN.made([value] * shape, kind)

    @staticmethod
    def empty(shape: Any, kind: Any = np.float64) -> Any:
        return _Arrays.full(shape, 0.0 if kind is np.float64 else False if kind is np.bool_ else 0, kind)

    zeros = empty

    @staticmethod
    def arange(stop: int) -> list[int]:
        return _RUN.made(list(_RUN.range(stop)), np.int64)


_RUN = _Run()


def take_steps(number: int) -> None:
    """Count steps of a loop without ``range``."""
    _RUN.take(number)


def interpreted(kernel: Any, arguments: tuple[Any, ...], most: int) -> Any:
    """Return what a kernel answers, or `TOO_MUCH` if it takes more than so many steps; then no array has changed.

    Parameters
    ----------
    kernel : Kernel
    arguments : tuple
        Numbers, arrays of the usual layout, and tuples of them.
    most : int
    """
    if not is_possible(arguments):
        return TOO_MUCH
    with _RUN.lock:
        _RUN.left = most
        try:
            return _RUN.call(kernel, arguments)
        except _TooManyStepsError:
            return TOO_MUCH
        finally:
            taken = most - max(_RUN.left, 0)
            _RUN.spent += taken
            kernel.steps += taken


def is_possible(arguments: tuple[Any, ...]) -> bool:
    """Tell whether arguments are of the usual kinds, and not many."""
    arrays = list(_arrays(arguments))
    return sum(array.size for array in arrays) <= _MOST_ITEMS and all(
        array.dtype in _SUPPORTED and array.flags.c_contiguous and array.dtype.isnative for array in arrays
    )


def _arrays(values: tuple[Any, ...]) -> Iterator[np.ndarray[Any, Any]]:
    for value in values:
        if isinstance(value, np.ndarray):
            yield value
        elif isinstance(value, tuple):
            yield from _arrays(value)


def steps_left(kernel: Any, is_kept: bool) -> int:
    """Return how many steps a call of a kernel may take; 0 where its machine code is to be run.

    Parameters
    ----------
    kernel : Kernel
    is_kept : bool
        Whether it was compiled before, so that its code only has to be loaded.
    """
    if not _RUN.is_allowed:
        return 0
    if is_kept:
        own: int = kernel.steps
        return min(MOST_STEPS_BESIDE_CODE - _RUN.spent, MOST_STEPS_OF_ONE - own)
    return MOST_STEPS - _RUN.spent


@contextmanager
def no_interpreting() -> Iterator[None]:
    """Run machine code from the first call on."""
    before, _RUN.is_allowed = _RUN.is_allowed, False
    try:
        yield
    finally:
        _RUN.is_allowed = before
