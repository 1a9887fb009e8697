"""Asking before something that is not taken back."""

import sys
from typing import Annotated

import typer

from carvsdb.errors import RefusedError
from carvsdb.escaping import escaped

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def confirm(question: str, yes: bool, refusal: str = "nothing was changed") -> None:
    """Ask whether to do something, unless that was said already.

    Raises
    ------
    RefusedError
        If the answer is no, or nobody is there to be asked.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError(question.replace("?", ": not without being asked"), hint="give --yes")
    if not typer.confirm(escaped(question), err=True):
        raise RefusedError(refusal)
