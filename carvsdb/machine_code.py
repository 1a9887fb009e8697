"""Machine code of kernels: loaded into this process, and kept on disk between processes.

Only llvmlite is needed, which links the code; numba, which takes a quarter of a second to load, only makes it. A kernel
has one file with the code for all types of arguments that it was called with. It is read only if it was made by the
same versions, from the same sources, for this processor, and is whole.
"""

import ctypes
import hashlib
import importlib
import importlib.util
import os
import pickle
import re
import sys
import sysconfig
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_FASTCALL = 0x80
_kept_alive: list[Any] = []
_loaded: dict[str, Callable[..., Any]] = {}


class KernelError(Exception):
    """What a kernel raised, as numba pickled it when it compiled the kernel."""

    def raised(self) -> BaseException:
        """Return the exception itself."""
        kind, arguments, *_ = pickle.loads(self.args[0])  # noqa: S301  # written within the code that has just run
        error: BaseException = kind(*(arguments or ()))
        return error


@dataclass(frozen=True, slots=True)
class Code:
    """Machine code of a kernel for some types of arguments.

    Attributes
    ----------
    types : str
        The types, as numba writes them.
    name : str
        What its entry and its table are called by, after `carvsdb.kernel_entry.ENTRY` and `TABLE`.
    table : tuple of str
        What the addresses of its table are of.
    takes_any_layout : bool
        True where arrays need not be contiguous: asked last.
    data : bytes
        An object file; empty for a kernel that is left to numba: it asks for what numba's runtime has alone, or for
        more than an entry's table has room for.
    """

    types: str
    name: str
    table: tuple[str, ...]
    takes_any_layout: bool
    data: bytes


def load(code: Code) -> Callable[..., Any]:
    """Return a function that runs machine code; it returns NotImplemented for arguments of other types."""
    if code.name not in _loaded:
        _loaded[code.name] = _load(code)
    return _loaded[code.name]


def _load(code: Code) -> Callable[..., Any]:
    from llvmlite import binding

    engine = _engine()
    engine.add_object_file(binding.ObjectFileRef.from_data(code.data))
    engine.finalize_object()
    table = (ctypes.c_void_p * len(code.table)).from_address(
        engine.get_global_value_address(f"carvsdb_table_{code.name}")
    )
    for number, name in enumerate(code.table):
        table[number] = _address_of(name)
    method = _Method(code.name.encode(), engine.get_function_address(f"carvsdb_entry_{code.name}"), _FASTCALL, None)
    _kept_alive.append(method)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, (ctypes.POINTER(_Method), ctypes.c_void_p, ctypes.c_void_p)
    function: Callable[..., Any] = make(ctypes.byref(method), None, None)
    return function


@cache
def is_possible() -> bool:
    """Tell whether objects of this Python and arrays of this NumPy are laid out as entries take them to be."""
    if sys.maxsize < 2**62 or sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return False
    array = np.arange(6.0).reshape(2, 3)
    at, dtype = id(array), id(array.dtype)
    words = [(at + 8, id(np.ndarray)), (at + 16, array.ctypes.data), (at + 56, dtype)]
    integers = [(at + 24, 2), (dtype + 28, array.dtype.num)]
    flags = ctypes.c_int.from_address(at + 64).value
    return (
        all(ctypes.c_void_p.from_address(place).value == value for place, value in words)
        and all(ctypes.c_int.from_address(place).value == value for place, value in integers)
        and ctypes.c_char.from_address(dtype + 26).value == array.dtype.byteorder.encode()
        and all(
            tuple((ctypes.c_int64 * 2).from_address(ctypes.c_int64.from_address(at + place).value)) == value
            for place, value in ((32, array.shape), (40, array.strides))
        )
        and flags & 0x501 == 0x501
    )


def is_running() -> bool:
    """Tell whether this process has run machine code: to load more takes a thousandth of a second."""
    return _engine.cache_info().currsize > 0


class _Method(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("text", ctypes.c_char_p),
    )


@cache
def _engine() -> Any:
    from llvmlite import binding

    with suppress(RuntimeError):  # newer versions do so by themselves, and refuse
        binding.initialize()
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_triple(binding.get_process_triple()).create_target_machine(jit=True)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
    # Arrays whose memory a kernel took may be freed after everything else: the code for that is never let go.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(engine))
    return engine


@cache
def _address_of(name: str) -> int:
    """Return the address of what an entry asks for."""
    kind, _, rest = name.partition(" ")
    if kind == "dtype":
        found: object = np.dtype(rest)
    elif kind == "numpy":
        return int(_numpy_functions()[int(rest.removeprefix("api "))])
    elif name == "KernelError":
        found = KernelError
    else:
        module, _, attribute = name.rpartition(":") if ":" in name else name.rpartition(".")
        found = importlib.import_module(module or "builtins")
        for part in attribute.split("."):
            found = getattr(found, part)
    _kept_alive.append(found)
    return id(found)


@cache
def _numpy_functions() -> Any:
    multiarray = sys.modules.get("numpy._core._multiarray_umath") or sys.modules["numpy.core._multiarray_umath"]
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    return (ctypes.c_void_p * 300).from_address(pointer(multiarray._ARRAY_API, None))


# On disk


def kept_codes(path: Path, stamp: str) -> list[Code]:
    """Return the code that a file keeps; none where it was made from something else, or is damaged."""
    try:
        whole = path.read_bytes()
    except OSError:
        return []
    digest, data = whole[:32], whole[32:]
    if hashlib.sha256(_key(stamp) + data).digest() != digest:
        return []
    kept: list[Code] = pickle.loads(data)  # noqa: S301  # of a folder that only who may change the sources can write
    return kept


def keep_codes(path: Path, stamp: str, codes: list[Code]) -> None:
    """Keep code in a file, which others may read and write meanwhile."""
    data = pickle.dumps(codes)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with draft.open("xb") as file:  # to be read by all who may read the folder
            file.write(hashlib.sha256(_key(stamp) + data).digest() + data)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


_NOT_CODE = {"NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS", "NUMBA_THREADING_LAYER"}
"""Settings of numba that change no code of ours: workers run with one thread, and share it with all other processes."""


@cache
def _key(stamp: str) -> bytes:
    """Return what code depends on beside its own sources."""
    import llvmlite
    from llvmlite import binding

    features = ""
    with suppress(RuntimeError):
        features = binding.get_host_cpu_features().flatten()
    named = sorted(item for item in os.environ.items() if item[0].startswith("NUMBA_") and item[0] not in _NOT_CODE)
    versions = (numba_version(), llvmlite.__version__, sys.implementation.cache_tag, np.__version__)
    return repr((stamp, versions, binding.get_process_triple(), binding.get_host_cpu_name(), features, named)).encode()


@cache
def numba_version() -> str:
    """Return the version of numba, which is not loaded for it."""
    if (loaded := sys.modules.get("numba")) is not None:
        return str(loaded.__version__)
    spec = importlib.util.find_spec("numba")
    if spec is not None and spec.origin is not None:
        with suppress(OSError):
            text = (Path(spec.origin).parent / "_version.py").read_text(encoding="utf-8")
            if (found := re.search(r'"version":\s*"([^"]+)"', text)) is not None:
                return found[1]
    from importlib.metadata import version

    return version("numba")
