"""The largest cut-off of a search that ends within its budget."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from carvsdb.errors import RingBudgetError

T = TypeVar("T")

_STRIDE = 4


def within_budget(search: Callable[[int], T], smallest: int, largest: int) -> T:
    """Search to a cut-off, or to the largest one below it whose search does not raise RingBudgetError.

    Examples
    --------
    >>> def search(cut_off):
    ...     if cut_off > 9:
    ...         raise RingBudgetError("too many")
    ...     return cut_off
    >>> within_budget(search, 3, 27)
    9
    """
    # Not within an except clause: the error holds what that search had found, up to gigabytes.
    with suppress(RingBudgetError):
        return search(largest)
    # Upwards, in long strides and then in short ones: what is too much costs more than all that is not.
    reached, beyond = smallest, largest
    best = search(reached)
    for stride in (_STRIDE, 1):
        while reached + stride < beyond:
            try:
                best = search(reached + stride)
            except RingBudgetError:
                beyond = reached + stride
                break
            reached += stride
    return best
