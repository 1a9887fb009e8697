"""What README shows is what happens."""

import re
import shlex
from pathlib import Path

import pytest
from program import carvsdb

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
# Bond switching ends in another network where a processor rounds otherwise, so its numbers are not compared.
DEPENDS_ON_ROUNDING = ("glass.cgd:", "nearest to glass", "sra ", "xbi ", "nbo ", "zif.data:")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_session_and_then_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (session,) = blocks("console")
    for step in session.split("$ ")[1:]:
        command, *shown = step.splitlines()
        program, *arguments = shlex.split(command)
        assert program == "carvsdb"
        done = carvsdb(*arguments)
        assert done.code == 0, done.err
        printed = done.out.splitlines()
        for number, line in enumerate(shown):
            if line.strip() == "...":
                break
            if not line.startswith(DEPENDS_ON_ROUNDING):
                assert printed[number] == line
    (python,) = blocks("python")
    printed_by_python: list[str] = []
    exec(python, {"print": lambda value: printed_by_python.append(str(value))})
    assert printed_by_python == re.findall(r"print\(.*?\) +# (.*)", python)


def test_every_command_that_it_names_exists() -> None:
    for block in blocks("sh"):
        for line in block.splitlines():
            if line.startswith("carvsdb "):
                command = [word for word in line.split()[1:3] if re.fullmatch("[a-z]+", word)]
                known = command if command[0] in ("embed", "release", "generate", "refine") else command[:1]
                assert carvsdb(*known, "--help").code == 0
