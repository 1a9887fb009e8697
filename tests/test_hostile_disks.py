"""Disks without room and numbers without sense: one sentence, and nothing is left."""

import errno
import os
from pathlib import Path

import pytest
from program import carvsdb
from refine_folder import CONFIG, make_folder


@pytest.mark.parametrize("command", ["run", "score"])
def test_a_refinement_without_room_leaves_nothing(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_folder(tmp_path, CONFIG)
    before = sorted(path.name for path in tmp_path.iterdir())

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("carvsdb.atomic_write.os.fsync", full)
    done = carvsdb(
        "refine", command, tmp_path / "si.toml", "-o", tmp_path / ("deep/out" if command == "run" else "out")
    )
    assert done.code == 7, done.err
    assert "cannot be written" in done.err.splitlines()[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    # A folder that was there stays.
    (tmp_path / "out").mkdir()
    assert carvsdb("refine", command, tmp_path / "si.toml", "-o", tmp_path / "out").code == 7
    assert (tmp_path / "out").is_dir()


@pytest.mark.parametrize("length", ["1e308", "-1e4", "1e3000"])
def test_lengths_that_no_nucleus_has(tmp_path: Path, length: str) -> None:
    make_folder(tmp_path, CONFIG)
    done = carvsdb("refine", "calculate", tmp_path / "start.xyz", "--length", f"Si={length}")
    assert done.code in (2, 3), done.err
    config = CONFIG.replace("sigma = 0.05", f"sigma = 0.05\nlengths = {{ Si = {length} }}")
    (tmp_path / "si.toml").write_text(config)
    done = carvsdb("refine", "score", tmp_path / "si.toml")
    assert done.code == 3, done.err


def test_more_rings_than_can_be_counted(tmp_path: Path) -> None:
    (tmp_path / "net.cgd").write_text("PERIODIC_GRAPH\nEDGES\n 1 1 1 0\n 1 1 0 1\nEND\n")
    done = carvsdb("describe", tmp_path / "net.cgd", "--max-rings", "99999999999999999999")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("max_rings must be 1 to ")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("backmap", "dia", "--repeat", "1000000000000"), 2, "--repeat must be"),
        (("backmap", "dia", "--repeat", "1x1x9999999"), 3, "are more than 1000000"),
        (("backmap", "dia", "--metal-distance", "1e300"), 3, "must be above 0 and at most 1000"),
        (("backmap", "dia", "--bond-length", "inf"), 3, "must be above 0 and at most 1000"),
        (("backmap", "dia", "--seed", "-1"), 2, "--seed"),
        (("pack", "Si=8", "--density", "0.05", "--seed", "-1"), 2, "--seed"),
        (("pack", "Si=8", "--density", "0.05", "--contact", "Si-Si=1e9"), 3, "must be 0 to 20"),
        (("pack", "Si=8", "--density", "0.05", "--contact", "Si-Si=nan"), 3, "must be 0 to 20"),
        (("pack", f"Si={'9' * 5000}", "--density", "0.05"), 2, "a number of at least 1"),
    ],
)
def test_start_models_without_sense(arguments: tuple[str, ...], code: int, words: str, tmp_path: Path) -> None:
    done = carvsdb("refine", *arguments, "-o", tmp_path / "a.data")
    assert (done.code, done.out) == (code, ""), done.err
    assert words in done.err
    assert list(tmp_path.iterdir()) == []
