"""What is given to a command on standard input instead of a file, named ``-``."""

import sys
from typing import TYPE_CHECKING

import typer

from carvsdb.errors import InputError
from carvsdb.regular_file import LARGEST_INPUT

if TYPE_CHECKING:
    from carvsdb_ingest.files.text_file import TextFile

STANDARD_INPUT = "-"


def standard_input(input_format: str | None) -> "TextFile":
    """Read standard input as a file of a format.

    Raises
    ------
    InputError
        If it is too large, or no text.
    """
    from carvsdb_ingest.files.text_file import TextFile

    if not input_format:
        raise typer.BadParameter(
            "standard input has no name: say what it holds, such as cif", param_hint="--input-format"
        )
    content = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(content) > LARGEST_INPUT:
        raise InputError(f"is larger than {LARGEST_INPUT} bytes, the limit", path="standard input")
    return TextFile.decode(content, f"stdin.{input_format.lower().lstrip('.')}")
