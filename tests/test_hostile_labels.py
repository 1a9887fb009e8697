"""Labels of somebody who means harm: stored ones, results that are imported, and what a command may write."""

import json
import os
import random
from pathlib import Path

import pytest
from program import Outcome, carvsdb

from carvsdb_refine.run.result import write_result

CONFIG = '[labels]\nfolder = "labels"\n[labels.method]\nkind = "stillinger-weber"\n'
DIAMOND = (
    (0, 0, 0),
    (0, 0.5, 0.5),
    (0.5, 0, 0.5),
    (0.5, 0.5, 0),
    (0.25, 0.25, 0.25),
    (0.25, 0.75, 0.75),
    (0.75, 0.25, 0.75),
    (0.75, 0.75, 0.25),
)
ENTITIES = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))


def frames(columns: str = "", words: str = "", values: str = "") -> str:
    generator = random.Random(1)
    head = f'Lattice="5.43 0 0 0 5.43 0 0 0 5.43" Properties=species:S:1:pos:R:3{columns} {words}'
    places = [[f"{5.43 * x + generator.gauss(0, 0.05):.6f}" for x in place] for place in DIAMOND]
    return "\n".join(["8", head, *(f"Si {' '.join(place)} {values}" for place in places), ""])


def results(energy: str, force: str = "0.0", words: str = "") -> str:
    return frames(":forces:R:3", f"energy={energy} {words}", f"{force} {force} {force}")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Path("labels.toml").write_text(CONFIG)
    Path("frames.xyz").write_text(frames())
    return tmp_path


def label(*more: str | Path) -> Outcome:
    done = carvsdb("refine", "label", "labels.toml", "frames.xyz", *more)
    assert done.code in (0, 2, 3, 6, 7), done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err + done.out
    return done


def stored() -> Path:
    (file,) = Path("labels").glob("*/*.json")
    return file


def test_stored_labels_that_are_damaged(here: Path) -> None:
    assert label().code == 0
    file = stored()
    whole = file.read_bytes()
    for content in (
        b"",
        b"{}",
        b"[]",
        b"null",
        b"[" * 100_000,
        whole[:200],
        whole + b"x",
        b"\xff\xfe",
        b'{"energy": NaN}',
    ):
        file.write_bytes(content)
        done = label()
        assert done.code == 3
        assert done.err.startswith(f"{file}: ")
        assert file.read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [
        {"energy": None},
        {"energy": "\x1b[2J"},
        {"energy": True},
        {"energy": 10**400},
        {"energy": float("nan")},
        {"forces": None},
        {"forces": []},
        {"forces": [[0.0] * 3] * 7},
        {"forces": [[0.0, 0.0]] * 8},
        {"forces": [[0.0, 0.0, float("inf")]] * 8},
        {"forces": [[0.0, 0.0, "x"]] * 8},
        {"forces": {"a": 1}},
        {"stress": [1.0]},
        {"stress": [[0.0] * 3] * 2},
        {"stress": "x"},
    ],
)
def test_stored_labels_that_are_sealed_and_wrong(change: dict[str, object], here: Path) -> None:
    assert label().code == 0
    file = stored()
    content = json.loads(file.read_text())
    content.pop("sha256")
    file.unlink()
    write_result(file, {**content, **change})
    done = label()
    assert done.code == 3
    assert done.err.count("\n") == 1


def test_stored_labels_that_are_no_files(here: Path) -> None:
    assert label().code == 0
    file = stored()
    for make in (
        os.mkfifo,
        os.mkdir,
        lambda path: os.symlink("/dev/zero", path),
        lambda path: os.symlink("/etc/passwd", path),
    ):
        file.rmdir() if file.is_dir() else file.unlink()
        make(file)
        assert label().code == 3


@pytest.mark.parametrize("folder", ["../victim", "a/../../victim", "/victim", "linked", "linked/below"])
def test_labels_stay_below_their_config(folder: str, here: Path) -> None:
    (here / "victim").mkdir()
    Path("linked").symlink_to(here / "victim")
    Path("labels.toml").write_text(CONFIG.replace('"labels"', f'"{folder}"'))
    assert label().code in (3, 7)
    assert not any((here / "victim").iterdir())
    assert not Path("/victim").exists()


@pytest.mark.parametrize("option", ["-o", "--dry"])
@pytest.mark.parametrize("name", ["frames.xyz", "labels.toml", "./../work/frames.xyz", "link.xyz"])
def test_what_is_read_is_not_replaced(option: str, name: str, here: Path) -> None:
    Path("link.xyz").symlink_to("frames.xyz")
    assert label(option, name, "--force").code == 7
    assert Path("frames.xyz").read_text() == frames()
    assert Path("labels.toml").read_text() == CONFIG


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.xyz", frames()),
        ("r.xyz", results("nan")),
        ("r.xyz", results("inf")),
        ("r.xyz", results("1e400")),
        ("r.xyz", results("abc")),
        ("r.xyz", results('"$(touch pwned)"')),
        ("r.xyz", results("-34", "nan")),
        ("r.xyz", results("-34", "x")),
        ("r.xyz", results("-34", words='stress="1 2"')),
        ("r.xyz", results("-34", words='stress="nan 0 0 0 0 0 0 0 0"')),
        ("r.xyz", results("-34").replace("Si", "\x1b[2J")),
        ("r.xyz", results("-34").replace("8\n", "99999999999\n", 1)),
        ("OUTCAR", "garbage"),
        ("vasprun.xml", "<modeling>"),
        ("vasprun.xml", '<!DOCTYPE m [<!ENTITY e SYSTEM "file:///etc/passwd">]><modeling>&e;</modeling>'),
        ("vasprun.xml", f'<!DOCTYPE m [<!ENTITY a "{"a" * 1000}">{ENTITIES}]><modeling>&h;</modeling>'),
        ("x.pwo", "x"),
        ("x.castep", "x"),
        ("x.traj", "\x80\x04cos\nsystem\n."),
        ("x.pickle", "cos\nsystem\n(S'touch pwned'\ntR."),
        ("x.json", "{}"),
        ("x.py", "open('pwned', 'w')"),
    ],
)
def test_results_that_are_none(name: str, content: str, here: Path) -> None:
    Path(name).write_text(content)
    done = label("--dry", "waiting.xyz", "--import", name)
    assert done.code in (3, 6), done.err
    assert name in done.err
    assert not Path("pwned").exists()
    assert not list(Path().glob("labels/*/*.json"))


def test_what_is_no_file_is_not_waited_for(here: Path) -> None:
    os.mkfifo("pipe.xyz")
    for name in ("pipe.xyz", "/dev/zero"):
        assert label("--import", name).code == 3
        assert carvsdb("refine", "label", "labels.toml", name).code == 3
        assert carvsdb("refine", "label", name, "frames.xyz").code == 3
