"""The `[labels]` table of a file."""

import os
from pathlib import Path

from carvsdb.errors import InputError
from carvsdb_refine.run.config_file import check_tables, read_toml
from carvsdb_schemas.labels import LabelConfig, LabelsTable
from carvsdb_schemas.learning import LearnConfig


def read_labels_config(path: str | Path) -> tuple[LabelsTable, Path]:
    """Return the table, and the folder of the labels; of a loop of active learning, too.

    Raises
    ------
    InputError
        If the file has no such table, or names a folder that is not below its own.
    """
    content = read_toml(path)
    is_loop = "learn" in content
    table = (check_tables(content, path, LearnConfig) if is_loop else check_tables(content, path, LabelConfig)).labels
    return table, folder_below(Path(path), table.folder)


def folder_below(config: Path, name: str) -> Path:
    """Return a folder that a config names, if it lies below the config's own.

    Raises
    ------
    InputError
        If it does not, be it through ``..`` or links.
    """
    home = os.path.realpath(config.parent)
    place = os.path.realpath(config.parent / name)
    if place == home or os.path.commonpath([home, place]) != home:
        raise InputError(
            f"'folder': {name!r} does not lie below the config's own folder; a config writes only there", path=config
        )
    return config.parent / name
