"""Frames of extended xyz as ASE reads them, with all that they are labelled by."""

import warnings
from io import StringIO
from typing import Any

from carvsdb.errors import InputError, cause_of
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.xyz import check_counts

_OTHERS = "data sets are read as extended xyz: of others write one with ASE"


def ase_frames(file: TextFile) -> list[Any]:
    """Return the frames of a file as ASE's atoms.

    Raises
    ------
    InputError
        If a frame says more atoms than there are, or ASE cannot read it.
    """
    from ase.io.extxyz import read_extxyz

    check_counts(file)  # ASE would read as many lines as they say, for hours
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Empty lines at the end would be a frame.
            return list(read_extxyz(StringIO(file.text.rstrip() + "\n"), index=slice(None)))
    except Exception as error:  # whatever a reader of others raises
        raise InputError(f"cannot be read as extended xyz ({cause_of(error)})", path=file.path, hint=_OTHERS) from error
