"""What Python gives kernels and gets from them is what the function itself takes and returns."""

import copy
import pickle
import sys
import threading
import time
from typing import Any, NamedTuple, cast

import numpy as np
import pytest

from carvsdb.compiled import compiled, compiled_part, is_our_way
from carvsdb.kernel_cache import stamp_of


class Grid(NamedTuple):
    """What a kernel takes as one."""

    values: Any
    step: int


class Grating(NamedTuple):
    """The same, but another."""

    values: Any
    step: int


@compiled_part
def _doubled(values: Any) -> Any:
    made = np.zeros(len(values), np.int64)
    for place in range(len(values)):
        made[place] = 2 * values[place]
    return made


@compiled
def everything(grid: Any, weight: float, flag: bool, planes: Any, scale: int = 3) -> Any:
    """Return all that kernels return: numbers, arrays of their own, those of an argument, and tuples of them."""
    total = 0.0
    for row in range(planes.shape[0]):
        for column in range(planes.shape[1]):
            total += planes[row, column]
            planes[row, column] = row + 10 * column
    made = np.full((2, scale), weight, np.float32)
    numbers = np.arange(scale)
    flags = np.empty(2, np.bool_)
    flags[0], flags[1] = flag, not flag
    return total * weight, grid.step * scale, not flag, _doubled(grid.values), grid.values[1:], (made, numbers, flags)


def as_written(kernel: Any) -> Any:
    plain: Any = kernel.py_func
    return plain


def same(first: Any, second: Any) -> bool:
    if isinstance(first, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and first.shape == second.shape and bool((first == second).all())
    plain = second.item() if isinstance(second, np.generic) else second
    return type(first) is type(plain) and bool(first == plain)


PLANES = np.arange(6.0).reshape(2, 3)
WAYS: dict[str, Any] = {
    "as compiled": lambda values, planes: (Grid(values, 4), 0.5, True, planes),
    "by name": lambda values, planes: (Grid(values, 4), 0.5, False, planes, 2),
    "numbers of NumPy": lambda values, planes: (
        Grid(values, cast(int, np.int64(4))),
        np.float32(0.5),
        np.bool_(True),
        planes,
        np.int8(3),
    ),
    "from another process": lambda values, planes: pickle.loads(pickle.dumps((Grid(values, 4), 0.5, True, planes))),
    "another name of the type": lambda values, planes: (Grid(values.view(np.longlong), 4), 0.5, True, planes),
    "a part of an array": lambda values, planes: (Grid(values, 4), 0.5, True, np.repeat(planes, 2, 1)[:, ::2]),
    "columns first": lambda values, planes: (Grid(values, 4), 0.5, True, np.asfortranarray(planes)),
    "another tuple": lambda values, planes: (Grating(values, 4), 0.5, True, planes),
    "integers where numbers were": lambda values, planes: (Grid(values, 4), 2, True, planes),
}


def test_kernels_are_the_functions_they_are_written_as() -> None:
    for name, way in WAYS.items():
        arguments = way(np.arange(5), PLANES.copy())
        expected = copy.deepcopy(arguments)
        named = {"planes": arguments[3], "scale": 3} if name == "by name" else {}
        found = everything(*arguments[: 3 if named else 5], **named)
        plain = as_written(everything)(*expected[:4], 3)
        assert same(found, plain), name
        assert np.array_equal(arguments[3], expected[3]), name  # arrays are changed in their place
    with pytest.raises(TypeError, match="missing a required argument"):
        everything(Grid(np.arange(5), 4))  # type: ignore[call-arg]


def test_arrays_from_kernels_own_their_memory_or_hold_whose_it_is() -> None:
    values = np.arange(5)
    before = sys.getrefcount(values)
    planes = PLANES.copy()
    answer = everything(Grid(values, 4), 0.5, True, planes)
    view, made = answer[4], answer[5][0]
    assert view.base is values
    assert np.shares_memory(view, values)
    assert sys.getrefcount(values) == before + 1
    assert made.flags.c_contiguous
    assert made.flags.writeable
    assert made.ctypes.data % 16 == 0
    made += 1
    del answer, view
    assert sys.getrefcount(values) == before
    for _ in range(200):
        everything(Grid(values, 4), 0.5, True, planes)
    assert sys.getrefcount(values) == before
    assert sys.getrefcount(planes) == 2
    assert (made == 1.5).all()


@compiled
def room(lengths: Any, steps: int) -> Any:
    """Return as much memory as is asked for, after some time."""
    total = 0
    for number in range(steps):
        total = total * (total ^ number) + 1  # no formula that a compiler would find
    return np.empty(lengths[0], np.int64), total


def test_what_numba_raises_is_raised() -> None:
    for length, kind, text in (
        (-1, ValueError, "negative dimensions"),
        (2**61, ValueError, "too big"),
        (2**58, MemoryError, "Allocation failed"),
    ):
        for _ in range(2):
            with pytest.raises(kind, match=text):
                room(np.array([length]), 0)
    assert len(room(np.array([3]), 0)[0]) == 3


@pytest.mark.skipif(not is_our_way(), reason="numba compiles all kernels here")
def test_a_kernel_that_asks_for_more_than_a_table_holds_is_left_to_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    from carvsdb.kernel_compiler import code_for

    @compiled
    def ends(values: Any) -> Any:
        return values[0], values[-1], values[1:]

    arguments = (np.arange(4),)
    whole = code_for(cast(Any, ends).dispatcher, arguments)
    assert whole is not None
    assert whole.data
    monkeypatch.setattr("carvsdb.kernel_entry._ROOM", len(whole.table) - 1)
    code = code_for(cast(Any, ends).dispatcher, arguments)
    assert code is not None
    assert code.data == b""
    monkeypatch.setattr("carvsdb.compiled.keep_codes", lambda *_: None)
    assert same(ends(*arguments), (0, 3, np.arange(1, 4)))


def test_other_threads_run_while_a_kernel_does() -> None:
    room(np.array([1]), 0)
    times: list[float] = []

    def run() -> None:
        times.append(time.monotonic())
        room(np.array([1]), 100_000_000)
        times.append(time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    meanwhile: list[float] = []
    while thread.is_alive():
        meanwhile.append(time.monotonic())
        time.sleep(0.001)
    begin, end = times
    assert any(begin + 0.25 * (end - begin) < now < begin + 0.75 * (end - begin) for now in meanwhile)


def test_read_only_arrays_are_not_written() -> None:
    planes = PLANES.copy()
    planes.flags.writeable = False
    with pytest.raises(Exception, match="readonly"):
        everything(Grid(np.arange(5), 4), 0.5, True, planes)
    assert (planes == PLANES).all()
    swapped = np.arange(5).astype(np.dtype(np.int64).newbyteorder())
    with pytest.raises(Exception, match=r"byte order|nsupported|annot determine"):
        everything(Grid(swapped, 4), 0.5, True, PLANES.copy())


def test_kernels_are_pickled_by_name_and_shown_briefly() -> None:
    assert pickle.loads(pickle.dumps(everything)) is everything
    assert repr(everything) == f"<Kernel {__name__}.everything>"
    assert everything.__doc__ is not None
    assert len(stamp_of(as_written(everything))) > 64
