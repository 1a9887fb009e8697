"""How a model came to be, over runs and loops, by the bytes of the files; and bundles, which make it again."""

import gzip
import io
import json
import shutil
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest
from program import carvsdb
from refine_folder import CONFIG, finished_run, make_folder
from test_refine_learn import whole as whole

from carvsdb.catalogue import Catalogue, RefinementRun
from carvsdb.errors import CarvsdbError, NotFoundError
from carvsdb_refine.bundle import pack, unpack
from carvsdb_refine.bundle.names import Names
from carvsdb_refine.run import prepare, read_config
from carvsdb_refine.run.into_catalogue import store
from carvsdb_refine.run.result import read_result
from carvsdb_schemas.refinement_answers import RunAnswer


def sum_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def stored(config: Path, db: Path, label: str) -> None:
    setup = prepare(read_config(config))
    said = read_result(setup.file.outputs / "result.json")
    store(setup, RunAnswer.model_validate(said | {"seconds": 0.0, "moves_per_second": None}), db, label)


def test_a_chain_over_two_runs(tmp_path: Path) -> None:
    config, db = finished_run(tmp_path), tmp_path / "si.duckdb"
    again = tmp_path / "again.toml"
    again.write_text(config.read_text().replace("start.xyz", "si/model.xyz"))
    assert carvsdb("refine", "run", again).code == 0
    stored(config, db, "first")
    stored(again, db, "second")
    steps = carvsdb("show", "second", "--lineage", "--db", db, "--json").json["steps"]
    by_key = {step["key"]: step for step in steps}
    assert len(by_key) == len(steps)
    for place, step in enumerate(steps):
        assert set(step["made_from"]) <= {one["key"] for one in steps[:place]}
    # From the last model back to what nothing made, by the bytes that lie on the disk.
    model = by_key[sum_of(tmp_path / "again/model.xyz")]
    (run,) = (by_key[key] for key in model["made_from"])
    first = by_key[sum_of(tmp_path / "si/model.xyz")]
    assert first["key"] in run["made_from"]
    (before,) = (by_key[key] for key in first["made_from"])
    assert {by_key[key]["kind"] for key in before["made_from"]} == {"data", "structure", "potential"}
    assert sum_of(tmp_path / "start.xyz") in before["made_from"]
    assert sum_of(tmp_path / "neutron-sq.txt") in before["made_from"]
    # The first does not come from the second; a kept model is one of its own.
    alone = carvsdb("show", "first", "--lineage", "--db", db, "--json").json["steps"]
    assert {step["key"] for step in alone} < set(by_key)
    kept = carvsdb("show", "first-after-200", "--lineage", "--db", db, "--json").json["steps"][-1]
    assert kept["key"] == sum_of(tmp_path / "si/snapshots/0000000200.xyz")
    table = carvsdb("show", "second", "--lineage", "--db", db).out
    assert [line.split()[1] for line in table.splitlines()[2:]].count("run") == 2
    with Catalogue.open(db) as catalogue:
        (key, *_) = (row["id"] for row in catalogue.refinements("second").rows())
        assert catalogue.lineage(key[:8]).steps[-1].kind == "structure"


def test_a_loop_is_told_as_a_whole(whole: tuple[Path, object, int], tmp_path: Path) -> None:
    config = whole[0]
    db, folder = tmp_path / "si.duckdb", config.parent / "si"
    carvsdb("refine", "learn", config, "--db", db, "--label", "learned")
    steps = carvsdb("show", "learned", "--lineage", "--db", db, "--json").json["steps"]
    keys = {step["key"]: step for step in steps}
    rows = json.loads((folder / "learned.json").read_text())["iterations"]
    for number in range(1, len(rows) + 1):
        for name in ("potential.yaml", "potential.asi", "run/model.xyz"):
            assert sum_of(folder / f"iteration-{number:02d}/{name}") in keys
    assert len([step for step in steps if step["kind"] == "run"]) == len(rows)
    assert keys[sum_of(folder / "initial.xyz")]["kind"] == "labels"
    assert sum_of(folder / "initial.xyz") in keys[sum_of(folder / "iteration-01/potential.yaml")]["made_from"]
    assert "stillinger-weber" in {step["name"] for step in steps}


