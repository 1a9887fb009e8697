"""Where a run is, from what lies in its folder."""

import math

from carvsdb_refine.run.checkpoint import load_checkpoint
from carvsdb_refine.run.config_file import ConfigFile
from carvsdb_refine.run.folder import RunFolder
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
    if not folder.checkpoint.exists():
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
    saved = int(checkpoint.notes["moves"])
    trace = read_trace(folder.trace)
    running = folder.is_taken()
    # A running process is ahead of its checkpoint; what a killed one did beyond it will be done again.
    shown = slice(None) if running else trace["moves"] <= saved
    last = {name: float(values[shown][-1]) for name, values in trace.items()}
    kinds = [name.removeprefix("tried_") for name in last if name.startswith("tried_")]
    finished = saved >= total and folder.result.exists()
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
        drift=str(checkpoint.notes["drift"]),
        snapshots=len(folder.snapshots()),
    )
