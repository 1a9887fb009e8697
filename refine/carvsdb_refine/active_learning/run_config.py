"""The config of one iteration's run, as TOML."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from carvsdb_refine.active_learning.config_file import LearnFile


def run_text(file: LearnFile, folder: Path, potential: str, active_set: str) -> str:
    """Return the TOML text of an iteration's run, in the folder of the iteration.

    Parameters
    ----------
    file : LearnFile
        The loop.
    folder : Path
        Of the iteration; files that the loop's config names are told relative to it.
    potential, active_set : str
        Names of files in that folder.
    """

    def seen_from(name: str) -> str:
        return os.path.relpath(os.path.realpath(file.resolve(name)), os.path.realpath(folder))

    config = file.config
    tables: dict[str, Any] = config.model_dump(mode="json", exclude_unset=True, exclude={"learn", "labels"})
    tables["start"]["model"] = seen_from(config.start.model)
    for table in tables.get("data", []):
        table["file"] = seen_from(table["file"])
    tables["potential"] = {"kind": "ace", "file": potential}
    tables["watch"] = {"active_set": active_set, "select": config.learn.select, "stop": config.learn.stop}
    tables["outputs"] = {**tables.get("outputs", {}), "folder": "run"}
    tables["outputs"].setdefault("snapshots_every", config.run.trace_every)
    return toml_text(tables)


def toml_text(tables: Mapping[str, Any]) -> str:
    r"""Return a mapping of tables, and of lists of tables, as TOML.

    Examples
    --------
    >>> print(toml_text({"run": {"seed": 1, "schedule": [{"temperature": 2.5}]}, "data": [{"file": 'a"b'}]}), end="")
    [run]
    seed = 1
    schedule = [{temperature = 2.5}]
    <BLANKLINE>
    [[data]]
    file = "a\"b"
    """
    blocks = []
    for name, value in tables.items():
        if isinstance(value, list):
            blocks += [f"[[{name}]]\n{_lines(table)}" for table in value]
        else:
            blocks.append(f"[{name}]\n{_lines(value)}")
    return "\n".join(blocks)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None)
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # What JSON writes of texts, numbers and truth is TOML.
    return json.dumps(value, ensure_ascii=False)
