"""Checkpoints: everything that a run needs to go on bit by bit, in one file that is whole or not there."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from carvsdb.atomic_write import write_bytes
from carvsdb.errors import InputError, RefusedError

_NOTES = "notes.json"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A saved state.

    Attributes
    ----------
    arrays : mapping of str to ndarray
        The state of the chain.
    notes : mapping
        What is said about it: moves done, fingerprint of the run, length of the trace. JSON values.
    """

    arrays: Mapping[str, NDArray[Any]]
    notes: Mapping[str, Any]


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in place of the last one.

    Raises
    ------
    RefusedError
        If it cannot be written, as on a full disk: the last checkpoint is still there then.
    """
    buffer = io.BytesIO()
    notes = np.frombuffer(json.dumps(dict(checkpoint.notes)).encode(), np.uint8)
    arrays: dict[str, Any] = {_NOTES: notes, **checkpoint.arrays}
    np.savez(buffer, **arrays)
    try:
        write_bytes(path, buffer.getvalue())
    except RefusedError as error:
        kept = "the last checkpoint is kept" if path.exists() else "there is no checkpoint yet"
        raise RefusedError(
            f"the checkpoint {error.message}; {kept}", item=str(path), hint="make room and `carvsdb refine resume`"
        ) from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        notes = json.loads(arrays.pop(_NOTES).tobytes())
    except FileNotFoundError:
        raise InputError("there is no checkpoint", path=path, hint="start with `carvsdb refine run`") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"is no checkpoint ({error})", path=path) from error
    return Checkpoint(arrays, notes)
