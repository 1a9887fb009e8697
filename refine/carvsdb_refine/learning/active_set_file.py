"""Active sets on disk: pacemaker's ``.asi``, an ``.npz`` archive of one square matrix for each element.

A matrix has a row for each function, in pacemaker's own order (rank, elements, n, l, lint), whatever the order of the
potential's file. Where null directions are left out, columns of zeros make it square: they change no grade.

Shapes do not tell one potential from another with as many functions. Ours say whose they are, in an extra field of the
archive's first entry, which other programs pass over.
"""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np

from carvsdb.atomic_write import write_bytes
from carvsdb.errors import InputError
from carvsdb.regular_file import read_bytes
from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.basis import pacemaker_order
from carvsdb_refine.learning.basis_fingerprint import basis_fingerprint
from carvsdb_refine.potential.ace.form import AceForm

# Extra fields of zip archives: kind and size of each; the kind is none that is registered.
_HEAD = struct.Struct("<HH")
_WHOSE = 0xCA5D


def write_active_set(active_set: ActiveSet, form: AceForm, path: str | Path) -> None:
    """Write an active set of a potential."""
    content, fingerprint = BytesIO(), basis_fingerprint(form)
    with zipfile.ZipFile(content, "w") as archive:
        for symbol, inverse, centre in zip(active_set.elements, active_set.inverses, form.centres, strict=True):
            square = np.zeros((len(inverse), len(inverse)))
            square[:, : inverse.shape[1]] = inverse[pacemaker_order(centre.functions)]
            array = BytesIO()
            np.save(array, square)
            # Without a time: the same fit writes the same bytes.
            entry = zipfile.ZipInfo(f"{symbol}.npy")
            entry.extra = _HEAD.pack(_WHOSE, len(fingerprint)) + fingerprint
            archive.writestr(entry, array.getvalue())
    write_bytes(path, content.getvalue())


def read_active_set(path: str | Path, form: AceForm) -> ActiveSet:
    """Read an active set of a potential, ours or pacemaker's in its linear mode.

    Raises
    ------
    InputError
        If the file is none, or one of another potential.
    """
    content = read_bytes(path)
    inverses = []
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 2**32:
                raise InputError("holds more than 4 GiB", path=path)
            said = {whose for entry in archive.infolist() if (whose := _whose(entry.extra)) is not None}
        # No pickles: an array of objects could run code.
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            names = set(arrays.files)
            expected = set(form.elements)
            if names != expected:
                raise InputError(
                    f"is an active set of {', '.join(sorted(names)[:10])}; the potential has "
                    f"{', '.join(form.elements)}",
                    path=path,
                )
            for symbol, centre in zip(form.elements, form.centres, strict=True):
                square = np.asarray(arrays[symbol], np.float64)
                count = len(centre.functions)
                if square.shape != (count, count):
                    raise InputError(
                        f"the active set of {symbol}: expected shape ({count}, {count}), one row for each function of "
                        f"the potential, got {square.shape}",
                        path=path,
                        hint="it belongs to another potential, or to pacemaker's mode with all densities (full)",
                    )
                if not np.isfinite(square).all():
                    raise InputError(f"the active set of {symbol} has numbers that are not finite", path=path)
                inverse = np.empty_like(square)
                inverse[pacemaker_order(centre.functions)] = square
                if not square.any():
                    raise InputError(f"the active set of {symbol} has no environments", path=path)
                inverses.append(np.ascontiguousarray(inverse[:, np.abs(inverse).any(axis=0)]))
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
        raise InputError("is no active set: expected an .asi of pacemaker or carvsdb", path=path) from error
    if said - {basis_fingerprint(form)}:
        raise InputError(
            "is the active set of another potential: as many functions, but other ones",
            path=path,
            hint="choose one with --make-from, from the structures that this potential was fitted to",
        )
    return ActiveSet(form.elements, tuple(inverses))


def _whose(extra: bytes) -> bytes | None:
    """Return the fingerprint in the extra fields of an entry."""
    while len(extra) >= _HEAD.size:
        kind, size = _HEAD.unpack_from(extra)
        if kind == _WHOSE:
            return extra[_HEAD.size : _HEAD.size + size]
        extra = extra[_HEAD.size + size :]
    return None
