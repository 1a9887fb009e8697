"""What makes two runs the same run."""

import hashlib
import json
from typing import Any

from carvsdb_refine.run.setup import Setup


def fingerprint(setup: Setup) -> dict[str, str]:
    """Return hashes of everything that the trajectory depends on, by what a user calls it."""
    config = without_run_length(setup.file.config.model_dump(mode="json"))
    tables = {f"[{name}]": _hash(value) for name, value in config.items() if name not in ("outputs", "data")}
    data = {
        f"[[data]] {number}": _hash([table, data_set.sha256])
        for number, (table, data_set) in enumerate(zip(config["data"], setup.data, strict=True), 1)
    }
    files = {"the start's file": setup.model_sha256, "the potential's file": setup.potential_sha256 or ""}
    return {**tables, **data, **files}


def without_run_length(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out what does not change a trajectory: how long it goes on, and what is written when."""
    run = {name: value for name, value in config["run"].items() if name not in ("moves", "checkpoint_every")}
    return {**config, "run": run}


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
