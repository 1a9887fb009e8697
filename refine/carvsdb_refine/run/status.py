"""Where a run is, from what lies in its folder."""

import math

import numpy as np

from carvsdb.errors import InputError
from carvsdb_refine.run.checkpoint import before, load_checkpoint
from carvsdb_refine.run.config_file import ConfigFile
from carvsdb_refine.run.folder import RunFolder
from carvsdb_refine.run.result import read_result
from carvsdb_refine.run.schedule import Schedule
from carvsdb_refine.run.trace import read_trace
from carvsdb_schemas.refinement_answers import StatusAnswer


def status(file: ConfigFile) -> StatusAnswer:
    """Say where a run is.

    Raises
    ------
    InputError
        If its checkpoint or trace is damaged.
    """
    folder = RunFolder(file.outputs)
    total = Schedule.of(file.config.run).moves
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
    )
