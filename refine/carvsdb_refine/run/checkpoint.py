"""Checkpoints: everything that a run needs to go on bit by bit, in one file that is whole or not there.

A checkpoint is sealed: its notes hold a checksum over all of its arrays, which tells damage. A seal is no signature,
so what is in a checkpoint is judged anyway: its form here, and each array by the part of the chain that takes it over.

Entrances of files to compiled kernels, and what stands there: positions and cell of a model or a checkpoint
(`saved_state.model_of_state`, finite and a cell like the start's; `cell_list` makes all bins anew), energies, bases and
curves (`terms.saved`, same type and shape, finite), the number of bins of a histogram (`ScatteringState.restore`,
within the cell), bonds of a constraint (`AtomGroups.saved`, atoms that there are) or of a net (`Keating._bonds`, as
many vertices as atoms; `Net` checks its edges), elements (`checks.element_indices`). No other index comes from a file.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from carvsdb.atomic_write import draft_beside, write_bytes
from carvsdb.errors import InputError, RefusedError, cause_of
from carvsdb_refine.run.sealed_arrays import read_sealed, sealed_bytes

_NOTES = "notes.json"
_LONGEST_NOTES = 1_000_000


class Notes(BaseModel):
    """What is said about a saved state.

    Attributes
    ----------
    moves : int
        Moves done.
    fingerprint : dict of str to str
        Hashes of what the run depends on, by what a user calls it.
    trace_bytes : int
        Length of the trace.
    trace_sha256 : str
        Of these bytes, in hex.
    drift : str
        What the last full recomputation found.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    moves: int = Field(ge=0, lt=2**62)
    fingerprint: dict[str, str]
    trace_bytes: int = Field(ge=0, lt=2**62)
    trace_sha256: str
    drift: str


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A saved state.

    Attributes
    ----------
    arrays : mapping of str to ndarray
        The state of the chain.
    notes : Notes
        What is said about it.
    """

    arrays: Mapping[str, NDArray[Any]]
    notes: Notes


def before(path: Path) -> Path:
    """Return where the checkpoint before is kept."""
    return path.with_name(f"{path.stem}-before{path.suffix}")


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in place of the last one, which is kept as the one before.

    Raises
    ------
    RefusedError
        If it cannot be written, as on a full disk: the last checkpoint is still there then.
    """
    notes = np.frombuffer(checkpoint.notes.model_dump_json().encode(), np.uint8)
    content = sealed_bytes({_NOTES: notes, **checkpoint.arrays})
    try:
        if path.exists():
            _keep(path)
        write_bytes(path, content)
    except RefusedError as error:
        kept, verb = ("the last checkpoint is kept", "resume") if path.exists() else ("there is none yet", "run")
        raise RefusedError(
            f"the checkpoint {error.message}; {kept}", item=str(path), hint=f"make room and `carvsdb refine {verb}`"
        ) from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    InputError
        If it is missing, damaged, or not sealed.
    """
    hint = "go on from the one before with `carvsdb refine resume --before`" if before(path).exists() else None
    if not path.exists():
        raise InputError("there is no checkpoint", path=path, hint=hint or "start with `carvsdb refine run`")
    try:
        arrays = read_sealed(path, {_NOTES: _LONGEST_NOTES})
        notes = Notes.model_validate_json(arrays.pop(_NOTES).tobytes())
    except Exception as error:  # whatever zipfile, numpy and json say of bytes from anywhere
        raise InputError(f"is no whole checkpoint ({cause_of(error, 120)})", path=path, hint=hint) from error
    return Checkpoint(arrays, notes)


def _keep(path: Path) -> None:
    """Keep the last checkpoint under its other name, without a moment in which there is none."""
    draft = draft_beside(before(path))
    try:
        try:
            os.link(path, draft)
        except OSError:  # a file system without links
            shutil.copyfile(path, draft)
        draft.replace(before(path))
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise RefusedError(f"cannot be written ({error.strerror or error})", item=str(path)) from error
