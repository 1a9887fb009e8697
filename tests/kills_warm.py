"""Imported by the process that those are forked from which `kills` kills, so that they begin to work at once.

Not by the tests themselves.
"""

import contextlib
import io
import tempfile
from pathlib import Path

import crashes_warm  # noqa: F401
from refine_folder import make_folder

from carvsdb.cli.main import run as run_program

with (
    tempfile.TemporaryDirectory() as folder,
    contextlib.redirect_stdout(io.StringIO()),
    contextlib.redirect_stderr(io.StringIO()),
    contextlib.suppress(SystemExit),
):
    run_program(["refine", "score", str(make_folder(Path(folder)))])
