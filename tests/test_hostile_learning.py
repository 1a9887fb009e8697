"""Damaged folders of active learning: an answer or a sentence, never a traceback; and names for the newest commands."""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from catalogue_entries import library_entry
from learn_folder import CONFIG, make_folder
from program import carvsdb
from test_hostile_runs import damaged, told

from carvsdb.catalogue import Catalogue

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and names that Windows does not have")

SHORT = CONFIG.replace("iterations = 3", "iterations = 1").replace("moves = 400", "moves = 60")
SHORT = SHORT.replace("every = 50", "every = 20").replace("every = 100", "every = 20").replace("ions = 30", "ions = 12")


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make_folder(tmp_path_factory.mktemp("learned") / "loop", SHORT)
    assert carvsdb("refine", "learn", config).code in (0, 8)
    return config.parent


@pytest.mark.parametrize(("seed", "number"), [(0, 20), pytest.param(1, 500, marks=pytest.mark.slow)])
def test_a_damaged_loop(learned: Path, tmp_path: Path, seed: int, number: int) -> None:
    rng = np.random.default_rng(seed)
    files = sorted(path.relative_to(learned) for path in (learned / "si").rglob("*") if path.is_file())
    for attempt in range(number):
        copy = shutil.copytree(learned, tmp_path / f"{attempt}")
        name = files[rng.integers(len(files))]
        (copy / name).write_bytes(damaged((copy / name).read_bytes(), rng))
        told(carvsdb("refine", "learn", copy / "si.toml"), (seed, attempt, name))
        shutil.rmtree(copy)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"training": {}}', '{"training": NaN}', "[" * 99999, "\x00"])
def test_what_a_fit_says_is_checked(learned: Path, tmp_path: Path, text: str) -> None:
    copy = shutil.copytree(learned, tmp_path / "copy")
    (copy / "si/iteration-01/errors.json").write_text(text)
    done = carvsdb("refine", "learn", copy / "si.toml")
    assert done.code == 3
    assert "errors.json" in done.err


NAMES = ("", "\x1b[2J", "=1+1", "../x", "a" * 100_000, "caf\udce9", "sod@1", "9" * 30, "\u202e", "%")


COMMANDS = (
    "tag -- {} sod",
    "tag -- t {}",
    "relabel -- dia {}",
    "remove -y -- {}",
    "restore -- {}",
    "cite -- {}",
    "net -- {}",
)


@pytest.mark.parametrize("each", [1, pytest.param(len(COMMANDS), marks=pytest.mark.slow)])
def test_names_for_the_commands_that_keep_a_catalogue(tmp_path: Path, each: int) -> None:
    path = tmp_path / "nets.duckdb"
    with Catalogue.open(path) as catalogue:
        catalogue.add([library_entry(name) for name in ("sod", "dia")])
    for first, name in enumerate(NAMES):
        for number in range(first, first + each):
            command, *words = COMMANDS[number % len(COMMANDS)].split()
            done = carvsdb(command, "--db", path, *[name if word == "{}" else word for word in words])
            assert done.code in (0, 2, 3, 4, 7), (command, name[:20], done.err)
            assert "Traceback" not in done.err
    assert carvsdb("db", "verify", "--db", path).code == 0


@pytest.mark.parametrize("command", ["explore --no-structures -o {}.html", "net sod -o {}.json", "cite sod -o {}.json"])
@pytest.mark.parametrize("what", ["folder", "pipe", "link"])
def test_what_stands_where_they_write(tmp_path: Path, command: str, what: str) -> None:
    path, target = tmp_path / "nets.duckdb", tmp_path / "out"
    with Catalogue.open(path) as catalogue:
        catalogue.add([library_entry(name) for name in ("sod", "dia")])
    place = target.with_suffix("." + command.rpartition(".")[2])
    victim = tmp_path / "thesis.tex"
    victim.write_text("thesis")
    if what == "folder":
        place.mkdir()
    elif what == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(victim)
    done = carvsdb(*command.format(target).split(), "--db", path)
    assert done.code in ((0, 7) if what == "link" else (3, 7)), done.err
    assert "Traceback" not in done.err
    assert victim.read_text() == "thesis"
    assert what == "link" or not place.is_file()
