"""The page of all commands, docs/commands.md: what each says of itself (``python -m carvsdb.cli.reference``)."""

import contextlib
import io
import os
import re
from collections.abc import Iterator
from unittest import mock

import typer

from carvsdb.cli.main import app

HEAD = """# Commands

What each command says of itself, `carvsdb COMMAND --help`; made by `make reference`. Where a catalogue is needed,
`--db PATH` or `CARVSDB_DB` names it (default `carvsdb.duckdb`). Answers go to stdout, all else to stderr.

Exit codes: 0 done, 1 internal error (please report), 2 usage, 3 bad input, 4 not found or ambiguous, 5 missing extra, 6
partly done (what was rejected is listed), 7 refused (the sentence says why), 8 verification or convergence failed, 130
interrupted.
"""


def reference() -> str:
    """Return the page, with a section for each command."""
    return "\n".join([HEAD, *(f"## carvsdb {name}\n\n```text\n{help_of(name)}\n```\n" for name in commands())])


def commands(group: typer.Typer | None = None, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Go through all commands: what is typed after `carvsdb` to call them."""
    group = group or app()
    for one in group.registered_commands:
        function = one.callback
        assert function is not None
        yield " ".join((*path, one.name or function.__name__.replace("_", "-")))
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from commands(inner.typer_instance, (*path, str(inner.name)))


def help_of(name: str) -> str:
    """Return what ``carvsdb NAME --help`` prints, 100 columns wide."""
    printed = io.StringIO()
    wide = {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"}
    with mock.patch.dict(os.environ, wide), contextlib.redirect_stdout(printed):
        app(name.split())([*name.split(), "--help"], prog_name="carvsdb", standalone_mode=False)
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())


def options_in(text: str) -> set[str]:
    """Return the long options that a help text lists."""
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


if __name__ == "__main__":
    print(reference(), end="")
