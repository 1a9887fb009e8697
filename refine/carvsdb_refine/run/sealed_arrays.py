"""Arrays in one file with a checksum over all of them, which tells damage; no signature."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.regular_file import LARGEST_TABLE, open_regular

Arrays = Mapping[str, NDArray[Any]]

_SEAL = "seal"


def sealed_bytes(arrays: Arrays) -> bytes:
    """Return the file: the same bytes for the same arrays."""
    buffer = io.BytesIO()
    kept: dict[str, Any] = {**arrays, _SEAL: np.frombuffer(_sealed(arrays), np.uint8)}
    np.savez(buffer, **kept)
    return buffer.getvalue()


def read_sealed(path: Path, longest: Mapping[str, int]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file; `longest` says how many bytes some may have at most.

    Raises
    ------
    Exception
        Whatever zipfile and numpy say of bytes from anywhere; ValueError if the checksum does not fit.

    Notes
    -----
    Nothing is unpacked, so no more memory is taken than the file is long.
    """
    with open_regular(path, LARGEST_TABLE) as stream, zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
                raise ValueError("its parts are compressed")
            with archive.open(member) as file:
                version = np.lib.format.read_magic(file)
                if version != (1, 0):
                    raise ValueError("an array of a kind that is never written")
                shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            if dtype.kind not in "iufb" or int(np.prod(shape, dtype=object)) * dtype.itemsize > member.file_size:
                raise ValueError("an array is longer than the file, or holds no numbers")
        for name, most in longest.items():
            if archive.getinfo(f"{name}.npy").file_size > most:
                raise ValueError(f"its {name.partition('.')[0]} are too long")
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    if arrays.pop(_SEAL, np.zeros(0, np.uint8)).tobytes() != _sealed(arrays):
        raise ValueError("its checksum does not fit what it holds")
    return arrays


def _sealed(arrays: Arrays) -> bytes:
    """Return a checksum over names, types, shapes and bytes."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(json.dumps([name, array.dtype.str, arrays[name].shape]).encode())
        digest.update(array.tobytes())
    return digest.digest()
