"""Names that begin with a dash, as those of interrupted zeolite frameworks do: -CLO, -ITV."""

import os
from collections.abc import Sequence
from typing import Any

import typer


def names_last(words: Sequence[str], command: Any) -> list[str]:
    """Put names such as ``-ITV`` behind all options, after ``--``, where they are no options.

    Parameters
    ----------
    words : sequence of str
        What was typed behind the name of the program.
    command : click command or group

    Raises
    ------
    typer.BadParameter
        If an option stands behind ``--``, where it would be a name.
    """
    depth = 0
    while depth < len(words) and words[depth] in getattr(command, "commands", ()):
        command = command.commands[words[depth]]
        depth += 1
    options = [one for one in command.params if one.param_type_name == "option"]
    known = {text for one in options for text in (*one.opts, *one.secondary_opts)}
    valued = {text for one in options if not (one.is_flag or one.count) for text in one.opts}
    short = {text[1] for text in known if not text.startswith("--")}
    found = False
    before: list[str] = []
    names: list[str] = []
    left = iter(words[depth:])
    for word in left:
        if word == "--":
            behind = list(left)
            for one in behind:
                if one in known and not os.path.exists(one):
                    raise typer.BadParameter(
                        f"{one} stands behind --, where all words are names; options stand before it"
                    )
            names += behind
            found = found or bool(before)
        elif word in valued:
            before += [word, *[value for value in (next(left, None),) if value is not None]]
        elif len(word) > 2 and word[0] == "-" and word[1].isalpha() and word[1] not in short:
            names.append(word)
            found = True
        elif word.startswith("-") and len(word) > 1:
            before.append(word)
        else:
            names.append(word)
    return [*words[:depth], *before, "--", *names] if found else list(words)
