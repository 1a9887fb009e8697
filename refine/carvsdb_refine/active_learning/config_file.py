"""The TOML file of a loop."""

from dataclasses import dataclass
from pathlib import Path

from carvsdb_refine.labels.config_file import folder_below
from carvsdb_refine.run.config_file import read_tables
from carvsdb_schemas.learning import LearnConfig


@dataclass(frozen=True, slots=True)
class LearnFile:
    """A loop as it was written down.

    Attributes
    ----------
    path : Path
        The TOML file.
    config : LearnConfig
        What it says.
    output : Path or None
        The folder of the results, where it was named on the command line.
    """

    path: Path
    config: LearnConfig
    output: Path | None = None

    @property
    def folder(self) -> Path:
        """Where iterations are; below the config's own folder, unless the command line named another."""
        if self.output is not None:
            return self.output
        return folder_below(self.path, self.config.outputs.folder or self.path.stem)

    @property
    def labels(self) -> Path:
        """Where labels are kept."""
        return folder_below(self.path, self.config.labels.folder)

    def resolve(self, name: str) -> Path:
        """Return a file that the config names, relative to the config's own folder."""
        return self.path.parent / name


def read_learn_config(path: str | Path, output: Path | None = None) -> LearnFile:
    """Read the TOML file of a loop.

    Raises
    ------
    InputError
        In one sentence: file, table, key, what was expected and what was found.
    """
    read = LearnFile(Path(path), read_tables(path, LearnConfig), output)
    _ = read.folder, read.labels
    return read
