"""Fits of silicon against a peer: errors on frames held out and CPU seconds, the same frames, in one run.

72 training and 24 test frames of 64 atoms labelled with Stillinger-Weber; cut-off 5 Å, spherical Bessel functions. Each
fit is a process of its own, from its start to its end, whose CPU time is that of the process (all its threads).
What is left to choose, how much a unit of l and a further factor count towards the degree, our fit chooses on parts of
the training frames (`carvsdb_refine.learning.basis_choice`); the test frames are read once, after it. The peer has its
defaults.

Run ``python benchmarks/ace_fit.py FOLDER --peer PEER -o FILE.json``: `FOLDER` holds ``train.xyz`` and ``test.xyz``,
`PEER` is the ``ace-jax`` command of an environment with ace-jax 0.4.1. Without a peer only figures that are quoted, not
measured by this script, stand beside ours.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Functions -> the peer's order and degree, and its figures as quoted by others (with its defaults).
SIZES: dict[int, dict[str, Any]] = {
    110: {"order": 3, "degree": 10, "quoted": {"energy_rms": 1.50, "force_rms": 98.0, "cpu_seconds": 72.0}},
    383: {"order": 3, "degree": 14, "quoted": {"energy_rms": 0.72, "force_rms": 37.0, "cpu_seconds": 260.0}},
    710: {"order": 4, "degree": 14, "quoted": {"energy_rms": 0.95, "force_rms": 41.0, "cpu_seconds": 162.0}},
}


def measured(command: list[str], folder: Path) -> tuple[str, float]:
    """Run a command and return what it printed and its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ended.stdout + ended.stderr, spent


def ours(data: Path, functions: int, folder: Path) -> dict[str, Any]:
    text, seconds = measured(
        [
            sys.executable, "-m", "carvsdb", "refine", "fit", str(data / "train.xyz"), "--hold-out",
            str(data / "test.xyz"), "-o", f"si-{functions}.yaml", "--functions", str(functions), "--json",
        ],
        folder,
    )  # fmt: skip
    answer = json.loads(text[text.index("{") : text.rindex("}") + 1])
    errors = answer["held_out"]
    return {
        "functions": answer["n_functions"]["Si"],
        "energy_rms": errors["energy_rms"],
        "force_rms": errors["force_rms"],
        "cpu_seconds": seconds,
        "degree": answer["degree"],
        "active_set_included": answer["active_set"] is not None,
    }


def theirs(peer: Path, data: Path, size: dict[str, Any], folder: Path) -> dict[str, Any]:
    text, seconds = measured(
        [
            str(peer), "fit", "--train", str(data / "train.xyz"), "--test", str(data / "test.xyz"), "--elements", "Si",
            "--order", str(size["order"]), "--max-degree", str(size["degree"]), "--rcut", "5.0", "--radial-basis",
            "sbessel", "--out", "peer",
        ],
        folder,
    )  # fmt: skip
    tables = {
        title.strip(): {"energy_rms": float(energy), "force_rms": 1000 * float(force)}
        for title, energy, force in re.findall(r"RMSE, ([^\n]*)\n[^R]*?\nall +\d+ +\d+ +([\d.]+) +([\d.]+)", text)
    }
    return {"cpu_seconds": seconds, "errors": tables, "printed": text.splitlines()[-16:]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--peer-sizes", type=int, nargs="*", default=list(SIZES), help="at which the peer is run")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    data = arguments.data.resolve()
    results: dict[str, Any] = {"cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours(data, 20, folder)  # kernels are compiled once on a machine
        for functions in arguments.sizes:
            size = SIZES[functions]
            entry: dict[str, Any] = {"when": datetime.now(UTC).isoformat(timespec="seconds")}
            entry |= {"carvsdb": ours(data, functions, folder), "ace-jax 0.4.1, quoted": size["quoted"]}
            if arguments.peer is not None and functions in arguments.peer_sizes:
                entry["ace-jax 0.4.1"] = theirs(arguments.peer.resolve(), data, size, folder)
            results[str(functions)] = entry
            print(functions, json.dumps(entry))
            arguments.output.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