def test_rows_of_before_and_of_strangers(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    circle = {"key": "a" * 64, "kind": "structure", "name": "\x1b[31mx", "made_from": ["a" * 64]}
    with Catalogue.open(path) as catalogue:
        old = catalogue.add_refinement(RefinementRun({"data": [{"file": "f.txt"}]}, 1, ("0" * 64,), "1" * 64))
        odd = catalogue.add_refinement(RefinementRun({}, 2, results={"lineage": [circle]}))
        bad = catalogue.add_refinement(RefinementRun({}, 3, results={"lineage": [{"key": "../x"}]}))
        assert [step.kind for step in catalogue.lineage(old).steps] == ["data", "potential", "run", "structure"]
        assert [step.key for step in catalogue.lineage(odd).steps] == ["a" * 64]
        assert [step.kind for step in catalogue.lineage(bad).steps] == ["run", "structure"]
        with pytest.raises(NotFoundError):
            catalogue.lineage("nobody")
    shown = carvsdb("show", odd, "--lineage", "--db", path)
    assert shown.code == 0
    assert "\x1b" not in shown.out


def listed(folder: Path) -> dict[str, str]:
    return {line[66:]: line[:64] for line in (folder / "RESULTS.sha256").read_text().splitlines()}


def text_of(folder: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())


def test_a_bundle_repeats_its_run_elsewhere(tmp_path: Path) -> None:
    config = finished_run(tmp_path / "here")
    home = config.parent
    made = carvsdb("refine", "bundle", home / "si", "-o", tmp_path / "si.tar.gz", "--json")
    assert made.code == 0
    assert made.json["sha256"] == sum_of(tmp_path / "si.tar.gz")
    pack(home / "si", tmp_path / "si.tar.gz", overwrite=True)
    assert sum_of(tmp_path / "si.tar.gz") == made.json["sha256"]
    shutil.rmtree(home)
    elsewhere = tmp_path / "elsewhere"
    assert carvsdb("refine", "unbundle", tmp_path / "si.tar.gz", "-o", elsewhere, "--json").code == 0
    assert str(tmp_path) not in text_of(elsewhere)
    command = json.loads((elsewhere / "bundle.json").read_text())["command"].split()
    assert command[:4] == ["carvsdb", "refine", "run", "si.toml"]
    assert carvsdb("refine", "run", elsewhere / "si.toml", "-o", elsewhere / "repeated").code == 0
    sums = listed(elsewhere)
    assert {"model.xyz", "trace.csv", "curves.csv", "partials.csv"} == set(sums)
    for name, digest in sums.items():
        assert sum_of(elsewhere / "repeated" / name) == digest
        assert sum_of(elsewhere / "results" / name) == digest


def test_a_bundle_repeats_its_loop_elsewhere(whole: tuple[Path, object, int], tmp_path: Path) -> None:
    config, _, code = whole
    made = carvsdb("refine", "bundle", config.parent / "si", "-o", tmp_path / "loop.tar.gz", "--json")
    assert made.code == 0, made.err
    elsewhere = tmp_path / "elsewhere"
    assert carvsdb("refine", "unbundle", tmp_path / "loop.tar.gz", "-o", elsewhere).code == 0
    assert str(config.parent) not in text_of(elsewhere)
    frames = sum(path.parent.name != "failed" for path in (elsewhere / "labels").rglob("*.json"))
    assert frames == (config.parent / "si/frames.xyz").read_text().count("Lattice")
    assert carvsdb("refine", "learn", elsewhere / "si.toml", "-o", elsewhere / "repeated").code == code
    sums = listed(elsewhere)
    assert len(sums) > 8
    assert {name: sum_of(elsewhere / "repeated" / name) for name in sums} == sums


def test_names_that_lead_out_are_others_in_a_bundle(tmp_path: Path) -> None:
    below = tmp_path / "configs"
    config = make_folder(below)
    (below / "start.xyz").rename(tmp_path / "start.xyz")
    (below / "neutron-sq.txt").rename(tmp_path / "README.md")
    text = CONFIG.replace("start.xyz", "../start.xyz").replace("neutron-sq.txt", f"{tmp_path}/README.md")
    config.write_text(text.replace("moves = 400", "moves = 100").replace("equilibration = 100\n", ""))
    assert carvsdb("refine", "run", config).code == 0
    unpack(pack(below / "si", tmp_path / "si.tar.gz").path, tmp_path / "again")
    assert {path.name for path in (tmp_path / "again/inputs").iterdir()} == {"1-start.xyz", "2-README.md"}
    assert str(tmp_path) not in text_of(tmp_path / "again")
    assert carvsdb("refine", "score", tmp_path / "again/si.toml").code == 0
    # What a run was made from must be what it was.
    (tmp_path / "README.md").write_text((tmp_path / "README.md").read_text() + "18.5 1.0\n")
    said = carvsdb("refine", "bundle", below / "si", "-o", tmp_path / "changed.tar.gz")
    assert said.code == 7
    assert "changed since" in said.err
    assert not (tmp_path / "changed.tar.gz").exists()
    (tmp_path / "start.xyz").unlink()
    assert "--config" in carvsdb("refine", "bundle", below / "si", "-o", tmp_path / "lost.tar.gz").err
    assert carvsdb("refine", "bundle", tmp_path, "-o", tmp_path / "none.tar.gz").code == 3


def test_names_are_free_of_each_other() -> None:
    names = Names(Path)
    given = ["a.xyz", "A.xyz", "a.xyz/b", "results/x", "bundle.json", "aux.txt", ".hidden", "sp ace/ü.txt", "x/../y"]
    taken = [names.take(name) for name in given]
    assert taken[0] == "a.xyz"
    assert taken[-2] == "sp ace/ü.txt"
    assert taken == [names.take(name) for name in given]
    assert len({name.lower() for name in taken}) == len(given)
    assert all(".." not in name and not name.startswith(".") for name in taken)


def archive(path: Path, *named: tuple[str, bytes | str]) -> Path:
    """Write a bundle; a text in place of bytes is where a link leads."""
    with tarfile.open(path, "w:gz") as file:
        for name, content in named:
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                file.addfile(info)
            else:
                info.size = len(content)
                file.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    "named",
    [
        [("si/../../out.txt", b"x")],
        [("/etc/out.txt", b"x")],
        [("si/a\x1b[31m.txt", b"x")],
        [("si/C:out.txt", b"x")],
        [("si/.bashrc", b"x")],
        [("si/..\\out.txt", b"x")],
        [("si/link", "/etc/passwd"), ("si/link/out.txt", b"x")],
        [("si/a.txt", b"x"), ("other/b.txt", b"x")],
        [("si/a.txt", b"x"), ("si/A.TXT", b"y")],
        [("si/a", b"x"), ("si/a/b", b"y")],
        [("si/nul.txt", b"x")],
        [("out.txt", b"x")],
        [("si/a.txt", b"x")],
        [("si/SHA256SUMS", b""), ("si/bundle.json", b"{}")],
        [("si/inner.tar.gz", gzip.compress(b"x"))],
    ],
)
def test_hostile_bundles(tmp_path: Path, named: list[tuple[str, bytes | str]]) -> None:
    place = tmp_path / "in"
    place.mkdir()
    said = carvsdb("refine", "unbundle", archive(tmp_path / "x.tar.gz", *named), "-o", place / "si")
    assert said.code in (3, 8)
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err
    assert list(place.iterdir()) == []
    assert not (tmp_path / "out.txt").exists()


def test_a_damaged_bundle(tmp_path: Path) -> None:
    content = [("x/bundle.json", b"{}"), ("x/SHA256SUMS", f"{'0' * 64}  bundle.json\n".encode())]
    with pytest.raises(CarvsdbError, match="not the one listed"):
        unpack(archive(tmp_path / "x.tar.gz", *content), tmp_path / "x")
    assert carvsdb("refine", "unbundle", tmp_path / "none.tar.gz", "-o", tmp_path / "y").code == 3
    assert carvsdb("refine", "unbundle", tmp_path / "x.tar.gz", "-o", tmp_path).code == 7
