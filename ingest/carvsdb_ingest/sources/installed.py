"""Data that come as a package from PyPI: found without importing the package."""

from importlib.util import find_spec
from pathlib import Path

from carvsdb.errors import MissingExtraError, NotFoundError
from carvsdb_ingest.files.zips import opened_zip
from carvsdb_ingest.sources.collection import existing


def data_file(path: Path | None, *, collection: str, package: str, within: str, install: str) -> tuple[Path, str]:
    """Find a data file: in the package that is installed, or at a path.

    Parameters
    ----------
    path : Path, optional
        The file itself, a folder that holds it, or a wheel.
    collection : str
        For messages.
    package : str
        The package's name in Python.
    within : str
        The file in the package.
    install : str
        What a user types to have it.

    Returns
    -------
    path : Path
        A file on disk: the data file, or the wheel.
    member : str
        Where in the wheel it is; empty if it is no wheel.

    Raises
    ------
    MissingExtraError
        If no path was given and the package is not installed.
    NotFoundError
        If the path does not hold the file.
    """
    if path is None:
        spec = find_spec(package)
        folders = list(spec.submodule_search_locations or ()) if spec else []
        for folder in folders:
            if (Path(folder) / within).is_file():
                return Path(folder) / within, ""
        raise MissingExtraError(
            f"the data of {collection} are not installed", hint=f"`{install}`, or give a path with --from"
        )
    path = existing(path, collection)
    name = Path(within).name
    if path.is_file() and path.suffix == ".whl":
        with opened_zip(path, path) as wheel:
            if f"{package}/{within}" in wheel.names():
                return path, f"{package}/{within}"
    elif path.is_file():
        return path, ""
    else:
        for found in sorted(path.rglob(name)):
            return found, ""
    raise NotFoundError(f"holds no {name}, which is where {collection} is", item=str(path))
