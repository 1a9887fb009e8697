"""Trajectories of ASE (``.traj``), read by ASE frame by frame."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from carvsdb.atoms.structure import Structure
from carvsdb.errors import InputError, cause_of
from carvsdb_ingest.readers.ase_atoms import structure_of_atoms
from carvsdb_ingest.readers.item import open_sentences
from carvsdb_ingest.trajectories.frame_slice import FrameSlice
from carvsdb_ingest.trajectories.said import Said, said_of

MAGIC = b"- of UlmASE-Trajectory"
"""The first bytes of such a file."""


def ase_frames(path: str | Path, chosen: FrameSlice) -> Iterator[tuple[Structure, Said] | InputError | None]:
    """Read the frames that are taken; None stands for each other, and for one that cannot be read why.

    Raises
    ------
    InputError
        If the file cannot be read at all.
    """
    from ase.io.trajectory import TrajectoryReader

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader: Any = TrajectoryReader(str(path))  # type: ignore[no-untyped-call]  # ASE's has no types
    except Exception as error:  # whatever ASE raises for bytes from anywhere
        raise InputError(f"cannot be read as a trajectory of ASE ({cause_of(error)})", path=path) from error
    about = dict(reader.description or {})
    with reader:
        for number in range(len(reader)):
            if not chosen.takes(number):
                yield None
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    atoms = reader[number]
                yield _structure(path, atoms), _said(atoms, number, about)
            except InputError as error:
                yield error
            except Exception as error:  # whatever ASE raises for damaged content
                yield InputError(f"cannot be read ({cause_of(error)})", path=path, hint="is the file cut off?")


def _structure(path: str | Path, atoms: Any) -> Structure:
    if not atoms.cell.any():
        raise InputError("there is no cell; a net needs a periodic one", path=path)
    found = structure_of_atoms(str(path), atoms, tuple(atoms.get_chemical_symbols()))
    return replace(found, quality=(*found.quality, *open_sentences(atoms.pbc)))


def _said(atoms: Any, number: int, about: dict[str, Any]) -> Said:
    values: dict[str, Any] = {}
    interval = about.get("interval", 1)
    if about.get("type") == "molecular-dynamics" and isinstance(interval, int):
        values["step"] = number * interval
    for field in ("step", "time", "temperature"):
        value = atoms.info.get(field)
        if isinstance(value, int | float | np.number) and not isinstance(value, bool):
            values[field] = value
    if "temperature" not in values and atoms.has("momenta") and np.any(atoms.get_momenta()):
        values["temperature"] = atoms.get_temperature()
    return said_of(values)
