"""What can be refused before model and data are read."""

from carvsdb_refine.run.config_file import ConfigFile
from carvsdb_refine.run.folder import RunFolder


def check_folder(file: ConfigFile, overwrite: bool = False) -> RunFolder:
    """Return the folder that a run would write: what can be refused before model and data are read is refused here.

    Raises
    ------
    RefusedError
        If the folder holds a run already, or files that no run made.
    """
    folder = RunFolder(file.outputs)
    folder.check_own(file.model_name)
    if not overwrite:
        folder.check_free()
    return folder
