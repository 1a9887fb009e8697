"""The one way in which kernels are compiled.

numba ships no types, so the decorator is given its type here; a kernel keeps the signature it was
written with. Kernels release the interpreter lock, so that threads run them side by side, and the machine
code is kept on disk, so that only the first process on a machine pays for it.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers to machine code at its first call."""
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True, error_model="numpy")(function))
