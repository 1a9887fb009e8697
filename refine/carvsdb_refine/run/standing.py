"""Where a run is, from what lies in its folder."""

import math
from pathlib import Path

import numpy as np

from carvsdb.errors import InputError, NotFoundError
from carvsdb_refine.run.checkpoint import before, load_checkpoint
from carvsdb_refine.run.config_file import ConfigFile, read_config
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.result import read_result
from carvsdb_refine.run.schedule import Schedule
from carvsdb_refine.run.timing import read_timing
from carvsdb_refine.run.trace import read_trace
from carvsdb_schemas.refinement_answers import StatusAnswer


def runs_in(folder: Path) -> list[ConfigFile]:
    """Return the run whose folder this is, else those in the folders within it, by name.

    The configs are the copies that lie there: all that `status` needs, but files that they name are relative to where
    the run was begun.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    places = [folder] if RunFolder(folder).is_run() else sorted(path for path in folder.iterdir() if path.is_dir())
    found = [RunFolder(place) for place in places]
    files = [read_config(one.config, one.path) for one in found if one.is_run() and one.config.exists()]
    if not files:
        raise NotFoundError("there is no run in this folder", item=str(folder), hint="name a config or a run's folder")
    return files


def status(file: ConfigFile) -> StatusAnswer:
    """Say where a run is.

    Raises
    ------
    InputError
        If its checkpoint or trace is damaged.
    """
    folder = RunFolder(file.outputs)
    total = Schedule.of_config(file.config).moves
    folder.check_is_run()
    if not any(path.exists() for path in (folder.checkpoint, before(folder.checkpoint))):
        return StatusAnswer(
            config=str(file.path),
            folder=str(folder.path),
            state="new",
            moves=0,
            total=total,
            temperature=None,
            chi2=None,
            rw=[],
            energy_per_atom=None,
            acceptance={},
            drift="",
            snapshots=0,
        )
    checkpoint = load_checkpoint(folder.checkpoint)
    notes, saved = checkpoint.notes, checkpoint.notes.moves
    running = folder.is_taken()
    trace = read_trace(folder.trace, (notes.trace_bytes, notes.trace_sha256), beyond=running)
    # A running process is ahead of its checkpoint; what a killed one did beyond it will be done again.
    shown = np.full(len(trace["moves"]), True) if running else trace["moves"] <= saved
    if not shown.any():
        raise InputError(f"has no line of the first {saved} moves", path=folder.trace)
    last = {name: float(values[shown][-1]) for name, values in trace.items()}
    kinds = [name.removeprefix("tried_") for name in last if name.startswith("tried_")]
    timing = read_timing(folder.timing)
    finished = saved >= total and folder.result.exists()
    if finished:
        read_result(folder.result)
    return StatusAnswer(
        config=str(file.path),
        folder=str(folder.path),
        state="running" if running else "finished" if finished else "stopped",
        moves=max(saved, int(last["moves"])) if running else saved,
        total=total,
        temperature=last["temperature"],
        chi2=last["chi2"],
        rw=[value for name, value in last.items() if name.startswith("rw_")],
        energy_per_atom=None if math.isnan(last["energy_per_atom"]) else last["energy_per_atom"],
        acceptance={
            kind: last[f"accepted_{kind}"] / last[f"tried_{kind}"] for kind in kinds if last[f"tried_{kind}"] > 0
        },
        drift=notes.drift,
        snapshots=len(folder.snapshots()),
        began=None if timing is None else timing.began,
        ended=None if timing is None else timing.ended,
        moves_per_second=None if timing is None else timing.moves_per_second,
        version=None if timing is None else timing.version,
    )
