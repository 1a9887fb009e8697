"""A group of commands none of which replaces what it reads, nor, unless told to, what is there already."""

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from typer.main import get_command_name

from carvsdb.atomic_write import check_free
from carvsdb.cli.added_options import Option, in_place_of
from carvsdb.errors import RefusedError

WRITTEN = ("output", "out_path", "partials", "plot", "waiting")
"""The parameters of commands that name a file to write; files of all others are read."""

_FORCE: Option = (Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")], False)


class Commands(typer.Typer):
    """A group of commands that have ``--force`` if they write a file, and replace none without it.

    A file that was named as input of one is refused as its output, ``--force`` or not.
    """

    def command(self, *arguments: Any, **options: Any) -> Callable[[Any], Any]:
        """Add a command, as `typer.Typer.command` does."""

        def decorate(command: Callable[..., None]) -> Callable[..., None]:
            # Written out where commands are listed, where Typer would cut it.
            first = (command.__doc__ or "").strip().partition("\n\n")[0]
            register = super(Commands, self).command(*arguments, **{"short_help": first, **options})

            is_asked = _replaces_files(command)

            @wraps(command)
            def run(**given: Any) -> None:
                check_outputs(given)
                if is_asked:
                    check_free([given.get(name) for name in WRITTEN], given.pop("force"))
                command(**given)

            register(in_place_of("force", {"force": _FORCE}, lambda typed: typed["force"])(run) if is_asked else run)
            return command

        return decorate


def _replaces_files(command: Callable[..., None]) -> bool:
    """Tell whether a command writes files and has no word of its own on those that are there already."""
    written = [
        option.metavar == "FILE"
        for name, hint in get_type_hints(command, include_extras=True).items()
        for option in getattr(hint, "__metadata__", ())
        if name in WRITTEN
    ]
    return any(written) and not {"force", "out_force"} & set(inspect.signature(command).parameters)


def with_only(app: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """Return the part of a group that words ask for: making all of its commands takes a tenth of a second.

    Parameters
    ----------
    app : Typer
    words : sequence of str
        What was typed. Where the first is no command, as in a call for help, nothing is left out.
    """
    part = copy(app)
    for one in app.registered_commands if words else ():
        if words[0] == (one.name or get_command_name(getattr(one.callback, "__name__", ""))):
            part.registered_commands, part.registered_groups = [one], []
            return part
    for group in app.registered_groups if words else ():
        if words[0] == group.name and group.typer_instance is not None:
            inner = copy(group)
            inner.typer_instance = with_only(group.typer_instance, words[1:])
            part.registered_commands, part.registered_groups = [], [inner]
            return part
    return app


def check_outputs(given: Mapping[str, Any]) -> None:
    """Refuse to write onto what is read.

    Parameters
    ----------
    given : mapping from str to any
        What was typed, by the names of parameters.

    Raises
    ------
    RefusedError
        If a file to write is also one to read, by any name or link, or stands in a folder of which it would be read.
    """
    for name in WRITTEN:
        output = given.get(name)
        if not isinstance(output, Path) or not output.is_file():
            continue
        for other, value in given.items():
            for path in _paths(value) if other != name else ():
                if _is_read_from(output, path):
                    raise RefusedError(
                        "is also what the command reads, which it does not replace",
                        item=str(output),
                        hint="choose another name to write to",
                    )


def _paths(value: object) -> Iterator[str | Path]:
    if isinstance(value, str | Path):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _paths(one)


def _is_read_from(output: Path, path: str | Path) -> bool:
    try:
        if os.path.samefile(output, path):
            return True
        if not os.path.isdir(path) or not output.resolve().is_relative_to(Path(path).resolve()):
            return False
    except (OSError, ValueError):  # a name of an entry, not of a file
        return False
    from carvsdb_ingest.readers.formats import is_taken_from_folders

    return is_taken_from_folders(output)
