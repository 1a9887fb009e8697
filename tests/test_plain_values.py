"""Words that are taken without pydantic mean what typer makes of them; the start of a command loads little."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.core
from typer.main import get_command

from carvsdb.cli import plain_values
from carvsdb.cli.main import COMMANDS, GROUPS, app

WORDS = ["3", "007", "0.5", "12.", "-1", "1e3", "nan", "2_0", "word", "json", "True", "", "a/b.cif", ".", "x" * 300]


def parameters() -> Iterator[Any]:
    def all_of(command: Any) -> Iterator[Any]:
        yield from command.params
        for one in getattr(command, "commands", {}).values():
            yield from all_of(one)

    known = set()
    for one in all_of(get_command(app())):
        if (descriptor := getattr(one, "type_descriptor", None)) is not None:
            asked = descriptor.parameter_info
            kind = (str(descriptor.annotation), asked.min, asked.max, asked.exists, one.multiple, one.nargs)
            if kind not in known:
                known.add(kind)
                yield one


@pytest.mark.skipif(not hasattr(typer.core, "build_runtime_param"), reason="this typer reads words without pydantic")
def test_plain_words_are_what_typer_makes_of_them() -> None:
    build: Any = getattr(typer.core, "build_runtime_param")  # noqa: B009  # older typers lack it
    build = getattr(build, "_build", build)
    taken, seen = 0, 0
    for parameter in parameters():
        descriptor = parameter.type_descriptor
        context: Any = typer.Context(typer.core.TyperCommand("carvsdb"))
        ours, typers = plain_values._Parameter(descriptor, build), build(descriptor)
        choices = (
            [one.value for one in descriptor.annotation] if descriptor.is_choice and not descriptor.is_list else []
        )
        defaults = [] if callable(parameter.default) else [parameter.default]
        is_multiple = parameter.multiple or parameter.nargs == -1
        for word in [*WORDS, *choices, None, *defaults]:
            value = [word, word] if is_multiple and word is not None and word is not parameter.default else word
            answers = []
            for one in (ours, typers):
                try:
                    found = one.coerce(value, param=parameter, ctx=context)
                except typer.BadParameter as error:
                    found = error.format_message()
                answers.append((type(found), repr(found)))
            assert answers[0] == answers[1], (parameter.name, value)
            seen += 1
            taken += "_typers" not in vars(ours)
    assert seen > 200
    assert taken > 50


@pytest.mark.parametrize("name", [*COMMANDS, *GROUPS])
def test_a_command_is_found_alone(name: str) -> None:
    alone: Any = get_command(app([name]))
    whole: Any = get_command(app())
    assert list(alone.commands) == [name]
    assert set(whole.commands) == {*COMMANDS, *GROUPS}
    assert alone.commands[name].get_short_help_str() == whole.commands[name].get_short_help_str()


def test_lists_need_no_pydantic(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from carvsdb.cli.main import _run, take_plain_values\n"
        "take_plain_values()\n"
        "code = _run(['list', '--db', 'none.duckdb', '--limit', '5'])\n"
        'sys.exit(f\'{code} {[one for one in ("pydantic", "numpy", "duckdb") if one in sys.modules]}\')\n'
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "4 []"


def test_what_is_done_at_the_end_is_done(tmp_path: Path) -> None:
    program = (
        "import atexit, sys\n"
        "from carvsdb.cli.main import run\n"
        "atexit.register(print, 'at the end')\n"
        "sys.argv = ['carvsdb', *sys.argv[1:]]\n"
        "run()\n"
    )
    for words, code in ((["--version"], 0), (["list", "--db", str(tmp_path / "none.duckdb")], 4)):
        command = [sys.executable, "-c", program, *words]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONUNBUFFERED": ""}
        )
        assert done.returncode == code
        assert done.stdout.endswith("at the end\n")
