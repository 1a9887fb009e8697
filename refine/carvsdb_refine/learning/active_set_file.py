"""Active sets on disk: pacemaker's ``.asi``, an ``.npz`` archive of one square matrix for each element.

A matrix has a row for each function, in pacemaker's own order (rank, elements, n, l, lint), whatever the order of the
potential's file. Where null directions are left out, columns of zeros make it square: they change no grade.
"""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from carvsdb.atomic_write import write_bytes
from carvsdb.errors import InputError
from carvsdb.regular_file import read_bytes
from carvsdb_refine.learning.active_set import ActiveSet
from carvsdb_refine.learning.basis import pacemaker_order
from carvsdb_refine.potential.ace.form import AceForm


def write_active_set(active_set: ActiveSet, form: AceForm, path: str | Path) -> None:
    """Write an active set of a potential."""
    matrices: dict[str, Any] = {}
    for symbol, inverse, centre in zip(active_set.elements, active_set.inverses, form.centres, strict=True):
        square = np.zeros((len(inverse), len(inverse)))
        square[:, : inverse.shape[1]] = inverse[pacemaker_order(centre.functions)]
        matrices[symbol] = square
    content = BytesIO()
    np.savez(content, **matrices)
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
                inverses.append(np.ascontiguousarray(inverse[:, np.abs(inverse).any(axis=0)]))
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
        raise InputError("is no active set: expected an .asi of pacemaker or carvsdb", path=path) from error
    return ActiveSet(form.elements, tuple(inverses))
