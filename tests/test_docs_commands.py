"""The page of all commands describes each of them, with all its options."""

from pathlib import Path

import pytest

from carvsdb.cli.reference import commands, help_of, options_in

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
SECTIONS = {
    section.partition("\n")[0]: section for section in PAGE.read_text(encoding="utf-8").split("\n## carvsdb ")[1:]
}


@pytest.mark.parametrize("name", list(commands()))
def test_every_command_is_described(name: str) -> None:
    assert name in SECTIONS, f"docs/commands.md does not describe `carvsdb {name}`; run `make reference`"
    missing = options_in(help_of(name)) - options_in(SECTIONS[name])
    assert not missing, f"docs/commands.md lacks {', '.join(missing)} of `carvsdb {name}`; run `make reference`"


def test_no_command_is_described_that_is_gone() -> None:
    assert set(SECTIONS) == set(commands())


def test_the_page_is_found() -> None:
    text = (PAGE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert "docs/commands.md" in text
    assert "docs/security.md" in text
