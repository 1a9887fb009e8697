"""A command never replaces what it reads, whatever names or links lead there, and whatever force is asked for."""

from pathlib import Path
from typing import Any

import pytest
from program import carvsdb
from typer.main import get_command

from carvsdb.cli.application import WRITTEN
from carvsdb.cli.main import app

SQUARE = "PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n"


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Make a net, its alias as a link, and a folder with it; return what they hold."""
    monkeypatch.chdir(tmp_path)
    Path("nets").mkdir()
    for name in ("net.cgd", "nets/a.cgd"):
        Path(name).write_text(SQUARE)
    Path("net.json").write_text(SQUARE)
    Path("link.json").symlink_to("net.json")
    Path("model.xyz").write_text('1\nLattice="9 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3\nSi 0 0 0\n')
    return {str(path): path.read_bytes() for path in Path().rglob("*.*")}


@pytest.mark.parametrize(
    "arguments",
    [
        "describe net.json -o net.json --force",
        "describe net.json -o ./nets/../net.json --force",
        "describe net.json -o link.json --force",
        "describe link.json -o net.json --force",
        "describe nets -o nets/a.cgd --format json --force",
        "net net.cgd -o net.cgd",
        "rings model.xyz -o model.xyz",
        "refine calculate model.xyz -o model.xyz --force",
        "refine calculate model.xyz -o g.csv --partials model.xyz --force",
        "list --db net.json -o net.json --force",
    ],
)
def test_what_is_read_is_not_replaced(inputs: dict[str, bytes], arguments: str) -> None:
    done = carvsdb(*arguments.split())
    assert done.code == 7
    assert "is also what the command reads" in done.err
    assert {name: Path(name).read_bytes() for name in inputs} == inputs


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize(
    "arguments", ["net net.cgd -o old.json", "rings net.cgd -o old.parquet", "plot net sod -o old.svg"]
)
def test_what_is_there_is_replaced_by_force_only(inputs: dict[str, bytes], arguments: str, force: tuple[str]) -> None:
    output = Path(arguments.split()[-1])
    output.write_text("old")
    done = carvsdb(*arguments.split(), *force)
    assert done.code == (0 if force else 7)
    assert (output.read_bytes() == b"old") is not bool(force)
    assert force or f"{output}: exists already; choose a new name, or replace it with --force" in done.err


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_folder_is_replaced_by_no_word(inputs: dict[str, bytes], force: tuple[str]) -> None:
    Path("old.json").mkdir()
    done = carvsdb("net", "net.cgd", "-o", "old.json", *force)
    assert (done.code, done.err) == (3, "old.json: cannot be written: it is a folder\n")


def test_each_option_of_a_file_to_write_is_known() -> None:
    def look(command: Any, name: str) -> None:
        for option in command.params:
            if {"-o", "--partials", "--plot", "--dry"} & set(option.opts):
                found.append(name)
                assert option.name in WRITTEN, (name, option.opts)
        for inner, below in getattr(command, "commands", {}).items():
            look(below, f"{name} {inner}")

    found: list[str] = []
    look(get_command(app()), "carvsdb")
    assert len(found) > 20
