"""Code of others may print and change the folder; neither reaches what carvsdb answers and writes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress


@contextmanager
def contained() -> Iterator[None]:
    """Send to stderr what the block prints, be it by Python or by a library below it, and come back to this folder.

    stdout has the answer of the command, and nothing else; names of files are relative to where it was typed.
    """
    with _same_folder(), redirect_stdout(sys.stderr):
        try:
            kept = os.dup(1)
        except OSError:  # a process without stdout has nothing to keep clean
            yield
            return
        try:
            os.dup2(2, 1)
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


@contextmanager
def _same_folder() -> Iterator[None]:
    try:
        before = os.getcwd()
    except OSError:  # taken away in the meantime
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError):
            os.chdir(before)
